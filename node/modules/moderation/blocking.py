"""Whom a member does not want to see, or wants nothing of, as units.

It is nobody else's business: keepers do not see it, and the other side only sees that a follow
ended.
"""

from sqlalchemy import delete

from federation.origins import domain
from node.kernel.database import upsert
from node.kernel.errors import Invalid, Missing
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import rules, shading
from node.modules.moderation.refusing import bonds
from node.modules.moderation.rules import Kind
from node.modules.moderation.tables import block
from web.language import mark


def block_for(
    unit: Unit, member: Account, subject: str, *, is_host: bool, kind: str = Kind.BLOCK
) -> None:
    """Have a member see nothing of somebody, or with BLOCK have nothing to do with them.

    Raises:
        Invalid: it is the member, the community or this node (field `who`).
    """
    own = {member.id, unit.community.id, unit.community.service}
    if subject in own or (is_host and rules.within(domain(unit.origin), subject)):
        words = mark("You cannot block yourself or your own community.")
        raise Invalid({"who": words}, "E_SELF", subject)
    row = {
        "member": member.id,
        "subject": subject,
        "is_host": is_host,
        "kind": Kind(kind).value,
        "at": unit.now,
    }
    upsert(unit.db, block, row, key=["member", "subject"])
    shading.renew(unit, member.id)
    if kind == Kind.BLOCK:
        _part(unit, member, subject, is_host=is_host)


def _part(unit: Unit, member: Account, subject: str, *, is_host: bool) -> None:
    """End the follows between a member and whom they block; the other side is told."""
    far = bonds(follows.abroad(unit.db), {subject}) if is_host else []
    ids = {one.theirs for one in far if one.ours == member.id} if is_host else {subject}
    for id in ids:
        other = unit.account(id)
        if other is not None:
            follows.part(unit, member, other)


def unblock(unit: Unit, member: str, subject: str) -> None:
    """Have a member see somebody again.

    Raises:
        Missing: they did not block or mute them.
    """
    mine = (block.c.member == member) & (block.c.subject == subject)
    if not unit.db.execute(delete(block).where(mine)).rowcount:
        raise Missing(detail=subject)
    shading.renew(unit, member)
