"""Pubby, a second server that nobody here wrote, exchanges with us what it knows.

It signs by draft-cavage, follows and is followed, writes, answers, likes, shares, changes,
deletes and takes back.
"""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from federation import resolving
from node import stage
from node.demo import living
from node.demo.people import Wish
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.modules.follows import api as follows
from node.modules.groups import queries as groups
from node.modules.identity import aliases
from node.modules.identity import queries as moves
from node.modules.notes import api as notes
from node.modules.notes import queries as posts
from node.modules.notes import writing
from node.modules.reactions import acting
from node.modules.reactions import queries as reactions
from tests.conftest import person
from tests.interop import peer
from tests.interop.peer import Peer
from vocab.policy import Leave

ACTIVITY = "application/activity+json"


@pytest.fixture(scope="module")
async def robin(pubby_program: list[str]) -> AsyncIterator[Peer]:
    async with peer.running(pubby_program) as found:
        yield found


async def heard(here: stage.Stage, robin: Peer, kind: str, about: str) -> object:
    """What robin received of a kind, once its object is, or says, this."""

    async def came() -> object:
        for each in await robin.received(kind):
            held = each["object"]
            if held == about or (isinstance(held, dict) and about in str(held)):
                return held
        return None

    return await here.until(came)


async def following(here: stage.Stage, robin: Peer) -> tuple[Node, str]:
    """Robin follows our community, and was told that this is welcome; the Follow's id."""
    alder = here.nodes["alder"]
    us = alder.community.id
    follow = await robin.ask("act", kind="Follow", object=us, to=[us])
    await heard(here, robin, "Accept", follow["id"])
    return alder, follow["id"]


async def reader(here: stage.Stage, robin: Peer, name: str) -> tuple[Node, Account]:
    """A new member of ours who follows robin, as robin knows."""
    alder = here.nodes["alder"]
    ana = await person(alder, name, display=name.title())
    await alder.write(follows.follow, ana, await resolving.account(alder, robin.actor))

    async def follower() -> bool:
        return ana.id in await robin.show("followers")

    await here.until(follower)
    return alder, ana


async def known(alder: Node, note: str) -> bool:
    """Whether a note is kept here."""
    return await alder.read(posts.stored, note) is not None


async def test_robin_follows_answers_likes_and_shares(here: stage.Stage, robin: Peer) -> None:
    alder, follow = await following(here, robin)
    us = await alder.account(alder.community.id)
    assert us is not None

    words = notes.Draft(text="The tap in the yard runs again.", reach="public", people={})
    slug = await alder.write(notes.post, us, words)
    created = await heard(here, robin, "Create", words.text)
    assert isinstance(created, dict)
    post = created["id"]
    await robin.ask("write", content="<p>Well mended!</p>", reply=post, to=[us.id])
    like = await robin.ask("act", kind="Like", object=post, to=[us.id])
    share = await robin.ask("act", kind="Announce", object=post, to=[us.id])

    async def said(*numbers: int) -> bool:
        found = (await alder.read(reactions.of, [post], ANONYMOUS)).get(post, reactions.Reactions())
        return (found.likes, found.shares) == numbers

    async def answered() -> bool:
        async with httpx.AsyncClient() as visitor:
            return "Well mended!" in (await visitor.get(f"{alder.origin}/n/{slug}")).text

    await here.until(answered)
    await here.until(partial(said, 1, 1))
    await robin.ask("undo", id=like["id"])
    await robin.ask("undo", id=share["id"])
    await here.until(partial(said, 0, 0))
    await robin.ask("undo", id=follow)

    async def gone() -> bool:
        return robin.actor not in await alder.read(follows.followers, us.id)

    await here.until(gone)


async def test_a_member_follows_robin_and_reads_what_robin_writes(
    here: stage.Stage, robin: Peer
) -> None:
    alder = here.nodes["alder"]
    ana = await person(alder, "ria", display="Ria")
    target = await resolving.account(alder, robin.actor)
    await alder.write(follows.follow, ana, target)

    async def accepted() -> bool:
        return await alder.read(follows.state, ana.id, robin.actor) == follows.State.ACCEPTED

    await here.until(accepted)
    assert ana.id in await robin.show("followers")
    note = (await robin.ask("write", content="<p>Rain at last.</p>"))["object"]["id"]

    async def reads(words: str) -> bool:
        kept = await alder.read(posts.stored, note)
        return kept is not None and words in kept.content

    await here.until(partial(reads, "Rain at last."))
    await alder.write(acting.like, Viewer(account=ana, role="member"), note)
    await heard(here, robin, "Like", note)
    assert await robin.ask("interactions", target=note) == [["like", ""]]
    await robin.ask("change", id=note, content="<p>Rain since noon.</p>")
    await here.until(partial(reads, "Rain since noon."))
    await robin.ask("rename", name="Robin of the mill")

    async def renamed() -> bool:
        one = await alder.account(robin.actor)
        return one is not None and one.name == "Robin of the mill"

    await here.until(renamed)
    await robin.ask("remove", id=note)

    async def withdrawn() -> bool:
        return not await reads("Rain")

    await here.until(withdrawn)
    await alder.write(follows.unfollow, ana, target)

    async def left() -> bool:
        return ana.id not in await robin.show("followers")

    await here.until(left)


async def test_robin_reads_an_answer_its_change_and_its_end(here: stage.Stage, robin: Peer) -> None:
    alder, ria = await reader(here, robin, "rhea")
    viewer = Viewer(account=ria, role="member")
    note = (await robin.ask("write", content="<p>Is there a ladder?</p>"))["object"]["id"]
    await here.until(partial(known, alder, note))
    people = {("robin", robin.origin.partition("//")[2]): await alder.account(robin.actor)}

    async def answered(words: str) -> bool:
        return [words in said for _, said in await robin.ask("interactions", target=note)] == [True]

    draft = notes.Draft(text="In the shed.", reach="public", people=people, parent=note)
    slug = await alder.write(notes.post, ria, draft)
    await here.until(partial(answered, "In the shed."))
    await alder.write(writing.edit, viewer, slug, "On the wall.", "en")
    await here.until(partial(answered, "On the wall."))
    await alder.write(writing.remove, viewer, slug)

    async def withdrawn() -> bool:
        return await robin.ask("interactions", target=note) == []

    await here.until(withdrawn)


async def test_what_robin_shows_first(here: stage.Stage, robin: Peer) -> None:
    alder, rena = await reader(here, robin, "rena")
    note = (await robin.ask("write", content="<p>Read this first.</p>"))["object"]["id"]
    await here.until(partial(known, alder, note))

    async def pinned(*ids: str) -> bool:
        return await alder.read(groups.pins, robin.actor) == list(ids)

    await robin.ask("pin", object=note, to=[rena.id])
    await here.until(partial(pinned, note))
    await robin.ask("pin", object=note, to=[rena.id], kind="Remove")
    await here.until(pinned)


async def test_an_offer_reaches_robin(here: stage.Stage, robin: Peer) -> None:
    alder, _ = await following(here, robin)
    await person(alder, "rosa", display="Rosa")

    wish = Wish(
        who="rosa", purpose="offer", title="Bean plants", text="Two trays.", kind="give",
        topic="gardening", minutes=10, terms=("gift",), reach="public",
    )  # fmt: skip
    await alder.write(living.wish, wish)

    created = await heard(here, robin, "Create", "Bean plants")
    assert isinstance(created, dict)
    assert created["type"] == "Note"
    await heard(here, robin, "Announce", created["id"])


async def test_robin_lets_a_member_quote_a_post(here: stage.Stage, robin: Peer) -> None:
    alder, ana = await reader(here, robin, "rob")
    note = (await robin.ask("write", content="<p>Rain at last.</p>"))["object"]["id"]
    await here.until(partial(known, alder, note))
    draft = notes.Draft(text="So it is here.", reach="public", people={}, quote=note)
    slug = await alder.write(notes.post, ana, draft)

    async def allowed() -> bool:
        kept = await alder.read(posts.by_slug, slug, ANONYMOUS)
        return kept is not None and kept.stamp is not None

    await here.until(allowed)


async def test_robin_asks_to_quote_a_member(here: stage.Stage, robin: Peer) -> None:
    alder = here.nodes["alder"]
    rue = await person(alder, "rue", display="Rue")
    draft = notes.Draft(text="Quote me.", reach="public", people={}, quotes=Leave.YES)
    slug = await alder.write(notes.post, rue, draft)

    asked = await robin.ask("quote", object=f"{alder.origin}/o/{slug}", of=rue.id)
    [accepted] = await here.until(partial(answers, robin, asked["id"]))

    async with httpx.AsyncClient(verify=False) as anybody:
        stamp = await anybody.get(accepted["result"], headers={"accept": ACTIVITY})
    assert stamp.json()["interactingObject"] == asked["instrument"]


async def answers(robin: Peer, asked: str) -> list[dict[str, Any]]:
    """The yes to what robin asked for."""
    return [one for one in await robin.received("Accept") if asked in str(one["object"])]


async def test_robin_moves_to_us_and_who_follows_is_told(here: stage.Stage, robin: Peer) -> None:
    """The last of these, for robin lives elsewhere after it."""
    alder, rolf = await reader(here, robin, "rolf")
    new = await person(alder, "robin", display="Robin")
    unproven = await robin.ask("act", kind="Move", object=robin.actor, to=[rolf.id], target=new.id)
    await here.until(partial(carried_out, alder, unproven["id"]))
    before = await alder.read(moves.told, rolf.id)

    await aliases.add(alder, new, robin.actor)
    await robin.ask("move", target=new.id, to=[rolf.id])

    async def told() -> list[str]:
        return [one.new.id for one in await alder.read(moves.told, rolf.id)]

    assert await here.until(told) == [new.id]
    assert before == []


async def carried_out(alder: Node, activity: str) -> bool:
    """Whether a letter that came is not waiting any more."""
    row = select(letter.c.state).where(letter.c.activity == activity, letter.c.way == "in")
    return await alder.read(lambda db: db.scalar(row)) not in (None, "waiting")
