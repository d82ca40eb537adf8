"""The index by which what may fit is found without reading every notice.

Each open notice has a row for each word and topic of it. For every word that is sought the
newest notices that have it are looked at, so that a question takes as long on a large board as
on a small one. It only finds; whether a pair fits is judged afterwards.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Final

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

NEWEST: Final = 200
"""Notices looked at for one word."""
MOST: Final = 30
"""Notices found for one, the likeliest."""
WORDS: Final = 20
"""Words and topics by which one is sought."""
TITLE, TEXT, TOPIC, DONE = 4, 1, 3, 1
"""How much a word weighs: in the title, below it, of a topic, and if it says what is done."""
STEP: Final = 4
"""The words of a question are filled up to a multiple of this, so that few are spelled."""
LONGEST: Final = 120


def weights(one: Side) -> dict[str, int]:
    """The words and topics of a notice, with what each weighs; the weightiest first."""
    plain = lexicon.plain()
    found = {f"t:{name}"[:LONGEST]: TOPIC for name in sorted(one.names or one.guessed)}
    if one.above:
        kinds = {topic for topic in one.topics if "#kind-" in topic}
        near = [*sorted(one.topics - kinds), *sorted(one.above)]
        found |= {f"t:{topic.rpartition('#')[2]}"[:LONGEST]: TOPIC for topic in near}
    for word in sorted(one.title or ()):
        found[word[:LONGEST]] = DONE if word in plain else TITLE
    for word in sorted(one.text):
        found.setdefault(word[:LONGEST], DONE if word in plain else TEXT)
    return dict(sorted(found.items(), key=lambda held: -held[1]))


def put(unit: Unit, notice: Notice, one: Side) -> None:
    """Keep an open notice as it is compared."""
    drop(unit, notice.id)
    row = {"listing": notice.id, "owner": notice.owner, "said": written(one)}
    (number,) = unit.db.execute(insert(side).values(row)).inserted_primary_key or (None,)
    rows = [
        {"term": word, "purpose": notice.purpose, "number": number, "weight": weight}
        for word, weight in weights(one).items()
    ]
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
        cell=Cell(north=cell[0], east=cell[1]) if cell else None,
        lang=said.get("lang"),
        is_need=said.get("need", False),
        since=_moment(said.get("since")),
    )


def _when(said: Mapping[str, Any]) -> When:
    found, day = ANY, said.get("day")
    if week := said.get("week"):
        found = When(days=tuple(week[0]), opens=week[1], closes=week[2])
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
    sought = list(islice(weights(one).items(), WORDS))
    if not sought:
        return {}
    said: dict[str, Any] = {"purpose": purpose, "newest": NEWEST, "most": most, "but": but or ""}
    sought += [("", 0)] * (-len(sought) % STEP)
    for number, (word, weight) in enumerate(sought):
        said[f"t{number}"], said[f"w{number}"] = word, weight
    rows = plain_rows(db, _finding(len(sought)), said)
    return {id: read(json.loads(held)) for id, held in rows}


@cache
def _finding(words: int) -> Select[Any]:
    """The question for so many words; built once each, since building costs more than asking."""
    worth = union_all(*(_newest(n) for n in range(words))).subquery()
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
    """What the newest notices that have the word `t<n>` are worth for it."""
    having = (term.c.term == bindparam(f"t{n}"), term.c.purpose == bindparam("purpose"))
    rows = select(term.c.number, term.c.weight).where(*having).order_by(term.c.number.desc())
    newest = rows.limit(bindparam("newest")).subquery()
    weight = bindparam(f"w{n}", type_=Integer)
    return select(newest.c.number, (newest.c.weight * weight).label("worth"))


def known(db: Connection, ids: Sequence[str]) -> set[str]:
    """Those of some notices whose words are kept."""
    return set(db.scalars(select(side.c.listing).where(side.c.listing.in_(ids))))
