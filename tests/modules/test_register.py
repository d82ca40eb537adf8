"""The register of a community: chained, searched, as of a day, taken along and checked there."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from node import cli, commands
from node.kernel.access import ANONYMOUS
from node.kernel.node import Node
from node.modules import identity
from node.modules.accounts import api as accounts
from node.modules.decisions import chain, exporting, jobs, queries
from node.modules.decisions.tables import record
from node.modules.decisions.verifying import verify
from node.modules.identity import api as identity_api
from tests.conftest import Browser, Clock, settle
from tests.modules import moot
from vocab import proofs
from vocab.types import Remove

Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben")
    return node


async def three(node: Node, clock: Clock) -> list[queries.Record]:
    """A public decision, one that stays here, and a public one that was not adopted."""
    yes, no = ["consent"] * 3, ["block", "consent", "consent"]
    return [
        await moot.decided(node, clock, yes, to="public", title="Lend our tools"),
        await moot.decided(node, clock, yes, to="community", title="Paint the kitchen"),
        await moot.decided(node, clock, no, to="public", title="Sell the van"),
    ]


async def taken(node: Node, viewer: Any) -> dict[str, Any]:
    def build(db: Any) -> dict[str, Any]:
        return exporting.register(db, accounts.community_account(db), viewer)

    return await node.read(build)


def faults(held: Any) -> list[tuple[str, str]]:
    return [(one.part, one.code) for one in verify(proofs.jcs(held)) if one.wrong]


async def test_every_record_names_the_one_before_also_after_it_was_sent(
    alder: Node, clock: Clock
) -> None:
    first, second, third = await three(alder, clock)

    before = ""
    for number, one in enumerate((first, second, third), 1):
        place = one.document["chain"]
        assert (place["number"], place.get("previous", "")) == (number, before)
        before = chain.link(number, chain.leaf(one.document), before)
    assert faults(await taken(alder, moot.inside(alder))) == []


@pytest.mark.sqlite
async def test_outsiders_can_check_the_chain_and_read_no_more_than_they_may(
    alder: Node, clock: Clock
) -> None:
    first, second, third = await three(alder, clock)

    held = await taken(alder, ANONYMOUS)

    assert [one.get("record", {}).get("id") for one in held["entries"]] == [
        first.id,
        None,
        third.id,
    ]
    assert "kitchen" not in json.dumps(held)
    assert second.id not in json.dumps(held)
    assert faults(held) == []


@pytest.mark.sqlite
async def test_records_from_before_the_chain_enter_it_as_they_are(
    alder: Node, clock: Clock
) -> None:
    first = await moot.decided(alder, clock, ["consent"] * 3, to="public")
    bare = {k: v for k, v in first.document.items() if k != "chain"}
    us = await alder.read(accounts.community_account)

    def as_it_was(unit: Any) -> None:
        from node.modules.decisions import chaining

        old = chaining.sealed(unit, us, bare)
        values = {"document": json.dumps(old), "link": None, "checkpoint": None}
        unit.db.execute(update(record).values(values))

    await alder.write(as_it_was)
    assert faults(await taken(alder, ANONYMOUS)) == [
        ("checkpoint", "E_NO_CHECKPOINT"),
        ("file", "E_FILE"),
    ]

    await jobs.sweep(alder)
    assert faults(await taken(alder, ANONYMOUS)) == []
    second = await moot.decided(alder, clock, ["consent"] * 3, to="public")

    held = await taken(alder, ANONYMOUS)
    assert second.document["chain"]["number"] == 2
    assert "chain" not in held["entries"][0]["record"]
    assert faults(held) == []


@pytest.mark.sqlite
async def test_what_somebody_changes_in_the_database_is_found(alder: Node, clock: Clock) -> None:
    _, second, _ = await three(alder, clock)
    changed = json.dumps({**second.document, "content": "<p>Something else.</p>"})

    def tamper(unit: Any) -> None:
        unit.db.execute(update(record).where(record.c.id == second.id).values(document=changed))

    assert await alder.read(commands._records) == []
    await alder.write(tamper)

    assert any(said.startswith("record 2: ") for said in await alder.read(commands._records))
    assert ("record 2", "E_PROOF_INVALID") in faults(await taken(alder, moot.inside(alder)))
    assert ("record 3", "E_CHAIN") in faults(await taken(alder, ANONYMOUS))


async def test_the_register_tells_what_was_in_force_on_a_day(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    first, *_ = await three(alder, clock)
    us = await alder.read(accounts.community_account)
    begun = clock().date()
    clock.advance(days=10)

    def end(unit: Any) -> None:
        gone = Remove(id=unit.id("a"), actor=us.id, object=first.id, target=f"{us.id}/in-force",
                      published=unit.now)  # fmt: skip
        from node.modules.decisions.objects import DecisionRecord

        unit.perform(gone, us, DecisionRecord(id=first.id))

    await alder.write(end)
    clock.advance(days=10)
    ana = await browse(alder, "ana")

    async def on(day: Any) -> str:
        return (await ana.get(f"/decisions?as_of={day}")).text

    assert "Lend our tools" in await on(begun)
    assert "Lend our tools" not in await on(begun - timedelta(days=60))
    assert "Lend our tools" not in await on(clock().date())
    assert "Paint the kitchen" in await on(clock().date())
    assert "Sell the van" not in await on(clock().date())
    assert await alder.read(
        lambda db: [id for id, _ in queries.published(db, us.id, ANONYMOUS, in_force=True)]
    ) == []  # fmt: skip


@pytest.mark.sqlite
async def test_the_register_is_searched_by_words_and_shows_each_what_they_may_see(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    await three(alder, clock)
    ana, visitor = await browse(alder, "ana"), await browse(alder)

    assert "Paint the kitchen" in (await ana.get("/decisions?q=KITCHEN")).text
    assert "Sell the van" not in (await ana.get("/decisions?q=kitchen")).text
    for path in (
        "/decisions",
        "/decisions/print",
        "/decisions/register.md",
        "/decisions/register.json",
    ):
        seen = (await visitor.get(path)).text
        assert "Lend our tools" in seen, path
        assert "kitchen" not in seen, path
    assert "Write the day like" in (await ana.get("/decisions?as_of=someday")).text
    assert (await ana.get("/decisions?as_of=9999-12-31")).status_code == 200
    printed = (await ana.get("/decisions/print?q=van")).text
    assert "From two until six." in printed
    assert "Lend our tools" not in printed


@pytest.mark.sqlite
async def test_a_file_is_checked_by_the_command(
    alder: Node, browse: Browse, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _ = await three(alder, clock)
    visitor = await browse(alder)
    whole, alone, bad = (tmp_path / name for name in ("whole.json", "alone.json", "bad.json"))
    whole.write_bytes((await visitor.get("/decisions/register.json")).content)
    alone.write_bytes((await visitor.get(f"/d/{first.slug}/proof.json")).content)
    bad.write_bytes(whole.read_bytes().replace(b"From two until six", b"From ten until six"))
    assert (await visitor.get(f"/d/{second.slug}/proof.json")).status_code == 404

    def run(*given: str) -> tuple[int, list[str]]:
        said = cli.main(["verify", "--data", str(tmp_path / "none"), *given])
        return said, capsys.readouterr().out.splitlines()

    assert run(str(whole))[0] == 0
    code, lines = run(str(alone), "--known", str(whole))
    assert code == 0
    assert [line.split("\t")[:2] for line in lines] == [
        ["record 1", "holds"], ["record 2", "hidden"], ["record 3", "hidden"],
        ["checkpoint", "holds"], ["file", "holds"],
    ]  # fmt: skip
    code, lines = run(str(bad))
    assert code == 1
    assert lines[0].split("\t")[:2] == ["record 1", "E_LEAF"]
    assert run(str(tmp_path / "missing.json"))[0] == 1


async def test_new_keys_leave_old_records_provable(make_node: Any, clock: Clock) -> None:
    node: Node = await make_node("alder", modules=[*moot.MODULES, identity.module])
    await moot.people(node, "ana", "ben")
    await three(node, clock)

    await identity_api.renew(node, node.community.id, lost=True)
    await settle(node)
    assert ("record 1", "E_KEY_LOST") in faults(await taken(node, ANONYMOUS))
    await jobs.sweep(node)

    us = await node.read(accounts.community_account)
    held = await taken(node, ANONYMOUS)
    assert held["checkpoint"]["proof"]["verificationMethod"] in us.assertion_keys
    assert faults(held) == []
