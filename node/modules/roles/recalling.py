"""Recalling somebody from a role: enough ask for it, they are heard, all others vote. Units.

They go on holding it until a decision says otherwise. They may answer, and do not vote on
themselves: the vote is about whether the others still trust them with it.
"""

import secrets
from fractions import Fraction
from typing import Final

from node.kernel import choices
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from node.modules.roles import holding, queries, rules
from node.modules.roles.choices import RECALLERS
from node.modules.roles.rules import Kind, Petition, State, Why
from node.modules.roles.tables import Asking, Holding
from vocab.html import quoted
from web.language import catalogue, mark


def _held(unit: Unit, id: str, member: str) -> Holding:
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    one = queries.holding_of(unit.db, id)
    if one is None:
        raise Missing(detail=id)
    return one


def _allow(member: str, one: Holding, state: Petition, endorsers: frozenset[str]) -> None:
    held = one.state is State.HELD and one.kind is Kind.SEAT
    code = rules.recall_refusal(
        member=member, holder=one.member, held=held, endorsers=endorsers, state=state
    )
    if code:
        raise (Refused if code == "E_OWN" else Conflict)(code, one.id, safe=rules.SENTENCES[code])


def ask(unit: Unit, holding_id: str, member: str, text: str, *, once: str) -> str:
    """Ask for somebody's recall, with a reason that they read.

    Returns:
        The id of the petition.

    Raises:
        Refused: not a member; E_OWN.
        Missing: there is no such holder.
        Conflict: E_STATE, they hold it no longer; E_GOING, it is asked for already.
    """
    if (before := queries.petitioned(unit.db, once)) is not None:
        return before
    one = _held(unit, holding_id, member)
    _allow(member, one, Petition.OPEN, frozenset())
    if any(p.holding == holding_id for p in queries.pending(unit.db)):
        raise Conflict("E_GOING", holding_id, safe=GOING)
    id_ = secrets.token_urlsafe(16)
    row = {"id": id_, "holding": holding_id, "author": member, "text": text, "once": once}
    queries.add_petition(unit, {**row, "ends": unit.now + rules.PETITION})
    queries.endorse(unit, id_, member)
    unit.log("role.recall", member, subject=one.record)
    _heard(unit, id_)
    return id_


GOING: Final = mark("Some ask for this already. You can ask for it with them.")


def back(unit: Unit, id: str, member: str) -> bool:
    """Ask for a recall with others; whether that is enough.

    Raises:
        Refused: not a member; E_OWN.
        Missing: there is no such petition.
        Conflict: E_STATE, it is not open; E_TWICE.
    """
    found = queries.petition_of(unit.db, id)
    if found is None:
        raise Missing(detail=id)
    one = _held(unit, found.holding, member)
    open_ = Petition.LAPSED if unit.now >= found.ends else found.state
    _allow(member, one, open_, found.endorsers)
    queries.endorse(unit, id, member)
    return _heard(unit, id)


def _heard(unit: Unit, id: str) -> bool:
    """Open the hearing if enough ask for it; who they were is forgotten with that."""
    found = queries.petition_of(unit.db, id)
    assert found is not None, "it was kept before"
    active = proposals.how_many_active(unit.db, unit.now)
    least = choices.now(unit.db, RECALLERS)
    asking = sum(1 for one in found.endorsers if accounts.is_member(unit.db, one))
    if not rules.enough(asking, active=active, least=least):
        return False
    ends = unit.now + rules.HEARING
    queries.set_petition(unit, id, state=Petition.HEARING.value, ends=ends)
    queries.drop_endorsements(unit, id)
    return True


def reply(unit: Unit, id: str, member: str, text: str) -> None:
    """What whoever holds the role says to it; it stands in the text that is voted on.

    Raises:
        Missing: there is no such petition.
        Refused: E_NOT_YOURS.
        Conflict: E_STATE, the vote has begun, or it is over.
    """
    found = queries.petition_of(unit.db, id)
    if found is None:
        raise Missing(detail=id)
    holding.mine(unit, found.holding, member)
    if found.state not in (Petition.OPEN, Petition.HEARING):
        raise Conflict("E_STATE", id, safe=rules.SENTENCES["E_STATE"])
    queries.set_petition(unit, id, answer=text)


def by_clock(unit: Unit, id: str) -> None:
    """Let a petition lapse that gathered too long; open the vote after the hearing."""
    found = queries.petition_of(unit.db, id)
    one = queries.holding_of(unit.db, found.holding) if found else None
    if found is None or one is None:
        return
    if one.state is not State.HELD or one.member is None:
        _over(unit, id, Petition.ENDED)
    elif unit.now < found.ends:
        return
    elif found.state is Petition.OPEN:
        _over(unit, id, Petition.LAPSED)
    elif found.state is Petition.HEARING:
        _vote(unit, found, one)


def _over(unit: Unit, id: str, state: Petition) -> None:
    queries.set_petition(unit, id, state=state.value)
    queries.drop_endorsements(unit, id)


def _bringer(unit: Unit, found: Asking, one: Holding) -> str | None:
    """Who brings it: who asked first, else somebody by lot; None: there is nobody but its holder.

    Who else asked for it is forgotten, and is not to be told by this. Whoever can suspend the one
    who asked must not stop it with that.
    """
    if found.author and accounts.is_member(unit.db, found.author):
        return found.author
    here = [m.id for m in accounts.members(unit.db, suspended=False) if m.id != one.member]
    active = set(proposals.active(unit.db, unit.now))
    drawn = [member for member in here if member in active] or here
    return secrets.choice(drawn) if drawn else None


def _vote(unit: Unit, found: Asking, one: Holding) -> None:
    """Put it to the vote, without whoever it is about."""
    held = queries.role_of(unit.db, one.role)
    bringer = _bringer(unit, found, one)
    if held is None or bringer is None or one.member is None:
        _over(unit, found.id, Petition.LAPSED)
        return
    say = catalogue(unit.community.language).gettext
    name = accounts.names_of(unit.db, [one.member]).get(one.member, "")
    values = {"name": " ".join(name.split()), "role": held.name}
    said = quoted(found.text) if not found.hidden else say(HIDDEN)
    answered = quoted(found.answer) or say(SILENT)
    parts = [say(TEXT) % values, say(REASON), said, say(ANSWERED), answered]
    if bringer != found.author:
        parts.append(say(BY_LOT))
    slug = proposals.bring(
        unit,
        bringer,
        proposals.Draft(
            title=(say(TITLE) % values)[:120],
            text="\n\n".join(parts)[:20_000],
            method=decisions.Method.MAJORITY,
            settings={"people": True},
            share=Fraction(1, 2),
            counts=False,
            opens=None,
            closes=unit.now + rules.RECALL,
            review_months=6,
            reach="community",
            named=False,
        ),
        once=f"recall-{found.id}",
    )
    if one.member in {m.id for m in accounts.members(unit.db, suspended=False)}:
        decisions.recuse(unit, slug, one.member)
    values_ = {"state": Petition.VOTE.value, "proposal": slug, "ends": unit.now + rules.RECALL}
    queries.set_petition(unit, found.id, **values_)
    unit.log("role.recall.vote", unit.community.id, subject=one.record)


TITLE: Final = mark("We recall %(name)s from the role %(role)s")
TEXT: Final = mark(
    "Enough of us ask to recall %(name)s from the role %(role)s before the term is over. Whoever "
    "says yes wants it to end now; whoever says no wants it to go on. %(name)s was heard, and has "
    "no vote on this."
)
REASON: Final = mark("The reason that was given:")
ANSWERED: Final = mark("What was answered:")
SILENT: Final = mark("Nothing was answered.")
BY_LOT: Final = mark(
    "Whoever asked for it first cannot bring it now. Who brings it instead was drawn by lot."
)
HIDDEN: Final = mark("These words were hidden.")


def decided(unit: Unit, found: Asking, outcome: str) -> None:
    """The vote was counted; without a majority for it nothing changes."""
    if outcome != decisions.Outcome.APPROVED:
        _over(unit, found.id, Petition.ENDED)


def agreed(unit: Unit, found: Asking) -> None:
    """The decision is in force: the term ends."""
    _over(unit, found.id, Petition.ENDED)
    one = queries.holding_of(unit.db, found.holding)
    if one is not None and one.state is State.HELD:
        holding.end(unit, one, Why.RECALLED, by=unit.community.id)


def annulled(unit: Unit, found: Asking) -> None:
    """The vote counts no longer: what is left of the term is held again, and no deputy steps in."""
    one = queries.holding_of(unit.db, found.holding)
    held = queries.role_of(unit.db, one.role) if one else None
    if one is None or one.why is not Why.RECALLED or held is None or held.ended is not None:
        return
    if one.member is None or one.ends is None or one.ends <= unit.now:
        return
    for other in queries.holdings(unit.db, one.role):
        stepped = (other.begins, other.ends) == (one.closed, one.ends)
        if other.kind is Kind.SEAT and other.state is State.HELD and stepped:
            back = {"kind": Kind.DEPUTY.value, "begins": one.begins}
            queries.set_holding(unit, other.id, **back)
    queries.set_holding(unit, one.id, state=State.HELD, closed=None, why=None)
    unit.log("role.back", unit.community.id, subject=one.record, words=held.name)
