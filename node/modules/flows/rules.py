"""What the board of flows counts, and how a suggestion to several people goes on; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from vocab.values import dataclass

LONG: Final = timedelta(days=14)
"""A need that is open for longer is stuck."""
LASTS: Final = timedelta(days=14)
"""How long people may take to answer a suggestion."""
YEAR: Final = timedelta(days=365)
FEW: Final = 3
"""Fewer notices than that say nothing about a season."""


class State(StrEnum):
    """Where a suggestion stands; a no is nowhere but with whoever said it."""

    WAITS = "waits"
    AGREED = "agreed"
    OVER = "over"


class Season(StrEnum):
    """Three months, by the calendar of the north: Winter begins in December."""

    WINTER = "winter"
    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One notice, as far as the board counts it."""

    topic: str
    is_need: bool
    arrived: datetime
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is open about one topic: needs, offers, and needs that wait for long."""

    topic: str
    needs: int
    offers: int
    stuck: int


def lines(notices: Iterable[Said], now: datetime) -> list[Line]:
    """One line for each topic; where most is missing first.

    >>> lines([], datetime(2026, 1, 1))
    []
    """
    found: dict[str, list[Said]] = {}
    for one in notices:
        found.setdefault(one.topic, []).append(one)
    made = [_line(topic, said, now) for topic, said in found.items()]
    return sorted(made, key=lambda one: (-one.stuck, one.offers - one.needs, one.topic))


def by_kind(notices: Iterable[Said], kinds: Iterable[str], now: datetime) -> list[Line]:
    """One line for each kind of which something is open, in the order of the kinds.

    The order is that of the form, not of need: nobody reads a ranking into it.
    """
    found: dict[str, list[Said]] = {}
    for one in notices:
        found.setdefault(one.kind, []).append(one)
    return [_line(kind, found[kind], now) for kind in kinds if kind in found]


def _line(topic: str, said: list[Said], now: datetime) -> Line:
    needs = [one for one in said if one.is_need]
    stuck = sum(now - one.arrived > LONG for one in needs)
    return Line(topic=topic, needs=len(needs), offers=len(said) - len(needs), stuck=stuck)


def season(moment: datetime) -> Season:
    """The season of a moment."""
    return tuple(Season)[moment.month % 12 // 3]


def seasons(notices: Iterable[Said]) -> Mapping[Season, list[tuple[str, int, int]]]:
    """What was asked for and offered in each season: (topic, needs, offers), most first.

    A topic with fewer than FEW notices in a season is left out.
    """
    counted: dict[Season, dict[str, list[int]]] = {one: {} for one in Season}
    for one in notices:
        both = counted[season(one.arrived)].setdefault(one.topic, [0, 0])
        both[0 if one.is_need else 1] += 1
    return {
        when: sorted(
            ((topic, needs, offers) for topic, (needs, offers) in by.items()
             if needs + offers >= FEW),
            key=lambda row: (-row[1] - row[2], row[0]),
        )
        for when, by in counted.items()
    }  # fmt: skip


def after(answers: Iterable[bool | None]) -> State:
    """Where a suggestion stands by what its people said; None is who has not answered.

    A no changes nothing that others could see: it waits until its time is over.
    """
    return State.AGREED if all(answer is True for answer in answers) else State.WAITS


def at(state: State, ends: datetime, now: datetime) -> State:
    """The state at a moment: what waits is over at its end."""
    return State.OVER if state is State.WAITS and ends <= now else state
