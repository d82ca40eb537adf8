"""People elsewhere are asked what they think of a proposal: counted apart, deciding nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Invalid, Problem
from node.kernel.node import Node
from node.kernel.tables import log_entry
from node.modules.deliberation import asking
from node.modules.deliberation.asking import Question
from node.modules.follows import api as following
from node.modules.notes import polls, queries, tallies, writing
from node.modules.notes.objects import AdvisoryPoll
from node.modules.notes.tables import note
from node.modules.proposals import bringing
from node.modules.proposals import queries as proposed
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.strangers import Actor
from tests.modules import moot
from tests.modules.moot import ids
from tests.modules.strange import follow, stage
from tests.modules.test_deliberation import AGREEMENT, MODULES, NAMES
from tests.modules.test_notes import meet
from tests.vocab.samples import example
from vocab import schemas
from vocab.model import PUBLIC
from vocab.wire import dump

WORDS = "Would you use the workshop on a Sunday?"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    node = await make_node("alder", modules=MODULES)
    await moot.people(node, *NAMES)
    return node


def question(node: Node, **more: Any) -> Question:
    fields: dict[str, Any] = {
        "text": WORDS,
        "options": ("Often", "Sometimes", "Never"),
        "several": False,
        "ends": node.now() + timedelta(days=3),
    }
    return Question(**{**fields, **more})


async def brought(node: Node, **more: Any) -> str:
    who = (await ids(node))["ana"]
    return await moot.bring(node, who, **{"reach": "public", **AGREEMENT, **more})


async def about(node: Node, slug: str) -> str:
    found = await node.read(proposed.by_slug, slug, moot.inside(node))
    assert found is not None
    return found.id


async def number(node: Node) -> int:
    return await node.read(lambda db: db.scalar(select(func.count()).select_from(note)) or 0)


async def refused(node: Node, slug: str, who: str, **more: Any) -> str:
    """The code with which a question is refused; nothing is asked then."""
    before = await number(node)
    with pytest.raises(Problem) as problem:
        await node.write(asking.ask, slug, who, question(node, **more), once=f"{who}{more}")
    assert await number(node) == before
    return problem.value.code


async def test_whoever_leads_asks_and_answers_from_elsewhere_are_counted(
    alder: Node, make_node: MakeNode, clock: Clock
) -> None:
    birch = await make_node("birch", modules=MODULES)
    eve = await person(birch, "eve")
    us = await alder.account(alder.community.id)
    assert us is not None
    await birch.write(following.follow, eve, await meet(birch, us))
    await settle(birch, alder)
    people, slug = await ids(alder), await brought(alder)
    proposal = await about(alder, slug)

    asked = await alder.write(asking.ask, slug, people["ana"], question(alder), once="q")
    await settle(alder, birch)

    id = f"{alder.origin}/o/{asked}"
    said = await alder.read(alder.registry.document, id, ANONYMOUS)
    assert isinstance(said, AdvisoryPoll)
    assert (said.attributed_to, said.audience) == (us.id, us.id)
    assert (said.advises, said.binding) == (proposal, False)
    assert f"{alder.origin}/p/{slug}" in (said.content or "")
    assert "decides nothing" in (said.content or "")
    schemas.outgoing(dump(said))
    far = await birch.read(queries.stored, id)
    assert far is not None
    (there,) = await birch.read(polls.on, proposal, Viewer(account=eve, role="member"))
    assert there[0].id == id
    await birch.write(polls.answer, Viewer(account=eve, role="member"), far.slug, ["Often"])
    await settle(birch, alder)
    clock.advance(minutes=4)
    await settle(alder, birch)
    (here,) = await alder.read(polls.on, proposal, moot.inside(alder))
    assert [(one.name, one.count) for one in here[1].options] == [
        ("Often", 1), ("Sometimes", 0), ("Never", 0),
    ]  # fmt: skip
    heard = await birch.read(tallies.one, id)
    assert heard is not None
    assert [one.count for one in heard.options] == [1, 0, 0]
    log = select(log_entry.c.actor).where(log_entry.c.action == "deliberation.asked")
    assert await alder.read(lambda db: list(db.scalars(log))) == [people["ana"]]


async def test_after_its_end_nobody_is_remembered_and_another_may_be_asked(
    alder: Node, clock: Clock
) -> None:
    people, slug = await ids(alder), await brought(alder)
    ends = alder.now() + timedelta(hours=2)
    first = await alder.write(
        asking.ask, slug, people["ana"], question(alder, ends=ends), once="one"
    )
    assert await refused(alder, slug, people["ana"]) == "E_ASKED"

    clock.advance(hours=3)
    await settle(alder)
    second = await alder.write(asking.ask, slug, people["ana"], question(alder), once="two")

    found = await alder.read(polls.on, await about(alder, slug), moot.inside(alder))
    assert [one.slug for one, _ in found] == [second, first]


async def test_a_keeper_who_deletes_the_question_makes_room_for_another(alder: Node) -> None:
    people, slug = await ids(alder), await brought(alder)
    first = await alder.write(asking.ask, slug, people["ana"], question(alder), once="one")
    keeper = Viewer(account=await alder.account(people["keeper"]), role="admin")

    await alder.write(writing.remove, keeper, first)
    second = await alder.write(asking.ask, slug, people["ana"], question(alder), once="two")

    found = await alder.read(polls.on, await about(alder, slug), moot.inside(alder))
    assert [one.slug for one, _ in found] == [second]


async def test_sent_twice_it_asks_once(alder: Node) -> None:
    people, slug = await ids(alder), await brought(alder)

    asked = [
        await alder.write(asking.ask, slug, people["ana"], question(alder), once="q")
        for _ in range(2)
    ]

    assert asked[0] == asked[1]
    assert await number(alder) == 1


async def test_who_asks_what_and_when_is_refused(alder: Node) -> None:
    people = await ids(alder)
    open_, ours = await brought(alder), await brought(alder, reach="community")
    voting = await moot.bring(alder, people["ana"], reach="public")
    gone = await brought(alder)
    await alder.write(bringing.withdraw, gone, people["ana"])
    now = alder.now()

    assert await refused(alder, open_, people["ben"]) == "E_NOT_YOURS"
    assert await refused(alder, open_, "https://birch.test/u/eve") == "E_MEMBERS_ONLY"
    assert await refused(alder, ours, people["ana"]) == "E_NOT_PUBLIC"
    assert await refused(alder, voting, people["ana"]) == "E_STAGE"
    assert await refused(alder, gone, people["ana"]) == "E_STAGE"
    opens = (await moot.at(alder, open_))[1].opens
    assert opens is not None
    wrong_ends = (now + timedelta(minutes=5), now - timedelta(days=1), opens + timedelta(minutes=1))
    for ends in wrong_ends:
        asked = question(alder, ends=ends)
        with pytest.raises(Invalid) as wrong:
            await alder.write(asking.ask, open_, people["ana"], asked, once=str(ends))
        assert set(wrong.value.fields) == {"ends"}
    assert await number(alder) == 0
    at_most = question(alder, ends=opens)
    await alder.write(asking.ask, open_, people["keeper"], at_most, once="k")
    assert await number(alder) == 1


async def test_at_home_nobody_elsewhere_is_asked(alder: Node) -> None:
    slug = await brought(alder)
    found = await alder.read(proposed.by_slug, slug, moot.inside(alder))
    assert found is not None

    no = await alder.read(asking.fault, found, alder.now(), at_home=True)

    assert no == ("E_AT_HOME", asking.AT_HOME)
    assert await alder.read(asking.fault, found, alder.now(), at_home=False) is None


async def test_what_another_server_asks_is_on_no_proposal_but_its_own(
    make_node: MakeNode, wire: Wire, clock: Clock
) -> None:
    here = await stage(make_node, wire)
    bob = here.actor(here.server("elm.test"), "bob")
    mallory = here.actor(here.server("evil.test"), "mallory")
    for name, who in (("ana", bob), ("ben", mallory)):
        await follow(here, name, who)
    theirs = "https://elm.test/o/gp-1"

    def letter(who: Actor, name: str = "q", *, binding: bool = False) -> dict[str, Any]:
        said = example("42", "wire")
        times = {one: clock().isoformat() for one in ("published", "updated")}
        ends = (clock() + timedelta(days=1)).isoformat()
        to = {"to": [PUBLIC], "cc": [f"{who.id}/followers"]}
        mine = {"id": f"{who.server.origin}/o/{name}", "attributedTo": who.id, "audience": who.id,
                "url": f"{who.server.origin}/n/{name}", "advises": theirs, "binding": binding,
                **times, "endTime": ends, **to}  # fmt: skip
        body = {**said["object"], **mine}
        told = {"id": f"{who.server.origin}/acts/{name}", "actor": who.id, "object": body,
                "published": times["published"], **to}  # fmt: skip
        return {**said, **told}

    for who in (bob, mallory):
        assert await here.hear(who, letter(who)) == ("done", None)
        assert await here.node.read(queries.stored, f"{who.server.origin}/o/q") is not None
    assert (await here.hear(bob, letter(bob, "b", binding=True)))[1] == "E_SCHEMA"

    assert await here.node.read(queries.stored, "https://elm.test/o/b") is None
    assert await here.node.read(tallies.about, theirs) == ["https://elm.test/o/q"]


async def test_asking_in_the_browser(alder: Node, browse: Callable[..., Any]) -> None:
    slug = await brought(alder)
    ana, ben, visitor = await browse(alder, "ana"), await browse(alder, "ben"), await browse(alder)
    at, ask = f"/deliberation/{slug}", f"/deliberation/{slug}/ask"
    ends = f"{alder.now() + timedelta(days=2):%Y-%m-%d} 12:00"
    typed = {"text": WORDS, "options": "Often\nNever", "ends": ends}

    assert ask in (await ana.get(at)).text
    assert ask not in (await ben.get(at)).text
    assert [(await one.get(ask)).status_code for one in (ben, visitor)] == [403, 403]
    wrong = await ana.post(ask, {**typed, "options": "Often"})
    assert (wrong.status_code, WORDS in wrong.text) == (422, True)
    assert await number(alder) == 0
    page = await ana.get(ask)
    assert moot.strip(page.text) == moot.strip((await ana.get(at)).text)
    done = await ana.post(ask, typed)

    assert done.status_code == 200
    assert "Often" in done.text
    assert "decides nothing" in done.text
    assert ask not in done.text
    again = await ana.get(ask)
    assert "are asked already" in again.text
    assert (await visitor.get(at)).status_code == 403
