"""What members do in a deliberation: they say something, answer, settle it, take a stand. Units."""

import secrets
from typing import Final

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.deliberation import queries, rules
from node.modules.deliberation.rules import Act, Kind, Stand, State
from node.modules.deliberation.tables import Remark
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.language import mark

COUNTED: Final = {Kind.FACT: "facts", Kind.MIND: "minds"}
"""What the steps of a course may need, by the name that proposals have for it."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a member says: `more` is a source, a wish or a passage, by the kind."""

    text: str
    more: str = ""


def say(unit: Unit, slug: str, member: str, kind: Kind, said: Said, *, once: str) -> None:
    """Say something to a proposal.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who says it.
        kind: what it is.
        said: the words.
        once: the key of the form; a second sending has no second effect.

    Raises:
        Refused: not a member.
        Missing: there is no such proposal.
        Conflict: E_STAGE, it is not talked through now.
        Invalid: `more` does not stand in the text; with `text` it would be too long.
    """
    found, made = _ours(unit, slug, member)
    if not rules.may_say(kind, found.stage):
        raise Conflict("E_STAGE", slug, safe=NOT_NOW)
    if queries.made_by(unit.db, once) is not None:
        return
    if kind is Kind.AMENDMENT:
        if made.joint is not None:
            raise Conflict("E_STAGE", slug, safe=TOGETHER)
        after = rules.amended(made.text, said.more, said.text)
        if after is None:
            raise Invalid({"more": PASSAGE})
        if len(after) > proposals.LONGEST_TEXT:
            raise Invalid({"text": LONG})
    row = {"matter": slug, "kind": kind, "author": member, "once": once}
    id_ = secrets.token_urlsafe(16)
    queries.add(unit, id=id_, text=said.text, more=said.more or None, **row)
    _count(unit, slug, kind)


NOT_NOW: Final = mark("This is not talked through now, so nothing can be added to it.")
TOGETHER: Final = mark("Other communities decide on the same text, so it stays as it is.")
LONG: Final = mark("With this the text would be too long. Say less, or shorten it.")
PASSAGE: Final = mark("Copy a passage that stands in the text once, or leave this empty.")


def _ours(unit: Unit, slug: str, member: str) -> tuple[proposals.Proposal, proposals.Plan]:
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    return proposals.ours(unit, slug)


def _count(unit: Unit, slug: str, kind: Kind) -> None:
    """Tell the proposal how many there are of what its steps may need."""
    if kind in COUNTED:
        proposals.came(unit, slug, {COUNTED[kind]: queries.number(unit.db, slug, kind)})


def move(unit: Unit, id: str, member: str, act: Act, words: str = "") -> State:
    """Do something with what was said, by the table of `rules.NEXT`; the state it is in then.

    Raises:
        Refused: not a member; E_NOT_YOURS, it is somebody else's to do.
        Missing: there is no such thing.
        Conflict: E_STATE, it cannot be done now; E_STAGE, it is not talked through any more;
            E_CHANGED, the passage does not stand in the text any more; E_LONG, the text would be
            too long with it.
        Invalid: `words` are needed.
    """
    one = queries.by_id(unit.db, id)
    if one is None:
        raise Missing(detail=id)
    found, made = _ours(unit, one.matter, member)
    leads = proposals.leads(unit, made, member)
    mine = rules.parts(member, author=one.author, bringer=made.author, leads=leads)
    if no := rules.refusal(one.kind, one.state, act, mine):
        code, sentence = no
        raise (Conflict if code == "E_STATE" else Refused)(code, id, safe=sentence)
    if not rules.may_say(one.kind, found.stage):
        raise Conflict("E_STAGE", one.matter, safe=NOT_NOW)
    if act in rules.WORDY and not words.strip():
        raise Invalid({"words": WORDS})
    if act is Act.ACCEPT:
        _amend(unit, one, made, member)
    after = rules.NEXT[one.kind, one.state, act][0]
    told = {"answer": words, "answerer": member, "answered": unit.now}
    answered = told if act in rules.WORDY else {}
    queries.change(unit, id, state=after, **answered)
    _count(unit, one.matter, one.kind)
    return after


WORDS: Final = mark("Say it in a sentence.")


def _amend(unit: Unit, one: Remark, made: proposals.Plan, member: str) -> None:
    """Put an amendment into the text, which is another version from then on."""
    text = rules.amended(made.text, one.more or "", one.text)
    if text is None:
        raise Conflict("E_CHANGED", one.id, safe=CHANGED)
    proposals.reword(unit, one.matter, member, text)


CHANGED: Final = mark("The passage does not stand in the text any more. Ask for a new amendment.")


def take(unit: Unit, id: str, member: str, *, supports: bool | None) -> None:
    """Support or dispute a fact of somebody; None takes it back.

    Raises:
        Refused: not a member; E_OWN, it is their own.
        Missing: there is no such fact.
        Conflict: E_STAGE.
    """
    one = queries.by_id(unit.db, id)
    if one is None or one.kind is not Kind.FACT or one.state is State.WITHDRAWN:
        raise Missing(detail=id)
    found, _made = _ours(unit, one.matter, member)
    if one.author == member:
        raise Refused("E_OWN", id, safe=mark("You said this yourself. Others say what they think."))
    if found.stage not in rules.OPEN:
        raise Conflict("E_STAGE", one.matter, safe=NOT_NOW)
    queries.take(unit, id, member, supports=supports)


def stand(unit: Unit, slug: str, member: str, where: Stand | None) -> None:
    """Say where one stands on the text as it is now; None takes it back.

    Raises:
        Refused: not a member.
        Missing: there is no such proposal.
        Conflict: E_STAGE.
    """
    found, _made = _ours(unit, slug, member)
    if found.stage not in rules.OPEN:
        raise Conflict("E_STAGE", slug, safe=NOT_NOW)
    queries.stand(unit, slug, member, where, proposals.version_of(unit.db, found.id))
