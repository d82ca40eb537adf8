"""The index by which what may fit is found without reading every notice.

Each open notice has a row for each topic, for each word of its title, for each topic together
with each of these, and for each word below it. For all that is sought the newest notices that
have it are looked at, so that a question takes as long on a large board as on a small one. It
only finds; whether a pair fits is judged afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    union_all,
)

from node.kernel.database import plain_rows
from node.kernel.unit import Unit
from node.modules.listings.api import ANY, Cell, Notice, When
from node.modules.matching import lexicon
from node.modules.matching.scoring import Side
from node.modules.matching.tables import side, term

MOST: Final = 30
"""Notices found for one, the likeliest."""
NEWEST: Final = 200
"""Notices looked at for one topic with a word; and for everything else, if there is none."""
FEW: Final = 50
"""Notices looked at for a word of the title or a topic alone, where there are both together."""
FEWER: Final = 20
"""The same for a word that stands in the title of one and below that of the other."""
TOGETHER, TITLES, TOPIC, ACROSS, TEXTS = 49, 16, 9, 4, 1
"""What is worth how much if both have it: a topic with a word of the title, a word of both
titles, a topic, a word of one title and below the other; a word below both, or what is done."""
SOUGHT: Final = 24
"""By how many rows one is sought at most, the weightiest."""
BOTH: Final = 24
"""Topics with a word that a notice has at most."""
STEP: Final = 2
"""The rows of a question are filled up to a multiple of this, so that few are spelled."""
LONGEST: Final = 120


class Sought(NamedTuple):
    """A row by which others are sought, what it is worth if another has it, and of how many."""

    term: str
    worth: int
    newest: int


class Terms(NamedTuple):
    """The rows of a notice, by what they say of it.

    A topic is written `t:repair`, a word of the title `=bicycl`, both together
    `t:repair+bicycl`, a word below the title, and what says only what is done, `bicycl`.
    """

    both: Sequence[str]
    title: Sequence[str]
    topics: Sequence[str]
    text: Sequence[str]
    done: Sequence[str]


def terms(one: Side) -> Terms:
    """What a notice is found by."""
    plain, topics = lexicon.plain(), _topics(one)
    title, text = sorted(one.title or ()), sorted(one.text)
    named = [word for word in title if word not in plain]
    return Terms(
        both=_cut(f"{topic}+{word}" for topic in topics for word in named)[:BOTH],
        title=_cut(f"={word}" for word in named),
        topics=topics,
        text=_cut(word for word in text if word not in plain and word not in named),
        done=_cut([word for word in title if word in plain]),
    )


def _topics(one: Side) -> list[str]:
    """What a notice is about and what stands above it."""
    found = sorted(one.names or one.guessed)
    if one.above:
        kinds = {topic for topic in one.topics if "#kind-" in topic}
        near = [*sorted(one.topics - kinds), *sorted(one.above)]
        found += [topic.rpartition("#")[2] for topic in near]
    return _cut(f"t:{name}" for name in found)


def _cut(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one[:LONGEST] for one in terms))


def sought(one: Side) -> list[Sought]:
    """By which rows others are sought, the weightiest first.

    With a topic and a word of the title the others are hardly needed, and fewer are looked at.
    """
    own = terms(one)
    few, fewer = (FEW, FEWER) if own.both else (NEWEST, NEWEST)
    found = [Sought(term, TOGETHER, NEWEST) for term in own.both]
    found += [Sought(term, TITLES, few) for term in own.title]
    found += [Sought(term, TOPIC, few) for term in own.topics]
    found += [Sought(term[1:], ACROSS, fewer) for term in own.title]
    found += [Sought(f"={term}"[:LONGEST], ACROSS, fewer) for term in own.text]
    found += [Sought(term, TEXTS, fewer) for term in own.done]
    if not own.both:
        found += [Sought(term, TEXTS, fewer) for term in own.text]
    return found[:SOUGHT]


def put(unit: Unit, notice: Notice, one: Side) -> None:
    """Keep an open notice as it is compared."""
    drop(unit, notice.id)
    row = {"listing": notice.id, "owner": notice.owner, "said": written(one)}
    (number,) = unit.db.execute(insert(side).values(row)).inserted_primary_key or (None,)
    put_terms(unit, number, notice.purpose, one)


def put_terms(unit: Unit, number: int | None, purpose: str, one: Side) -> None:
    """Keep the rows by which the side of this number is found."""
    every = dict.fromkeys(chain.from_iterable(terms(one)))
    rows = [{"term": each, "purpose": purpose, "number": number} for each in every]
    if rows:
        unit.db.execute(insert(term), rows)


def written(one: Side) -> dict[str, Any]:
    """A side as JSON; what it does not say is left out."""
    when, cell = one.when, one.cell
    said = {
        "topics": sorted(one.topics),
        "above": sorted(one.above),
        "names": sorted(one.names),
        "guessed": sorted(one.guessed),
        "kind": one.kind,
        "title": dict(one.title or {}),
        "text": dict(one.text),
        "terms": list(one.terms),
        "ends": _text(one.ends),
        "day": [_text(when.starts), _text(when.due)] if when.starts else None,
        "week": [list(when.days), when.opens, when.closes] if when.days else None,
        "second": when.second.isoformat() if when.second else None,
        "nth": when.nth,
        "place": one.place,
        "cell": [cell.north, cell.east] if cell else None,
        "lang": one.lang,
        "need": one.is_need,
        "since": _text(one.since),
    }
    return {name: held for name, held in said.items() if held}


def read(said: Mapping[str, Any]) -> Side:
    """A side as it was written."""
    cell = said.get("cell")
    return Side(
        topics=frozenset(said.get("topics", ())),
        above=frozenset(said.get("above", ())),
        names=frozenset(said.get("names", ())),
        guessed=frozenset(said.get("guessed", ())),
        kind=said.get("kind", ""),
        title=said.get("title", {}),
        text=said.get("text", {}),
        terms=tuple(said.get("terms", ())),
        ends=_moment(said.get("ends")),
        when=_when(said),
        place=said.get("place", ""),
        cell=_cell(*cell) if cell else None,
        lang=said.get("lang"),
        is_need=said.get("need", False),
        since=_moment(said.get("since")),
    )


@lru_cache(maxsize=4096)
def _cell(north: int, east: int) -> Cell:
    return Cell(north=north, east=east)


def _when(said: Mapping[str, Any]) -> When:
    day, week = said.get("day"), said.get("week")
    if not (day or week):
        return ANY
    found = When(days=tuple(week[0]), opens=week[1], closes=week[2]) if week else ANY
    if "second" in said or "nth" in said:
        first = said.get("second")
        second = date.fromisoformat(first) if first else None
        found = replace(found, second=second, nth=said.get("nth", 0))
    return replace(found, starts=_moment(day[0]), due=_moment(day[1])) if day else found


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def drop(unit: Unit, id: str) -> None:
    """Forget the words of a notice."""
    ours = select(side.c.number).where(side.c.listing == id).scalar_subquery()
    unit.db.execute(delete(term).where(term.c.number == ours))
    unit.db.execute(delete(side).where(side.c.listing == id))


def like(
    db: Connection, one: Side, purpose: str, *, but: str | None = None, most: int = MOST
) -> dict[str, Side]:
    """The notices of a purpose that share most with one, by their ids.

    Args:
        db: where to look.
        one: what is compared with.
        purpose: "offer" or "request".
        but: an account whose own notices are left out.
        most: how many at most.
    """
    rows = sought(one)
    if not rows:
        return {}
    rows += [Sought("", 0, 0)] * (-len(rows) % STEP)
    said: dict[str, Any] = {"purpose": purpose, "most": most, "but": but or ""}
    for n, row in enumerate(rows):
        said[f"t{n}"], said[f"w{n}"], said[f"n{n}"] = row
    found = plain_rows(db, _finding(len(rows)), said)
    return {id: read(orjson.loads(held)) for id, held in found}


@cache
def _finding(rows: int) -> Select[Any]:
    """The question for so many rows; built once each, since building costs more than asking."""
    worth = union_all(*(_newest(n) for n in range(rows))).subquery()
    total = func.sum(worth.c.worth)
    likeliest = select(worth.c.number, total.label("worth")).group_by(worth.c.number)
    best = (
        likeliest.order_by(total.desc(), worth.c.number.desc()).limit(bindparam("most")).subquery()
    )
    # as text: what there is to read is read here, on either database
    found = select(side.c.listing, cast(side.c.said, Text))
    found = found.join(best, best.c.number == side.c.number)
    others = found.where(side.c.owner != bindparam("but"))
    return others.order_by(best.c.worth.desc(), best.c.number.desc())


def _newest(n: int) -> Select[Any]:
    """The `n<n>` newest notices that have the row `t<n>`, each worth `w<n>`."""
    having = (term.c.term == bindparam(f"t{n}"), term.c.purpose == bindparam("purpose"))
    rows = select(term.c.number, bindparam(f"w{n}", type_=Integer).label("worth")).where(*having)
    newest = rows.order_by(term.c.number.desc()).limit(bindparam(f"n{n}")).subquery()
    return select(newest.c.number, newest.c.worth)


def known(db: Connection, ids: Sequence[str]) -> set[str]:
    """Those of some notices whose words are kept."""
    return set(db.scalars(select(side.c.listing).where(side.c.listing.in_(ids))))
