"""All SQL of suggestions, and what flows read of notices and matches by those modules' doors."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from node.kernel.database import insert_new
from node.kernel.unit import Unit
from node.modules.flows.circles import Edge
from node.modules.flows.rules import State
from node.modules.flows.tables import Suggestion, answer, suggestion, suggestion_of
from node.modules.listings import api as listings
from node.modules.listings.api import Asked, Notice
from node.modules.matching import api as matching

MOST_NOTICES = 2000


def notices(db: Connection, now: datetime) -> Mapping[str, Notice]:
    """The open notices of members, by id, newest first."""
    asked = Asked(local=True)
    found = listings.open_listings(db, listings.HERE, now, asked, limit=MOST_NOTICES)
    return {one.id: one for one in found}


def edges(db: Connection, open_: Mapping[str, Notice]) -> list[Edge]:
    """Who could give what to whom, of what is open, as matching found it.

    What one of the two has put aside is not among them.
    """
    found = []
    for (one, other), score in matching.pairs(db).items():
        here = [open_[id] for id in (one, other) if id in open_]
        asks = [each for each in here if each.is_need]
        gives = [each for each in here if not each.is_need]
        if asks and gives and asks[0].owner != gives[0].owner:
            found.append(_edge(asks[0], gives[0], score))
    return found


def _edge(need: Notice, offer: Notice, score: int) -> Edge:
    return Edge(giver=offer.owner, receiver=need.owner, need=need.id, offer=offer.id, score=score)


def capacity(open_: Mapping[str, Notice]) -> Mapping[str, int]:
    """How many needs each offer can meet, where it says how much there is; else one.

    A range of time says how long it may take, not how often.
    """
    return {
        one.id: max(1, Fraction(one.available) // Fraction(one.amount))
        for one in open_.values()
        if not one.is_need and one.available and not one.longest and Fraction(one.amount) > 0
    }


# Suggestions --------------------------------------------------------------------------------


def digest(of: Sequence[Edge]) -> str:
    """A short name for who gives what to whom, whatever comes first."""
    pairs = sorted((edge.need, edge.offer) for edge in of)
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:32]


def found(db: Connection, slug: str, member: str) -> Suggestion | None:
    """A suggestion that is made to a member."""
    mine = select(answer.c.suggestion).where(answer.c.member == member)
    wanted = select(suggestion).where(suggestion.c.slug == slug, suggestion.c.slug.in_(mine))
    return next(iter(_all(db, wanted)), None)


def made_to(db: Connection, member: str) -> list[Suggestion]:
    """What is suggested to a member and is not over, newest first."""
    mine = select(answer.c.suggestion).where(answer.c.member == member)
    wanted = select(suggestion).where(suggestion.c.slug.in_(mine))
    wanted = wanted.where(suggestion.c.state != State.OVER)
    return _all(db, wanted.order_by(suggestion.c.at.desc(), suggestion.c.slug))


def known(db: Connection) -> set[str]:
    """The digests of everything that was suggested."""
    return set(db.scalars(select(suggestion.c.known)))


def _all(db: Connection, wanted: Select[Any]) -> list[Suggestion]:
    rows = db.execute(wanted).all()
    said: dict[str, dict[str, bool | None]] = {row.slug: {} for row in rows}
    answers = select(answer).where(answer.c.suggestion.in_(list(said)))
    for one in db.execute(answers) if rows else ():
        said[one.suggestion][one.member] = one.yes
    return [suggestion_of(row, said[row.slug]) for row in rows]


def add(unit: Unit, of: Sequence[Edge], ends: datetime) -> str | None:
    """Keep a suggestion and whom it is made to; its slug, or None if it was made before."""
    slug = unit.id("x").rpartition("/")[2]
    values = {
        "slug": slug,
        "edges": [asdict(edge) for edge in of],
        "known": digest(of),
        "state": State.WAITS,
        "at": unit.now,
        "ends": ends,
    }
    if not insert_new(unit.db, suggestion, values):
        return None
    for member in sorted({one for edge in of for one in (edge.giver, edge.receiver)}):
        insert_new(unit.db, answer, {"suggestion": slug, "member": member})
    return slug


def say(unit: Unit, slug: str, member: str, *, yes: bool) -> None:
    """Keep what a member says."""
    mine = (answer.c.suggestion == slug) & (answer.c.member == member)
    unit.db.execute(update(answer).where(mine).values(yes=yes, at=unit.now))


def move(unit: Unit, slug: str, state: State) -> None:
    """Bring a suggestion to a state."""
    unit.db.execute(update(suggestion).where(suggestion.c.slug == slug).values(state=state))


def waiting(db: Connection) -> list[Suggestion]:
    """Everything that waits for answers."""
    return _all(db, select(suggestion).where(suggestion.c.state == State.WAITS))


def drop(unit: Unit, slug: str) -> None:
    """Forget a suggestion."""
    unit.db.execute(delete(suggestion).where(suggestion.c.slug == slug))


def all_of(db: Connection, member: str) -> list[Suggestion]:
    """Everything that was ever suggested to a member."""
    mine = select(answer.c.suggestion).where(answer.c.member == member)
    return _all(db, select(suggestion).where(suggestion.c.slug.in_(mine)))
