"""All SQL about posts."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    update,
)

from node.kernel.access import Reach, Viewer, kind_of, visible
from node.kernel.database import change_rows, holds, insert_new, plain
from node.kernel.finds import Sought
from node.kernel.module import Registry
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import api as moderation
from node.modules.notes.tables import note, recipient, tagged
from node.modules.reactions import api as reactions
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post as a page needs it."""

    id: str
    slug: str
    owner: str
    local: bool
    type: str
    reach: str
    title: str
    content: str
    source: str
    summary: str
    sensitive: bool
    lang: str | None
    in_reply_to: str | None
    thread: str
    url: str | None
    attachments: Sequence[Mapping[str, Any]]
    mentions: Sequence[Mapping[str, str]]
    to: Sequence[str]
    cc: Sequence[str]
    published: datetime
    updated: datetime | None
    deleted: datetime | None
    hidden: datetime | None
    once: str | None
    policy: Mapping[str, Any] | None
    emoji: Sequence[Mapping[str, str]]
    starts: datetime | None
    place: str
    context: str | None
    answers: str | None
    quote: str | None
    stamp: str | None
    consent: str | None
    audience: str | None
    locked: bool
    hashtags: Sequence[str]
    author: Account
    at: datetime | None = None
    """When it came into a feed: when it was written, or shared last."""
    sharers: Sequence[Account] = ()
    """For whose sake it stands in a feed, if not for its author's."""

    @property
    def path(self) -> str:
        """Its page."""
        return f"/n/{self.slug}"

    @property
    def folded(self) -> bool:
        """Whether its author wants it read only by who opens it."""
        return self.sensitive or bool(self.summary and self.type in ("Note", "Question"))


def posts() -> Select[Any]:
    """The beginning of a query for posts; what follows asks who looks."""
    # every reach: only the beginning, and each query that goes on with it asks
    return select(*_KEPT, *(c.label(f"by_{c.name}") for c in account.c)).join_from(
        note, account, account.c.id == note.c.owner
    )


_KEPT = tuple(c for c in note.c if c.name != "words")
_NOTE = tuple(c.name for c in _KEPT)


def post_of(row: Row[Any]) -> Post:
    """A row of `posts`, as a value."""
    author = account_of(row, at=len(_NOTE))
    return Post(author=author, **dict(zip(_NOTE, row, strict=False)))


def _named(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a post is for the viewer by name; the keepers read what is for the community."""
    # every reach: this is itself a condition on who looks
    mine = recipient.c.account == (viewer.id if viewer.id is not None else "")
    whom = or_(mine, recipient.c.account.in_(_community())) if viewer.is_admin else mine
    return and_(note.c.hidden.is_(None), exists().where(recipient.c.note == note.c.id, whom))


def _community() -> Select[tuple[str]]:
    """The id of the community, in other queries."""
    return select(account.c.id).where(account.c.local, account.c.kind == "Community")


# Looking ------------------------------------------------------------------------------------


def by_slug(db: Connection, slug: str, viewer: Viewer) -> Post | None:
    """The post of a page, for who may see it; a deleted one too, without its words."""
    may = or_(visible(note, viewer), _named(viewer))
    wanted = posts().where(note.c.slug == slug, may, _welcome())
    row = db.execute(wanted).one_or_none()
    return post_of(row) if row else None


def by_id(db: Connection, id: str, viewer: Viewer) -> Post | None:
    """The post with an id, for who may see it."""
    row = db.execute(_one(kind_of(viewer)), {"id": id, "viewer": viewer.id}).one_or_none()
    return post_of(row) if row else None


@functools.cache
def _one(viewer: Viewer) -> Select[Any]:
    may = or_(visible(note, viewer), _named(viewer))
    return posts().where(note.c.id == bindparam("id"), may, _welcome())


def _welcome() -> ColumnElement[bool]:
    """Nobody sees what those wrote whom the community keeps out."""
    return note.c.owner.not_in(moderation.kept_out())


def shown(db: Connection, ids: Collection[str], viewer: Viewer) -> dict[str, Post]:
    """Posts that others show, by id, for who may see them."""
    if not ids:
        return {}
    said = posts().where(note.c.id.in_(ids), visible(note, viewer), seen(viewer))
    rows = db.execute(said.where(note.c.deleted.is_(None)))
    return {row.id: post_of(row) for row in rows}


def thread(db: Connection, root: str, viewer: Viewer, most: int = 500) -> list[Post]:
    """What was said about one thing, in the order of time."""
    may = or_(visible(note, viewer), _named(viewer))
    said = posts().where(note.c.thread == root, may, note.c.deleted.is_(None), seen(viewer))
    rows = db.execute(said.order_by(note.c.published, note.c.id).limit(most))
    return [post_of(row) for row in rows]


def replies_to(db: Connection, id: str, viewer: Viewer, most: int = 100) -> list[Post]:
    """The posts that answer one thing, whosoever it is, in the order of time."""
    may = or_(visible(note, viewer), _named(viewer))
    said = posts().where(note.c.in_reply_to == id, may, note.c.deleted.is_(None), seen(viewer))
    rows = db.execute(said.order_by(note.c.published, note.c.id).limit(most))
    return [post_of(row) for row in rows]


def feed(
    db: Connection, viewer: Viewer, before: datetime | None = None, most: int = 20
) -> list[Post]:
    """What people here wrote, whom the viewer follows, what they share, and what is for the viewer.

    The newest first. Answers among others are left out: they stand under what they answer.
    """
    said = _feed(kind_of(viewer), paged=before is not None)
    rows = db.execute(said, {"viewer": viewer.id, "before": before, "most": most}).all()
    others = [row.id for row in rows if not row.own]
    by = reactions.sharers(db, others, _neighbours(viewer)) if others else {}
    return [replace(post_of(r), at=r.at, sharers=tuple(by.get(r.id, ()))) for r in rows]


@functools.cache
def _feed(viewer: Viewer, *, paged: bool) -> Select[Any]:
    """The query of a feed: built for each kind of viewer, which takes longer than asking it."""
    may = or_(visible(note, viewer), _named(viewer))
    followed = _followed(viewer)
    shared = reactions.shared_by(_neighbours(viewer)).subquery()
    near = or_(
        note.c.local,
        note.c.reach == Reach.TRUSTED,
        note.c.owner.in_(followed),
        note.c.audience.in_(followed),
        note.c.audience.in_(_community()),
    )
    own = or_(and_(near, note.c.in_reply_to.is_(None)), _named(viewer))
    at = case((own, note.c.published), else_=shared.c.at)
    said = (
        posts()
        .add_columns(at.label("at"), own.label("own"))
        .outerjoin(shared, shared.c.object == note.c.id)
        .where(may, or_(own, shared.c.object.is_not(None)))
        .where(note.c.deleted.is_(None), seen(viewer))
    )
    if paged:
        said = said.where(at < bindparam("before", type_=note.c.published.type))
    most = bindparam("most", type_=Integer)
    return said.order_by(at.desc(), note.c.id).limit(most)


def _followed(viewer: Viewer) -> Select[tuple[str]]:
    return follows.followed_by(viewer.id if viewer.id is not None else "")


def _neighbours(viewer: Viewer) -> Select[tuple[str]]:
    """Whose shares the viewer sees: of people here, and of whom the viewer follows."""
    near = or_(account.c.local, account.c.id.in_(_followed(viewer)))
    return select(account.c.id).where(near, account.c.id.not_in(moderation.unseen(viewer.id)))


def touched(db: Connection, owner: str, since: datetime) -> list[tuple[Post, reactions.Reactions]]:
    """The posts of somebody of which people said something since a moment, the newest first."""
    # every reach: its author sees a post in any case
    mine = and_(note.c.owner == owner, note.c.deleted.is_(None))
    said = reactions.lately(db, select(note.c.id).where(mine), since)
    if not said:
        return []
    rows = db.execute(posts().where(mine, note.c.id.in_(said)).order_by(note.c.published.desc()))
    return [(post_of(row), said[row.id]) for row in rows]


def public(db: Connection, viewer: Viewer, most: int = 5) -> list[Post]:
    """What was written here for everybody, newest first."""
    rows = db.execute(_public(kind_of(viewer)), {"viewer": viewer.id, "most": most})
    return [post_of(row) for row in rows]


@functools.cache
def _public(viewer: Viewer) -> Select[Any]:
    ours = and_(note.c.local, note.c.reach == Reach.PUBLIC, note.c.in_reply_to.is_(None))
    said = posts().where(visible(note, viewer), ours, note.c.deleted.is_(None))
    newest = said.order_by(note.c.published.desc(), note.c.id)
    return newest.limit(bindparam("most", type_=Integer))


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """Nobody sees those whom they, or the community, do not want to see."""
    return note.c.owner.not_in(moderation.unseen(viewer.id))


def found(db: Connection, viewer: Viewer, sought: Sought) -> list[Post]:
    """Posts that are sought and that this viewer may see, newest first.

    By words those are found that were written here, and public ones of authors elsewhere who
    let their posts be searched (FEP-5feb).
    """
    may = or_(visible(note, viewer), _named(viewer))
    shown = seen(viewer) if sought.words else _welcome()
    said = posts().where(may, note.c.deleted.is_(None), shown)
    if sought.words:
        consented = and_(note.c.reach == Reach.PUBLIC, account.c.indexable)
        said = said.where(or_(note.c.local, consented))
    for word in sought.words:
        said = said.where(note.c.words.contains(word, autoescape=True))
    if sought.by is not None:
        said = said.where(note.c.owner == sought.by)
    if sought.id is not None:
        said = said.where(note.c.id == sought.id)
    rows = db.execute(said.order_by(note.c.published.desc(), note.c.id).limit(sought.most))
    return [post_of(row) for row in rows]


def sent_before(db: Connection, once: str) -> str | None:
    """The slug of the post that a form has made already."""
    # every reach: a form's key is known to its sender alone
    return db.scalar(select(note.c.slug).where(note.c.once == once))


# Keeping ------------------------------------------------------------------------------------


# every reach: what an activity does must not depend on who looks
_STORED = posts().where(note.c.id == bindparam("id"))


def stored(db: Connection, id: str) -> Post | None:
    """The post with this id, for handlers, which judge by the stored owner."""
    row = db.execute(_STORED, {"id": id}).one_or_none()
    return post_of(row) if row else None


# every reach: whether there is a row shows nobody anything
_IS_HERE = select(exists().where(note.c.id == bindparam("id")))


def is_here(db: Connection, id: str) -> bool:
    """Whether a post with this id is kept at all, whoever may see it."""
    return holds(db, _IS_HERE, {"id": id})


def of_owner(db: Connection, owner: str) -> list[Post]:
    """All posts of an account, the oldest first, without deleted ones."""
    # every reach: for the owner's own copy and the owner's leaving
    mine = posts().where(note.c.owner == owner, note.c.deleted.is_(None))
    return [post_of(row) for row in db.execute(mine.order_by(note.c.published, note.c.id))]


def add(unit: Unit, row: Mapping[str, Any], recipients: Iterable[str]) -> None:
    """Keep a new post; nothing if its id is known."""
    if insert_new(unit.db, note, row):
        _name(unit, row["id"], recipients)
        # what answered it before it was here belongs to the conversation that it belongs to
        unit.db.execute(_BELOW, {"first": row["id"], "now": row["thread"]})


_BELOW = (
    update(note)
    .where(note.c.thread == bindparam("first"), note.c.id != bindparam("first"))
    .values(thread=bindparam("now"))
)


def change(unit: Unit, id: str, recipients: Iterable[str] | None, **values: Any) -> None:
    """Give a post other values, and other recipients if they are given."""
    change_rows(unit.db, note.c.id, id, **values)
    if recipients is not None:
        unit.db.execute(delete(recipient).where(recipient.c.note == id))
        _name(unit, id, recipients)


def place(unit: Unit, id: str, group: str | None) -> None:
    """Put a post in a group, or out of it; what it says is not touched."""
    here = update(note).where(note.c.id == id, note.c.deleted.is_(None))
    unit.db.execute(here.values(audience=group, locked=False))


def lock(unit: Unit, id: str, *, locked: bool) -> None:
    """Let a post take no more answers, or take them again."""
    change_rows(unit.db, note.c.id, id, locked=locked)


def groups_of(db: Connection, posts: Iterable[Post]) -> dict[str, Account]:
    """The groups that posts are in, by id."""
    ids = {one.audience for one in posts if one.audience}
    rows = db.execute(select(account).where(account.c.id.in_(ids))) if ids else ()
    return {row.id: account_of(row) for row in rows}


def recipients_of(db: Connection, id: str) -> list[str]:
    """The accounts of ours that a post is for by name."""
    # every reach: a handler narrows whom a post is for, whoever looks
    return list(db.scalars(select(recipient.c.account).where(recipient.c.note == id)))


def _name(unit: Unit, id: str, recipients: Iterable[str]) -> None:
    for one in dict.fromkeys(recipients):
        insert_new(unit.db, recipient, {"note": id, "account": one})


def empty(unit: Unit, ids: Iterable[str]) -> None:
    """Take every word out of posts; that they were there stays."""
    values = {
        "title": "",
        "content": "",
        "source": "",
        "summary": "",
        "words": "",
        "sensitive": False,
        "attachments": [],
        "mentions": [],
        "hashtags": [],
        "deleted": unit.now,
    }
    for id in ids:
        change_rows(unit.db, note.c.id, id, **values)
        unit.db.execute(delete(recipient).where(recipient.c.note == id))
        unit.db.execute(delete(tagged).where(tagged.c.note == id))


# People -------------------------------------------------------------------------------------


def is_trusted(db: Connection, registry: Registry, who: Account) -> bool:
    """Whether somebody is of a node that we trust."""
    services = plain(db, _SERVICES, {"domain": who.domain})
    return any(registry.trusts(db, one) for one in services)


_NODES = and_(account.c.kind == "NodeService", account.c.local.is_(False))
_SERVICES = select(account.c.id).where(account.c.domain == bindparam("domain"), _NODES)
