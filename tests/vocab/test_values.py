"""Our dataclasses do what the original ones do, and refuse what those refuse."""

import copy
import dataclasses
import pickle
from functools import cached_property

import pytest

from vocab.values import dataclass


def both(cls: type) -> tuple[type, type]:
    """The same class, made by the original and by ours."""
    body = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
    like = type(cls.__name__, cls.__bases__, dict(body))
    return dataclasses.dataclass(frozen=True, kw_only=True)(like), dataclass(
        frozen=True, kw_only=True
    )(type(cls.__name__, cls.__bases__, dict(body)))


class Plain:
    name: str
    count: int = 3
    held: list[int] = dataclasses.field(default_factory=list, compare=False)
    quiet: str = dataclasses.field(default="", repr=False)


def loud(word: str) -> str:
    return word.upper()


class Bound:
    """Its defaults would become methods if they were read from the class."""

    act: object = loud
    kind: object = str


class Empty:
    pass


@dataclass(frozen=True, kw_only=True)
class Base:
    id: str
    word: str = "a"

    @cached_property
    def loud(self) -> str:
        return self.word.upper()


@dataclass(frozen=True, kw_only=True)
class Further(Base):
    word: str = "b"
    more: int


@pytest.mark.parametrize("cls", [Plain, Empty])
def test_it_is_as_the_original(cls: type) -> None:
    first, second = both(cls)
    given = {"name": "x", "quiet": "q"} if cls is Plain else {}

    old, new = first(**given), second(**given)

    assert repr(new) == repr(old)
    assert dataclasses.asdict(new) == dataclasses.asdict(old)
    assert vars(new) == vars(old)
    assert [f.name for f in dataclasses.fields(new)] == [f.name for f in dataclasses.fields(old)]
    assert new == second(**given) != old
    assert hash(new) == hash(second(**given)) == hash(old)


def test_what_is_not_compared_makes_no_difference_and_the_rest_does() -> None:
    for cls in both(Plain):
        assert cls(name="x", held=[1]) == cls(name="x", held=[2])
        assert cls(name="x") != cls(name="y")
        assert len({cls(name="x"), cls(name="x"), cls(name="y")}) == 2


def test_what_is_made_anew_is_nobody_elses() -> None:
    for cls in both(Plain):
        assert cls(name="x").held is not cls(name="x").held


def test_a_default_that_is_a_function_stays_one() -> None:
    for cls in both(Bound):
        made = cls()
        assert made.act("a") == "A"
        assert made.kind is str
        assert cls(act=len).act("ab") == 2


@pytest.mark.parametrize("given", [{}, {"name": "x", "other": 1}, {"other": 1}])
def test_missing_and_unknown_fields_are_refused(given: dict[str, object]) -> None:
    for cls in both(Plain):
        with pytest.raises(TypeError):
            cls(**given)


def test_fields_are_given_by_name_alone() -> None:
    for cls in both(Plain):
        with pytest.raises(TypeError):
            cls("x")


def test_nothing_is_changed_afterwards() -> None:
    for cls in both(Plain):
        made = cls(name="x")
        for act in (
            lambda made=made: setattr(made, "name", "y"),
            lambda made=made: setattr(made, "other", "y"),
            lambda made=made: delattr(made, "name"),
        ):
            with pytest.raises(dataclasses.FrozenInstanceError):
                act()
        assert made.name == "x"


def test_a_class_takes_over_and_overrides_the_fields_of_its_base() -> None:
    made = Further(id="1", more=2)

    assert (made.word, made.loud) == ("b", "B")
    assert made == Further(id="1", more=2)
    assert made != Base(id="1", word="b")
    assert dataclasses.replace(made, word="c") == Further(id="1", more=2, word="c")
    assert repr(made) == "Further(id='1', word='b', more=2)"
    with pytest.raises(TypeError, match="more"):
        Further(id="1")


def test_copies_are_equal() -> None:
    made = Further(id="1", more=2)

    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_ones_own_words_and_equality_are_kept() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Own:
        id: str

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert (repr(Own(id="1")), Own(id="1") == 5, hash(Own(id="1"))) == ("own", True, 7)


def test_other_kinds_of_dataclass_are_made_by_the_original() -> None:
    @dataclass(frozen=True)
    class Pair:
        a: int
        b: int

    assert Pair(1, 2) == Pair(a=1, b=2)
