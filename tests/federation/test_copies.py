"""Two copies of one node at once: the one that began last is heard, the other stops (R-20)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from federation import copies, pairs
from federation.copies import Start
from node import keeping
from node.kernel.node import Node
from node.kernel.tables import Account, job
from node.main import Application
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.test_catching import shown
from tests.modules.meeting import befriend
from tests.modules.test_notes import follow, say


def start(number: int, mark: str) -> Start:
    return Start(number=number, mark=mark * 16, said=f"{number}-{mark * 16} {'x' * 86}")


@pytest.mark.parametrize(("one", "held", "older"), [
    (start(7, "a"), start(7, "a"), False), (start(8, "b"), start(7, "a"), False),
    (start(6, "b"), start(7, "a"), True), (start(7, "b"), start(7, "a"), True),
])  # fmt: skip
def test_which_of_two_is_heard(one: Start, held: Start, older: bool) -> None:
    assert copies.is_older(one, held) is older


MARK, PROOF = "a" * 16, "x" * 86


@pytest.mark.parametrize("said", [
    "", "7", "x-y z", f"7-{MARK}", f"7-{MARK} {PROOF[1:]}", f"7-{MARK} {PROOF} ",
    f"-7-{MARK} {PROOF}",
])  # fmt: skip
def test_what_says_no_start_is_passed_over(said: str) -> None:
    assert copies.read(said) is None


class Both:
    """Ana's node alder, and a copy of it from a backup; ben follows her from birch."""

    def __init__(self, old: Node, new: Node, birch: Node, ana: Account, wire: Wire) -> None:
        self.old, self.new, self.birch, self.ana, self.wire = old, new, birch, ana, wire

    def lead_to(self, node: Node) -> None:
        """Have the name lead to one of the two."""
        self.wire.apps[node.origin] = Application(node)


@pytest.fixture
async def both(
    alder: Node, birch: Node, make_node: MakeNode, wire: Wire, clock: Clock, tmp_path: Any
) -> Both:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await befriend(alder, birch)
    await follow(birch, ben, alder, ana)
    await alder.write(copies.begin)
    await say(alder, ana, "From the first.")
    await settle(alder, birch)
    await keeping.backup(alder, tmp_path / "alder.tar.gz")
    folder = tmp_path / "restored"
    await keeping.restore(replace(alder.settings, data=folder), tmp_path / "alder.tar.gz")
    new = await make_node("alder", data=folder)
    clock.advance(hours=1)
    await new.write(copies.begin)
    return Both(alder, new, birch, ana, wire)


async def letters_waiting(node: Node) -> int:
    waits = select(func.count()).where(job.c.kind == "federation.deliver", ~job.c.dead)
    return int(await node.read(lambda db: db.scalar(waits)) or 0)


@pytest.mark.sqlite
async def test_a_copy_that_began_earlier_is_not_heard_and_stops(
    both: Both, clock: Clock, browse: Any
) -> None:
    old, new, birch = both.old, both.new, both.birch
    second = await say(new, both.ana, "From the second.")
    await settle(new, birch)

    lost = await say(old, both.ana, "From the first again.")
    await settle(old, birch)

    assert second in await shown(birch)
    assert lost not in await shown(birch)
    found = await old.read(copies.displaced)
    assert found is not None
    assert found.peer == "birch.test"
    assert await new.read(copies.displaced) is None
    assert await letters_waiting(old) == 1
    assert (await birch.read(pairs.one, "alder.test")).older == clock.now
    # a start is no reason to be believed again
    await old.write(copies.begin)
    clock.advance(hours=2)
    await settle(old, birch)
    assert lost not in await shown(birch)
    page = (await (await browse(birch, "keeper")).get("/desk/queue")).text
    assert "Two copies of it are at work" in page


@pytest.mark.sqlite
async def test_a_keeper_says_which_copy_it_is_and_what_waited_goes_out(
    both: Both, clock: Clock, browse: Any
) -> None:
    old, new, birch = both.old, both.new, both.birch
    await say(new, both.ana, "From the second.")
    await settle(new, birch)
    waits = await say(old, both.ana, "From the first again.")
    await settle(old, birch)
    both.lead_to(old)
    keeper, ana = await browse(old, "keeper"), await browse(old, "ana")
    assert "Another copy of this node" in (await keeper.get("/")).text
    assert "Another copy of this node" not in (await ana.get("/")).text
    page = await keeper.post(
        "/desk/queue", {"say": "stand", "reason": "The other is off."}, form="/desk/queue"
    )

    assert page.status_code == 200
    await settle(old, birch)
    assert waits in await shown(birch)
    assert await old.read(copies.displaced) is None
    late = await say(new, both.ana, "From the second again.")
    await settle(new, birch)
    assert late not in await shown(birch)
    assert await new.read(copies.displaced) is not None


@pytest.mark.sqlite(but=1)
async def test_nobody_else_can_silence_a_node(alder: Node, birch: Node, wire: Wire) -> None:
    for node in (alder, birch):
        await node.write(copies.begin)
    theirs = (await birch.read(lambda db: db.scalar(copies._RUN)))["said"]
    made = f"{2**33}-{'a' * 16} {'A' * 86}"

    for said in (theirs, made, "", None):
        assert not await alder.write(copies.told, "birch.test", said)

    assert await alder.read(copies.displaced) is None


@pytest.mark.sqlite(but=1)
async def test_a_start_that_the_node_did_not_sign_or_that_lies_ahead_is_passed_over(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await befriend(alder, birch)
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    forged = f"{int(clock.now.timestamp()) + 5}-{'a' * 16} {'A' * 86}"
    assert await copies.judge(birch, "alder.test", forged) is None
    assert await copies.judge(birch, "elm.test", forged) is None
    assert await copies.judge(birch, "alder.test", "no start") is None
    now, clock.now = clock.now, clock.now + timedelta(days=3000)
    await alder.write(copies.begin)
    ahead = (await alder.read(lambda db: db.scalar(copies._RUN)))["said"]
    clock.now = now
    assert await copies.judge(birch, "alder.test", ahead) is None

    await alder.write(lambda unit: unit.set(copies.RUN, None))
    await alder.write(copies.begin)
    heard = await say(alder, ana, "It is I.")
    await settle(alder, birch)

    assert heard in await shown(birch)
    mine = (await alder.read(lambda db: db.scalar(copies._RUN)))["said"]
    held = await birch.read(lambda db: db.execute(copies._HELD, {"domain": "alder.test"}).one())
    assert held.start == mine


@pytest.mark.sqlite
async def test_a_restart_is_no_second_copy(alder: Node, birch: Node, clock: Clock) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await befriend(alder, birch)
    await follow(birch, ben, alder, ana)
    ids = []
    for _ in range(3):
        await alder.write(copies.begin)
        ids.append(await say(alder, ana, "Good morning."))
        await settle(alder, birch)
        clock.advance(seconds=timedelta(minutes=5).total_seconds())

    assert set(ids) <= set(await shown(birch))
    assert (await birch.read(pairs.one, "alder.test")).older is None
