"""Letters of a joint decision that are lost, late or doubled: there are never two outcomes."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from node.kernel.errors import Problem
from node.kernel.network import Unreachable
from node.kernel.node import Node, find_account
from node.modules.joint import jobs, queries
from node.modules.joint.queries import Process
from tests.conftest import Clock, Wire, settle
from tests.modules.together import (
    METHODS,
    YES,
    at,
    ballots,
    decide,
    invite,
    outcomes,
    over,
    take_part,
    towns,
)
from vocab import wire as wires
from vocab.model import Malformed


@pytest.fixture
async def three(make_node: Any) -> list[Node]:
    return await towns(make_node)


# Letters lost, doubled, late --------------------------------------------------------------------


def kind_of(body: bytes) -> str:
    """What a letter is, as far as a joint decision goes."""
    try:
        held = json.loads(body)
    except ValueError:
        return ""
    inside = held.get("object") if isinstance(held.get("object"), dict) else {}
    what = next((key for key in ("concludes", "ballotIn", "respondsTo") if key in inside), "")
    return what or str(held.get("type"))


def losing(wire: Wire, kind: str, origin: str) -> Callable[[], None]:
    """Have no letter of a kind reach a node until what this gives back is called."""
    there, lost = wire.exchange, True

    async def exchange(method: str, url: str, headers: Any, body: bytes, **kw: Any) -> Any:
        if lost and method == "POST" and url.startswith(origin) and kind_of(body) == kind:
            raise Unreachable(f"{kind} to {origin} is lost")
        return await there(method, url, headers, body, **kw)

    wire.exchange = exchange  # type: ignore[method-assign]

    def heal() -> None:
        nonlocal lost
        lost = False

    return heal


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("kind", "where", "found"),
    [
        ("Invite", 2, ["approved", "approved", None]),
        ("Accept", 0, [None, None, None]),
        ("Update", 2, ["approved"] * 3),
        ("ballotIn", 2, ["approved"] * 3),
        ("ballotIn", 0, [None, None, None]),
        ("concludes", 2, ["approved"] * 3),
        ("concludes", 1, ["approved"] * 3),
        ("respondsTo", 0, ["approved"] * 3),
        ("respondsTo", 2, ["approved"] * 3),
    ],
)
async def test_lost_for_days_or_sent_twice_there_are_never_two_outcomes(
    three: list[Node], clock: Clock, wire: Wire, kind: str, where: int, found: list[str | None]
) -> None:
    """A kind of letter does not come to one node until days after the end, then all come twice."""
    heal = losing(wire, kind, three[where].origin)
    one = await invite(three)
    slugs = [str(one.proposal)]
    for node, method in zip(three[1:], METHODS[1:], strict=True):
        asked = await node.read(queries.by_id, one.id)
        slugs.append(await take_part(node, one, method) if asked else "")
    await settle(*three)
    for node, slug, method in zip(three, slugs, METHODS, strict=True):
        if slug:
            await ballots(node, slug, YES[method])
    await over(three, clock)
    await over(three, clock, days=7)
    said = {each for each in await seen_at(three, one) if each}
    assert len(said) <= 1
    heal()
    for _ in range(2):
        await over(three, clock, days=1)
    for method, url, body in list(wire.seen):
        if method == "POST" and kind_of(body):
            await again(three, url, body)
    await over(three, clock, days=1)

    assert await seen_at(three, one) == found
    assert said <= set(found)
    for node in three:
        own = [each for each in await node.read(queries.ends, one.id)
               if each.community == node.community.id]  # fmt: skip
        assert len(own) <= 1


async def seen_at(nodes: Sequence[Node], one: Process) -> list[str | None]:
    there = [await node.read(queries.by_id, one.id) for node in nodes]
    return [each.outcome if each else None for each in there]


async def again(nodes: Sequence[Node], url: str, body: bytes) -> None:
    """Have a letter come once more, as a letter of its sender that was proven."""
    held = json.loads(body)
    for node in nodes:
        actor = await node.read(find_account, str(held.get("actor")))
        if url.startswith(node.origin) and actor is not None and not actor.local:
            await node.write(_once_more, held, actor)


def _once_more(unit: Any, held: dict[str, Any], actor: Any) -> None:
    activity = wires.load(held, unit.registry.types)
    inside = held.get("object") if isinstance(held.get("object"), dict) else None
    if inside is None or activity.object is None or isinstance(activity.object, str):
        return
    try:
        unit.perform(activity, actor, document=inside)
    except (Problem, Malformed):
        return


@pytest.mark.sqlite
async def test_if_the_convener_is_gone_others_say_what_came_of_it(
    three: list[Node], clock: Clock, wire: Wire
) -> None:
    one = await decide(three, clock, "yyy")
    wire.away.add(three[0].origin)
    there = three[1:]
    clock.advance(days=8)
    for _ in range(9):
        clock.advance(days=1)
        for node in there:
            await jobs.sweep(node)
        await settle(*there)

    assert await outcomes(there, one) == ["approved"] * 2
    assert len({(await at(node, one)).concluded for node in there}) == 1
    assert (await at(three[0], one)).outcome is None
    wire.away.clear()
    for _ in range(2):
        await over(three, clock, days=1)
    assert await outcomes(three, one) == ["approved"] * 3
