"""A role that a decision sets up: somebody is named, proposed, agreed to; a jury is drawn."""

from datetime import timedelta
from typing import Any

import pytest

from node.kernel.node import Node, find_account
from node.modules.accounts import api as accounts
from node.modules.jury import jobs as jury_jobs
from node.modules.jury import queries as juries
from node.modules.jury import sitting
from node.modules.jury.rules import Part
from node.modules.roles import queries, showing
from tests.browser.conftest import Open, Walk
from tests.browser.test_deciding import befriend
from tests.conftest import person
from tests.modules import moot
from web.links import page_of

NAMES = {"ana": "Ana Okafor", "ben": "Ben Lindqvist", "cleo": "Cleo Marin", "dora": "Dora Wu",
         "eli": "Eli Stern", "fay": "Fay Amadi", "gus": "Gus Holm"}  # fmt: skip


def set_up(unit: Any) -> None:
    """A role as a decision left it."""
    queries.add_role(unit, {
        "slug": "facilitator", "key": "facilitator", "name": "Facilitator", "months": 6,
        "purpose": "Keeps our talks fair, and sees that all are heard.", "seats": 1,
        "powers": ["facilitate", "speak"], "record": "", "at": unit.now,
    })  # fmt: skip


@pytest.mark.thorough
async def test_somebody_is_chosen_and_a_jury_is_drawn(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder")
    alder = stage.nodes["alder"]
    for name, display in NAMES.items():
        await person(alder, name, display=display)
    ana, ben = await walk(alder, "ana"), await walk(alder, "ben")
    await ana.go("/roles", "roles-empty")
    await ana.press("Propose a role", "role-new")
    await ana.press("Write the proposal", "role-new-errors", status=422)
    await alder.write(set_up)

    await ana.go("/roles/facilitator", "role-open")
    await ana.press("Begin to choose somebody", "selection-name")
    choosing = ana.path
    await ana.fill(nominee="ben", reason="Ben listens, and keeps to the time.")
    await ana.press("Name them", "selection-named")
    await ben.go(choosing)
    await ben.press("I pass")
    stage.clock.wait(days=4)
    await ben.go(choosing, "selection-change")
    stage.clock.wait(days=2)
    await ana.go(choosing, "selection-propose")
    await ana.page.get_by_label(NAMES["ben"]).first.check()
    await ana.press("Propose them to all", "selection-proposal")
    matter = ana.path.rpartition("/")[2]
    members = await alder.read(accounts.members)
    await moot.vote(alder, matter, [(one.id, "consent") for one in members])
    stage.clock.wait(days=3)
    await stage.settle() if hasattr(stage, "settle") else None
    await ben.go(f"/p/{matter}")
    await holds(alder, ben)
    await ben.go("/roles/facilitator", "role-asked")
    await ben.press("I take it on", "role-held")
    await ana.go("/roles", "roles")
    (one,) = [h for h in await alder.read(queries.holdings, "facilitator") if h.begins]
    await ana.go(f"/recalls/{one.id}", "recall-ask")
    await ana.fill(text="Three meetings were called off without a word.")
    await ana.press("Ask for a recall", "recall-asked")
    await ben.go(f"/recalls/{one.id}", "recall-answer")

    await drawn(alder, ana, ben, stage)


@pytest.mark.thorough
async def test_others_hear_whom_to_turn_to(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch", "cedar")
    birch, cedar = stage.nodes["birch"], stage.nodes["cedar"]
    ben = await person(birch, "ben", display=NAMES["ben"])
    await person(cedar, "bo", display="Bo")
    await befriend(stage)

    def hold(unit: Any) -> None:
        set_up(unit)
        queries.add_holding(unit, {
            "id": "of-ben", "role": "facilitator", "member": ben.id, "kind": "seat",
            "state": "held", "begins": unit.now, "ends": unit.now + timedelta(days=180),
        })  # fmt: skip

    await birch.write(hold)
    bens, bos = await walk(birch, "ben"), await walk(cedar, "bo")
    await bens.go("/roles/facilitator", "role-untold")
    await bens.press("Yes, they may know", "role-told")

    async def heard() -> Any:
        birch.wake()
        cedar.wake()
        inside = moot.inside(cedar)
        at = birch.community.service
        return await cedar.read(showing.to_turn_to, inside, at, cedar.now())

    (one,) = await stage.until(heard)
    assert one.who.label == NAMES["ben"]
    await bos.go("/nodes", "nodes-turn-to")
    whole = await cedar.read(find_account, birch.community.id)
    await bos.go(page_of(whole), "community-turn-to")


async def holds(node: Node, ben: Any) -> None:
    """Go on until the decision is in force and Ben is asked."""
    from workers import running

    await running.settle(node)


async def drawn(node: Node, ana: Any, ben: Any, stage: Any) -> None:
    """A jury on a matter of Ana's, and what it recommends."""
    people = {m.handle: m.id for m in await node.read(accounts.members)}
    slug = await moot.bring(node, people["ana"], title="Close the workshop at eight",
                            opens=node.now() + timedelta(days=20),
                            closes=node.now() + timedelta(days=27))  # fmt: skip
    await ben.go(f"/juries/{slug}", "jury-ask")
    await ben.fill(question="Is the workshop too loud in the evening?", seats="3")
    await ben.press("Ask a jury", "jury-lot")
    await ben.press("Guard the lot", "jury-word")
    word = await ben.page.locator(".gift code").inner_text()
    stage.clock.wait(days=2)
    await ben.go(f"/juries/{slug}", "jury-tell")
    await ben.fill(word=word)
    await ben.press("Tell the word", "jury-drawn")
    found = await node.read(juries.on, slug)
    assert found is not None
    three = [one.member for one in found.people if one.part is Part.ASKED]
    for one in three:
        await node.write(lambda unit, one=one: sitting.answer(unit, slug, one, yes=True))
    await node.write(sitting.write, slug, three[0], "Close at nine on weekdays.\n\nWe heard four.")
    await node.write(sitting.stand, slug, three[1], "")
    await node.write(sitting.stand, slug, three[2], "Nine is late for those with children.")
    await ana.go(f"/juries/{slug}", "jury-sits")
    stage.clock.wait(days=14)
    await jury_jobs.due(node)
    await ana.go(f"/p/{slug}", "jury-said")
    await ana.sees("Close at nine on weekdays.")
    await ana.go(f"/juries/{slug}", "jury")
