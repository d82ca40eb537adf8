"""A few communities that decide things: what the tests of proposals and decisions share."""

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Table, select

import federation
from federation import resolving
from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules import accounts, decisions, follows, moderation, proposals
from node.modules.accounts import api as accounts_api
from node.modules.decisions import queries
from node.modules.decisions.api import Method
from node.modules.decisions.queries import Record
from node.modules.follows import api as follows_api
from node.modules.proposals import bringing
from node.modules.proposals import queries as proposed
from node.modules.proposals.queries import Plan, Proposal
from tests.conftest import Clock, person, settle

MODULES = [
    federation.module, accounts.module, follows.module, moderation.module, decisions.module,
    proposals.module,
]  # fmt: skip


def inside(node: Node) -> Viewer:
    """A member of no name, who sees what members see."""
    return Viewer(role="member")


async def ids(node: Node) -> dict[str, str]:
    """The ids of the members, by their names."""
    return {m.handle: m.id for m in await node.read(accounts_api.members)}


async def at(node: Node, slug: str) -> tuple[Proposal, Plan]:
    """A proposal of ours as it stands, with its plan."""
    found = await node.read(proposed.by_slug, slug, inside(node))
    assert found is not None
    made = await node.read(proposed.plan_of, found.id)
    assert made is not None
    return found, made


async def people(node: Node, *names: str) -> list[Account]:
    """New members; with the keeper they are the community."""
    return [await person(node, name) for name in names]


async def keeper(node: Node) -> str:
    """The id of the one who founded the community."""
    return (await node.read(accounts_api.admins))[0].id


async def bring(node: Node, member: str, **more: Any) -> str:
    """Bring a proposal that goes to the vote at once; its slug."""
    values: dict[str, Any] = {
        "title": "Open the workshop on Sundays",
        "text": "From two until six.\n\nNo saw before three.",
        "method": Method.CONSENT,
        "share": Fraction(1, 2),
        "counts": False,
        "opens": None,
        "closes": node.now() + timedelta(days=7),
        "review_months": 6,
        "reach": "community",
        "named": False,
        "settings": {"extends": False},
    }
    once = more.pop("once", secrets.token_hex(8))
    draft = bringing.Draft(**{**values, **more})
    return await node.write(bringing.bring, member, draft, once=once)


async def vote(node: Node, slug: str, ballots: Sequence[tuple[str, str]], reason: str = "") -> None:
    """Cast ballots: (member, position)."""
    for member, position in ballots:
        said = reason or "because" if position == "block" else reason
        await node.write(decisions.api.cast, slug, member, position, said)


async def record_of(node: Node, slug: str) -> Record:
    """The record that came of a proposal."""
    found = await node.read(queries.record_of_box, slug, inside(node))
    assert found is not None
    return found


async def decided(
    node: Node, clock: Clock, positions: Sequence[str], *, to: str = "", **more: Any
) -> Record:
    """Decide something: one position per member in the order of their handles, then the close."""
    members = await node.read(accounts_api.members)
    slug = await bring(node, members[0].id, **more)
    await vote(node, slug, list(zip([m.id for m in members], positions, strict=False)))
    clock.advance(days=8)
    await settle(node)
    if to:
        await node.write(bringing.choose_reach, slug, await keeper(node), to)
        await settle(node)
    return await record_of(node, slug)


async def follow(node: Node, other: Node) -> None:
    """Have one community follow another."""
    them = await resolving.account(node, other.community.id)
    us = await node.read(accounts_api.community_account)
    await node.write(follows_api.follow, us, them)
    await settle(node, other)


async def rows(node: Node, table: Table) -> list[Any]:
    """All rows of a table, as a unit sees them, by their keys."""
    all_ = select(table).order_by(*table.primary_key)
    return await node.write(lambda unit: list(unit.db.execute(all_)))


def strip(page: str) -> dict[str, str]:
    """What a page says of now, next, your turn and by when, in its order."""
    _head, begun, rest = page.partition('<dl class="stage">')
    assert begun, "the page opens with no such strip"
    told = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", rest.partition("</dl>")[0])
    assert [word for word, _ in told] == ["Now", "Next", "Your turn", "By when"]
    return dict(told)


def crossed(wire: Any) -> bytes:
    """Every byte that one node has sent to another."""
    return b"\n".join(body for _, _, body in wire.seen)
