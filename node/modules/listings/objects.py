"""Offers and needs as they travel: a Note for all, a Proposal of FEP-0837 for who reads it.

There is no class called Proposal (W2): this is `Listing`, the other is GovernanceProposal.
"""

from typing import ClassVar

from vocab.model import Object, flag, iris, part, parts, text, texts
from vocab.types import Intent, Measure, Note, Place
from vocab.values import dataclass

__all__ = ["TYPES", "Hours", "Intent", "Listing", "Measure", "Place", "Schedule"]


@dataclass(frozen=True, kw_only=True)
class Hours(Object):
    """Days of the week and a time of the day, local to whose they are (schema.org)."""

    type: ClassVar[str] = "OpeningHoursSpecification"

    days: tuple[str, ...] = iris("dayOfWeek")
    opens: str | None = text("opens")
    closes: str | None = text("closes")


@dataclass(frozen=True, kw_only=True)
class Schedule(Object):
    """Days that come again, but not every week, local to whose they are (schema.org)."""

    type: ClassVar[str] = "Schedule"

    frequency: str | None = text("repeatFrequency")
    """`P2W` every second week, `P1M` in each month (ISO 8601)."""
    days: tuple[str, ...] = texts("byDay")
    """`TU`, or with its place in the month `2TU`, `-1TU` (RFC 5545 §3.3.10)."""
    first: str | None = text("startDate")
    """A day of the first week."""
    opens: str | None = text("scheduleStart")
    closes: str | None = text("scheduleEnd")
    """schema.org's startTime and endTime, which ActivityStreams has for moments."""


@dataclass(frozen=True, kw_only=True)
class Listing(Note):
    """An offer (`purpose` offer) or a need (`purpose` request), owned by a member.

    Its title is `publishes.name`, and the first, bold paragraph of `content` (W6); `name`
    is set on foreign listings only.
    """

    kind: ClassVar[str | None] = "Proposal"

    purpose: str | None = text("purpose")
    publishes: Intent | None = part("publishes", Intent)
    """What is offered or sought; id `<listing>#primary`."""
    reciprocal: Intent | None = part("reciprocal", Intent)
    """What is wished in return; id `<listing>#reciprocal`."""
    unit_based: bool | None = flag("unitBased")
    """Whether somebody may agree on part of it."""
    sharing_terms: tuple[str, ...] = texts("sharingTerms")
    hours: tuple[Hours, ...] = parts("hoursAvailable", Hours)
    """Days of the week on which it can be; one day is `start_time` and the intent's `due`."""
    schedule: Schedule | None = part("eventSchedule", Schedule)
    """The same of every second week, or of each month; never beside `hours`."""
    foreign: str | None = text("foreign", written=False)
    """Which dialect it was read from (vocab.dialects); None if it came in ours."""
    price_text: str | None = text("priceText", written=False)
    """What flohmarkt says of the price."""


TYPES: tuple[type[Object], ...] = (Listing,)
