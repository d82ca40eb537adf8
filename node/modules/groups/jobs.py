"""What groups do in the background: ask what servers are, fetch pins, keep no words of others."""

from typing import Any

from federation import addressing, policy, resolving
from federation.budget import Budget
from federation.origins import domain
from federation.trust import Wanted
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows.api import Followed
from node.modules.groups import pinning, queries, rules
from node.modules.notes import api as notes
from vocab import reader
from vocab.model import Malformed, Object, OrderedCollection, id_of

LIMIT = 65_536
"""Bytes of a NodeInfo."""
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


# What servers are -----------------------------------------------------------------------------


async def look(node: Node, *, host: str | None = None) -> None:
    """Ask the servers of our group's followers what they are; each again after a month.

    With `host`, of which the first follower came just now, that server alone.
    """
    if not node.ready or node.community.at_home:
        return
    since = node.now() - rules.AGAIN
    for one in await node.read(queries.strangers, node.community.id, since, host):
        said = list(addressing.implemented(one.document or {}))
        known = rules.takes_acts(None, said)
        software = None if known else await _software(node, one)
        acts = rules.takes_acts(software, said)
        await node.write(queries.learn, one.domain, software, acts=acts)


async def _software(node: Node, one: Account) -> str | None:
    """The name of the program of somebody's server, by its NodeInfo; None if it says none."""
    place = one.id.split("/", 3)[:3]
    try:
        links = await _json(node, "/".join(place) + "/.well-known/nodeinfo")
        for link in links.get("links") or ():
            href = str(link.get("href")) if isinstance(link, dict) else ""
            if str(link.get("rel")).startswith(SCHEMA) and domain(href) == one.domain:
                said = (await _json(node, href)).get("software")
                found = said.get("name") if isinstance(said, dict) else None
                return found if isinstance(found, str) else None
    except (Problem, Malformed, AttributeError, TypeError):
        return None
    return None


async def _json(node: Node, url: str) -> dict[str, Any]:
    async def may(where: str) -> None:
        await policy.check(node, where)

    await may(url)
    answer = await Budget().get(
        node, url, headers={"Accept": "application/json"}, limit=LIMIT, may=may, most=5.0
    )
    return dict(reader.read_object(answer.body)) if answer.status == 200 else {}


# What others pin ------------------------------------------------------------------------------


def followed(unit: Unit, event: Followed) -> None:
    """Whoever is followed from here shows first what they show first."""
    whom = unit.account(event.followed)
    if whom is not None and not whom.local and pinning.featured_of(whom):
        once = f"groups.featured {whom.id}"[:255]
        unit.later("groups.featured", lane=whom.domain, once=once, actor=whom.id)


async def featured(node: Node, *, actor: str) -> None:
    """Fetch what somebody elsewhere shows first: a few posts, each as its own server shows it.

    Raises:
        TryLater: their server does not answer now.
    """
    who = await node.account(actor)
    place = pinning.featured_of(who) if who and not who.local and not who.gone else None
    if who is None or place is None or not pinning.same_server(who, place):
        return
    budget = Budget()
    try:
        found, _ = await resolving.document(node, place, budget=budget)
        items = (found.ordered_items if isinstance(found, OrderedCollection) else None) or ()
        for item in items[: rules.PINS]:
            await _bring(node, who, id_of(item), budget)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # what cannot be had is not shown


async def _bring(node: Node, who: Account, id: str | None, budget: Budget) -> None:
    if id is None:
        return
    thing, _ = await resolving.document(node, id, budget=budget)
    try:
        await node.write(_keep, who.id, thing)
    except Wanted as author:
        await resolving.account(node, author.id, budget=budget)
        await node.write(_keep, who.id, thing)


def _keep(unit: Unit, actor: str, thing: Object) -> None:
    who = unit.account(actor)
    if who is not None:
        pinning.found(unit, who, thing)


# Words of others ------------------------------------------------------------------------------


async def tidy(node: Node) -> None:
    """Keep no words in our letters of posts that are gone or out of the group."""
    await node.write(_tidy)


def _tidy(unit: Unit) -> None:
    out = []
    for id, post in queries.with_words(unit.db):
        kept = notes.stored(unit.db, post)
        if kept is None or kept.deleted is not None or kept.audience != unit.community.id:
            out.append(id)
    queries.hush(unit, out)


def joined(unit: Unit, event: Any) -> None:
    """Have it found out what the server of a new follower is."""
    if event.followed == accounts.community_account(unit.db).id:
        # not by the name of the daily one, which is always there and waits for its day
        host = domain(event.follower)
        unit.later(
            "groups.look", lane=host, once=f"groups.look {host}"[:255], apart=True, host=host
        )
