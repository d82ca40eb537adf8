"""Serving one node over HTTP: one process, one loop, clients that must be quick about it."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import signal
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from node import listening
from node.kernel.errors import Refused, short
from node.kernel.settings import Settings
from node.main import Application, running

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
FAREWELL_SECONDS = 1.0
MOST_CONNECTIONS = 1000
LEAVE_SECONDS = 10
COLLECTED = (10_000, 20, 20)
"""New values after which the collector looks at them; how often before it looks at older ones."""


_SHORT = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\n"
    b"content-length: 0\r\n\r\n"
)


class Punctual(HttpToolsProtocol):
    """HTTP whose requests must arrive in time: uvicorn itself waits for ever."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is here; its first line is expected soon."""
        super().connection_made(transport)
        self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._expect(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins: its head is expected soon."""
        super().on_message_begin()
        self._expect(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is here: its body is expected soon."""
        super().on_headers_complete()
        self._expect(BODY_SECONDS)

    def on_message_complete(self) -> None:
        """The request is here."""
        self._expect(None)
        super().on_message_complete()

    def _expect(self, seconds: float | None) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_later(seconds, self._give_up) if seconds else None

    def send_400_response(self, msg: str) -> None:
        """What was sent is no HTTP; or we had no memory left for it, which is not its fault."""
        error = sys.exception()
        if error is None or short(error.__context__ or error) is None:
            super().send_400_response(msg)
            return
        self.transport.write(_SHORT)
        self.transport.close()

    def shutdown(self) -> None:
        """The node is leaving: what is asked is answered, who asks nothing is let go."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self._give_up()
        else:
            super().shutdown()

    def _give_up(self) -> None:
        if self.transport.get_extra_info("ssl_object") is None:
            self.transport.close()
        else:
            # close() would wait half a minute for a farewell that need not come
            self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)


@contextlib.contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder's node.lock for life, so that no second copy of this node runs.

    Raises:
        Refused: another process holds it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "node.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            safe = f"The node in {data} is running already. Stop it first, or use another folder."
            raise Refused("E_RUNNING", str(data), safe=safe) from error
        yield


@contextlib.contextmanager
def _leaving_in_order(server: uvicorn.Server) -> Iterator[None]:
    """Let work that has begun end after a signal: uvicorn raises it once more on its way out.

    One that comes before uvicorn looks for it counts as well.
    """

    def leave(*_: object) -> None:
        server.should_exit = True

    before = {signum: signal.signal(signum, leave) for signum in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _stay() -> None:
    """Leave what was made at the start alone: it lives as long as the process.

    A server makes and drops small values all day; the collector would look through all that
    was loaded again and again for cycles that are not there (a seventh of a busy node's time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)


async def serve(
    settings: Settings, *, announce: Any, cert: Path | None = None, key: Path | None = None
) -> None:
    """Serve until told to stop.

    Args:
        settings: where, and of which node.
        announce: called with the node once it has started.
        cert: certificate chain (PEM), if this process speaks TLS itself.
        key: its private key (PEM).

    Raises:
        Refused: the address is taken or none of ours; certificate and key cannot be used.
    """
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel("WARNING")
    listening.can_speak_tls(cert, key)
    await listening.can_listen(settings.host, settings.port)
    async with running(settings) as app:
        _stay()
        server = uvicorn.Server(_config(app, settings, cert, key))
        with _leaving_in_order(server):
            await announce(app.node)
            await server.serve()


def _config(
    app: Application, settings: Settings, cert: Path | None, key: Path | None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="none",
        http=Punctual,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=LEAVE_SECONDS,
        ssl_certfile=cert,
        ssl_keyfile=key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
