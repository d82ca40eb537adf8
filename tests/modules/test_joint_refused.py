"""What nobody may do in a joint decision: each refusal beside what is let in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.node import Node
from node.kernel.tables import letter
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.joint import queries, rules
from node.modules.joint.objects import JointProcess
from node.modules.joint.queries import Process
from node.modules.joint.tables import vote
from tests.conftest import Clock, settle
from tests.modules.together import METHODS, all_of, at, decide, invite, over, take_part, towns
from vocab import wire as wires
from vocab.types import Accept, Invite, Leave


@pytest.fixture
async def three(make_node: Any) -> list[Node]:
    return await towns(make_node)


def inviting(
    one: Process, *, id: str, to: str, tamper: bool = False, **changes: Any
) -> Callable[[Any], None]:
    """The convener sends another invitation, made after one that is good."""

    def send(unit: Any) -> None:
        us = accounts.community_account(unit.db)
        held = {k: v for k, v in one.document.items() if k != "proof"}
        made = wires.load({**held, "id": id, **changes}, unit.registry.types)
        document = decisions.signed(unit, us, made)
        value = wires.load(document, unit.registry.types)
        assert isinstance(value, JointProcess)
        value = replace(value, name="Another name") if tamper else value
        asking = Invite(
            id=unit.id("a"), actor=us.id, object=value, to=(to,), published=unit.now,
            end_time=unit.now + timedelta(days=3),
        )  # fmt: skip
        unit.send(asking)

    return send


async def came(node: Node, word: str) -> list[tuple[str, str]]:
    """State and code of the letters of a kind that came to a node."""

    def look(unit: Any) -> list[tuple[str, str]]:
        rows = unit.db.execute(select(letter).where(letter.c.way == "in").order_by(letter.c.id))
        return [(r.state, r.code) for r in rows if r.body and f'"{word}"'.encode() in r.body]

    return await node.write(look)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"tamper": True}, "E_PROOF_INVALID"),
        ({"participants": ["https://alder.test/c/alder", "https://cedar.test/c/cedar"]},
         "E_NOT_ADDRESSED"),
        ({"participants": ["https://birch.test/c/birch", "https://cedar.test/c/cedar"]}, "E_JOINT"),
        ({"audience": "https://cedar.test/c/cedar"}, "E_AUDIENCE"),
        ({"endTime": "2026-11-01T09:00:00Z"}, "E_TIME_ORDER"),
        ({"aggregateRule": {"type": "AggregateRule", "rule": "https://x.test/mine",
                            "minParticipation": 1, "blockStops": True, "weighting": "equal",
                            "silence": "notCounted"}}, "E_RULE"),
        ({"lifecycle": "tallying"}, "E_STATE"),
        ({"lifecycle": "https://alder.test/ns#mine"}, "E_STATE"),
        ({"lifecycle": "open"}, "E_STATE"),
        ({"endTime": "2028-12-31T09:00:00Z"}, "E_TIME_ORDER"),
        ({"endTime": "2026-11-22T09:00:00Z"}, "E_TIME_ORDER"),
        ({"revision": 2**31}, "E_REVISION"),
        ({"participants": ["https://alder.test/c/alder", "https://birch.test/c/birch",
                           *(f"https://x{n}.test/c/x" for n in range(20))]}, "E_JOINT"),
    ],
)  # fmt: skip
async def test_an_invitation_is_let_in_or_refused(
    three: list[Node], changes: dict[str, Any], code: str
) -> None:
    first, second, _ = three
    one = await invite(three)
    before = await came(second, "Invite")
    id_ = f"{first.origin}/o/another"

    await first.write(inviting(one, id=id_, to=second.community.id, **changes))
    await settle(*three)

    [(state, said)] = (await came(second, "Invite"))[len(before) :]
    assert (said or "") == code
    assert (await second.read(queries.by_id, id_) is not None) is (code == ""), state


@pytest.mark.sqlite
async def test_nobody_leaves_more_invitations_than_can_be_answered(three: list[Node]) -> None:
    first, second, _ = three
    one = await invite(three)
    for number in range(rules.UNANSWERED + 2):
        id_ = f"{first.origin}/o/more-{number}"
        await first.write(inviting(one, id=id_, to=second.community.id))
    await settle(*three)

    assert len(await all_of(second)) == rules.UNANSWERED
    assert ("refused", "E_RATE") in await came(second, "Invite")


def saying(kind: type[Any], one: Process, to: str) -> Callable[[Any], None]:
    """A community answers or leaves, whether it may or not."""

    def send(unit: Any) -> None:
        us = accounts.community_account(unit.db)
        about = one.id if kind is Leave else one.invite
        said = kind(id=unit.id("a"), actor=us.id, object=about, to=(to,), published=unit.now)
        unit.send(said)

    return send


@pytest.mark.sqlite
async def test_only_who_was_asked_answers_or_leaves(three: list[Node], clock: Clock) -> None:
    first, second, third = three
    one = await invite([first, second])
    await take_part(second, one, METHODS[1])
    for kind in (Accept, Leave):
        await third.write(saying(kind, one, first.community.id))
    await settle(*three)

    assert set(await first.read(queries.answers, one.id)) == {second.community.id}
    assert (await at(first, one)).participants == [first.community.id, second.community.id]


@pytest.mark.sqlite
async def test_a_record_about_another_text_is_no_ballot(three: list[Node], clock: Clock) -> None:
    one = await decide(three, clock, "yyn")
    seen = await three[0].read(queries.case_of, one)
    assert len(seen.votes) == 3

    def other(unit: Any) -> None:
        theirs = vote.c.community == three[1].community.id
        unit.db.execute(vote.update().where(theirs).values(subject_digest="zQmother"))

    await three[0].write(other)

    left = await three[0].read(queries.case_of, one)
    assert {v.community for v in left.votes} == {three[0].community.id, three[2].community.id}


@pytest.mark.sqlite
async def test_once_it_is_over_nobody_leaves_and_nothing_moves(
    three: list[Node], clock: Clock
) -> None:
    one = await decide(three, clock, "yyn")
    await over(three, clock)
    before = await at(three[0], one)
    assert before.outcome == "approved"

    await three[1].write(saying(Leave, one, three[0].community.id))
    await settle(*three)
    await over(three, clock, days=10)

    assert await at(three[0], one) == before
    assert three[1].community.id in await three[0].read(queries.answers, one.id)
    assert (await three[0].read(queries.answers, one.id))[
        three[1].community.id
    ].answer == "accepted"
