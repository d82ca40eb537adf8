"""A stretch of days: kept, shown and changed in the form, told to others, and met or not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from node.kernel.node import Node
from node.modules.listings import api
from node.modules.listings.when import (
    ANY,
    WEEK,
    When,
    columns,
    heard,
    hours_of,
    kept,
    meet,
    once,
    stretch,
    weekdays,
    weekly,
)
from node.modules.matching.filters import NONE, Wishes, misfit
from node.modules.matching.indexing import read, written
from node.modules.matching.scoring import Side
from tests.conftest import Browser, person, settle
from tests.modules.meeting import befriend, member, post

BERLIN = ZoneInfo("Europe/Berlin")
NEED = "/l/new?purpose=need"
FORM = {"title": "Somebody to water the plants", "kind": "service", "until": "2027-01-19",
        "terms": "gift", "reach": "community"}  # fmt: skip


def from_to(first: int, last: int, within: When = ANY) -> When:
    """From one day of December to another; the first of it was a Tuesday."""
    return stretch(date(2026, 12, first), date(2026, 12, last), within, BERLIN)


THURSDAYS = weekly([3], 17 * 60, 19 * 60)
ABROAD = When(
    starts=datetime(2026, 12, 7, 8, tzinfo=UTC), due=datetime(2026, 12, 21, 8, tzinfo=UTC)
)
"""Two weeks, as other software says them: two moments."""


@pytest.mark.parametrize(
    ("one", "other", "is_met"),
    [
        (from_to(1, 14), from_to(14, 20), True),
        (from_to(1, 14), from_to(15, 20), False),
        (from_to(1, 14), once(date(2026, 12, 10), 600, 720, BERLIN), True),
        (from_to(1, 14), once(date(2026, 12, 15), 600, 720, BERLIN), False),
        (from_to(1, 2), THURSDAYS, False),
        (from_to(1, 3), THURSDAYS, True),
        (from_to(3, 16, THURSDAYS), weekly([3], 18 * 60, None), True),
        (from_to(3, 16, THURSDAYS), weekly([3], 19 * 60, None), False),
        (from_to(3, 16, THURSDAYS), weekly([2], None, None), False),
        (from_to(4, 9, THURSDAYS), weekly([3], None, None), False),
        (from_to(1, 30, weekly([5], None, None)), from_to(14, 18), False),
        (from_to(1, 30, weekly([5], None, None)), from_to(14, 19), True),
        (ABROAD, THURSDAYS, True),
        (ABROAD, once(date(2026, 12, 21), 8 * 60, 9 * 60, BERLIN), True),
        (ABROAD, once(date(2026, 12, 21), 9 * 60, 10 * 60, BERLIN), False),
        (ABROAD, from_to(21, 22, weekly(WEEK, 10 * 60, None)), False),
        (from_to(1, 14), ANY, None),
    ],
)  # fmt: skip
def test_a_stretch_meets_what_lies_in_it(one: When, other: When, is_met: bool | None) -> None:
    assert meet(one, other, BERLIN) is is_met
    assert meet(other, one, BERLIN) is is_met


def test_the_days_of_the_week_of_a_stretch() -> None:
    assert weekdays(from_to(1, 3), BERLIN) == {1, 2, 3}
    assert weekdays(from_to(1, 30), BERLIN) == set(WEEK)
    assert weekdays(from_to(1, 9, weekly([0, 5], None, None)), BERLIN) == {0, 5}
    assert weekdays(from_to(1, 3, weekly([6], None, None)), BERLIN) == set()
    assert weekdays(once(date(2026, 12, 1), None, None, BERLIN), BERLIN) == {1}
    assert weekdays(ANY, BERLIN) == set()


@pytest.mark.parametrize("when", [from_to(1, 14), from_to(3, 16, THURSDAYS), THURSDAYS, ANY])
def test_a_stretch_is_the_same_behind_rows_wire_and_index(when: When) -> None:
    assert kept(**columns(when)) == when
    assert heard(when.starts, when.due, hours_of(when)) == when
    assert read(written(Side(when=when))).when == when


def test_a_stretch_that_ends_before_it_begins_says_nothing() -> None:
    backwards = replace(from_to(3, 16, THURSDAYS), starts=ABROAD.due, due=ABROAD.starts)

    assert heard(backwards.starts, backwards.due, hours_of(backwards)) == THURSDAYS


def test_days_that_do_not_suit_rule_out_only_what_has_no_other() -> None:
    mine, wishes = Side(kind="service"), Wishes(not_days=frozenset({1, 2}))

    for last, found in ((2, "time"), (3, None)):
        other = Side(kind="service", when=from_to(1, last))
        assert misfit(mine, other, BERLIN, wishes) == found
        assert misfit(mine, other, BERLIN, NONE) is None


# In the form ------------------------------------------------------------------------------------


@pytest.fixture
async def ana(alder: Node, browse: Callable[..., Awaitable[Browser]]) -> Browser:
    await person(alder, "ana")
    return await browse(alder, "ana")


async def test_a_stretch_is_kept_shown_and_changed(alder: Node, ana: Browser) -> None:
    said = {**FORM, "day": "2026-12-03", "through": "2026-12-16", "days": ["3"],
            "opens": "17:00", "closes": "19:00"}  # fmt: skip
    shown = await ana.post("/l/new", said, form=NEED)

    assert "Thu 3 December to Wed 16 December: Every Thursday, 17:00–19:00" in shown.text
    (made,) = await alder.read(api.open_listings, api.HERE, alder.now())
    assert made.when == from_to(3, 16, THURSDAYS)
    assert made.ends is not None
    assert made.ends.isoformat() == "2026-12-16T23:00:00+00:00"
    form = f"{made.path}/edit"
    opened = (await ana.get(form)).text
    assert 'value="2026-12-03"' in opened
    assert 'value="2026-12-16"' in opened
    every_day = {**FORM, "day": "2026-12-03", "through": "2026-12-16"}
    changed = await ana.post(form, every_day, form=form)
    assert "Thu 3 December to Wed 16 December<" in changed.text


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"through": "2026-12-16"}, "Say above on which day it begins"),
        ({"day": "2026-12-03", "through": "2026-12-03"}, "Choose a later day than the one above"),
        ({"day": "2026-12-03", "through": "2026-12-02"}, "Choose a later day than the one above"),
        ({"day": "2026-12-03", "through": "2028-12-02"}, "Choose a day within a year."),
        ({"day": "2026-12-03", "through": "never"}, "Write the day as in"),
        ({"day": "2026-12-03", "through": "2026-12-05", "days": ["0"]}, "None of these days"),
        ({"day": "2026-11-01", "through": "2026-12-05"}, "This day has passed."),
    ],
)
async def test_a_stretch_that_cannot_be(
    alder: Node, ana: Browser, said: dict[str, str], sentence: str
) -> None:
    shown = await ana.post("/l/new", {**FORM, **said}, form=NEED)

    assert shown.status_code == 422
    assert sentence in shown.text
    assert await alder.read(api.open_listings, api.HERE, alder.now()) == []


async def test_a_stretch_travels(alder: Node, birch: Node) -> None:
    who = await member(alder, "ana")
    await befriend(alder, birch)
    when = from_to(3, 16, THURSDAYS)
    made = await post(alder, who, "offer", reach="trusted", hidden=False, when=when)
    await settle(alder, birch)

    (seen,) = await birch.read(api.open_listings, api.HERE, birch.now())

    assert seen.when == made.when == when
    assert "December" not in seen.text
