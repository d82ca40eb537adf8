"""What may happen to a request and to an introduction, and the limits between nodes; pure.

Source: vocabulary.md sections 7 and 9.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

REQUEST_LASTS = timedelta(hours=24)
HANDLES_LAST = timedelta(days=7)
INTRODUCTION_LASTS = timedelta(days=14)
CARD_LASTS = timedelta(days=90)
TALK_LASTS = timedelta(days=21)
"""How long two who do not know who the other is may write to each other."""
ASK_AGAIN = timedelta(days=7)
"""The same need is not put to the same node again before that."""
LATER = timedelta(days=7)
"""How long *Not now* lets a match rest."""
ACTIVE = timedelta(days=30)
"""Who was here since then counts as an active member."""

MOST_PEERS = 8
MOST_RESULTS = 3
"""Candidates we ask for, and matches a member sees at once."""
LARGEST_ANSWER = 5
"""Candidates we name at most, whatever somebody asks for."""
REQUESTS_AN_HOUR = 30
REQUESTS_A_DAY = 60
CONCEPTS_A_DAY = 20
"""The budget of one node that asks us: questions, and different topics."""
ROUNDS = 12
"""Later answers leave in rounds, each so many times the longest delay."""
KEPT = timedelta(days=6, hours=12)
"""How long the bare fact of a request stays after its end; longer than ASK_AGAIN from its start."""
KEPT_ANSWERED = timedelta(days=8)
"""The same where somebody was named; longer than their handles hold."""
LOGGED = timedelta(days=90)
"""How long members can see what communities asked each other."""
SMALLEST_SET = 5
"""Active members below which nobody is meant without their name."""
MESSAGE = 1000
"""Characters of the words that go with an introduction, and of one letter of a conversation."""
LETTERS_A_DAY = 10
"""What one side of a conversation may write in a day."""

CAPABILITY = "https://w3id.org/commons-node/ns#cap-match-1"
TALKS = "https://w3id.org/commons-node/ns#cap-talk-1"
"""What a node names that carries letters between two who were not told who the other is."""
RELAYED = "https://w3id.org/commons-node/ns#relayedWords"
"""What is told where both said yes to a conversation alone: words, and nothing about anybody."""

ALWAYS = ("displayName", "actorHandle")
"""What a card always tells."""
CONTACT = "contactMeans"


class Request(StrEnum):
    """Where a request stands; `waiting` only at the node that is asked.

    A standing one was answered "not now": it is kept until its end and may be answered once.
    """

    SENT = "sent"
    WAITING = "waiting"
    STANDING = "standing"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Step(StrEnum):
    """What happens to a request or an introduction."""

    ASK = "ask"
    KEEP = "keep"
    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"
    CARD = "card"
    REVOKE = "revoke"
    CLOCK = "clock"


REQUESTS: Mapping[tuple[Request | None, Step], Request] = {
    (None, Step.ASK): Request.SENT,
    (Request.SENT, Step.ACCEPT): Request.ANSWERED,
    (Request.SENT, Step.KEEP): Request.STANDING,
    (Request.SENT, Step.REJECT): Request.DECLINED,
    (Request.WAITING, Step.ACCEPT): Request.ANSWERED,
    (Request.WAITING, Step.KEEP): Request.STANDING,
    (Request.WAITING, Step.REJECT): Request.DECLINED,
    (Request.STANDING, Step.ACCEPT): Request.ANSWERED,
    (Request.STANDING, Step.REJECT): Request.DECLINED,
    (Request.SENT, Step.UNDO): Request.WITHDRAWN,
    (Request.WAITING, Step.UNDO): Request.WITHDRAWN,
    (Request.STANDING, Step.UNDO): Request.WITHDRAWN,
    (Request.ANSWERED, Step.UNDO): Request.WITHDRAWN,
    (Request.SENT, Step.CLOCK): Request.EXPIRED,
    (Request.WAITING, Step.CLOCK): Request.EXPIRED,
    (Request.STANDING, Step.CLOCK): Request.EXPIRED,
}


class State(StrEnum):
    """Where an introduction stands.

    A no is none of these: it is kept with the one who was asked, and nobody else can tell
    it from silence.
    """

    PROPOSED = "proposed"
    AGREED = "agreed"
    DISCLOSED = "disclosed"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


INTRODUCTIONS: Mapping[tuple[State | None, Step], State] = {
    (None, Step.ASK): State.PROPOSED,
    (State.PROPOSED, Step.ACCEPT): State.AGREED,
    (State.PROPOSED, Step.UNDO): State.WITHDRAWN,
    # our yes and their change of mind crossed: no card of theirs is on its way
    (State.AGREED, Step.UNDO): State.WITHDRAWN,
    (State.AGREED, Step.CARD): State.DISCLOSED,
    (State.AGREED, Step.REVOKE): State.REVOKED,
    (State.DISCLOSED, Step.REVOKE): State.REVOKED,
    (State.REVOKED, Step.REVOKE): State.REVOKED,
    (State.PROPOSED, Step.CLOCK): State.EXPIRED,
    (State.AGREED, Step.CLOCK): State.EXPIRED,
    (State.DISCLOSED, Step.CLOCK): State.EXPIRED,
}


def request_after(now_is: Request | None, step: Step) -> Request | None:
    """The state of a request after a step; None if it is not allowed."""
    return REQUESTS.get((now_is, step))


def introduction_after(now_is: State | None, step: Step) -> State | None:
    """The state of an introduction after a step; None if it is not allowed."""
    return INTRODUCTIONS.get((now_is, step))


def refusal(
    *,
    trusted: bool,
    this_hour: int,
    today: int,
    concepts_today: Collection[str],
    concepts: Collection[str],
    anonymity_set: int,
) -> str | None:
    """Why a request is not even looked at, as a reasonCode; None if it is.

    Args:
        trusted: whether the asking node is.
        this_hour: how many requests it sent in the last hour, without this one.
        today: how many today, without this one.
        concepts_today: what it asked about today, without this one.
        concepts: what this one asks about.
        anonymity_set: among how many members the asking person cannot be told apart.
    """
    if not trusted:
        return "notTrusted"
    if this_hour >= REQUESTS_AN_HOUR or today >= REQUESTS_A_DAY:
        return "rateLimited"
    if len({*concepts_today, *concepts}) > CONCEPTS_A_DAY:
        return "rateLimited"
    return "policy" if anonymity_set < SMALLEST_SET else None


def may_ask(policy: Mapping[str, object] | None, active: int, this_hour: int = 0) -> bool:
    """Whether a node's own rules let us ask it, as far as it says them.

    Args:
        policy: its MatchPolicy.
        active: among how many members whoever asks cannot be told apart.
        this_hour: how often it was asked in the last hour.
    """
    said = policy or {}
    least, most = said.get("minAnonymitySet"), said.get("maxRequestsPerHour")
    smallest = least if isinstance(least, int) else SMALLEST_SET
    if this_hour >= (most if isinstance(most, int) else REQUESTS_AN_HOUR):
        return False
    return said.get("acceptsFrom") != "nobody" and active >= max(smallest, SMALLEST_SET)


def next_round(now: datetime, lasts: timedelta) -> datetime:
    """When the round that runs at a moment is over; that moment itself if rounds last no time.

    >>> next_round(datetime(2026, 1, 1, 10, 20, tzinfo=UTC), timedelta(hours=1)).hour
    11
    """
    if not lasts:
        return now
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    return begin - (begin - now) // lasts * lasts


def day_of(moment: datetime | None) -> datetime | None:
    """The day of an end, as a request tells it: no hour."""
    return datetime.combine(moment.date(), time(), tzinfo=moment.tzinfo) if moment else None


def told(chosen: Collection[str]) -> tuple[str, ...]:
    """What a side agrees to tell: name and address always, ways to reach them if chosen."""
    return (*ALWAYS, CONTACT) if chosen else ALWAYS


def is_talk(tells: Collection[str]) -> bool:
    """Whether a consent is to a conversation without names.

    >>> is_talk([RELAYED]), is_talk(["displayName", RELAYED])
    (True, False)
    """
    return tuple(tells) == (RELAYED,)


def tells_well(tells: Collection[str]) -> bool:
    """Whether a consent is to words alone or to a card, and not to both at once."""
    return is_talk(tells) or (bool(tells) and RELAYED not in tells)


def letters_due(began: datetime, now: datetime) -> int:
    """How many letters of one side can have come by now.

    Whoever was away gets those of several days at once; so they are counted from the
    beginning, not by the day on which they come.
    """
    return LETTERS_A_DAY * (1 + max(0, (now - began).days))
