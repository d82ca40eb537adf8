"""How an introduction ends, and what its two sides share."""

from datetime import datetime

from node.kernel.errors import Refused
from node.kernel.unit import Unit
from node.modules.matching import cards, introduced, rules
from node.modules.matching.introduced import Introduction
from node.modules.matching.objects import Consent
from node.modules.matching.rules import State, Step
from web.language import mark

GONE = mark("This is over: the other notice is gone. Nothing was told.")


def undone(unit: Unit, held: Introduction) -> None:
    """The side that asked took it back; what we had sent already is called back.

    Raises:
        Refused: E_STATE.
    """
    after = rules.introduction_after(held.state, Step.UNDO)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    for card in introduced.cards(unit.db, held.id):
        if card.ours:
            cards.call_back(unit, held, card)
        cards.forget(unit, held, card)
    ended(unit, held, after)


def ended(unit: Unit, held: Introduction, state: State) -> None:
    """End an introduction: its words go."""
    introduced.drop_letters(unit, held.id)
    introduced.change(unit, held.id, state=state, message="", means=[], title="", heard=None)


def expire(unit: Unit) -> None:
    """End what is over by the clock; a no and a silence end alike."""
    for card in introduced.old_cards(unit.db, unit.now):
        cards.forget(unit, kept(unit, card.introduction), card)
    for held in introduced.over(unit.db, unit.now):
        for card in introduced.cards(unit.db, held.id):
            cards.forget(unit, held, card)
        ended(unit, held, State.EXPIRED)


def consent(unit: Unit, party: str, tells: tuple[str, ...], ends: datetime) -> Consent:
    """That our side agrees to have these things told, until `ends`."""
    return Consent(party=party, discloses=tells, consented_at=unit.now, end_time=ends)


def kept(unit: Unit, id: str) -> Introduction:
    """The introduction with this id, which is there."""
    found = introduced.by_id(unit.db, id)
    assert found is not None, "it was just written"
    return found
