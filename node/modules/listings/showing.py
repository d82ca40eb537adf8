"""A notice of ours shown to one person elsewhere by name, so that they can answer it.

It goes no further: to everybody else there, and to matching, it is not. Each whom it is shown
to is told alone; none of them learns of another.
"""

from federation.origins import domain
from node.kernel.access import Reach
from node.kernel.errors import Conflict, Missing
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.listings import named, queries, writing
from node.modules.listings.rules import LIVE
from node.modules.listings.tables import Notice
from vocab.types import Create, Delete, Tombstone, Update
from web.language import mark

OVER = mark("Your notice is not open any more. Post it anew first.")


def show(unit: Unit, who: str, id: str, to: str) -> None:
    """Show a live notice of a member to one person elsewhere; what they can read anyway is not.

    Raises:
        Missing: it is not this member's.
        Conflict: it is over.
    """
    notice, owner = queries.stored(unit, id), unit.account(who)
    if notice is None or owner is None or notice.owner != who or not notice.local:
        raise Missing(detail=id)
    if notice.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", id, safe=OVER)
    if notice.reach == Reach.COMMUNITY and named.show(unit, id, to):
        unit.send(_news(unit, Create, owner, notice, to))


def tell(unit: Unit, owner: Account, notice: Notice) -> None:
    """Tell those to whom a notice is shown by name what it says now."""
    for one in named.shown_to(unit.db, notice.id):
        unit.send(_news(unit, Update, owner, notice, one))


def _news(
    unit: Unit, kind: type[Create | Update], owner: Account, notice: Notice, to: str
) -> Create | Update:
    said = writing.said_to(notice, unit.community, to)
    at = said.published if kind is Create else said.updated
    return kind(id=unit.id("a"), actor=owner.id, object=said, to=said.to, published=at)


def hide(unit: Unit, id: str, to: str) -> None:
    """Show a notice of ours to somebody no more: their server is told to forget it."""
    notice = queries.stored(unit, id)
    if notice is not None and named.unshow(unit, id, to):
        _forget(unit, notice, to)


def gone(unit: Unit, notice: Notice) -> None:
    """A notice of ours goes for good: those it was shown to hear of it."""
    for one in named.shown_to(unit.db, notice.id):
        _forget(unit, notice, one)


def _forget(unit: Unit, notice: Notice, to: str) -> None:
    news = Delete(
        id=unit.id("a"),
        actor=notice.owner,
        object=Tombstone(id=notice.id, former_type="Note", deleted=unit.now),
        to=(to,),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.send(news)


def part(unit: Unit, host: str) -> None:
    """Nothing of ours is shown by name to anybody at a host any more."""
    for id, to in named.all_shown(unit.db):
        if domain(to) == host:
            named.unshow(unit, id, to)
