"""What two notices must have in common before it is even asked how well they fit; pure.

What is not said rules nothing out. A member's own wishes rule out for that member alone.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from node.modules.listings.api import Notice, apart, meet, weekdays
from node.modules.matching.scoring import Side, primary
from vocab.values import dataclass

FARTHEST = 100
"""Kilometres beyond which nothing that has a place is suggested."""
GENERAL = "service"
"""The kind that stands for any: a form begins with it."""
_ALIKE = (frozenset({"give", "lend"}), frozenset({"give", "meal"}), frozenset({"lend", "space"}))
TALKED = frozenset({"teaching", "care"})
"""Kinds in which people have to understand each other."""
LEARNT = "languages"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a member has said suits them or does not, whatever else fits.

    `farthest` in kilometres; `not_days` days of the week, 0 for Monday; `languages` they
    understand besides the one they write in.
    """

    farthest: int | None = None
    not_days: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()


NONE = Wishes()


def misfit(mine: Side, other: Side, zone: ZoneInfo, wishes: Wishes = NONE) -> str | None:
    """The first thing that rules a pair out, for whoever has the one; None if nothing does.

    Returns:
        "kind", "time", "place" or "language".
    """
    if not kinds_go(mine.kind, other.kind):
        return "kind"
    if meet(mine.when, other.when, zone) is False or _on(other, zone, wishes.not_days):
        return "time"
    if _too_far(mine, other, min(wishes.farthest or FARTHEST, FARTHEST)):
        return "place"
    return None if understood(mine, other, wishes.languages) else "language"


def _too_far(mine: Side, other: Side, km: int) -> bool:
    return mine.cell is not None and other.cell is not None and apart(mine.cell, other.cell) > km


def kinds_go(one: str, other: str) -> bool:
    """Whether what is sought as one kind may be found as another."""
    return one == other or GENERAL in (one, other) or frozenset({one, other}) in _ALIKE


def _on(other: Side, zone: ZoneInfo, not_days: frozenset[int]) -> bool:
    """Whether a notice is only on days that do not suit."""
    days = weekdays(other.when, zone) if not_days else ()
    return bool(days) and not_days.issuperset(days)


def understood(mine: Side, other: Side, languages: frozenset[str]) -> bool:
    """Whether two people who have to talk have a language; unknown is no hindrance."""
    if not ({mine.kind, other.kind} & TALKED and mine.lang and other.lang):
        return True
    if LEARNT in mine.names & other.names:
        return True  # whoever learns a language does not speak it yet
    return primary(other.lang) in {primary(mine.lang), *languages}


def learnt(wishes: Wishes, why: str, mine: Notice, other: Notice) -> Wishes:
    """A member's wishes after "not a fit because …".

    Only what is plain is learnt: a way that is too far shortens the farthest, days that do not
    suit are left out. Nothing is learnt of a person.
    """
    if why == "far" and mine.cell and other.cell:
        nearer = max(apart(mine.cell, other.cell) - 1, 1)
        return replace(wishes, farthest=min(wishes.farthest or nearer, nearer))
    if why == "when" and other.when.days and set(other.when.days) != set(range(7)):
        return replace(wishes, not_days=wishes.not_days | set(other.when.days))
    return wishes
