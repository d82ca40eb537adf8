"""Accounts elsewhere that a member says are theirs, too; and moving there, or staying after all."""

from federation import resolving
from federation.finding import lookup, spend
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.identity import queries, rules
from vocab.model import Actor
from vocab.types import Move, Person
from web.language import mark

MANY = mark("You name ten accounts already. Take one away first.")
NOT_MOVED = mark("You did not move, so there is nothing to take back.")


async def add(node: Node, me: Account, typed: str) -> Account:
    """Say that an account elsewhere is also mine.

    Args:
        node: ours.
        me: the member.
        typed: an address, or the web address of an actor.

    Raises:
        Refused: with a sentence; and whatever `lookup` raises.
    """
    other = await lookup(node, typed, by=me.id)
    if other.local:
        raise _fault("E_SAME" if other.id == me.id else "E_OURS", other.id)
    now = await resolving.refresh(node, other)
    await node.write(_add, me.id, now.id, names(node, now, me.id))
    return now


def _add(unit: Unit, me: str, other: str, mutual: bool) -> None:  # noqa: FBT001
    named = queries.named(unit.db, me)
    if other not in named and len(named) >= rules.MOST:
        raise Refused("E_MANY", me, safe=MANY)
    queries.keep_alias(unit, me, other, mutual=mutual)
    if other not in named:
        _tell(unit, me)


async def look(node: Node, me: Account, other: str) -> bool:
    """Ask once more whether an account elsewhere names mine, too.

    Raises:
        Missing: I do not name it.
        TooOften, Refused, TryLater, Malformed: as `resolving.account`.
    """
    if other not in await node.read(queries.named, me.id):
        raise Missing(detail=other)
    spend(node, me.id)
    now = await resolving.account(node, other, fresh=True)
    mutual = names(node, now, me.id)
    await node.write(_add, me.id, other, mutual)
    return mutual


def drop(unit: Unit, me: str, other: str) -> None:
    """Say no longer that an account elsewhere is mine.

    Raises:
        Missing: I did not say so.
    """
    if not queries.drop_alias(unit, me, other):
        raise Missing(detail=other)
    _tell(unit, me)


def names(node: Node, one: Account, other: str) -> bool:
    """Whether an account elsewhere says of another that it is its own, or that it moved there."""
    page = page_of(node, one)
    return page is not None and (other in page.also_known_as or page.moved_to == other)


def page_of(node: Node, one: Account) -> Actor | None:
    """What an account elsewhere says of itself, as it was fetched last."""
    from federation import actors

    found = actors.value(one, node.registry.types) if one.document is not None else None
    return found if isinstance(found, Actor) else None


async def leave_for(node: Node, me: Account, typed: str) -> Account:
    """Move to an account elsewhere: followers are told, and nothing more is posted from here.

    Raises:
        Refused: it cannot be, with a sentence; and whatever `lookup` raises.
    """
    other = await lookup(node, typed, by=me.id)
    if other.local:
        raise _fault("E_SAME" if other.id == me.id else "E_OURS", other.id)
    new = await resolving.refresh(node, other)
    page = page_of(node, new)
    if new.type not in {"Person", "Service"}:
        raise _fault("E_KIND", new.id)
    last = await node.read(queries.last_move, me.id)
    code = rules.refused(
        old=me.id,
        new=new.id,
        named_back=page is not None and me.id in page.also_known_as,
        lives_in=page.moved_to if page else None,
        last=last[1] if last else None,
        now=node.now(),
    )
    if code:
        raise _fault(code, new.id)
    await node.write(_go, me.id, new.id)
    return new


def _go(unit: Unit, me: str, new: str) -> None:
    who = unit.account(me)
    if who is None:
        raise Missing(detail=me)
    last = queries.last_move(unit.db, me)
    if last is not None and unit.now - last[1] < rules.COOL:
        raise _fault("E_TOO_SOON", me)
    going = Move(
        id=unit.id("a"),
        actor=me,
        object=me,
        target=new,
        to=tuple(place for place in (who.followers,) if place),
        published=unit.now,
    )
    unit.perform(going, who, Person(id=me))
    _tell(unit, me)
    unit.log("member.move", me, subject=me)


def stay(unit: Unit, me: str) -> None:
    """Live here after all; followers who went over stay where they are.

    Raises:
        Refused: I did not move.
    """
    who = unit.account(me)
    if who is None or who.moved is None:
        raise Refused("E_NOT_MOVED", me, safe=NOT_MOVED)
    queries.end_move(unit, me)
    _tell(unit, me)
    unit.log("member.stay", me, subject=me)


def _tell(unit: Unit, me: str) -> None:
    who = unit.account(me)
    if who is not None:
        accounts.tell_changed(unit, who, name=who.name)


def _fault(code: str, detail: str) -> Refused:
    return Refused(code, detail, safe=rules.FAULTS[code])
