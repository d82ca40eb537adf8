"""A thing that a member looked up by its address: taken in as if its owner had sent it here.

It comes from its own server, is judged like a letter's object, and runs through the same
handler; that it was asked for (`Act.asked`) stands in the place of somebody here following.
"""

from federation import policy, queries, reading, receiving, resolving
from federation.budget import Budget
from federation.origins import same_origin
from federation.reading import Document
from node.kernel.access import Viewer
from node.kernel.errors import Refused
from node.kernel.node import Node
from node.kernel.unit import Unit
from vocab import checks, wire
from vocab.model import Activity, Object, id_of
from vocab.types import Create, Update


async def take(
    node: Node, found: Document, budget: Budget, *, how: type[Create | Update] = Create
) -> str:
    """Take in what a server gave for an id of its own.

    Args:
        node: asks.
        found: as `resolving.fetch` gave it.
        budget: of whoever asked.
        how: as something new, or as what it is now, whether it was known or not.

    Returns:
        Its id.

    Raises:
        Refused: E_OWNER, E_BLOCKED, E_GONE, E_UNSUPPORTED, and what its handler refuses.
        Missing, TryLater, Malformed: as `resolving.fetch`; it is not what it claims to be.
    """
    allow_http = node.settings.allow_http
    document = reading.judged(found, node.registry.types, allow_http=allow_http)
    value = wire.load(document, node.registry.types)
    owner = id_of(value.attributed_to)
    if value.id is None or owner is None or not same_origin(owner, value.id):
        raise Refused("E_OWNER", f"{value.id} is of {owner}")
    who = await resolving.account(node, owner, budget=budget)
    await node.write(_take, who.id, value, document, found, how)
    return value.id


def _take(
    unit: Unit,
    owner: str,
    value: Object,
    document: Document,
    raw: Document,
    how: type[Create | Update],
) -> None:
    actor = unit.account(owner)
    if actor is None or actor.local or policy.refuses(unit.db, unit.registry, owner):
        raise Refused("E_BLOCKED", owner)
    policy.admit(unit.db, unit.registry, unit.origin, owner, [document])
    if actor.gone is not None or queries.forgotten(unit.db, owner, {value.id or ""}):
        raise Refused("E_GONE", value.id or "")
    viewer, registry = Viewer(account=actor), unit.registry
    known = receiving.known(unit, viewer)
    checks.run(document, known, types=registry.types, by_class=registry.checks)
    made = how(actor=owner, object=value, to=value.to, cc=value.cc)
    if isinstance(value, Activity) or not unit.perform(made, actor, value, raw, asked=True):
        raise Refused("E_UNSUPPORTED", f"nobody here keeps a {value.type}")
