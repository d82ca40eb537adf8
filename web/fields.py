"""The kinds of field a form may have: what each accepts and gives.

Declared once, beside the page; labels and sentences are marked English and
translated where they are shown. A field that is not `optional` must be filled in.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, TypeVar

from vocab.html import straight
from web.dates import Unreadable, names, read_clock, read_day, read_moment
from web.language import mark
from web.links import is_web
from web.voice import Voice

_CONTROLS: Final = frozenset({"Cc", "Cs"})
_HOURS: Final = r"\s*(?:hours?|h|std\.?|stunden?)"
_MINUTES: Final = r"\s*(?:minutes?|minuten|min\.?|m)?"
_LENGTHS: Final = tuple(
    re.compile(way, re.IGNORECASE)
    for way in (
        rf"(?P<h>[0-9]{{1,4}})[.,](?P<f>[0-9]{{1,2}}){_HOURS}",
        rf"(?P<h>[0-9]{{1,4}}){_HOURS}(?:\s*(?P<m>[0-9]{{1,3}}){_MINUTES})?",
        r"(?P<h>[0-9]{1,4}):(?P<m>[0-5][0-9])",
        rf"(?P<m>[0-9]{{1,6}}){_MINUTES}",
    )
)


class Wrong(Exception):
    """What was typed cannot be used; the sentence says what to do instead."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


D = TypeVar("D", bound=date)


@dataclass(frozen=True)
class Field:
    """What every field has. `check` raises Wrong, or gives the value to keep."""

    name: str
    label: str = ""
    help: str = ""
    optional: bool = False
    missing: str = mark("Fill this in.")
    check: Callable[[Any], Any] | None = None
    attributes: Mapping[str, str | int] | None = None

    kind = "line"
    type = "text"
    short = False
    unit = ""
    many = False
    dir = ""

    def read(self, sent: Sequence[str], voice: Voice) -> Any:
        """The typed value of what was sent; None (or what is empty) where nothing was.

        Raises:
            Wrong: it cannot be used.
        """
        text = tidy(sent[0]) if sent else ""
        if not text:
            if not self.optional:
                raise Wrong(self.missing)
            return self.nothing()
        value = self.value(text, voice)
        return self.check(value) if self.check else value

    def nothing(self) -> Any:
        """The value of an optional field that was left empty."""
        return None

    def value(self, text: str, voice: Voice) -> Any:
        """The value of a text that is not empty."""
        return text

    def show(self, value: Any, voice: Voice) -> str:
        """How a value stands in the field when the form is opened."""
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Line(Field):
    """One line of text. `spell` off for names, addresses and codes."""

    at_most: int = 200
    at_least: int = 0
    autocomplete: str = ""
    spell: bool = True
    dir = "auto"

    def nothing(self) -> str:
        """An empty text."""
        return ""

    def value(self, text: str, voice: Voice) -> str:
        """The text on one line, if it is no longer or shorter than asked for."""
        return sized(" ".join(text.split()), self.at_least, self.at_most)


@dataclass(frozen=True)
class Text(Field):
    """Several lines, which end in plain newlines; with `file`, also from one (multipart)."""

    at_most: int = 10_000
    at_least: int = 0
    file: bool = False
    kind = "text"

    def nothing(self) -> str:
        """An empty text."""
        return ""

    def value(self, text: str, voice: Voice) -> str:
        """The text, if it is no longer or shorter than asked for."""
        return sized(text, self.at_least, self.at_most)


@dataclass(frozen=True)
class Secret(Field):
    """A password: taken exactly as typed, and never shown again."""

    at_least: int = 0
    at_most: int = 1024
    autocomplete: str = "current-password"
    type = "password"

    def read(self, sent: Sequence[str], voice: Voice) -> str:
        """What was typed, letter for letter."""
        text = sent[0] if sent else ""
        if not text and not self.optional:
            raise Wrong(self.missing)
        if not text:
            return ""
        value = sized(text, self.at_least, self.at_most)
        return str(self.check(value)) if self.check else value


@dataclass(frozen=True)
class Address(Line):
    """A web address, http or https."""

    at_most: int = 2048
    spell: bool = False
    type = "url"
    dir = "ltr"

    def value(self, text: str, voice: Voice) -> str:
        """The address; https is put before it where nothing stands."""
        whole = text if "://" in text else f"https://{text}"
        if not is_web(sized(whole, 0, self.at_most)):
            raise Wrong(mark("This is no web address. Write it as in https://birch.example."))
        return whole


@dataclass(frozen=True)
class Number(Field):
    """A whole number, with its unit written behind it."""

    least: int = 0
    most: int = 1_000_000
    of: str = ""
    short = True

    @property
    def unit(self) -> str:  # type: ignore[override]
        """The word behind the field."""
        return self.of

    def value(self, text: str, voice: Voice) -> int:
        """The number, if it lies between least and most."""
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise Wrong(mark("Write a whole number, as in 8."))
        if not self.least <= int(text) <= self.most:
            raise Wrong(
                mark("Choose a number from %(least)d to %(most)d."),
                least=self.least,
                most=self.most,
            )
        return int(text)


@dataclass(frozen=True)
class Minutes(Field):
    """A length of time; gives whole minutes. Takes "90", "1 h 30", "1:30", "1,5 h"."""

    least: int = 1
    most: int = 60 * 24 * 365
    short = True

    def value(self, text: str, voice: Voice) -> int:
        """The length in minutes."""
        found = next((f for way in _LENGTHS if (f := way.fullmatch(text))), None)
        if found is None:
            raise Wrong(mark("Write it as in “90” for minutes, or “1 h 30 min”."))
        parts = found.groupdict()
        share = round(int((parts.get("f") or "0").ljust(2, "0")) * 60 / 100)
        minutes = int(parts.get("h") or 0) * 60 + int(parts.get("m") or 0) + share
        if not self.least <= minutes <= self.most:
            raise Wrong(
                mark("Choose a time from %(least)s to %(most)s."),
                least=voice.duration(self.least),
                most=voice.duration(self.most),
            )
        return minutes

    def show(self, value: Any, voice: Voice) -> str:
        """As people write it."""
        return "" if value is None else voice.duration(int(value))


@dataclass(frozen=True)
class Day(Field):
    """A day; gives a date. `from_tomorrow` refuses today and what has passed."""

    from_tomorrow: bool = False
    short = True

    def value(self, text: str, voice: Voice) -> date:
        """The day."""
        day = _readable(lambda: read_day(text, voice.today, names(voice)))
        if self.from_tomorrow and day <= voice.today:
            raise Wrong(mark("This day has passed. Choose one from tomorrow on."))
        return day

    def show(self, value: Any, voice: Voice) -> str:
        """As ISO writes it, which every language can read back."""
        return value.isoformat() if isinstance(value, date) else ""


@dataclass(frozen=True)
class Moment(Field):
    """A day and time in the reader's zone; gives a datetime. A day alone means `at`."""

    at: time = time(20, 0)
    in_future: bool = False

    def value(self, text: str, voice: Voice) -> datetime:
        """The moment."""
        moment = _readable(
            lambda: read_moment(text, voice.today, voice.zone, names(voice), self.at)
        )
        if self.in_future and moment <= voice.now:
            raise Wrong(mark("This time has passed. Choose one that is still to come."))
        return moment

    def show(self, value: Any, voice: Voice) -> str:
        """Day and time in the reader's zone."""
        return value.astimezone(voice.zone).strftime("%Y-%m-%d %H:%M") if value else ""


@dataclass(frozen=True)
class Clock(Field):
    """A time of the day; gives minutes after midnight, 1440 for its end."""

    short = True

    def value(self, text: str, voice: Voice) -> int:
        """The time."""
        try:
            return read_clock(text)
        except Unreadable as error:
            raise Wrong(mark("Write the time as in 17:00.")) from error

    def show(self, value: Any, voice: Voice) -> str:
        """As clocks show it."""
        return "" if value is None else f"{int(value) // 60}:{int(value) % 60:02d}"


@dataclass(frozen=True)
class Choice:
    """One of the things to pick: its value, its words, and the sentence below them."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Pick(Field):
    """One of some choices, or with `several` any of them (then gives a list)."""

    choices: tuple[Choice, ...] = ()
    several: bool = False
    missing: str = mark("Choose one.")
    kind = "pick"

    @property
    def many(self) -> bool:  # type: ignore[override]
        """Whether boxes are shown, not radios."""
        return self.several

    def read(self, sent: Sequence[str], voice: Voice) -> Any:
        """The chosen value or values, each once; unknown ones are refused."""
        known = {choice.value for choice in self.choices}
        chosen = list(dict.fromkeys(value for value in sent if value))
        if not set(chosen) <= known or (len(chosen) > 1 and not self.several):
            raise Wrong(mark("Choose one of these."))
        if not chosen and not self.optional:
            raise Wrong(self.missing)
        if self.several:
            return self.check(chosen) if self.check else chosen
        value = chosen[0] if chosen else None
        return self.check(value) if self.check and value else value


@dataclass(frozen=True)
class Tick(Field):
    """One box; gives True or False. Not optional means: must be ticked."""

    optional: bool = True
    missing: str = mark("Tick this box to go on.")
    kind = "tick"

    def read(self, sent: Sequence[str], voice: Voice) -> bool:
        """Whether the box was ticked."""
        if not any(sent) and not self.optional:
            raise Wrong(self.missing)
        return any(sent)

    def show(self, value: Any, voice: Voice) -> str:
        """``yes`` or nothing."""
        return "yes" if value else ""


@dataclass(frozen=True)
class Hidden(Line):
    """A value that the page carries along; shown to nobody, believed by nobody."""

    optional: bool = True
    kind = "hidden"


REACH: Final = (
    Choice(
        "community",
        mark("This community"),
        mark("Only %(word_members)s see it. It does not leave this node."),
    ),
    Choice(
        "trusted",
        mark("Trusted nodes"),
        mark("%(word_Members)s here and in the communities that we trust."),
    ),
    Choice(
        "public",
        mark("Public"),
        mark("Everybody, also people and servers that we do not know."),
    ),
)


def reach(name: str = "reach", label: str = mark("Who can see it?"), **more: Any) -> Pick:
    """The field in which the reach of something is chosen, with its sentences."""
    return Pick(name, label, choices=REACH, missing=mark("Choose who can see it."), **more)


def tidy(text: str) -> str:
    """Plain text (NFC, newlines as one) without what is not seen or turns the text around it."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (each for each in lines if each in "\n\t" or unicodedata.category(each) not in _CONTROLS)
    return straight("".join(kept)).strip()


def sized(text: str, least: int, most: int) -> str:
    """The text, if its length in characters fits.

    Raises:
        Wrong: it is too long or too short.
    """
    if len(text) > most:
        raise Wrong(
            mark("This is %(over)d characters too long. Shorten it to %(most)d."),
            over=len(text) - most,
            most=most,
        )
    if len(text) < least:
        raise Wrong(mark("This is too short. Write at least %(least)d characters."), least=least)
    return text


def _readable(read: Callable[[], D]) -> D:
    try:
        return read()
    except Unreadable as error:
        raise Wrong(mark("Write the day as in “Sat”, “13.3.” or “13 March 2027”.")) from error
