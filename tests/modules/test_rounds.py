"""Rounds of consent: each has their turn or passes, who leads it takes the next, the clock none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Refused
from node.kernel.node import Node
from node.modules import deliberation, notes, pictures, reactions, rounds
from node.modules.decisions.api import Method
from node.modules.deliberation import queries as deliberated
from node.modules.deliberation import saying
from node.modules.deliberation.rules import Act as Does
from node.modules.proposals import queries as proposed
from node.modules.proposals import stepping
from node.modules.rounds import going, leaving, queries, rules, slots
from node.modules.rounds.rules import Act, Round
from node.modules.rounds.tables import turn
from tests.conftest import Clock, settle
from tests.modules import moot
from tests.modules.moot import ids

MODULES = [*moot.MODULES, pictures.module, reactions.module, notes.module, deliberation.module,
           rounds.module]  # fmt: skip
CONSENT: dict[str, Any] = {"course": "consent", "method": Method.CONSENT}
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ORDER = [Round.CLARIFY, Round.REACT, Round.OBJECT, Round.INTEGRATE, Round.DONE]


def test_each_round_leads_to_the_next_and_nowhere_else() -> None:
    for round_, act in product(Round, Act):
        after = rules.NEXT.get((round_, act))
        if round_ is Round.DONE:
            assert after is None
        elif act is Act.LONGER:
            assert after is round_
        else:
            assert after is ORDER[ORDER.index(round_) + 1]


@pytest.mark.parametrize(
    ("round_", "act", "hours", "waiting", "objections", "code"),
    [
        (Round.CLARIFY, Act.GO_ON, 1, 2, 0, "E_EARLY"),
        (Round.CLARIFY, Act.GO_ON, 1, 0, 0, ""),
        (Round.CLARIFY, Act.GO_ON, 0, 2, 0, ""),
        (Round.OBJECT, Act.GO_ON, 0, 2, 3, ""),
        (Round.INTEGRATE, Act.GO_ON, 0, 0, 1, "E_OBJECTIONS"),
        (Round.INTEGRATE, Act.GO_ON, 0, 0, 0, ""),
        (Round.INTEGRATE, Act.LONGER, 0, 0, 1, ""),
        (Round.DONE, Act.GO_ON, 0, 0, 0, "E_STATE"),
        (Round.DONE, Act.LONGER, 0, 0, 0, "E_STATE"),
    ],
)
def test_when_the_next_round_may_be_taken(
    round_: Round, act: Act, hours: int, waiting: int, objections: int, code: str
) -> None:
    found = rules.refusal(
        round_, act, ends=NOW + timedelta(hours=hours), now=NOW, waiting=waiting,
        objections=objections,
    )  # fmt: skip

    assert found == code


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def at(node: Node, slug: str) -> Any:
    found = await node.read(proposed.by_slug, slug, moot.inside(node))
    assert found is not None
    return found


async def test_from_the_first_round_to_the_vote(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)

    async def all_pass(round_: Round, but: str = "") -> None:
        for name, member in people.items():
            if name != but:
                await alder.write(going.say, slug, member, round_, None, once=f"{round_}{name}")

    await alder.write(going.say, slug, people["ben"], Round.CLARIFY, "Until when?", once="q")
    with pytest.raises(Conflict) as early:
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    with pytest.raises(Refused):
        await alder.write(going.lead, slug, people["ben"], Act.GO_ON)
    await all_pass(Round.CLARIFY, but="ben")
    assert await alder.write(going.lead, slug, people["ana"], Act.GO_ON) is Round.REACT
    clock.advance(days=9)
    await settle(alder)
    held = await alder.read(going.stands, await at(alder, slug))
    assert held is not None
    assert held.round is Round.REACT, "no round ends by itself"
    assert (await at(alder, slug)).stage == "deliberating", "silence is no consent"
    await alder.write(going.lead, slug, people["ana"], Act.LONGER)
    with pytest.raises(Conflict):
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    clock.advance(days=1)
    await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    await alder.write(going.say, slug, people["cleo"], Round.OBJECT, "Too loud.", once="o")
    await all_pass(Round.OBJECT, but="cleo")
    await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    await all_pass(Round.INTEGRATE)
    with pytest.raises(Conflict) as open_:
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    (one,) = await alder.read(deliberated.on, slug, moot.inside(alder))
    await alder.write(saying.move, one.id, people["ana"], Does.OFFER, "Until eight.")
    await alder.write(saying.move, one.id, people["cleo"], Does.AGREE)
    assert await alder.write(going.lead, slug, people["ana"], Act.GO_ON) is Round.DONE
    await settle(alder)

    assert (early.value.code, open_.value.code) == ("E_EARLY", "E_OBJECTIONS")
    assert (await at(alder, slug)).stage == "voting"
    assert await alder.read(going.stands, await at(alder, slug)) is None
    with pytest.raises(Conflict):
        await alder.write(going.say, slug, people["ben"], Round.DONE, "Late.", once="l")


async def test_a_turn_belongs_to_the_round_that_was_seen(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    usual = await moot.bring(alder, people["ana"])

    with pytest.raises(Conflict) as other:
        await alder.write(going.say, slug, people["ben"], Round.OBJECT, "No.", once="a")
    with pytest.raises(Conflict) as none:
        await alder.write(going.say, usual, people["ben"], Round.CLARIFY, "So?", once="b")
    with pytest.raises(Refused):
        await alder.write(going.say, slug, "https://birch.test/u/eve", Round.CLARIFY, "?", once="c")

    assert (other.value.code, none.value.code) == ("E_CHANGED", "E_STAGE")
    assert await moot.rows(alder, turn) == []


async def test_who_leaves_takes_their_turns_along(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    await alder.write(going.say, slug, people["ben"], Round.CLARIFY, "Until when?", once="q")
    held = await alder.read(leaving.export, people["ben"])
    assert [row["text"] for row in held["turns"]] == ["Until when?"]

    await alder.write(leaving.erase, people["ben"])

    assert await alder.read(queries.turns, slug) == []


async def test_rounds_in_the_browser(alder: Node, clock: Clock, browse: Callable[..., Any]) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    await alder.write(stepping.ask_to_lead, slug, people["ana"], "cleo")
    ana, ben, cleo = [await browse(alder, name) for name in ("ana", "ben", "cleo")]
    path = f"/rounds/{slug}"

    assert "Take your turn in the rounds" in (await ben.get(f"/p/{slug}")).text
    wrong = await ben.post(path, {"text": ""})
    assert wrong.status_code == 422
    assert list(moot.strip(wrong.text).values())[:3] == [
        "Is everything clear?", "What do you think of it?", "Say something, or pass",
    ]  # fmt: skip
    page = await ben.post(path, {"text": "Until when?"})
    assert "You had your turn" in page.text
    assert moot.strip(page.text)["Your turn"] == "Nothing today"
    page = await ana.post(path, {"pass": "yes"})
    assert "Passes" in page.text
    viewer = Viewer(account=await alder.account(people["ben"]), role="member")
    assert await slots.waiting(alder, viewer) == []
    viewer = Viewer(account=await alder.account(people["cleo"]), role="member")
    (card,) = await slots.waiting(alder, viewer)
    assert card.text == "Is everything clear?"
    clock.advance(days=1)
    (card,) = await slots.waiting(alder, viewer)
    assert card.text == "The round is over. What next?"
    await cleo.post(path, {"pass": "yes"})
    strip = moot.strip((await cleo.get(path)).text)
    assert (strip["Your turn"], strip["By when"]) == ("Take the next round", "No day set")
    page = await cleo.post(f"{path}/lead/goOn", {}, form=path)
    assert "What do you think of it?" in page.text
    assert (await ana.get(path)).text.count("/lead/") == 0
    assert (await (await browse(alder)).get(path)).status_code == 403
