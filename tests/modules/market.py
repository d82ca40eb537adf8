"""A market of other software, which speaks some dialect, and the node of ours that hears it."""

import json
from typing import Any

from federation import resolving
from node.kernel.keys import Keys
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.follows import api as follows
from node.modules.listings import api, queries
from node.modules.listings.tables import Notice
from tests.conftest import Wire, person, settle
from tests.federation.strangers import PUBLIC, Actor, Post, Server, letters
from tests.vocab.samples import FOLDER


class Market:
    """Somebody at a market, and the way from there to our node."""

    def __init__(self, node: Node, wire: Wire, keys: Keys, name: str = "elm") -> None:
        self.node = node
        self.server = Server(origin=f"https://{name}.test")
        wire.apps[self.server.origin] = self.server
        self.bob = self.server.actor("bob", keys)
        self.server.vouch(f"bob@{name}.test", self.bob.id)
        self._post = Post(node, wire.apps[node.origin])

    def proposal(self, **more: Any) -> dict[str, Any]:
        """What Bob offers, as FEP-0837 says it; None takes a key away."""
        id = f"{self.server.origin}/proposals/1"
        said = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "type": "Proposal",
            "id": id,
            "purpose": "offer",
            "attributedTo": self.bob.id,
            "name": "A ladder",
            "content": "<p>Three metres long.</p>",
            "published": "2026-11-19T09:00:00Z",
            "publishes": {
                "type": "Intent",
                "id": f"{id}#primary",
                "action": "transfer",
                "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "1"},
            },
            "unitBased": False,
            "to": PUBLIC,
        }
        return {key: held for key, held in {**said, **more}.items() if held is not None}

    async def follower(self, name: str = "ana") -> Account:
        """A member of ours who follows Bob."""
        ana = await person(self.node, name, display=name.title())
        bob = await resolving.account(self.node, self.bob.id)
        await self.node.write(follows.follow, ana, bob)
        await settle(self.node)
        assert await self.says("Accept", self.server.received[-1], to=[ana.id]) is None
        return ana

    async def says(
        self, kind: str, thing: Any, *, by: Actor | None = None, **more: Any
    ) -> str | None:
        """Send an activity by an honest signature; what became of it, a code or None."""
        actor = by or self.bob
        return await self.sends(actor.says(kind, thing, **more), by=actor)

    async def sends(self, activity: dict[str, Any], *, by: Actor | None = None) -> str | None:
        """Send an activity as it is; the code with which it was refused, None if it was not."""
        answer = await self._post(by or self.bob, activity)
        assert answer.status_code == 202, answer.text
        await settle(self.node)
        (row,) = [one for one in await letters(self.node) if one.activity == activity["id"]]
        assert row.state in ("done", "refused", "ignored"), (row.state, row.code)
        return "ignored" if row.state == "ignored" else row.code

    async def kept(self) -> list[Notice]:
        """What the node keeps of others."""
        return await self.node.read(_others)


def _others(db: Any) -> list[Notice]:
    wanted = queries.select(queries.listing).where(queries.listing.c.local.is_(False))
    return queries.everything(db, wanted)


def received(name: str, market: Market) -> dict[str, Any]:
    """A sample of the vocabulary, as if it came from this market."""
    text = (FOLDER / "interop" / f"{name}.received.json").read_text("utf-8")
    for place in (
        "market.example", "epicyon.example", "fedify.example", "flohmarkt.example",
        "pod.example", "test.example", "mocked.local",
    ):  # fmt: skip
        text = text.replace(f"https://{place}", market.server.origin)
    said = json.loads(text)
    owner = {"attributedTo": market.bob.id}
    return {**said, **owner}


async def on_board(node: Node) -> list[str]:
    """The titles a member sees on the board."""
    return [one.title for one in await node.read(api.open_listings, api.HERE, node.now())]
