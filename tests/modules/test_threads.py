"""Conversations: shown in order, fetched from where they are, within a budget, and published."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import resolving
from federation.budget import FETCHES
from node.modules.notes import gathering, jobs, queries, rules
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.federation.strangers import Actor, Server
from tests.modules.strange import MakeNode, Stage, follow, stage
from tests.modules.test_notes import member, say

JSON = {"accept": "application/activity+json"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


def show(*notes: dict[str, Any]) -> None:
    """Have each note's own server show it."""
    for one in notes:
        SERVERS[one["id"].split("/notes/")[0]].pages[one["id"]] = one


SERVERS: dict[str, Server] = {}


@pytest.fixture
def elm(here: Stage) -> Server:
    return SERVERS.setdefault("https://elm.test", here.server("elm.test"))


@pytest.fixture(autouse=True)
def forget() -> Any:
    yield
    SERVERS.clear()


def collection(id: str, items: list[Any], **more: Any) -> dict[str, Any]:
    context = "https://www.w3.org/ns/activitystreams"
    return {
        "@context": context, "id": id, "type": "OrderedCollection", "orderedItems": items, **more,
    }  # fmt: skip


async def ids(here: Stage, of: str) -> list[str]:
    kept = await here.node.read(queries.stored, of)
    assert kept
    found = await here.node.read(queries.thread, kept.thread, member(await me(here)))
    return [one.id.rpartition("/")[2] for one in found]


async def me(here: Stage) -> Any:
    found = await here.node.account(f"{here.node.origin}/u/ana")
    assert found
    return found


# Asking -------------------------------------------------------------------------------------


async def test_what_an_answer_answers_is_fetched_up_to_the_first(here: Stage, elm: Server) -> None:
    bob = here.actor(elm, "bob")
    oak = SERVERS.setdefault("https://oak.test", here.server("oak.test"))
    olga = here.actor(oak, "olga")
    await follow(here, "ana", bob)
    first = olga.note("first", published="2026-11-19T08:00:00Z")
    second = bob.note("second", inReplyTo=first["id"], published="2026-11-19T09:00:00Z")
    third = olga.note("third", inReplyTo=second["id"], published="2026-11-19T10:00:00Z")
    last = bob.note("last", inReplyTo=third["id"], published="2026-11-19T11:00:00Z")
    show(first, second, third)

    assert (await here.twice(bob, bob.says("Create", last)))[0] == "done"

    assert await ids(here, last["id"]) == ["first", "second", "third", "last"]
    assert [oak.asked[one["id"]] for one in (first, third)] == [1, 1]


@pytest.mark.parametrize("way", ["context", "embedded", "pages", "replies", "nested"])
async def test_answers_are_found_in_every_shape_of_collection(
    here: Stage, elm: Server, way: str
) -> None:
    bob = here.actor(elm, "bob")
    oak = SERVERS.setdefault("https://oak.test", here.server("oak.test"))
    olga = here.actor(oak, "olga")
    await follow(here, "ana", bob)
    at = f"{elm.origin}/c/1"
    name = "context" if way in ("context", "embedded", "pages") else "replies"
    root = bob.note("root", **{name: at})
    one = olga.note("one", inReplyTo=root["id"], replies=f"{oak.origin}/c/one")
    two = bob.note("two", inReplyTo=one["id"])
    other = olga.note("other")
    show(root, one, two, other)
    oak.pages[f"{oak.origin}/c/one"] = collection(f"{oak.origin}/c/one", [two["id"]])
    items = [
        root["id"],
        one["id"],
        two["id"],
        other["id"],
        f"{here.node.origin}/o/x",
        "urn:x",
        None,
    ]
    page = {"id": f"{at}/page2", "type": "OrderedCollectionPage", "partOf": at}
    elm.pages[at] = {
        "context": collection(at, items),
        "embedded": collection(at, [root, one["id"], {**two, "content": "<p>whole</p>"}]),
        "pages": collection(at, [], first=f"{at}/page2"),
        "replies": collection(at, [one["id"]]),
        "nested": {"id": at, "type": "Collection", "first": {
            "id": f"{at}?page=1", "type": "CollectionPage", "next": f"{at}/page2", "partOf": at}},
    }[way]  # fmt: skip
    elm.pages[f"{at}/page2"] = {**page, "orderedItems": [one["id"], two["id"]], "next": at}
    await here.hear(bob, bob.says("Create", root))

    await jobs.gather(here.node, post=root["id"], answers=True)
    await jobs.gather(here.node, post=root["id"], answers=True)

    assert sorted(await ids(here, root["id"])) == ["one", "root", "two"]
    assert await here.node.read(queries.stored, other["id"]) is None


async def test_nothing_false_comes_in_by_a_conversation(here: Stage, elm: Server) -> None:
    bob = here.actor(elm, "bob")
    oak = SERVERS.setdefault("https://oak.test", here.server("oak.test"))
    olga = here.actor(oak, "olga")
    evil = SERVERS.setdefault("https://evil.test", here.server("evil.test"))
    mallory = here.actor(evil, "mallory")
    await follow(here, "ana", bob)
    at = f"{evil.origin}/c/1"
    start = bob.note("start")
    root = mallory.note("root", context=at, inReplyTo=start["id"])
    true = olga.note("true", inReplyTo=root["id"], content="<p>true</p>")
    gone = olga.note("gone", inReplyTo=root["id"])
    few = olga.note("few", inReplyTo=root["id"], to=[f"{olga.id}/followers"])
    posing = mallory.note("posing", inReplyTo=root["id"], attributedTo=olga.id)
    show(start, true, few, posing)
    evil.pages[at] = collection(at, [{**true, "content": "<p>FORGED</p>"}, gone, few, posing])
    await here.hear(bob, bob.says("Create", start))
    await resolving_account(here, mallory)
    await here.hear(mallory, mallory.says("Create", {**root, "tag": [
        {"type": "Mention", "href": (await me(here)).id}]}))  # fmt: skip

    await jobs.gather(here.node, post=root["id"], answers=True)

    found = await here.node.read(queries.stored, true["id"])
    assert found is None or found.content == "<p>true</p>"
    for one in (gone, few, posing):
        assert await here.node.read(queries.stored, one["id"]) is None


async def resolving_account(here: Stage, who: Actor) -> None:
    await resolving.account(here.node, who.id)


async def test_the_budget_ends_what_has_no_end(here: Stage, elm: Server) -> None:
    """V35: a page that leads to itself, a chain without a beginning, a list without an end."""
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    at = f"{elm.origin}/c/1"
    notes = [bob.note(str(n), inReplyTo=f"{elm.origin}/notes/{n + 1}") for n in range(100)]
    show(*notes)
    loop = {"id": at, "type": "OrderedCollection", "orderedItems": [], "first": at, "next": at}
    root = bob.note("root", replies=at)
    many = [bob.note(f"m{n}", inReplyTo=root["id"]) for n in range(200)]
    show(*many)
    elm.pages[at] = loop

    await here.hear(bob, bob.says("Create", notes[0]))
    assert len(await ids(here, notes[0]["id"])) == FETCHES + 1
    await jobs.gather(here.node, post=notes[0]["id"], answers=True)
    assert len(await ids(here, notes[0]["id"])) == gathering.UP + 1
    await here.hear(bob, bob.says("Create", root))
    elm.asked.clear()
    await jobs.gather(here.node, post=root["id"], answers=True)
    assert elm.asked.total() == 1
    elm.pages[at] = collection(at, [one["id"] for one in many])
    await jobs.gather(here.node, post=root["id"], answers=True)
    assert elm.asked.total() <= gathering.FETCHES + 1
    few = gathering.budget()
    few.bytes = 1
    elm.asked.clear()
    await gathering.below(here.node, root["id"], few)
    assert elm.asked.total() == 1


# Showing ------------------------------------------------------------------------------------


async def test_a_conversation_of_ours_is_published_for_all(
    here: Stage, elm: Server, clock: Clock, browse: Callable[..., Awaitable[Browser]]
) -> None:
    bob = here.actor(elm, "bob")
    ana = await person(here.node, "ana")
    root = await say(here.node, ana, "First.")
    early = "2026-11-01T00:00:00Z"
    await here.hear(bob, bob.says("Create", bob.note("1", inReplyTo=root, published=early)))
    clock.advance(minutes=1)
    back = await say(here.node, ana, "Back.", parent=bob.note("1")["id"])
    hidden = await say(here.node, ana, "Here only.", "community", parent=root)
    visitor = await browse(here.node)

    async def get(id: str) -> Any:
        return (await visitor.get(id.removeprefix(here.node.origin), headers=JSON)).json()

    context = await get(f"{root}/context")
    assert context["orderedItems"] == [root, bob.note("1")["id"], back]
    assert (context["attributedTo"], context["totalItems"]) == (ana.id, 3)
    for one in (root, back):
        assert (await get(one))["context"] == f"{root}/context"
    assert (await get(f"{root}/replies"))["orderedItems"] == [bob.note("1")["id"]]
    for part in ("context", "replies", "likes"):
        path = f"{hidden.removeprefix(here.node.origin)}/{part}"
        assert (await visitor.get(path, headers=JSON)).status_code == 404
    assert (await visitor.get(f"{back.removeprefix(here.node.origin)}/context", headers=JSON)
            ).status_code == 404  # fmt: skip


async def test_an_answer_of_ours_belongs_to_the_conversation_elsewhere(
    here: Stage, elm: Server
) -> None:
    bob = here.actor(elm, "bob")
    ana = await follow(here, "ana", bob)
    note = bob.note("1", context=f"{elm.origin}/c/1")
    await here.hear(bob, bob.says("Create", note))
    elm.received.clear()

    await say(here.node, ana, "Yes.", parent=note["id"])
    await settle(here.node)

    [sent] = elm.received
    assert sent["object"]["context"] == f"{elm.origin}/c/1"


async def test_a_member_has_the_rest_asked_for_once_in_a_while(
    here: Stage, elm: Server, browse: Callable[..., Awaitable[Browser]]
) -> None:
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    at = f"{elm.origin}/c/1"
    emoji = {"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": f"{at}.png"}}
    root = bob.note("root", replies=at, content="<p>:blob: a</p>", tag=[emoji])
    one = bob.note("one", inReplyTo=root["id"], published="2026-11-19T08:00:00Z")
    show(root, one)
    elm.pages[at] = collection(at, [one["id"]])
    await here.hear(bob, bob.says("Create", root))
    kept = await here.node.read(queries.stored, root["id"])
    assert kept
    ana, visitor = await browse(here.node, "ana"), await browse(here.node)

    for _ in range(2):
        await ana.post(f"{kept.path}/gather", {}, form=kept.path)
        await settle(here.node)

    text = (await ana.get(kept.path)).text
    assert text.index(":blob:") < text.index("note one")
    assert re.search(r'<img[^>]* alt=":blob:"[^>]*> a', text)
    assert 'src="http' not in text.partition("<main")[2]
    assert elm.asked[at] == 1
    assert (await visitor.get(kept.path)).text.count("/gather") == 0


# Order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posts", "wanted"),
    [
        ([], ""), (["a"], "a"), (["a", "b>a", "c>a", "d>b"], "abdc"), (["b>a", "a"], "ab"),
        (["a>b", "b>a"], "ab"), (["a>a"], "a"), (["b>x", "a", "c>b"], "bca"),
    ],
)  # fmt: skip
def test_an_answer_stands_under_what_it_answers(posts: list[str], wanted: str) -> None:
    pairs = [(one[0], one[2:] or None) for one in posts]
    assert "".join(rules.in_order(pairs)) == wanted


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.sampled_from("abcdefx")),
                unique_by=lambda one: one[0]))  # fmt: skip
def test_nothing_is_lost_or_shown_twice(posts: list[tuple[str, str | None]]) -> None:
    found = rules.in_order(posts)
    assert sorted(found) == sorted(id for id, _ in posts)
