"""What the activities of matching do; the same for ours and theirs.

Ours are those of the node's service alone, and each has a row before it: what a member has
consented to. So nobody can send one by hand.
"""

from typing import Any

from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.matching import (
    agreeing,
    answering,
    asking,
    cards,
    closing,
    introduced,
    queries,
    questions,
    talking,
)
from node.modules.matching.objects import (
    ContactCard,
    Introduction,
    MatchRequest,
    MatchResult,
    RelayedNote,
)
from node.modules.matching.rules import Request, Step, request_after
from vocab.model import Object
from vocab.types import Accept, Create, Delete, Intent, Offer, Reject, TentativeAccept, Undo

handlers = Handlers()


def _by_us(unit: Unit, act: Act[Any, Any]) -> bool:
    """Whether our own node acts; false if another's does.

    Raises:
        Refused: somebody who speaks for no node.
    """
    if act.actor.local:
        if act.actor.id != unit.community.service:
            raise Refused("E_OWNER", f"{act.actor.id} does not speak for the node")
        return True
    if act.actor.kind != "NodeService":
        raise Refused("E_OWNER", f"{act.actor.id} is no node")
    return False


def _trusted(unit: Unit, act: Act[Any, Any]) -> None:
    """Refuse what only trusted nodes may send, and what is not for us alone."""
    if not unit.registry.trusts(unit.db, act.actor.id):
        raise Refused("E_NOT_TRUSTED", act.actor.id)
    _to_us(unit, act)


def _to_us(unit: Unit, act: Act[Any, Any]) -> None:
    if (*act.activity.to, *act.activity.cc) != (unit.community.service,):
        raise Refused("E_NOT_ADDRESSED", f"{act.activity.id} is not for this node alone")


# Requests -----------------------------------------------------------------------------------


@handlers.on(MatchRequest, Object)
def asked(unit: Unit, act: Act[MatchRequest, Object]) -> None:
    """A node asks for candidates."""
    if _by_us(unit, act):
        _known(queries.asked(unit.db, act.activity.id or ""), act)
        return
    _to_us(unit, act)
    if not isinstance(act.object, Intent):
        raise Refused("E_OBJECT", f"{act.activity.id} asks for nothing")
    trusted = unit.registry.trusts(unit.db, act.actor.id)
    answering.came(unit, act.activity, act.object, act.actor.id, trusted=trusted)


def _known(row: object | None, act: Act[Any, Any]) -> None:
    if row is None:
        raise Refused("E_CONSENT", f"nobody here consented to {act.activity.id}")


@handlers.on(Accept, MatchRequest)
def answered(unit: Unit, act: Act[Accept, MatchRequest]) -> None:
    """A node that was asked names candidates by handle."""
    held, ours = _request(unit, act)
    told = act.activity.result
    if not isinstance(told, MatchResult) or told.match_request != held.id:
        raise Refused("E_RESULT", f"{act.activity.id} has no result for {held.id}")
    if ours:
        named = int(bool(told.candidates))
        questions.note_of(unit, held, questions.kind_asked(held.intent), named=named)
        _settle(unit, held, Step.ACCEPT, act.activity.id or "")
        return
    asking.answered(unit, held, act.activity.id or "", told)


@handlers.on(TentativeAccept, MatchRequest)
def stands(unit: Unit, act: Act[TentativeAccept, MatchRequest]) -> None:
    """A node that was asked has nobody now; it keeps the question and may answer once."""
    held, ours = _request(unit, act)
    after = request_after(held.state, Step.KEEP)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    if not ours and held.ends < unit.now:
        raise Refused("E_EXPIRED", f"{held.id} was open until {held.ends}")
    queries.change_request(unit, held.id, state=after)


@handlers.on(Reject, MatchRequest)
def declined(unit: Unit, act: Act[Reject, MatchRequest]) -> None:
    """A node that was asked has nobody, or does not look."""
    held, ours = _request(unit, act)
    if ours:
        _settle(unit, held, Step.REJECT, act.activity.id or "")
        return
    asking.declined(unit, held, act.activity.id or "", act.activity.reason_code)


def _request(unit: Unit, act: Act[Any, MatchRequest]) -> tuple[queries.Asked, bool]:
    """The request that is answered, if it was put to whoever answers."""
    ours = _by_us(unit, act)
    held = queries.asked(unit.db, act.object.id or "")
    if held is None or held.way != ("in" if ours else "out"):
        raise Refused("E_UNKNOWN", f"{act.object.id} waits for no answer")
    if not ours and held.service != act.actor.id:
        raise Refused("E_NOT_ADDRESSED", f"{act.actor.id} was not asked {held.id}")
    if not ours:
        _trusted(unit, act)
    return held, ours


def _settle(unit: Unit, held: queries.Asked, step: Step, answer: str) -> None:
    after = request_after(held.state, step)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    queries.change_request(unit, held.id, state=after, answer=answer, intent=None)


@handlers.on(Undo, MatchRequest)
def taken_back(unit: Unit, act: Act[Undo, MatchRequest]) -> None:
    """A node takes its question back: request, result and handles go."""
    ours = _by_us(unit, act)
    held = queries.asked(unit.db, act.object.id or "")
    if held is None:
        return
    if held.way != ("out" if ours else "in") or (not ours and held.service != act.actor.id):
        raise Refused("E_OWNER", f"{act.actor.id} takes back {held.id}")
    if ours:
        queries.drop_candidates(unit, request_id=held.id)
        queries.change_request(unit, held.id, state=Request.WITHDRAWN)
        queries.silence(unit, [held.id])
        return
    answering.forgotten(unit, held)


# Introductions --------------------------------------------------------------------------------


@handlers.on(Offer, Introduction)
def proposed(unit: Unit, act: Act[Offer, Introduction]) -> None:
    """A node asks to introduce somebody."""
    if _by_us(unit, act):
        _known(introduced.by_offer(unit.db, act.activity.id or ""), act)
        return
    _trusted(unit, act)
    agreeing.offered(unit, act.activity, act.object, act.actor.id)


@handlers.on(Accept, Offer, Introduction)
def agreed(unit: Unit, act: Act[Accept, Offer]) -> None:
    """Whoever was asked says yes."""
    held = _introduction(unit, act, answering_=True)
    told = act.activity.result
    if not isinstance(told, Introduction):
        raise Refused("E_RESULT", f"{act.activity.id} holds no consent")
    agreeing.agreed(unit, held, act.activity.id or "", told)


@handlers.on(Undo, Offer, Introduction)
def withdrawn(unit: Unit, act: Act[Undo, Offer]) -> None:
    """Whoever asked takes it back."""
    held = _introduction(unit, act, answering_=False)
    closing.undone(unit, held)


def _introduction(unit: Unit, act: Act[Any, Offer], *, answering_: bool) -> introduced.Introduction:
    """The introduction an Offer began, if the actor is on the right side of it."""
    ours = _by_us(unit, act)
    held = introduced.by_offer(unit.db, act.object.id or "")
    way = "in" if ours is answering_ else "out"
    if held is None or held.way != way or (ours and answering_ and not held.answers):
        raise Refused("E_UNKNOWN", f"{act.object.id} is not open")
    if not ours and held.service != act.actor.id:
        raise Refused("E_NOT_ADDRESSED", f"{act.actor.id} has no part in {held.id}")
    return held


# Letters and cards --------------------------------------------------------------------------


@handlers.on(Create, RelayedNote)
def wrote(unit: Unit, act: Act[Create, RelayedNote]) -> None:
    """One side of a conversation writes."""
    if _by_us(unit, act):
        _known(introduced.find_letter(unit.db, act.object.id or ""), act)
        return
    _trusted(unit, act)
    talking.came(unit, act.object, act.actor.id)


@handlers.on(Delete, Introduction)
def hung_up(unit: Unit, act: Act[Delete, Introduction]) -> None:
    """One side ends a conversation."""
    by_us = _by_us(unit, act)
    talking.ended(unit, act.object.id or "", act.actor.id, by_us=by_us)


@handlers.on(Create, ContactCard)
def told(unit: Unit, act: Act[Create, ContactCard]) -> None:
    """One side's card."""
    if _by_us(unit, act):
        _known(introduced.find_card(unit.db, act.object.id or ""), act)
        return
    _trusted(unit, act)
    cards.came(unit, act.object, act.actor.id)


@handlers.on(Delete, ContactCard)
def revoked(unit: Unit, act: Act[Delete, ContactCard]) -> None:
    """One side takes its card back."""
    if _by_us(unit, act):
        introduced.drop_card(unit, act.object.id or "")
        return
    cards.gone(unit, act.object.id or "", act.actor.id)
