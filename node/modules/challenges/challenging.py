"""Challenging a decision while it cools off, and backing that. Units."""

import secrets

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.challenges import queries, rules
from node.modules.challenges.rules import Ground
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals


def challenge(unit: Unit, slug: str, member: str, ground: Ground, text: str, *, once: str) -> None:
    """Say what went wrong with a decision that cools off.

    Args:
        unit: the unit.
        slug: the proposal that was decided.
        member: who says it.
        ground: what it is about.
        text: in their words.
        once: the key of the form; a second sending has no second effect.

    Raises:
        Refused: not a member.
        Missing: there is no such decision.
        Conflict: E_STAGE, it does not cool off; E_ONCE, it was brought back before.
    """
    if queries.made_by(unit.db, once) is not None:
        return
    _may(unit, slug, member, author=None, backers=())
    id_ = secrets.token_urlsafe(16)
    queries.add(unit, id=id_, matter=slug, author=member, ground=ground, text=text, once=once)
    unit.log("challenge.file", member, subject=_record(unit, slug).id, words=ground)


def back(unit: Unit, id: str, member: str) -> bool:
    """Back another's challenge; whether the matter goes back with that.

    Raises:
        Refused: not a member; E_OWN.
        Missing: there is no such challenge.
        Conflict: E_STAGE, E_ONCE, as `challenge`; E_TWICE.
    """
    one = queries.by_id(unit.db, id)
    if one is None:
        raise Missing(detail=id)
    _may(unit, one.matter, member, author=one.author or "", backers=one.backers)
    queries.back(unit, id, member)
    unit.log("challenge.back", member, subject=_record(unit, one.matter).id)
    if not rules.enough(len(one.backers) + 1):
        return False
    proposals.reopen(unit, one.matter)
    queries.end(unit, id)
    return True


def _may(
    unit: Unit, slug: str, member: str, *, author: str | None, backers: tuple[str, ...]
) -> None:
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    _found, made = proposals.ours(unit, slug)
    before = proposals.stopped(made)
    cooling = not before and decisions.cooling(_record(unit, slug), unit.now)
    code = rules.refusal(
        cooling=cooling, before=before, author=author, member=member, backers=backers
    )
    if code:
        raise (Refused if code == "E_OWN" else Conflict)(code, slug, safe=rules.SENTENCES[code])


def _record(unit: Unit, slug: str) -> decisions.Record:
    found = decisions.decided_by(unit.db, slug)
    if found is None:
        raise Missing(detail=slug)
    return found
