"""What one letter makes us ask of others, in all its tries and in all that it leads to (V35)."""

import pytest

from federation import resolving
from federation.resolving import Budget
from node.kernel.errors import Refused
from tests.conftest import Wire, settle
from tests.federation.strangers import Actor, letters
from tests.modules.strange import MakeNode, Stage, follow, stage

ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
MANY = 60
WHEN = {"published": "2026-11-19T08:00:00Z"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


def endless(here: Stage) -> list[str]:
    """Posts of as many servers, each of which answers one and shows another; their ids."""
    people: list[Actor] = []
    for number in range(MANY):
        server = here.server(f"h{number}.test")
        people.append(here.actor(server, "p"))
        server.vouch(f"p@h{number}.test", people[-1].id)
    ids = [f"{one.server.origin}/notes/1" for one in people]
    for number, one in enumerate(people):
        up, aside = ids[(number + 1) % MANY], ids[(number + 7) % MANY]
        more = {"inReplyTo": up, "quoteUrl": aside, **WHEN}
        one.server.pages[ids[number]] = one.note("1", **more)
    return ids


def asked(wire: Wire) -> tuple[int, int]:
    """How many documents were fetched, and how many names asked for."""
    seen = [url for method, url, _ in wire.seen if method == "GET"]
    names = sum("/.well-known/" in url for url in seen)
    return len(seen) - names, names


@ONE
@pytest.mark.parametrize("kind", ["Create", "Announce"])
async def test_a_letter_that_leads_on_and_on_has_one_budget(
    here: Stage, wire: Wire, kind: str
) -> None:
    ids = endless(here)
    elm = here.server("elm.test")
    bob = here.actor(elm, "bob")
    await follow(here, "ana", bob)
    wire.seen.clear()
    post = bob.note("start", inReplyTo=ids[0], quoteUrl=ids[30], **WHEN)

    said = bob.says(kind, post if kind == "Create" else ids[0])
    assert await here.hear(bob, said) == ("done", None)

    documents, names = asked(wire)
    assert 4 < documents <= resolving.FETCHES + 4
    assert names <= documents


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

    assert oak.asked.total() <= resolving.IN_ALL
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


def test_what_is_left_is_handed_on() -> None:
    budget = Budget.of(13)
    for _ in range(10):
        budget.spend()

    with pytest.raises(Refused, match="E_BUDGET"):
        budget.spend()
    assert budget.left == 3
    assert Budget.of(budget.left).fetches == 3
    assert Budget.of(0).left == 0
    for spent in (Budget(until=0.0), Budget(bytes=0)):
        with pytest.raises(Refused, match="E_BUDGET"):
            spent.spend()
