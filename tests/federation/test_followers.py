"""Follower synchronisation (FEP-8fcf): the header, the list, what follows from both."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import told
from federation.told import NOBODY, digest
from node.kernel.node import Node
from node.modules.follows import api as follows
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.outside import Far, ask, known, proven, signed

FAR = "https://far.test"
MIA = f"{FAR}/users/mia"
GOOD = f'collectionId="{MIA}/followers", url="{MIA}/sync", digest="{"ab" * 32}"'


@given(st.lists(st.text(max_size=30), max_size=8, unique=True), st.text(max_size=30))
def test_a_digest_knows_no_order_and_sees_every_difference(ids: list[str], more: str) -> None:
    assert digest(ids) == digest(reversed(ids))
    assert (digest([*ids, more]) == digest(ids)) is (more in ids)
    assert digest([]) == NOBODY


@pytest.mark.parametrize(
    ("said", "sound"),
    [
        (GOOD, True),
        (GOOD.replace(", ", ","), True),
        (GOOD.replace("ab", "AB"), True),
        ("", False),
        (GOOD.replace("ab" * 32, "ab" * 31), False),
        (GOOD.replace("ab" * 32, "zz" * 32), False),
        (GOOD.replace(f'url="{MIA}/sync"', 'url="https://evil.test/sync"'), False),
        (GOOD.replace(f'url="{MIA}/sync"', 'url="http://far.test/sync"'), False),
        (GOOD.replace("collectionId", "other"), False),
        (GOOD + '"', False),
        (GOOD + "\x00", False),
        ("a" * 10_000, False),
    ],
)
def test_what_the_header_may_say(said: str, sound: bool) -> None:
    assert (told.parse(said, MIA) is not None) is sound


@given(st.text(max_size=200))
def test_any_header_is_read_without_an_error(said: str) -> None:
    told.parse(said, MIA)


# Ours ---------------------------------------------------------------------------------------


@pytest.fixture
def far(wire: Wire, key_pool: Any) -> Far:
    server = Far(origin=FAR, keys=key_pool[0])
    wire.apps[FAR] = server
    return server


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder")


async def follow(node: Node, follower: str, followed: str) -> None:
    """A follow that was accepted long ago."""
    from node.modules.follows.rules import State
    from node.modules.follows.tables import follow as table

    def write(unit: Any) -> None:
        row = {"follower": follower, "followed": followed, "state": State.ACCEPTED,
               "activity": f"{follower}/follows/{followed[-8:]}", "at": unit.now}  # fmt: skip
        unit.db.execute(table.insert().values(row))

    await node.write(write)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_goes_to_followers_says_who_they_are_there_and_only_they_read_the_list(
    alder: Node, far: Far, wire: Wire, key_pool: Any
) -> None:
    ana = await person(alder, "ana")
    other = Far(origin="https://other.test", keys=key_pool[1])
    mia, noa = await known(alder, far, "mia", "noa")
    [oli] = await known(alder, other, "oli")
    wire.apps[other.origin] = other
    for one in (mia, noa, oli):
        await follow(alder, one, ana.id)

    await post(alder, ana, "Hello.")
    await settle(alder)

    [came] = far.posts
    said = told.parse(came.headers["collection-synchronization"], ana.id)
    assert said is not None
    assert said.collection == f"{ana.id}/followers"
    assert said.digest == digest([mia, noa])
    assert await proven(alder, came, far, ana.id)
    assert "collection-synchronization" in came.headers["signature"].partition("signature=")[0]
    path = said.url.removeprefix(alder.origin)
    theirs = await ask(wire, alder, path, **signed(alder, far, mia, said.url))
    assert theirs.json()["orderedItems"] == [mia, noa]
    others = await ask(wire, alder, path, **signed(alder, other, oli, said.url))
    assert others.json()["orderedItems"] == [oli]
    assert (await ask(wire, alder, path)).status_code == 404


async def post(node: Node, author: Any, text: str) -> None:
    from tests.modules.test_notes import say

    await say(node, author, text)


# Theirs -------------------------------------------------------------------------------------


async def deliver(
    node: Node, far: Far, wire: Wire, said: Mapping[str, str], number: int = 1
) -> int:
    """A letter of mia's with this header; the answer's status."""
    from federation import signatures

    body = json.dumps({
        "@context": "https://www.w3.org/ns/activitystreams", "id": f"{MIA}/acts/{number}",
        "type": "Like", "actor": MIA, "object": f"{node.origin}/o/none", "to": [node.origin],
    }).encode()  # fmt: skip
    url = f"{node.origin}/inbox"
    headers = signatures.sign(
        "POST", url, body, key_id=f"{MIA}#main-key",
        private_key=signatures.load_private_pem(far.keys.rsa), now=node.now(),
    )  # fmt: skip
    answer = await ask(wire, node, "/inbox", method="POST", body=body, **headers, **said)
    return answer.status_code


def header(mixed: str, url: str = f"{MIA}/sync") -> dict[str, str]:
    said = f'collectionId="{MIA}/followers", url="{url}", digest="{mixed}"'
    return {"Collection-Synchronization": said}


def listed(far: Far, *ids: str, **more: Any) -> None:
    far.pages["/users/mia/sync"] = {
        "@context": "https://www.w3.org/ns/activitystreams", "id": f"{MIA}/sync",
        "type": "OrderedCollection", "orderedItems": list(ids), **more,
    }  # fmt: skip


def paged(far: Far, pages: int, *last: str) -> None:
    """A list in so many pages, one of somebody else's in each, and these on the last."""
    listed(far, first=f"{MIA}/sync/1", orderedItems=[])
    for number in range(1, pages + 1):
        more = {"next": f"{MIA}/sync/{number + 1}"} if number < pages else {}
        here = last if number == pages else ()
        far.pages[f"/users/mia/sync/{number}"] = {
            "@context": "https://www.w3.org/ns/activitystreams", "id": f"{MIA}/sync/{number}",
            "type": "OrderedCollectionPage", "partOf": f"{MIA}/sync",
            "orderedItems": [f"https://elsewhere.test/u/{number}", *here], **more,
        }  # fmt: skip


async def state(node: Node, who: str) -> str | None:
    return await node.read(lambda db: follows.state(db, who, MIA))


async def test_a_list_that_differs_is_read_once_a_day_and_mends_both_sides(
    alder: Node, far: Far, wire: Wire, clock: Clock
) -> None:
    ana, ben, cleo = [await person(alder, name) for name in ("ana", "ben", "cleo")]
    await known(alder, far, "mia")
    await follow(alder, ana.id, MIA)
    await follow(alder, ben.id, MIA)
    clock.advance(days=1)
    listed(far, ben.id, cleo.id, "https://elsewhere.test/u/x")

    assert await deliver(alder, far, wire, header(digest([ana.id, ben.id]))) == 202
    await settle(alder)
    assert [one.path for one in far.gets if "sync" in one.path] == []

    assert await deliver(alder, far, wire, header("ab" * 32), 2) == 202
    await settle(alder)
    assert (await state(alder, ana.id), await state(alder, ben.id)) == (None, "accepted")
    [undone] = [json.loads(one.body) for one in far.posts]
    assert (undone["type"], undone["actor"]) == ("Undo", cleo.id)
    assert undone["object"]["object"] == MIA

    for number in range(3, 9):
        clock.advance(hours=2)
        await deliver(alder, far, wire, header(f"{number:064x}"), number)
        await settle(alder)
    assert len([one for one in far.gets if "sync" in one.path]) == 1
    clock.advance(hours=13)
    await deliver(alder, far, wire, header("cd" * 32), 10)
    await settle(alder)
    assert len([one for one in far.gets if "sync" in one.path]) == 2


@pytest.mark.parametrize(
    "odd",
    [
        "another origin",
        "garbage",
        "goes on elsewhere",
        "too long to be read",
        "no collection",
        "gone",
        "another's collection",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_nothing_changes_by_a_list_that_is_not_the_whole_of_their_own(
    alder: Node, far: Far, wire: Wire, clock: Clock, odd: str
) -> None:
    ana = await person(alder, "ana")
    await known(alder, far, "mia")
    await follow(alder, ana.id, MIA)
    clock.advance(days=1)
    said = header("ab" * 32)
    if odd == "another origin":
        said = header("ab" * 32, "https://evil.test/sync")
    elif odd == "garbage":
        said = header("xyz")
    elif odd == "goes on elsewhere":
        listed(far, first="https://evil.test/page", orderedItems=[])
    elif odd == "too long to be read":
        paged(far, 12)
    elif odd == "no collection":
        far.pages["/users/mia/sync"] = {"id": f"{MIA}/sync", "type": "Note", "content": "No."}
    elif odd == "another's collection":
        listed(far)
        name = "Collection-Synchronization"
        said = {name: said[name].replace("mia/followers", "noa/followers")}

    assert await deliver(alder, far, wire, said) == 202
    await settle(alder)

    assert await state(alder, ana.id) == "accepted"
    assert far.posts == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_list_of_ten_pages_is_read_to_its_end(
    alder: Node, far: Far, wire: Wire, clock: Clock
) -> None:
    """Beside one of twelve, by which nothing changes."""
    ana, ben = [await person(alder, name) for name in ("ana", "ben")]
    await known(alder, far, "mia")
    for one in (ana, ben):
        await follow(alder, one.id, MIA)
    clock.advance(days=1)
    paged(far, 10, ben.id)

    await deliver(alder, far, wire, header("ab" * 32))
    await settle(alder)

    assert (await state(alder, ana.id), await state(alder, ben.id)) == (None, "accepted")


@pytest.mark.parametrize(("minutes", "left"), [(59, "accepted"), (61, None)])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_young_follow_is_not_ended_by_a_list_that_may_be_older(
    alder: Node, far: Far, wire: Wire, clock: Clock, minutes: int, left: str | None
) -> None:
    ana = await person(alder, "ana")
    await known(alder, far, "mia")
    await follow(alder, ana.id, MIA)
    clock.advance(minutes=minutes)
    listed(far, "https://elsewhere.test/u/x")

    await deliver(alder, far, wire, header("ab" * 32))
    await settle(alder)

    assert [one.path for one in far.gets if "sync" in one.path] == ["/users/mia/sync"]
    assert await state(alder, ana.id) == left
