"""What writes into the ledger, as units: thanks, what an agreement moves, taking back, leaving."""

from typing import Any

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import api as agreements
from node.modules.ledger import between, credit, queries, rules
from node.modules.ledger.rules import Kind, Why
from node.modules.ledger.tables import Entry, Held
from web.language import mark

OFF = mark("This community does not count time.")
NOT_SELF = mark("To yourself you cannot give anything here. Choose somebody else.")
NOBODY = mark("They are no %(word_member)s any more. Choose somebody else.")
SO_MUCH = mark("Write a length between one minute and 100 hours.")
TOO_LONG = mark("Write at most 500 characters.")
FAR = mark(
    "With this you would have received much more than you gave. That may be right: tick the box "
    "below if you mean it."
)
BACK_ALREADY = mark("This was taken back already. Look at the page again.")
NOT_BACK = mark("What takes something back is not taken back itself. Give it anew.")
NOT_ASKED = mark("Nobody asks for that any more. Look at the page again.")
ELSEWHERE = mark("Whoever gave it is at another node. Write to them; they can give it back.")
WHY = mark("Say why, and by which decision.")


def thank(
    unit: Unit, member: str, to: str | None, minutes: int, words: str, *, once: str,
    anyway: bool = False,
) -> str:  # fmt: skip
    """Have a member's time pass to somebody who gave it, with a note.

    Args:
        unit: the unit.
        member: who received something.
        to: who gave it; None for the community's own account.
        minutes: how long it took.
        words: that go along.
        once: the key of the form; a second sending has no second effect.
        anyway: the member knows that this goes past the limit that warns.

    Returns:
        The entry's id.

    Raises:
        Refused: not a member, or the community does not count time.
        Invalid: `who`, `minutes`, `words` or `anyway` cannot be.
    """
    _counts(unit)
    _member(unit, member)
    if (before := queries.written(unit.db, once)) is not None:
        return before
    if wrong := _faults(unit, member, to, minutes, words):
        raise Invalid(wrong)
    mine = queries.opened(unit, Kind.MEMBER, member)
    soft = queries.terms(unit.db).soft
    if not anyway and rules.beyond(queries.balance(unit.db, mine.id), minutes, soft):
        raise Invalid({"anyway": FAR})
    theirs = queries.opened(unit, Kind.FUND if to is None else Kind.MEMBER, to)
    return _written(unit, theirs, mine, minutes, Why.THANKS, words=words, by=member, once=once)


def _faults(unit: Unit, member: str, to: str | None, minutes: int, words: str) -> dict[str, str]:
    found = {}
    if to == member:
        found["who"] = NOT_SELF
    elif to is not None and not accounts.is_member(unit.db, to):
        found["who"] = NOBODY
    if not 0 < minutes <= rules.MOST:
        found["minutes"] = SO_MUCH
    if len(words) > rules.WORDS:
        found["words"] = TOO_LONG
    return found


def from_fund(unit: Unit, keeper: str, to: str, minutes: int, words: str, *, once: str) -> str:
    """Give a member time out of the community's own account, as a decision says.

    Raises:
        Refused: not a keeper, or the community does not count time.
        Invalid: `who`, `minutes` or `words` cannot be.
    """
    _counts(unit)
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper)
    if (before := queries.written(unit.db, once)) is not None:
        return before
    wrong = _faults(unit, "", to, minutes, words) | ({} if words.strip() else {"words": WHY})
    if wrong:
        raise Invalid(wrong)
    fund = queries.opened(unit, Kind.FUND, None)
    theirs = queries.opened(unit, Kind.MEMBER, to)
    made = _written(unit, theirs, fund, minutes, Why.FUND, words=words, by=keeper, once=once)
    unit.log("ledger.fund", keeper, subject=to, words=words)
    return made


def _written(unit: Unit, giver: Held, receiver: Held, minutes: int, why: Why, **more: Any) -> str:
    values = {"giver": giver.id, "receiver": receiver.id, "minutes": minutes, "why": why, **more}
    made = queries.add(unit, values)
    if made is None:
        raise Conflict("E_STATE", str(more), safe=BACK_ALREADY)
    return made


def confirmed(unit: Unit, event: agreements.Confirmed) -> None:
    """An agreement is done and both say so: what it says in return moves, once.

    Between two members here only; with somebody elsewhere it moves in two legs.
    """
    here = [accounts.is_member(unit.db, one) for one in (event.giver, event.receiver)]
    if not (event.minutes and queries.terms(unit.db).on and all(here)):
        return
    if not 0 < event.minutes <= rules.MOST:
        return
    theirs = queries.opened(unit, Kind.MEMBER, event.giver)
    mine = queries.opened(unit, Kind.MEMBER, event.receiver)
    values = {
        "giver": theirs.id,
        "receiver": mine.id,
        "minutes": event.minutes,
        "why": Why.AGREEMENT,
        "about": event.offer,
        "title": event.title,
    }
    queries.add(unit, values)


# Taking back --------------------------------------------------------------------------------


def take_back(unit: Unit, member: str, id: str, words: str = "") -> str:
    """Take an entry back by one the other way round; whoever gave the time may do so.

    Raises:
        Missing: no entry of theirs.
        Conflict: it was taken back, or takes something back itself.
    """
    found, _mine = _given_by(unit, member, id)
    mirror = queries.holders(unit.db, [found.receiver])[found.receiver]
    if mirror.kind is Kind.MIRROR:
        return _back_over(unit, found, member, mirror)
    return _reversed(unit, found, member, words)


def _back_over(unit: Unit, found: Entry, member: str, mirror: Held) -> str:
    """Give back what came from another community: a transfer the other way, once."""
    _still(unit, found)
    if found.away is None or mirror.holder is None:
        raise Conflict("E_GONE", found.id, safe=NOBODY)
    fresh = credit.plan(unit, mirror.holder, member, found.away, found.minutes,
                        about=f"back {found.id}", title=found.title)  # fmt: skip
    if not fresh:
        raise Conflict("E_STATE", found.id, safe=BACK_ALREADY)
    return found.id


def ask_back(unit: Unit, member: str, id: str) -> None:
    """Ask whoever gave the time to take an entry back; the receiver may do so.

    Raises:
        Missing, Conflict: as `take_back`.
    """
    own = queries.own(unit.db, id, member)
    if own is None or own[0].receiver != own[1].id:
        raise Missing(detail=id)
    _still(unit, own[0])
    if own[0].away is not None:
        raise Conflict("E_AWAY", id, safe=ELSEWHERE)
    if own[0].asked is None:
        queries.change(unit, id, asked=unit.now)


def leave_it(unit: Unit, member: str, id: str) -> None:
    """Say no to whoever asks to take an entry back.

    Raises:
        Missing: no entry of theirs.
        Conflict: nobody asks.
    """
    found, _mine = _given_by(unit, member, id)
    if found.asked is None:
        raise Conflict("E_STATE", id, safe=NOT_ASKED)
    queries.change(unit, id, asked=None)


def judge(unit: Unit, keeper: str, id: str, words: str) -> str:
    """Take back an entry about which the two do not agree, with a reason that is kept.

    Raises:
        Refused: not a keeper.
        Missing: nobody asks to take it back.
        Invalid: no reason.
    """
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper)
    found = queries.by_id(unit.db, id)
    if found is None or found.asked is None:
        raise Missing(detail=id, safe=NOT_ASKED)
    if not words.strip():
        raise Invalid({"words": WHY})
    made = _reversed(unit, found, keeper, words)
    unit.log("ledger.reverse", keeper, subject=id, words=words)
    return made


def _given_by(unit: Unit, member: str, id: str) -> tuple[Entry, Held]:
    own = queries.own(unit.db, id, member)
    if own is None or own[0].giver != own[1].id:
        raise Missing(detail=id)
    return own


def _still(unit: Unit, found: Entry) -> None:
    if found.why in (Why.REVERSAL, Why.LEFT, Why.SETTLEMENT):
        raise Conflict("E_STATE", found.id, safe=NOT_BACK)
    if queries.reversed_ones(unit.db, [found.id]):
        raise Conflict("E_STATE", found.id, safe=BACK_ALREADY)


def _reversed(unit: Unit, found: Entry, by: str, words: str) -> str:
    _still(unit, found)
    if len(words) > rules.WORDS:
        raise Invalid({"words": TOO_LONG})
    values = {
        "giver": found.receiver,
        "receiver": found.giver,
        "minutes": found.minutes,
        "why": Why.REVERSAL,
        "title": found.title,
        "words": words,
        "away": found.away,
        "by": by,
        "reverses": found.id,
    }
    made = queries.add(unit, values)
    if made is None:
        raise Conflict("E_STATE", found.id, safe=BACK_ALREADY)
    queries.change(unit, found.id, asked=None)
    return made


# Leaving ------------------------------------------------------------------------------------


def erase(unit: Unit, account: str) -> None:
    """Forget who it was; what was open passes to the community's own account, where all see it."""
    mine = queries.held(unit.db, account)
    if mine is not None and (open_ := queries.balance(unit.db, mine.id)):
        fund = queries.opened(unit, Kind.FUND, None)
        # a balance above zero is closed by receiving as much
        giver, receiver = (fund, mine) if open_ > 0 else (mine, fund)
        values = {"giver": giver.id, "receiver": receiver.id, "minutes": abs(open_)}
        queries.add(unit, {**values, "why": Why.LEFT})
    between.forget(unit, account, unit.community.service)
    queries.forget(unit, account)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Somebody elsewhere deleted their account: their name goes, the minutes stay."""
    queries.forget_away(unit, event.account)


def _counts(unit: Unit) -> None:
    if not queries.terms(unit.db).on:
        raise Refused("E_OFF", safe=OFF)


def _member(unit: Unit, who: str) -> None:
    if not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
