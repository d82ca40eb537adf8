"""Who leaves is gone: from every table, every file, and from the nodes that knew them."""

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules.accounts import leaving
from node.modules.decisions import api as decisions
from node.modules.matching import agreeing, introducing, queries
from node.modules.proposals import bringing
from tests.boundaries import world
from tests.boundaries.tap import leaks
from tests.boundaries.world import World
from tests.conftest import Clock, Wire, settle
from tests.modules.meeting import asked_of, holds, matches, post


async def kept(node: Node) -> list[tuple[str, bytes]]:
    """Every row of every table, by table."""

    def look(unit: Any) -> list[tuple[str, bytes]]:
        found = []
        for metadata in unit.registry.metadatas:
            for table in metadata.sorted_tables:
                for row in unit.db.execute(table.select()):
                    parts = [v if isinstance(v, bytes) else str(v).encode() for v in row]
                    found.append((table.name, b"\n".join(parts)))
        return found

    return await node.write(look)


def checkpoint(unit: Any) -> None:
    unit.db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def files(folder: Path) -> list[tuple[str, bytes]]:
    return [(p.name, p.read_bytes()) for p in folder.rglob("*") if p.is_file()]


async def test_nothing_of_a_member_who_left_is_kept(full: World) -> None:
    node = full.node
    before = {line.partition(" in ")[0] for line in leaks(full.anas, await kept(node))}
    assert before == set(full.anas), set(full.anas) - before

    await node.write(leaving.leave, full.ana.id)
    await settle(node, full.other)
    full.clock.advance(days=9)
    await settle(node, full.other)

    assert leaks(full.anas, await kept(node)) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_no_file_keeps_a_word_of_who_left(alder: Node, birch: Node, clock: Clock) -> None:
    full = await world.build(alder, birch, clock)  # anew, for what building leaves in files
    node = full.node
    assert leaks(full.anas, files(node.settings.data)) != []

    await node.write(leaving.leave, full.ana.id)
    await settle(node, full.other)
    await node.close()
    gc.collect()

    assert leaks(full.anas, files(node.settings.data)) == []


async def test_other_nodes_forget_who_left(full: World) -> None:
    node, other = full.node, full.other
    await settle(node, other)
    shared = {name: word for name, word in full.anas.items() if name not in full.secret}
    assert leaks(shared, await kept(other)) != []

    await node.write(leaving.leave, full.ana.id)
    await settle(node, other)

    bodies = [row for row in await kept(other) if row[0] != "letter"]
    assert leaks(shared, bodies) == []
    gone = await other.account(full.ana.id)
    assert gone is not None
    assert (gone.gone is not None, gone.name, gone.document) == (True, "", None)


async def test_the_card_at_the_other_node_is_erased(full: World, wire: Wire) -> None:
    """Ana's card was given to Bo by the consent of both; with Ana it goes."""
    node, other, bo = full.node, full.other, full.people["bo"]
    word = full.word("a mail for Bo")
    await node.write(queries.set_contacts, full.ana.id, {"email": f"{word}@mail.test"})
    await post(other, bo, "offer", title="Dig a garden", topic="gardening", kind="service")
    await settle(node, other)
    await post(node, full.ana, "request", title="Dig a garden", topic="gardening", kind="service")
    await settle(node, other)
    found = [one for one in await matches(node, full.ana) if one.handle]
    slug = found[0].slug
    await node.write(introducing.introduce, full.ana.id, slug, means=("email",), message="")
    await settle(node, other)
    (asked,) = await asked_of(other, bo)
    await other.write(agreeing.agree, bo.id, asked.slug, means=())
    await settle(node, other)
    assert await holds(other, word)

    await node.write(leaving.leave, full.ana.id)
    await settle(node, other)

    assert not await holds(other, word)
    assert not await holds(node, word)


async def test_records_stay_and_name_nobody(full: World) -> None:
    node = full.node
    full.clock.advance(days=8)
    await settle(node, full.other)
    await node.write(bringing.choose_reach, full.ids["public"], full.keeper.id, "public")
    await node.write(leaving.leave, full.ana.id)
    await settle(node, full.other)

    found = await node.read(decisions.decided_by, full.ids["public"])

    assert found is not None
    assert full.ana.id not in json.dumps(found.document)
    assert "ana" not in json.dumps(found.document).lower().replace("mana", "")


async def test_what_is_taken_along_is_ones_own(full: World) -> None:
    """The download holds all of Ana's words, and of others only what hers were about: titles."""
    found = await full.node.read(leaving.everything, full.node.registry, full.ana.id)
    said = json.dumps(found, default=str).encode()

    kept_by_others = full.secret.keys() - full.anas.keys()
    others = {n: full.secret[n] for n in kept_by_others if not n.startswith("title of ")}
    assert leaks(others, [("download", said)]) == []
    mine = {line.partition(" in ")[0] for line in leaks(full.anas, [("download", said)])}
    assert set(full.anas) - mine <= {"hash of a password", "words of the log"}
    for secret in ("bearer token", "session token", "sign-in link", "token of Ana's invite"):
        assert full.secret[secret].encode() not in said
