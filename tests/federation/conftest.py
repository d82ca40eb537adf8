"""One node with a module that keeps what it hears, and strangers who write to it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import federation
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.modules import accounts, follows
from tests.conftest import MakeNode, Wire
from tests.federation import strangers
from tests.federation.strangers import Actor, Post, Server


@pytest.fixture(scope="session")
def stranger_keys() -> list[Keys]:
    return [make_keys() for _ in range(4)]


@pytest.fixture
async def here(make_node: MakeNode) -> Node:
    return await make_node(
        "alder", modules=[federation.module, accounts.module, follows.module, strangers.board]
    )


@pytest.fixture
def post(here: Node, wire: Wire) -> Post:
    return Post(here, wire.apps[here.origin])


@pytest.fixture
def server(wire: Wire) -> Callable[[str], Server]:
    def make(name: str) -> Server:
        made = Server(origin=f"https://{name}")
        wire.apps[made.origin] = made
        return made

    return make


@pytest.fixture
def elm(server: Callable[[str], Server]) -> Server:
    return server("elm.test")


@pytest.fixture
def evil(server: Callable[[str], Server]) -> Server:
    return server("evil.test")


@pytest.fixture
def bob(elm: Server, stranger_keys: list[Keys]) -> Actor:
    return elm.actor("bob", stranger_keys[0])


@pytest.fixture
def mallory(evil: Server, stranger_keys: list[Keys]) -> Actor:
    return evil.actor("mallory", stranger_keys[1])


__all__ = ["AsyncIterator", "Awaitable"]
