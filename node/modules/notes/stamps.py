"""All SQL about quotes: who asked to show a post of ours, and which quotes have a stamp."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
)

from node.kernel.access import Viewer
from node.kernel.database import change_rows, insert_new
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.notes.rules import Consent
from node.modules.notes.tables import note, quoting
from vocab.model import Object
from vocab.types import QuoteAuthorization, Tombstone
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody would show a post of ours in theirs. `id` is the stamp's."""

    id: str
    note: str
    slug: str
    owner: str
    post: str
    actor: Account
    request: str
    words: str
    state: str
    at: datetime


def _asked() -> Select[Any]:
    # every reach: whoever asks saw the post; who may see the asking is asked below
    return (
        select(quoting, note.c.slug, note.c.owner, *(c.label(f"by_{c.name}") for c in account.c))
        .join(note, note.c.id == quoting.c.note)
        .join(account, account.c.id == quoting.c.actor)
    )


def _one(row: Any) -> Asked:
    held = row._mapping  # noqa: SLF001
    who = Account(**{c.name: held[f"by_{c.name}"] for c in account.c})
    plain = {c.name: held[c.name] for c in quoting.c if c.name != "actor"}
    return Asked(actor=who, slug=row.slug, owner=row.owner, **plain)


def about(db: Connection, note_id: str, post: str) -> Asked | None:
    """What was asked of one post for another."""
    this = and_(quoting.c.note == note_id, quoting.c.post == post)
    row = db.execute(_asked().where(this)).one_or_none()
    return _one(row) if row else None


def by_id(db: Connection, id: str) -> Asked | None:
    """What was asked, by the id of its stamp."""
    row = db.execute(_BY_ID, {"id": id}).one_or_none()
    return _one(row) if row else None


# Asked for every post that comes, so built once.
_BY_ID = _asked().where(quoting.c.id == bindparam("id"))


def of_owner(db: Connection, owners: Collection[str], *states: str) -> list[Asked]:
    """What was asked of some people's posts, the newest first."""
    theirs = and_(note.c.owner.in_(owners), quoting.c.state.in_(states))
    rows = db.execute(_asked().where(theirs).order_by(quoting.c.at.desc()).limit(100))
    return [_one(row) for row in rows]


def waiting_of(db: Connection, who: Account) -> tuple[int, int]:
    """How much somebody has asked here that nobody has answered, and how much their server."""
    open_ = and_(quoting.c.state == Consent.ASKED, account.c.domain == who.domain)
    mine = func.sum(case((account.c.id == who.id, 1), else_=0))
    counted = select(mine, func.count()).select_from(quoting).join(account).where(open_)
    own, all_ = db.execute(counted).one()
    return int(own or 0), int(all_)


def add(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Keep what is asked; false if it was asked before."""
    return insert_new(unit.db, quoting, {**row, "at": unit.now})


def settle(unit: Unit, id: str, state: Consent) -> None:
    """Write down what was said to it."""
    change_rows(unit.db, quoting.c.id, id, state=state, at=unit.now)


def remove(unit: Unit, ids: Collection[str]) -> None:
    """Take away what concerns posts that are gone, on either side."""
    gone = or_(quoting.c.note.in_(ids), quoting.c.post.in_(ids))
    unit.db.execute(delete(quoting).where(gone))


def remove_of(unit: Unit, actor: str) -> None:
    """Take away what somebody asked who is gone."""
    unit.db.execute(delete(quoting).where(quoting.c.actor == actor))


# Stamps -------------------------------------------------------------------------------------


def stamped(db: Connection, stamp: str) -> list[str]:
    """The posts that show another by this stamp."""
    # every reach: what a stamp does to a post must not depend on who looks
    return list(db.scalars(select(note.c.id).where(note.c.stamp == stamp)))


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The stamp with this id: one of ours for everybody, another's as it was believed."""
    kept = by_id(db, id)
    if kept is not None:
        if kept.state == Consent.WITHDRAWN:
            return Tombstone(id=id, former_type=QuoteAuthorization.type, deleted=kept.at)
        return _stamp(id, kept.owner, kept.post, kept.note) if _is_given(kept) else None
    return _believed(db, id)


def _is_given(kept: Asked) -> bool:
    return kept.state == Consent.GIVEN


def _believed(db: Connection, id: str) -> Object | None:
    row = db.execute(_BELIEVED, {"id": id}).first()
    return _stamp(id, row.owner, row.id, row.quote) if row else None


def _pairs() -> Select[Any]:
    # every reach: a stamp says nothing of the words of the posts that it names
    shown = note.alias("shown")
    given = and_(note.c.stamp == bindparam("id"), note.c.consent == Consent.GIVEN)
    pair = select(note.c.id, note.c.quote, shown.c.owner)
    return pair.join(shown, shown.c.id == note.c.quote).where(given)


_BELIEVED = _pairs()


def _stamp(id: str, owner: str, post: str, quoted: str) -> QuoteAuthorization:
    return QuoteAuthorization(
        id=id, attributed_to=owner, interacting_object=post, interaction_target=quoted
    )


__all__ = ["Asked", "about", "add", "by_id", "document", "of_owner", "remove",
           "remove_of", "settle", "stamped", "waiting_of"]  # fmt: skip
