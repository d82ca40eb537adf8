"""What a member of ours tells the other of an agreement, once a unit has decided it."""

from dataclasses import replace

from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.agreements import writing
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement
from vocab import html
from vocab.types import Offer, Undo, Update

PRIVATE = "recipientsOnly"


def to(unit: Unit, account: str) -> tuple[str, ...]:
    """Between two members nothing leaves, so it is addressed to nobody."""
    return () if unit.ours(account) else (account,)


def offer(held: Agreement) -> Offer:
    """The Offer as far as a handler must know it again."""
    return Offer(id=held.offer, actor=held.interested, object=Told(), to=(held.proposer,))


def say(unit: Unit, held: Agreement, who: Account, state: State, words: str = "") -> None:
    """Have the proposer say where the agreement stands now."""
    later = replace(held, state=state, revision=held.revision + 1, changed=unit.now)
    told = writing.said(later)
    news = Update(
        id=unit.id("a"),
        actor=who.id,
        object=told,
        content=html.from_text(words) or None,
        to=to(unit, held.interested),
        published=unit.now,
    )
    unit.perform(news, who)


def give_up(unit: Unit, held: Agreement, who: Account) -> None:
    """Tell somebody elsewhere that what they did not answer in time is over here."""
    unit.send(_back(unit, held, who, ""))


def take_back(unit: Unit, held: Agreement, who: Account, words: str = "") -> None:
    """Have whoever answered take it back, or ask to call it off."""
    unit.perform(_back(unit, held, who, words), who, obj=offer(held))


def _back(unit: Unit, held: Agreement, who: Account, words: str) -> Undo:
    return Undo(
        id=unit.id("a"),
        actor=who.id,
        object=held.offer,
        content=html.from_text(words) or None,
        to=to(unit, held.proposer),
        published=unit.now,
        handling=PRIVATE,
    )
