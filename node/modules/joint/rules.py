"""When a community's word counts in a joint decision, and when there is an outcome. Pure.

Everybody counts alike. There is an outcome when more than half of the communities that were invited
came to the same, each by itself and each only once; so there are never two, whatever letters were
lost, doubled or late, as long as nobody says two things. Two majorities of the invited share at
least one community: only if that one signs two things can there be two outcomes, and the two
things show who it was. Source: vocabulary.md 6.11, 7 and 10.3.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from node.modules.decisions import api as decisions
from node.modules.decisions.api import Rule, Said, Voice
from vocab.values import dataclass
from web.language import mark

GRACE: Final = timedelta(hours=1)
"""What is heard of later than so long after the end was late."""
VANISHED: Final = timedelta(days=7)
"""So long after the end others may say what came of it, if the convener does not."""
TURN: Final = timedelta(days=1)
"""They come one after another, each so much later."""
LEAST: Final = timedelta(days=1)
"""Nobody has less time to answer, or from the answers to the end."""
LONGEST: Final = timedelta(days=366)
MOST: Final = 20
"""Communities that can be invited."""
UNANSWERED: Final = 10
"""Processes of one community that are not over here; more are not taken."""
HIGHEST: Final = 2**31 - 2
"""Of a number of a stranger's that is kept."""
COMES: Final = frozenset({"approved", "rejected", "blocked", "noDecision"})
"""What can come of a process."""


class State(StrEnum):
    """What the convener says of a process."""

    INVITING = "inviting"
    OPEN = "open"
    CONCLUDED = "concluded"
    FAILED = "failed"
    CANCELLED = "cancelled"


NEXT: Final[Mapping[str, frozenset[str]]] = {
    State.INVITING: frozenset({State.INVITING, State.OPEN, State.FAILED, State.CANCELLED}),
    State.OPEN: frozenset({State.OPEN, State.CONCLUDED, State.FAILED, State.CANCELLED}),
    State.CONCLUDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
LIVE: Final = (State.INVITING.value, State.OPEN.value)


class Answer(StrEnum):
    """What a community said to an invitation, or that it left."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    REJECTED = "rejected"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A record that is a ballot: of whom, what it says, when it was signed and first heard of."""

    record: str
    community: str
    voice: Voice
    members: int
    digest: str
    said: datetime
    seen: datetime


@dataclass(frozen=True, kw_only=True)
class Gone:
    """When a community said that it leaves, and when we heard it."""

    said: datetime
    seen: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """A process as one node knows it, of which all are asked the same."""

    rule: Rule
    participants: Sequence[str]
    ends: datetime
    votes: Sequence[Vote]
    left: Mapping[str, Gone]


class Standing(StrEnum):
    """Why a ballot counts or does not."""

    COUNTS = "counts"
    LATE = "late"
    REPLACED = "replaced"
    LEFT = "left"
    OUTSIDE = "outside"


def standing(case: Case, one: Vote) -> Standing:
    """Whether a ballot counts, as far as this node can tell."""
    if one.community not in case.participants:
        return Standing.OUTSIDE
    if _gone(case, one.community):
        return Standing.LEFT
    if not _in_time(case, one):
        return Standing.LATE
    newer = [v for v in case.votes if v.community == one.community and _in_time(case, v)]
    last = max(newer, key=lambda v: (v.said, v.record))
    return Standing.COUNTS if last.record == one.record else Standing.REPLACED


def _in_time(case: Case, one: Vote | Gone) -> bool:
    return one.said <= case.ends and one.seen <= case.ends + GRACE


def _gone(case: Case, community: str) -> bool:
    left = case.left.get(community)
    return left is not None and _in_time(case, left)


def counted(case: Case) -> list[Vote]:
    """The ballots that count here, in the order of the communities."""
    order = {community: place for place, community in enumerate(case.participants)}
    found = [v for v in case.votes if standing(case, v) is Standing.COUNTS]
    return sorted(found, key=lambda v: order[v.community])


def said(votes: Sequence[Vote]) -> list[Said]:
    """Ballots as the rule takes them."""
    return [Said(community=v.community, voice=v.voice, members=v.members) for v in votes]


def outcome(case: Case) -> str:
    """What the rule says of the ballots that count here."""
    return decisions.joint_outcome(case.rule, said(counted(case)), case.participants)


# What somebody says came of it ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Told:
    """One ballot as a concluding record names it."""

    community: str
    record: str
    digest: str
    voice: str
    weight: int | None = None


@dataclass(frozen=True, kw_only=True)
class End:
    """A concluding record: its ballots, who was silent, the outcome."""

    told: Sequence[Told]
    silent: Collection[str]
    outcome: str


def end_in(document: Mapping[str, Any]) -> End:
    """A concluding record as the rules look at it, read with care: it may be a stranger's."""
    told = [
        Told(
            community=str(one.get("community")),
            record=str(one.get("record")),
            digest=str(one.get("digestMultibase")),
            voice=str(one.get("ballot")),
            weight=one.get("weight"),
        )
        for one in document.get("nodeOutcomes") or ()
        if isinstance(one, Mapping)
    ]
    silent = [str(each) for each in document.get("silent") or ()]
    return End(told=told, silent=silent, outcome=str(document.get("outcome")))


def fault(case: Case, end: End) -> str:
    """Why a concluding record is not what this node comes to, as a code; "" if it is.

    Returns:
        E_UNKNOWN: it names a record that is not here; E_LATE: one that was not here in time,
        which is no fault of it, but nothing we can confirm; E_RECORD, E_MISSING, E_LEFT,
        E_SILENT, E_RULE: it is wrong.
    """
    known = {v.record: v for v in case.votes}
    named = {one.community for one in end.told}
    if any(one.record not in known for one in end.told):
        return "E_UNKNOWN"
    if len(named) < len(end.told) or any(
        _differs(case, one, known[one.record]) for one in end.told
    ):
        return "E_RECORD"
    if any(_gone(case, community) for community in named):
        return "E_LEFT"
    if any(v.community not in named for v in counted(case)):
        return "E_MISSING"
    if set(end.silent) != set(case.participants) - named:
        return "E_SILENT"
    votes = [known[one.record] for one in end.told]
    if decisions.joint_outcome(case.rule, said(votes), case.participants) != end.outcome:
        return "E_RULE"
    return "E_LATE" if any(not _in_time(case, v) for v in votes) else ""


def _differs(case: Case, told: Told, known: Vote) -> bool:
    """Whether a ballot is told otherwise than it is, or is none that could count."""
    heavy = case.rule.weighting is not decisions.Weighting.EQUAL
    [weighed] = said([known])
    weight = decisions.weight(case.rule, weighed) if heavy else None
    same = (told.community, told.digest, told.voice) == (known.community, known.digest, known.voice)
    newer = standing(case, known) is Standing.REPLACED
    outside = known.community not in case.participants or known.said > case.ends
    return not same or told.weight != weight or newer or outside


def agreed(
    invited: Sequence[str], participants: Sequence[str], by: str, same: Collection[str]
) -> bool:
    """Whether a concluding record is the outcome: more than half came to it, its maker among them.

    Args:
        invited: all of the first document, the convener too; half is counted of them, since who
            takes part the convener can tell differently to each.
        participants: those of them who take part.
        by: whose record it is.
        same: who said that they come to the same.
    """
    voices = (set(same) | {by}) & set(participants)
    return by in participants and enough(invited, voices)


def enough(invited: Collection[str], some: Collection[str]) -> bool:
    """Whether some are more than half of all who were invited."""
    return len(set(some) & set(invited)) * 2 > len(set(invited))


def may_conclude(case: Case, us: str, convener: str, now: datetime) -> bool:
    """Whether it is a community's turn to say what came of it.

    The convener does so at the end if every ballot is here, else an hour later; if it does not,
    the others after a week, one after another.
    """
    if us not in case.participants or not counted(case):
        return False
    if us == convener:
        whole = len(counted(case)) == len(case.participants)
        return now >= case.ends + (timedelta() if whole else GRACE)
    others = sorted(one for one in case.participants if one != convener)
    return now >= case.ends + VANISHED + TURN * others.index(us)


# What may be done ----------------------------------------------------------------------------


def times(
    now: datetime, *, answer_by: datetime, ends: datetime, closes: datetime | None
) -> dict[str, str]:
    """What is wrong with the times of a new joint process, by field.

    Args:
        now: the present.
        answer_by: until when the invited answer.
        ends: when every community has to have decided.
        closes: when our own vote closes.
    """
    if answer_by < now + LEAST:
        return {"answer_by": mark("Give the others at least a day to answer.")}
    if ends < answer_by + LEAST:
        return {"ends": mark("Give everybody at least a day after the answers to decide.")}
    if ends > now + LONGEST:
        return {"ends": mark("This is more than a year away. Choose an earlier time.")}
    if closes is not None and closes > ends:
        return {"ends": mark("Our own vote closes later than this. Choose a later time.")}
    return {}


def unfit(
    state: str | None,
    *,
    invited: Sequence[str],
    ends: datetime | None,
    revision: int | None,
    now: datetime,
    asked: bool,
) -> str:
    """Why a process of others that is not here yet can not be kept, as a code; "" if it can.

    Args:
        state: what its convener says of it.
        invited: who is said to take part.
        ends: when it ends.
        revision: of its document.
        now: the present.
        asked: an invitation brought it, no later word.
    """
    fit = {State.INVITING} if asked else {State.INVITING, State.OPEN}
    if (state or "") not in fit:
        return "E_STATE"
    if len(invited) > MOST + 1:
        return "E_JOINT"
    if ends is None or ends <= now:
        return "E_EXPIRED"
    if ends > now + LONGEST:
        return "E_TIME_ORDER"
    return "" if 0 <= (revision or 0) <= HIGHEST else "E_REVISION"


def readable(name: object) -> bool:
    """Whether a title of a stranger's can stand as ours: a line of words, no markup."""
    return (
        isinstance(name, str)
        and len(name.strip()) > 0
        and len(name) <= 200
        and (MARKUP.search(name) is None)
    )


MARKUP: Final = re.compile(r"<[A-Za-z/!?]|[\x00-\x1f\x7f]")


def legal(before: str, after: str) -> bool:
    """Whether a convener may bring a process from one state to another."""
    return after in NEXT.get(before, frozenset())


def may_answer(*, state: str, now: datetime, answer_by: datetime | None) -> bool:
    """Whether an invitation can be answered."""
    return state == State.INVITING and answer_by is not None and now <= answer_by
