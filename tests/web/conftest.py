"""Real nodes with small modules of the tests' own, seen through a browser without scripts."""

import html
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.module import Module
from node.kernel.node import Node
from node.kernel.settings import Settings
from web import sessions
from web.app import build

NOW = datetime(2027, 3, 11, 8, 15, tzinfo=UTC)
SECRET = "s" * 43


async def identify(node: Node, request: Any) -> Viewer:
    """Who holds the one session cookie, or the one bearer token, is a member."""
    bearer = request.headers.get("authorization") == "Bearer key"
    if sessions.given(request) != SECRET and not bearer:
        return ANONYMOUS
    return Viewer(role="member", language=node.memory.get("language"), timezone=None)


class Site:
    """A node and a browser at it."""

    def __init__(self, node: Node, client: httpx.AsyncClient) -> None:
        self.node, self.client = node, client
        self.get = client.get

    def sign_in(self) -> None:
        """Hold the cookie of a session."""
        self.client.cookies.set(sessions.name(self.node.origin), SECRET)

    async def post(
        self, path: str, data: dict[str, Any], *, form: str | None = None, **headers: str
    ) -> httpx.Response:
        """Open the page, then send the form with its hidden fields, as a browser does."""
        page = await self.get(form or path)
        sent = {"origin": self.node.origin, "sec-fetch-site": "same-origin"} | headers
        return await self.client.post(path, data={**hidden(page.text), **data}, headers=sent)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
async def make_site(tmp_path: Path) -> AsyncIterator[Callable[..., Site]]:
    """A site of these modules: `make_site(routes=[…])`; more words change its community."""
    made: list[Site] = []

    def make(
        *modules: Module,
        routes: Any = (),
        settings: dict[str, Any] | None = None,
        **community: Any,
    ) -> Site:
        ours = Module(name="ours", routes=tuple(routes), identify=identify)
        folder = tmp_path / str(len(made))
        folder.mkdir()
        node = Node(Settings(data=folder, **(settings or {})), [ours, *modules], clock=lambda: NOW)
        values = {
            "origin": "https://alder.test",
            "ready": True,
            "at_home": False,
            "name": "Alder Street",
            "handle": "alder",
            "purpose": "We share tools.",
            "timezone": "Europe/Berlin",
        }
        node.community = replace(node.community, **(values | community))
        transport = httpx.ASGITransport(app=build(node))
        client = httpx.AsyncClient(transport=transport, base_url=node.origin)
        made.append(Site(node, client))
        return made[-1]

    yield make
    for site in made:
        await site.client.aclose()
        await site.node.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site of web's own pages."""
    return make_site(settings={"development": True})
