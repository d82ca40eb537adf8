"""What is said in our group, and in a conversation, to a Fedify server and back."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from node import stage
from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.groups import announcing, pinning
from node.modules.groups import queries as groups
from node.modules.notes import gathering
from tests.conftest import person
from tests.interop.acting import CONTEXT, follow, followed, heard, kept, posted, said, sound
from tests.interop.peer import Peer
from vocab.model import PUBLIC


async def test_a_server_of_groups_is_told_what_is_done_in_ours(
    here: stage.Stage, frank: Peer
) -> None:
    alder, fern = await followed(here, frank), frank.neighbour()
    us = alder.community.id
    keeper = await open_keeper(alder)
    viewer = Viewer(account=keeper, role="admin")
    await reads_acts(here, fern)
    gus = await person(alder, "gus", display="Gus")
    post = await posted(alder, gus, text="A cart to lend.", group=True)

    like = said(frank, "Like", post, audience=us, to=[us])
    await frank.ask("send", activity=like, to=[us])
    told = await here.until(partial(heard, fern, "Announce", act("Like", post)))
    # by its proof, which somebody who writes it anew cannot make
    [sent] = await wired(frank, told["id"])
    assert sent["object"]["id"] == like["id"]
    bare = {k: v for k, v in sent["object"].items() if k != "signature"}
    assert await frank.ask("verify", document=bare) == {"holds": True}
    await frank.ask("send", activity=said(frank, "Undo", like, audience=us, to=[us]), to=[us])
    await here.until(partial(heard, fern, "Announce", undone("Like", post)))

    dislike = said(frank, "Dislike", post, audience=us, to=[us])
    await frank.ask("send", activity=dislike, to=[us])
    await alder.write(announcing.lock, post, by=keeper.id, locked=True)
    locked = await here.until(partial(heard, fern, "Announce", act("Lock", post)))
    await alder.write(announcing.lock, post, by=keeper.id, locked=False)
    await here.until(partial(heard, fern, "Announce", undone("Lock", post)))
    await alder.write(pinning.pin, viewer, post, as_community=True)
    await here.until(partial(heard, fern, "Announce", act("Add", post)))
    await alder.write(pinning.unpin, viewer, post, as_community=True)
    removed = await here.until(partial(heard, fern, "Announce", act("Remove", post)))

    assert (locked["actor"], locked["object"]["actor"]) == (us, keeper.id)
    assert removed["object"]["target"] == f"{us}/featured"
    for one in (locked, removed):
        assert [one["object"]] == [sent["object"] for sent in await wired(fern, one["id"])]
    assert await heard(fern, "Announce", act("Dislike", post)) is None
    await sound(frank, alder)


async def open_keeper(alder: Node) -> Account:
    """Our keeper, who lets it be known, so that what they did is told as theirs."""
    keeper = await alder.account(f"{alder.origin}/u/keeper")
    assert keeper is not None
    manners = await alder.read(groups.manners)
    await alder.write(announcing.arrange, manners, openly=True, by=keeper.id)
    return keeper


async def reads_acts(here: stage.Stage, fern: Peer) -> None:
    """Fern's is a server of groups, and we know it; she follows our community."""
    alder = here.nodes["alder"]
    await fern.ask("is", software="lemmy")
    await fern.ask("follow", actor=alder.community.id)

    async def is_known() -> bool:
        return (await alder.read(groups.count_readers, alder.community.id))[0] > 0

    await here.until(is_known)


def act(kind: str, about: str) -> Callable[[Any], bool]:
    """Whether an object is an activity of a kind about something."""
    return lambda one: (
        isinstance(one, dict) and one.get("type") == kind and one.get("object") == about
    )


def undone(kind: str, about: str) -> Callable[[Any], bool]:
    """Whether an object takes such an activity back."""
    return lambda one: (
        isinstance(one, dict) and one.get("type") == "Undo" and act(kind, about)(one.get("object"))
    )


async def wired(peer: Peer, id: str) -> list[Any]:
    """The letters with this id, as they were on the wire."""
    bodies = [json.loads(one["body"]) for one in await peer.show("wire")]
    return [one for one in bodies if one["id"] == id]


async def test_frank_reads_a_conversation_of_ours(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    eve = await person(alder, "eve", display="Eve")
    first = await posted(alder, eve, text="Who has a ladder?")
    answer = await posted(alder, text="The shed has.", parent=first)
    await posted(alder, eve, text="Thanks, for us alone.", parent=answer, reach="community")

    seen = await frank.ask("conversation", id=answer)

    assert seen == {"context": f"{first}/context", "items": [first, answer]}
    await sound(frank, alder)


async def test_a_conversation_at_franks_is_read_here(here: stage.Stage, frank: Peer) -> None:
    alder, fern = here.nodes["alder"], frank.neighbour()
    ivy, _ = await follow(here, "ivy", frank.actor)
    place = {"@context": CONTEXT, "type": "OrderedCollection", "orderedItems": []}
    context = (await frank.ask("publish", thing=place, at="threads"))["id"]
    note = {"@context": CONTEXT, "type": "Note", "to": [PUBLIC], "context": context}
    first = {**note, "content": "<p>Who has a ladder?</p>"}
    root = (await frank.ask("publish", thing=first, to=[ivy.id]))["id"]
    second = {**note, "content": "<p>Here is one.</p>", "inReplyTo": root}
    answer = (await fern.ask("publish", thing=second))["id"]
    whole = {**place, "id": context, "attributedTo": frank.actor, "orderedItems": [root, answer]}
    await frank.ask("replace", id=context, thing=whole)
    await here.until(partial(kept, alder, root, "ladder"))
    before = await kept(alder, answer)

    await gathering.below(alder, root, gathering.budget())

    found = await kept(alder, answer, "Here is one.")
    assert before is None
    assert found is not None
    assert (found.owner, found.thread) == (fern.actor, root)
    await sound(frank, alder)
