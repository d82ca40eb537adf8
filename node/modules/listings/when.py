"""When a notice is about: one day, or days of the week, or those from one day to another; pure.

One day is two moments, and so is a stretch of days. Days of the week are local
to the community the notice is of, as opening hours are on a door.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from node.modules.listings.objects import Hours
from vocab.values import dataclass
from web.voice import SHORT_WEEKDAYS, WEEKDAYS, Voice

WEEK: Final = tuple(range(7))
DAY: Final = 24 * 60
NAMES: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
SCHEMA: Final = "http://schema.org/"
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::00)?")


@dataclass(frozen=True, kw_only=True)
class When:
    """The times that suit whoever wrote a notice; nothing of it set means any time.

    `starts` and `due` are the moments of a single day, or of a stretch of days; `days` the days
    of the week, 0 for Monday, from `opens` to `closes`, in minutes after midnight. Both together
    are those days of the week that lie in the stretch.
    """

    starts: datetime | None = None
    due: datetime | None = None
    days: tuple[int, ...] = ()
    opens: int = 0
    closes: int = DAY

    @property
    def said(self) -> bool:
        """Whether it says any time at all."""
        return self.starts is not None or bool(self.days)


ANY: Final = When()


def once(day: date, opens: int | None, closes: int | None, zone: ZoneInfo) -> When:
    """One day in a zone, from and to a time of the day where there is one."""
    return When(starts=_at(day, opens or 0, zone), due=_at(day, closes or DAY, zone))


def weekly(days: Sequence[int], opens: int | None, closes: int | None) -> When:
    """Days of the week; every day, if there is only a time of the day."""
    chosen = tuple(sorted(set(days))) or (WEEK if opens or closes else ())
    return When(days=chosen, opens=opens or 0, closes=closes or DAY) if chosen else ANY


def stretch(first: date, last: date, within: When, zone: ZoneInfo) -> When:
    """Days of the week from one day to another, both among them; every day, if it says none."""
    days = within.days or WEEK
    return replace(within, days=days, starts=_at(first, 0, zone), due=_at(last, DAY, zone))


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, DAY)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)


def meet(one: When, other: When, zone: ZoneInfo) -> bool | None:
    """Whether two times have some time in common; None if one of them says none."""
    if not (one.said and other.said):
        return None
    if one.starts is None and other.starts is None:
        shared = set(one.days) & set(other.days)
        return bool(shared) and one.opens < other.closes and other.opens < one.closes
    if one.starts and one.due and other.starts and other.due and not (one.days or other.days):
        return one.starts < other.due and other.starts < one.due
    return any(_share(one, other, day, zone) for day in _common(one, other, zone))


def _common(one: When, other: When, zone: ZoneInfo) -> Iterator[date]:
    """The days that lie in both stretches; as many as it takes to meet every day of the week."""
    first = max(each.starts for each in (one, other) if each.starts).astimezone(zone).date()
    last = min(each.due for each in (one, other) if each.due).astimezone(zone).date()
    for number in range(min((last - first).days, len(WEEK)) + 1):
        yield first + timedelta(days=number)


def _share(one: When, other: When, day: date, zone: ZoneInfo) -> bool:
    mine, theirs = _on(one, day, zone), _on(other, day, zone)
    return mine[0] < theirs[1] and theirs[0] < mine[1]


def _on(when: When, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """From when to when it is on a day, in minutes; from and to the same if it is not."""
    if when.days and day.weekday() not in when.days:
        return 0, 0
    opens, closes = (when.opens, when.closes) if when.days else (0, DAY)
    begins, ends = _minute(when.starts, day, zone, 0), _minute(when.due, day, zone, DAY)
    opens, closes = max(opens, begins), min(closes, ends)
    return (opens, closes) if opens < closes else (0, 0)


def _minute(moment: datetime | None, day: date, zone: ZoneInfo, nothing: int) -> int:
    """A moment as the minute of a day: at its beginning if it was before, at its end if after."""
    if moment is None:
        return nothing
    local = moment.astimezone(zone)
    if local.date() != day:
        return 0 if local.date() < day else DAY
    return local.hour * 60 + local.minute


def weekdays(when: When, zone: ZoneInfo) -> frozenset[int]:
    """The days of the week on which it can be; none of them if it does not say."""
    if when.starts is None:
        return frozenset(when.days)
    met = (day for day in _common(when, when, zone) if _share(when, when, day, zone))
    return frozenset(day.weekday() for day in met)


# Rows ---------------------------------------------------------------------------------------


def columns(when: When) -> dict[str, Any]:
    """The columns of a notice that say when."""
    hours = {"days": list(when.days), "opens": when.opens, "closes": when.closes}
    return {"starts": when.starts, "due": when.due, "hours": hours if when.days else None}


def kept(starts: datetime | None, due: datetime | None, hours: Mapping[str, Any] | None) -> When:
    """What columns say."""
    found = ANY
    if hours:
        found = When(days=tuple(hours["days"]), opens=hours["opens"], closes=hours["closes"])
    return replace(found, starts=starts, due=due) if starts and due else found


# The wire -----------------------------------------------------------------------------------


def hours_of(when: When) -> tuple[Hours, ...]:
    """Days of the week as they travel (schema.org, OpeningHoursSpecification)."""
    if not when.days:
        return ()
    days = tuple(SCHEMA + NAMES[day] for day in when.days)
    return (Hours(days=days, opens=_clock(when.opens), closes=_clock(when.closes)),)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def heard(starts: datetime | None, due: datetime | None, hours: Sequence[Hours]) -> When:
    """What arrived, as far as it can be: a day that ends before it begins says nothing."""
    found = _heard_hours(hours[0]) if hours else ANY
    sound = starts and due and timedelta() < due - starts <= timedelta(days=366)
    return replace(found, starts=starts, due=due) if sound else found


def _heard_hours(said: Hours) -> When:
    named = {NAMES.index(word) for one in said.days if (word := one.rpartition("/")[2]) in NAMES}
    opens, closes = _minutes(said.opens, 0), _minutes(said.closes, DAY)
    if opens is None or closes is None or not opens < closes <= DAY:
        return ANY
    return When(days=tuple(sorted(named)), opens=opens, closes=closes) if named else ANY


def _minutes(said: str | None, nothing: int) -> int | None:
    if said is None:
        return nothing
    found = _CLOCK.fullmatch(said)
    return int(found[1]) * 60 + int(found[2]) if found else None


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
    return _with_clock(_days(when.days, voice), when.opens, when.closes, voice)


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
    times = _with_clock(_days(when.days, voice), when.opens, when.closes, voice)
    return voice.say("%(span)s: %(times)s", span=span, times=times)


def _days(days: Sequence[int], voice: Voice) -> str:
    if tuple(days) == WEEK:
        return voice.say("Every day")
    if len(days) == 1:
        return voice.say("Every %(day)s", day=voice.say(WEEKDAYS[days[0]]))
    return ", ".join(voice.say(SHORT_WEEKDAYS[day]) for day in days)


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
