"""What one letter makes us ask of others, in all its tries and in all that it leads to (V35)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from federation import budget, paging, resolving
from federation.budget import WHOLE, Budget
from federation.tables import allowance
from node.kernel import causes
from node.kernel.causes import Cause
from node.kernel.errors import Refused
from node.kernel.tables import job
from tests.conftest import Wire, settle
from tests.federation.strangers import Actor, letters
from tests.modules.strange import MakeNode, Stage, follow, stage

ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
MANY = 60
WHEN = {"published": "2026-11-19T08:00:00Z"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


def endless(here: Stage, *, aside: str) -> list[str]:
    """Posts of as many servers, each of which answers one and shows another; their ids.

    What is shown is at the same server, or elsewhere; at the same one we ask for it.
    """
    people: list[Actor] = []
    for number in range(MANY):
        server = here.server(f"h{number}.test")
        people.append(here.actor(server, "p"))
        server.vouch(f"p@h{number}.test", people[-1].id)
    for number, one in enumerate(people):
        up = people[(number + 1) % MANY].server.origin
        shown = one.server if aside == "same" else people[(number + 7) % MANY].server
        more = {"inReplyTo": f"{up}/notes/1", "quoteUrl": f"{shown.origin}/notes/2", **WHEN}
        for name in ("1", "2"):
            note = one.note(name, **more)
            one.server.pages[note["id"]] = note
    return [f"{one.server.origin}/notes/1" for one in people]


def asked(wire: Wire) -> int:
    """How many requests went out for documents and names."""
    return sum(method == "GET" for method, _, _ in wire.seen)


@ONE
@pytest.mark.parametrize("aside", ["same", "other"])
@pytest.mark.parametrize("kind", ["Create", "Announce"])
async def test_a_letter_that_leads_on_and_on_has_one_budget(
    here: Stage, wire: Wire, kind: str, aside: str
) -> None:
    ids = endless(here, aside=aside)
    elm = here.server("elm.test")
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    wire.seen.clear()
    post = bob.note("start", inReplyTo=ids[0], quoteUrl=ids[30], **WHEN)

    said = bob.says(kind, post if kind == "Create" else ids[0])
    assert await here.hear(bob, said) == ("done", None)

    assert 4 < asked(wire) <= WHOLE["fetches"]


@ONE
async def test_tries_of_a_letter_share_its_budget(here: Stage, wire: Wire) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    thing, other = f"{oak.origin}/notes/1", f"{oak.origin}/notes/2"
    oak.pages |= {thing: {"id": other, "type": "Note"}, other: 503}

    await here.hear(bob, bob.says("Announce", thing))
    for number in range(30):
        here.node.now.advance(seconds=min(5 * 2**number, 86400) + 11)
        await settle(here.node)

    assert oak.asked.total() <= WHOLE["fetches"]
    assert [one.state for one in await letters(here.node)][-1] in ("refused", "dead")


@ONE
async def test_a_try_that_succeeds_late_has_its_effect(here: Stage, wire: Wire) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, mia = here.actor(elm, "bob"), here.actor(oak, "mia")
    await follow(here, "ana", bob)
    thing = mia.note("1", **WHEN)
    oak.pages[thing["id"]] = 503

    first = await here.hear(bob, bob.says("Announce", thing["id"]))
    oak.pages[thing["id"]] = thing
    here.node.now.advance(minutes=1)
    await settle(here.node)

    assert first[0] == "waiting"
    assert [one.state for one in await letters(here.node)][-1] == "done"


async def left(here: Stage) -> dict[str, Any]:
    """What the last letter has left."""
    newest = select(allowance).order_by(allowance.c.letter.desc())
    rows = await here.node.read(lambda db: db.execute(newest).mappings().first())
    assert rows is not None
    return dict(rows)


async def test_all_that_it_asks_is_written_down(here: Stage, wire: Wire) -> None:
    """Also on PostgreSQL: what is left stands in a row, so a restart does not renew it."""
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, mia = here.actor(elm, "bob"), here.actor(oak, "mia")
    oak.vouch("mia@oak.test", mia.id)
    await follow(here, "ana", bob)
    thing = mia.note("1", **WHEN)
    oak.pages[thing["id"]] = thing
    wire.seen.clear()

    await here.hear(bob, bob.says("Announce", thing["id"]))

    rest = await left(here)
    assert asked(wire) == WHOLE["fetches"] - rest["fetches"] == 3  # the post, its author, the name
    assert 0 < rest["bytes"] < WHOLE["bytes"]
    assert 0 < rest["seconds"] <= WHOLE["seconds"]
    assert rest["pages"] == WHOLE["pages"]


@ONE
@pytest.mark.parametrize("what", ["fetches", "bytes", "seconds"])
async def test_where_one_measure_is_used_up_nothing_is_asked(
    here: Stage, wire: Wire, what: str
) -> None:
    ids = endless(here, aside="same")
    elm = here.server("elm.test")
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    here.server("h0.test").pages[ids[0]] = 503
    assert (await here.hear(bob, bob.says("Announce", ids[0])))[0] == "waiting"
    spent = update(allowance).values({what: 0})
    await here.node.write(lambda unit: unit.db.execute(spent))
    wire.seen.clear()

    here.node.now.advance(minutes=5)
    await settle(here.node)

    last = (await letters(here.node))[-1]
    assert (last.state, last.code) == ("refused", "E_SPENT")
    assert asked(wire) == 0


async def test_pages_are_counted_over_all_that_it_leads_to(here: Stage, wire: Wire) -> None:
    oak = here.server("oak.test")
    place = f"{oak.origin}/list"
    oak.pages[place] = {"id": place, "type": "OrderedCollection", "first": f"{place}/1"}
    for number in range(1, 40):
        oak.pages[f"{place}/{number}"] = {
            "id": f"{place}/{number}", "type": "OrderedCollectionPage", "partOf": place,
            "orderedItems": [f"{oak.origin}/u/{number}"], "next": f"{place}/{number + 1}",
        }  # fmt: skip

    async def read() -> int:
        found = await paging.items(here.node, place, budget=Budget(fetches=50))
        assert not found.whole
        return len(found.found)

    assert await during(Cause(letter=1), read) == WHOLE["pages"]
    assert await during(Cause(letter=1), read) == 0
    assert await during(Cause(letter=2), read) == WHOLE["pages"]


async def during(cause: Cause, do: Callable[[], Awaitable[Any]]) -> Any:
    """Do something as a job does that a letter led to."""

    async def run() -> Any:
        causes.current.set(cause)
        return await do()

    return await asyncio.create_task(run())


@ONE
async def test_it_leads_no_deeper_than_three_that_ask(here: Stage) -> None:
    oak = here.server("oak.test")
    mia = here.actor(oak, "mia")

    async def ask() -> str | None:
        await resolving.account(here.node, mia.id, fresh=True)
        await here.node.write(lambda unit: unit.later("notes.gather", post="p", once="it"))
        return await here.node.read(lambda db: db.scalar(select(job.c.cause).limit(1)))

    cause: Cause | None = Cause(letter=1)
    for depth in range(1, budget.DEPTH + 2):
        said = await during(cause, ask)
        assert said == f"1/{depth}"
        await here.node.write(lambda unit: unit.db.execute(job.delete()))
        cause = causes.read(said)

    assert cause is not None
    with pytest.raises(Refused, match="E_SPENT"):
        await during(cause, ask)


@ONE
async def test_what_asks_nobody_is_not_deeper(here: Stage) -> None:
    def leave(unit: Any) -> str | None:
        unit.later("notes.gather", post="p")
        return unit.db.scalar(select(job.c.cause).order_by(job.c.id.desc()).limit(1))

    async def one() -> str | None:
        return await here.node.write(leave)

    assert await during(Cause(letter=7, depth=2), one) == "7/2"
    assert await one() is None


@ONE
async def test_a_matter_of_its_own_has_its_own_measure(here: Stage) -> None:
    def leave(unit: Any) -> None:
        unit.later("notes.look_back", actor="x", apart=True)

    await during(Cause(letter=7), lambda: here.node.write(leave))

    assert await here.node.read(lambda db: db.scalars(select(job.c.cause)).all()) == [None]


@ONE
async def test_a_trusted_node_may_name_more(here: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, mia = here.actor(elm, "bob"), here.actor(oak, "mia")
    await follow(here, "ana", bob)
    thing = mia.note("1", **WHEN)
    oak.pages[thing["id"]] = thing
    monkeypatch.setattr("federation.policy.trusted", lambda *_: ["elm.test"])

    await here.hear(bob, bob.says("Announce", thing["id"]))

    assert (await left(here))["fetches"] > WHOLE["fetches"]


@ONE
async def test_what_a_letter_had_left_is_let_go_after_two_months(here: Stage) -> None:
    row = {"letter": 1, "at": here.node.now(), **WHOLE}
    await here.node.write(lambda unit: unit.db.execute(insert(allowance), row))

    here.node.now.advance(days=59)
    await here.node.write(budget.forget)
    assert (await left(here))["letter"] == 1

    here.node.now.advance(days=2)
    await here.node.write(budget.forget)
    with pytest.raises(AssertionError):
        await left(here)


@ONE
async def test_one_run_ends_by_itself(here: Stage) -> None:
    """Whatever a letter has left, and where no letter is at hand."""
    oak = here.server("oak.test")
    mia = here.actor(oak, "mia")
    for spent in (Budget(fetches=0), Budget(until=0.0), Budget(bytes=0)):
        with pytest.raises(Refused, match="E_BUDGET"):
            await resolving.account(here.node, mia.id, budget=spent, fresh=True)
    assert oak.asked.total() == 0
    await resolving.account(here.node, mia.id, budget=Budget(fetches=1), fresh=True)
    assert oak.asked.total() == 1
