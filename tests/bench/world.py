"""The world that is measured: a founded node, strangers it knows, server processes."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

from sqlalchemy import insert

from node.kernel.keys import Keys, make_keys
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import load
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows.tables import follow

T = TypeVar("T")

COUNT = int(os.environ.get("N") or "2000")
"""Letters, pages and the like of each figure, unless it says otherwise."""
KEYS = 8
"""Pairs of keys that all strangers share: making one takes as long as carrying 50 letters."""
TICKS = os.sysconf("SC_CLK_TCK")
ENVIRON = {
    **os.environ,
    "FOLKMOOT_ALLOW_HTTP": "1",
    "FOLKMOOT_ALLOW_ADDRESSES": "127.0.0.0/8",
    "FOLKMOOT_LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Somebody elsewhere, with a key of theirs."""

    id: str
    keys: Keys


@dataclass(kw_only=True)
class World:
    """A data folder with a node in it, and where it is served."""

    folder: Path
    port: int
    bare: int
    keys: list[Keys] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """The node's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def serve(self) -> tuple[str, ...]:
        """The words that serve it."""
        return ("-m", "node.cli", "serve", "--data", str(self.folder), "--port", str(self.port))

    def inside(self, work: Callable[[Node], Awaitable[T]]) -> T:
        """Run something with the node opened in this process, beside no server of it."""
        return asyncio.run(self._opened(work))

    async def _opened(self, work: Callable[[Node], Awaitable[T]]) -> T:
        node = Node(load(self.folder, ENVIRON), installed())
        await node.start()
        try:
            return await work(node)
        finally:
            await node.close()

    def strangers(self, count: int, host: str = "127.0.0.2:9") -> list[Stranger]:
        """So many people of one host, whom the node knows and its keeper follows."""
        made = [
            Stranger(id=f"http://{host}/u/s{n}", keys=self.keys[n % KEYS]) for n in range(count)
        ]
        self.inside(lambda node: node.write(_know, made, host))
        return made


def _know(unit: Unit, strangers: Sequence[Stranger], host: str) -> None:
    keeper = f"{unit.origin}/u/keeper"
    rows, follows = [], []
    for number, one in enumerate(strangers):
        rows.append({
            "id": one.id, "local": False, "type": "Person", "handle": f"s{number}",
            "domain": host, "inbox": f"{one.id}/inbox", "shared_inbox": f"http://{host}/inbox",
            "followers": f"{one.id}/followers", "key_id": f"{one.id}#main-key",
            "public_key": one.keys.rsa_public, "created": unit.now, "fetched": unit.now,
        })  # fmt: skip
        follows.append({
            "follower": keeper, "followed": one.id, "activity": f"{one.id}/followed",
            "state": "accepted", "at": unit.now,
        })  # fmt: skip
    unit.db.execute(insert(account), rows)
    unit.db.execute(insert(follow), follows)


@contextlib.contextmanager
def world() -> Iterator[World]:
    """A founded community with a member, and a server that does nothing to compare it with."""
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    made = World(folder=folder, port=free_port(), bare=free_port())
    made.keys = [make_keys() for _ in range(KEYS)]
    try:
        made.inside(lambda node: _found(node, made.origin))
        with server(made.bare, "-m", "tests.bench.bare", str(made.bare)):
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _found(node: Node, origin: str) -> None:
    founding = accounts.Founding(
        origin=origin, at_home=False, name="Bench", handle="bench", purpose="To be measured.",
        language="en", timezone="UTC", admin="keeper",
        password_hash=await accounts.hash_password("a long enough password"),
    )  # fmt: skip
    await node.write(accounts.found, founding, [make_keys() for _ in range(3)])


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Served:
    """A server process, and the seconds from its start to its first answer."""

    process: subprocess.Popen[bytes]
    start: float

    @property
    def memory(self) -> float:
        """Resident, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kib) / 1024

    @property
    def cpu(self) -> float:
        """Seconds of a core that it has taken."""
        said = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / TICKS


@contextlib.contextmanager
def server(port: int, *words: str, **environ: str) -> Iterator[Served]:
    """A server process, from its first answer to the end of the block."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words], env={**ENVIRON, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            _answers(port, begun)
            yield Served(process=process, start=time.perf_counter() - begun)
        finally:
            process.send_signal(signal.SIGTERM)


def _answers(port: int, begun: float) -> None:
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except OSError:
            if time.perf_counter() - begun > 60:
                raise
            time.sleep(0.005)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and seconds of a core in this process, that something takes."""
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - cpu
