"""The full node, its trusted neighbour, and a wire that keeps what crosses it."""

from functools import partial
from typing import Any

import pytest

from node.kernel.node import Node
from tests.again import again
from tests.boundaries import world as worlds
from tests.boundaries.tap import Tap
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World
from tests.conftest import Clock


@pytest.fixture
def wire() -> Tap:
    return Tap()


@pytest.fixture
async def full(alder: Node, birch: Node, clock: Clock) -> World:
    built = await again("world", partial(worlds.build, alder, birch, clock), alder, birch)
    held: dict[str, Any] = {
        name: dict(getattr(built, name)) for name in ("secret", "anas", "ids", "people")
    }
    held |= {"forms": built.forms, "pages": built.pages}
    return World(node=alder, other=birch, clock=clock, **held)


@pytest.fixture
async def visitors(full: World, wire: Tap) -> Visitors:
    """Everybody who may come to the node, each with what proves who they are."""
    return Visitors(full, wire)
