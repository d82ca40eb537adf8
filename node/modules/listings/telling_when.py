"""Times as they travel, and as they are read out; pure.

Days of every week are opening hours; days of every second week, or one in a month, are a
schedule (both of schema.org), since opening hours would say that it is every week.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from node.modules.listings.objects import Hours, Schedule
from node.modules.listings.when import ANY, DAY, LAST, WEEK, When, coming, every_second
from web.language import mark
from web.voice import SHORT_WEEKDAYS, WEEKDAYS, Voice

NAMES: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
SHORT: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""Days of the week in a schedule (RFC 5545 §3.3.10, weekday)."""
SCHEMA: Final = "http://schema.org/"
SECOND: Final = "P2W"
MONTHLY: Final = "P1M"
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::00)?")
_BY_DAY: Final = re.compile(r"([1-4]|-1)?(MO|TU|WE|TH|FR|SA|SU)")


# The wire -----------------------------------------------------------------------------------


def hours_of(when: When) -> tuple[Hours, ...]:
    """Days of every week as they travel (schema.org, OpeningHoursSpecification)."""
    if not when.days or when.second or when.nth:
        return ()
    days = tuple(SCHEMA + NAMES[day] for day in when.days)
    return (Hours(days=days, opens=_clock(when.opens), closes=_clock(when.closes)),)


def schedule_of(when: When) -> Schedule | None:
    """Days of every second week, or one in each month, as they travel (schema.org, Schedule)."""
    if not when.days or not (when.second or when.nth):
        return None
    place = f"{when.nth}" if when.nth else ""
    return Schedule(
        frequency=SECOND if when.second else MONTHLY,
        days=tuple(f"{place}{SHORT[day]}" for day in when.days),
        first=when.second.isoformat() if when.second else None,
        opens=_clock(when.opens),
        closes=_clock(when.closes),
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def heard(
    starts: datetime | None,
    due: datetime | None,
    hours: Sequence[Hours],
    schedule: Schedule | None = None,
) -> When:
    """What arrived, as far as it can be: a day that ends before it begins says nothing."""
    found = _heard_hours(hours[0]) if hours else ANY
    if schedule is not None and not hours:
        found = _heard_schedule(schedule)
    sound = starts and due and timedelta() < due - starts <= timedelta(days=366)
    return replace(found, starts=starts, due=due) if sound else found


def _heard_hours(said: Hours) -> When:
    named = {NAMES.index(word) for one in said.days if (word := one.rpartition("/")[2]) in NAMES}
    return _within(named, said.opens, said.closes)


def _heard_schedule(said: Schedule) -> When:
    """A schedule, if it is one that we can say, too; else any time, and never every week."""
    found = [_BY_DAY.fullmatch(one) for one in said.days[:31]]
    places = {one[1] for one in found if one}
    if not found or not all(found) or len(places) != 1:
        return ANY
    weekly = _within({SHORT.index(one[2]) for one in found if one}, said.opens, said.closes)
    place, first = places.pop(), _day(said.first)
    if not weekly.said:
        return ANY
    if said.frequency == MONTHLY and place:
        return replace(weekly, nth=int(place))
    return every_second(weekly, first) if said.frequency == SECOND and first and not place else ANY


def _within(days: set[int], said_opens: str | None, said_closes: str | None) -> When:
    opens, closes = _minutes(said_opens, 0), _minutes(said_closes, DAY)
    if opens is None or closes is None or not opens < closes <= DAY:
        return ANY
    return When(days=tuple(sorted(days)), opens=opens, closes=closes) if days else ANY


def _minutes(said: str | None, nothing: int) -> int | None:
    if said is None:
        return nothing
    found = _CLOCK.fullmatch(said)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _day(said: str | None) -> date | None:
    """A day between 1970 and 2200; what lies far away counts nothing."""
    try:
        found = date.fromisoformat(said or "")
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


# Words --------------------------------------------------------------------------------------


def in_words(when: When, voice: Voice) -> str:
    """When it is, for a reader: “Tue, Thu, 17:00–19:00”; "" for any time."""
    if _is_stretch(when):
        return _stretch_in_words(when, voice)
    if when.starts is not None and when.due is not None:
        begins, ends = when.starts.astimezone(voice.zone), when.due.astimezone(voice.zone)
        opens = begins.hour * 60 + begins.minute
        length = int((ends - begins).total_seconds()) // 60
        return _with_clock(voice.day(begins), opens, opens + length, voice)
    if not when.days:
        return ""
    times = _with_clock(_days(when, voice), when.opens, when.closes, voice)
    days = [voice.short(day) for day in coming(when, voice.today, 2)] if when.second else []
    if not days:
        return times
    return voice.say("%(times)s: %(days)s …", times=times, days="; ".join(days))


def _is_stretch(when: When) -> bool:
    if when.starts is None or when.due is None:
        return False
    return bool(when.days) or when.due - when.starts > timedelta(days=1)


def _stretch_in_words(when: When, voice: Voice) -> str:
    assert when.starts is not None, "it is a stretch"
    assert when.due is not None, "it is a stretch"
    first = when.starts.astimezone(voice.zone).date()
    last = (when.due - timedelta(minutes=1)).astimezone(voice.zone).date()
    span = voice.say("%(first)s to %(last)s", first=voice.short(first), last=voice.short(last))
    if when.days in ((), WEEK) and (when.opens, when.closes) == (0, DAY):
        return span
    times = _with_clock(_days(when, voice), when.opens, when.closes, voice)
    return voice.say("%(span)s: %(times)s", span=span, times=times)


IN_A_MONTH: Final = {
    1: mark("The first %(day)s of each month"),
    2: mark("The second %(day)s of each month"),
    3: mark("The third %(day)s of each month"),
    4: mark("The fourth %(day)s of each month"),
    LAST: mark("The last %(day)s of each month"),
}


def _days(when: When, voice: Voice) -> str:
    days, each_week = when.days, not (when.second or when.nth)
    if each_week and days == WEEK:
        return voice.say("Every day")
    names = ", ".join(voice.say(SHORT_WEEKDAYS[day]) for day in days)
    day = voice.say(WEEKDAYS[days[0]]) if len(days) == 1 else names
    if when.second:
        return voice.say("Every second %(day)s", day=day)
    if when.nth:
        return voice.say(IN_A_MONTH[when.nth], day=day)
    return voice.say("Every %(day)s", day=day) if len(days) == 1 else names


def _with_clock(day: str, opens: int, closes: int, voice: Voice) -> str:
    if opens <= 0 and closes >= DAY:
        return day
    if closes >= DAY:
        return voice.say("%(day)s, from %(time)s", day=day, time=_spoken(opens, voice))
    if opens <= 0:
        return voice.say("%(day)s, until %(time)s", day=day, time=_spoken(closes, voice))
    span = f"{_spoken(opens, voice)}–{_spoken(closes, voice)}"
    return voice.say("%(day)s, %(time)s", day=day, time=span)


def _spoken(minutes: int, voice: Voice) -> str:
    return voice.say("%(hour)d:%(minute)02d", hour=minutes // 60, minute=minutes % 60)
