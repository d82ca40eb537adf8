"""Who is the second of two hands, and what two hands may do to a vote. Values in, values out.

One keeper alone changes nothing of a vote: neither who may take part, nor its deadline, nor its
result. Whoever asks needs a second hand, and cannot choose whose it is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from node.modules.decisions.methods import lots
from web.language import mark

PATIENCE: Final = timedelta(days=2)
"""How long a witness has before the next in the order of the lot may answer as well."""
LONGER: Final = timedelta(days=30)
"""By how much the deadline of a vote can be moved at most."""


class Kind(StrEnum):
    """What is asked for."""

    ADMIT = "admit"
    LEAVE_OUT = "leaveOut"
    PROLONG = "prolong"
    ANNUL = "annul"


class State(StrEnum):
    """Where it stands."""

    WAITS = "waits"
    DONE = "done"
    DECLINED = "declined"
    BACK = "back"


NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.WAITS: frozenset({State.DONE, State.DECLINED, State.BACK}),
    State.DONE: frozenset(),
    State.DECLINED: frozenset(),
    State.BACK: frozenset(),
}
"""Which state may follow which; what was answered stays so."""

WORDS: Final[Mapping[Kind, str]] = {
    Kind.ADMIT: mark("Let %(name)s vote"),
    Kind.LEAVE_OUT: mark("Take %(name)s off the list of those who may vote"),
    Kind.PROLONG: mark("Close it later: %(when)s"),
    Kind.ANNUL: mark("Declare the result void"),
}


def legal(before: State, after: State) -> bool:
    """Whether a request may go from one state to another.

    >>> legal(State.WAITS, State.DONE), legal(State.DECLINED, State.DONE)
    (True, False)
    """
    return after in NEXT[before]


def seconds(
    keepers: Collection[str],
    others: Collection[str],
    *,
    but: Collection[str],
    seed: str,
    waited: timedelta,
) -> Sequence[str]:
    """Who may be the second hand.

    Args:
        keepers: who kept the node already when the vote opened.
        others: the members who may vote.
        but: whoever asks, and whom it is about.
        seed: fixed when the vote opened, so that whoever asks cannot steer the draw.
        waited: since when it was asked.

    Returns:
        The other keepers; where there is none, a witness drawn by lot of those who may vote,
        and after every two days the next in the order of the lot as well. Nobody, if there is
        nobody: then it is not done.
    """
    if more := sorted(set(keepers) - set(but)):
        return more
    drawn = lots.order(set(others) - set(but), seed)
    return drawn[: 1 + max(waited, timedelta()) // PATIENCE]


def fault(
    kind: Kind, *, open_: bool, again: bool, moved: bool, listed: bool | None,
    closes: datetime, wanted: datetime | None, now: datetime,
) -> str:  # fmt: skip
    """Why something cannot be asked for, as a marked sentence; "" if it can.

    Args:
        kind: what.
        open_: the vote is open.
        again: it is a run-off, or was opened once more.
        moved: two hands have moved its deadline before.
        listed: whether the member it is about may vote; None: it is about nobody.
        closes: when it closes.
        wanted: when it is to close instead.
        now: the present.
    """
    if kind is Kind.ANNUL:
        return mark("It is still open. Only a result can be declared void.") if open_ else ""
    if not open_:
        return mark("Voting has closed. The result is on its page.")
    if again and kind is not Kind.PROLONG:
        return mark("It was opened once more, so the list stays as it is.")
    if kind is Kind.PROLONG and moved:
        return mark("Its deadline was moved once already.")
    if kind is Kind.PROLONG:
        later = wanted is not None and max(closes, now) < wanted <= closes + LONGER
        return "" if later else mark("Choose a later time, at most thirty days after this one.")
    if listed is (kind is Kind.ADMIT):
        return LISTED[kind]
    return ""


LISTED: Final = {
    Kind.ADMIT: mark("They may vote already."),
    Kind.LEAVE_OUT: mark("They are not on the list."),
}
