"""What is done with loans. Units."""

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.moderation import api as moderation
from node.modules.notes import api as notes
from node.modules.shelf import queries, rules
from node.modules.shelf.rules import Party, State, Stay, Step
from node.modules.shelf.tables import Loan, Terms
from web.language import mark

TOO_MANY = mark("You have asked for it three times already. Wait until one of them is over.")
NOT_NOW = mark("This has changed since you opened the page. Look at where it stands now.")


def ask(
    unit: Unit, who: str, slug: str, stay: Stay, words: str = "", *, once: str | None = None
) -> str:
    """Ask for a thing on some days; its owner keeps them so.

    Args:
        unit: the unit.
        who: the member.
        slug: of the thing's notice.
        stay: the days.
        words: a few along with it.
        once: the opened form's key; the same key asks once.

    Returns:
        The slug of the loan.

    Raises:
        Missing: no such thing is lent here.
        Refused: not a member, or one of the two has blocked the other.
        Invalid: somebody has it then, or the days do not fit (`first`, `last`).
        Conflict: too many.
    """
    viewer = _member(unit, who)
    if once is not None and (known := queries.made_by(unit.db, once)) is not None:
        return known
    notice = thing(unit.db, slug, viewer, unit.now)
    if who != notice.owner:
        _welcome(unit, who, notice)
    _free(unit, notice, stay, mine=who == notice.owner)
    state = _begins(unit, notice, who)
    made = secrets.token_urlsafe(16)
    values: dict[str, Any] = {
        "slug": made, "thing": notice.id, "title": notice.title, "owner": notice.owner,
        "borrower": who, "first": stay.first, "last": stay.last, "state": state, "by": who,
        "once": once,
    }  # fmt: skip
    queries.add(unit, values, words)
    return made


def thing(db: Connection, slug: str, viewer: Viewer, now: datetime) -> Notice:
    """A notice of ours by which something is lent now.

    Raises:
        Missing: there is none.
    """
    found = listings.at_page(db, slug, viewer)
    if found is None or not is_there(db, found, now):
        raise Missing(detail=slug)
    return found


def is_there(db: Connection, notice: Notice, now: datetime) -> bool:
    """Whether something is lent by a notice at a moment, by somebody who is here."""
    live = is_lent(notice) and notice.state(now) in listings.LIVE
    return live and accounts.is_member(db, notice.owner)


def is_lent(notice: Notice) -> bool:
    """Whether a notice has a calendar here."""
    return notice.local and not notice.is_need and notice.kind in rules.KINDS


def _welcome(unit: Unit, who: str, notice: Notice) -> None:
    one, other = who, notice.owner
    if moderation.blocks(unit.db, one, other) or moderation.blocks(unit.db, other, one):
        raise Refused("E_BLOCKED", other, safe=mark("This person takes nothing from you."))
    open_ = [each for each in queries.ahead(unit.db, notice.id) if each.borrower == who]
    if sum(now_is(unit, each) in rules.BEFORE for each in open_) >= rules.MOST_OPEN:
        raise Conflict("E_RATE", who, safe=TOO_MANY)


def _free(unit: Unit, notice: Notice, stay: Stay, *, mine: bool) -> None:
    """Refuse days on which nobody can have it."""
    terms = queries.terms_of(unit.db, notice.id)
    wrong = rules.fault(
        stay,
        today=today(unit),
        most=rules.AHEAD.days if mine else terms.most,
        until=listings.last_day(notice.ends, _zone(unit)),
        taken=taken(unit, notice.id),
    )
    if wrong is not None:
        where, code, sentence = wrong
        raise Invalid({where: sentence}, code)


def _begins(unit: Unit, notice: Notice, who: str) -> State:
    if who == notice.owner:
        return State.KEPT
    return State.AGREED if queries.terms_of(unit.db, notice.id).auto else State.ASKED


def taken(unit: Unit, thing_id: str) -> list[Stay]:
    """The days on which somebody has a thing, or is to have it."""
    day = today(unit)
    kept = [
        rules.held(now_is(unit, one), one.stay, day) for one in queries.live(unit.db, [thing_id])
    ]
    return [one for one in kept if one is not None]


def take(unit: Unit, who: str, slug: str, step: Step, words: str = "") -> State:
    """One of the two does a step.

    Returns:
        Where the loan stands then.

    Raises:
        Missing: it is nobody's business but that of the two.
        Refused: not a member any more.
        Conflict: E_STATE, the step is not for them, or not now.
    """
    _member(unit, who)
    one = _own(unit, slug, who)
    party = one.party(who)
    assert party is not None, "it is theirs"
    state = rules.after(now_is(unit, one), step, party)
    if state is None:
        raise Conflict("E_STATE", f"{step} by {party}: {one.state}", safe=NOT_NOW)
    queries.move(unit, slug, state, who, words)
    return state


def note(unit: Unit, who: str, slug: str, words: str) -> str:
    """Say that something is broken or missing: a conversation of the two begins with it.

    Returns:
        The slug of the post with which it began; that of the first if there is one.

    Raises:
        Missing: it is nobody's business but that of the two, or the other has left.
        Refused: not a member any more.
        Conflict: E_STATE, the thing has not been handed over, or is back for long.
        Invalid: no words (field `trouble`).
    """
    viewer = _member(unit, who)
    one = _own(unit, slug, who)
    other = unit.account(one.other(who) or "")
    if other is None or other.gone is not None:
        raise Missing(detail=slug)
    if one.talk is not None:
        return one.talk
    if not may_note(now_is(unit, one), one.changed, unit.now):
        raise Conflict("E_STATE", one.state, safe=NOT_NOW)
    if not words.strip():
        raise Invalid({"trouble": mark("Write something first.")})
    assert viewer.account is not None, "a member has an account"
    draft = notes.Draft(
        text=f"{one.title}: {words}", reach="direct", people={(other.handle, ""): other}
    )
    post = notes.post(unit, viewer.account, draft)
    queries.talk(unit, slug, post)
    return post


def may_note(state: State, changed: datetime, now: datetime) -> bool:
    """Whether something may still be said about the thing."""
    lately = state is State.BACK and now < changed + rules.AFTER
    return state in rules.AWAY or lately


def set_terms(unit: Unit, who: str, slug: str, terms: Terms) -> None:
    """Say how a thing of one's own is lent.

    Raises:
        Missing: it is somebody else's, or not lent.
        Refused: not a member.
    """
    notice = thing(unit.db, slug, _member(unit, who), unit.now)
    if notice.owner != who:
        raise Missing(detail=slug)
    most = min(max(terms.most, 1), rules.MOST_DAYS)
    queries.set_terms(unit, notice.id, who, Terms(auto=terms.auto, most=most))


# What follows by itself ---------------------------------------------------------------------


def clock(unit: Unit) -> None:
    """Write down what the clock has ended; no page relies on it."""
    for one in queries.all_live(unit.db):
        state = now_is(unit, one)
        if state is not one.state:
            queries.move(unit, one.slug, state, None)


def closed(unit: Unit, event: listings.Closed) -> None:
    """A notice left the board: what was agreed ahead is off, and each of the two reads so."""
    _end(unit, queries.ahead(unit.db, event.id))
    if listings.stored(unit, event.id) is None:
        queries.drop_terms(unit, event.id)


def changed(unit: Unit, event: listings.Changed) -> None:
    """A notice may be about something else now, that is not lent."""
    found = listings.stored(unit, event.id)
    if found is not None and not is_lent(found):
        _end(unit, queries.ahead(unit.db, event.id))


def suspended(unit: Unit, event: accounts.Suspended) -> None:
    """A member is shut out: what was agreed ahead with them is off."""
    if not accounts.is_member(unit.db, event.account):
        _end(unit, queries.ahead_of(unit.db, event.account))


def _end(unit: Unit, found: list[Loan]) -> None:
    for one in found:
        state = rules.after(now_is(unit, one), Step.END, Party.NODE)
        if state is not None:
            queries.move(unit, one.slug, state, None)


# ---------------------------------------------------------------------------------------------


def now_is(unit: Unit, one: Loan) -> State:
    """Where a loan stands now, whether or not the clock's job has run."""
    return rules.at(one.state, one.stay, one.changed, unit.now, today(unit))


def today(unit: Unit) -> date:
    """The day it is for the community."""
    return unit.now.astimezone(_zone(unit)).date()


def _zone(unit: Unit) -> ZoneInfo:
    return ZoneInfo(unit.community.timezone)


def _own(unit: Unit, slug: str, who: str) -> Loan:
    found = queries.own(unit.db, slug, who)
    if found is None:
        raise Missing(detail=slug)
    return found


def _member(unit: Unit, who: str) -> Viewer:
    found: Account | None = unit.account(who)
    if found is None or not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    return Viewer(account=found, role="member")
