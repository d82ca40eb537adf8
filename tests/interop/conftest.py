"""One node and one Fedify server for all tests of a process: starting them takes the most time.

So a test has people of its own, and asks what became of its own posts; what the other server
heard and complained about is forgotten before each.
"""

from collections.abc import AsyncIterator

import pytest

from node import stage
from tests.conftest import found
from tests.interop import peer
from tests.interop.peer import Peer


@pytest.fixture(scope="session")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[stage.Stage]:
    async with stage.opened(tmp_path_factory.mktemp("interop"), ("alder",)) as opened:
        node = opened.nodes["alder"]
        await found(node, "alder", node.origin)
        yield opened


@pytest.fixture(scope="session")
async def one_frank(peer_program: list[str]) -> AsyncIterator[Peer]:
    async with peer.running(peer_program) as running:
        yield running


@pytest.fixture
async def frank(one_frank: Peer) -> Peer:
    await one_frank.ask("forget")
    return one_frank
