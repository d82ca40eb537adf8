"""How an offer or a need may go on, who may hear of it, and where it may be matched."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from node.kernel.access import Reach
from vocab.model import PUBLIC


class State(StrEnum):
    """Where a listing stands (vocabulary.md section 7, Proposal)."""

    OPEN = "open"
    RESERVED = "reserved"
    AGREED = "agreed"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


LIVE = (State.OPEN, State.RESERVED)
"""What can still be answered."""

STEPS: frozenset[tuple[State, State]] = frozenset(
    {
        (State.OPEN, State.RESERVED),
        (State.RESERVED, State.OPEN),
        (State.OPEN, State.AGREED),
        (State.RESERVED, State.AGREED),
        (State.AGREED, State.OPEN),
        (State.AGREED, State.FULFILLED),
        (State.OPEN, State.WITHDRAWN),
        (State.RESERVED, State.WITHDRAWN),
        (State.OPEN, State.EXPIRED),
        (State.RESERVED, State.EXPIRED),
    }
)
"""All steps there are; to stay as it is, is none."""

FINAL = frozenset({State.FULFILLED, State.WITHDRAWN, State.EXPIRED})

MINUTES_OF = {
    "hour": 60,
    "minute": 1,
    "minute-Time": 1,
    "day": 24 * 60,
}
"""Units of time by their OM2 names, in minutes."""


def minutes(unit: str, amount: str) -> int | None:
    """An amount of time in whole minutes; None for what is no time.

    >>> minutes("hour", "1.5"), minutes("one", "3")
    (90, None)
    """
    each = MINUTES_OF.get(unit)
    return round(Decimal(amount) * each) if each else None


KEPT = timedelta(days=90)
"""How long others' listings stay in the index after they ended."""

UNSAID = timedelta(days=90)
"""How long a listing of other software is up that does not say until when, from its last word."""

URGENT = timedelta(hours=48)
"""How long what is urgent stands first."""

LONGEST = timedelta(days=366)
SOON = timedelta(days=7)
"""How long before its end a notice's owner is reminded of it."""

RENEWED = timedelta(days=60)
"""How much longer a notice stays up when its owner says so."""

MOST_SENT = 20
"""Open listings of one stranger who sends them to the community and is followed by nobody."""


def reachable(before: State, after: State, steps: int = 1) -> bool:
    """Whether a listing may have gone from one state to another in so many steps, or fewer.

    A receiver that missed revisions sees several steps at once.
    """
    here, seen = {before}, {before}
    for _ in range(min(steps, len(State))):
        here = {to for start, to in STEPS if start in here} - seen
        seen |= here
    return after in seen and (after is not before or before not in FINAL)


def effective(kept: State, ends: datetime | None, now: datetime) -> State:
    """The state at a moment: what was live is expired once its end has come."""
    return State.EXPIRED if kept in LIVE and ends is not None and ends <= now else kept


def reach_of(
    to: Iterable[str], handling: str | None, peers: str, here: str | None = None
) -> Reach | None:
    """How far a listing goes by its addressing; None for what is for single people only.

    Args:
        to: everybody named in `to` and `cc`.
        handling: what the object says of itself.
        peers: the id of the owner's community's collection of trusted nodes.
        here: our community's id, for what others send; what is for it alone stays in it.
    """
    named = set(to)
    if handling in (None, "public") and PUBLIC in named:
        return Reach.PUBLIC
    if handling == "trustedPeers":
        return Reach.TRUSTED
    if handling is None and peers in named:
        return Reach.TRUSTED
    if handling in (None, "recipientsOnly") and here in named:
        return Reach.COMMUNITY
    return None if named else Reach.COMMUNITY


def for_one(named: Iterable[str], handling: str | None, ours: Callable[[str], bool]) -> str | None:
    """The one member of ours to whom somebody elsewhere shows a listing by name; None for none."""
    whom = set(named)
    one = next(iter(whom), "")
    alone = len(whom) == 1 and handling == "recipientsOnly" and ours(one)
    return one if alone else None


def narrower(one: Reach, other: Reach) -> Reach:
    """The reach that shows less; later news never widens what was said before."""
    order = (Reach.DIRECT, Reach.COMMUNITY, Reach.TRUSTED, Reach.PUBLIC)
    return min(one, other, key=order.index)


def scope(reach: str, *, hidden: bool) -> str:
    """Up to where a listing may be used in matching.

    What may be read elsewhere may be matched there; what stays here only if its owner
    allows it, without a name (vocabulary.md section 9, the third mode).
    """
    told = {Reach.PUBLIC: "public", Reach.TRUSTED: "trustedPeers"}
    return told.get(Reach(reach), "trustedPeers" if hidden else "localOnly")


def hours(minutes: int | None) -> tuple[str, str]:
    """A length as (unit, amount): hours where they come out even, else minutes; none is one."""
    if not minutes:
        return "one", "1"
    if minutes % 15:
        return "minute-Time", str(minutes)
    return "hour", f"{minutes / 60:g}"


def between(least: int, most: int) -> tuple[str, str, str, str]:
    """A range of minutes as FEP-0837 says it: unit, step, at least and at most.

    What is agreed on is so many whole steps; the step is the longest of the usual ones by which
    both ends can be reached.

    >>> between(60, 180), between(30, 90)
    (('hour', '1', '1', '3'), ('hour', '0.5', '0.5', '1.5'))
    """
    step = next(each for each in LENGTHS if least % each == 0 and most % each == 0)
    if step % 15:
        return "minute-Time", str(step), str(least), str(most)
    return "hour", f"{step / 60:g}", f"{least / 60:g}", f"{most / 60:g}"


LENGTHS = (60, 30, 15, 10, 5, 1)
"""Steps in minutes in which a length may be chosen, the longest first."""


def renewed(ends: datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    """The end of a notice that stays up longer: whole days in a zone, at most a year from now."""
    today = now.astimezone(zone).date()
    day = min(max(last_day(ends, zone) or today, today) + RENEWED, today + LONGEST)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def may_renew(ends: datetime | None, due: datetime | None, now: datetime) -> bool:
    """Whether a notice ends soon and may stay up longer; one about a single day may not."""
    return due is None and ends is not None and now < ends <= now + SOON


def last_day(ends: datetime | None, zone: ZoneInfo) -> date | None:
    """The last day on which a notice is up, in the community's zone; None for one without end."""
    return (ends - timedelta(seconds=1)).astimezone(zone).date() if ends else None
