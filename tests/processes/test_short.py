"""Out of files, out of memory: who waits is told so, nobody falls, and it goes on afterwards."""

import contextlib
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.conftest import wait_until
from tests.servers import ROOT

pytestmark = pytest.mark.processes
MANY = 40
OPEN = 4096
"""Files that a process may have open as a rule."""


class Served:
    """A node on loopback whose limits can be changed while it runs."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port

    def ask(self, path: str) -> tuple[int, bytes]:
        """Status and body; status 0 if the connection broke."""
        with contextlib.suppress(OSError), self.connection() as one:
            one.sendall(self.head(path))
            return self.read(one)
        return 0, b""

    def head(self, path: str, length: int = 0) -> bytes:
        """The head of a request, for a letter if it has a body."""
        kind = "application/activity+json" if length else "text/plain"
        return (
            f"{'POST' if length else 'GET'} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Accept: text/html\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def read(self, one: socket.socket) -> tuple[int, bytes]:
        came = b""
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                came += part
        status = int(came[9:12]) if came.startswith(b"HTTP/1.1 ") else 0
        return status, came.partition(b"\r\n\r\n")[2]

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def answers(self) -> bool:
        return self.ask("/.well-known/nodeinfo")[0] == 200

    @contextlib.contextmanager
    def at_most(self, what: int, limit: int) -> Iterator[None]:
        before = resource.prlimit(self.process.pid, what)
        resource.prlimit(self.process.pid, what, (limit, before[1]))
        try:
            yield
        finally:
            resource.prlimit(self.process.pid, what, before)

    def files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def memory(self) -> int:
        """Bytes of address space."""
        text = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(text.split()[0]) * resource.getpagesize()

    def seconds(self) -> float:
        """Of the processor's time."""
        used = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, founded: Callable[[str], Path]
) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("short") / "data"
    shutil.copytree(founded("alder"), data)
    words = [sys.executable, "-m", "node.cli", "serve", "--data", str(data), "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=ROOT, **quiet) as child:  # type: ignore[call-overload]
        made = Served(child, port)
        wait_until(made.answers, "the start")
        yield made
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0


def test_out_of_files_it_waits_and_goes_on(served: Served) -> None:
    with served.at_most(resource.RLIMIT_NOFILE, served.files() + 5):
        held = [served.connection() for _ in range(MANY)]
        before = served.seconds()
        select.select([held[-1]], [], [], 1.0)
        assert served.seconds() - before < 0.7  # it does not spin
        for one in held:
            one.close()
        wait_until(served.answers, "an answer")
    assert served.process.poll() is None


def test_who_needs_a_file_that_cannot_be_opened_is_told(served: Served) -> None:
    with served.at_most(resource.RLIMIT_NOFILE, served.files() + 1):
        status, body = served.ask("/sign-in")

    assert status == 503
    assert b"try again" in body
    assert served.ask("/sign-in")[0] == 200


def test_out_of_memory_nobody_falls(served: Served) -> None:
    with served.at_most(resource.RLIMIT_AS, served.memory() + 2**20):
        with contextlib.ExitStack() as open_:
            held = [open_.enter_context(served.connection()) for _ in range(2 * MANY)]
            for one in held:  # all wait together in the memory of the node
                with contextlib.suppress(OSError):
                    one.sendall(served.head("/inbox", 2**20 - 1) + b"x" * (2**20 - 2))
            for one in held:
                with contextlib.suppress(OSError):
                    one.sendall(b"x")
            answers = [served.read(one)[0] for one in held]
        assert served.process.poll() is None

    assert 503 in answers
    assert set(answers) <= {0, 401, 503}  # 400 would tell others to give the letter up
    wait_until(served.answers, "an answer")
