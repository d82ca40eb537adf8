"""All SQL about introductions and the cards that follow them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select

from federation.origins import domain
from node.kernel.database import change_rows, insert_new, is_kept
from node.kernel.unit import Unit
from node.modules.matching.queries import Match, silence
from node.modules.matching.rules import State, is_talk
from node.modules.matching.tables import card, introduction, relayed
from vocab.values import dataclass


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
    talk: str | None
    heard: datetime | None
    at: datetime
    ends: datetime

    @property
    def is_talk(self) -> bool:
        """Whether it is a conversation without names."""
        return is_talk(self.tells)

    @property
    def ours(self) -> str | None:
        """The member of ours in it, where the other is elsewhere."""
        return self.asker if self.way == "out" else self.asked

    @property
    def about_ours(self) -> str | None:
        """The notice of our member."""
        return self.mine if self.way == "out" else self.about

    @property
    def context(self) -> str | None:
        """What it is about where it has no handle: the conversation, or the notice asked about."""
        return self.talk or self.about


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
    change_rows(unit.db, introduction.c.id, id, **values)


def _one(db: Connection, *where: ColumnElement[bool]) -> Introduction | None:
    row = db.execute(select(introduction).where(*where)).first()
    return _introduction(row) if row else None


def _all(db: Connection, *where: ColumnElement[bool]) -> list[Introduction]:
    wanted = select(introduction).where(*where)
    newest = wanted.order_by(introduction.c.at.desc(), introduction.c.slug)
    return [_introduction(row) for row in db.execute(newest)]


def by_offer(db: Connection, activity: str) -> Introduction | None:
    """The introduction that an Offer began."""
    is_here = is_kept(db, introduction.c.offer, activity)
    return _one(db, introduction.c.offer == activity) if is_here else None


def by_either(db: Connection, id: str) -> Introduction | None:
    """The introduction with this id, as either side calls it."""
    either = (introduction.c.id, introduction.c.reply)
    is_here = any(is_kept(db, column, id) for column in either)
    return _one(db, or_(*(column == id for column in either))) if is_here else None


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


def talks(db: Connection, member: str) -> list[Introduction]:
    """The conversations without names that a member agreed to."""
    mine = or_(introduction.c.asker == member, introduction.c.asked == member)
    found = _all(db, mine, introduction.c.way != "local")
    return [one for one in found if one.is_talk and one.answers]


def open_talks(db: Connection, member: str | None = None) -> list[Introduction]:
    """The conversations without names that are not over: of a member, or of everybody."""
    mine = or_(introduction.c.asker == member, introduction.c.asked == member)
    agreed_ = introduction.c.state == State.AGREED
    return [one for one in _all(db, agreed_, *([mine] if member else [])) if one.is_talk]


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
    """Erase an introduction with its cards and its letters."""
    drop_letters(unit, id)
    unit.db.execute(delete(card).where(card.c.introduction == id))
    unit.db.execute(delete(introduction).where(introduction.c.id == id))


# Cards --------------------------------------------------------------------------------------


def add_card(unit: Unit, **values: Any) -> bool:
    """Keep a card; false if it was here."""
    return insert_new(unit.db, card, {"at": unit.now, **values})


def find_card(db: Connection, id: str) -> Card | None:
    """The card with this id."""
    if not is_kept(db, card.c.id, id):
        return None
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


def old_cards(db: Connection, now: datetime) -> list[Card]:
    """The cards whose time is over."""
    wanted = select(card).where(card.c.ends <= now).order_by(card.c.id)
    return [_card(row) for row in db.execute(wanted)]


# Letters of a conversation -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one side of a conversation wrote; `ours`: our member."""

    id: str
    introduction: str
    ours: bool
    activity: str | None
    text: str
    at: datetime


def in_talk(db: Connection, slug: str, member: str) -> Introduction | None:
    """A conversation of a member."""
    mine = or_(introduction.c.asker == member, introduction.c.asked == member)
    found = _one(db, introduction.c.slug == slug, mine, introduction.c.way != "local")
    return found if found is not None and found.is_talk else None


def asks_for_cards(db: Connection, talk: str) -> list[Introduction]:
    """What was asked for in a conversation: each side's wish to swap cards."""
    return _all(db, introduction.c.talk == talk)


def add_letter(unit: Unit, **values: Any) -> bool:
    """Keep a letter; false if it was here."""
    return insert_new(unit.db, relayed, {"at": unit.now, **values})


def letters(db: Connection, talk: str) -> list[Letter]:
    """The letters of a conversation, the first before all. Only a unit's connection may."""
    wanted = select(relayed).where(relayed.c.introduction == talk)
    found = db.execute(wanted.order_by(relayed.c.at, relayed.c.id))
    return [Letter(**row._mapping) for row in found]  # noqa: SLF001


def find_letter(db: Connection, id: str) -> Letter | None:
    """The letter with this id."""
    row = db.execute(select(relayed).where(relayed.c.id == id)).one_or_none()
    return Letter(**row._mapping) if row else None  # noqa: SLF001


def drop_letters(unit: Unit, talk: str) -> None:
    """Erase the letters of a conversation, and take the words out of those still on their way."""
    sent = [one.activity for one in letters(unit.db, talk) if one.activity]
    unit.db.execute(delete(relayed).where(relayed.c.introduction == talk))
    silence(unit, sent)
