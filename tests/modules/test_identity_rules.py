"""What is believed of a move, and what ends with it: tables, no node."""

from datetime import timedelta

import pytest

from node.modules.identity import rules
from tests.conftest import START
from vocab.types import (
    Accept,
    Announce,
    Create,
    Delete,
    Follow,
    Like,
    Move,
    Note,
    Offer,
    Reject,
    Undo,
    Update,
)

OLD, NEW = "https://a.test/u/1", "https://b.test/u/1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"last": START - timedelta(days=8)}, ""),
        ({"new": OLD}, "E_SAME"),
        ({"named_back": False}, "E_NO_BACKLINK"),
        ({"lives_in": "https://c.test/u/1"}, "E_MOVED_ON"),
        ({"last": START - timedelta(days=6)}, "E_TOO_SOON"),
    ],
)
def test_a_move_needs_its_link_back_and_a_week(change, code) -> None:
    case = {"old": OLD, "new": NEW, "named_back": True, "lives_in": None, "last": None}

    assert rules.refused(**{**case, **change}, now=START) == code


def test_silence_is_no_contradiction() -> None:
    assert rules.taken_back(told=NEW, shown="https://c.test/u/1")
    assert not rules.taken_back(told=NEW, shown=None)
    assert not rules.taken_back(told=NEW, shown=NEW)


@pytest.mark.parametrize("kind", [Announce, Like, Follow])
def test_who_lives_elsewhere_likes_and_follows_there(kind) -> None:
    assert rules.is_post(kind(), Note())
    assert rules.is_post(Create(), Note())


@pytest.mark.parametrize("kind", [Accept, Reject, Offer, Undo, Delete, Update, Move])
def test_who_lives_elsewhere_can_settle_and_end(kind) -> None:
    assert not rules.is_post(kind(), Note())
