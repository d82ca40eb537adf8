"""What founds a community and makes, changes and ends its members, as units."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, update

from node.kernel.community import Community
from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Missing, Sentence
from node.kernel.keys import Keys
from node.kernel.tables import Account, account, actor_key
from node.kernel.unit import Unit
from node.modules.accounts import queries, rules
from node.modules.accounts.tables import Member, bearer, invite, link, member, session
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What the first-run wizard (or `folkmoot init`) knows of a new community.

    `password_hash` comes from `hash_password`, None gives a keeper who can only sign in by link.
    """

    origin: str
    at_home: bool
    name: str
    handle: str
    purpose: str
    language: str
    timezone: str
    admin: str
    password_hash: str | None
    admin_display: str = ""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Somebody became a member."""

    account: str


@dataclass(frozen=True, kw_only=True)
class Left:
    """A member deleted their account."""

    account: str


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """A member of ours was shut out, perhaps for a while."""

    account: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Somebody elsewhere deleted their account."""

    account: str


def found(unit: Unit, founding: Founding, keys: Sequence[Keys]) -> Account:
    """Found the community: its setting, its actor, the node's service, the first keeper.

    Args:
        unit: of a node that has no community yet; its origin is still the old one, so
            all ids come from `founding.origin`.
        founding: what was asked in the wizard.
        keys: three pairs: the community's, the service's, the keeper's.

    Returns:
        The keeper's account.

    Raises:
        Conflict: there is a community already.
        Invalid: a handle or a name cannot be used; fields `handle`, `admin`, `name`, `purpose`.
    """
    if queries.founded(unit.db) or unit.community.ready:
        raise Conflict("E_FOUNDED", safe=mark("This node has its community already. Sign in."))
    host = urlsplit(founding.origin).hostname or ""
    handle, admin = rules.handle_of(founding.handle), rules.handle_of(founding.admin)
    _fit_names(founding.name, founding.purpose)
    _fit_handles(handle, admin, host)
    kept = Community(
        origin=founding.origin,
        ready=True,
        at_home=founding.at_home,
        name=founding.name,
        handle=handle,
        purpose=founding.purpose,
        language=founding.language,
        timezone=founding.timezone,
        created=unit.now.isoformat(),
    )
    unit.set("community", kept.row())
    unit.set("setup_code", None)
    of_community, of_service, of_admin = keys
    group = _Actor(f"/c/{handle}", "Group", handle, founding.name, "/", "Community")
    _add(unit, founding.origin, group, of_community, summary=founding.purpose, discoverable=True)
    service = _Actor("/service", "Application", host, founding.name, "/", "NodeService")
    _add(unit, founding.origin, service, of_service)
    who = _person(unit, founding.origin, admin, founding.admin_display, of_admin)
    _enrol(unit, who, rules.Role.ADMIN, founding.password_hash, founding.language)
    unit.log("community.found", who, subject=kept.id)
    return _known(unit, who)


def _fit_names(name: str, purpose: str) -> None:
    wrong = {"name": rules.wrong_name(name) if name.strip() else mark("Fill this in.")}
    if over := max(0, len(purpose) - rules.PURPOSE):
        wrong["purpose"] = Sentence(rules.LONG, over=over, most=rules.PURPOSE)
    if said := {field: sentence for field, sentence in wrong.items() if sentence}:
        raise Invalid(said)


def _fit_handles(handle: str, admin: str, host: str) -> None:
    wrong: dict[str, str] = {}
    if sentence := rules.wrong_handle(handle):
        wrong["handle"] = sentence
    if sentence := rules.wrong_handle(admin, founder=True):
        wrong["admin"] = sentence
    elif rules.skeleton(admin) in {rules.skeleton(handle), rules.skeleton(host)}:
        wrong["admin"] = mark("The community is called so. Choose another short name.")
    if rules.skeleton(handle) == rules.skeleton(host):
        wrong["handle"] = mark("The node itself is called so. Choose another short name.")
    if wrong:
        raise Invalid(wrong)


def add_member(
    unit: Unit,
    handle: str,
    keys: Keys,
    *,
    display: str = "",
    role: str = "member",
    password_hash: str | None = None,
    language: str | None = None,
    invited_by: str | None = None,
) -> Account:
    """Make a new member of this community.

    Args:
        unit: the unit.
        handle: in any case; kept in small letters.
        keys: the new actor's keys.
        display: the name people are shown; the handle if empty.
        role: "member" or "admin".
        password_hash: of `hash_password`; without one only a one-time link signs them in.
        language: a language tag; the community's if left out.
        invited_by: the member who made the invite.

    Raises:
        Invalid: the handle cannot be used, or is taken, or looks like one that is (field `handle`).
        Conflict: there is no community yet.
    """
    if not unit.community.ready:
        raise Conflict("E_NOT_READY", safe=mark("Set the node up first."))
    handle = rules.handle_of(handle)
    if sentence := rules.wrong_handle(handle):
        raise Invalid({"handle": sentence})
    if queries.local_handle(unit.db, rules.skeleton(handle)) is not None:
        raise Invalid({"handle": TAKEN})
    who = _person(unit, unit.origin, handle, display, keys)
    _enrol(unit, who, rules.Role(role), password_hash, language, invited_by)
    unit.tell(Joined(account=who))
    return _known(unit, who)


class _Actor(NamedTuple):
    """What differs between the actors of a node; paths are under its origin."""

    path: str
    type: str
    handle: str
    name: str
    page: str
    kind: str | None = None


def _person(unit: Unit, origin: str, handle: str, display: str, keys: Keys) -> str:
    who = _Actor(f"/u/{handle}", "Person", handle, display, f"/@{handle}")
    return _add(unit, origin, who, keys)


def _add(unit: Unit, origin: str, who: _Actor, keys: Keys, **more: Any) -> str:
    """Write the rows of an actor of ours; its id."""
    if sentence := rules.wrong_name(who.name):
        raise Invalid({"display": sentence})
    id = origin + who.path
    row = {
        "id": id,
        "local": True,
        "type": who.type,
        "kind": who.kind,
        "handle": who.handle,
        "domain": origin.split("://", 1)[1],
        "name": who.name,
        "url": origin + who.page,
        "inbox": f"{id}/inbox",
        "shared_inbox": f"{origin}/inbox",
        "outbox": f"{id}/outbox",
        "followers": f"{id}/followers",
        "service": f"{origin}/service",
        "key_id": f"{id}#main-key",
        "public_key": keys.rsa_public,
        "assertion_keys": {f"{id}#ed25519-key": keys.ed25519_public},
        "created": unit.now,
    }
    unit.db.execute(insert(account), row | more)
    private = {"account": id, "rsa": keys.rsa, "ed25519": keys.ed25519}
    unit.db.execute(insert(actor_key), private)
    return id


def _enrol(
    unit: Unit, id: str, role: rules.Role, password: str | None,
    language: str | None, invited_by: str | None = None,
) -> None:  # fmt: skip
    values = {
        "account": id,
        "role": role.value,
        "password": password,
        "language": language,
        "joined": unit.now,
        "last_seen": unit.now.date(),
        "invited_by": invited_by,
    }
    unit.db.execute(insert(member), values)


def _known(unit: Unit, id: str) -> Account:
    known = unit.account(id)
    if known is None:
        raise Missing(detail=id)
    return known


def set_password(unit: Unit, account_id: str, password_hash: str) -> None:
    """Give a member another password; every session, link and token of theirs ends."""
    _there(unit, account_id)
    change = update(member).where(member.c.account == account_id)
    unit.db.execute(change.values(password=password_hash))
    end_sessions(unit, account_id, tokens=True)


def set_role(unit: Unit, account_id: str, role: str, *, by: str | None = None) -> None:
    """Make a member a keeper, or a keeper a member; their sessions end.

    Args:
        unit: the unit.
        account_id: whose role.
        role: "member" or "admin".
        by: the keeper who does it, for the log; the node's service if left out.

    Raises:
        Conflict: nobody would be left to keep the node.
        Missing: no member of ours.
    """
    found_ = _there(unit, account_id)
    role = rules.Role(role).value
    if found_.role == role:
        return
    if found_.is_admin and found_.suspended is None and len(queries.admins(unit.db)) == 1:
        raise Conflict("E_LAST_ADMIN", safe=LAST)
    change_rows(unit.db, member.c.account, account_id, role=role)
    end_sessions(unit, account_id, tokens=True)
    unit.log(f"member.role.{role}", by or unit.community.service, subject=account_id)


def suspend(unit: Unit, account_id: str) -> None:
    """Shut a member of ours out: their sessions, links, tokens and invites end at once.

    What one hand does not take from them is their ballot (`doors.let_in_to_vote`).

    Raises:
        Conflict: nobody would be left to keep the node.
        Missing: no member of ours.
    """
    found_ = _there(unit, account_id)
    if found_.is_admin and found_.suspended is None and len(queries.admins(unit.db)) == 1:
        raise Conflict("E_LAST_ADMIN", safe=LAST)
    change = update(account).where(account.c.id == account_id, account.c.suspended.is_(None))
    unit.db.execute(change.values(suspended=unit.now))
    end_sessions(unit, account_id, tokens=True)
    unit.db.execute(delete(invite).where(invite.c.made_by == account_id))
    unit.tell(Suspended(account=account_id))


def unsuspend(unit: Unit, account_id: str) -> None:
    """Let a member in again; they sign in anew.

    Raises:
        Missing: no member of ours.
    """
    _there(unit, account_id)
    end_sessions(unit, account_id)
    change_rows(unit.db, account.c.id, account_id, suspended=None)


def end_sessions(unit: Unit, account_id: str, *, tokens: bool = False) -> None:
    """Sign a member out everywhere and end their open links; with `tokens` their programs too."""
    unit.db.execute(delete(session).where(session.c.account == account_id))
    unit.db.execute(delete(link).where(link.c.account == account_id))
    if tokens:
        unit.db.execute(delete(bearer).where(bearer.c.account == account_id))


def change_community(unit: Unit, by: str, **values: Any) -> Community:
    """Change what the community is called and how it speaks; its actor changes with it.

    Args:
        unit: the unit.
        by: the keeper.
        **values: fields of `Community` except origin, handle, ready and created.
    """
    changed = replace(unit.community, **values)
    unit.set("community", changed.row())
    unit.db.execute(
        update(account)
        .where(account.c.id == changed.id)
        .values(name=changed.name, summary=changed.purpose)
    )
    change_rows(unit.db, account.c.id, changed.service, name=changed.name)
    unit.log("community.change", by, subject=changed.id)
    return changed


def rehome(unit: Unit, _old: str, new: str) -> None:
    """Call the node's service by its new host; ids and addresses are changed already."""
    ours = (account.c.kind == "NodeService") & account.c.local
    host = urlsplit(new).hostname or ""
    unit.db.execute(update(account).where(ours).values(handle=host))


TAKEN = mark("Somebody here is, or was, called so. Choose another short name.")
LAST = mark("Nobody else keeps this node. Make somebody else a keeper first.")


def _there(unit: Unit, account_id: str) -> Member:
    known = queries.member_of(unit.db, account_id)
    if known is None:
        raise Missing(detail=account_id)
    return known
