"""A whole node: founded, restarted, two in one process."""

from typing import cast

import pytest
from sqlalchemy import Connection

from federation import resolving
from node.kernel import node as node_door
from node.kernel.node import Node, find_accounts
from node.modules.follows import api as follows
from node.modules.follows.rules import State
from tests.conftest import person, settle


async def test_a_follow_from_one_node_to_another_is_accepted(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")

    target = await resolving.account(alder, ben.id)
    await alder.write(follows.follow, ana, target)
    await settle(alder, birch)

    here = await alder.read(follows.state, ana.id, ben.id)
    there = await birch.read(follows.state, ana.id, ben.id)
    assert (here, there) == (State.ACCEPTED, State.ACCEPTED)


@pytest.mark.parametrize("at_once", [512, 2])
async def test_those_of_some_actors_that_are_known_are_found(
    alder: Node, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_door, "AT_ONCE", at_once)
    members = [(await person(alder, name)).id for name in ("ana", "ben", "cleo")]
    asked = [*members, members[0], f"{alder.origin}/u/nobody", "https://birch.test/u/bo"]

    found = await alder.read(find_accounts, asked)

    assert {id: one.handle for id, one in found.items()} == dict(
        zip(members, ("ana", "ben", "cleo"), strict=True)
    )


def test_for_no_actors_nothing_is_asked() -> None:
    nothing = cast("Connection", None)

    assert find_accounts(nothing, ()) == {}
