"""From what people type to what they mean: `@ben@birch.example`, or a web address.

WebFinger only says where to look. What is believed is the actor's own page, and a handle leads
to somebody only if they are called so (`naming`, security.md V20). Nothing runs inside a unit.

Source: RFC 7033; FEP-2c59.
"""

from sqlalchemy import Connection, and_, or_, select

from federation import finger, naming, ourselves, policy, resolving, taking
from federation.budget import Budget
from federation.finger import Name
from federation.limits import Bucket
from federation.origins import domain
from node.kernel.errors import Missing, Problem, Refused
from node.kernel.node import Node
from node.kernel.tables import Account, account, account_of
from vocab.model import Actor

FETCHES = 6
"""For one thing that was typed: two names, a page, and each of them in the other signature."""


class TooOften(Problem):
    """Somebody had us ask other servers too often."""

    status = 429


def spend(node: Node, who: str, *, visitor: bool = False) -> None:
    """Count that somebody has us ask other servers.

    Args:
        node: asks.
        who: the member, or the network that a visitor comes from.
        visitor: may have less asked, and all of them together no more than a few members.

    Raises:
        TooOften: they have to wait.
    """
    name = f"federation.asking.{'visitors' if visitor else 'members'}"
    each, everybody = node.memory.setdefault(name, _buckets(visitor=visitor))
    if not each.take(who) or not everybody.take(""):
        raise TooOften("E_TOO_OFTEN", who)


def _buckets(*, visitor: bool) -> tuple[Bucket, Bucket]:
    if visitor:
        return Bucket(burst=5, each_second=1 / 60), Bucket(burst=30, each_second=1 / 6)
    return Bucket(burst=20, each_second=1 / 6), Bucket(burst=200, each_second=2)


async def lookup(node: Node, typed: str, *, by: str | None = None) -> Account:
    """The account that somebody means, asked for at its own server if nobody here met it.

    Args:
        node: asks.
        typed: a handle with its host, with or without @ or `acct:`; a handle of ours alone; or
            the web address of an actor or their page.
        by: the member who wants to know; nobody may have too much asked (`spend`).

    Raises:
        TooOften: they had much asked just now.
        Missing: nobody is there, or whoever is found is not called so (E_NAME).
        Refused: E_BLOCKED and what `resolving.fetch` refuses.
        TryLater: their server does not answer.
        Malformed: it answers something else.
    """
    one = await look(node, typed, by=by)
    if isinstance(one, str):
        raise Refused("E_ACTOR", f"{one} is no actor")
    return one


async def look(node: Node, typed: str, *, by: str | None = None) -> Account | str:
    """The account that somebody means, or the id of a thing that was taken in (`taking`).

    Raises: as `lookup` and `taking.take`.
    """
    text = typed.strip()
    if (one := await met(node, text)) is not None:
        return one
    if by is not None:
        spend(node, by)
    budget = Budget(fetches=FETCHES)
    if "://" in text:
        return await _at(node, text, budget)
    name = finger.name_of(text)
    if name is None or name[1] in ("", node.community.domain):
        raise Missing(detail=text[:100])
    return await _called(node, name, budget)


async def met(node: Node, typed: str) -> Account | None:
    """The account that somebody means, if it is known here; nobody is asked.

    Raises:
        Refused: E_BLOCKED, we have nothing to do with it.
    """
    text = typed.strip()
    name = finger.name_of(text)
    if "://" in text:
        one = await node.read(_by_address, text)
    elif name is not None:
        one = await node.read(known, node.community.domain, name)
    else:
        return None
    if one is not None and not one.local:
        await policy.check(node, one.id)
    return one


def known(db: Connection, here: str, name: Name) -> Account | None:
    """The account of a name that is ours, or was proven; `here` is our own host."""
    handle, host = name
    if host in ("", here):
        return ourselves.named(db, handle)
    same = and_(account.c.acct == f"{handle}@{host}", account.c.gone.is_(None))
    row = db.execute(select(account).where(same)).first()
    return account_of(row) if row else None


async def _called(node: Node, name: Name, budget: Budget) -> Account:
    """The actor of another server that is called so."""
    seen = await finger.ask(node, name, budget)
    if seen.actor is None:
        raise Missing(detail="@".join(name))
    one = await resolving.account(node, seen.actor, budget=budget)
    if not one.local and one.acct is None:
        one = await naming.named(node, one, budget, seen)
    proven = {"@".join(said) for said in (name, seen.subject) if said}
    if one.local or one.acct not in proven:
        raise Missing("E_NAME", f"{'@'.join(name)} leads to {one.id}, who is {one.acct}")
    return one


async def _at(node: Node, url: str, budget: Budget) -> Account | str:
    """The account of an id or a page, or the id of another thing."""
    value, found = await resolving.document(node, url, budget=budget)
    if not isinstance(value, Actor):
        return await taking.take(node, found, budget)
    one = await resolving.keep(node, value.id or "", found)
    return one if one.acct else await naming.named(node, one, budget)


def _by_address(db: Connection, url: str) -> Account | None:
    """Who has this id, or this page at the host of their id.

    A node's service shows the page of its community, and nobody who types that means the service.
    """
    somebody = and_(account.c.type != "Application", account.c.domain == domain(url))
    page = and_(account.c.url == url, somebody)
    here = and_(or_(account.c.id == url, page), account.c.gone.is_(None))
    row = db.execute(select(account).where(here).order_by(account.c.id)).first()
    return account_of(row) if row else None
