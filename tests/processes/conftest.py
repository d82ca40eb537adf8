"""A town of nodes: each a process with its own address, port 443 and certificate."""

import contextlib
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import trustme

from tests.servers import ROOT, hidden_fields, need

ADDRESSES = {"alder": "127.0.0.11", "birch": "127.0.0.12"}
PASSWORD = "a long enough password"
FAMILIES = {"member", "keys", "peer"}
"""Words that say what a command is only with the next."""


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
        self._agent = self._listening("agent.py")
        self._anew, self._ready = (
            self._listening("starter.py"),
            self._listening("starter.py", "ready"),
        )
        self._known: set[tuple[str, ...]] = set()

    def _listening(self, program: str, *words: str) -> "subprocess.Popen[str]":
        """Start a program that answers each line with a line."""
        path = str(ROOT / "tests/processes" / program)
        return self.begin([path, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _starter(self, words: Sequence[str]) -> "subprocess.Popen[str]":
        """Who runs it: the first time it loads what is ours itself, in its own order."""
        command = tuple(words[: 2 if FAMILIES & set(words[:1]) else 1])
        starter = self._ready if command in self._known else self._anew
        self._known.add(command)
        return starter

    def begin(
        self, words: Sequence[str], settings: Mapping[str, str] | None = None, **how: Any
    ) -> "subprocess.Popen[str]":
        """Start a Python program inside the network."""
        inside = ["nsenter", "-t", str(self._root.pid), "-n", "-m", sys.executable]
        env = {**self.env(), **(settings or {})}
        return subprocess.Popen([*inside, *words], text=True, env=env, **how)

    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": str(self.folder / "ca.pem"),
            "FOLKMOOT_ALLOW_ADDRESSES": "127.0.0.0/8",
        }

    def enter(self, *words: str) -> None:
        """Run a program of the system inside."""
        inside = ["nsenter", "-t", str(self._root.pid), "-n", "-m", *words]
        subprocess.run(inside, check=True, timeout=20)

    def launch(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a program of the system inside."""
        inside = ["nsenter", "-t", str(self._root.pid), "-n", "-m", *words]
        return subprocess.Popen(inside, stdout=subprocess.DEVNULL)

    def inside(self, path: Path) -> Path:
        """What a path leads to inside, for who is outside."""
        return Path(f"/proc/{self._root.pid}/root{path}")

    def run(self, *words: str, typed: str = "") -> Said:
        """Run `folkmoot` with these words to its end, in a process of its own."""
        return Said(**_answer_of(self._starter(words), {"words": words, "typed": typed}))

    def leave(self, *words: str, log: Path, settings: Mapping[str, str] | None = None) -> "Left":
        """Run `folkmoot` with these words, and these settings in the environment, and go on."""
        starter = self._starter(words)
        asked = {"words": words, "log": str(log), "settings": settings or {}}
        return Left(starter, _answer_of(starter, asked)["pid"])

    def start(self, *words: str) -> Said:
        """Run `folkmoot` from nothing, as a shell does; slower."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self.begin(["-m", "node.cli", *words], **pipes) as child:
            out, err = child.communicate(timeout=60)
        return Said(child.returncode, out, err)

    def ask(
        self, method: str, url: str, body: Any = None, *, jar: str = "", **headers: str
    ) -> Answer:
        """Ask over HTTPS, from inside; a body that is no text is sent as JSON."""
        asked = {"method": method, "url": url, "headers": headers, "jar": jar}
        if body is not None:
            asked["body"] = body if isinstance(body, str) else json.dumps(body)
        return Answer(**_answer_of(self._agent, asked))

    def close(self) -> None:
        for child in (self._agent, self._anew, self._ready, self._root):
            child.kill()
            child.communicate()


def _answer_of(program: "subprocess.Popen[str]", asked: Mapping[str, Any]) -> Any:
    """Write a line to a program of ours and read the line it answers."""
    assert program.stdin
    assert program.stdout
    program.stdin.write(json.dumps(asked) + "\n")
    program.stdin.flush()
    return json.loads(program.stdout.readline())


class Left:
    """A process that a starter has forked and that goes on; what else is asked of a Popen."""

    def __init__(self, starter: "subprocess.Popen[str]", pid: int) -> None:
        self.pid = pid
        self._starter = starter
        self._ended = select.poll()
        self._ended.register(os.pidfd_open(pid), select.POLLIN)
        self._code: int | None = None

    def poll(self, seconds: float = 0) -> int | None:
        """The exit code, if it has ended or ends within this time."""
        if self._code is None and (ended := self._ended.poll(seconds * 1000)):
            os.close(ended[0][0])
            self._code = int(_answer_of(self._starter, {"ended": self.pid})["code"])
        return self._code

    def wait(self, timeout: float) -> int:
        code = self.poll(timeout)
        assert code is not None, f"{self.pid} did not end in {timeout} s"
        return code

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)


class House:
    """One node of the town."""

    def __init__(self, town: Town, name: str, folder: Path) -> None:
        self.town = town
        self.name = name
        self.origin = f"https://{name}.test"
        self.data = folder / "data"
        self.log = folder / "log"
        self.process: Left | None = None

    def run(self, *words: str, typed: str = "") -> Said:
        return self.town.run(*words, "--data", str(self.data), typed=typed)

    def member(self, name: str) -> str:
        """Add a member; their token."""
        said = self.run("member", "add", name, "--password-stdin", typed=PASSWORD)
        assert said.code == 0, said.err
        said = self.run("token", name)
        assert said.code == 0, said.err
        return said.out.strip()

    def serve(self, **settings: str) -> None:
        """Serve, with these settings in the environment, and wait for the first answer."""
        self.launch(**settings)
        wait_until(self.answers, f"the start of {self.name}")

    def launch(self, **settings: str) -> None:
        """Begin to serve."""
        keys = self.town.folder / self.name
        self.process = self.town.leave(
            "serve", "--data", str(self.data), "--host", ADDRESSES[self.name], "--port", "443",
            "--tls-cert", f"{keys}.pem", "--tls-key", f"{keys}.key",
            log=self.log, settings=settings,
        )  # fmt: skip

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()
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


class Person:
    """Somebody with a browser without scripts at a node."""

    def __init__(self, house: House, name: str) -> None:
        self.house = house
        self.jar = f"{name}@{house.name}"
        self.send("/sign-in", {"name": name, "password": PASSWORD})

    def get(self, path: str) -> str:
        """The page."""
        answer = self.house.town.ask("GET", self.house.origin + path, jar=self.jar)
        assert answer.status == 200, answer
        return answer.body

    def send(self, path: str, said: Mapping[str, Any], *, form: str = "") -> str:
        """Open the page with the form, fill it in, send it; where that leads."""
        hidden = hidden_fields(self.get(form or path), path)
        answer = self.house.town.ask(
            "POST", self.house.origin + path, urlencode({**hidden, **said}, doseq=True),
            jar=self.jar,
            **{"origin": self.house.origin, "sec-fetch-site": "same-origin",
               "content-type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert answer.status == 303, answer
        return answer.headers["location"]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Found a community by command, once for all tests; each takes a copy of the folder."""
    folder = tmp_path_factory.mktemp("founded")

    def seed(name: str) -> Path:
        data = folder / name
        if not data.exists():
            words = [
                "init", "--data", data, "--origin", f"https://{name}.test",
                "--community", name.title(), "--handle", name,
                "--admin", "keeper", "--admin-password-stdin",
            ]  # fmt: skip
            command = [sys.executable, "-m", "node.cli", *words]
            subprocess.run(command, cwd=ROOT, input=PASSWORD, text=True, check=True, timeout=60)
        return data

    return seed


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def alder(house: Callable[[str], House]) -> House:
    return house("alder")


@pytest.fixture(scope="module")
def birch(house: Callable[[str], House]) -> House:
    return house("birch")


@pytest.fixture(scope="module")
def house(
    town: Town, founded: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], House]]:
    """Houses of a module's own, in which nothing has happened yet."""
    built: list[House] = []

    def build(name: str) -> House:
        made = House(town, name, tmp_path_factory.mktemp(name))
        shutil.copytree(founded(name), made.data)
        built.append(made)
        return made

    yield build
    for made in built:
        if made.process and made.process.poll() is None:
            made.end(signal.SIGKILL)
