"""Three communities that decide together: what the tests of joint decisions share."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from federation import resolving
from node.kernel.node import Node
from node.modules import joint
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.joint import acting, jobs, queries
from node.modules.joint.queries import Process
from node.modules.proposals import api as proposals
from tests.conftest import Clock, settle
from tests.modules import moot

MODULES = [*moot.MODULES, joint.module]
Rule = decisions.Rule
Kind = decisions.Kind


async def towns(make_node: Any) -> list[Node]:
    """Alder, Birch and Cedar, of three people each; Alder knows the others."""
    nodes = [await make_node(name, modules=MODULES) for name in ("alder", "birch", "cedar")]
    for node in nodes:
        await moot.people(node, "ana", "ben")
    for node in nodes[1:]:
        await resolving.account(nodes[0], node.community.id)
    return nodes


def plan(nodes: Sequence[Node], **rule: Any) -> acting.Plan:
    now = nodes[0].now()
    return acting.Plan(
        invited=[node.community.id for node in nodes[1:]],
        rule=Rule(**{"kind": Kind.MAJORITY, "least": 2, **rule}),
        answer_by=now + timedelta(days=3),
        ends=now + timedelta(days=14),
    )


async def invite(nodes: Sequence[Node], **rule: Any) -> Process:
    """Alder brings a proposal and invites the others to it."""
    first = nodes[0]
    ana = (await first.read(accounts.members))[0].id
    slug = await moot.bring(first, ana, reach="public", title="Share the van")
    await first.write(acting.begin, ana, slug, plan(nodes, **rule), once=f"begin {slug}")
    await settle(*nodes)
    return (await all_of(first))[0]


async def all_of(node: Node) -> list[Process]:
    return await node.read(lambda db: queries.listed(db, moot.inside(node)))


async def at(node: Node, one: Process) -> Process:
    found = await node.read(queries.by_id, one.id)
    assert found is not None, f"{one.id} is not at {node.origin}"
    return found


async def take_part(node: Node, one: Process, method: decisions.Method) -> str:
    """Accept an invitation, to decide on it in two days; the slug of the proposal."""
    ana = (await node.read(accounts.members))[0].id
    draft = proposals.Draft(
        title="", text="", method=method, share=Fraction(1, 2), counts=False, opens=None,
        closes=node.now() + timedelta(days=7), review_months=6, reach="community", named=False,
        settings={"extends": False},
    )  # fmt: skip
    return await node.write(acting.accept, one.id, ana, draft, once=f"accept {one.id}")


async def ballots(node: Node, slug: str, marks: Sequence[Any]) -> None:
    members = [m.id for m in await node.read(accounts.members)]
    for member, mark in zip(members, marks, strict=True):
        reason = "Sundays." if mark == "block" else ""
        await node.write(decisions.cast, slug, member, mark, reason)


YES = {
    decisions.Method.CONSENT: ["consent"] * 3,
    decisions.Method.MAJORITY: ["inFavour", "inFavour", "oppose"],
    decisions.Method.SCORE: [{"opt-1": 5, "opt-0": 1}, {"opt-1": 4, "opt-0": 2}, {"opt-0": 5}],
}
NO = {
    decisions.Method.CONSENT: ["block", "consent", "consent"],
    decisions.Method.MAJORITY: ["oppose", "oppose", "inFavour"],
    decisions.Method.SCORE: [{"opt-0": 5}, {"opt-0": 4}, {"opt-1": 5}],
}
METHODS = (decisions.Method.CONSENT, decisions.Method.MAJORITY, decisions.Method.SCORE)


async def decide(nodes: Sequence[Node], clock: Clock, words: str, **rule: Any) -> Process:
    """Invite, accept, vote (`yn-`: yes, no, no part), let the votes close and the letters come."""
    one = await invite(nodes, **rule)
    slugs = [str(one.proposal)]
    for node, method, word in zip(nodes[1:], METHODS[1:], words[1:], strict=True):
        if word == "-":
            keeper = await moot.keeper(node)
            await node.write(acting.decline, one.id, keeper)
        slugs.append("" if word == "-" else await take_part(node, one, method))
    await settle(*nodes)
    for node, slug, method, word in zip(nodes, slugs, METHODS, words, strict=True):
        if slug:
            await ballots(node, slug, (YES if word == "y" else NO)[method])
    clock.advance(days=8)
    await settle(*nodes)
    return await at(nodes[0], one)


async def over(nodes: Sequence[Node], clock: Clock, *, days: int = 8) -> None:
    """Let the end come, and all that is to be done then."""
    clock.advance(days=days)
    for node in nodes:
        await jobs.sweep(node)
    await settle(*nodes)


async def outcomes(nodes: Sequence[Node], one: Process) -> list[str | None]:
    return [(await at(node, one)).outcome for node in nodes]
