"""The page of somebody from elsewhere: what members see, and do, and what nobody sees."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest

from federation.finding import lookup
from node.kernel.access import ANONYMOUS
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.modules.follows import api as following
from node.modules.moderation import api as moderation
from tests.conftest import Browser, Wire, person, settle
from tests.federation.strangers import Actor, Post, Server
from tests.modules.strange import Stage
from tests.modules.test_notes import follow, say

Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture(scope="module")
def keys() -> Keys:
    return make_keys()


@pytest.fixture
def elm(wire: Wire) -> Server:
    made = Server(origin="https://elm.test")
    wire.apps[made.origin] = made
    return made


@pytest.fixture
def bob(elm: Server, keys: Keys) -> Actor:
    made = elm.actor("bob", keys)
    summary = "<p>I mend <script>alert(1)</script>bikes.</p>"
    elm.pages[made.id] |= {"name": "Bob", "summary": summary}
    return made


def place(actor: Actor) -> str:
    """The page of somebody whose name is not proven."""
    return f"/elsewhere?id={quote(actor.id, safe='')}"


async def test_a_member_sees_who_they_are_and_what_they_wrote(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben", display="Ben")
    await follow(alder, ana, birch, ben)
    await follow(birch, ben, alder, ana)
    await say(birch, ben, "The saw is back.")
    await settle(birch, alder)
    browser, visitor = await browse(alder, "ana"), await browse(alder)

    page = await browser.get("/@ben@birch.test")

    for words in ("Ben", "@ben@birch.test", "Somebody at another server", "You follow them",
                  "They follow you", "Stop following", "The saw is back.", "Report"):  # fmt: skip
        assert words in page.text
    assert (await visitor.get("/@ben@birch.test")).status_code == 404
    assert "/@ben@birch.test" in (await browser.get("/notes")).text
    assert "/@ben@birch.test" in (await browser.get("/me/following")).text


BROKEN = ("https://[", "http://[elm.test/x", "https://a\u2100elm.test/")


@pytest.mark.parametrize("id", BROKEN)
async def test_what_is_no_address_is_nowhere(
    alder: Node, wire: Wire, browse: Browse, bob: Actor, id: str
) -> None:
    """A letter about it ends, and a page about it says that there is nothing (J05)."""
    await person(alder, "ana")
    ana = await browse(alder)
    await ana.sign_in("ana")

    here = Stage(alder, wire)
    for act in ("Like", "Announce", "Follow", "Block", "Move", "Remove", "QuoteRequest"):
        said = await here.hear(bob, bob.says(act, id, target=id))
        assert said != ("waiting", "E_INTERNAL"), act
    for page in (f"/from-elsewhere?about={quote(id)}", f"/elsewhere?id={quote(id)}"):
        assert (await ana.get(page)).status_code in (200, 404)
    assert await alder.read(alder.registry.document, id, ANONYMOUS) is None


async def test_a_name_that_is_not_proven_is_not_shown(
    alder: Node, browse: Browse, wire: Wire, elm: Server, bob: Actor
) -> None:
    """O13"""
    await person(alder, "ana")
    await lookup(alder, bob.id)
    browser, visitor = await browse(alder, "ana"), await browse(alder)
    wire.seen.clear()

    page = await browser.get(place(bob))
    named = await browser.get("/@bob@elm.test")

    assert "elm.test/users/bob" in page.text
    assert "@bob@elm.test" not in page.text
    assert "Their server does not confirm a name" in page.text
    assert "I mend" in page.text
    assert "alert(1)" not in page.text
    assert named.status_code == 404
    assert (await visitor.get(place(bob))).status_code == 404
    assert (await browser.get("/elsewhere?id=https://elm.test/nobody")).status_code == 404
    assert not wire.seen


async def test_a_member_asks_how_somebody_is_now(
    alder: Node, browse: Browse, wire: Wire, elm: Server, bob: Actor
) -> None:
    await person(alder, "ana")
    await lookup(alder, bob.id)
    browser, visitor = await browse(alder, "ana"), await browse(alder)

    elm.vouch("bob@elm.test", bob.id)
    elm.pages[bob.id]["name"] = "Robert"
    page = await browser.post("/elsewhere", {"id": bob.id}, form=place(bob))

    assert page.url.path == "/@bob@elm.test"
    assert "Robert" in page.text
    assert (await browser.get(place(bob))).url.path == "/@bob@elm.test"

    wire.away.add(elm.origin)
    older = await browser.post("/elsewhere", {"id": bob.id}, form=page.url.path)
    assert "Their server gave no answer that we could use." in older.text
    assert "Robert" in older.text
    wire.away.clear()
    elm.vouch("bob@elm.test", "https://elm.test/users/other")
    alder.now.advance(minutes=5)  # type: ignore[attr-defined]
    lost = await browser.post("/elsewhere", {"id": bob.id}, form=page.url.path)
    assert lost.url.path == "/elsewhere"
    wire.seen.clear()
    refused = await visitor.client.post("/elsewhere", data={"id": bob.id})
    assert refused.status_code == 403
    assert not wire.seen


async def test_a_locked_actor_answers_later_or_says_no(
    alder: Node, browse: Browse, elm: Server, bob: Actor, wire: Wire
) -> None:
    await person(alder, "ana")
    await lookup(alder, bob.id)
    browser, post = await browse(alder, "ana"), Post(alder, wire.apps[alder.origin])

    form = {"who": bob.id, "next": place(bob)}
    asked = await browser.post("/me/following", form, form=place(bob))
    await settle(alder)
    [ask] = elm.received
    await post(bob, bob.says("Reject", ask, to=[ask["actor"]]))
    await settle(alder)
    answered = await browser.get(place(bob))

    assert "Their answer is still to come." in asked.text
    assert ask["type"] == "Follow"
    assert "They said no" in answered.text
    assert ">Follow<" in answered.text


async def test_a_member_hides_and_blocks_somebody(
    alder: Node, browse: Browse, elm: Server, bob: Actor
) -> None:
    ana = await person(alder, "ana")
    known = await lookup(alder, bob.id)
    await alder.write(following.follow, ana, known)
    browser = await browse(alder, "ana")

    await browser.post("/me/blocks", {"who": bob.id, "kind": "mute"}, form=place(bob))
    assert "You chose to see nothing of them." in (await browser.get(place(bob))).text
    await browser.post("/me/blocks", {"who": bob.id, "kind": "block"})

    assert await alder.read(moderation.blocks, ana.id, bob.id)
    assert await alder.read(following.state, ana.id, bob.id) is None


async def test_what_a_server_is_cannot_be_followed(
    alder: Node, birch: Node, browse: Browse
) -> None:
    await lookup(alder, birch.community.service)
    browser = await browse(alder, "keeper")

    page = await browser.get("/@birch.test@birch.test")

    assert page.status_code == 200
    assert "/me/following" not in page.text
