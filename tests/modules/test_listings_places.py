"""Where and when a notice is: cells no finer than a kilometre, days and times; the plain rules."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from node.modules.listings import places, rules, telling_when, when
from node.modules.listings.objects import Hours
from node.modules.listings.places import Cell, apart, cell, heard, told, written
from node.modules.listings.when import ANY, DAY, When, meet, once, weekly
from vocab.things import Place
from web.dates import Unreadable, read_clock

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = date(2026, 12, 5)
LATITUDES = some.floats(min_value=-90, max_value=90)
LONGITUDES = some.floats(min_value=-180, max_value=180)


@given(LATITUDES, LONGITUDES)
def test_a_cell_is_at_least_a_kilometre_each_way(latitude: float, longitude: float) -> None:
    found = cell(latitude, longitude)

    assert found is not None
    assert cell(found.north / 100, found.east / 100) == found  # snapping again changes nothing
    wide = 1.112 * math.cos(math.radians(found.north / 100))
    near = [cell(found.north / 100, _turned(found, by)) for by in range(int(1 / max(wide, 0.01)))]
    beside = [one for one in near if one != found]
    assert all((one.east - found.east) % 36_000 * wide >= 1 for one in beside)


def _turned(found: Cell, by: int) -> float:
    return ((found.east + by + 18_000) % 36_000 - 18_000) / 100


@given(LATITUDES, LONGITUDES, some.floats(-0.004, 0.004), some.floats(-0.004, 0.004))
def test_a_cell_tells_nothing_of_where_in_it_somebody_is(
    latitude: float, longitude: float, up: float, aside: float
) -> None:
    middle = cell(latitude, longitude)
    assert middle is not None

    moved = cell(
        max(-90, min(90, middle.north / 100 + up)), max(-180, min(180, middle.east / 100 + aside))
    )

    assert moved == middle


@pytest.mark.parametrize(
    "text",
    [
        "52.516275, 13.377704", "52.516275 13.377704", "52,516275; 13,377704",
        "52,516275, 13,377704", "52.516275° N, 13.377704° E", "geo:52.516275,13.377704?z=17",
        " 52.52,13.38 ",
    ],
)  # fmt: skip
def test_coordinates_are_read_as_maps_write_them(text: str) -> None:
    assert written(text) == Cell(north=5252, east=1338)


@pytest.mark.parametrize(
    "text", ["", "Northside", "52.5", "91, 0", "0, 181", "nan, nan", "1e5, 3", "52.5, 13.4, 7", "<"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert written(text) is None


def test_south_and_west_are_read() -> None:
    assert written("33.45 S, 70.67 W") == cell(-33.45, -70.67)
    assert cell(math.nan, 0) is None


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((52.52, 13.4), (52.52, 13.4), 0),
        ((52.52, 13.4), (52.39, 13.06), 27),
        ((52.52, 13.4), (48.13, 11.58), 505),
        ((0, 179.99), (0, -179.99), 2),
    ],
)
def test_distances_are_whole_kilometres(one, other, km) -> None:
    here, there = cell(*one), cell(*other)
    assert here is not None
    assert there is not None

    assert apart(here, there) == apart(there, here) == km


def test_a_place_travels_as_its_cell_and_comes_back() -> None:
    here = cell(52.516275, 13.377704)

    said = told("Northside", here)

    assert (said.latitude, said.longitude, said.radius) == (52.52, 13.38, places.RADIUS)
    assert heard(said) == here
    assert told("Northside", None) is None


@pytest.mark.parametrize(
    "place",
    [
        None,
        "https://birch.test/places/1",
        Place(name="Somewhere"),
        Place(latitude=52.5, longitude=13.4, radius=50_000, units="m"),
        Place(latitude=999, longitude=13.4),
    ],
)
def test_a_place_that_says_too_little_is_none(place) -> None:
    assert heard(place) is None


def test_a_finer_place_of_other_software_becomes_a_cell() -> None:
    assert heard(Place(latitude=52.516275, longitude=13.377704)) == Cell(north=5252, east=1338)


MORNING = once(SATURDAY, 9 * 60, 12 * 60, BERLIN)
WEEKENDS = weekly([5, 6], None, None)
EVENINGS = weekly([], 18 * 60, 21 * 60)


@pytest.mark.parametrize(
    ("one", "other", "suits"),
    [
        (MORNING, ANY, None),
        (ANY, ANY, None),
        (MORNING, WEEKENDS, True),
        (MORNING, EVENINGS, False),
        (MORNING, weekly([0], None, None), False),
        (MORNING, once(SATURDAY, None, None, BERLIN), True),
        (MORNING, once(SATURDAY, 12 * 60, None, BERLIN), False),
        (MORNING, once(date(2026, 12, 12), None, None, BERLIN), False),
        (WEEKENDS, EVENINGS, True),
        (WEEKENDS, weekly([1], None, None), False),
        (EVENINGS, weekly([2], 8 * 60, 12 * 60), False),
    ],
)
def test_times_meet_or_they_do_not(one: When, other: When, suits: bool | None) -> None:
    assert meet(one, other, BERLIN) is meet(other, one, BERLIN) is suits


def test_a_window_alone_is_every_day() -> None:
    assert EVENINGS.days == tuple(range(7))
    assert weekly([], None, None) == ANY


@pytest.mark.parametrize("times", [MORNING, WEEKENDS, EVENINGS, ANY, weekly([2], 0, DAY)])
def test_times_are_the_same_behind_rows_and_wire(times: When) -> None:
    assert when.kept(**when.columns(times)) == times
    assert telling_when.heard(times.starts, times.due, telling_when.hours_of(times)) == times


@pytest.mark.parametrize(
    "said",
    [
        {"days": ("http://schema.org/Funday",)},
        {"days": ("http://schema.org/Monday",), "opens": "25:00"},
        {"days": ("http://schema.org/Monday",), "opens": "half past"},
        {"days": ("http://schema.org/Monday",), "opens": "12:00", "closes": "09:00"},
        {"days": ("http://schema.org/Monday",), "opens": "24:00", "closes": "24:30"},
    ],
)
def test_hours_that_cannot_be_say_nothing(said: dict) -> None:
    assert telling_when.heard(None, None, [Hours(**said)]) == ANY


def test_a_day_that_ends_before_it_begins_says_nothing() -> None:
    noon = datetime(2026, 12, 5, 12, tzinfo=UTC)

    assert telling_when.heard(noon, noon - timedelta(hours=1), ()) == ANY
    assert telling_when.heard(noon, noon + timedelta(days=500), ()) == ANY
    assert telling_when.heard(None, noon, ()) == ANY


def test_a_notice_stays_up_whole_days_longer_and_at_most_a_year() -> None:
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    soon = datetime(2026, 11, 24, 23, tzinfo=UTC)  # the end of the 24th, in Berlin

    longer = rules.renewed(soon, now, BERLIN)

    assert rules.last_day(longer, BERLIN) == date(2027, 1, 23)
    last = rules.renewed(now + timedelta(days=360), now, BERLIN)
    assert rules.last_day(last, BERLIN) == now.date() + rules.LONGEST


@pytest.mark.parametrize(
    ("ends", "due", "may"), [(5, None, True), (5, 5, False), (40, None, False), (-1, None, False)]
)
def test_only_what_ends_soon_is_offered_to_stay(ends: int, due: int | None, may: bool) -> None:
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    day = now + timedelta(days=due) if due else None

    assert rules.may_renew(now + timedelta(days=ends), day, now) is may


@pytest.mark.parametrize("text", ["17:00", "17", "17.00", "5 pm", "17 Uhr", "17h00"])
def test_a_time_of_the_day_is_read_as_people_write_it(text: str) -> None:
    assert read_clock(text) == 17 * 60


@pytest.mark.parametrize("text", ["", "noonish", "25", "17:60", "13 pm", "Sat", "17:00 18:00"])
def test_what_is_no_time_of_the_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_clock(text)


def test_a_day_ends_at_twenty_four() -> None:
    assert read_clock("24:00") == DAY
