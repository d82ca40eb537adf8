"""What a second program says, whose authors know nothing of ours; and a faulty count is seen.

The programs are installed by `make test` (docs/decisions/0052). Where that was not possible,
these comparisons are skipped and say so; those with votelib (test_methods.py) are not.
"""

import importlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from node.modules.decisions.methods import METHODS
from node.modules.flows import assigning
from node.modules.flows.circles import Edge
from tests.oracles import assigning as others_assigning
from tests.oracles import others, packages, votes
from tests.servers import need


@pytest.fixture
def oracles() -> None:
    """The programs, where they are."""
    need("oracles")


# Methods ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(others.OTHERS))
def test_a_second_program_counts_the_same(name: str, oracles: None) -> None:
    assert votes.compare(name, 300, among=others.OTHERS) == 300


@pytest.mark.parametrize("name", list(others.OTHERS))
def test_a_method_that_counts_wrongly_is_seen(
    name: str, oracles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = others.method(name)
    monkeypatch.setitem(METHODS, method, votes.turned(METHODS[method]))

    with pytest.raises(AssertionError):
        votes.compare(name, 300, among=others.OTHERS)


def test_what_has_no_second_program_is_named() -> None:
    among = {name for name, one in METHODS.items() if one.among}

    assert among - set(map(others.method, others.OTHERS)) == set(others.WITHOUT)


def orders(*given: str) -> list[votes.Marks]:
    return [{key: place for place, key in enumerate(one, 1)} for one in given]


ABC = votes.Setup(options=("a", "b", "c"))


def test_py_vote_core_does_not_ask_who_is_against_a_victory(oracles: None) -> None:
    """Schulze (2011), section 2.1, does: of two with as many votes for them it decides."""
    # a before b 3 to 2, b before c 3 to 1, c before a 3 to 2
    ballots = orders("bca", "bca", "a", "ca", "abc")

    assert others.core_schulze(ballots, ABC) == {"a", "b", "c"}
    assert others.cde_schulze(ballots, ABC) == {"a", "b"}
    assert votes.ours(votes.count("schulze", ballots, ABC)) == {"a", "b"}


def test_py_vote_core_takes_one_whom_nobody_beats_for_the_winner(oracles: None) -> None:
    """d wins against nobody; a, b and c form an even circle. No path leads from or to d."""
    ballots = orders("abcd", "bcad", "cabd", "dabc", "dbca", "dcab")
    made = votes.Setup(options=tuple("abcd"))

    assert others.core_schulze(ballots, made) == {"d"}
    assert others.cde_schulze(ballots, made) == set("abcd")
    assert votes.ours(votes.count("schulze", ballots, made)) == set("abcd")


def test_votelib_names_one_of_two_whose_paths_are_equal(oracles: None) -> None:
    """It counts against how many each wins; the paper asks only whom nobody wins against."""
    # a before c 2 to 0, all else even
    ballots = orders("acb", "bac")

    assert votes.votelib_schulze(ballots, ABC) == {"a"}
    assert others.core_schulze(ballots, ABC) == others.cde_schulze(ballots, ABC) == {"a", "b"}
    assert votes.ours(votes.count("schulze", ballots, ABC)) == {"a", "b"}


# Assigning ----------------------------------------------------------------------------------


def test_no_choice_that_scipy_finds_adds_up_to_more(oracles: None) -> None:
    assert others_assigning.compare(300) > 1000


def test_a_choice_that_is_not_the_best_is_seen(
    oracles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = assigning.best

    def hasty(edges: Iterable[Edge], capacity: Mapping[str, int]) -> list[Edge]:
        """The best, but that its last need stays unmet."""
        return best(edges, capacity)[:-1]

    monkeypatch.setattr(assigning, "best", hasty)

    with pytest.raises(AssertionError):
        others_assigning.compare(300)


# The programs themselves --------------------------------------------------------------------


def test_they_lie_where_no_node_looks(oracles: None) -> None:
    for name in ("scipy", "numpy", "pabutools", "py3votecore", "pyrankvote", "starvote"):
        found = importlib.import_module(name)
        assert str(found.__file__).startswith(f"{packages.HOME}/"), name


@pytest.mark.parametrize("lock", [None, "scipy==1.0"], ids=["none", "another lock's"])
@pytest.mark.parametrize(("strict", "ends"), [("", pytest.skip), ("1", pytest.fail)])
def test_where_they_are_not_it_is_said(
    lock: str | None, strict: str, ends: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "HOME", tmp_path)
    monkeypatch.setenv("FOLKMOOT_TEST_STRICT", strict)
    if lock:
        (tmp_path / "installed").write_text(lock)

    with pytest.raises(ends.Exception, match="`make test` installs what requirements-oracles"):
        need("oracles")


def test_the_right_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "HOME", tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "installed").write_bytes(packages.LOCK.read_bytes())

    assert need("oracles") == tmp_path
    assert sys.path[-1] == str(tmp_path), "what a node uses is found before"
