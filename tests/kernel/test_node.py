"""A whole node: founded, restarted, two in one process."""

from federation import resolving
from node.kernel.node import Node
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
