"""Taking one's data along, and leaving: whatever can be erased is, and the others are told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Missing
from node.kernel.module import Registry
from node.kernel.tables import Account, account, actor_key, letter, log_entry, log_words
from node.kernel.unit import Unit
from node.modules.accounts import doors, queries, rules
from node.modules.accounts.members import Left
from node.modules.accounts.tables import bearer, invite, link, member, session
from vocab.model import PUBLIC
from vocab.types import Delete, Person

if TYPE_CHECKING:
    from node.kernel.node import Node

KEYS_KEPT: Final = timedelta(days=30)
"""A gone account's keys sign the last letters so long, then they are erased."""


def everything(db: Connection, registry: Registry, account_id: str) -> Mapping[str, Any]:
    """What every module holds of a member, by module: plain JSON."""
    return {m.name: m.export(db, account_id) for m in registry.modules if m.export is not None}


def downloaded(unit: Unit, account_id: str) -> Mapping[str, Any]:
    """What `everything` says, with what only a unit may read: letters of theirs without a name."""
    return everything(unit.db, unit.registry, account_id)


def leave(unit: Unit, account_id: str) -> None:
    """Delete an account: the others hear of it, every module erases, the name is gone.

    The id stays, so that nobody can take it again, and the keys until the last letters
    are out.

    Raises:
        Conflict: nobody would be left to keep the node.
        Missing: no member of ours.
    """
    found, who = queries.member_of(unit.db, account_id), unit.account(account_id)
    if found is None or who is None:
        raise Missing(detail=account_id)
    keepers, everybody = len(queries.admins(unit.db)), queries.count(unit.db)
    if sentence := rules.may_go(role=found.role, admins=keepers, members=everybody):
        raise Conflict("E_LAST_ADMIN", safe=sentence)
    _tell_others(unit, who)
    for module in unit.registry.modules:
        if module.erase is not None:
            module.erase(unit, account_id)
    unit.log("member.leave", account_id, subject=account_id)
    unit.tell(Left(account=account_id))


def _tell_others(unit: Unit, who: Account) -> None:
    """Send the Delete, to followers too, whom nobody here remembers once it is sent."""
    knew = {
        id
        for place in (who.followers, unit.community.peers)
        for id in unit.registry.audience(unit.db, place or "") or ()
    }
    gone = Delete(
        id=unit.id("a"),
        actor=who.id,
        object=who.id,
        to=(PUBLIC,),
        cc=tuple(place for place in (who.followers,) if place),
        bcc=tuple(sorted(id for id in knew if not unit.ours(id))),
        published=unit.now,
    )
    unit.perform(gone, who, Person(id=who.id))
    _empty_letters(unit, who.id, gone.id)


def _empty_letters(unit: Unit, account_id: str, but: str | None) -> None:
    """Erase what is in a member's letters, those still under way too, and in those to them.

    What the community handed on of theirs, word for word, goes as well.

    A letter to them that waits still has its effect for others; it is emptied with it.
    """
    handed_on = (letter.c.actor == unit.community.id) & _says(unit, f'"actor":"{account_id}"')
    whose = (letter.c.actor == account_id) | handed_on
    mine = (letter.c.way == "out") & whose & (letter.c.activity != but)
    left = mine & (letter.c.state == "waiting")
    unit.db.execute(update(letter).where(left).values(state="dead", code="E_ERASED"))
    unit.db.execute(update(letter).where(mine).values(body=None))
    theirs = (letter.c.way == "in") & (letter.c.state != "waiting") & _named(unit, account_id)
    unit.db.execute(update(letter).where(theirs).values(body=None))


def _named(unit: Unit, account_id: str) -> ColumnElement[bool]:
    """Letters in whose bytes this id stands, as JSON has it; some escape every slash."""
    spelt = (account_id, account_id.replace("/", "\\/"))
    return or_(*(_says(unit, f'"{one}"') for one in spelt))


def _says(unit: Unit, text: str) -> ColumnElement[bool]:
    """Letters in whose bytes this stands."""
    # bytes have no LIKE, and the two databases call it differently
    find = func.instr if unit.db.dialect.name == "sqlite" else func.pg_catalog.position
    return find(letter.c.body, text.encode()) > 0


def erase(unit: Unit, account_id: str) -> None:
    """Remove what accounts keeps of somebody: doors, membership, name, words in the log."""
    for table in (session, link, bearer, member):
        unit.db.execute(delete(table).where(table.c.account == account_id))
    unit.db.execute(delete(invite).where(invite.c.made_by == account_id))
    change_rows(unit.db, member.c.invited_by, account_id, invited_by=None)
    about = (log_entry.c.actor == account_id) | (log_entry.c.subject == account_id)
    entries = select(log_entry.c.id).where(about)
    unit.db.execute(delete(log_words).where(log_words.c.entry.in_(entries)))
    values: dict[str, Any] = {
        "name": "",
        "summary": "",
        "document": None,
        "discoverable": False,
        "gone": unit.now,
    }
    unit.db.execute(
        update(account).where(account.c.id == account_id, account.c.local).values(values)
    )


async def sweep(node: "Node") -> None:
    """Erase what no longer opens anything, and the keys of those who left a month ago."""
    await node.write(_sweep)


def _sweep(unit: Unit) -> None:
    doors.sweep(unit, unit.now)
    _forget_keys(unit, unit.now - KEYS_KEPT)


def _forget_keys(unit: Unit, before: datetime) -> None:
    left = select(account.c.id).where(account.c.local, account.c.gone <= before)
    unit.db.execute(delete(actor_key).where(actor_key.c.account.in_(left)))
