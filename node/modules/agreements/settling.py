"""What a member does about an agreement, as units: answer, say yes or no, take it back, end it."""

from dataclasses import replace
from datetime import datetime

from federation.addressing import is_of_our_kind
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import about, queries, rules, saying, writing
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.rules import Party, State
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from vocab import html
from vocab.types import Accept, Delete, Offer, Reject
from vocab.values import dataclass
from web.language import mark

NO_ANSWERS = mark("Their software takes no answers. Write to them instead.")
OVER = mark("Something has happened meanwhile. Look at the page again.")
TOO_MUCH = mark("So much of it is not to be had. Choose another number.")
TOO_LONG = mark("Write at most 1,000 characters.")


@dataclass(frozen=True, kw_only=True)
class Besides:
    """What else somebody proposes: when, where, who brings or pays what."""

    due: datetime | None = None
    where: str = ""
    materials: str = ""

    @property
    def terms(self) -> dict[str, str]:
        """What has no place in a commitment."""
        return {"where": self.where, "materials": self.materials}


NOTHING = Besides()


def answer(
    unit: Unit,
    member: str,
    notice: Notice,
    times: int = 1,
    words: str = "",
    besides: Besides = NOTHING,
) -> Agreement:
    """Offer an agreement to whose notice it is.

    Args:
        unit: the unit.
        member: who answers.
        notice: of somebody else, here or elsewhere.
        times: how many times what it proposes, where it says that this may be.
        words: that go along.
        besides: when and where it could be.

    Raises:
        Conflict: it cannot be answered so.
        Invalid: the words are too long, or so much is not to be had.
    """
    who = _member(unit, member)
    if not notice.takes_answers:
        raise Conflict("E_UNSUPPORTED", notice.id, safe=NO_ANSWERS)
    wished = listings.wished(notice, unit.origin)
    terms = writing.terms_of(notice, wished)
    least, most = rules.multiples(terms)
    if times < least or (most is not None and times > most):
        raise Invalid({"times": TOO_MUCH, "long": TOO_MUCH})
    back = (wished.id, terms.back.times(times)) if wished and terms.back else None
    primary = terms.primary.times(times)
    if not all(rules.sayable(one) for one in (primary, *(back[1:] if back else ()))):
        raise Invalid({"times": TOO_MUCH})
    told = writing.offered(notice.primary, primary, back, besides.due)
    offer = Offer(
        id=unit.id("a"),
        actor=who.id,
        object=told,
        content=content(words),
        attachment=writing.attached(besides.terms),
        to=saying.to(unit, notice.owner),
        published=unit.now,
        end_time=unit.now + rules.LASTS,
        handling=saying.PRIVATE,
    )
    unit.perform(offer, who)
    return _kept(unit, offer.id or "")


def accept(unit: Unit, member: str, slug: str) -> Agreement:
    """Say yes to an answer to one's own notice.

    Raises:
        Missing: nothing of theirs.
        Conflict: it is over, or the notice is.
    """
    held, who = own(unit, member, slug, Party.PROPOSER)
    allowed(unit, held, State.AGREED, member)
    id = unit.id("o")
    made = _agreed(unit, held, id)
    yes = Accept(
        id=unit.id("a"),
        actor=who.id,
        object=held.offer,
        result=made,
        to=saying.to(unit, held.interested),
        published=unit.now,
        handling=saying.PRIVATE,
    )
    unit.perform(yes, who, obj=saying.offer(held))
    return _kept(unit, held.offer)


def _agreed(unit: Unit, held: Agreement, id: str) -> Told:
    return writing.said(replace(held, id=id, state=State.AGREED, revision=1, agreed=unit.now))


def refuse(unit: Unit, member: str, slug: str, words: str = "") -> Agreement:
    """Say no to an answer to one's own notice.

    Raises:
        Missing, Conflict, Invalid: as `accept`; the words are too long.
    """
    held, who = own(unit, member, slug, Party.PROPOSER)
    allowed(unit, held, State.REFUSED, member)
    _decline(unit, held, who, "declined", words)
    return _kept(unit, held.offer)


def _decline(unit: Unit, held: Agreement, owner: Account, reason: str, words: str = "") -> None:
    no = Reject(
        id=unit.id("a"),
        actor=owner.id,
        object=held.offer,
        content=content(words),
        reason_code=reason,
        to=saying.to(unit, held.interested),
        published=unit.now,
        handling=saying.PRIVATE,
    )
    unit.perform(no, owner, obj=saying.offer(held))


def withdraw(unit: Unit, member: str, slug: str, words: str = "") -> Agreement:
    """Take an answer back; after the yes, ask to call it off.

    Raises:
        Missing, Conflict: as `accept`.
    """
    held, who = own(unit, member, slug, Party.INTERESTED)
    if held.state not in rules.BINDING:
        allowed(unit, held, State.WITHDRAWN, member)
    content(words)
    saying.take_back(unit, held, who, words)
    return _kept(unit, held.offer)


def close(unit: Unit, member: str, slug: str, state: State, words: str = "") -> Agreement:
    """Say of an agreement that one keeps that it is done, called off, disputed, or agreed again.

    Raises:
        Missing, Conflict, Invalid: as `accept`; the words are too long.
    """
    held, who = own(unit, member, slug, Party.PROPOSER)
    allowed(unit, held, state, member)
    content(words)
    saying.say(unit, held, who, state, words)
    return _kept(unit, held.offer)


def _member(unit: Unit, who: str) -> Account:
    found = unit.account(who)
    if found is None or not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    return found


def own(unit: Unit, member: str, slug: str, party: Party) -> tuple[Agreement, Account]:
    """An agreement of a member who is this in it, and the member.

    Raises:
        Missing: nothing of theirs.
    """
    held = queries.own(unit.db, slug, member)
    if held is None or party not in held.party(member):
        raise Missing(detail=slug)
    return held, _member(unit, member)


def allowed(unit: Unit, held: Agreement, after: State, member: str) -> None:
    """Refuse what is no step of this member's now.

    Raises:
        Conflict: something has happened meanwhile.
    """
    who = held.party(member)
    if plain(unit, held, member):
        who |= {Party.PLAIN}
    if not rules.may(held.at(unit.now), after, who):
        raise Conflict("E_STATE", f"{held.offer} is {held.at(unit.now)}", safe=OVER)


def plain(unit: Unit, held: Agreement, member: str) -> bool:
    """Whether the other's software knows agreements, but no deliveries and no counters."""
    other = unit.account(held.other(member))
    return other is None or not (other.local or is_of_our_kind(other))


def content(words: str) -> str | None:
    """What was typed, as it travels.

    Raises:
        Invalid: it is too long.
    """
    if len(words) > rules.WORDS:
        raise Invalid({"words": TOO_LONG})
    return html.from_text(words) or None


def _kept(unit: Unit, offer: str) -> Agreement:
    found = queries.by_offer(unit.db, offer)
    assert found is not None, "it was just written"
    return found


# What follows by itself ---------------------------------------------------------------------


def expire(unit: Unit) -> None:
    """Write down what nobody answered in time.

    A yes that was said in time may come too late from elsewhere, and count there: so it is
    taken back there, too, which they read as a wish to call it off.
    """
    for held in queries.over(unit.db, unit.now):
        mine = unit.account(held.interested)
        if mine is not None and mine.local and not unit.ours(held.proposer):
            saying.give_up(unit, held, mine)
        queries.change(unit, held.offer, state=State.EXPIRED)
        queries.happened(unit, held.offer, State.EXPIRED, None)


def notice_closed(unit: Unit, event: listings.Closed) -> None:
    """A notice of ours is over: whoever still waits for an answer gets a no."""
    for held in queries.open_about(unit.db, event.id):
        owner = unit.account(held.owner)
        if owner is None or not owner.local or held.at(unit.now) is not State.OFFERED:
            continue
        if held.proposer == owner.id:
            _decline(unit, held, owner, "expired")
        else:  # other terms, to which nobody said yes yet
            saying.take_back(unit, held, owner)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Somebody elsewhere deleted their account: nothing between them and us goes on."""
    held = queries.with_member(unit.db, event.account, None)
    for one in held:
        _free(unit, one)
    queries.remove(unit, [one.offer for one in held])


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member; those who wait or agreed are told.

    They may be told of nothing else the member did, so the end of the account is said, too.
    """
    who = unit.account(account)
    held = queries.with_member(unit.db, account, None)
    for one in held:
        if who is not None:
            _leave(unit, one, who)
        _free(unit, one)
    for other in sorted({one.other(account) for one in held}):
        if not unit.ours(other):
            unit.send(Delete(id=unit.id("a"), actor=account, object=account, to=(other,)))
    queries.remove(unit, [one.offer for one in held])


def _leave(unit: Unit, held: Agreement, who: Account) -> None:
    state, mine = held.at(unit.now), held.proposer == who.id
    if state is State.OFFERED and mine:
        _decline(unit, held, who, "declined")
    elif state in rules.BINDING and mine:
        saying.say(unit, held, who, State.CANCELLED)
    elif state is State.OFFERED or state in rules.BINDING:
        saying.take_back(unit, held, who)


def _free(unit: Unit, held: Agreement) -> None:
    """A notice of ours that was agreed with somebody who is gone is open again."""
    now_is = queries.by_offer(unit.db, held.offer)
    if now_is is not None and now_is.state in rules.BINDING:
        about.free(unit, now_is)
