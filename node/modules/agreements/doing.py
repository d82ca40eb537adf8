"""What a member does once both said yes, and with other terms before, as units."""

from dataclasses import replace

from node.kernel.errors import Conflict, Invalid
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import queries, rules, saying, settling, writing
from node.modules.agreements.objects import EconomicEvent
from node.modules.agreements.rules import Amount, Party, State
from node.modules.agreements.settling import Besides, content
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from vocab.types import Accept, Create, Offer, Reject
from web.language import mark

PLAIN = mark("Their software knows no other terms. Say no, and write what you would like instead.")
SO_LONG = mark("Write a length between one minute and 100 hours.")
SAY_WHY = mark("Say what is wrong, so that they can answer.")
ACTIONS = ("deliverService", "transfer", "use", "work", "transferCustody")
GIFT = Amount(unit="one", number="1")
"""What was done as a gift: one thing, and no time."""


def counter(
    unit: Unit, member: str, slug: str, minutes: int | None, words: str, besides: Besides
) -> Agreement:
    """Propose other terms than were offered to this member; the other answers them.

    Args:
        unit: the unit.
        member: who was asked.
        slug: of the agreement.
        minutes: how long instead, where it is about time; None for as much as was offered.
        words: that go along.
        besides: when and where it could be.

    Raises:
        Missing: nothing of theirs.
        Conflict: it is over, or the other's software knows no counters.
        Invalid: `minutes` or `words` cannot be.
    """
    held, who = settling.own(unit, member, slug, Party.PROPOSER)
    settling.allowed(unit, held, State.REFUSED, member)
    if settling.plain(unit, held, member):
        raise Conflict("E_UNSUPPORTED", held.offer, safe=PLAIN)
    primary, back = _other_amounts(held, minutes)
    offer = Offer(
        id=unit.id("a"),
        actor=who.id,
        object=writing.offered(held.satisfies, primary, back, besides.due),
        context=held.offer,
        content=content(words),
        attachment=writing.attached(besides.terms),
        to=saying.to(unit, held.interested),
        published=unit.now,
        end_time=unit.now + rules.LASTS,
        handling=saying.PRIVATE,
    )
    no = Reject(
        id=unit.id("a"),
        actor=who.id,
        object=held.offer,
        reason_code="declined",
        to=saying.to(unit, held.interested),
        published=unit.now,
        handling=saying.PRIVATE,
    )
    unit.send(no)  # for others; here the counter itself says it
    unit.perform(offer, who)
    return _kept(unit, offer.id or "")


def _other_amounts(
    held: Agreement, minutes: int | None
) -> tuple[Amount, tuple[str, Amount] | None]:
    """So much instead, and as many times more or less in return."""
    before, back = held.primary, held.returned
    new: Amount | None = before
    if minutes is not None and rules.minutes(before) is not None:
        new = rules.in_unit(minutes, before.unit) if 0 < minutes <= rules.LONGEST else None
    if new is None or not rules.sayable(new):
        raise Invalid({"minutes": SO_LONG})
    if back is None or held.back is None:
        return new, None
    returned = rules.exact(back.unit, back.value * new.value / before.value)
    if returned is None or not rules.sayable(returned):
        raise Invalid({"minutes": SO_LONG})
    return new, (held.back["id"], returned)


def deliver(
    unit: Unit, member: str, slug: str, minutes: int | None, words: str = "", *, gift: bool = False
) -> Agreement:
    """Say that one did what was agreed, and how long it took; the other confirms it.

    Raises:
        Missing, Conflict, Invalid: as `counter`.
    """
    held, who = settling.own(unit, member, slug, Party.GIVER)
    settling.allowed(unit, held, State.DELIVERED, member)
    if minutes is not None and not 0 < minutes <= rules.LONGEST:
        raise Invalid({"minutes": SO_LONG})
    content(words)
    took = rules.time(minutes) if minutes is not None else held.primary
    spent = GIFT if gift else took
    done = replace(
        held,
        event=unit.id("o"),
        delivered=unit.now,
        spent={"unit": spent.unit, "amount": spent.number},
    )
    told = Create(
        id=unit.id("a"),
        actor=who.id,
        object=writing.done(done, _action(unit, held), words),
        to=saying.to(unit, held.receiver),
        published=unit.now,
    )
    unit.perform(told, who)
    return _kept(unit, held.offer)


def _action(unit: Unit, held: Agreement) -> str:
    """What kind of doing it was, as the notice said it."""
    notice = listings.stored(unit, held.listing)
    said = notice.action if notice else ""
    return said if said in ACTIONS else ACTIONS[0]


def confirm(
    unit: Unit, member: str, slug: str, words: str = "", *, silent: bool = False
) -> Agreement:
    """Say that it is done as the giver says, with a word of thanks if one likes.

    Where the giver said nothing, whoever keeps the agreement says it alone.

    Raises:
        Missing, Conflict, Invalid: as `counter`.
    """
    held, who = settling.own(unit, member, slug, Party.RECEIVER)
    if held.act is None or held.state in rules.BEFORE:
        found = settling.close(unit, member, slug, State.FULFILLED, words)
        if words:
            queries.give_thanks(unit, held, member, words)
        return found
    settling.allowed(unit, held, State.CONFIRMED, member)
    yes = Accept(
        id=unit.id("a"),
        actor=who.id,
        object=held.act,
        content=content(words),
        reason_code="expired" if silent else None,
        to=saying.to(unit, held.giver),
        published=unit.now,
        handling=saying.PRIVATE,
    )
    unit.perform(yes, who, obj=_told(held))
    return _kept(unit, held.offer)


def dispute(unit: Unit, member: str, slug: str, words: str) -> Agreement:
    """Say that something is wrong: nothing moves until the two agree.

    Raises:
        Missing, Conflict, Invalid: as `counter`; no words.
    """
    if not words.strip():
        raise Invalid({"words": SAY_WHY})
    held = queries.own(unit.db, slug, member)
    if held is None or held.state is not State.DELIVERED or member != held.receiver:
        return settling.close(unit, member, slug, State.DISPUTED, words)
    _held, who = settling.own(unit, member, slug, Party.RECEIVER)
    _doubt(unit, held, who, words)
    return _kept(unit, held.offer)


def _doubt(unit: Unit, held: Agreement, who: Account, words: str) -> None:
    no = Reject(
        id=unit.id("a"),
        actor=who.id,
        object=held.act,
        content=content(words),
        reason_code="declined",
        to=saying.to(unit, held.giver),
        published=unit.now,
        handling=saying.PRIVATE,
    )
    unit.perform(no, who, obj=_told(held))


def _told(held: Agreement) -> Create:
    """The Create that told of it, as far as a handler must know it again."""
    return Create(id=held.act, actor=held.giver, object=EconomicEvent(id=held.event))


def quiet(unit: Unit) -> None:
    """Confirm what was delivered a week ago and nobody said a word about, if no more is claimed."""
    for held in queries.silent(unit.db, unit.now - rules.CONFIRMS):
        more = rules.claims_more(held.primary, held.done)
        if accounts.is_member(unit.db, held.receiver) and not more:
            confirm(unit, held.receiver, held.slug, silent=True)


def show_thanks(unit: Unit, member: str, slug: str, *, shown: bool) -> None:
    """Have thanks on one's profile, or not.

    Raises:
        Conflict: there are none to them.
    """
    held = queries.own(unit.db, slug, member)
    if held is None or not queries.show_thanks(unit, held.offer, member, shown=shown):
        raise Conflict("E_STATE", slug, safe=settling.OVER)


def _kept(unit: Unit, offer: str) -> Agreement:
    found = queries.by_offer(unit.db, offer)
    assert found is not None, "it was just changed"
    return found
