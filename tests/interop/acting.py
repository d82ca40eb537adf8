"""What tests have the Fedify server and our people do, again and again."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from federation import resolving
from node import stage
from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.follows import api as follows
from node.modules.notes import api as notes
from node.modules.notes import queries as posts
from node.modules.notes.queries import Post
from tests.conftest import person
from tests.interop.peer import Peer

CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v1",
    {
        "EmojiReact": "http://litepub.social/ns#EmojiReact",
        "Hashtag": "as:Hashtag",
        "Emoji": "http://joinmastodon.org/ns#Emoji",
        "sensitive": "as:sensitive",
        "votersCount": "http://joinmastodon.org/ns#votersCount",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    },
]


def said(frank: Peer, kind: str, about: object, *, by: str = "", **more: Any) -> dict[str, Any]:
    """An activity of frank's, or of another there, about something."""
    who = by or frank.actor
    return {
        "@context": CONTEXT, "id": f"{who}#acts/{uuid4()}", "type": kind,
        "actor": who, "object": about, **more,
    }  # fmt: skip


async def followed(here: stage.Stage, frank: Peer) -> Node:
    """Frank follows our community, and knows that he does."""
    alder = here.nodes["alder"]
    us = alder.community.id
    if frank.actor not in await alder.read(follows.followers, us):
        asked = await frank.ask("follow", actor=us)
        await here.until(partial(heard, frank, "Accept", lambda one: asked["id"] in str(one)))
    return alder


async def heard(frank: Peer, kind: str, fits: Callable[[Any], bool]) -> Any:
    """What frank received of a kind, the first whose object fits; None if nothing did."""
    found = [one for one in await frank.received(kind) if fits(one.get("object"))]
    return found[0] if found else None


def is_about(id: str) -> Callable[[Any], bool]:
    """Whether an object is, or has, this id."""
    return lambda one: one == id or (isinstance(one, dict) and one.get("id") == id)


async def follow(here: stage.Stage, name: str, whom: str) -> tuple[Account, Viewer]:
    """A new member of ours who follows somebody there, and is welcome."""
    alder = here.nodes["alder"]
    ana = await person(alder, name, display=name.title())
    await alder.write(follows.follow, ana, await resolving.account(alder, whom))

    async def accepted() -> bool:
        return await alder.read(follows.state, ana.id, whom) == follows.State.ACCEPTED

    await here.until(accepted)
    return ana, Viewer(account=ana, role="member")


async def posted(alder: Node, who: Account | None = None, **draft: Any) -> str:
    """The id of a public post, of the community if nobody is named."""
    author = who or await alder.account(alder.community.id)
    assert author is not None
    words = notes.Draft(**{"reach": "public", "people": {}, **draft})
    slug = await alder.write(notes.post, author, words)
    kept = await alder.read(posts.by_slug, slug, Viewer(account=author, role="member"))
    assert kept is not None
    return kept.id


async def kept(alder: Node, id: str, words: str = "") -> Post | None:
    """A post as it is kept here, once it has these words."""
    found = await alder.read(posts.stored, id)
    return found if found is not None and words in found.content else None


async def sound(frank: Peer, alder: Node) -> None:
    """Nothing that was between frank and us was wrong for Fedify.

    But `formerType` of a Tombstone: it is written as ActivityStreams has it in its own examples,
    which its context makes an address, and Fedify passes over it.
    """
    said = [one["what"] for one in await frank.show("errors")]
    assert [one for one in said if "entity type reference" not in one] == []
    ours = [one for one in await frank.show("wire") if alder.origin in one["body"]]
    assert {one["status"] for one in ours} <= {202}
