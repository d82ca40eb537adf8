"""What somebody wrote before we followed them, or while one of us was away: from their outbox."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from federation import catching, resolving
from federation.tables import host
from node.kernel.node import Node
from node.kernel.tables import Account, job
from node.modules.follows import api as follows
from node.modules.notes import queries
from node.modules.notes.tables import note
from tests.conftest import START, Clock, Wire, person, settle
from tests.federation.outside import PUBLIC, Far
from tests.modules.test_notes import member

FAR = "https://far.test"
MIA = f"{FAR}/users/mia"
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def far(wire: Wire, key_pool: Any) -> Far:
    server = Far(origin=FAR, keys=key_pool[0])
    wire.apps[FAR] = server
    server.actor("mia")
    return server


def wrote(number: int, **more: Any) -> dict[str, Any]:
    """An entry of mia's outbox; the object may be changed by `object`."""
    id = f"{FAR}/notes/{number}"
    post = {
        "type": "Note", "id": id, "attributedTo": MIA, "content": f"<p>Post {number}.</p>",
        "published": (START - timedelta(days=30 - number)).isoformat().replace("+00:00", "Z"),
        "to": [PUBLIC], "cc": [f"{MIA}/followers"], **more.pop("object", {}),
    }  # fmt: skip
    return {"type": "Create", "id": f"{id}/create", "actor": MIA, "object": post,
            "to": [PUBLIC], **more}  # fmt: skip


def outbox(far: Far, *items: Any, pages: int = 1) -> None:
    """Put up mia's outbox, newest first, in pages."""
    context = "https://www.w3.org/ns/activitystreams"
    place = f"{MIA}/outbox"
    far.pages["/users/mia/outbox"] = {
        "@context": context, "id": place, "type": "OrderedCollection", "first": f"{place}/1",
    }  # fmt: skip
    size = -(-len(items) // pages) if items else 1
    for page in range(pages):
        onward = {"next": f"{place}/{page + 2}"} if page + 1 < pages else {}
        far.pages[f"/users/mia/outbox/{page + 1}"] = {
            "@context": context, "id": f"{place}/{page + 1}", "type": "OrderedCollectionPage",
            "partOf": place, "orderedItems": list(items[page * size : (page + 1) * size]), **onward,
        }  # fmt: skip


async def begin(node: Node, far: Far, who: Account) -> None:
    """Follow mia, who says yes."""
    from node.modules.follows.handlers import Followed
    from node.modules.follows.tables import follow

    await resolving.account(node, MIA)
    row = {"follower": who.id, "followed": MIA, "state": "accepted", "activity": f"{who.id}/f",
           "at": node.now()}  # fmt: skip

    def write(unit: Any) -> None:
        unit.db.execute(follow.insert().values(row))
        unit.tell(Followed(follower=who.id, followed=MIA))

    await node.write(write)
    await settle(node)


async def kept(node: Node) -> list[str]:
    wanted = select(note.c.id).where(note.c.local.is_(False)).order_by(note.c.published)
    return await node.read(lambda db: list(db.scalars(wanted)))


def asked(far: Far) -> int:
    return len([one for one in far.gets if one.path == "/users/mia/outbox"])


async def test_whoever_begins_to_follow_sees_what_was_written_before_in_order(
    alder: Node, far: Far
) -> None:
    ana = await person(alder, "ana")
    outbox(far, *(wrote(n) for n in range(25, 0, -1)), pages=3)

    await begin(alder, far, ana)

    assert await kept(alder) == [f"{FAR}/notes/{n}" for n in range(6, 26)]
    feed = [one.id for one in await alder.read(queries.feed, member(ana))]
    assert feed[:2] == [f"{FAR}/notes/25", f"{FAR}/notes/24"]
    happened = [one.kind for one in await alder.read(lambda db: list(db.execute(select(job))))]
    assert "notices.tell" not in happened


@pytest.mark.parametrize("odd", [
    wrote(1, object={"to": [f"{MIA}/followers"], "cc": []}),
    wrote(1, object={"attributedTo": f"{FAR}/users/noa"}),
    wrote(1, object={"id": "https://elsewhere.test/notes/1"}),
    wrote(1, object={"inReplyTo": "https://elsewhere.test/notes/7"}),
    wrote(1, actor=f"{FAR}/users/noa"),
    {"type": "Announce", "id": f"{FAR}/a/1", "actor": MIA, "object": f"{FAR}/notes/1"},
    {"type": "Create", "id": f"{FAR}/a/1", "actor": MIA, "object": None},
    "https://elsewhere.test/notes/1", 7, None, {},
])  # fmt: skip
async def test_nothing_is_taken_that_is_not_public_and_their_own(
    alder: Node, far: Far, odd: Any
) -> None:
    outbox(far, odd, wrote(2))

    await begin(alder, far, await person(alder, "ana"))

    assert await kept(alder) == [f"{FAR}/notes/2"]


async def test_an_outbox_elsewhere_or_without_an_end_costs_little(alder: Node, far: Far) -> None:
    ana = await person(alder, "ana")
    outbox(far, *(wrote(n) for n in range(40, 0, -1)), pages=20)
    before = len(far.gets)

    await begin(alder, far, ana)

    assert len(await kept(alder)) == 6
    assert len([one for one in far.gets[before:] if "outbox" in one.path]) == 4


async def test_after_an_absence_of_ours_or_theirs_it_is_read_again_not_more_often(
    alder: Node, far: Far, clock: Clock
) -> None:
    ana = await person(alder, "ana")
    await alder.write(catching.at_work)
    outbox(far, wrote(1))
    await begin(alder, far, ana)
    outbox(far, wrote(2), wrote(1))

    clock.advance(hours=7)
    await alder.write(catching.at_work)
    await settle(alder)
    assert (await kept(alder), asked(far)) == ([f"{FAR}/notes/1"], 1)

    clock.advance(days=3)
    await alder.write(catching.at_work)
    await settle(alder)
    assert (len(await kept(alder)), asked(far)) == (2, 2)

    outbox(far, wrote(3))
    clock.advance(days=3)
    await alder.write(_in_trouble)
    from federation import hosts

    await alder.write(hosts.answered, "far.test")
    await settle(alder)
    assert (len(await kept(alder)), asked(far)) == (3, 3)


def _in_trouble(unit: Any) -> None:
    values = {"failures": 9, "last_error": "E_NAME"}
    unit.db.execute(update(host).where(host.c.domain == "far.test").values(**values))


async def test_nobody_is_read_whom_nobody_follows_any_more(alder: Node, far: Far) -> None:
    ana = await person(alder, "ana")
    outbox(far, wrote(1))
    await begin(alder, far, ana)
    mia = await alder.account(MIA)
    assert mia is not None
    await alder.write(follows.unfollow, ana, mia)
    before = asked(far)

    from node.modules.notes.looking_back import look_back

    await look_back(alder, actor=MIA)
    assert asked(far) == before
