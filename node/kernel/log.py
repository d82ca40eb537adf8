"""The append-only log: who did what by which authority, each entry chained to the one before.

Units write plain rows; seal() numbers and chains them afterwards, so that no unit waits
for the head of the chain. The words of an entry can be erased: the chain holds only
their salted commitment.
"""

import hashlib
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from node.kernel.database import upsert
from node.kernel.errors import Problem
from node.kernel.tables import log_entry, log_words, setting
from node.kernel.unit import Unit

START = "0" * 64
MOST = 1000
"""Entries sealed in one unit."""
HEAD = "log_head"
"""The setting that says how long the chain is, so that a missing end is seen."""


class Broken(Problem):
    """The log does not hold: `detail` names the first entry where it breaks."""


def seal(unit: Unit, most: int = MOST) -> int:
    """Number and chain the entries that are not sealed yet; how many there were."""
    last = unit.db.execute(
        select(log_entry.c.seq, log_entry.c.hash)
        .where(log_entry.c.seq.is_not(None))
        .order_by(log_entry.c.seq.desc())
        .limit(1)
    ).one_or_none()
    seq, head = (last.seq, last.hash) if last else (0, START)
    waiting = select(log_entry).where(log_entry.c.seq.is_(None)).order_by(log_entry.c.id)
    entries = unit.db.execute(waiting.limit(most)).all()
    for entry in entries:
        seq += 1
        head = _link(head, seq, entry)
        unit.db.execute(
            update(log_entry).where(log_entry.c.id == entry.id).values(seq=seq, hash=head)
        )
    if entries:
        kept = {"name": HEAD, "value": {"seq": seq, "hash": head}}
        upsert(unit.db, setting, kept, key=["name"])
    return len(entries)


def seal_anew(unit: Unit) -> None:
    """Chain the whole log again: when all our ids change, before anybody knew them."""
    unit.db.execute(update(log_entry).values(seq=None, hash=None))
    while seal(unit):
        pass


def verify(db: Connection) -> int:
    """Check the whole chain and the words that are still there.

    Returns:
        How many entries hold.

    Raises:
        Broken: an entry was changed, removed, inserted, or its words were.
    """
    head, expected = START, 0
    words: dict[int, tuple[str, str]] = {
        w.entry: (w.salt, w.words) for w in db.execute(select(log_words))
    }
    sealed = select(log_entry).where(log_entry.c.seq.is_not(None)).order_by(log_entry.c.seq)
    for entry in db.execute(sealed):
        expected += 1
        head = _link(head, expected, entry)
        said = words.get(entry.id)
        if entry.seq != expected or entry.hash != head or (said and not _kept(entry, *said)):
            raise Broken("E_LOG", f"entry {expected}")
    if expected != _head(db)["seq"] or head != _head(db)["hash"]:
        raise Broken("E_LOG", f"entry {expected + 1}")
    return expected


def size(db: Connection) -> int:
    """How many entries are sealed."""
    return int(db.scalar(select(func.max(log_entry.c.seq))) or 0)


def _head(db: Connection) -> dict[str, Any]:
    kept = db.scalar(select(setting.c.value).where(setting.c.name == HEAD))
    return dict(kept) if kept else {"seq": 0, "hash": START}


def _link(head: str, seq: int, entry: Row[Any]) -> str:
    parts = (
        head,
        str(seq),
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject or "",
        entry.authority,
        entry.commitment or "",
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _kept(entry: Row[Any], salt: str, words: str) -> bool:
    return bool(hashlib.sha256((salt + words).encode()).hexdigest() == entry.commitment)
