"""A node with posts, and strangers of another server who write to it in plain JSON."""

from collections.abc import Awaitable, Callable
from typing import Any

import federation
from node.kernel.module import Module
from node.kernel.node import Node
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from tests.conftest import Wire, person, settle
from tests.federation.strangers import Actor, Post, Server, letters

MODULES: list[Module] = [federation.module, accounts.module, follows.module, moderation.module,
                         reactions.module, notes.module, pictures.module]  # fmt: skip
MakeNode = Callable[..., Awaitable[Node]]


class Stage:
    """A node, whom it meets, and how they write."""

    def __init__(self, node: Node, wire: Wire) -> None:
        self.node = node
        self.wire = wire
        self.post = Post(node, wire.apps[node.origin])

    def server(self, name: str) -> Server:
        made = Server(origin=f"https://{name}")
        self.wire.apps[made.origin] = made
        return made

    def actor(self, server: Server, name: str) -> Actor:
        return server.actor(name, self.node.make_keys())

    async def hear(self, actor: Actor, activity: dict[str, Any]) -> tuple[str, str | None]:
        """Deliver one letter and carry it out: its state, and why."""
        answer = await self.post(actor, activity)
        assert answer.status_code == 202, answer.text
        await settle(self.node)
        found = [one for one in await letters(self.node) if one.activity == activity["id"]]
        return found[0].state, found[0].code

    async def twice(self, actor: Actor, activity: dict[str, Any]) -> tuple[str, str | None]:
        """The same, and once more under another id: what it does has to be done once."""
        await self.hear(actor, activity)
        return await self.hear(actor, {**activity, "id": activity["id"] + "-again"})


async def stage(make_node: MakeNode, wire: Wire) -> Stage:
    return Stage(await make_node("alder", modules=MODULES), wire)


async def follow(stage: Stage, who: str, whom: Actor) -> Any:
    """A member who follows a stranger, and whose follow was accepted."""
    from federation import resolving
    from node.modules.follows import api as following

    member = await person(stage.node, who)
    target = await resolving.account(stage.node, whom.id)
    await stage.node.write(following.follow, member, target)
    await settle(stage.node)
    asked = whom.server.received[-1]
    await stage.hear(whom, whom.says("Accept", asked["id"], to=[member.id]))
    return member
