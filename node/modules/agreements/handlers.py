"""What an answer to a notice, its yes, its no and its end do; the same for ours and theirs.

Whose notice it is decides; whoever answered may take it back, and once both have said yes
may ask to call it off. Source: FEP-0837.
"""

from datetime import datetime
from typing import Any

from federation.addressing import is_of_our_kind
from federation.origins import same_origin
from node.kernel.act import Act
from node.kernel.errors import Conflict, Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.agreements import about, queries, rules, saying, writing
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.rules import Amount, Party, State, Terms
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from vocab import html
from vocab.model import Object, id_of
from vocab.types import Accept, Create, Document, Offer, Reject, Undo, Update
from web.language import mark

handlers = Handlers()

LIVE = ("open", "reserved")
MOST = 2**31 - 2
SENTENCES = {
    "E_STATE": mark("This is over already, or agreed with somebody. Choose another notice."),
    "E_RATE": mark("Your answer to this waits already, or too many of yours do. Wait for a yes."),
    "E_QUANTITY": mark("This amount is not to be had. Go back and choose what the notice offers."),
    "E_BLOCKED": mark("You cannot answer this notice. Choose another."),
}
"""What a member is told, by code."""
REASONS = {
    "E_STATE": "expired", "E_RATE": "rateLimited", "E_QUANTITY": "invalid", "E_BLOCKED": "policy",
}  # fmt: skip
"""What others are told: the reasonCode of a Reject."""


@handlers.on(Offer, Told)
def offered(unit: Unit, act: Act[Offer, Told]) -> None:
    """Somebody answers a notice; what does not fit gets a no at once.

    Raises:
        Refused: E_UNKNOWN, E_SELF, E_NOT_ADDRESSED; from us also Conflict.
    """
    if act.activity.context is not None:
        _countered(unit, act)
        return
    primary, back = _flows(act.object)
    notice = listings.answered_by(unit, primary[0], act.actor)
    if notice is None or not (notice.local or act.actor.local):
        raise Refused("E_UNKNOWN", f"{primary[0]} is no notice here")
    if notice.owner == act.actor.id:
        raise Refused("E_SELF", f"{act.actor.id} answers itself")
    if not act.actor.local and notice.owner not in (*act.activity.to, *act.activity.cc):
        raise Refused("E_NOT_ADDRESSED", f"{act.activity.id} is not sent to {notice.owner}")
    code = _problem(unit, notice, act.actor.id, primary[1], back)
    if code is None:
        _keep(unit, act, notice, primary, back)
    elif act.actor.local:
        raise Conflict(code, notice.id, safe=SENTENCES[code])
    else:
        _turn_down(unit, act.activity, notice.owner, REASONS[code])


def _flows(told: Told) -> tuple[tuple[str, Amount], tuple[str, Amount] | None]:
    primary = writing.flow_of(told.stipulates)
    if primary is None:
        raise Refused("E_SATISFIES", "an agreement about nothing")
    return primary, writing.flow_of(told.stipulates_reciprocal)


def _problem(
    unit: Unit, notice: Notice, by: str, primary: Amount, back: tuple[str, Amount] | None
) -> str | None:
    """Why a notice cannot be answered so, as a code; None if it can."""
    if notice.local and unit.registry.blocks(unit.db, notice.owner, by):
        return "E_BLOCKED"
    if notice.hidden or notice.state(unit.now) not in LIVE:
        return "E_STATE"
    waiting = queries.open_by(unit.db, by, unit.now)
    if notice.id in waiting or len(waiting) >= rules.MOST_OPEN:
        return "E_RATE"
    wished = listings.wished(notice, unit.origin)
    if back is not None and wished is not None and back[0] != wished.id:
        return "E_QUANTITY"
    terms = writing.terms_of(notice, wished)
    return "E_QUANTITY" if rules.misfit(terms, primary, back[1] if back else None) else None


def _countered(unit: Unit, act: Act[Offer, Told]) -> None:
    """Whoever was answered proposes other terms: the two change places, the page stays.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_SATISFIES, E_QUANTITY; from us also Conflict, for a state
            in which there is nothing to counter.
    """
    held = queries.by_offer(unit.db, act.activity.context or "")
    if held is None or Party.PROPOSER not in held.party(act.actor.id):
        raise Refused("E_UNKNOWN", f"{act.activity.context} is not {act.actor.id}'s to counter")
    primary, back = _flows(act.object)
    if primary[0] != held.satisfies or (back and held.back and back[0] != held.back["id"]):
        raise Refused("E_SATISFIES", f"{act.activity.id} is about something else")
    was = Terms(primary=held.primary, back=held.returned, unit_based=None)
    if rules.counters(was, primary[1], back[1] if back else None):
        raise Refused("E_QUANTITY", f"{act.activity.id} does not fit {held.offer}")
    if not act.actor.local and held.at(unit.now) is State.EXPIRED:
        _turn_down(unit, act.activity, held.interested, "expired")
        return
    _move_to(unit, held, act, primary[1], back[1] if back else None)


def _move_to(
    unit: Unit, held: Agreement, act: Act[Offer, Told], primary: Amount, back: Amount | None
) -> None:
    offer, last = act.activity, unit.now + rules.LASTS
    again = {**(held.back or {}), "unit": back.unit, "amount": back.number} if back else held.back
    step(
        unit,
        held,
        State.OFFERED,
        act.actor.id,
        words_of(offer),
        at=offer.published,
        proposer=held.interested,
        interested=held.proposer,
        back=again,
        due=_due(act.object),
        terms=writing.terms_in(offer.attachment),
        ends=min(offer.end_time or last, last),
    )
    amounts = {"unit": primary.unit, "amount": primary.number}
    queries.rename(unit, held.offer, {"offer": offer.id, **amounts})


def _due(told: Told) -> datetime | None:
    return told.stipulates.due if told.stipulates else None


def _keep(
    unit: Unit,
    act: Act[Offer, Told],
    notice: Notice,
    primary: tuple[str, Amount],
    back: tuple[str, Amount] | None,
) -> None:
    offer, told, by = act.activity, act.object, act.actor.id
    last = unit.now + rules.LASTS
    wished = listings.wished(notice, unit.origin)
    returned = {"unit": back[1].unit, "amount": back[1].number, "id": back[0]} if back else None
    fresh = queries.add(
        unit,
        {
            "offer": offer.id,
            "slug": unit.id("x").rpartition("/")[2],
            "listing": notice.id,
            "purpose": notice.purpose,
            "title": notice.title,
            "proposer": notice.owner,
            "interested": by,
            "giver": by if notice.is_need else notice.owner,
            "due": _due(told),
            "terms": writing.terms_in(offer.attachment),
            "satisfies": primary[0],
            "unit": primary[1].unit,
            "amount": primary[1].number,
            "back": {**returned, "of": wished.of if wished else ""} if returned else None,
            "state": State.OFFERED,
            "made": unit.now,
            "ends": min(offer.end_time or last, last),
        },
    )
    if fresh:
        told_at = {"at": offer.published, "since": notice.published}
        queries.happened(unit, offer.id or "", State.OFFERED, by, words_of(offer), **told_at)


def words_of(activity: Object) -> str:
    """What somebody said along with what they did."""
    return html.to_text(activity.content)[: rules.WORDS]


def _turn_down(unit: Unit, offer: Offer, owner: str, reason: str) -> None:
    """Send a no in the name of whoever is asked, by the node's own rules."""
    no = Reject(
        id=unit.id("a"),
        actor=owner,
        object=offer.id,
        to=(id_of(offer.actor) or "",),
        reason_code=reason,
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.send(no)


@handlers.on(Accept, Offer, Told)
def accepted(unit: Unit, act: Act[Accept, Offer]) -> None:
    """Whose notice it is says yes, and makes the agreement.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE, E_RESULT, E_QUANTITY.
    """
    held = _held(unit, act.object)
    told = act.activity.result
    if not isinstance(told, Told) or told.id is None or not same_origin(told.id, held.proposer):
        raise Refused("E_RESULT", f"{act.activity.id} brings no agreement of its own")
    other = queries.by_id(unit.db, told.id)
    if other is not None and other.proposer != held.proposer:
        raise Refused("E_OWNER", f"{told.id} is an agreement of {other.proposer}")
    _same(held, told)
    step(
        unit,
        held,
        State.AGREED,
        act.actor.id,
        at=act.activity.published,
        id=told.id,
        url=_web(told.url),
        status=_status(told),
        agreed=unit.now,
        revision=min(max(told.revision or 1, 1), MOST),
    )
    if act.actor.local or about.can_be_had(unit, held):
        about.agreed(unit, held)
    elif (mine := unit.account(held.interested)) is not None:
        # a yes to our counter, while we agreed with others about all of it: ask to call it off
        saying.take_back(unit, held, mine)


@handlers.on(Reject, Offer, Told)
def rejected(unit: Unit, act: Act[Reject, Offer]) -> None:
    """Whose notice it is says no; another answer may follow.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE.
    """
    held = _held(unit, act.object)
    at, over = act.activity.published, act.activity.reason_code == "expired"
    step(unit, held, State.REFUSED, act.actor.id, words_of(act.activity), at=at, itself=over)


@handlers.on(Undo, Offer, Told)
def undone(unit: Unit, act: Act[Undo, Offer]) -> None:
    """Whoever answered takes it back; where both said yes it is a wish to call it off.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE.
    """
    held = _held(unit, act.object)
    if held.at(unit.now) is State.EXPIRED:  # it ended here, too
        return
    if held.state not in rules.BINDING:
        step(unit, held, State.WITHDRAWN, act.actor.id, at=act.activity.published)
        return
    if Party.INTERESTED not in held.party(act.actor.id):
        raise Refused("E_OWNER", f"{held.offer} is of {held.interested}")
    if held.leaving is None:
        queries.change(unit, held.offer, leaving=unit.now)
        if said := words_of(act.activity):
            at = act.activity.published
            queries.happened(unit, held.offer, held.state, act.actor.id, said, at=at)


@handlers.on(Update, Told)
def changed(unit: Unit, act: Act[Update, Told]) -> None:
    """The proposer says where the agreement stands now.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_REVISION, E_STATE, E_QUANTITY.
    """
    told = act.object
    held = queries.by_id(unit.db, told.id or "")
    if held is None:
        raise Refused("E_UNKNOWN", f"{told.id} is no agreement here")
    if held.proposer != act.actor.id:
        raise Refused("E_OWNER", f"{held.id} is of {held.proposer}")
    revision = held.revision + 1 if told.revision is None else told.revision
    if revision <= held.revision:
        raise Refused("E_REVISION", f"{held.id} is at revision {held.revision}")
    if told.stipulates is not None:
        _same(held, told)
    news: dict[str, Any] = {"revision": min(revision, MOST), "status": _status(told)}
    after = _after(held, told)
    if after is held.state:
        queries.change(unit, held.offer, **news, url=_web(told.url) or held.url)
        return
    plain = told.foreign is not None or not is_of_our_kind(act.actor)
    news |= {"at": act.activity.published, "leaving": None}
    step(unit, held, after, act.actor.id, words_of(act.activity), plain=plain, **news)
    if after is State.FULFILLED:
        about.met(unit, held)
    elif after is State.CANCELLED:
        about.free(unit, held)


@handlers.on(Create, Document)
def confirmed(unit: Unit, act: Act[Create, Document]) -> None:
    """The proposer sends a receipt about it (FEP-0837): it is done. Others' change nothing."""
    held = queries.by_id(unit.db, act.object.context or "")
    if held is None or held.proposer != act.actor.id:
        return
    if rules.may(held.state, State.FULFILLED, held.party(act.actor.id) | {Party.PLAIN}):
        status = html.line(act.object.name, 100)
        at = act.activity.published
        step(unit, held, State.FULFILLED, act.actor.id, plain=True, status=status, at=at)


def _after(held: Agreement, told: Told) -> State:
    """The state an update speaks of: its own word, or that of a peer without states."""
    if told.lifecycle is not None and told.foreign is None:
        return rules.said(held.state, told.lifecycle)
    guess = rules.TOLD.get((_status(told) or "").casefold(), held.state)
    known = rules.may(held.state, guess, held.party(held.proposer) | {Party.PLAIN})
    return guess if known else held.state


def _held(unit: Unit, offer: Offer) -> Agreement:
    held = queries.by_offer(unit.db, offer.id or "")
    if held is None:
        raise Refused("E_UNKNOWN", f"{offer.id} is no answer to a notice here")
    return held


def step(
    unit: Unit,
    held: Agreement,
    after: State,
    by: str,
    words: str = "",
    *,
    plain: bool = False,
    at: datetime | None = None,
    itself: bool = False,
    **values: Any,
) -> None:
    """Take an agreement on, if this is a step, and one of this party's.

    `at` is when it was said; `itself`: their node said it, by its own rules.
    """
    who = held.party(by)
    if not who:
        raise Refused("E_OWNER", f"{held.offer} is between others")
    before = held.at(unit.now)
    if not rules.may(before, after, who | ({Party.PLAIN} if plain else frozenset())):
        raise Refused("E_STATE", f"{held.offer} cannot go from {before} to {after} by {by}")
    queries.change(unit, held.offer, state=after, **values)
    nobody = itself or rules.by_itself(before, after)
    queries.happened(unit, held.offer, after, None if nobody else by, words, at=at)
    at_once = after is State.FULFILLED and before is not State.CONFIRMED
    if after is State.CONFIRMED or (at_once and Party.RECEIVER in who):
        unit.tell(writing.confirmed(held))


def _same(held: Agreement, told: Told) -> None:
    """Refuse another amount, or other things, than what was offered."""
    primary, back = _flows(told)
    mine = (held.satisfies, held.unit, held.primary.value)
    differs = mine != (primary[0], primary[1].unit, primary[1].value)
    returned = held.returned
    if returned is None or held.back is None:
        differs = differs or back is not None
    else:
        wanted = (held.back["id"], returned.unit, returned.value)
        differs = differs or back is None or wanted != (back[0], back[1].unit, back[1].value)
    if differs:
        raise Refused("E_QUANTITY", f"{told.id} differs from {held.offer}")


def _status(told: Told) -> str | None:
    preview = told.preview
    return html.line(preview.name, 100) or None if isinstance(preview, Object) else None


def _web(url: str | None) -> str | None:
    return url if url and len(url) <= 2048 else None
