"""A stretch of days: kept, shown and changed in the form, told to others, and met or not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from node.kernel.node import Node
from node.modules.listings import api
from node.modules.listings.objects import Schedule
from node.modules.listings.telling_when import heard, hours_of, in_words, schedule_of
from node.modules.listings.when import (
    ANY,
    LAST,
    WEEK,
    When,
    columns,
    coming,
    every_second,
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
from web.language import catalogue
from web.voice import Voice

BERLIN = ZoneInfo("Europe/Berlin")
NEED = "/l/new?purpose=need"
FORM = {"title": "Somebody to water the plants", "kind": "service", "until": "2027-01-19",
        "terms": "gift", "reach": "community"}  # fmt: skip


def from_to(first: int, last: int, within: When = ANY) -> When:
    """From one day of December to another; the first of it was a Tuesday."""
    return stretch(date(2026, 12, first), date(2026, 12, last), within, BERLIN)


THURSDAYS = weekly([3], 17 * 60, 19 * 60)
WEEKEND = weekly([5, 6], None, None)
TUESDAYS = weekly([1], 17 * 60, 19 * 60)
SECOND = every_second(TUESDAYS, date(2026, 12, 1))
OTHER = every_second(weekly([1, 3], None, None), date(2026, 12, 10))
"""The Tuesdays and Thursdays of the weeks between those of `SECOND`."""


def each_month(nth: int, within: When = TUESDAYS) -> When:
    """The first, second … or last of some days in each month."""
    return replace(within, nth=nth)


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
        (SECOND, TUESDAYS, True),
        (SECOND, THURSDAYS, False),
        (SECOND, weekly([1], 19 * 60, None), False),
        (SECOND, OTHER, False),
        (SECOND, every_second(TUESDAYS, date(2025, 12, 12)), False),
        (SECOND, every_second(TUESDAYS, date(2025, 12, 5)), True),
        (SECOND, once(date(2026, 12, 15), 18 * 60, None, BERLIN), True),
        (SECOND, once(date(2026, 12, 8), 18 * 60, None, BERLIN), False),
        (every_second(TUESDAYS, date(2026, 12, 15)), from_to(1, 14), False),
        (SECOND, from_to(2, 14), False),
        (SECOND, from_to(2, 15), True),
        (SECOND, each_month(2), True),
        (OTHER, from_to(3, 16, THURSDAYS), True),
        (OTHER, from_to(11, 23, THURSDAYS), False),
        (each_month(2), each_month(2), True),
        (each_month(2), each_month(3), False),
        (each_month(2), each_month(2, THURSDAYS), False),
        (each_month(4), each_month(LAST), True),
        (each_month(3), each_month(LAST), False),
        (each_month(2), once(date(2026, 12, 8), 18 * 60, None, BERLIN), True),
        (each_month(2), once(date(2026, 12, 15), 18 * 60, None, BERLIN), False),
        (each_month(LAST), once(date(2026, 12, 29), 18 * 60, None, BERLIN), True),
        (each_month(LAST), once(date(2026, 12, 22), 18 * 60, None, BERLIN), False),
        (each_month(LAST), from_to(1, 28), False),
        (each_month(LAST), from_to(1, 29), True),
        (each_month(1), from_to(2, 31), False),
        (each_month(1), stretch(date(2026, 12, 2), date(2027, 1, 5), ANY, BERLIN), True),
        (SECOND, ANY, None),
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


def test_what_comes_again_comes_on_these_days() -> None:
    first = date(2026, 12, 1)

    assert coming(SECOND, date(2026, 11, 1), 3) == [first, date(2026, 12, 15), date(2026, 12, 29)]
    assert coming(each_month(1), date(2026, 12, 2), 2) == [date(2027, 1, 5), date(2027, 2, 2)]
    assert coming(each_month(LAST), first, 2) == [date(2026, 12, 29), date(2027, 1, 26)]
    assert coming(each_month(4), first, 2) == [date(2026, 12, 22), date(2027, 1, 26)]
    assert every_second(ANY, first) == every_second(weekly([1], None, None), date(2026, 11, 30))


@pytest.mark.parametrize(
    "when",
    [from_to(1, 14), from_to(3, 16, THURSDAYS), THURSDAYS, ANY, SECOND, OTHER, each_month(3),
     each_month(LAST), from_to(1, 30, SECOND), from_to(1, 30, each_month(2))],
)  # fmt: skip
def test_a_time_is_the_same_behind_rows_wire_and_index(when: When) -> None:
    assert kept(**columns(when)) == when
    assert heard(when.starts, when.due, hours_of(when), schedule_of(when)) == when
    assert read(written(Side(when=when))).when == when
    assert not (hours_of(when) and schedule_of(when))


TOLD = {"frequency": "P2W", "days": ("TU",), "first": "2026-12-01", "opens": "17:00",
        "closes": "19:00"}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, SECOND),
        ({"first": "2026-12-06"}, SECOND),
        ({"frequency": "P1M", "days": ("-1TU",), "first": None}, each_month(LAST)),
        ({"frequency": "P1M", "days": ("2TU", "2TH")}, replace(each_month(2), days=(1, 3))),
        ({"frequency": "P1M"}, ANY),
        ({"frequency": "P1M", "days": ("1TU", "3TU")}, ANY),
        ({"frequency": "P1M", "days": ("5TU",)}, ANY),
        ({"frequency": "P1D"}, ANY),
        ({"frequency": None}, ANY),
        ({"first": None}, ANY),
        ({"first": "soon"}, ANY),
        ({"first": "0001-01-01"}, ANY),
        ({"days": ()}, ANY),
        ({"days": ("XX",)}, ANY),
        ({"days": ("2TU",)}, ANY),
        ({"opens": "19:00", "closes": "17:00"}, ANY),
        ({"opens": "late"}, ANY),
    ],
)
def test_of_a_schedule_what_can_be_said_here_is_read(said: dict, found: When) -> None:
    assert heard(None, None, (), Schedule(**{**TOLD, **said})) == found
    assert heard(None, None, hours_of(THURSDAYS), Schedule(**{**TOLD, **said})) == THURSDAYS


@pytest.mark.parametrize(
    ("when", "english", "german"),
    [
        (SECOND, "Every second Tuesday, 17:00–19:00: Tue 1 December; Tue 15 December …",
         "Jeden zweiten Dienstag, 17:00 Uhr–19:00 Uhr: Di, 1. Dezember; Di, 15. Dezember …"),
        (every_second(weekly([1, 3], None, None), date(2026, 12, 1)),
         "Every second Tue, Thu: Tue 1 December; Thu 3 December …",
         "Jeden zweiten Di, Do: Di, 1. Dezember; Do, 3. Dezember …"),
        (each_month(1), "The first Tuesday of each month, 17:00–19:00",
         "Jeden ersten Dienstag im Monat, 17:00 Uhr–19:00 Uhr"),
        (each_month(LAST, WEEKEND), "The last Sat, Sun of each month",
         "Jeden letzten Sa, So im Monat"),
        (from_to(1, 30, replace(each_month(2), opens=0)),
         "Tue 1 December to Wed 30 December: The second Tuesday of each month, until 19:00",
         "Di, 1. Dezember bis Mi, 30. Dezember: Jeden zweiten Dienstag im Monat, bis 19:00 Uhr"),
    ],
)  # fmt: skip
def test_how_often_it_is_is_read_out(when: When, english: str, german: str) -> None:
    for language, words in (("en", english), ("de", german)):
        voice = Voice(language=language, zone=BERLIN, now=datetime(2026, 11, 20, tzinfo=UTC),
                      words={}, catalogue=catalogue(language))  # fmt: skip
        assert in_words(when, voice) == words


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
        ({"rhythm": "second", "days": ["1"]}, "on which day it begins"),
        ({"rhythm": "second", "day": "2026-11-01"}, "This day has passed."),
        ({"rhythm": "2"}, "Choose above which days of the week."),
        ({"rhythm": "5", "days": ["1"]}, "Choose one of these."),
        ({"rhythm": "2", "days": ["1"], "day": "2026-12-03"}, "not both"),
        ({"rhythm": "2", "days": ["0"], "day": "2026-12-01", "through": "2026-12-12"}, "None of"),
    ],
)
async def test_a_stretch_that_cannot_be(
    alder: Node, ana: Browser, said: dict[str, str], sentence: str
) -> None:
    shown = await ana.post("/l/new", {**FORM, **said}, form=NEED)

    assert shown.status_code == 422
    assert sentence in shown.text
    assert await alder.read(api.open_listings, api.HERE, alder.now()) == []


async def test_what_comes_again_is_kept_shown_and_changed(alder: Node, ana: Browser) -> None:
    said = {**FORM, "day": "2026-12-01", "rhythm": "second", "opens": "17:00", "closes": "19:00"}
    shown = await ana.post("/l/new", said, form=NEED)

    assert "Every second Tuesday, 17:00–19:00: Tue 1 December; Tue 15 December" in shown.text
    (made,) = await alder.read(api.open_listings, api.HERE, alder.now())
    assert made.when == SECOND
    assert made.ends is not None
    assert made.ends.isoformat() == "2027-01-19T23:00:00+00:00"
    form = f"{made.path}/edit"
    opened = (await ana.get(form)).text
    assert 'value="2026-12-01"' in opened
    same = await ana.post(form, {**said, "days": ["1"]}, form=form)
    assert "Every second Tuesday" in same.text
    monthly = {**FORM, "days": ["1", "3"], "rhythm": "-1"}
    changed = await ana.post(form, monthly, form=form)
    assert "The last Tue, Thu of each month" in changed.text
    weekly_ = await ana.post(form, {**FORM, "days": ["1"], "rhythm": "week"}, form=form)
    assert "Every Tuesday" in weekly_.text
    between = {**said, "through": "2026-12-20", "day": "2026-12-02"}
    shown = await ana.post(form, between, form=form)
    assert "Wed 2 December to Sun 20 December: Every second Wednesday, 17:00" in shown.text


@pytest.mark.parametrize(
    "when", [from_to(3, 16, THURSDAYS), SECOND, each_month(LAST), from_to(1, 30, SECOND)]
)
async def test_times_travel(alder: Node, birch: Node, when: When) -> None:
    who = await member(alder, "ana")
    await befriend(alder, birch)
    made = await post(alder, who, "offer", reach="trusted", hidden=False, when=when)
    await settle(alder, birch)

    (seen,) = await birch.read(api.open_listings, api.HERE, birch.now())

    assert seen.when == made.when == when
    assert "December" not in seen.text
