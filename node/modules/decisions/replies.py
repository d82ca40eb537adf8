"""What a community answers to another's decision: which there are, which count. Pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """What a community does with another's record."""

    NOTED = "noted"
    DECLINED = "declined"
    ADOPTED = "adopted"
    CHANGED = "adoptedWithChanges"
    RATIFIED = "ratified"
    OBJECTED = "objected"
    RETRACTED = "retracted"
    """It takes back what it answered before."""


AGREES: Final = frozenset({Answer.ADOPTED, Answer.CHANGED, Answer.RATIFIED})
MOST_ANSWERS: Final = 20
"""How often one community may answer the same record, whatever it takes back."""


NEEDS_BASIS: Final = frozenset({"adopted", "adoptedWithChanges", "ratified", "objected"})
"""Answers that stand on a decision of the community that answers; vocabulary.md §6.10."""
GROUNDS: Final = ("harm", "conflictWithCharter", "processFlaw", "resourceImpact", "other")
REQUESTS: Final = ("amend", "pause", "talk", "none")


def standing(said: Iterable[str]) -> frozenset[str]:
    """What stands of all that a community has answered to a record, in order.

    >>> sorted(standing(["noted", "adopted"])), sorted(standing(["noted", "retracted"]))
    (['adopted', 'noted'], ['retracted'])
    >>> sorted(standing(["adopted", "retracted", "objected"]))
    ['objected']
    """
    held: set[str] = set()
    for one in said:
        held = {one} if one == Answer.RETRACTED else {*held, one} - {Answer.RETRACTED}
    return frozenset(held)


def may_answer(*, ours: bool, seal: str, answered: Collection[str], answer: Answer) -> str:
    """Why we may not answer a record so, as a code; "" if we may.

    Args:
        ours: the record is our own.
        seal: its state (`seals.State`).
        answered: what stands of what we have answered to it (`standing`).
        answer: what we want to say.
    """
    if ours:
        return "E_SELF_RESPONSE"
    if seal != "holds":
        return "E_SEAL"
    if answer is Answer.RETRACTED:
        return "" if set(answered) - {Answer.RETRACTED} else "E_NOTHING"
    # a note that was taken back is not taken again, else the two could go on for ever
    noted = answer is Answer.NOTED and Answer.RETRACTED in answered
    again = answer in answered or AGREES & set(answered)
    return "E_ANSWERED" if noted or again else ""


def refusal(
    *, known: bool, self_made: bool, digest_equal: bool, said: Collection[str], response: str
) -> str:
    """Why a response that came in does not count, as a code; "" if it may.

    Args:
        known: the record it answers is one of ours, and has left us.
        self_made: it comes from the record's own community.
        digest_equal: it names the text that we published.
        said: what the same community has answered to this record before, in order.
        response: what it says.
    """
    if self_made:
        return "E_SELF_RESPONSE"
    if not known:
        return "E_UNKNOWN_RECORD"
    if not digest_equal:
        return "E_DIGEST"
    again = response in standing(said) or len(said) >= MOST_ANSWERS
    return "E_DUPLICATE" if again else ""


def sound_basis(*, owner: str | None, responder: str, holds: bool, result: str | None) -> bool:
    """Whether a response stands on what it names: the responder's own, signed, approved record."""
    return owner == responder and holds and result in {"approved", "approvedWithAmendments"}
