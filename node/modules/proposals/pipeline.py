"""The way of a matter from a draft to its end: every state, and every step between two. Pure.

What people see are these states; the wire has fewer words for them (`WIRE`, and `checks.NEXT`
for the steps between those). A course leaves states out, it adds none.
"""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Final

from node.modules.proposals.checks import NEXT
from web.language import mark


class State(StrEnum):
    """Where a matter stands."""

    DRAFT = "draft"
    GATHERING = "gathering"
    RESEARCH = "research"
    OPTIONS = "options"
    DELIBERATION = "deliberation"
    VOTING = "voting"
    COOLING = "coolingOff"
    IN_FORCE = "inForce"
    DECLINED = "declined"
    DELIVERY = "delivery"
    REVIEW = "review"
    AMENDED = "amended"
    REPEALED = "repealed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CHALLENGED = "challenged"
    SENT_BACK = "sentBack"
    LAPSED = "lapsed"


class Who(StrEnum):
    """Who takes a step."""

    AUTHOR = "author"
    LEAD = "lead"
    """Who brought it, or whom they asked to lead it."""
    KEEPER = "keeper"
    CLOCK = "clock"
    COUNT = "count"
    """What a vote decides: on this matter, or on another that replaces it."""
    MEMBERS = "members"


BEFORE_VOTE: Final = (State.GATHERING, State.RESEARCH, State.OPTIONS, State.DELIBERATION)
"""In order; a course goes from any of them to any later one."""
_BACK: Final = (State.SENT_BACK, State.CHALLENGED)
_HOLDS: Final = (State.IN_FORCE, State.DELIVERY, State.REVIEW)
_LED: Final = frozenset({Who.CLOCK, Who.LEAD})
_CLOCK: Final = frozenset({Who.CLOCK})
_COUNT: Final = frozenset({Who.COUNT})
_AUTHOR: Final = frozenset({Who.AUTHOR})
_BACK_BY: Final = frozenset({Who.AUTHOR, Who.KEEPER})


def _forward() -> dict[tuple[State, State], frozenset[Who]]:
    order = (*BEFORE_VOTE, State.VOTING)
    found = {(one, two): _LED for at, one in enumerate(order) for two in order[at + 1 :]}
    found |= {(State.DRAFT, one): _AUTHOR for one in order}
    later = (State.OPTIONS, State.DELIBERATION, State.VOTING)
    found |= {(State.SENT_BACK, one): _LED for one in later}
    return found | {(State.CHALLENGED, State.VOTING): _LED}


def _aside() -> dict[tuple[State, State], frozenset[Who]]:
    waiting = (*BEFORE_VOTE, *_BACK)
    found = {(one, State.WITHDRAWN): _BACK_BY for one in waiting}
    found |= {(State.DRAFT, State.WITHDRAWN): _AUTHOR}
    found |= {(one, State.LAPSED): _CLOCK for one in waiting}
    return found | {(one, State.SENT_BACK): _CLOCK for one in (State.OPTIONS, State.DELIBERATION)}


def _after() -> dict[tuple[State, State], frozenset[Who]]:
    counted = (State.COOLING, State.IN_FORCE, State.DECLINED, State.LAPSED)
    found = {(State.VOTING, one): _COUNT for one in counted}
    found |= {(State.COOLING, State.CHALLENGED): frozenset({Who.MEMBERS})}
    found |= {(State.COOLING, State.IN_FORCE): _CLOCK, (State.COOLING, State.LAPSED): _COUNT}
    found |= dict.fromkeys(product((*_HOLDS, State.CLOSED), (State.AMENDED, State.REPEALED)),
                           _COUNT)  # fmt: skip
    found |= {(one, State.LAPSED): _CLOCK for one in (*_HOLDS, State.CLOSED)}
    found |= {(State.IN_FORCE, State.DELIVERY): frozenset({Who.MEMBERS})}
    found |= {(one, State.REVIEW): _CLOCK for one in (State.IN_FORCE, State.DELIVERY)}
    found |= {(State.REVIEW, State.CLOSED): frozenset({Who.MEMBERS})}
    return found


STEPS: Final[Mapping[tuple[State, State], frozenset[Who]]] = _forward() | _aside() | _after()
"""Every legal step and who takes it; what is not here is refused (`moves.move`)."""

WIRE: Final[Mapping[State, tuple[str, ...]]] = {
    State.DRAFT: (),
    State.GATHERING: ("presented", "prioritising"),
    State.RESEARCH: ("researching",),
    State.OPTIONS: ("formingPositions",),
    State.DELIBERATION: ("deliberating",),
    State.VOTING: ("voting",),
    State.COOLING: ("decided",),
    State.IN_FORCE: ("decided",),
    State.DECLINED: ("decided",),
    State.DELIVERY: ("acting",),
    State.REVIEW: ("reviewing", "monitoring"),
    State.AMENDED: ("ended", "amending"),
    State.REPEALED: ("ended",),
    State.CLOSED: ("ended",),
    State.WITHDRAWN: ("withdrawn",),
    State.CHALLENGED: ("deliberating",),
    State.SENT_BACK: ("researching", "formingPositions", "deliberating"),
    State.LAPSED: ("ended", "decided"),
}
"""The stages of the wire that a state has, the usual one first; a draft is never sent."""

WORDS: Final[Mapping[State, str]] = {
    State.DRAFT: mark("Draft"),
    State.GATHERING: mark("Gathering"),
    State.RESEARCH: mark("Research"),
    State.OPTIONS: mark("Options"),
    State.DELIBERATION: mark("Talked through"),
    State.VOTING: mark("Voting"),
    State.COOLING: mark("Decided"),
    State.IN_FORCE: mark("In force"),
    State.DECLINED: mark("Declined"),
    State.DELIVERY: mark("Delivery"),
    State.REVIEW: mark("Review"),
    State.AMENDED: mark("Amended"),
    State.REPEALED: mark("Repealed"),
    State.CLOSED: mark("Closed"),
    State.WITHDRAWN: mark("Withdrawn"),
    State.CHALLENGED: mark("Challenged, talked through again"),
    State.SENT_BACK: mark("Sent back"),
    State.LAPSED: mark("Lapsed"),
}
"""What people call them."""

_BY_STAGE: Final[Mapping[str, State]] = {
    "presented": State.GATHERING,
    "prioritising": State.GATHERING,
    "researching": State.RESEARCH,
    "formingPositions": State.OPTIONS,
    "deliberating": State.DELIBERATION,
    "voting": State.VOTING,
    "acting": State.DELIVERY,
    "reviewing": State.REVIEW,
    "monitoring": State.REVIEW,
    "amending": State.AMENDED,
    "withdrawn": State.WITHDRAWN,
}
_COUNTED: Final[Mapping[str | None, State]] = {
    "rejected": State.DECLINED,
    "blocked": State.DECLINED,
    "noDecision": State.LAPSED,
}
_ENDS: Final = frozenset({State.AMENDED, State.REPEALED, State.LAPSED, State.CLOSED})


def state(
    stage: str, *, side: str | None = None, outcome: str | None = None, in_force: bool = False
) -> State | None:
    """Where a matter stands; None for a stage that we do not know.

    Args:
        stage: on the wire.
        side: what brought it there beside the usual steps, a state (`State`), if anything did.
        outcome: of its vote, once there is one.
        in_force: its record is in force.
    """
    if stage == "decided":
        held = State.IN_FORCE if in_force else State.COOLING
        return _COUNTED.get(outcome, held)
    if stage == "ended":
        named = next((one for one in _ENDS if one == side), None)
        return named or (State.LAPSED if outcome == "noDecision" else State.CLOSED)
    found = _BY_STAGE.get(stage)
    beside = next((one for one in _BACK if one == side), None)
    return beside if beside and found in BEFORE_VOTE else found


def legal(before: State, after: State, by: Who | None = None) -> bool:
    """Whether a matter may go from one state to another, if asked so by somebody."""
    who = STEPS.get((before, after), frozenset())
    return by in who if by is not None else bool(who)


def path(before: str, after: str) -> list[str] | None:
    """The stages of the wire that lead from one to another, without the first; None: no way.

    >>> path("presented", "deliberating"), path("acting", "ended")
    (['researching', 'deliberating'], ['reviewing', 'ended'])
    """
    ways, seen = deque([(before, [])]), {before}  # type: deque[tuple[str, list[str]]], set[str]
    while ways:
        at, way = ways.popleft()
        if at == after:
            return way
        for one in sorted(NEXT.get(at, ()), key=_ORDER.index):
            if one not in seen:
                seen.add(one)
                ways.append((one, [*way, one]))
    return None


_ORDER: Final = list(NEXT)
