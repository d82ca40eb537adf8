"""Posts through a browser without scripts, and between nodes that trust each other."""

from collections.abc import Awaitable, Callable

import pytest

from node.kernel.access import ANONYMOUS
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.notes import api, queries
from node.modules.peers import api as peers
from tests import servers
from tests.conftest import Browser, Wire, person, settle
from tests.modules.meeting import befriend
from tests.modules.test_listings import post as post_listing
from tests.modules.test_notes import follow, kept, meet, member, put, say
from vocab.model import PUBLIC
from vocab.types import Create, Note

JSON = "application/activity+json"
Browse = Callable[..., Awaitable[Browser]]
WORDS = {"text": "The shed is open on Saturday.", "reach": "public", "lang": "en"}


async def test_from_writing_to_deleting(alder: Node, browse: Browse) -> None:
    await person(alder, "ana", display="Ana")
    ana, visitor = await browse(alder, "ana"), await browse(alder)

    written = await ana.post("/notes", WORDS)
    path = written.url.path
    assert path.startswith("/n/")
    assert "The shed is open" in written.text
    for place in ("/", "/notes"):
        assert "The shed is open" in (await ana.get(place)).text
    assert "The shed is open" in (await visitor.get(path)).text
    assert 'lang="en"' in written.text

    changed = await ana.post(f"{path}/edit", {"text": "It is shut.", "lang": "en"})
    assert "It is shut." in changed.text
    assert "changed" in changed.text

    answered = await ana.post(
        f"{path}/reply", {"text": "Open again!", "reach": "community", "lang": "en"}, form=path
    )
    assert "Open again!" in answered.text
    assert "It is shut." in answered.text
    assert "Open again!" not in (await visitor.get(path)).text

    await ana.post(f"{path}/delete", {}, form=path)
    gone = await visitor.get(path)
    assert gone.status_code == 410
    assert "shut" not in gone.text
    json = await visitor.get(path.replace("/n/", "/o/"), headers={"accept": JSON})
    assert json.json()["type"] == "Tombstone"


@pytest.mark.sqlite
async def test_who_is_named_sees_that_it_is_to_them(alder: Node, browse: Browse) -> None:
    await person(alder, "ana", display="Ana")
    await person(alder, "ben", display="Ben")
    await person(alder, "cem", display="Cem")
    ana, cem = await browse(alder, "ana"), await browse(alder, "cem")

    await (await browse(alder, "ben")).post("/notes", {**WORDS, "text": "@ana, come along!"})

    assert "Ben wrote to you" in (await ana.get("/")).text
    others = (await cem.get("/")).text
    assert "Ben wrote" in others
    assert "Ben wrote to you" not in others


async def test_a_post_is_fetched_as_it_was_sent(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Words.\n\nMore at https://alder.test/x", lang="en")
    visitor = await browse(alder)

    found = (await visitor.get(id.removeprefix(alder.origin), headers={"accept": JSON})).json()

    assert found["type"] == "Note"
    assert found["contentMap"] == {"en": found["content"]}
    assert isinstance(found["to"], list)
    assert isinstance(found["cc"], list)
    assert found["url"] == id.replace("/o/", "/n/")
    assert not {"name", "summary"} & set(found)
    assert found["published"].endswith("Z")


async def test_an_empty_post_is_not_written_and_nothing_typed_is_lost(
    alder: Node, browse: Browse
) -> None:
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    empty = await ana.post("/notes", {**WORDS, "text": " "})
    nowhere = await ana.post("/notes", {"text": "Kept words.", "lang": "en", "reach": "all"})

    assert empty.status_code == nowhere.status_code == 422
    assert "Kept words." in nowhere.text
    assert await alder.read(queries.feed, member(await known(alder, "ana"))) == []


async def known(node: Node, handle: str) -> Account:
    found = await node.account(f"{node.origin}/u/{handle}")
    assert found
    return found


async def test_a_form_sent_twice_makes_one_post(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    paths = {(await ana.post("/notes", {**WORDS, "once": "a-key"})).url.path for _ in range(2)}

    assert len(paths) == 1


async def test_keepers_speak_for_the_community_and_members_do_not(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ben = await person(birch, "ben")
    await person(alder, "ana")
    group = await alder.account(alder.community.id)
    assert group
    await follow(birch, ben, alder, group)
    keeper, ana = await browse(alder, "keeper"), await browse(alder, "ana")

    whole = await keeper.post("/notes", {**WORDS, "author": "community"})
    own = await ana.post("/notes", {**WORDS, "author": "community"})
    await settle(alder, birch)

    owners = []
    for answer in (whole, own):
        slug = answer.url.path.rpartition("/")[2]
        found = await kept(alder, f"{alder.origin}/o/{slug}")
        assert found
        owners.append(found.owner)
    assert owners == [alder.community.id, f"{alder.origin}/u/ana"]
    id = f"{alder.origin}/o/{whole.url.path.rpartition('/')[2]}"
    assert await kept(birch, id) is not None


async def test_nobody_changes_the_post_of_somebody_else(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    await person(alder, "ben")
    id = await say(alder, ana, "Mine.")
    path = f"/n/{id.rpartition('/')[2]}"
    ben = await browse(alder, "ben")

    form = (await ben.get("/notes")).text
    assert (await ben.get(f"{path}/edit")).status_code == 404
    for place in ("edit", "delete"):
        sent = {**servers.hidden_fields(form, "/notes"), "text": "Yours.", "lang": "en"}
        headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
        answer = await ben.client.post(f"{path}/{place}", data=sent, headers=headers)
        assert answer.status_code == 404
    found = await kept(alder, id)
    assert found
    assert found.source == "Mine."


async def test_what_is_for_trusted_nodes_reaches_them_and_no_other(
    alder: Node, birch: Node, cedar: Node, wire: Wire, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    cleo = await person(cedar, "cleo")
    await follow(cedar, cleo, alder, ana)
    await befriend(alder, birch)
    assert await alder.read(peers.trusted, birch.community.service)
    wire.seen.clear()

    await meet(alder, cleo)
    id = await say(alder, ana, "CANARY for friends, not @cleo@cedar.test", reach="trusted")
    await settle(alder, birch, cedar)

    found = await kept(birch, id)
    assert found
    assert found.reach == "trusted"
    assert await kept(cedar, id) is None
    assert not any(b"CANARY" in body for _, url, body in wire.seen if "cedar" in url)
    page = await (await browse(birch, "ben")).get("/notes")
    assert "CANARY" in page.text
    assert (await (await browse(birch)).get(found.path)).status_code == 404

    back = await say(birch, ben, "Thank you, friends.", reach="trusted", parent=id)
    await settle(alder, birch)
    answer = await kept(alder, back)
    assert answer
    assert answer.thread == id


@pytest.mark.parametrize("path", ["/notes", "/n/none/edit"])
async def test_visitors_are_asked_to_sign_in(alder: Node, browse: Browse, path: str) -> None:
    answer = await (await browse(alder)).get(path)

    assert answer.status_code == 403
    assert "Sign in" in answer.text


async def test_words_under_a_thing_of_another_module_are_kept(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    listing = (await post_listing(alder, ana)).id
    post = Note(
        id=f"{birch.origin}/o/r1",
        attributed_to=ben.id,
        content="<p>I have a ladder.</p>",
        in_reply_to=listing,
        to=(PUBLIC,),
        cc=(ana.id,),
    )
    await meet(birch, ana)
    letter = Create(id=f"{birch.origin}/a/r1", actor=ben.id, object=post, to=post.to, cc=post.cc)
    await birch.write(put, letter)
    await settle(alder, birch)

    (found,) = await alder.read(api.replies_to, listing, member(ana))
    assert (found.id, found.thread) == (post.id, listing)
    back = await say(alder, ana, "Thank you!", parent=found.id)
    own = await say(alder, ana, "Still needed.", parent=listing)
    said = await alder.read(api.replies_to, listing, ANONYMOUS)
    assert {one.id for one in said} == {post.id, own}
    kept_back = await kept(alder, back)
    assert kept_back
    assert kept_back.thread == listing
