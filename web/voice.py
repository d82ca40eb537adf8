"""A voice: the language, zone, words and clock in which one page speaks.

Made once per request; everything that a reader sees as time, length or
sentence passes through it.
"""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Sentence
from vocab.values import dataclass
from web.language import catalogue, direction, mark, negotiate
from web.words import WORDS, placed

if TYPE_CHECKING:
    from node.kernel.node import Node

WEEKDAYS: Final = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"),
    mark("Saturday"), mark("Sunday"),
)  # fmt: skip
SHORT_WEEKDAYS: Final = (
    mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"),
)  # fmt: skip
MONTHS: Final = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"),
    mark("July"), mark("August"), mark("September"), mark("October"), mark("November"),
    mark("December"),
)  # fmt: skip
_UTC: Final = ZoneInfo("UTC")
_HOUR: Final = 60


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How one page speaks."""

    language: str
    zone: ZoneInfo
    now: datetime
    words: Mapping[str, str]
    catalogue: gettext.NullTranslations

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return direction(self.language)

    @property
    def today(self) -> date:
        """The day it is for the reader."""
        return self.now.astimezone(self.zone).date()

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; a bare per cent sign is written ``%%``."""
        # gettext answers "" with its own header
        return self.catalogue.gettext(message) % {**self.words, **values} if message else ""

    def many(self, one: str, more: str, num: int, **values: object) -> str:
        """The sentence in the form that fits the number, which it may name as ``%(num)d``."""
        text = self.catalogue.ngettext(one, more, num)
        return text % {**self.words, "num": num, **values}

    def tell(self, message: str) -> str:
        """A sentence that comes from elsewhere (an error): translated if known, never failing."""
        msgid, values = (
            (message.msgid, message.values) if isinstance(message, Sentence) else (message, {})
        )
        text = self.catalogue.gettext(msgid) if msgid else ""
        try:
            return text % {**self.words, **values}
        except (KeyError, TypeError, ValueError):
            return text

    def when(self, moment: datetime, *, zone: bool = True) -> str:
        """Weekday, date, time and zone: ``Thursday 18 March, 9:15 (Berlin)``."""
        local = moment.astimezone(self.zone)
        text = self.say(mark("%(day)s, %(time)s"), day=self.day(local), time=self.clock(local))
        if not zone:
            return text
        return self.say(mark("%(when)s (%(zone)s)"), when=text, zone=zone_name(self.zone))

    def day(self, moment: date) -> str:
        """Weekday and date, with the year when it is not this one: ``Thursday 18 March``."""
        local = self._local_day(moment)
        parts = {
            "weekday": self.say(WEEKDAYS[local.weekday()]),
            "day": local.day,
            "month": self.say(MONTHS[local.month - 1]),
            "year": local.year,
        }
        if local.year == self.today.year:
            return self.say(mark("%(weekday)s %(day)d %(month)s"), **parts)
        return self.say(mark("%(weekday)s %(day)d %(month)s %(year)d"), **parts)

    def short(self, moment: date) -> str:
        """For lists: ``Sat 13 March``, with the time if there is one."""
        local = self._local_day(moment)
        parts = {
            "weekday": self.say(SHORT_WEEKDAYS[local.weekday()]),
            "day": local.day,
            "month": self.say(MONTHS[local.month - 1]),
            "year": local.year,
        }
        this_year = local.year == self.today.year
        text = (
            self.say(mark("%(weekday)s %(day)d %(month)s"), **parts)
            if this_year
            else self.say(mark("%(weekday)s %(day)d %(month)s %(year)d"), **parts)
        )
        if not isinstance(moment, datetime):
            return text
        time = self.clock(moment)
        return self.say(mark("%(day)s, %(time)s"), day=text, time=time)

    def clock(self, moment: datetime) -> str:
        """The time of the day for the reader: ``9:15``."""
        local = moment.astimezone(self.zone)
        return self.say(mark("%(hour)d:%(minute)02d"), hour=local.hour, minute=local.minute)

    def duration(self, minutes: int) -> str:
        """A length of time in minutes, in words: ``1 h 30 min``."""
        sign = "−" if minutes < 0 else ""
        hours, rest = divmod(abs(minutes), _HOUR)
        if not hours:
            return sign + self.say(mark("%(minutes)d min"), minutes=rest)
        if not rest:
            return sign + self.say(mark("%(hours)d h"), hours=hours)
        return sign + self.say(mark("%(hours)d h %(minutes)d min"), hours=hours, minutes=rest)

    def _local_day(self, moment: date) -> date:
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else moment


def zone_name(zone: ZoneInfo) -> str:
    """The city of a zone, as people say it: ``Berlin`` for ``Europe/Berlin``."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def zone_of(*names: str | None) -> ZoneInfo:
    """The first of these names that is a zone; UTC when none is."""
    for name in filter(None, names):  # a name that is none is looked for on the disk each time
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return _UTC


def speak(node: "Node", viewer: Viewer, asked: str = "") -> Voice:
    """The voice in which this node speaks to this viewer.

    Args:
        node: whose community gives language, zone and words where the viewer has none.
        viewer: who reads.
        asked: an Accept-Language header, or "".
    """
    community = node.community
    language = negotiate(viewer.language, asked, community.language)
    chosen = community.words if language == negotiate(community.language, "", "") else {}
    known = catalogue(language)
    return Voice(
        language=language,
        zone=zone_of(viewer.timezone, community.timezone),
        now=node.now(),
        words=_named(language, tuple(table(node).items()), tuple(chosen.items())),
        catalogue=known,
    )


@lru_cache(64)
def _named(
    language: str, nouns: tuple[tuple[str, str], ...], chosen: tuple[tuple[str, str], ...]
) -> Mapping[str, str]:
    """The nouns of a language; kept, since every part of a page speaks with them."""
    return MappingProxyType(placed(dict(nouns), dict(chosen), catalogue(language).gettext))


def table(node: "Node") -> dict[str, str]:
    """Every noun that this community may rename, the modules' among them."""
    nouns = dict(WORDS)
    for module in node.registry.modules:
        nouns.update(module.words)
    return nouns


def voice(request: Request) -> Voice:
    """How the page of this request speaks; in pages, ``say`` of it is called ``_``."""
    if (known := getattr(request.state, "voice", None)) is not None:
        return known  # type: ignore[no-any-return]
    viewer = getattr(request.state, "viewer", ANONYMOUS)
    spoken = speak(request.app.state.node, viewer, request.headers.get("accept-language", ""))
    request.state.voice = spoken
    return spoken
