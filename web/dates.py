"""Days and times as people write them: "Sat", "13.3.", "13 March, 20:00", "2027-03-13".

Pure: text, today and the names of the reader's language go in. Day stands
before month; a day without a year is the next one.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from vocab.values import dataclass
from web.language import mark
from web.voice import MONTHS, WEEKDAYS, Voice

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED: Final = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?(?:\s*(\d{4}))?")
_BETWEEN: Final = re.compile(r"(?<=\d)t(?=\d)")
_TIME: Final = re.compile(
    r"(?:^|[\s,])(\d{1,2})(?:[:.h](\d{2})|\s*(?=[ap]\.?m|uhr))\s*(?:([ap])\.?m\.?|uhr)?$"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LEAST: Final = 2


class Unreadable(ValueError):
    """Not a day or time in any way of writing that we know."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of days and months in the languages a reader may write."""

    weekdays: Sequence[Sequence[str]]
    months: Sequence[Sequence[str]]
    today: Sequence[str]
    tomorrow: Sequence[str]


def names(voice: Voice) -> Names:
    """English, and the language of this voice."""
    return Names(
        weekdays=[_both(voice, name) for name in WEEKDAYS],
        months=[_both(voice, name) for name in MONTHS],
        today=_both(voice, mark("today")),
        tomorrow=_both(voice, mark("tomorrow")),
    )


def read_day(text: str, today: date, known: Names) -> date:
    """The day that somebody wrote.

    Args:
        text: what was typed.
        today: the reader's own day.
        known: from `names`.

    Raises:
        Unreadable: no way of writing fits, or there is no such day.
    """
    plain = text.strip().casefold().rstrip(",")
    if found := _ISO.fullmatch(plain):
        return _made(*(int(part) for part in found.groups()))
    if found := _DOTTED.fullmatch(plain):
        return _next(int(found[1]), int(found[2]), found[3], today)
    return _in_words(plain, today, known)


def read_moment(text: str, today: date, zone: ZoneInfo, known: Names, default: time) -> datetime:
    """The moment that somebody wrote: a day, and a time if they gave one.

    Args:
        text: what was typed; a native control's ``2027-03-13T20:00`` as well.
        today: the reader's own day.
        zone: the reader's zone; the result carries it.
        known: from `names`.
        default: the time of a day that stands alone.

    Raises:
        Unreadable: no way of writing fits.
    """
    plain = _BETWEEN.sub(" ", text.strip().casefold())
    found = _TIME.search(plain)
    if found is None or _DOTTED.fullmatch(plain):
        return datetime.combine(read_day(plain, today, known), default, zone)
    before = plain[: found.start()].strip(" ,") or "today"
    return datetime.combine(read_day(before, today, known), _clock(found), zone)


def read_clock(text: str) -> int:
    """The time of the day that somebody wrote, in minutes after midnight; 24:00 is its end.

    Raises:
        Unreadable: no way of writing fits.
    """
    plain = text.strip().casefold()
    if plain in ("24", "24:00"):
        return 24 * 60
    found = _TIME.fullmatch(f"{plain}:00" if plain.isdecimal() else plain)
    if found is None:
        raise Unreadable(text)
    at = _clock(found)
    return at.hour * 60 + at.minute


def _clock(found: re.Match[str]) -> time:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        raise Unreadable(found[0])
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute)
    except ValueError as error:
        raise Unreadable(found[0]) from error


def _in_words(plain: str, today: date, known: Names) -> date:
    if plain in known.today:
        return today
    if plain in known.tomorrow:
        return today + timedelta(days=1)
    words = _WORD.findall(plain)
    digits = re.findall(r"\d+", plain)
    month = next((m for word in words if (m := _place(word, known.months)) is not None), None)
    if month is not None and 1 <= len(digits) <= 2:
        day, year = _day_and_year(digits)
        return _next(day, month + 1, year, today)
    weekday = _place(words[0], known.weekdays) if len(words) == 1 and not digits else None
    if weekday is None:
        raise Unreadable(plain)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _day_and_year(digits: list[str]) -> tuple[int, str | None]:
    years = [part for part in digits if len(part) == 4]
    days = [part for part in digits if len(part) <= 2]
    if len(days) != 1 or len(years) + len(days) != len(digits):
        raise Unreadable(" ".join(digits))
    return int(days[0]), years[0] if years else None


def _next(day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return _made(int(year), month, day)
    this = _made(today.year, month, day, or_leap=True)
    return this if this >= today else _made(today.year + 1, month, day, or_leap=True)


def _made(year: int, month: int, day: int, *, or_leap: bool = False) -> date:
    for candidate in range(year, year + (8 if or_leap and (month, day) == (2, 29) else 0) + 1):
        try:
            return date(candidate, month, day)
        except ValueError:
            continue
    raise Unreadable(f"{year}-{month}-{day}")


def _place(word: str, table: Sequence[Sequence[str]]) -> int | None:
    """Which row a word is the beginning of; None if it is none or could be two."""
    if len(word) < _LEAST:
        return None
    rows = [i for i, row in enumerate(table) if any(name.startswith(word) for name in row)]
    return rows[0] if len(rows) == 1 else None


def _both(voice: Voice, english: str) -> list[str]:
    return [english.casefold(), voice.say(english).casefold()]
