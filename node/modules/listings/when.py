"""When a notice is about: one day, or days of the week, or those from one day to another; pure.

One day is two moments, and so is a stretch of days. Days of the week are local
to the community the notice is of, as opening hours are on a door; they are those of every week,
of every second, or one of them in each month.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from vocab.values import dataclass

WEEK: Final = tuple(range(7))
DAY: Final = 24 * 60
LAST: Final = -1
"""The last of a month, as `nth` says it."""
LONG: Final = 366
"""Days in which everything that comes again has come."""


@dataclass(frozen=True, kw_only=True)
class When:
    """The times that suit whoever wrote a notice; nothing of it set means any time.

    `starts` and `due` are the moments of a single day, or of a stretch of days; `days` the days
    of the week, 0 for Monday, from `opens` to `closes`, in minutes after midnight. Both together
    are those days of the week that lie in the stretch. With `second`, a Monday, the days are
    those of its week and of every second one after it; with `nth` the first (1) to fourth of
    each month, or its last (-1).
    """

    starts: datetime | None = None
    due: datetime | None = None
    days: tuple[int, ...] = ()
    opens: int = 0
    closes: int = DAY
    second: date | None = None
    nth: int = 0

    @property
    def said(self) -> bool:
        """Whether it says any time at all."""
        return self.starts is not None or bool(self.days)


ANY: Final = When()


def every_second(within: When, first: date) -> When:
    """Days of every second week, that of a day first; that day of the week, if it says none."""
    monday = first - timedelta(days=first.weekday())
    return replace(within, days=within.days or (first.weekday(),), second=monday)


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
        shared = set(one.days) & set(other.days) and _in_step(one, other)
        return bool(shared) and one.opens < other.closes and other.opens < one.closes
    if one.starts and one.due and other.starts and other.due and not (one.days or other.days):
        return one.starts < other.due and other.starts < one.due
    return any(_share(one, other, day, zone) for day in _common(one, other, zone))


def _in_step(one: When, other: When) -> bool:
    """Whether days of the week that both have fall together in some week.

    The last of a month is its fourth, too, unless there is a fifth.
    """
    if one.second and other.second:
        return (one.second - other.second).days // 7 % 2 == 0
    return not (one.nth and other.nth) or one.nth == other.nth or {one.nth, other.nth} == {4, LAST}


def falls(when: When, day: date) -> bool:
    """Whether a day is one of its days of the week, of those weeks that it means."""
    if when.days and day.weekday() not in when.days:
        return False
    if when.second:
        weeks = (day - when.second).days // 7
        return weeks >= 0 and weeks % 2 == 0
    if when.nth == LAST:
        return (day + timedelta(days=7)).month != day.month
    return not when.nth or (day.day + 6) // 7 == when.nth


def coming(when: When, today: date, count: int) -> list[date]:
    """The next days on which it is, from today on; so many."""
    first = max(today, when.second or today)
    days = (first + timedelta(days=number) for number in range(LONG))
    return list(islice((day for day in days if falls(when, day)), count))


def _common(one: When, other: When, zone: ZoneInfo) -> Iterator[date]:
    """The days that lie in both stretches; as many as it takes to meet all there are."""
    first = max(each.starts for each in (one, other) if each.starts).astimezone(zone).date()
    last = min(each.due for each in (one, other) if each.due).astimezone(zone).date()
    every_week = not any(each.second or each.nth for each in (one, other))
    for number in range(min((last - first).days, len(WEEK) if every_week else LONG) + 1):
        yield first + timedelta(days=number)


def _share(one: When, other: When, day: date, zone: ZoneInfo) -> bool:
    mine, theirs = _on(one, day, zone), _on(other, day, zone)
    return mine[0] < theirs[1] and theirs[0] < mine[1]


def _on(when: When, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """From when to when it is on a day, in minutes; from and to the same if it is not."""
    if not falls(when, day):
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
    hours |= {"second": when.second.isoformat()} if when.second else {}
    hours |= {"nth": when.nth} if when.nth else {}
    return {"starts": when.starts, "due": when.due, "hours": hours if when.days else None}


def kept(starts: datetime | None, due: datetime | None, hours: Mapping[str, Any] | None) -> When:
    """What columns say."""
    found = ANY
    if hours:
        second = date.fromisoformat(hours["second"]) if hours.get("second") else None
        plain = {name: hours[name] for name in ("opens", "closes")}
        found = When(days=tuple(hours["days"]), **plain, second=second, nth=hours.get("nth", 0))
    return replace(found, starts=starts, due=due) if starts and due else found
