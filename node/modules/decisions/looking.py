"""Witnesses at work: what a trusted node may read of our chain, and our look at theirs."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import resolving
from federation.answers import shown
from federation.limits import Bucket
from federation.viewing import viewer_of
from node.kernel.errors import Missing, Problem, TryLater
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import queries, sightings, witnesses
from node.modules.decisions.objects import ChainLog
from node.modules.decisions.sightings import Shown
from vocab import proofs
from vocab.model import Malformed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from node.kernel.node import Node

PATH = "/service/chain"
PAGES = 5
"""Pages of leaves that one look reads."""
BACK = timedelta(hours=1)
"""How long after a record has left we fetch what others signed of it."""
_NUMBER = re.compile(r"\d{1,9}")


async def show(request: Request) -> Response:
    """Where our chain ends, the leaves after a number, and what we saw of others'.

    Raises:
        Missing: who asks is no node that we trust, or does not prove it.
        TryLater: it asks too often.
    """
    node: Node = request.app.state.node
    who = await viewer_of(request)
    if who.account is None or not who.trusted or who.account.kind != "NodeService":
        raise Missing
    often: Bucket = node.memory.setdefault("decisions.chain", Bucket(burst=60, each_second=0.1))
    if not often.take(who.account.domain):
        raise TryLater(who.account.domain)
    said = request.query_params.get("after")
    if said is not None and not _NUMBER.fullmatch(said):
        raise Missing(detail=said[:100])
    return shown(request, await node.read(_log, node, said), restricted=True)


def _log(db: "Connection", node: "Node", after: str | None) -> ChainLog:
    us = accounts.community_account(db)
    held = queries.checkpoint(db, us.id)
    return ChainLog(
        id=f"{node.origin}{PATH}" + (f"?after={after}" if after is not None else ""),
        attributed_to=us.id,
        checkpoint=held,
        leaves=sightings.leaves_after(db, us.id, int(after)) if after is not None else None,
        statements=sightings.statements(db, us.id),
    )


async def look(node: "Node", *, service: str) -> None:
    """Job: look at the chain of a node that we trust, and say what we saw.

    Raises:
        TryLater: it does not answer; the job comes back.
    """
    them = await node.read(sightings.community_of, service)
    if them is None or not await node.read(node.registry.trusts, service):
        return
    try:
        await resolving.account(node, them.id, fresh=True)
        found = await _read(node, service, them.id)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # one that shows nothing is no witness, and has none in us
    await node.write(sightings.saw, service, found)


async def _read(node: "Node", service: str, community: str) -> Shown:
    us, asked = node.community.id, node.now()
    after = await node.read(sightings.start, us, community)
    at, leaves = after, list[str]()
    for _ in range(PAGES):
        where = f"{service}/chain" + ("" if at is None else f"?after={at}")
        page = await resolving.fetch(node, where)
        more = _leaves(page)
        leaves += more
        end = witnesses.mark_of(page.get("checkpoint"))
        at = None if after is None else after + len(leaves)
        if end is None or at is None or at >= end.number or not more:
            break
    return Shown(
        asked=asked,
        checkpoint=_object(page.get("checkpoint")),
        after=after or 0,
        leaves=leaves,
        statements=[_object(one) for one in _list(page.get("statements"), witnesses.STATEMENTS)],
    )


def _leaves(page: Mapping[str, Any]) -> list[str]:
    """The leaves on a page.

    Raises:
        Malformed: E_LEAF; one of them can be none.
    """
    found = _list(page.get("leaves"), witnesses.LEAVES)
    if not all(witnesses.is_digest(one) for one in found):
        raise Malformed("E_LEAF", "a leaf")
    return found


def _list(said: Any, most: int) -> list[Any]:
    """Plain JSON that is meant as a list; one alone is meant as one."""
    held = said if isinstance(said, list) else [] if said is None else [said]
    if len(held) > most:
        raise Malformed("E_FORM", f"{len(held)} of them")
    return held


def _object(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


async def witness(node: "Node") -> None:
    """Job: look at the chains of all that we trust."""
    await node.write(soon)


def soon(unit: Unit, wait: timedelta = timedelta()) -> None:
    """Look at the chains of all that we trust, and so fetch what they signed of ours."""
    for service in unit.registry.audience(unit.db, unit.community.peers or "") or ():
        _later(unit, service, wait)


def heard(unit: Unit, service: str | None) -> None:
    """A record of another community has come: look at its chain, if we trust its node."""
    if service is not None and unit.registry.trusts(unit.db, service):
        _later(unit, service, timedelta())


def _later(unit: Unit, service: str, wait: timedelta) -> None:
    name = proofs.digest({"id": service})[-22:]
    once = f"decisions.look:{int(bool(wait))}:{name}"
    unit.later("decisions.look", due=unit.now + wait, once=once, service=service)


routes = (Route(PATH, show, methods=["GET"]),)
