"""The lot of several hands: each promises a word by its digest, and tells it after the close.

The node draws a word as well. Who knows one word cannot steer the lot as long as one other is
kept; and nobody can who cast the last ballot. Units.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, update

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.decisions import queries, watched
from node.modules.decisions.methods import lots
from node.modules.decisions.queries import Box
from node.modules.decisions.tables import guard
from vocab.values import dataclass
from web.language import mark

PATIENCE: Final = timedelta(days=2)
"""How long after the close the count waits for words that were promised."""
DIGEST: Final = 64
"""Signs of a digest."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A vote that is closed and not counted: words of the lot are missing, until then."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """Event: a word of the lot was told."""

    box: str


def plain(word: str) -> str:
    """A word as its digest is taken: small letters and digits, without what stands between.

    >>> plain(" QTQM-b2x2 ")
    'qtqmb2x2'
    """
    return "".join(letter for letter in word.lower() if letter.isascii() and letter.isalnum())


def new_word() -> str:
    """A word of 128 random bits, as people can copy it."""
    word = secrets.token_hex(16)
    return "-".join(word[at : at + 8] for at in range(0, 32, 8))


def promise(unit: Unit, box_id: str, member: str, digest: str) -> None:
    """Guard the lot of an open vote: say the digest of a word, once.

    Raises:
        Missing: there is no such vote, or nothing in it for a lot.
        Refused: E_NO_GUARD, somebody else guards it.
        Conflict: E_CLOSED; E_PROMISED.
        Invalid: `digest`.
    """
    found = _among(unit, box_id)
    if member not in watched.may_guard(unit.db, found):
        raise Refused("E_NO_GUARD", member, safe=mark("Keepers guard the lot, or one drawn."))
    if unit.now >= found.closes:
        raise Conflict("E_CLOSED", safe=mark("Voting has closed. The result is on its page."))
    said = digest.strip().lower()
    if len(said) != DIGEST or set(said) - set("0123456789abcdef"):
        raise Invalid({"digest": mark("Write the SHA-256 of your word, 64 signs from 0 to f.")})
    held = watched.guards(unit.db, box_id)
    if any(one.member == member or one.digest == said for one in held):
        raise Conflict("E_PROMISED", safe=mark("You have promised a word already."))
    unit.db.execute(insert(guard), {"box": box_id, "member": member, "digest": said})
    unit.log("decision.lot", member, subject=box_id, words=f"lot {said}")


def reveal(unit: Unit, box_id: str, member: str, word: str) -> None:
    """Tell the word that one has promised, after the close.

    Raises:
        Missing: one has promised none.
        Conflict: E_OPEN, voting is open; E_COUNTED.
        Invalid: `word` is not the one.
    """
    found = _among(unit, box_id)
    mine = next((g for g in watched.guards(unit.db, box_id) if g.member == member), None)
    if mine is None:
        raise Missing(detail=member)
    if unit.now < found.closes:
        raise Conflict("E_OPEN", safe=mark("Voting is still open. Tell it after the close."))
    if found.counted:
        raise Conflict("E_COUNTED", safe=mark("This was counted already."))
    said = plain(word)
    if not lots.kept(said, mine.digest):
        raise Invalid({"word": mark("This is not the word that you promised.")})
    here = (guard.c.box == box_id) & (guard.c.member == member)
    unit.db.execute(update(guard).where(here).values(word=said))
    unit.tell(Revealed(box=box_id))


def _among(unit: Unit, box_id: str) -> Box:
    found = queries.box_of(unit.db, box_id)
    if found is None or not found.options:
        raise Missing(detail=box_id)
    return found


def words(unit: Unit, found: Box) -> Sequence[str] | Waiting:
    """The words of the lot that were told beside the node's, or until when they are waited for."""
    held = watched.guards(unit.db, found.id)
    until = found.closes + PATIENCE
    missing = [one for one in held if one.word is None]
    if missing and unit.now < until:
        return Waiting(until=until)
    for one in missing:
        unit.log("decision.lot.withheld", one.member, subject=found.id, words=one.digest)
    return [one.word for one in held if one.word]


def forget(unit: Unit, box_id: str) -> None:
    """For a run-off: what was promised has been told, so it is promised anew."""
    unit.db.execute(delete(guard).where(guard.c.box == box_id))
