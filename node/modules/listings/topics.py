"""The community's topics in the database: all SQL about them, and what a keeper does. Units."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, select
from sqlalchemy import delete as remove

from node.kernel import community
from node.kernel.access import Viewer
from node.kernel.database import insert_new, is_kept, upsert
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import tree, writing
from node.modules.listings.concepts import SCHEME
from node.modules.listings.events import Changed, Reworded
from node.modules.listings.tables import concept, listing, topic
from node.modules.listings.tree import Topic, Tree
from vocab.model import Object
from vocab.types import Concept
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice

NAMELESS: Final = mark("A topic of your own needs a name. Write one.")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a keeper says of a topic; a label for each language that has one."""

    labels: Mapping[str, str]
    broader: str | None
    also: Sequence[str] = ()
    same: Sequence[str] = ()
    place: int = 0


def load(db: Connection) -> Tree:
    """The topics of this community."""
    return tree.whole(_topic(row) for row in db.execute(_ALL))


_ALL = select(concept).order_by(concept.c.id)


def _topic(row: Row[Any]) -> Topic:
    return Topic(**row._mapping)  # noqa: SLF001


def lines(db: Connection) -> list[tuple[str, ...]]:
    """Words that mean the same here, one line for each thing."""
    return tree.lines(_topic(row) for row in db.execute(_ALL))


def document(db: Connection, id: str, _viewer: Viewer) -> Object | None:
    """A topic of the community's own as anybody may fetch it, in the words of SKOS."""
    if not is_kept(db, concept.c.id, id):
        return None
    row = db.execute(select(concept).where(concept.c.id == id)).one_or_none()
    one = _topic(row) if row else None
    if one is None or one.name is not None:
        return None
    first = one.labels.get(community.load(db, "").language) or next(iter(one.labels.values()))
    others = (*one.labels.values(), *one.also)
    return Concept(
        id=id,
        pref_label=first,
        alt_label=tuple(word for word in dict.fromkeys(others) if word != first),
        broader=one.broader,
        exact_match=tuple(one.same),
        in_scheme=SCHEME,
    )


# What a keeper does -------------------------------------------------------------------------


def add(unit: Unit, by: str, said: Said, voices: Sequence[Voice]) -> str:
    """Add a topic of the community's own.

    Returns:
        Its id.

    Raises:
        Refused: not a keeper.
        Invalid: it cannot stand there (`broader`), or one beside it is called so (`label`).
        Conflict: there are too many.
    """
    _keeper(unit, by)
    known = load(unit.db)
    if len(known.topics) >= tree.MOST:
        raise Conflict("E_RATE", by, safe=tree.FULL)
    _fits(known, None, said, voices)
    id = unit.id("o")
    insert_new(unit.db, concept, {"id": id, "retired": None, **_values(said)})
    unit.log("topic.add", by, subject=id)
    _reworded(unit, (), said.also)
    return id


def change(unit: Unit, by: str, id: str, said: Said, voices: Sequence[Voice]) -> None:
    """Rename a topic, move it, give it other words; listings go with it.

    Raises:
        Refused: not a keeper.
        Missing: there is no such topic.
        Invalid: as `add`.
    """
    _keeper(unit, by)
    known = load(unit.db)
    before = _there(known, id)
    _fits(known, id, said, voices)
    _keep(unit, replace(before, **_values(said)))
    unit.log("topic.change", by, subject=id)
    if before.broader != said.broader:
        _reclassify(unit, load(unit.db), id)
    _reworded(unit, (*before.also, *before.labels.values()), (*said.also, *said.labels.values()))


def retire(unit: Unit, by: str, id: str, *, back: bool = False) -> None:
    """Offer a topic no longer in forms, or again; what is about it stays so.

    Raises:
        Refused: not a keeper.
        Missing: there is no such topic.
    """
    _keeper(unit, by)
    before = _there(load(unit.db), id)
    _keep(unit, replace(before, retired=None if back else before.retired or unit.now))
    unit.log("topic.back" if back else "topic.retire", by, subject=id)


def _keeper(unit: Unit, by: str) -> None:
    if not accounts.may(unit, by, "topics"):
        raise Refused("E_KEEPERS_ONLY", by)


def _there(known: Tree, id: str) -> Topic:
    if id not in known.topics:
        raise Missing(detail=id)
    return known.topics[id]


def _fits(known: Tree, id: str | None, said: Said, voices: Sequence[Voice]) -> None:
    wrong = {}
    if not said.labels and (id is None or known.topics[id].name is None):
        wrong["label"] = NAMELESS
    if sentence := tree.misplaced(known, id, said.broader):
        wrong["broader"] = sentence
    if tree.named_twice(known, id, said.broader, said.labels, voices):
        wrong["label"] = tree.TWICE
    if wrong:
        raise Invalid(wrong, "E_TOPIC")


def _values(said: Said) -> dict[str, Any]:
    return {
        "broader": said.broader,
        "labels": dict(said.labels),
        "also": list(said.also),
        "same": list(said.same),
        "place": said.place,
    }


def _keep(unit: Unit, one: Topic) -> None:
    row = {
        "id": one.id,
        "broader": one.broader,
        "labels": dict(one.labels),
        "also": list(one.also),
        "same": list(one.same),
        "place": one.place,
        "retired": one.retired,
    }
    upsert(unit.db, concept, row, key=["id"])


def _reclassify(unit: Unit, known: Tree, id: str) -> None:
    """Have our own listings about a topic, and about all below it, stand where it stands now."""
    # every reach: each stays as far as it goes; only what is above its topic changes
    about = select(listing.c.id, listing.c.kind, listing.c.concept).where(
        listing.c.local, listing.c.concept.in_(known.below(id))
    )
    for row in unit.db.execute(about).all():
        unit.db.execute(remove(topic).where(topic.c.listing == row.id))
        for one in writing.with_kind(row.kind, row.concept, known.above(row.concept)):
            insert_new(unit.db, topic, {"listing": row.id, "concept": one})
        unit.tell(Changed(id=row.id))


def _reworded(unit: Unit, before: Sequence[str], after: Sequence[str]) -> None:
    if set(before) != set(after):
        unit.tell(Reworded())
