"""The places of a page that modules fill: `today.next`, `today.waiting` and others.

A module that raises or takes too long is replaced by a small banner and logged;
the page and the other modules' parts stand.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import TryLater
from vocab.values import dataclass
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

log = logging.getLogger(__name__)

SECONDS = 2.0
"""How long a module may take to fill a place; tests, which do not depend on time, wait longer."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a module puts into a slot, in the reader's language (`web.voice.speak`).

    `title` is the link; `act` the words of a button to the same place, `about` what a
    screen reader hears after them. `order` sorts, small first; `by` sorts within it.
    """

    title: str
    href: str = ""
    kick: str = ""
    text: str = ""
    icon: str = "note"
    act: str = ""
    about: str = ""
    tab: str = ""
    by: datetime | None = None
    order: int = 50
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A slot with the modules' cards, and the names of those that failed."""

    cards: Sequence[Card]
    failed: Sequence[str]


async def gather_about(request: Request, slot: str, about: str) -> Filled:
    """As `gather`, in a place of a page that is about one thing; `about`: its slug."""
    node: Node = request.app.state.node
    reader: Viewer = getattr(request.state, "viewer", ANONYMOUS)
    asking = replace(reader, language=voice(request).language)
    filling = [
        (m.name, partial(_of_one, m.about[slot], about))
        for m in node.registry.modules
        if slot in m.about
    ]
    return await _filled(node, asking, filling, SECONDS)


async def _of_one(
    fill: "Callable[[Node, Viewer, str], Awaitable[list[Any]]]",
    about: str,
    node: "Node",
    viewer: Viewer,
) -> list[Any]:
    return await fill(node, viewer, about)


async def gather(
    request: Request, slot: str, seconds: float | None = None, *, viewer: Viewer | None = None
) -> Filled:
    """Ask every module for its cards in a slot, all at once.

    Args:
        request: whose viewer the cards are for; its language is the page's.
        slot: ``today.next``, ``today.waiting``, ``today.happened``, ``today.elsewhere``,
            ``public``, or a module's own.
        seconds: how long each module may take, if not `SECONDS`.
        viewer: whom the cards are about, if it is not who asks.
    """
    node: Node = request.app.state.node
    reader: Viewer = getattr(request.state, "viewer", ANONYMOUS)
    asking = replace(viewer or reader, language=voice(request).language)
    filling = [(m.name, m.slots[slot]) for m in node.registry.modules if slot in m.slots]
    return await _filled(node, asking, filling, SECONDS if seconds is None else seconds)


async def _filled(
    node: "Node", asking: Viewer, filling: Sequence[tuple[str, Any]], most: float
) -> Filled:
    answers = await asyncio.gather(
        *(_ask(name, fill, node, asking, most) for name, fill in filling)
    )
    cards = [card for answer in answers for card in answer or ()]
    failed = [name for (name, _), answer in zip(filling, answers, strict=True) if answer is None]
    return Filled(cards=sorted(cards, key=_place), failed=failed)


async def _ask(
    name: str,
    fill: "Callable[[Node, Viewer], Awaitable[list[Any]]]",
    node: "Node",
    viewer: Viewer,
    seconds: float,
) -> list[Card] | None:
    try:
        async with asyncio.timeout(seconds):
            return list(await fill(node, viewer))
    except TryLater as later:
        log.info("module %s cannot fill its slot now: %s", name, later)
    except Exception:
        log.exception("module %s could not fill its slot", name)
    return None


def _place(card: Card) -> tuple[int, bool, float]:
    by = card.by.timestamp() if card.by else 0.0
    return card.order, card.by is None, by
