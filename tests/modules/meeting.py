"""Two communities that trust each other, large enough to ask without names."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.listings import posting
from node.modules.listings.api import Notice
from node.modules.listings.posting import Draft
from node.modules.matching import introduced, queries
from node.modules.matching.introduced import Introduction
from node.modules.matching.queries import Match
from node.modules.peers import api as peers
from tests.again import again
from tests.conftest import settle

CROWD = 4


async def member(node: Node, name: str, display: str = "") -> Account:
    return await node.write(
        accounts.add_member, name, node.make_keys(), display=display, password_hash=None
    )


async def crowd(node: Node) -> None:
    """Enough members that one of them cannot be told apart."""
    for number in range(CROWD):
        await member(node, f"neighbour{number}")


async def befriend(here: Node, there: Node) -> None:
    """Have two communities trust each other."""
    await again("befriend", partial(_befriend, here, there), here, there)


async def _befriend(here: Node, there: Node) -> None:
    await peers.propose(here, there.origin)
    await settle(here, there)
    await there.write(peers.accept, here.community.service)
    await settle(here, there)


async def post(
    node: Node,
    who: Account,
    purpose: str,
    *,
    reach: str = "community",
    hidden: bool = True,
    **other: Any,
) -> Notice:
    said = {
        "title": "Build a wheel",
        "text": "Spokes and rim are here.",
        "kind": "service",
        "topic": "repair",
        "minutes": 240,
        "ends": node.now() + timedelta(days=28),
        "terms": ["gift", "timeCredit"],
        "hidden": hidden,
        "lang": "en",
    }
    return await node.write(posting.post, who.id, purpose, reach, Draft(**{**said, **other}))


async def matches(node: Node, who: Account) -> list[Match]:
    return await node.read(queries.matches_for, who.id, node.now(), limit=20)


async def asked_of(node: Node, who: Account) -> list[Introduction]:
    return await node.read(introduced.asked_of, who.id, node.now())


async def asked_by(node: Node, who: Account) -> list[Introduction]:
    return await node.read(introduced.asked_by, who.id)


def everything(db: Connection, node: Node) -> str:
    """Every text of every table that is not secret, in one."""
    found: list[str] = []
    for metadata in node.registry.metadatas:
        for table in metadata.sorted_tables:
            if not table.info.get("secret"):
                for row in db.execute(select(table)):
                    found += [
                        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                        for value in row
                    ]
    return "\n".join(found)


async def holds(node: Node, words: str) -> bool:
    return words in await node.read(everything, node)


def letters(seen: list[tuple[str, str, bytes]], origin: str) -> list[bytes]:
    """The bodies of what was posted to a node."""
    return [body for method, url, body in seen if method == "POST" and url.startswith(origin)]
