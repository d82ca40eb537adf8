"""`make bench`: accepted and carried activities, pages, memory, start; each beside a baseline."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import insert

from federation import signatures
from node.kernel.keys import Keys, make_keys
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import load
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from tests.bench import methods
from tests.bench.load import send_all

SIGNERS = 50
LETTERS = int(os.environ.get("FOLKMOOT_BENCH_LETTERS", "6000"))
PAGES = 3000
ENVIRON = {
    **os.environ,
    "FOLKMOOT_ALLOW_HTTP": "1",
    "FOLKMOOT_ALLOW_ADDRESSES": "127.0.0.0/8",
    "FOLKMOOT_LOG_LEVEL": "ERROR",
}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def server(
    port: int, *words: str, **environ: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server process, and the seconds from its start to its first answer."""
    begun = time.perf_counter()
    command = [sys.executable, *words]
    with subprocess.Popen(
        command, env={**ENVIRON, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                    break
            except OSError:
                if time.perf_counter() - begun > 30:
                    raise
                time.sleep(0.005)
        yield process, time.perf_counter() - begun
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kib) / 1024


async def prepare(data: Path, port: int) -> list[tuple[str, Keys]]:
    """Found a community with a member, and know some strangers with their keys."""
    origin = f"http://127.0.0.1:{port}"
    strangers = [(f"http://127.0.0.2:9/u/s{n}", make_keys()) for n in range(SIGNERS)]
    node = Node(load(data, ENVIRON), installed())
    await node.start()
    founding = accounts.Founding(
        origin=origin, at_home=False, name="Bench", handle="bench", purpose="To be measured.",
        language="en", timezone="UTC", admin="keeper",
        password_hash=await accounts.hash_password("a long enough password"),
    )  # fmt: skip
    await node.write(accounts.found, founding, [make_keys() for _ in range(3)])
    await node.write(_know, strangers)
    await node.close()
    return strangers


def _know(unit: Unit, strangers: list[tuple[str, Keys]]) -> None:
    for number, (id_, keys) in enumerate(strangers):
        row = {
            "id": id_, "local": False, "type": "Person", "handle": f"s{number}",
            "domain": "127.0.0.2:9", "inbox": f"{id_}/inbox", "followers": f"{id_}/followers",
            "key_id": f"{id_}#main-key", "public_key": keys.rsa_public, "created": unit.now,
            "fetched": unit.now,
        }  # fmt: skip
        unit.db.execute(insert(account).values(row))


def letters(port: int, strangers: list[tuple[str, Keys]], run: str) -> list[bytes]:
    """Signed Create(Note) requests to the admin of the node, ready to be sent."""
    origin = f"http://127.0.0.1:{port}"
    keys = [load_pem_private_key(k.rsa.encode(), None) for _, k in strangers]
    made = []
    for number in range(LETTERS):
        who = number % SIGNERS
        body = _note(strangers[who][0], f"{run}{number}", origin)
        headers = signatures.sign(
            "POST", f"{origin}/inbox", body, key_id=f"{strangers[who][0]}#main-key",
            private_key=keys[who], now=datetime.now(UTC),
        )  # fmt: skip
        headers = {"Content-Type": "application/activity+json", **headers}
        head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        made.append(
            f"POST /inbox HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
    return made


def _note(actor: str, name: str, origin: str) -> bytes:
    to, cc = ["https://www.w3.org/ns/activitystreams#Public"], [f"{origin}/u/keeper"]
    note = {
        "id": f"{actor}/o/{name}", "type": "Note", "attributedTo": actor, "to": to, "cc": cc,
        "content": f"<p>Good morning to all of you, from further away. {'x' * 900}</p>",
        "published": "2026-11-20T08:00:00Z",
        "tag": [{"type": "Mention", "href": f"{origin}/u/keeper", "name": "@keeper"}],
    }  # fmt: skip
    create = {
        "@context": "https://www.w3.org/ns/activitystreams", "id": f"{actor}/a/{name}",
        "type": "Create", "actor": actor, "to": to, "cc": cc, "object": note,
    }  # fmt: skip
    return json.dumps(create).encode()


def left(data: Path) -> int:
    """How many letters wait for their effect."""
    with sqlite3.connect(f"file:{data}/folkmoot.db?mode=ro", uri=True) as db:
        return int(db.execute("SELECT count(*) FROM letter WHERE state='waiting'").fetchone()[0])


def measure() -> dict[str, tuple[float, float, str]]:
    """All figures: name to (ours, baseline, unit)."""
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    port, bare = free_port(), free_port()
    strangers = asyncio.run(prepare(folder, port))
    figures: dict[str, tuple[float, float, str]] = {}
    serve = ("-m", "node.cli", "serve", "--data", str(folder), "--port", str(port))
    page = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n".encode()
    with (
        server(bare, "-m", "tests.bench.bare", str(bare)) as (other, other_start),
        server(port, *serve) as (ours, start),
    ):
        figures["cold start"] = (start, other_start, "s")
        time.sleep(3)
        figures["idle memory"] = (memory(ours), memory(other), "MiB")
        figures["public page"] = (*_rates(port, bare, [page] * PAGES), "pages/s")
        both = letters(port, strangers, "a")
        begun = time.perf_counter()
        figures["accepted, while carried"] = (*_rates(port, bare, both), "letters/s")
        while left(folder):
            time.sleep(0.05)
        through = LETTERS / (time.perf_counter() - begun)
        figures["both together"] = (through, figures["accepted, while carried"][1], "letters/s")
        figures["memory after"] = (memory(ours), memory(other), "MiB")
        ours.send_signal(signal.SIGTERM)
        ours.wait()
        figures |= _apart(folder, port, bare, serve, letters(port, strangers, "b"))
    return figures


def _apart(
    folder: Path, port: int, bare: int, serve: tuple[str, ...], made: list[bytes]
) -> dict[str, tuple[float, float, str]]:
    """The two halves, each alone: letters only accepted, then only carried through."""
    with server(port, *serve, FOLKMOOT_WORKER="0") as (ours, _):
        accepted, baseline = _rates(port, bare, made)
        ours.send_signal(signal.SIGTERM)
        ours.wait()
    with server(port, *serve):
        begun, waiting = time.perf_counter(), left(folder)
        while left(folder):
            time.sleep(0.05)
        through = waiting / (time.perf_counter() - begun)
    return {
        "accepted alone": (accepted, baseline, "letters/s"),
        "carried alone": (through, baseline, "letters/s"),
    }


def _rates(port: int, bare: int, requests: list[bytes]) -> tuple[float, float]:
    took, seen = asyncio.run(send_all(port, requests))
    good = sum(n for status, n in seen.items() if status < 300)
    if good != len(requests):
        sys.stderr.write(f"not all were answered well: {dict(seen)}\n")
    baseline, _ = asyncio.run(send_all(bare, requests))
    return good / took, len(requests) / baseline


def main() -> None:
    """Print a table."""
    sys.stdout.write(methods.table())
    sys.stdout.write(f"{'':24}{'ours':>12}{'baseline':>12}{'ratio':>8}\n")
    for name, (ours, baseline, unit) in measure().items():
        sys.stdout.write(f"{name:24}{ours:12.2f}{baseline:12.2f}{ours / baseline:8.2f}  {unit}\n")


if __name__ == "__main__":
    main()
