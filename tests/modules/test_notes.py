"""Posts between whole nodes: written, seen, answered, changed, deleted, and by nobody else."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

import federation
from federation import resolving
from node.kernel.access import ANONYMOUS, Reach, Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.tables import letter as letters
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.accounts import leaving
from node.modules.follows import api as following
from node.modules.notes import public, queries, writing
from node.modules.notes.named import people
from node.modules.notes.tables import note, recipient
from node.modules.notes.writing import Draft
from tests.conftest import Clock, Wire, person, settle
from vocab import wire as wires
from vocab.model import PUBLIC
from vocab.types import Create, Delete, Image, Note, Update

MODULES = [federation.module, accounts.module, follows.module, moderation.module, reactions.module,
           notes.module, pictures.module]  # fmt: skip
MakeNode = Callable[..., Awaitable[Node]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


async def meet(node: Node, far: Account) -> Account:
    """The row of somebody from another node."""
    return await resolving.account(node, far.id)


async def follow(node: Node, who: Account, far_node: Node, whom: Account) -> None:
    await node.write(following.follow, who, await meet(node, whom))
    await settle(node, far_node)


async def say(node: Node, who: Account, text: str, reach: str = "public", **more: Any) -> str:
    """Write a post; its id."""
    found = (await people(node, text, reach, who.id)).people
    draft = Draft(text=text, reach=reach, people=found, **more)
    slug = await node.write(writing.post, who, draft)
    return f"{node.origin}/o/{slug}"


async def kept(node: Node, id: str) -> queries.Post | None:
    return await node.read(queries.stored, id)


def member(who: Account) -> Viewer:
    return Viewer(account=who, role="member")


async def feed(node: Node, who: Account) -> list[str]:
    found = await node.read(queries.feed, member(who))
    return [one.content for one in found]


async def test_a_warning_in_which_words_look_like_a_tag_can_leave(alder: Node) -> None:
    ana = await person(alder, "ana")
    warnings = ["&lt;table&gt; talk", "a <b> c", "I <3 it", "2 < 3"]

    ids = [await say(alder, ana, "Read on.", warning=one) for one in warnings]

    shown = [one.summary for id in ids if (one := await kept(alder, id))]
    assert shown[0].endswith("talk")
    assert shown[1:] == ["a c", "I <3 it", "2 < 3"]


# Between two nodes --------------------------------------------------------------------------


async def test_a_follower_elsewhere_sees_a_post_its_change_and_its_end(
    alder: Node, birch: Node, clock: Clock
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)

    id = await say(alder, ana, "The shed is open.", lang="en")
    await settle(alder, birch)
    first = await kept(birch, id)
    clock.advance(minutes=1)
    slug = id.rpartition("/")[2]
    await alder.write(writing.edit, member(ana), slug, "The shed is shut.", "en")
    await settle(alder, birch)
    second = await kept(birch, id)
    await alder.write(writing.remove, member(ana), slug)
    await settle(alder, birch)
    third = await kept(birch, id)

    assert first
    assert first.content == "<p>The shed is open.</p>"
    assert (first.lang, first.reach, first.owner) == ("en", "public", ana.id)
    assert second
    assert second.content == "<p>The shed is shut.</p>"
    assert second.updated == clock()
    assert third
    assert third.deleted
    assert third.content == third.source == ""
    assert "shut" not in str(list(await birch.read(lambda db: db.execute(select(note)).all())))


async def test_a_deleted_post_stays_deleted(alder: Node, birch: Node, clock: Clock) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    id = await say(alder, ana, "Once.")
    await settle(alder, birch)
    again = await alder.read(queries.stored, id)
    assert again

    whole = await alder.read(public.value, again)
    await alder.write(writing.remove, member(ana), again.slug)
    await settle(alder, birch)
    clock.advance(minutes=1)
    letter = Create(id=f"{alder.origin}/a/again", actor=ana.id, object=whole, to=whole.to)
    await alder.write(lambda unit: unit.send(letter))
    await settle(alder, birch)

    found = await kept(birch, id)
    assert found
    assert found.deleted
    assert not found.content


async def test_an_answer_from_elsewhere_stands_under_the_post(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    id = await say(alder, ana, "Who has a ladder?")
    await settle(alder, birch)

    answer = await say(birch, ben, "I have one.", parent=id)
    await settle(alder, birch)

    thread = await alder.read(queries.thread, id, member(ana))
    assert [one.content for one in thread] == ["<p>Who has a ladder?</p>", "<p>I have one.</p>"]
    assert [one.id for one in await alder.read(queries.replies_to, id, member(ana))] == [answer]
    assert "<p>I have one.</p>" in await feed(alder, ana)


async def test_our_answer_reaches_the_author_elsewhere(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    id = await say(alder, ana, "Who has a ladder?")
    await settle(alder, birch)

    answer = await say(birch, ben, "Here.", parent=id)
    await settle(alder, birch)
    back = await say(alder, ana, "Thank you!", parent=answer)
    await settle(alder, birch)

    found = await kept(birch, back)
    assert found
    assert found.in_reply_to == answer
    assert found.thread == id
    assert [one["href"] for one in found.mentions] == [ben.id]


async def test_a_mention_reaches_a_member_who_follows_nobody(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)

    id = await say(alder, ana, "Hello @ben@birch.test, and @nobody@birch.test!")
    await settle(alder, birch)

    found = await kept(birch, id)
    assert found
    assert f'<a href="{birch.origin}/@ben"' in found.content
    assert "@nobody@birch.test" in found.content
    assert await feed(birch, ben) == [found.content]


async def test_a_post_that_concerns_nobody_here_is_not_kept(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)

    post = Note(id=f"{alder.origin}/o/x1", attributed_to=ana.id, content="<p>x</p>",
                to=(PUBLIC,))  # fmt: skip
    letter = Create(id=f"{alder.origin}/a/x1", actor=ana.id, object=post, to=post.to, bcc=(ben.id,))
    await alder.write(lambda unit: unit.send(letter))
    await settle(alder, birch)

    assert await kept(birch, post.id or "") is None


# Who sees it --------------------------------------------------------------------------------


async def test_what_is_for_the_community_never_leaves(
    alder: Node, birch: Node, wire: Wire, browse: Any
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    await person(alder, "cleo")
    wire.seen.clear()

    id = await say(alder, ana, "CANARY for @ben@birch.test only here", reach="community")
    await settle(alder, birch)

    slug = id.rpartition("/")[2]
    assert not any(b"CANARY" in body for _, _, body in wire.seen)
    cleo, stranger = await browse(alder, "cleo"), await browse(alder)
    assert "CANARY" in (await cleo.get(f"/n/{slug}")).text
    none = await stranger.get("/n/not-there")
    veiled = await stranger.get(f"/n/{slug}")
    assert (veiled.status_code, none.status_code) == (404, 404)
    assert veiled.text.replace(slug, "") == none.text.replace("not-there", "")
    for path in (f"/o/{slug}", "/o/not-there"):
        headers = {"accept": "application/activity+json"}
        answer = await stranger.get(path, headers=headers)
        assert answer.status_code == 404
        assert "CANARY" not in answer.text


async def test_a_direct_post_is_seen_by_its_ends_alone(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    cleo, keeper = await person(birch, "cleo"), await birch.account(f"{birch.origin}/u/keeper")
    assert keeper
    await meet(alder, ben)

    id = await say(alder, ana, "Only you, @ben@birch.test", reach="direct")
    await settle(alder, birch)

    admin = Viewer(account=keeper, role="admin")
    seen = {
        who.handle: await birch.read(queries.by_id, id, viewer) is not None
        for who, viewer in ((ben, member(ben)), (cleo, member(cleo)), (keeper, admin))
    }
    assert seen == {"ben": True, "cleo": False, "keeper": False}
    assert await birch.read(queries.by_id, id, ANONYMOUS) is None
    assert await birch.read(public.document, id, member(cleo)) is None
    assert await alder.read(queries.by_id, id, Viewer(account=ben)) is None

    back = await say(birch, ben, "And only you", reach="direct", parent=id)
    await settle(alder, birch)
    found = await kept(alder, back)
    assert found
    assert found.reach == "direct"
    assert await alder.read(queries.by_id, back, member(ana)) is not None


async def test_an_answer_goes_no_further_than_what_it_answers(alder: Node) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Between us.", reach="community")

    with pytest.raises(Invalid):
        await say(alder, ana, "To all!", reach="public", parent=id)
    assert await say(alder, ana, "Here too.", reach="community", parent=id)


async def test_nobody_answers_what_they_cannot_see(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(birch, ana)
    id = await say(alder, ana, "Between us.", reach="community")
    with pytest.raises(Missing):
        await say(birch, ben, "I know.", parent=id)

    post = Note(id=f"{birch.origin}/o/x2", attributed_to=ben.id, content="<p>I know.</p>",
                in_reply_to=id, to=(PUBLIC,))  # fmt: skip
    letter = Create(id=f"{birch.origin}/a/x2", actor=ben.id, object=post, to=post.to, bcc=(ana.id,))
    await birch.write(lambda unit: unit.send(letter))
    await settle(alder, birch)

    assert await kept(alder, post.id or "") is None


# Forgery ------------------------------------------------------------------------------------

OTHERS = ("neighbour", "follower", "named", "answered", "far")
CHANGES = ("words", "owner", "reach", "reply")


@pytest.mark.parametrize("verb", ["Update", "Delete"])
@pytest.mark.parametrize("stored", ["public", "direct"])
async def test_nobody_else_changes_or_deletes_a_post(
    alder: Node, birch: Node, make_node: MakeNode, clock: Clock, verb: str, stored: str
) -> None:
    """Eighty cells: two verbs, five others, four ways, of a public and of a direct post."""

    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    id = await say(alder, ana, "Mine, @ben@birch.test.", reach=stored)
    await settle(alder, birch)
    before = await kept(birch, id)
    assert before
    cedar = await make_node("cedar", modules=MODULES)
    others = [await person(alder, name) for name in OTHERS[:4]] + [await person(cedar, "far")]
    clock.advance(hours=1)

    for number, other in enumerate(others):
        node = cedar if other.handle == "far" else alder
        await meet(node, ben)
        await meet(birch, other)  # a Delete of somebody unknown is not even looked at
        for way in CHANGES:
            forged = Note(
                id=id,
                attributed_to=other.id if way == "owner" else ana.id,
                content="<p>FORGED</p>",
                to=(PUBLIC,) if way == "reach" else (ben.id,),
                in_reply_to=f"{alder.origin}/o/else" if way == "reply" else None,
                updated=clock(),
            )
            a = f"{node.origin}/a/forged-{number}-{way}"
            kind = Update if verb == "Update" else Delete
            thing = forged if verb == "Update" or way == "owner" else id
            letter = kind(id=a, actor=other.id, object=thing, to=(ben.id,))
            await node.write(put, letter)
        await settle(alder, birch, cedar)

    assert await kept(birch, id) == before
    forged_in = (letters.c.way == "in") & letters.c.activity.contains("forged")
    came = select(letters.c.state).where(forged_in)
    states = await birch.read(lambda db: list(db.scalars(came)))
    assert len(states) == len(OTHERS) * len(CHANGES)
    assert set(states) <= {"refused", "ignored"}


async def test_an_update_does_not_show_a_post_to_more_people(
    alder: Node, birch: Node, clock: Clock
) -> None:

    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    cleo = await person(birch, "cleo")
    await meet(alder, ben)
    id = await say(alder, ana, "Only @ben@birch.test", reach="direct")
    await settle(alder, birch)
    clock.advance(hours=1)

    for number, to in enumerate(((PUBLIC,), (ben.id, cleo.id))):
        wide = Note(id=id, attributed_to=ana.id, content=f"<p>{number}</p>", to=to, updated=clock())
        letter = Update(
            id=f"{alder.origin}/a/wide{number}", actor=ana.id, object=wide, to=(ben.id,)
        )
        await alder.write(put, letter)
        await settle(alder, birch)
        clock.advance(hours=1)

    found = await kept(birch, id)
    assert found
    assert found.reach == Reach.DIRECT
    assert found.content == "<p>1</p>"
    assert await birch.read(queries.by_id, id, member(cleo)) is None
    named = await birch.read(lambda db: list(db.scalars(select(recipient.c.account))))
    assert named == [ben.id]


# Words --------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    "<svg onload=alert(1)>",
    '<p style="position:fixed">x</p>',
    "\u202egnp.exe",
)


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_words_are_inert(alder: Node, birch: Node, browse: Any, hostile: str) -> None:

    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    bad = Note(
        id=f"{alder.origin}/o/bad", attributed_to=ana.id, content=f"<p>{hostile}</p>",
        summary="Careful </summary>" + hostile, lang='en" onload="alert(1)', to=(PUBLIC,),
        url="javascript:alert(1)",
        attachment=(Image(url="https://pictures.test/x.png", name=hostile),
                    Image(url="javascript:alert(1)", name="y")),
    )  # fmt: skip
    letter = Create(
        id=f"{alder.origin}/a/bad", actor=ana.id, object=bad, to=(PUBLIC,), cc=(ben.id,)
    )
    await alder.write(put, letter)
    await settle(alder, birch)
    found = await kept(birch, bad.id or "")
    assert found

    page = (await (await browse(birch, "ben")).get(found.path)).text
    whole = page[page.index("<main") : page.index("</main>")]
    # faces and pictures are our own copies, with plain words
    shown = re.sub(r'<img src="/pictures/[^"<>]*" alt="[^"<>]*" loading="lazy">', "", whole)
    for danger in ("<script", 'onerror="', "javascript:", "<svg onload", "style=", "\u202e", "<img",
                   'onload="alert'):  # fmt: skip
        assert danger not in shown, danger
    assert "pictures.test" in whole
    assert "<details" in shown


def put(unit: Any, letter: Any) -> None:
    """Put a letter on the wire as another program would write it, past our own schema."""
    body = json.dumps(wires.dump(letter)).encode()
    row = {"way": "out", "activity": letter.id, "actor": letter.actor, "body": body,
           "at": unit.now, "due": unit.now}  # fmt: skip
    unit.db.execute(insert(letters).values(row))
    unit.later("federation.fan_out", activity=letter.id)


async def test_a_poll_vote_is_no_post(alder: Node, birch: Node) -> None:

    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)
    await meet(birch, ana)
    vote = Note(id=f"{alder.origin}/o/v", attributed_to=ana.id, name="Yes",
                in_reply_to=f"{birch.origin}/o/poll", to=(ben.id,))  # fmt: skip
    letter = Create(id=f"{alder.origin}/a/v", actor=ana.id, object=vote, to=(ben.id,))
    await alder.write(put, letter)
    await settle(alder, birch)

    assert await kept(birch, vote.id or "") is None


# Leaving ------------------------------------------------------------------------------------


async def test_who_leaves_takes_their_words_along(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    await meet(alder, ben)
    words = {"public": "CANARY", "community": "CANARY here", "direct": "CANARY @ben@birch.test"}
    ids = [await say(alder, ana, text, reach) for reach, text in words.items()]
    await settle(alder, birch)
    taken = await alder.read(notes.leaving.export, ana.id)
    assert "CANARY here" in [one["text"] for one in taken["posts"]]

    await alder.write(leaving.leave, ana.id)
    await settle(alder, birch)

    for node in (alder, birch):
        rows = await node.read(lambda db: db.execute(select(note)).all())
        assert "CANARY" not in str(rows)
        assert all(row.deleted for row in rows)
    assert {row.id for row in await alder.read(lambda db: db.execute(select(note)).all())} == set(
        ids
    )


async def test_nothing_is_written_for_nobody_or_about_nothing(alder: Node) -> None:
    ana = await person(alder, "ana")
    with pytest.raises(Invalid):
        await say(alder, ana, "  ")
    with pytest.raises(Missing):
        await say(alder, ana, "x", parent=f"{alder.origin}/o/none")
    with pytest.raises(Invalid):
        await say(alder, ana, "to whom?", reach="direct")
