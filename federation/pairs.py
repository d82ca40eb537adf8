"""The nodes of our kind with which we keep count of letters (docs/decisions), as rows.

Each letter of ours for such a node is numbered for it, under the epoch of our database. Numbers
are given afterwards, so that no unit waits for the last one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from federation import losses, sparingly
from federation.addressing import OURS, implemented
from federation.origins import domain, same_origin
from federation.tables import lost, pair, passed
from node.kernel.database import change_rows, insert_new, is_kept
from node.kernel.tables import Account, setting
from node.kernel.unit import Unit
from vocab.types import Link
from vocab.values import dataclass

CAPABILITY = f"{OURS}catch-up-1"
LINK = Link(href=CAPABILITY, name="Catching up on missed letters")
KEPT = timedelta(days=90)
"""How long a letter can be fetched after it was written."""
MOST = 1000
"""Letters numbered in one unit."""
BEGINNING = "0" * 16
"""What the first link is chained to."""
OFTEN = timedelta(hours=1)
"""How often a node that asks us makes us ask it."""
STRANGE = "federation.strange"
"""The setting that says which peer knows letters of ours that we do not know, and since when."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Where we are with one other node."""

    domain: str
    service: str
    cursor: str | None
    number: int
    looked: datetime | None
    code: str | None
    fetched: int
    missed: int
    back: datetime | None
    came: datetime | None
    theirs: int
    start: str | None
    older: datetime | None


# Built once: asked for each letter and each inbox, and building takes longer than asking.
_ONE = select(pair).where(pair.c.domain == bindparam("domain"))
_LAST = (
    select(passed)
    .where(passed.c.peer == bindparam("peer"), passed.c.number.is_not(None))
    .order_by(passed.c.number.desc())
    .limit(1)
)


_UNNUMBERED = (
    select(passed.c.id, passed.c.mark)
    .where(passed.c.peer == bindparam("peer"), passed.c.number.is_(None))
    .order_by(passed.c.id)
    .limit(MOST)
)
_OLDEST = select(func.min(passed.c.number)).where(passed.c.peer == bindparam("peer"))
_AFTER = (
    select(passed.c.number, passed.c.link, passed.c.activity)
    .where(passed.c.peer == bindparam("peer"), passed.c.number > bindparam("number"))
    .order_by(passed.c.number)
    .limit(bindparam("most"))
)


def one(db: Connection, domain: str) -> Pair | None:
    """The pair with the node at a host, if it can catch up."""
    row = db.execute(_ONE, {"domain": domain}).one_or_none()
    return Pair(**row._mapping) if row else None  # noqa: SLF001


def all_(db: Connection) -> list[Pair]:
    """All pairs, by host."""
    rows = db.execute(select(pair).order_by(pair.c.domain))
    return [Pair(**row._mapping) for row in rows]  # noqa: SLF001


def meet(unit: Unit, met: Account) -> None:
    """Keep count with the node of an account from now on, if it says that it can."""
    document = met.document or {}
    if CAPABILITY not in implemented(document) or one(unit.db, met.domain) is not None:
        return
    service = _service(met, document)
    if service == met.id:
        insert_new(unit.db, pair, {"domain": met.domain, "service": service})
        ask(unit, met.domain)
    elif service:
        once = f"federation.acquaint {met.domain}"[:255]
        unit.later("federation.acquaint", lane=met.domain, once=once, service=service)


def _service(met: Account, document: Mapping[str, Any]) -> str | None:
    if met.kind == "NodeService":
        return met.id
    generator = document.get("generator")
    said = generator.get("id") if isinstance(generator, dict) else None
    return said if isinstance(said, str) and same_origin(said, met.id) else None


def ask(unit: Unit, domain: str) -> None:
    """Have the node at a host asked for what we missed."""
    once = f"federation.catch_up {domain}"[:255]
    unit.later("federation.catch_up", lane=domain, once=once, apart=True, peer=domain)


def note(unit: Unit, domain: str, **values: Any) -> None:
    """Write down how it went with a node."""
    change_rows(unit.db, pair.c.domain, domain, **values)


# Numbering ----------------------------------------------------------------------------------


def mark(activity: str) -> bytes:
    """The 16 bytes by which a letter is known among those of a pair."""
    return hashlib.sha256(activity.encode()).digest()[:16]


def epoch(db: Connection) -> str:
    """Under which name our numbers count; another one after a restored backup."""
    found = db.scalar(select(setting.c.value).where(setting.c.name == "epoch"))
    return str(found) if found else "0"


def seal(unit: Unit, peer: str) -> None:
    """Number the letters for a host that have no number yet, in the order they were spread."""
    last = _last(unit.db, peer)
    number, link = (last.number, last.link) if last else (0, BEGINNING)
    for row in unit.db.execute(_UNNUMBERED, {"peer": peer}).all():
        number += 1
        link = hashlib.sha256(f"{link} {number} ".encode() + bytes(row.mark)).hexdigest()[:16]
        change_rows(unit.db, passed.c.id, row.id, number=number, link=link)


def _last(db: Connection, peer: str) -> Any | None:
    return db.execute(_LAST, {"peer": peer}).one_or_none()


def newest(db: Connection, peer: str) -> int:
    """The last number that was given for a host."""
    last = _last(db, peer)
    return int(last.number) if last else 0


def oldest(db: Connection, peer: str) -> int:
    """The first number for a host that is still kept; 1 if there never was one."""
    return int(db.scalar(_OLDEST, {"peer": peer}) or 1)


def after(db: Connection, peer: str, number: int, most: int) -> Sequence[Any]:
    """The letters for a host with a higher number: rows of `number`, `link`, `activity`."""
    return db.execute(_AFTER, {"peer": peer, "number": number, "most": most}).all()


def holds(db: Connection, peer: str, number: int, link: str) -> bool:
    """Whether a number that a peer knows is of ours, as far as we can still tell."""
    if number == 0 or number < oldest(db, peer):
        return True
    wanted = select(passed.c.link).where(passed.c.peer == peer, passed.c.number == number)
    return db.scalar(wanted) == link


def forget(unit: Unit) -> None:
    """Let go what was numbered long ago, but the last of each, on which the next is built."""
    newest = select(passed.c.peer, func.max(passed.c.number)).group_by(passed.c.peer)
    for peer, head in unit.db.execute(newest).all():
        old = (passed.c.peer == peer) & (passed.c.number < (head or 0))
        unit.db.execute(delete(passed).where(old, passed.c.at < unit.now - KEPT))


# Being asked --------------------------------------------------------------------------------


def came(unit: Unit, peer: str, number: int, link: str) -> bool:
    """A node asks for what comes after a number of ours; whether that number is ours.

    What it has is not lost, and whoever was away may have something for us.
    """
    seal(unit, peer)
    holding = holds(unit.db, peer, number, link)
    if not holding:
        unit.set(STRANGE, {"peer": peer, "at": unit.now.isoformat()})
        number = 0
    note(unit, peer, came=unit.now, theirs=number)
    missing = select(lost.c.activity).where(lost.c.domain == peer)
    has = select(passed.c.activity).where(passed.c.peer == peer, passed.c.number <= number)
    fetched = unit.db.scalars(missing.where(lost.c.activity.in_(has))).all()
    losses.came(unit, peer, fetched)
    held = one(unit.db, peer)
    is_news = held is not None and (held.looked is None or unit.now - held.looked >= OFTEN)
    if is_news and sparingly.may_ask(unit, f"catch up {peer}", OFTEN):
        ask(unit, peer)
    return holding


def strange(db: Connection) -> tuple[str, datetime] | None:
    """The peer that knew letters of ours that we do not know, and when that was seen."""
    found = db.scalar(select(setting.c.value).where(setting.c.name == STRANGE))
    return (str(found["peer"]), datetime.fromisoformat(found["at"])) if found else None


def pass_on(unit: Unit, activity: str, inbox: str) -> None:
    """Count a letter for the host of an inbox, if it is one of a pair; once, however many."""
    peer = domain(inbox)
    if is_kept(unit.db, pair.c.domain, peer):
        values = {"peer": peer, "activity": activity, "mark": mark(activity), "at": unit.now}
        insert_new(unit.db, passed, values)
