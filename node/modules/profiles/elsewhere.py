"""The cards of people at other nodes, as their own node shows them to us; kept for a while only."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from federation import resolving
from federation.budget import Budget
from federation.origins import same_origin
from node.kernel.errors import Problem
from node.kernel.tables import Account
from node.modules.profiles.objects import TYPES
from vocab import html
from vocab.model import Malformed, Object, OrderedCollection, id_of
from vocab.types import PropertyValue

if TYPE_CHECKING:
    from node.kernel.node import Node

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=10)
MOST = 60
KEPT = 500
"""Profiles kept in memory."""


async def cards(node: "Node", who: Account) -> tuple[Object, ...]:
    """What somebody elsewhere shows to our node; nothing if their node does not answer.

    The request is signed by our node, so a node that trusts us may show more.
    """
    kept: dict[str, tuple[datetime, tuple[Object, ...]]]
    kept = node.memory.setdefault("profiles.cards", {})
    if who.id in kept and kept[who.id][0] > node.now() - FRESH:
        return kept[who.id][1]
    found = await _fetched(node, who)
    while len(kept) >= KEPT:
        kept.pop(next(iter(kept)))
    kept[who.id] = (node.now(), found)
    return found


async def _fetched(node: "Node", who: Account) -> tuple[Object, ...]:
    where = (who.document or {}).get("facets")
    if not isinstance(where, str) or not same_origin(where, who.id):
        return ()
    try:
        found, _ = await resolving.document(node, where, budget=Budget())
    except (Problem, Malformed) as problem:
        log.info("cards of %s: %s", who.id, problem)
        return ()
    items = found.ordered_items if isinstance(found, OrderedCollection) else ()
    cards_ = (one for one in (items or ())[:MOST] if isinstance(one, TYPES))
    return tuple(one for one in cards_ if one.name and _theirs(one, who))


def _theirs(one: Object, who: Account) -> bool:
    """Whether a card is of this person, from their own server."""
    return id_of(one.attributed_to) == who.id and same_origin(one.id, who.id)


def said_fields(document: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The fields that anybody's profile has (name and value, plain text)."""
    given = (document or {}).get("attachment")
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    found = [
        (html.line(str(one.get("name") or ""), 100), html.line(str(one.get("value") or ""), 500))
        for one in rows
        if one.get("type") == PropertyValue.type
    ]
    return [pair for pair in found if all(pair)][:12]
