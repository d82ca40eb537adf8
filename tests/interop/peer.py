"""A server that nobody here wrote, in a process of its own, driven through its debug door."""

import contextlib
import json
import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


def _client() -> httpx.AsyncClient:
    # one for all, and no certificates: to read those takes longer than any request
    return httpx.AsyncClient(timeout=20, verify=False)


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The other server and its one account."""

    origin: str
    actor: str
    other: str = ""
    """Somebody at a second site of the same process, if there is one."""
    client: httpx.AsyncClient = field(default_factory=_client, compare=False, repr=False)

    async def ask(self, what: str, **body: Any) -> Any:
        answer = await self.client.post(f"{self.origin}/debug/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def show(self, what: str) -> Any:
        return (await self.client.get(f"{self.origin}/debug/{what}")).json()

    async def received(self, kind: str) -> list[dict[str, Any]]:
        return [a for a in await self.show("inbox") if a["type"] == kind]

    def neighbour(self) -> "Peer":
        """The second site, with its first person."""
        return Peer(origin=self.other.partition("/users/")[0], actor=self.other, client=self.client)


@contextlib.asynccontextmanager
async def running(program: list[str], **environment: str) -> AsyncIterator[Peer]:
    """Start a peer, which prints its addresses as one line of JSON, and stop it at the end."""
    given: Mapping[str, str] = {**os.environ, **environment}
    with subprocess.Popen(  # noqa: ASYNC220 - it prints its line and is asked by its door alone
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given
    ) as process:
        assert process.stdout
        made = Peer(**json.loads(process.stdout.readline()))
        async with made.client:
            yield made
        process.terminate()
