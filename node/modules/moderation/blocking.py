"""Whom a member does not want to see, or wants nothing of, as units.

Keepers do not see it. A mute is nobody else's business at all. A block works both ways: if its
member lets us, the other server is told, so that it hides the two from each other as well.
"""

from sqlalchemy import delete, update

from federation.origins import domain
from node.kernel.database import upsert
from node.kernel.errors import Invalid, Missing
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import queries, rules, shading
from node.modules.moderation.acts import Parted
from node.modules.moderation.refusing import bonds
from node.modules.moderation.rules import Kind
from node.modules.moderation.tables import block
from vocab.types import Block, Undo
from web.language import mark


def block_for(
    unit: Unit,
    member: Account,
    subject: str,
    *,
    is_host: bool,
    kind: str = Kind.BLOCK,
    tell: bool = False,
) -> None:
    """Have a member see nothing of somebody, or with BLOCK have nothing to do with them.

    Args:
        unit: the unit.
        member: who wants it.
        subject: a host, or the id of an account.
        is_host: which of the two.
        kind: a value of `rules.Kind`.
        tell: whether the server of a blocked account is told.

    Raises:
        Invalid: it is the member, the community or this node (field `who`).
    """
    if is_own(unit, member, subject, is_host=is_host):
        raise Invalid({"who": OWN}, "E_SELF", subject)
    before = queries.block_of(unit.db, member.id, subject)
    if before is not None and before.kind != kind:
        unblock(unit, member, subject)
    other = None if is_host else unit.account(subject)
    if kind == Kind.MUTE or other is None:
        keep(unit, member.id, subject, is_host=is_host, kind=kind)
        shading.renew(unit, member.id)
        if kind == Kind.BLOCK:
            part(unit, member, {subject})
        return
    to = (subject,) if tell and not other.local else ()
    said = Block(id=unit.id("a"), actor=member.id, object=subject, to=to)
    unit.perform(said, member)


def is_own(unit: Unit, member: Account, subject: str, *, is_host: bool) -> bool:
    """Whether a subject is the member, the community, or this node."""
    own = {member.id, unit.community.id, unit.community.service}
    return subject in own or (is_host and rules.within(domain(unit.origin), subject))


def keep(
    unit: Unit,
    member: str,
    subject: str,
    *,
    is_host: bool,
    kind: str,
    activity: str | None = None,
) -> None:
    """Write down what a member decided; its effects are the caller's."""
    row = {
        "member": member,
        "subject": subject,
        "is_host": is_host,
        "kind": Kind(kind).value,
        "at": unit.now,
        "activity": activity,
    }
    upsert(unit.db, block, row, key=["member", "subject"])


def part(unit: Unit, member: Account, subjects: set[str]) -> None:
    """End the follows between a member and whom they block; the other side is told."""
    far = bonds(follows.abroad(unit.db), subjects)
    for id in {one.theirs for one in far if one.ours == member.id} | subjects:
        if (other := unit.account(id)) is not None:
            follows.part(unit, member, other)
    unit.tell(Parted(member=member.id, subjects=tuple(subjects)))


def blocked(unit: Unit, who: Account, whom: Account, activity: str, *, told: bool) -> None:
    """Somebody, here or elsewhere, wants nothing of somebody, one of the two being ours."""
    known = activity if told or not who.local else None
    keep(unit, who.id, whom.id, is_host=False, kind=Kind.BLOCK, activity=known)
    if who.local:
        shading.renew(unit, who.id)
        follows.part(unit, who, whom)
        unit.tell(Parted(member=who.id, subjects=(whom.id,)))
    else:
        follows.leave(unit, who.id, whom.id)


def unblock(unit: Unit, member: Account, subject: str) -> None:
    """Have a member see somebody again; who was told of the block is told of its end.

    Raises:
        Missing: they did not block or mute them.
    """
    found = queries.block_of(unit.db, member.id, subject)
    if found is None:
        raise Missing(detail=subject)
    if found.activity is None:
        lift(unit, member.id, subject)
        return
    said = Block(id=found.activity, actor=member.id, object=subject)
    unit.perform(Undo(id=unit.id("a"), actor=member.id, object=said, to=(subject,)), member)


def lift(unit: Unit, who: str, subject: str) -> None:
    """Forget a block or mute, if there is one."""
    mine = (block.c.member == who) & (block.c.subject == subject)
    if unit.db.execute(delete(block).where(mine)).rowcount:
        shading.renew(unit, who)


# Many at once -------------------------------------------------------------------------------


def found(unit: Unit, member: str, address: str, account: str) -> None:
    """Somebody on a member's list was looked up: from now on it is about their account."""
    who, waiting = unit.account(member), queries.block_of(unit.db, member, address)
    if who is None or waiting is None:
        return
    unit.db.execute(delete(block).where(block.c.member == member, block.c.subject == address))
    if is_own(unit, who, account, is_host=False):
        return
    before = queries.block_of(unit.db, member, account)
    if before is None:
        keep(unit, member, account, is_host=False, kind=waiting.kind)
    elif rules.strictest((before.kind, waiting.kind)) != before.kind:
        same = (block.c.member == member) & (block.c.subject == account)
        unit.db.execute(update(block).where(same).values(kind=waiting.kind))
    shading.renew(unit, member)
    if waiting.kind == Kind.BLOCK:
        part(unit, who, {account})


OWN = mark("You cannot block yourself or your own community.")
