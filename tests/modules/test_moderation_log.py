"""The open log: what was done, by day and rule, for everybody; and nothing that names anybody."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from sqlalchemy import select

import federation
from node.kernel.errors import Refused
from node.kernel.node import Node
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.moderation import acts, allowing, importing, openly, refusing, reporting
from node.modules.moderation.pages import log as pages
from node.modules.moderation.refusing import Terms
from node.modules.moderation.tables import deed
from tests.conftest import Browser, Clock, MakeNode, person
from tests.modules.test_notes import say

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
Browse = Callable[..., Awaitable[Browser]]
CANARY = "CANARY"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


def by(node: Node) -> dict[str, str]:
    return {"by": f"{node.origin}/u/keeper", "reason": f"{CANARY} of the reason."}


async def everything(alder: Node, clock: Clock) -> None:
    """One of everything that keepers do."""
    ana, ben = await person(alder, "ana", display=f"{CANARY} Ana"), await person(alder, "ben")
    id, said = await say(alder, ana, f"{CANARY} words."), by(alder)
    await alder.write(acts.hide, id, ground="harm", **said)
    await alder.write(acts.show, id, **said)
    await alder.write(acts.suspend, ben.id, ground="rules", **said)
    await alder.write(acts.unsuspend, ben.id, **said)
    await alder.write(refusing.refuse, "canary.example", is_host=True, ground="spam", **said)
    await alder.write(refusing.refuse, "https://elm.example/u/canary", is_host=False,
                      terms=Terms(level="silence", said=CANARY), **said)  # fmt: skip
    await alder.write(refusing.allow, "canary.example", **said)
    plan = await alder.read(importing.plan, alder.registry, alder.origin, "canary.example")
    await alder.write(importing.take, "k", "canary.example", digest=plan.digest, **said)
    await alder.write(importing.undo, "k", **said)
    for only in (True, False):
        cut = await alder.read(allowing.plan, alder.registry, alder.origin, "", only=only)
        await alder.write(allowing.switch, "", only=only, digest=cut.digest, **said)
    await alder.write(reporting.file, "r", by=ben.id, about=id, words=CANARY, ground="harm")
    await alder.write(reporting.close, "r", answer=CANARY, **said)
    ends = Terms(until=clock() + (clock() - clock().replace(hour=0)))
    await alder.write(refusing.refuse, "soon.example", is_host=True, terms=ends, **said)
    clock.advance(days=1)
    await alder.write(refusing.lapse)


async def test_everybody_reads_what_was_done_and_nobody_whom_it_was_about(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await everything(alder, clock)

    for handle in (None, "ana", "keeper"):
        page = (await (await browse(alder, handle)).get("/log")).text
        main = page[page.index("<main") : page.index("</main>")]
        assert CANARY.lower() not in main.lower(), handle
        for few, _many in pages._SENTENCES.values():
            assert few in main, (handle, few)
        assert "Somebody is hurt or in danger" in main
        assert "/u/" not in main
    rows = await alder.read(lambda db: db.execute(select(deed)).all())
    assert CANARY not in str(rows)
    assert {row.action for row in rows} == set(pages._SENTENCES)
    front = await (await browse(alder)).get("/public")
    assert 'href="/log"' in front.text


async def test_a_day_is_the_communitys_own(alder: Node, clock: Clock) -> None:
    """22:30 UTC is the next day in Berlin, in November at 23:00 only."""
    await alder.write(lambda unit: openly.note(unit, "close"))
    clock.advance(hours=14, minutes=1)
    await alder.write(lambda unit: openly.note(unit, "close"))

    days = [one.day for one in await alder.read(openly.deeds)]
    assert days == [date(2026, 11, 21), date(2026, 11, 20)]


@pytest.mark.parametrize(("number", "told"), [(1, 0), (4, 0), (5, 5), (120, 120)])
async def test_small_numbers_are_not_told(
    alder: Node, browse: Browse, number: int, told: int
) -> None:
    for part in (number - 1, 1):
        await alder.write(lambda unit, n=part: openly.note(unit, "hide", ground="spam", count=n))

    (one,) = await alder.read(openly.deeds)
    assert one.count == told
    page = (await (await browse(alder)).get("/log")).text
    assert (f"{number} things were hidden." in page) is bool(told)
    assert ("Something was hidden." in page) is not told


async def test_servers_are_named_only_where_keepers_say_something(
    alder: Node, browse: Browse
) -> None:
    said = by(alder)
    for host, terms in (
        ("open.example", Terms(said="They sell followers.")),
        ("veiled.example", Terms(said="Threats.", veiled=True, level="silence")),
        ("quiet.example", Terms()),
    ):
        await alder.write(refusing.refuse, host, is_host=True, terms=terms, **said)
    account = "https://elm.example/u/eve"
    loud = Terms(said="Loud.")
    await alder.write(refusing.refuse, account, is_host=False, terms=loud, **said)

    page = (await (await browse(alder)).get("/log")).text
    assert "open.example" in page
    assert "They sell followers." in page
    assert "ve**********le" in page
    assert "Threats." in page
    for word in ("veiled.example", "quiet.example", "elm.example", "Loud.", "not named"):
        assert word not in page
    for number in range(4):
        await alder.write(refusing.refuse, f"s{number}.example", is_host=True, **said)
    assert "and 5 that are not named" in (await (await browse(alder)).get("/log")).text


async def test_the_log_goes_on_behind_its_first_page(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    for _ in range(pages.MOST + 3):
        await alder.write(lambda unit: openly.note(unit, "close"))
        clock.advance(days=1)
    visitor = await browse(alder)
    first = (await visitor.get("/log")).text
    last = (await alder.read(openly.deeds))[-1].day.isoformat()

    assert f"/log?before={last}" in first
    older = (await visitor.get(f"/log?before={last}")).text
    assert older.count("A report was answered.") == 3
    assert "A report was answered." not in (await visitor.get("/log?before=1")).text


async def test_what_is_refused_is_not_counted(alder: Node) -> None:
    ana = await person(alder, "ana")
    with pytest.raises(Refused):
        await alder.write(acts.suspend, ana.id, by=ana.id, reason="I want to.")
    assert await alder.read(openly.deeds) == []
