"""Likes, emoji and shares between servers: counted once, taken back by their giver alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing, Problem, Refused
from node.kernel.unit import Unit
from node.modules.notes import queries as posts
from node.modules.notes import writing
from node.modules.notes.writing import Draft
from node.modules.reactions import acting, queries
from node.modules.reactions.rules import Verb
from tests.conftest import Browser, Wire, person, settle
from tests.modules.strange import MakeNode, Stage, follow, stage
from tests.modules.test_notes import feed, member, say
from vocab.model import PUBLIC

JSON = {"accept": "application/activity+json"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


async def said(here: Stage, id: str) -> tuple[int, int, list[tuple[str, int]]]:
    """How many like and share a thing, and which emoji stand under it."""
    found = (await here.node.read(queries.of, [id], ANONYMOUS))[id]
    return found.likes, found.shares, [(one.content, one.count) for one in found.emoji]


EMOJI = {"type": "Emoji", "name": ":blob:",
         "icon": {"type": "Image", "url": "https://elm.test/blob.png"}}  # fmt: skip


async def test_each_way_to_react_counts_once_and_is_taken_back(here: Stage) -> None:
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!")
    ways = {
        "like": (bob.says("Like", id), (1, 0, [])),
        "to nobody": ({k: v for k, v in carol.says("Like", id).items() if k != "to"}, (1, 0, [])),
        "emoji": (bob.says("EmojiReact", id, content="🔥"), (0, 0, [("🔥", 1)])),
        "misskey": (bob.says("Like", id, content=":blob@.:", tag=EMOJI),
                    (0, 0, [(":blob:", 1)])),
        "custom": (bob.says("Like", id, content=":blob:", tag=[EMOJI]), (0, 0, [(":blob:", 1)])),
        "words": (bob.says("Like", id, content="well done"), (1, 0, [])),
        "share": (bob.says("Announce", id, to=[PUBLIC]), (0, 1, [])),
        "to followers": (bob.says("Announce", id, to=[f"{bob.id}/followers"]), (0, 1, [])),
        "to one": (bob.says("Announce", id, to=[ana.id]), (0, 0, [])),
        "embedded": (bob.says("Announce", {"id": id, "type": "Note", "content": "FORGED"}),
                     (0, 1, [])),
    }  # fmt: skip

    for name, (letter, wanted) in ways.items():
        who = carol if name == "to nobody" else bob
        assert (await here.twice(who, letter))[0] == "done", name
        assert await said(here, id) == wanted, name
        whole = name in ("like", "emoji", "share")
        undo = who.says("Undo", letter if whole else letter["id"])
        assert (await here.twice(who, undo))[0] in ("done", "ignored"), name
        assert await said(here, id) == (0, 0, []), name
        if wanted != (0, 0, []):  # what was undone cannot come again under its id
            assert await here.hear(who, {**letter, "id": letter["id"]}) == ("done", None)
            assert await said(here, id) == (0, 0, []), name
    kept = await here.node.read(posts.stored, id)
    assert kept is not None
    assert kept.content == "<p>Look!</p>"


async def test_what_may_not_count_changes_nothing(here: Stage) -> None:
    elm, evil = here.server("elm.test"), here.server("evil.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    mallory = here.actor(evil, "mallory")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!")
    hidden = await say(here.node, ana, "Here only.", "community")
    like = bob.says("Like", id)
    await here.hear(bob, like)
    far = mallory.note("far")
    mallory.server.pages[far["id"]] = far
    forged = {**bob.says("Like", id), "id": f"{bob.server.origin}/acts/forged"}
    before = await said(here, id)
    refused = [
        (mallory, mallory.says("Undo", like), "E_OWNER"),
        (mallory, mallory.says("Undo", like["id"]), "E_OWNER"),
        (carol, carol.says("Undo", {**like, "actor": carol.id}), None),
        (carol, carol.says("Undo", like["id"]), "E_OWNER"),
        (bob, bob.says("EmojiReact", id, content="words"), "E_EMOJI"),
        (bob, bob.says("EmojiReact", id), "E_EMOJI"),
        (bob, bob.says("Like", hidden), "E_MISSING"),
        (bob, bob.says("Announce", hidden), "E_MISSING"),
        (bob, bob.says("Like", f"{here.node.origin}/o/none"), "E_MISSING"),
        (bob, bob.says("Like", far["id"]), None),
        (bob, bob.says("EmojiReact", far["id"], content="🔥"), None),
        (bob, bob.says("Announce", far["id"]), None),
        (bob, bob.says("Like", ana.id), None),
        (carol, carol.says("Undo", forged), "E_OWNER"),
    ]

    for who, letter, code in refused:
        assert (await here.hear(who, letter))[1] == code, letter
    assert await said(here, id) == before == (1, 0, [])
    assert await said(here, far["id"]) == await said(here, hidden) == (0, 0, [])
    assert mallory.server.asked[far["id"]] == 1, "a like of something unknown asks nobody"
    assert await here.node.read(posts.stored, far["id"]) is None, "nobody here follows bob"


async def test_nobody_covers_a_thing_with_emoji(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!")

    codes = [(await here.hear(bob, bob.says("EmojiReact", id, content=chr(0x1F600 + n))))[1]
             for n in range(11)]  # fmt: skip

    assert codes == [None] * 10 + ["E_TOO_MANY"]


async def test_a_blocked_reaction_is_not_shown(here: Stage) -> None:
    from node.modules.moderation import api as moderation

    bob = here.actor(here.server("elm.test"), "bob")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!")
    await here.node.write(
        lambda unit: moderation.block_for(
            unit, ana, bob.id, is_host=False, kind=moderation.Kind.BLOCK
        )
    )

    await here.hear(bob, bob.says("Like", id))

    assert await said(here, id) == (0, 0, [])


# What others share --------------------------------------------------------------------------


async def test_what_a_followed_stranger_shares_is_fetched_and_shown(here: Stage) -> None:
    """O07: the words of its own server, whatever was put into the Announce."""
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, olga = here.actor(elm, "bob"), here.actor(oak, "olga")
    ana = await follow(here, "ana", bob)
    true = olga.note("1", content="<p>true</p>")
    oak.pages[true["id"]] = true

    forged = {**true, "content": "<p>FORGED</p>"}
    assert await here.hear(bob, bob.says("Announce", forged)) == ("done", None)
    assert await here.hear(bob, bob.says("Announce", true["id"])) == ("done", None)

    assert await feed(here.node, ana) == ["<p>true</p>"]
    [shown] = await here.node.read(posts.feed, member(ana))
    assert [one.handle for one in shown.sharers] == ["bob"]
    assert shown.owner == olga.id
    assert oak.asked[true["id"]] == 1, "what is known is not asked for again"
    cleo = await person(here.node, "cleo")
    assert await feed(here.node, cleo) == [], "who does not follow does not see it"


async def test_what_cannot_be_believed_is_not_shared(here: Stage) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, olga = here.actor(elm, "bob"), here.actor(oak, "olga")
    ana = await follow(here, "ana", bob)
    cases: dict[str, tuple[Any, Any]] = {
        "gone": (olga.note("gone"), 410),
        "another's": (olga.note("other"), olga.note("other", attributedTo=bob.id)),
        "for few": (olga.note("few"), olga.note("few", to=[f"{olga.id}/followers"])),
        "another id": (olga.note("id"), elm.origin and bob.note("x")),
        "no author": (olga.note("nobody"), olga.note("nobody", attributedTo=f"{oak.origin}/u/no")),
        "an act": (olga.note("act"), olga.says("Create", olga.note("z"))),
    }

    for name, (told, page) in cases.items():
        oak.pages[told["id"]] = page
        state, _ = await here.hear(bob, bob.says("Announce", told))
        assert state in ("refused", "done", "ignored"), name
        assert await here.node.read(posts.stored, told["id"]) is None, name
    assert await feed(here.node, ana) == []


async def test_a_share_taken_back_leaves_the_feed_and_the_post_of_its_author_stays(
    here: Stage,
) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, olga = here.actor(elm, "bob"), here.actor(oak, "olga")
    ana = await follow(here, "ana", bob)
    note = olga.note("1")
    oak.pages[note["id"]] = note
    share = bob.says("Announce", note["id"])
    await here.hear(bob, share)
    assert len(await feed(here.node, ana)) == 1

    await here.hear(olga, olga.says("Undo", share))
    assert len(await feed(here.node, ana)) == 1
    await here.hear(bob, bob.says("Undo", share))

    assert await feed(here.node, ana) == []
    assert await here.node.read(posts.stored, note["id"]) is not None


# What members do ----------------------------------------------------------------------------


async def test_members_like_and_share_what_others_wrote(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    note = bob.note("1")
    await here.hear(bob, bob.says("Create", note))
    seen, got = member(ana), bob.server.received
    got.clear()

    await here.node.write(acting.like, seen, note["id"])
    await here.node.write(acting.like, seen, note["id"])
    await here.node.write(acting.like, seen, note["id"], "🎉")
    await here.node.write(acting.share, seen, note["id"])
    await settle(here.node)
    assert await said(here, note["id"]) == (1, 1, [("🎉", 1)])
    for verb, content in ((Verb.LIKE, ""), (Verb.LIKE, "🎉"), (Verb.SHARE, "")):
        await here.node.write(acting.take_back, seen, note["id"], verb, content)
    await settle(here.node)

    assert await said(here, note["id"]) == (0, 0, [])
    by_type = sorted((one["type"], one.get("content", "")) for one in got)
    assert by_type == [
        ("Announce", ""), ("Like", ""), ("Like", "🎉"), ("Undo", ""), ("Undo", ""), ("Undo", ""),
    ]  # fmt: skip
    for one in got:
        inner = one["object"] if one["type"] == "Undo" else one
        assert inner["object"] == note["id"]
        assert one["actor"] == ana.id
        assert (PUBLIC in one["to"]) is (inner["type"] == "Announce")
    with pytest.raises(Missing):
        await here.node.write(acting.take_back, seen, note["id"], Verb.LIKE)


async def test_what_stays_here_is_liked_here(here: Stage, wire: Wire) -> None:
    ana, ben = await person(here.node, "ana"), await person(here.node, "ben")
    id = await say(here.node, ana, "Here only.", "community")
    wire.seen.clear()

    await here.node.write(acting.like, member(ben), id)
    await settle(here.node)

    assert await said(here, id) == (1, 0, [])
    assert wire.seen == []


def _answer(unit: Unit, viewer: Viewer, parent: str) -> None:
    assert viewer.account
    writing.post(unit, viewer.account, Draft(text="But", reach="public", people={}, parent=parent))


async def test_the_author_and_the_reach_say_what_may_be_done(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    mine = await say(here.node, ana, "Here only.", "community")
    shy = bob.note("shy", interactionPolicy={
        "canLike": {"automaticApproval": [bob.id]}, "canAnnounce": {"always": [bob.id]},
        "canReply": {"automaticApproval": [bob.id]},
    })  # fmt: skip
    direct = bob.note("direct", to=[ana.id])
    for one in (shy, direct):
        await here.hear(bob, bob.says("Create", one))
    bob.server.received.clear()
    tries: list[tuple[Callable[..., None], str, str]] = [
        (acting.share, mine, "E_NOT_PUBLIC"),
        (acting.share, direct["id"], "E_NOT_PUBLIC"),
        (acting.like, shy["id"], "E_POLICY"),
        (acting.share, shy["id"], "E_POLICY"),
        (acting.like, f"{here.node.origin}/o/none", "E_MISSING"),
        (acting.share, ana.id, "E_MISSING"),
        (_answer, shy["id"], "E_POLICY"),
    ]

    for act, id, code in tries:
        with pytest.raises(Problem) as refusal:
            await here.node.write(act, member(ana), id)
        assert refusal.value.code == code, id
    with pytest.raises(Refused):
        await here.node.write(acting.like, ANONYMOUS, shy["id"])
    await settle(here.node)
    assert bob.server.received == []


def offers(page: str) -> set[str]:
    """What the page of a post has a button or a form for."""
    marks = {"like": 'value="like"', "say": 'value="say"', "share": 'value="share"',
             "answer": '/reply"'}  # fmt: skip
    return {name for name, mark in marks.items() if mark in page}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("verb", "kept_back"),
    [("", set()), ("canLike", {"like", "say"}), ("canAnnounce", {"share"}),
     ("canReply", {"answer"})],
)  # fmt: skip
async def test_pages_offer_what_the_author_wants_and_nothing_else(
    here: Stage, browse: Callable[..., Awaitable[Browser]], verb: str, kept_back: set[str]
) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    rule = {"interactionPolicy": {verb: {"automaticApproval": [bob.id]}}} if verb else {}
    note = bob.note("1", **rule)
    await here.hear(bob, bob.says("Create", note))
    kept = await here.node.read(posts.stored, note["id"])
    assert kept is not None

    browser = await browse(here.node, "ana")
    page, feed_ = (await browser.get(kept.path)).text, (await browser.get("/notes")).text

    assert offers(page) == {"like", "say", "share", "answer"} - kept_back
    link = feed_.partition(f'<span class="acts"><a href="{kept.path}">')[2].partition("<")[0]
    assert link == ("Read" if verb == "canReply" else "Answer")


@pytest.mark.sqlite
async def test_what_stays_here_has_no_button_that_would_share_it(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    ana, _ = await person(here.node, "ana"), await person(here.node, "ben")
    mine = {reach: await say(here.node, ana, "Look!", reach) for reach in ("community", "public")}
    ben = await browse(here.node, "ben")

    pages = {to: (await ben.get(f"/n/{id.rpartition('/')[2]}")).text for to, id in mine.items()}

    assert offers(pages["public"]) - offers(pages["community"]) == {"share"}


# Pages and documents ------------------------------------------------------------------------


async def test_from_a_button_to_a_number(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    ana, _ben = await person(here.node, "ana"), await person(here.node, "ben", display="Ben")
    id = await say(here.node, ana, "Look!")
    path, key = "/n/" + id.rpartition("/")[2], id.removeprefix(here.node.origin)
    ben, author, visitor = (await browse(here.node, "ben"), await browse(here.node, "ana"),
                            await browse(here.node))  # fmt: skip
    form = {"about": id, "next": path, "undo": "", "content": ""}

    for what in ("like", "share"):
        assert (await ben.post("/reactions", {**form, "what": what}, form=path)).url.path == path
    await ben.post("/reactions", {**form, "what": "say", "content": "🎉"}, form=path)

    for who in (ben, author, visitor):
        text = (await who.get(path)).text
        assert "One person likes this" in text
        assert "shared once" in text
        assert "🎉" in text
        assert ("Only you see who likes it" in text) is (who is author)
    assert "Ben" not in (await visitor.get(path)).text
    today = (await author.get("/")).text
    assert "people like this · shared once" in today
    assert "people like this · shared once" not in (await ben.get("/")).text
    for part in ("likes", "shares"):
        found = (await visitor.get(f"{key}/{part}", headers=JSON)).json()
        assert (found["totalItems"], "items" in found) == (1, False)
        assert "ben" not in str(found)
    whole = (await visitor.get(key, headers=JSON)).json()
    assert (whole["likes"], whole["shares"]) == (f"{id}/likes", f"{id}/shares")
    outbox = "/u/ben/outbox?page=true"
    assert [one["type"] for one in (await visitor.get(outbox, headers=JSON)).json()["orderedItems"]
            ] == ["Announce"]  # fmt: skip

    for what, content in (("like", ""), ("share", ""), ("say", "🎉")):
        back = {**form, "what": what, "content": content, "undo": "yes"}
        await ben.post("/reactions", back, form=path)
    assert await said(here, id) == (0, 0, [])
    assert (await visitor.get(outbox, headers=JSON)).json()["orderedItems"] == []
    assert "likes this" not in (await visitor.get(path)).text
    odd = await ben.post("/reactions", {**form, "what": "shout"}, form=path)
    assert odd.status_code == 404


async def test_who_leaves_takes_likes_along(here: Stage) -> None:
    from node.modules.accounts import leaving
    from node.modules.reactions import leaving as own

    ana, ben = await person(here.node, "ana"), await person(here.node, "ben")
    id = await say(here.node, ana, "Look!")
    await here.node.write(acting.like, member(ben), id)
    taken = await here.node.read(own.export, ben.id)
    assert [one["about"] for one in taken["reactions"]] == [id]

    await here.node.write(leaving.leave, ben.id)

    assert await said(here, id) == (0, 0, [])
