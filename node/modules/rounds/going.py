"""Going round: a member takes their turn, who leads it takes the next round. Units."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.deliberation import api as deliberation
from node.modules.proposals import api as proposals
from node.modules.rounds import queries, rules
from node.modules.rounds.rules import Act, Round
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Stands:
    """Where the rounds of a matter stand; `waiting`: who has not had their turn."""

    round: Round
    ends: datetime
    waiting: frozenset[str]


def stands(db: Connection, found: proposals.Proposal) -> Stands | None:
    """Where the rounds of a proposal stand; None where it goes through none now."""
    made = proposals.plan_of(db, found.id) if found.ours else None
    if made is None or not proposals.in_rounds(found, made):
        return None
    held = queries.stands(db, found.slug)
    began = datetime.fromisoformat(found.history[-1][1])
    round_, ends = held or (Round.CLARIFY, began + rules.LASTS)
    had = {one.member for one in queries.turns(db, found.slug) if one.round is round_}
    members = {one.id for one in accounts.members(db, suspended=False)}
    return Stands(round=round_, ends=ends, waiting=frozenset(members - had))


def _here(unit: Unit, slug: str, member: str) -> tuple[Stands, proposals.Plan]:
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    found, made = proposals.ours(unit, slug)
    held = stands(unit.db, found)
    if held is None:
        raise Conflict("E_STAGE", slug, safe=NO_ROUND)
    return held, made


NO_ROUND: Final = mark("No round is going on here now. Look at the page of the proposal.")


def say(unit: Unit, slug: str, member: str, round_: Round, text: str | None, *, once: str) -> None:
    """Take one's turn: say something, or pass. In the round of objections words are one.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who says it.
        round_: the round they saw.
        text: the words; None: they pass.
        once: the key of the form.

    Raises:
        Refused: not a member.
        Missing: there is no such proposal.
        Conflict: E_STAGE, no round goes on; E_CHANGED, another round does.
    """
    held, _made = _here(unit, slug, member)
    if held.round is not round_ or round_ is Round.DONE:
        raise Conflict("E_CHANGED", slug, safe=ANOTHER)
    queries.take(unit, slug, round_, member, text)
    if text is not None and round_ is Round.OBJECT:
        said = deliberation.Said(text=text)
        deliberation.say(unit, slug, member, deliberation.Kind.OBJECTION, said, once=once)


ANOTHER: Final = mark("Another round has begun meanwhile. Look at it, and take your turn there.")


def lead(unit: Unit, slug: str, member: str, act: Act) -> Round:
    """Take the next round, or give this one more time; the round it is in then.

    Raises:
        Refused: not a member; E_NOT_YOURS, somebody else leads it.
        Missing: there is no such proposal.
        Conflict: E_STAGE, no round goes on; E_STATE, E_EARLY, E_OBJECTIONS.
    """
    held, made = _here(unit, slug, member)
    if not proposals.leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=LEADS)
    code = rules.refusal(
        held.round, act, ends=held.ends, now=unit.now, waiting=len(held.waiting),
        objections=deliberation.open_objections(unit.db, slug, unit.now),
    )  # fmt: skip
    if code:
        raise Conflict(code, slug, safe=rules.SENTENCES[code])
    after = rules.NEXT[held.round, act]
    ends = max(held.ends, unit.now) if act is Act.LONGER else unit.now
    ends = min(ends + rules.LASTS, unit.now + rules.LONGEST)
    queries.set_round(unit, slug, after, ends)
    unit.log("round.lead", member, subject=made.proposal, words=after)
    if after is Round.DONE:
        proposals.came(unit, slug, {"rounds": 1})
    return after


LEADS: Final = mark("Only who brought it, or whom they asked to lead it, does this.")


# When the text changes ------------------------------------------------------------------------


def changed(unit: Unit, event: proposals.Changed) -> None:
    """The text is another one: who had said that they see no harm in it looks again.

    While it is made clear, talked about, or an objection is integrated, a change is what the round
    is for; so the rounds stay where they are.
    """
    try:
        found, _made = proposals.ours(unit, event.slug)
    except Missing:
        return
    held = stands(unit.db, found)
    if held is None or not rules.rests_on_text(held.round):
        return
    queries.clear(unit, event.slug, Round.OBJECT)
    queries.clear(unit, event.slug, Round.INTEGRATE)
    queries.set_round(unit, event.slug, Round.OBJECT, unit.now + rules.LASTS)
    unit.log("round.again", unit.community.id, subject=found.id)
    proposals.came(unit, event.slug, {"rounds": 0})
