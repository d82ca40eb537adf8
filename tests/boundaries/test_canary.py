"""No local word leaves: not in any byte. `test_two_worlds` lives a day and sees the same."""

import itertools
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.module import Module, installed
from node.kernel.tables import letter
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.deliveries import queries as delivery_queries
from node.modules.deliveries import reporting
from node.modules.deliveries.figures import Told
from node.modules.joint import acting, jobs
from node.modules.joint import queries as joint
from node.modules.notes import writing
from node.modules.proposals import bringing
from node.modules.roles import queries as role_queries
from node.modules.roles import telling
from tests.boundaries import world
from tests.boundaries.tap import Tap, leaks
from tests.boundaries.test_others import nothing_like
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World
from tests.conftest import Clock, MakeNode, settle

# what leaves does not depend on where rows lie
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

ACCEPTS = {"nobody": ("text/html", "application/activity+json")}


async def day(full: World) -> None:
    """Voting ends, a decision is published, the other node adopts it; a week passes."""
    node, other, clock = full.node, full.other, full.clock
    await settle(node, other)
    await together(full)
    clock.advance(days=8)
    await settle(node, other)
    for name, reach in (("public", "public"), ("here", "community")):
        await node.write(bringing.choose_reach, full.ids[name], full.keeper.id, reach)
    await settle(node, other)
    for name in ("public", "here"):
        record = await node.read(decisions.decided_by, full.ids[name])
        assert record is not None
        full.ids[f"{name} record"], full.ids[f"{name} record id"] = record.slug, record.id
    await adopt(full)
    words = full.word("words of a report on a decision", leaves=True)
    said = full.ids["public"], full.keeper.id, "delivered", words
    told = await node.write(ticked, full)
    full.ids["told"] = await node.write(partial(reporting.publish, once="told", told=told), *said)
    await node.write(consented, full)
    clock.advance(days=8)
    for one in (node, other):
        await jobs.sweep(one)
    await settle(node, other)


def ticked(unit: Unit, full: World) -> Told:
    """What a keeper ticks of a public decision; beside it stand a measure and a link that stay."""
    here = {"matter": full.ids["public"]}
    for id, leaves in (("told", True), ("kept", False)):
        what = full.word(f"measure that is {id}", leaves=leaves)
        how = full.word(f"how a measure that is {id} is looked at")
        made = {"id": f"measure-{id}", "what": what, "how": how, "by": full.ben.id}
        delivery_queries.add_measure(unit, here | made)
        link = full.word(f"link of a step that is {id}", leaves=leaves)
        step = {
            "id": f"step-{id}", "state": "done", "due": unit.now.date(), "owner": full.ben.id,
            "maker": full.keeper.id, "link": f"https://elsewhere.test/{link}",
            "what": full.word(f"title of a step that is {id}"),
            "done_when": full.word(f"how a step looks that is {id}"),
            "proof": full.word(f"proof of a step that is {id}"),
        }  # fmt: skip
        delivery_queries.add_step(unit, here | step)
    measured = full.word("value in a report", leaves=True), full.word("its unit", leaves=True)
    shown = full.word("name of a link", leaves=True), full.word("what it shows", leaves=True)
    return Told(metrics={"measure-told": measured}, evidence={"step-told": shown})


def consented(unit: Unit, full: World) -> None:
    """Ben lets trusted nodes hear what role he holds; Ana, who holds another, does not."""
    stays = {name: full.word(f"{name} of a role that is told") for name in ("purpose", "handover")}
    name = full.word("name of a role that is told", leaves=True)
    role_queries.add_role(unit, {
        "slug": "role-told", "key": "told", "name": name, "purpose": stays["purpose"],
        "powers": ["topics"], "months": 6, "seats": 1, "record": full.ids["here record id"],
        "at": unit.now,
    })  # fmt: skip
    role_queries.add_holding(unit, {
        "id": "holding-of-ben", "role": "role-told", "member": full.ben.id, "kind": "seat",
        "state": "held", "begins": unit.now, "ends": unit.now + timedelta(days=180),
        "handover": stays["handover"],
    })  # fmt: skip
    one = role_queries.holding_of(unit.db, "holding-of-ben")
    assert one is not None
    telling.tell(unit, one)


async def together(full: World) -> None:
    """Both communities decide on one text; what somebody says on a ballot stays here."""
    node, other, now = full.node, full.other, full.node.now()
    title = full.word("title of what is decided together", leaves=True)
    slug = await node.write(world.bring, full, full.ben.id, "public", title)
    plan = acting.Plan(
        invited=[other.community.id],
        rule=decisions.Rule(kind=decisions.Kind.MAJORITY, least=1),
        answer_by=now + timedelta(days=3),
        ends=now + timedelta(days=12),
    )
    full.ids["joint"] = await node.write(
        partial(acting.begin, once="together"), full.ben.id, slug, plan
    )
    await settle(node, other)
    (one,) = await other.read(lambda db: joint.listed(db, Viewer(role="member")))
    draft = bringing.Draft(
        title="", text="", method=decisions.Method.MAJORITY, share=Fraction(1, 4), counts=False,
        opens=None, closes=now + timedelta(days=7), review_months=6, reach="community",
        named=False, settings={"extends": False},
    )  # fmt: skip
    bo = full.people["bo"].id
    theirs = await other.write(partial(acting.accept, once="together"), one.id, bo, draft)
    await other.write(decisions.cast, theirs, bo, "inFavour")
    reason = f"Harm {full.word('reason of a ballot decided together')}"
    reserved, agreed = full.either((full.ana, full.keeper), (full.keeper, full.ana))
    await node.write(decisions.cast, slug, reserved.id, world.RESERVED, reason)
    for who in (agreed, full.ben):
        await node.write(decisions.cast, slug, who.id, "consent")


async def adopt(full: World) -> None:
    """The other node answers by a process of its own, whose record goes out."""
    decided = await full.node.read(decisions.decided_by, full.ids["public"])
    assert decided is not None
    answers = {"record": decided.id, "answer": "adopted"}
    bo = full.people["bo"].id
    slug = await full.other.write(world.bring, full, bo, "public", "as they do", answers=answers)
    await full.other.write(decisions.cast, slug, bo, "consent")
    full.clock.advance(days=8)
    await settle(full.node, full.other)
    await full.other.write(bringing.choose_reach, slug, bo, "public")
    await settle(full.node, full.other)


async def crawl(full: World, visitors: Visitors, whom: tuple[str, ...]) -> None:
    """These read every address there is, and those that are not."""
    paths = visitors.known()
    paths += [f"/a/{id.rpartition('/')[2]}" for id in await full.node.read(sent)]
    paths += [f"{path}?page=true" for path in paths if path.count("/") == 3]
    paths += [f"/.well-known/webfinger?resource=acct:{name}@alder.test" for name in ("ana", "sus")]
    paths += [f"/o/{nothing_like('x' * 22)}", "/nothing", "/sign-in", "/public", "/", "/board"]
    for who in whom:
        for path, accept in itertools.product(dict.fromkeys(paths), ACCEPTS.get(who, ("*/*",))):
            answer = await visitors.ask(who, path, accept=accept)
            assert answer.status_code < 500, f"{who} {path}: {answer.text[:300]}"


def sent(db: Any) -> list[str]:
    """The ids of all letters that went out."""
    return list(db.scalars(select(letter.c.activity).where(letter.c.way == "out")))


def judge(full: World, visitors: Visitors) -> None:
    """No secret was seen outside; and every word that is for outside was, so the search sees."""
    found = leaks({**full.anas, **full.secret}, [*visitors.wire.crossed, *visitors.seen])

    leaked = [line for line in found if line.partition(" in ")[0] in full.secret]
    assert not leaked, leaked[:20]
    outside = full.anas.keys() - full.secret.keys()
    assert len(outside) > 5
    assert {line.partition(" in ")[0] for line in found} == outside


async def test_no_local_word_leaves_a_world_as_it_was_built(
    full: World, visitors: Visitors
) -> None:
    await crawl(full, visitors, ("nobody", "peer"))

    judge(full, visitors)


async def test_a_handler_that_leaks_is_caught(make_node: MakeNode, clock: Clock, wire: Tap) -> None:
    """The search would see a leak: here is one."""
    holder: dict[str, World] = {}

    async def leaky(_request: Request) -> Response:
        word = holder["full"].secret["words of a report"]
        escaped = "".join(f"\\u{ord(c):04x}" for c in word)
        return Response('{"error": "' + escaped + '"}', media_type="application/json")

    leak = Module(name="leak", routes=(Route("/leaky", leaky, methods=["GET"]),))
    node = await make_node("alder", modules=[*installed(), leak])
    full = holder["full"] = await world.build(node, await make_node("birch"), clock)
    visitors = Visitors(full, wire)

    await visitors.ask("nobody", "/leaky")

    assert leaks(full.secret, visitors.seen) == ["words of a report in nobody GET /leaky"]


async def test_a_letter_that_leaks_is_caught(full: World, wire: Tap) -> None:
    """The wire is searched as well: here is a post that says what was local."""
    said = writing.Draft(text=full.secret["reason of hiding"], reach="public", people={})
    await full.node.write(writing.post, full.ana, said)
    await settle(full.node, full.other)

    assert {line.partition(" in ")[0] for line in leaks(full.secret, wire.crossed)} == {
        "reason of hiding"
    }
