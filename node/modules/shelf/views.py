"""What the pages show of loans, as values; no page or slot reads rows itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.shelf import lending, queries, rules
from node.modules.shelf.rules import Stay
from node.modules.shelf.tables import Loan, Taken, Terms
from vocab.values import dataclass

MOST = 200
"""Things on the page of all."""


@dataclass(frozen=True, kw_only=True)
class Today:
    """The moment and the day at which something is looked at."""

    now: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        """The day for the community."""
        return self.now.astimezone(self.zone).date()


def as_of(one: Loan, when: Today) -> Loan:
    """A loan as it stands at a moment, whether or not the clock's job has run."""
    return replace(one, state=rules.at(one.state, one.stay, one.changed, when.now, when.day))


def live_of(db: Connection, who: str, when: Today) -> list[Loan]:
    """A member's loans that are not over."""
    found = (as_of(one, when) for one in queries.live_of(db, who))
    return [one for one in found if one.state in rules.LIVE]


def news_of(db: Connection, who: str, when: Today) -> list[Loan]:
    """A member's loans that ended since a week, or ended by the clock just now."""
    lapsed = (as_of(one, when) for one in queries.live_of(db, who))
    over = [one for one in lapsed if one.state not in rules.LIVE]
    return [*over, *queries.ended_of(db, who, when.now - rules.NEWS)]


def names(db: Connection, found: Sequence[Loan]) -> Mapping[str, str]:
    """What the people of some loans are called."""
    people = {id for one in found for id in (one.owner, one.borrower) if id}
    return accounts.names_of(db, people)


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that is lent, with the day from which it is free."""

    notice: Notice
    free: date


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """All there is to borrow, and the loans of whoever looks."""

    things: Sequence[Thing]
    mine: Sequence[Thing]
    lent: Sequence[Loan]
    borrowed: Sequence[Loan]
    names: Mapping[str, str]


def shelf(db: Connection, viewer: Viewer, when: Today) -> Shelf:
    """What is on the shelf, as a member sees it."""
    me = viewer.id or ""
    found = [one for one in _lent(db, viewer, when) if lending.is_there(db, one, when.now)]
    taken = _taken(db, [one.id for one in found], when)
    things = [
        Thing(notice=one, free=rules.next_free(taken.get(one.id, ()), when.day)) for one in found
    ]
    loans = [one for one in live_of(db, me, when) if one.owner != one.borrower]
    owners = accounts.names_of(db, {one.owner for one in found})
    return Shelf(
        things=[one for one in things if one.notice.owner != me],
        mine=[one for one in things if one.notice.owner == me],
        lent=[one for one in loans if one.owner == me],
        borrowed=[one for one in loans if one.borrower == me],
        names={**owners, **names(db, loans)},
    )


def _lent(db: Connection, viewer: Viewer, when: Today) -> list[Notice]:
    return [
        one
        for kind in sorted(rules.KINDS)
        for one in listings.open_listings(
            db,
            viewer,
            when.now,
            listings.Asked(purpose="offer", kind=kind, local=True),
            limit=MOST,
        )
    ]


def _taken(db: Connection, things: Sequence[str], when: Today) -> Mapping[str, list[Stay]]:
    found: dict[str, list[Stay]] = {}
    for one in queries.live(db, things):
        now_is = as_of(one, when)
        if (stay := rules.held(now_is.state, one.stay, when.day)) is not None:
            found.setdefault(one.thing, []).append(stay)
    return found


@dataclass(frozen=True, kw_only=True)
class Days:
    """Days in a row of one month; `loan` is by which they are taken, None if they are free."""

    stay: Stay
    loan: Loan | None


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month of a thing: its days in order, and how it is lent."""

    notice: Notice
    owner: str
    terms: Terms
    days: Sequence[Days]
    names: Mapping[str, str]
    free: date


def month(db: Connection, slug: str, viewer: Viewer, within: Stay, when: Today) -> Month:
    """Some days of a thing, as a member sees them.

    Raises:
        Missing: nothing is lent by such a notice now.
    """
    notice = lending.thing(db, slug, viewer, when.now)
    loans = [as_of(one, when) for one in queries.live(db, [notice.id])]
    held = [(rules.held(one.state, one.stay, when.day), one) for one in loans]
    taken = {stay: one for stay, one in held if stay is not None}
    return Month(
        notice=notice,
        owner=accounts.names_of(db, {notice.owner}).get(notice.owner, ""),
        terms=queries.terms_of(db, notice.id),
        days=[
            Days(stay=stay, loan=taken[by] if by else None)
            for stay, by in rules.stretches(taken, within)
        ],
        names=names(db, loans),
        free=rules.next_free(taken, when.day),
    )


@dataclass(frozen=True, kw_only=True)
class Story:
    """One loan with its steps and its people."""

    loan: Loan
    steps: Sequence[Taken]
    names: Mapping[str, str]
    notice: Notice | None
    other: str | None


def story(db: Connection, slug: str, viewer: Viewer, when: Today) -> Story:
    """A loan of which somebody is one of the two.

    Raises:
        Missing: it is of others, or is not here.
    """
    me = viewer.id or ""
    found = queries.own(db, slug, me)
    if found is None:
        raise Missing(detail=slug)
    return Story(
        loan=as_of(found, when),
        steps=queries.steps(db, slug),
        names=names(db, [found]),
        notice=listings.listing(db, found.thing, viewer),
        other=found.other(me) if found.owner != found.borrower else None,
    )


def ahead_of(db: Connection, me: str, when: Today) -> Mapping[str, int]:
    """How many loans lie ahead of each thing of an owner, those of others: thing to number."""
    counted: dict[str, int] = {}
    for one in live_of(db, me, when):
        if one.owner == me and one.borrower != me and one.state in rules.BEFORE:
            counted[one.thing] = counted.get(one.thing, 0) + 1
    return counted
