"""All SQL about what communities ask each other, as their members may see it: numbers and kinds.

A question is counted by node, day and topic. No id, no person, no words and no candidate is kept,
so the log can stay when everything else about a question is gone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from node.kernel.access import Viewer
from node.kernel.database import insert_new
from node.kernel.tables import account, account_of
from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.matching import rules
from node.modules.matching.queries import Asked
from node.modules.matching.tables import question, request
from vocab.types import Intent
from vocab.values import dataclass

OTHER = ""
"""A topic that we do not know, or that is not ours to keep any more."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one node was asked about one topic on a day, or asked us.

    `named`: how often somebody was named by a handle; `refused`: how often nobody looked.
    """

    service: str
    way: str
    day: date
    topic: str
    asked: int
    named: int
    refused: int

    @property
    def nobody(self) -> int:
        """How often there was nobody, so far."""
        return max(0, self.asked - self.named - self.refused)


def kind_of(intent: Intent) -> str:
    """The topic under which a question is counted."""
    return _known(intent.resource_conforms_to or "")


def kind_asked(told: Mapping[str, Any] | None) -> str:
    """The same, of a question as it is kept."""
    return _known(next(iter((told or {}).get("topics", ())), ""))


def _known(topic: str) -> str:
    """A topic with a label; what another node made up is not written down."""
    scheme, _, kind = topic.partition("#kind-")
    ours = scheme == listings.SCHEME and kind in listings.KINDS
    return topic if ours or listings.label(topic) else OTHER


def note(unit: Unit, way: str, service: str, day: date, topic: str, **more: int) -> None:
    """Count a question, or what became of it: asked, named, refused."""
    key = {"service": service, "way": way, "day": day, "topic": _known(topic)[:2048]}
    insert_new(unit.db, question, {**key, "asked": 0, "named": 0, "refused": 0})
    mine = and_(*(question.c[name] == value for name, value in key.items()))
    counted = {name: question.c[name] + number for name, number in more.items()}
    unit.db.execute(update(question).where(mine).values(**counted))


def note_of(unit: Unit, asked: Asked, topic: str, **more: int) -> None:
    """Count what became of a question, under the day on which it was put."""
    note(unit, asked.way, asked.service, asked.at.date(), topic, **more)


def asked_on(db: Connection, service: str, day: date) -> int:
    """How many questions a node has put to us on a day; taking them back does not change it."""
    theirs = and_(question.c.service == service, question.c.way == "in", question.c.day == day)
    return int(db.scalar(select(func.sum(question.c.asked)).where(theirs)) or 0)


def lately(db: Connection, way: str, *, limit: int = 60) -> Sequence[Line]:
    """What was asked, newest first."""
    wanted = select(question).where(question.c.way == way)
    ordered = wanted.order_by(question.c.day.desc(), question.c.service, question.c.topic)
    return [Line(**row._mapping) for row in db.execute(ordered.limit(limit))]  # noqa: SLF001


def for_needs(db: Connection, needs: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str, Any]]]:
    """To which nodes some needs were put, by need: (the node's service, state, open until)."""
    ours = and_(request.c.way == "out", request.c.need.in_(list(needs)))
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for row in db.execute(select(request).where(ours).order_by(request.c.at, request.c.id)):
        found.setdefault(row.need, []).append((row.service, row.state, row.ends))
    return found


def asked_for(db: Connection, member: str) -> Sequence[tuple[listings.Notice, Any]]:
    """Which nodes were asked for a member's needs, oldest first: (the need, the row)."""
    row = db.execute(select(account).where(account.c.id == member)).one_or_none()
    viewer = Viewer(account=account_of(row), role="member") if row else listings.HERE
    ours = and_(request.c.way == "out", request.c.need.is_not(None))
    found = []
    for asked in db.execute(select(request).where(ours).order_by(request.c.at, request.c.id)):
        need = listings.listing(db, asked.need, viewer)
        if need is not None and need.owner == member:
            found.append((need, asked))
    return found


def blur(unit: Unit, service: str) -> None:
    """A node is trusted no more: what it asked about goes, how often it asked stays.

    Else whoever asks too much would only have to end the trust to leave no trace.
    """
    theirs = question.c.service == service
    for line in [Line(**row._mapping) for row in unit.db.execute(select(question).where(theirs))]:  # noqa: SLF001
        if line.topic != OTHER:
            counts = {"asked": line.asked, "named": line.named, "refused": line.refused}
            note(unit, line.way, service, line.day, OTHER, **counts)
    unit.db.execute(delete(question).where(theirs, question.c.topic != OTHER))


def expire(unit: Unit) -> None:
    """Let go what is old."""
    unit.db.execute(delete(question).where(question.c.day < unit.now.date() - rules.LOGGED))
