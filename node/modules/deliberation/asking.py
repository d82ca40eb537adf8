"""Asking people elsewhere what they think of a proposal: a poll that decides nothing (FEP-9967).

The community asks, so that everybody who follows it can answer; what they answer is counted,
not kept, and no way leads from it to a ballot.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.deliberation import rules
from node.modules.notes import api as notes
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.language import mark

AT_HOME: Final = mark("Nobody elsewhere can be asked while the community has no public address.")
ASKED: Final = mark("People elsewhere are asked already. Wait until that is over.")
NOT_NOW: Final = mark("People elsewhere are asked while it is talked through, before the vote.")
NOT_SEEN: Final = mark("Only on what everybody may see can people elsewhere be asked.")
LEADS: Final = mark("Whoever leads this asks, or one of the %(word_keepers)s.")
LATE: Final = mark("Choose a time before the vote begins, an hour from now or later.")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What people elsewhere are asked."""

    text: str
    options: tuple[str, ...]
    several: bool
    ends: datetime


def fault(
    db: Connection, found: proposals.Proposal, now: datetime, *, at_home: bool
) -> tuple[str, str] | None:
    """Why nobody elsewhere can be asked about a proposal now, as a code and a sentence."""
    if at_home:
        return "E_AT_HOME", AT_HOME
    if found.reach != "public":
        return "E_NOT_PUBLIC", NOT_SEEN
    if found.stage not in rules.OPEN:
        return "E_STAGE", NOT_NOW
    if notes.is_asked(db, found.id, now):
        return "E_ASKED", ASKED
    return None


def ask(unit: Unit, slug: str, member: str, question: Question, *, once: str) -> str:
    """Ask everybody who follows the community what they think of a proposal.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who asks, on behalf of the community; it is written in the log.
        question: what.
        once: the key of the form; a second sending asks nothing more.

    Returns:
        The slug of the post that asks.

    Raises:
        Refused: not a member; E_NOT_YOURS, they do not lead it.
        Missing: there is no such proposal of ours.
        Conflict: E_AT_HOME, E_NOT_PUBLIC, E_STAGE, E_ASKED; see `fault`.
        Invalid: `ends` is too soon, or during the vote, of which no number is to be seen.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    found, made = proposals.ours(unit, slug)
    if not proposals.leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    if before := notes.sent_before(unit.db, once):
        return before
    if no := fault(unit.db, found, unit.now, at_home=unit.community.at_home):
        raise Conflict(no[0], slug, safe=no[1])
    if question.ends > (made.opens or made.closes):
        raise Invalid({"ends": LATE})
    us = unit.account(unit.community.id)
    assert us is not None, "a community that decides is founded"
    draft = notes.Draft(
        text=f"{question.text}\n\n{unit.origin}/p/{slug}",
        reach="public",
        lang=unit.community.language,
        people={},
        options=question.options,
        several=question.several,
        ends=question.ends,
        advises=found.id,
    )
    asked = notes.post(unit, us, draft, once)
    unit.log("deliberation.asked", member, subject=found.id)
    return asked
