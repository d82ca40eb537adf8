"""A server that nobody here wrote, in a process of its own, driven through its debug door."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The other server and its one account."""

    origin: str
    actor: str

    async def ask(self, what: str, **body: Any) -> Any:
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.post(f"{self.origin}/debug/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def show(self, what: str) -> Any:
        async with httpx.AsyncClient(timeout=20) as client:
            return (await client.get(f"{self.origin}/debug/{what}")).json()

    async def received(self, kind: str) -> list[dict[str, Any]]:
        return [a for a in await self.show("inbox") if a["type"] == kind]


@contextlib.contextmanager
def running(program: list[str], **environment: str) -> Iterator[Peer]:
    """Start a peer, which prints its addresses as one line of JSON, and stop it at the end."""
    given: Mapping[str, str] = {**os.environ, **environment}
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given
    ) as process:
        assert process.stdout
        yield Peer(**json.loads(process.stdout.readline()))
        process.terminate()
