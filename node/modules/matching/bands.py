"""How many people offer or need something, in four steps that tell nothing of one of them; pure.

A step is of people, never of fewer than five. It moves only when at least five people more, or
fewer, are counted than when it moved last, and each topic is looked at on one day of the week.
So two digests of any two days differ by what at least five people did, and one person who posts,
takes back and posts again changes nothing, whoever else is known. Source: vocabulary.md 6.13.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from vocab.values import dataclass


class Band(StrEnum):
    """How many, coarse. `none` is also what is not told."""

    NONE = "none"
    FEW = "few"
    SOME = "some"
    MANY = "many"

    @property
    def rank(self) -> int:
        """More is higher."""
        return list(Band).index(self)


SMALLEST: Final = 5
"""Fewer people are not told."""
STEPS: Final = ((25, Band.MANY), (10, Band.SOME), (SMALLEST, Band.FEW))
MOVES: Final = 5
"""So many people more or fewer move a step."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is told of a topic, and how many people there were when that moved last."""

    band: Band = Band.NONE
    people: int = 0


def of(people: int) -> Band:
    """The step of a number of people.

    >>> [str(of(n)) for n in (4, 5, 10, 25)]
    ['none', 'few', 'some', 'many']
    """
    return next((band for least, band in STEPS if people >= least), Band.NONE)


def weekday(topic: str) -> int:
    """On which day of the week a topic is looked at, 0 for Monday; the same for ever."""
    return hashlib.sha256(topic.encode()).digest()[0] % 7


def after(held: Held, people: int) -> Held:
    """What is told of a topic once it has been looked at."""
    band = of(people)
    if band is held.band or abs(people - held.people) < MOVES:
        return held
    return Held(band=band, people=people)


def digest(
    before: Mapping[str, Held] | None, people: Mapping[str, int], day: date
) -> Mapping[str, Held]:
    """What is told on a day.

    Args:
        before: what was told until now, by topic; None if nothing ever was.
        people: how many people are counted now, by topic.
        day: today.
    """
    if before is None:
        return {topic: Held(band=of(number), people=number) for topic, number in people.items()}
    told: dict[str, Held] = {}
    for topic in {*before, *people}:
        held = before.get(topic, Held())
        due = weekday(topic) == day.weekday()
        told[topic] = after(held, people.get(topic, 0)) if due else held
    return told


def read(said: str | None) -> Band:
    """A step as another node wrote it; none for what is not one."""
    return next((band for band in Band if band == said), Band.NONE)
