"""All SQL about introductions and the cards that follow them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from federation.origins import domain
from node.kernel.database import insert_new
from node.kernel.unit import Unit
from node.modules.matching.queries import Match
from node.modules.matching.rules import State
from node.modules.matching.tables import card, introduction


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """An introduction, as far as this node knows it."""

    id: str
    slug: str
    way: str
    state: State
    offer: str
    answer: str | None
    reply: str | None
    service: str | None
    asker: str | None
    asked: str | None
    mine: str | None
    about: str | None
    title: str
    request: str | None
    handle: str | None
    message: str
    tells: Sequence[str]
    answers: Sequence[str]
    means: Sequence[str]
    declined: datetime | None
    at: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """Who one side is, and how to reach them."""

    id: str
    introduction: str
    ours: bool
    activity: str | None
    holder: str | None
    describes: str
    name: str
    means: Mapping[str, str]
    at: datetime
    ends: datetime


def _introduction(row: Row[Any]) -> Introduction:
    held = dict(row._mapping)  # noqa: SLF001
    return Introduction(**{**held, "state": State(held["state"])})


def _card(row: Row[Any]) -> Card:
    return Card(**row._mapping)  # noqa: SLF001


def add(unit: Unit, **values: Any) -> bool:
    """Keep a new introduction; false if it, or one for the same handle, is here."""
    row = {"slug": secrets.token_urlsafe(12), "at": unit.now, "answers": [], "means": []}
    return insert_new(unit.db, introduction, {**row, **values})


def change(unit: Unit, id: str, **values: Any) -> None:
    """Change what is kept of an introduction."""
    unit.db.execute(update(introduction).where(introduction.c.id == id).values(**values))


def _one(db: Connection, *where: ColumnElement[bool]) -> Introduction | None:
    row = db.execute(select(introduction).where(*where)).first()
    return _introduction(row) if row else None


def _all(db: Connection, *where: ColumnElement[bool]) -> list[Introduction]:
    wanted = select(introduction).where(*where)
    newest = wanted.order_by(introduction.c.at.desc(), introduction.c.slug)
    return [_introduction(row) for row in db.execute(newest)]


def by_offer(db: Connection, activity: str) -> Introduction | None:
    """The introduction that an Offer began."""
    return _one(db, introduction.c.offer == activity)


def by_either(db: Connection, id: str) -> Introduction | None:
    """The introduction with this id, as either side calls it."""
    return _one(db, or_(introduction.c.id == id, introduction.c.reply == id))


def by_id(db: Connection, id: str) -> Introduction | None:
    """The introduction with this id."""
    return _one(db, introduction.c.id == id)


def for_asked(db: Connection, slug: str, member: str) -> Introduction | None:
    """An introduction that is asked of a member."""
    return _one(db, introduction.c.slug == slug, introduction.c.asked == member)


def for_asker(db: Connection, slug: str, member: str) -> Introduction | None:
    """An introduction that a member asked for."""
    return _one(db, introduction.c.slug == slug, introduction.c.asker == member)


def asked_of(db: Connection, member: str, now: datetime) -> list[Introduction]:
    """What is asked of a member and waits for an answer; a no is answer enough."""
    open_ = and_(introduction.c.state == State.PROPOSED, introduction.c.ends > now)
    mine = introduction.c.asked == member
    return _all(db, mine, open_, introduction.c.declined.is_(None))


def first(asked: Sequence[Introduction], found: Match) -> Introduction | None:
    """What the other side of a match asks already: its answer comes before a question back.

    Here that is the same pair of notices. A node that asks does not say for whom: there it is
    whatever it asks about the same notice of ours.

    Args:
        asked: what waits for the answer of the match's owner, as `asked_of` gives it.
        found: the match.
    """
    there = domain(found.service or found.other or "")
    for one in asked:
        same = domain(one.service) == there if one.service else one.mine == found.other
        if one.about == found.mine and same:
            return one
    return None


def asked_by(db: Connection, member: str) -> list[Introduction]:
    """What a member asked for."""
    return _all(db, introduction.c.asker == member)


def agreed(db: Connection, member: str) -> list[Introduction]:
    """Introductions to which both said yes and that are not over."""
    held = introduction.c.state.in_((State.AGREED, State.DISCLOSED, State.REVOKED))
    mine = or_(introduction.c.asker == member, introduction.c.asked == member)
    return _all(db, mine, held)


def open_about(db: Connection, listing: str) -> list[Introduction]:
    """Introductions that wait and are about a notice of ours."""
    about = or_(introduction.c.mine == listing, introduction.c.about == listing)
    return _all(db, about, introduction.c.state == State.PROPOSED)


def with_node(db: Connection, service: str) -> list[Introduction]:
    """All introductions with a node."""
    return _all(db, introduction.c.service == service)


def with_member(db: Connection, member: str) -> list[Introduction]:
    """All introductions of a member."""
    return _all(db, or_(introduction.c.asker == member, introduction.c.asked == member))


def count_from(db: Connection, service: str, since: datetime) -> int:
    """How many introductions a node has asked of us since a moment."""
    theirs = _all(db, introduction.c.service == service, introduction.c.at > since)
    return sum(one.way == "in" for one in theirs)


def over(db: Connection, now: datetime) -> list[Introduction]:
    """Introductions whose time is over and that do not say so yet."""
    live = introduction.c.state.in_((State.PROPOSED, State.AGREED, State.DISCLOSED))
    return _all(db, live, introduction.c.ends <= now)


def remove(unit: Unit, id: str) -> None:
    """Erase an introduction with its cards."""
    unit.db.execute(delete(card).where(card.c.introduction == id))
    unit.db.execute(delete(introduction).where(introduction.c.id == id))


# Cards --------------------------------------------------------------------------------------


def add_card(unit: Unit, **values: Any) -> bool:
    """Keep a card; false if it was here."""
    return insert_new(unit.db, card, {"at": unit.now, **values})


def find_card(db: Connection, id: str) -> Card | None:
    """The card with this id."""
    row = db.execute(select(card).where(card.c.id == id)).one_or_none()
    return _card(row) if row else None


def cards(db: Connection, introduction_id: str) -> list[Card]:
    """The cards of an introduction."""
    wanted = select(card).where(card.c.introduction == introduction_id).order_by(card.c.id)
    return [_card(row) for row in db.execute(wanted)]


def cards_of(db: Connection, person: str) -> list[str]:
    """The ids of the cards that describe somebody."""
    return list(db.scalars(select(card.c.id).where(card.c.describes == person)))


def held_by(db: Connection, member: str) -> dict[str, Card]:
    """The cards a member may read, by introduction."""
    wanted = select(card).where(card.c.holder == member)
    return {row.introduction: _card(row) for row in db.execute(wanted)}


def drop_card(unit: Unit, id: str) -> None:
    """Erase a card."""
    unit.db.execute(delete(card).where(card.c.id == id))


def old_cards(unit: Unit) -> None:
    """Erase the cards whose time is over."""
    unit.db.execute(delete(card).where(card.c.ends <= unit.now))
