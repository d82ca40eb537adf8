"""One node and one Fedify server for all tests of a process: starting them takes the most time.

So a test has people of its own, and asks what became of its own posts; what the other server
heard and complained about is forgotten before each.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import trustme

from node import stage
from node.kernel.node import Node
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
def authority() -> trustme.CA:
    """Whose certificates frank's server believes, beside the usual ones."""
    return trustme.CA()


@pytest.fixture(scope="session")
async def one_frank(peer_program: list[str], authority: trustme.CA) -> AsyncIterator[Peer]:
    with authority.cert_pem.tempfile() as file:
        async with peer.running(peer_program, NODE_EXTRA_CA_CERTS=file) as running:
            yield running


@pytest.fixture
async def frank(one_frank: Peer) -> Peer:
    await one_frank.ask("forget")
    return one_frank


@pytest.fixture
async def secured(tmp_path: Path, authority: trustme.CA) -> AsyncIterator[Node]:
    """A node that is reached by https, as behind any web server that keeps its certificate."""
    how = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(how)
    async with stage.opened(tmp_path, ("elder",)) as opened:
        node = opened.nodes["elder"]
        plain = partial(asyncio.open_connection, "127.0.0.1", node.settings.port)

        async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            behind, towards = await plain()
            with contextlib.suppress(OSError):
                await asyncio.gather(_poured(reader, towards), _poured(behind, writer))

        async with await asyncio.start_server(passed, "127.0.0.1", 0, ssl=how) as front:
            port = front.sockets[0].getsockname()[1]
            await found(node, "elder", f"https://localhost:{port}")
            yield node


async def _poured(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    """All that comes from one side, to the other, until its end."""
    try:
        while some := await source.read(65536):
            into.write(some)
            await into.drain()
    finally:
        into.close()
