"""A town of nodes: each a process with its own address, port 443 and certificate."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme

from tests.servers import ROOT, need

ADDRESSES = {"alder": "127.0.0.11", "birch": "127.0.0.12"}
PASSWORD = "a long enough password"


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Answer(NamedTuple):
    """An answer over HTTP; status 0 if there was none."""

    status: int
    headers: dict[str, str]
    body: str


def wait_until(holds: Callable[[], Any], what: str, seconds: float = 40) -> Any:
    """Look again and again at what another process does; it tells nobody when it is done."""
    until = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < until, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)
    return found


class Town:
    """A network with names of its own, and what runs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = subprocess.Popen(
            [need("root"), sys.executable, "-c", "input('there\\n')"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._root.stdout
        assert self._root.stdout.readline()
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        for name in ADDRESSES:
            made = authority.issue_cert(f"{name}.test")
            made.private_key_pem.write_to_path(folder / f"{name}.key")
            chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
            (folder / f"{name}.pem").write_bytes(chain)
        agent = str(ROOT / "tests/processes/agent.py")
        self._agent = self.begin([agent], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def begin(self, words: Sequence[str], **how: Any) -> "subprocess.Popen[str]":
        """Start a Python program inside the network."""
        inside = ["nsenter", "-t", str(self._root.pid), "-n", "-m", sys.executable]
        return subprocess.Popen([*inside, *words], text=True, env=self.env(), **how)

    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": str(self.folder / "ca.pem"),
            "FOLKMOOT_ALLOW_ADDRESSES": "127.0.0.0/8",
        }

    def run(self, *words: str, typed: str = "") -> Said:
        """Run `folkmoot` with these words to its end."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self.begin(["-m", "node.cli", *words], **pipes) as child:
            out, err = child.communicate(typed, timeout=60)
        return Said(child.returncode, out, err)

    def ask(self, method: str, url: str, body: Any = None, **headers: str) -> Answer:
        """Ask over HTTPS, from inside."""
        asked = {"method": method, "url": url, "headers": headers}
        if body is not None:
            asked["body"] = json.dumps(body)
        assert self._agent.stdin
        assert self._agent.stdout
        self._agent.stdin.write(json.dumps(asked) + "\n")
        self._agent.stdin.flush()
        return Answer(**json.loads(self._agent.stdout.readline()))

    def close(self) -> None:
        for child in (self._agent, self._root):
            child.kill()
            child.communicate()


class House:
    """One node of the town."""

    def __init__(self, town: Town, name: str) -> None:
        self.town = town
        self.name = name
        self.origin = f"https://{name}.test"
        self.data = town.folder / name
        self.process: subprocess.Popen[str] | None = None

    def run(self, *words: str, typed: str = "") -> Said:
        return self.town.run(*words, "--data", str(self.data), typed=typed)

    def found(self) -> None:
        said = self.run(
            "init", "--origin", self.origin, "--community", self.name.title(),
            "--handle", self.name, "--admin", "keeper", "--admin-password-stdin", typed=PASSWORD,
        )  # fmt: skip
        assert said.code == 0, said.err

    def member(self, name: str) -> str:
        """Add a member; their token."""
        said = self.run("member", "add", name, "--password-stdin", typed=PASSWORD)
        assert said.code == 0, said.err
        said = self.run("token", name)
        assert said.code == 0, said.err
        return said.out.strip()

    def serve(self) -> None:
        keys = self.town.folder / self.name
        log = (self.town.folder / f"{self.name}.log").open("a")
        with log:
            self.process = self.town.begin(
                ["-m", "node.cli", "serve", "--data", str(self.data),
                 "--host", ADDRESSES[self.name], "--port", "443",
                 "--tls-cert", f"{keys}.pem", "--tls-key", f"{keys}.key"],
                stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(self.answers, f"the start of {self.name}")

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.town.folder / f"{self.name}.log").read_text()
        return self.town.ask("GET", f"{self.origin}/.well-known/nodeinfo").status == 200

    def end(self, signum: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process
        self.process.send_signal(signum)
        return self.process.wait(timeout=25)

    def send(self, who: str, token: str, activity: dict[str, Any]) -> Answer:
        """Post to a member's outbox."""
        return self.town.ask(
            "POST", f"{self.origin}/u/{who}/outbox", activity,
            **{"authorization": f"Bearer {token}", "content-type": "application/activity+json"},
        )  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database of a node, whether it runs or not."""
        with contextlib.closing(sqlite3.connect(self.data / "folkmoot.db", timeout=20)) as db:
            db.execute("PRAGMA query_only=ON")
            return db.execute(query).fetchall()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def alder(town: Town) -> Iterator[House]:
    yield from _house(town, "alder")


@pytest.fixture(scope="module")
def birch(town: Town) -> Iterator[House]:
    yield from _house(town, "birch")


def _house(town: Town, name: str) -> Iterator[House]:
    made = House(town, name)
    made.found()
    yield made
    if made.process and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
