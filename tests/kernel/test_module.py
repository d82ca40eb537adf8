"""The registry: what clashes, in which order modules stand, which handler is meant, what is off."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from node.kernel import module as modules
from node.kernel.module import Clash, Handlers, Module, Registry, installed
from vocab.model import Activity, Object
from vocab.types import Accept, Create, Follow, Note, Offer, Person, Update


class Kite(Object):
    type = "Kite"


class BoxKite(Kite):
    type = "Kite"
    kind = "BoxKite"


@dataclass(frozen=True, kw_only=True)
class Flown:
    """A kite was flown."""

    id: str


async def job(node: Any) -> None:
    """Nothing to do."""


def hear(unit: Any, event: Flown) -> None:
    """Nothing to hear."""


def handled(*path: type[Object], by: str = "one") -> Handlers:
    made = Handlers()

    def handler(unit: Any, act: Any) -> None:
        """Nothing to carry out."""

    handler.__name__ = by
    made.on(*path)(handler)
    return made


def check(document: Any) -> None:
    """Nothing to check."""


@pytest.mark.parametrize(
    "claim",
    [
        {"types": (Kite,)},
        {"handlers": handled(Create, Kite)},
        {"collections": {"kites": None}},
        {"checks": {Kite: check}},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_two_claims_to_one_name_stop_the_start(claim: dict[str, Any]) -> None:
    Registry([Module(name="a", **claim)])

    with pytest.raises(Clash, match="module b"):
        Registry([Module(name="a", **claim), Module(name="b", **claim)])


def test_a_core_type_belongs_to_nobody_else() -> None:
    with pytest.raises(Clash, match="Note"):
        Registry([Module(name="a", types=(Note,))])


def test_a_path_is_handled_once_in_a_module() -> None:
    made = handled(Create, Kite)

    with pytest.raises(Clash, match=r"Create\(Kite\)"):
        made.on(Create, Kite)(check)


def test_jobs_and_subscribers_carry_the_name_of_their_module() -> None:
    given = {
        "jobs": {"fly": job},
        "every": {"fly": timedelta(hours=1)},
        "subscribers": ((Flown, hear),),
    }

    found = Registry([Module(name="a", **given), Module(name="b", **given)])

    assert list(found.jobs) == ["a.fly", "b.fly"]
    assert list(found.every) == ["a.fly", "b.fly"]
    assert found.listening(Flown(id="1")) == ["a.hear", "b.hear"]
    assert found.listening("another event") == []


def test_a_module_stands_behind_those_it_requires() -> None:
    found = Registry(
        [
            Module(name="a", requires=("c",)),
            Module(name="b"),
            Module(name="c", requires=("d", "b")),
            Module(name="d"),
        ]
    )

    assert [m.name for m in found.modules] == ["d", "b", "c", "a"]


def test_modules_that_require_each_other_stop_the_start() -> None:
    ring = [
        Module(name="a", requires=("b",)),
        Module(name="b", requires=("c",)),
        Module(name="c", requires=("a",)),
    ]

    with pytest.raises(Clash, match="a → b → c → a"):
        Registry(ring)


def test_a_required_module_that_is_not_here_stops_the_start() -> None:
    with pytest.raises(Clash, match="a requires b, which is not here"):
        Registry([Module(name="a", requires=("b",))])


def resolved(registry: Registry, activity: Activity, obj: Object) -> str | None:
    found = registry.handler(activity, obj)
    return found.__name__ if found else None


CASES = [
    (Create(object=Kite()), Kite(), "kite"),
    (Create(object=BoxKite()), BoxKite(), "kite"),
    (Create(object=Note()), Note(), None),
    (Update(object=Note()), Note(), "anything"),
    (Update(object=Person()), Person(), "person"),
    (Update(object=BoxKite()), BoxKite(), "box"),
    (Accept(object=Follow()), Follow(), "follow"),
    (Accept(object=Offer(object=Kite())), Offer(object=Kite()), "offered kite"),
    (Accept(object=Offer(object=Note())), Offer(object=Note()), "offer"),
    (Accept(object=Offer(object="https://a.test/1")), Offer(object="https://a.test/1"), "offer"),
    (Accept(object="https://a.test/1"), Object(id="https://a.test/1"), None),
]


@pytest.mark.parametrize(("activity", "obj", "meant"), CASES, ids=str)
def test_the_longest_and_nearest_path_is_meant(
    activity: Activity, obj: Object, meant: str | None
) -> None:
    table = {
        (Create, Kite): "kite",
        (Update, Object): "anything",
        (Update, Person): "person",
        (Update, BoxKite): "box",
        (Accept, Follow): "follow",
        (Accept, Offer): "offer",
        (Accept, Offer, Kite): "offered kite",
    }
    given = [
        Module(name=f"m{n}", handlers=handled(*path, by=by))
        for n, (path, by) in enumerate(table.items())
    ]

    assert resolved(Registry(given), activity, obj) == meant


# What is installed --------------------------------------------------------------------------


class Point:
    """An entry point of this test: a module, or what its import raises."""

    def __init__(self, name: str, given: Module | BaseException) -> None:
        self.name = name
        self.given = given
        self.value = f"{name}:module"
        self.dist = None

    def load(self) -> Module:
        if isinstance(self.given, BaseException):
            raise self.given
        return self.given


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch):
    def put(*given: Point) -> None:
        monkeypatch.setattr(modules, "entry_points", lambda group: list(given))

    return put


def names(found: list[Module]) -> list[str]:
    return [m.name for m in found]


def shelf(found: list[Module]) -> list[str]:
    return [m.name for m in found if m.shelved]


def test_a_disabled_module_keeps_its_data_only_and_an_essential_one_stays(points) -> None:
    points(
        Point("a", Module(name="a")),
        Point("b", Module(name="b")),
        Point("c", Module(name="c", essential=True)),
    )

    assert shelf(installed()) == []
    assert shelf(installed(frozenset({"b", "c"}))) == ["b"]


def test_a_shelved_module_still_gives_and_erases_its_data(points) -> None:
    def export(_db: object, _id: str) -> dict[str, str]:
        return {}

    def erase(_unit: object, _id: str) -> None:
        return None

    whole = Module(name="a", menu=(("/a", "A"),), words={"a": "a"}, export=export, erase=erase)
    points(Point("a", whole))

    (found,) = installed(frozenset({"a"}))

    assert (found.export, found.erase) == (export, erase)
    assert (found.menu, found.words, found.routes, found.handlers.table) == ((), {}, (), {})


def test_a_module_that_cannot_be_loaded_is_left_out_with_those_that_need_it(
    points, caplog: pytest.LogCaptureFixture
) -> None:
    points(
        Point("a", Module(name="a")),
        Point("broken", ImportError("no such thing")),
        Point("b", Module(name="b", requires=("broken",))),
        Point("c", Module(name="c", requires=("b",))),
    )

    with caplog.at_level(logging.ERROR):
        found = installed()

    assert names(found) == ["a"]
    assert [m.name for m in Registry(found).modules] == ["a"]
    said = " ".join(caplog.messages)
    assert "broken" in said
    assert "module c is left out" in said


def test_what_needs_a_disabled_module_is_shelved_with_it(points) -> None:
    points(Point("a", Module(name="a")), Point("b", Module(name="b", requires=("a",))))

    assert shelf(installed(frozenset({"a"}))) == ["a", "b"]


def test_what_is_no_module_is_left_out(points, caplog: pytest.LogCaptureFixture) -> None:
    points(Point("odd", "not a module"), Point("a", Module(name="a")))

    assert names(installed()) == ["a"]


def test_a_second_module_of_one_name_does_not_take_the_place_of_the_first(
    points, caplog: pytest.LogCaptureFixture
) -> None:
    first = Module(name="accounts", essential=True)
    points(Point("accounts", first), Point("evil", Module(name="accounts")))

    found = installed()

    assert found == [first]
    assert "evil" in " ".join(caplog.messages)


def test_ours_come_in_by_the_same_door_and_the_needed_ones_cannot_be_switched_off() -> None:
    wanted = frozenset({"accounts", "follows", "moderation", "federation", "notes"})

    found = shelf(installed(wanted))

    assert not {"accounts", "follows", "federation", "moderation"} & set(found)
    assert "notes" in found


def test_an_entry_point_is_what_packages_write() -> None:
    point = EntryPoint("federation", "federation:module", "folkmoot.modules")

    assert isinstance(point.load(), Module)
