"""All SQL that looks; what changes rows stands in `members.py` and `doors.py`."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from node.kernel.node import find_accounts
from node.kernel.tables import Account, account, account_of, setting
from node.modules.accounts.tables import (
    Bearer,
    Invite,
    Member,
    Session,
    bearer,
    invite,
    link,
    member,
    session,
)

_MEMBER = (
    account.c.id, account.c.handle, account.c.name, account.c.suspended, account.c.face,
    member.c.role,
    member.c.language, member.c.timezone, member.c.joined, member.c.last_seen, member.c.invited_by,
)  # fmt: skip


def hashed(token: str) -> bytes:
    """What is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


# Built once: every page and every act asks for somebody, and building takes longer than asking.
_MEMBERS: Select[Any] = (
    select(*_MEMBER)
    .join_from(member, account, account.c.id == member.c.account)
    .where(account.c.gone.is_(None))
)
_ALL = _MEMBERS.order_by(account.c.handle)
_THERE = _ALL.where(account.c.suspended.is_(None))
_ACTIVE = _THERE.where(member.c.last_seen >= bindparam("day"))
_ADMINS = _THERE.where(member.c.role == "admin")
_MEMBER_OF = _MEMBERS.where(account.c.id == bindparam("id"))
_BY_HANDLE = _MEMBERS.where(account.c.handle == bindparam("handle"))
_OURS = select(account).where(account.c.local, account.c.kind == bindparam("kind"))
_PLAIN = func.replace(func.replace(account.c.handle, "0", "o"), "1", "l")
_LOOKING = (
    select(account.c.handle)
    .where(account.c.local, func.lower(_PLAIN) == bindparam("looks"))
    .limit(1)
)
_SESSION = select(session).where(
    session.c.hash == bindparam("hash"), session.c.expires > bindparam("now")
)
_BEARER = select(bearer).where(bearer.c.hash == bindparam("hash"))


def _member_of(row: Row[Any]) -> Member:
    return Member(**row._mapping)  # noqa: SLF001


def members(db: Connection, *, suspended: bool = True) -> list[Member]:
    """All members by handle; without the suspended ones if asked so."""
    return [_member_of(row) for row in db.execute(_ALL if suspended else _THERE)]


def member_of(db: Connection, account_id: str) -> Member | None:
    """The member with this account, suspended or not; None if it is nobody of ours."""
    row = db.execute(_MEMBER_OF, {"id": account_id}).one_or_none()
    return _member_of(row) if row else None


def by_handle(db: Connection, handle: str) -> Member | None:
    """The member of this handle."""
    row = db.execute(_BY_HANDLE, {"handle": handle.lower()}).one_or_none()
    return _member_of(row) if row else None


def active_members(db: Connection, since: datetime) -> list[Member]:
    """Members who were here on or after the day of `since` and are not suspended."""
    return [_member_of(row) for row in db.execute(_ACTIVE, {"day": since.date()})]


def admins(db: Connection) -> list[Member]:
    """Those who keep this node and are not suspended."""
    return [_member_of(row) for row in db.execute(_ADMINS)]


def is_member(db: Connection, account_id: str) -> bool:
    """Whether this is a member of ours who is not suspended."""
    found = member_of(db, account_id)
    return found is not None and found.suspended is None


def is_admin(db: Connection, account_id: str) -> bool:
    """Whether this member keeps the node and is not suspended."""
    found = member_of(db, account_id)
    return found is not None and found.suspended is None and found.is_admin


def count(db: Connection) -> int:
    """How many members there are, suspended ones among them."""
    inner = _MEMBERS.subquery()
    return int(db.scalar(select(func.count()).select_from(inner)) or 0)


def community_account(db: Connection) -> Account:
    """The community's actor.

    Raises:
        LookupError: nothing is founded yet.
    """
    return _ours(db, "Community")


def service_account(db: Connection) -> Account:
    """The node's own actor.

    Raises:
        LookupError: nothing is founded yet.
    """
    return _ours(db, "NodeService")


def _ours(db: Connection, kind: str) -> Account:
    found = db.execute(_OURS, {"kind": kind}).first()
    if found is None:
        message = f"this node has no {kind} yet"
        raise LookupError(message)
    return account_of(found)


def founded(db: Connection) -> bool:
    """Whether there is a community here."""
    return (
        db.scalar(select(account.c.id).where(account.c.local, account.c.kind == "Community"))
        is not None
    )


def local_handle(db: Connection, looks: str) -> str | None:
    """A handle of ours, gone ones among them, that looks like this (`rules.skeleton`)."""
    return db.scalar(_LOOKING, {"looks": looks})


def password_of(db: Connection, account_id: str) -> str | None:
    """The hash of a member's password, None if there is none."""
    return db.scalar(select(member.c.password).where(member.c.account == account_id))


def setting_of(db: Connection, name: str) -> Any:
    """A setting's value, None if it is not set."""
    return db.scalar(select(setting.c.value).where(setting.c.name == name))


def session_of(db: Connection, token: str, now: datetime) -> Session | None:
    """The session this token opens, if it has not ended."""
    row = db.execute(_SESSION, {"hash": hashed(token), "now": now}).one_or_none()
    return Session(**row._mapping) if row else None  # noqa: SLF001


def sessions_of(db: Connection, account_id: str, now: datetime) -> list[Session]:
    """A member's open sessions, the last used first."""
    query = select(session).where(session.c.account == account_id, session.c.expires > now)
    rows = db.execute(query.order_by(session.c.seen.desc(), session.c.created.desc()))
    return [Session(**row._mapping) for row in rows]  # noqa: SLF001


def bearer_of(db: Connection, token: str) -> Bearer | None:
    """The bearer token as it is kept, if it is one of ours."""
    row = db.execute(_BEARER, {"hash": hashed(token)}).one_or_none()
    return Bearer(**row._mapping) if row else None  # noqa: SLF001


def bearers_of(db: Connection, account_id: str) -> list[Bearer]:
    """The tokens of a member's programs."""
    query = select(bearer).where(bearer.c.account == account_id).order_by(bearer.c.created)
    return [Bearer(**row._mapping) for row in db.execute(query)]  # noqa: SLF001


def invite_of(db: Connection, token: str, now: datetime) -> Invite | None:
    """The invite this token is, if it still lets somebody in."""
    query = select(invite).where(
        invite.c.hash == hashed(token), invite.c.expires > now, invite.c.uses_left > 0
    )
    row = db.execute(query).one_or_none()
    return Invite(**row._mapping) if row else None  # noqa: SLF001


def invites(db: Connection, now: datetime, made_by: str | None = None) -> list[Invite]:
    """Invites that still let somebody in, newest first; all, or one member's."""
    query = select(invite).where(invite.c.expires > now, invite.c.uses_left > 0)
    if made_by is not None:
        query = query.where(invite.c.made_by == made_by)
    rows = db.execute(query.order_by(invite.c.at.desc(), invite.c.hash))
    return [Invite(**row._mapping) for row in rows]  # noqa: SLF001


def link_of(db: Connection, token: str, now: datetime) -> str | None:
    """Whom this one-time link signs in; None if it was used, is too old or no link."""
    return db.scalar(
        select(link.c.account).where(link.c.hash == hashed(token), link.c.expires > now)
    )


def names_of(db: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """Account id to what people are shown."""
    return {id: found.label for id, found in find_accounts(db, ids).items()}


def exported(db: Connection, account_id: str) -> Mapping[str, Any]:
    """What *Download my data* holds of accounts: no hash, no key, nobody else but the inviter."""
    row = db.execute(select(account).where(account.c.id == account_id)).one()
    who = account_of(row)
    kept = db.execute(select(member).where(member.c.account == account_id)).one_or_none()
    if kept is None:
        return {}
    open_ = db.execute(select(session).where(session.c.account == account_id)).all()
    made = db.execute(select(invite).where(invite.c.made_by == account_id)).all()
    return {
        "id": who.id,
        "handle": who.handle,
        "name": who.name,
        "summary": who.summary,
        "role": kept.role,
        "language": kept.language,
        "timezone": kept.timezone,
        "joined": kept.joined.isoformat(),
        "last_seen": kept.last_seen.isoformat() if kept.last_seen else None,
        "invited_by": kept.invited_by,
        "sessions": [
            {"created": s.created.isoformat(), "seen": s.seen.isoformat(), "browser": s.user_agent}
            for s in open_
        ],
        "invites": [
            {"at": i.at.isoformat(), "expires": i.expires.isoformat(), "uses_left": i.uses_left,
             "note": i.note}
            for i in made
        ],
        "tokens": [
            {"name": b.name, "created": b.created.isoformat()} for b in bearers_of(db, account_id)
        ],
    }  # fmt: skip
