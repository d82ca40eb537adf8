"""Time within one community: thanked, agreed on, taken back, taken along, forgotten."""

import asyncio
import csv
import io
import json
import os
import random
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Connection, func, select

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts_api
from node.modules.accounts import leaving
from node.modules.agreements import queries as agreed
from node.modules.agreements import settling
from node.modules.agreements.rules import State
from node.modules.ledger import booking, public, queries, rules, slots
from node.modules.ledger.tables import Entry, entry
from tests.conftest import Browser, person, settle
from tests.modules.meeting import holds, post

Browse = Callable[..., Awaitable[Browser]]


async def thank(node: Node, who: Account, to: Account | None, long: int, **more: object) -> str:
    said = {"words": "", "once": f"{who.id} {long}"[-60:], **more}
    return await node.write(booking.thank, who.id, to.id if to else None, long, said["words"],
                            once=said["once"], anyway=bool(said.get("anyway")))  # fmt: skip


async def stands(node: Node, *people: Account) -> list[int]:
    def look(db: Connection) -> list[int]:
        held = [queries.held(db, one.id) for one in people]
        return [queries.balance(db, one.id) if one else 0 for one in held]

    return await node.read(look)


async def entries(node: Node, who: Account) -> list[Entry]:
    def look(db: Connection) -> list[Entry]:
        held = queries.held(db, who.id)
        return queries.statement(db, held.id) if held else []

    return await node.read(look)


@pytest.fixture
async def two(alder: Node) -> tuple[Account, Account]:
    return await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")


async def done(node: Node, ana: Account, ben: Account, **more: object) -> str:
    """Ana needs something, Ben does it, Ana says that it is done; the Offer's id."""
    notice = await post(node, ana, "request", **more)
    held = await node.write(settling.answer, ben.id, notice)
    await node.write(settling.accept, ana.id, held.slug)
    await node.write(settling.close, ana.id, held.slug, State.FULFILLED)
    return held.offer


async def test_thanks_pass_time_and_both_read_it(alder: Node, two: tuple[Account, Account]) -> None:
    ana, ben = two
    await thank(alder, ana, ben, 90, words="For the gutter.")
    await thank(alder, ana, ben, 90, words="For the gutter.")

    assert await stands(alder, ana, ben) == [-90, 90]
    (seen,) = await entries(alder, ana)
    assert (seen.minutes, seen.words) == (90, "For the gutter.")
    for who, title in ((ana, "You received 1 h 30 min from Ben"), (ben, "You gave Ana 1 h 30 min")):
        viewer = await alder.read(_viewer, who)
        assert [card.title for card in await slots.happened(alder, viewer)] == [title]


def _viewer(_db: Connection, who: Account) -> Viewer:
    return Viewer(account=who, role="member")


@pytest.mark.parametrize(
    ("to", "long", "words", "field"),
    [
        ("ana", 60, "", "who"), ("keeper gone", 60, "", "who"), ("ben", 0, "", "minutes"),
        ("ben", -5, "", "minutes"), ("ben", rules.MOST + 1, "", "minutes"),
        ("ben", 60, "x" * 501, "words"), ("ben", 601, "", "anyway"),
    ],
)  # fmt: skip
async def test_what_cannot_be_thanked_with(
    alder: Node, two: tuple[Account, Account], to: str, long: int, words: str, field: str
) -> None:
    ana, _ben = two
    id = f"{alder.origin}/u/{to}" if " " in to else (await alder.read(_id, to))

    with pytest.raises(Invalid) as wrong:
        await alder.write(booking.thank, ana.id, id, long, words, once="k")

    assert set(wrong.value.fields) == {field}
    assert await entries(alder, ana) == []


def _id(db: Connection, handle: str) -> str:
    found = accounts_api.by_handle(db, handle)
    assert found is not None
    return found.id


async def test_an_agreement_that_is_done_moves_what_it_says_once(
    alder: Node, two: tuple[Account, Account]
) -> None:
    ana, ben = two
    offer = await done(alder, ana, ben)
    assert await entries(alder, ana) == []  # nothing half-done: what is told waits as a job
    await settle(alder)

    (one,) = await entries(alder, ben)
    assert (one.about, one.minutes, one.title) == (offer, 240, "Build a wheel")
    held = await alder.read(agreed.by_offer, offer)
    event = booking.agreements.Confirmed(
        offer=offer, id=held.id, giver=ben.id, receiver=ana.id, title="x", minutes=240
    )
    await asyncio.gather(*(alder.write(booking.confirmed, event) for _ in range(3)))
    assert await stands(alder, ana, ben) == [-240, 240]


async def test_a_gift_moves_nothing_and_so_does_whoever_does_not_count(
    alder: Node, two: tuple[Account, Account]
) -> None:
    ana, ben = two
    await done(alder, ana, ben, terms=["gift"])
    await alder.write(lambda unit: unit.keep("ledger", {"on": False}))
    await done(alder, ana, ben)
    await settle(alder)

    assert await entries(alder, ana) == []
    with pytest.raises(Refused):
        await thank(alder, ana, ben, 60)


async def test_taking_back_is_another_entry(alder: Node, two: tuple[Account, Account]) -> None:
    ana, ben = two
    id = await thank(alder, ana, ben, 60)
    eve = await person(alder, "eve")
    for refused in (ana, eve):
        with pytest.raises(Missing):
            await alder.write(booking.take_back, refused.id, id)
    with pytest.raises(Missing):
        await alder.write(booking.ask_back, ben.id, id)

    await alder.write(booking.ask_back, ana.id, id)
    assert [one.id for one in await alder.read(queries.asked)] == [id]
    answers = await asyncio.gather(
        *(alder.write(booking.take_back, ben.id, id, "A mistake.") for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, Conflict) for one in answers) == 1
    assert await stands(alder, ana, ben) == [0, 0]
    assert sorted(one.why for one in await entries(alder, ana)) == ["reversal", "thanks"]
    assert await alder.read(queries.asked) == []
    (back,) = [one for one in await entries(alder, ana) if one.reverses == id]
    with pytest.raises(Conflict):
        await alder.write(booking.take_back, ana.id, back.id)


async def test_a_keeper_decides_where_two_do_not_agree(
    alder: Node, two: tuple[Account, Account]
) -> None:
    ana, ben = two
    keeper = await alder.read(_id, "keeper")
    id = await thank(alder, ana, ben, 60)
    with pytest.raises(Missing):
        await alder.write(booking.judge, keeper, id, "Because.")
    await alder.write(booking.ask_back, ana.id, id)
    with pytest.raises(Refused):
        await alder.write(booking.judge, ben.id, id, "Because.")
    with pytest.raises(Invalid):
        await alder.write(booking.judge, keeper, id, " ")

    await alder.write(booking.judge, keeper, id, "Written down twice.")

    assert await stands(alder, ana, ben) == [0, 0]


async def test_the_communitys_own_account(alder: Node, two: tuple[Account, Account]) -> None:
    ana, ben = two
    keeper = await alder.read(_id, "keeper")
    await thank(alder, ana, None, 30)
    with pytest.raises(Refused):
        await alder.write(booking.from_fund, ana.id, ben.id, 20, "Decision 3", once="a")
    with pytest.raises(Invalid):
        await alder.write(booking.from_fund, keeper, ben.id, 20, " ", once="a")
    await alder.write(booking.from_fund, keeper, ben.id, 20, "Decision 3", once="a")

    assert await alder.read(queries.balance, queries.FUND) == 10
    assert await stands(alder, ana, ben) == [-30, 20]


OPERATIONS = int(os.environ.get("FOLKMOOT_TEST_OPERATIONS") or 120)
"""How many random operations are carried out; `make soak` carries out 100,000."""


async def test_many_random_acts_keep_the_sum_at_zero(alder: Node) -> None:
    many = min(60, max(6, OPERATIONS // 100))
    people = [await person(alder, f"p{number}") for number in range(many)]
    keeper = await alder.read(_id, "keeper")

    def act(unit: Unit, seed: int, most: int) -> int:
        chance = random.Random(seed)
        made: list[str] = []
        for number in range(most):
            try:
                made.append(_anything(unit, keeper, people, made, chance, f"{seed} {number}"))
            except (Conflict, Missing, Invalid):
                continue
        return len(made)

    made, seed = 0, 0
    while seed * 60 < OPERATIONS:
        seed += 1
        made += await alder.write(act, seed, 60)
    before = sum(await stands(alder, *people)) + await alder.read(queries.balance, queries.FUND)
    assert (before, await alder.read(queries.total)) == (0, 0)
    # nothing was deleted, what was taken back least of all
    assert await alder.read(_entries) == made > OPERATIONS / 3


def _anything(
    unit: Unit,
    keeper: str,
    people: list[Account],
    made: list[str],
    chance: random.Random,
    once: str,
) -> str:
    """One random operation; the entry it wrote."""
    one, other = chance.sample(people, 2)
    long, what = chance.randint(1, 900), chance.random()
    if made and what < 0.3:
        return booking.take_back(unit, other.id, chance.choice(made))
    if what < 0.45:
        return booking.from_fund(unit, keeper, one.id, long, "As decided.", once=f"f{once}")
    anyway = what < 0.6
    id = booking.thank(unit, one.id, other.id, long, "", once=f"t{once}", anyway=anyway)
    mine = queries.held(unit.db, one.id)
    assert mine is not None
    soft = queries.terms(unit.db).soft
    assert anyway or queries.balance(unit.db, mine.id) >= -soft
    return id


def _entries(db: Connection) -> int:
    return db.scalar(select(func.count()).select_from(entry)) or 0


async def test_who_leaves_is_forgotten_and_the_sums_stay(
    alder: Node, two: tuple[Account, Account]
) -> None:
    ana, ben = two
    await thank(alder, ana, ben, 60, words="Only for you two.")
    told = await alder.read(public.export, ben.id)
    assert (told["gave_minutes"], told["entries"][0]["with"]) == (60, ana.id)

    await alder.write(leaving.leave, ana.id)
    await settle(alder)

    assert await stands(alder, ben) == [60]
    assert await alder.read(queries.balance, queries.FUND) == -60
    assert await alder.read(queries.total) == 0
    assert not await holds(alder, "Only for you two.")
    (kept,) = (await alder.read(public.export, ben.id))["entries"]
    assert (kept["with"], kept["words"], kept["minutes"]) == (None, "", 60)


async def test_in_the_browser(alder: Node, two: tuple[Account, Account], browse: Browse) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    assert "Nothing yet" in (await ana.get("/time")).text
    form = "/time/thank/ben"
    odd = await ana.post(form, {"minutes": "much", "words": "For the soup."})
    assert (odd.status_code, "For the soup." in odd.text) == (422, True)
    far = await ana.post(form, {"minutes": "11 h"})
    assert far.status_code == 422
    assert 'name="anyway"' in far.text
    assert (await ana.post(form, {"minutes": "11 h", "anyway": "yes"})).status_code == 200
    assert (
        "You received 11 h more than you gave. Nothing stops you" in (await ana.get("/time")).text
    )
    assert (await ana.post("/time/thank/community", {"minutes": "30"})).status_code == 422
    assert "You gave Ana 11 h" in (await ben.get("/time")).text
    for odd_one in ("/time/thank/ana", "/time/thank/nobody"):
        assert (await ana.get(odd_one)).status_code == 404

    rows = list(csv.reader(io.StringIO((await ben.get("/time/time.csv")).text)))
    assert (rows[1][1:4], len(rows)) == (["gave", "660", "Ana"], 2)
    assert json.loads((await ben.get("/time/time.json")).text)["gave_minutes"] == 660

    (entry,) = await entries(alder, two[0])
    at = f"/time/entry/{entry.id}"
    assert (await ana.post(at, {"say": "ask"}, form="/time")).status_code == 200
    assert "asks you to take 11 h back" in (await ben.get("/")).text
    keeper = await browse(alder, "keeper")
    assert "Ben gave Ana 11 h" in (await keeper.get("/desk/time")).text
    assert (await ben.post(at, {"say": "no"}, form="/time")).status_code == 200
    assert (await ben.post(at, {"say": "no"}, form="/time")).status_code == 409
    assert (await ben.post(at, {"say": "odd"}, form="/time")).status_code == 422
    assert (await ben.post(at, {"say": "back"}, form="/time")).status_code == 200
    assert await stands(alder, *two) == [0, 0]


async def test_at_the_desk(alder: Node, two: tuple[Account, Account], browse: Browse) -> None:
    keeper, ana = await browse(alder, "keeper"), await browse(alder, "ana")
    for path in ("/desk/time", "/desk/time/give", "/desk/time/give/ben"):
        assert (await ana.get(path)).status_code == 403
    gift = {"minutes": "1 h", "words": "Decision 7."}
    assert (await keeper.post("/desk/time/give/ben", gift)).status_code == 200
    assert "Decision 7." in (await ana.get("/time/community")).text
    await alder.write(lambda unit: unit.keep("ledger", {"on": False, "hours": 2}))
    assert await alder.read(queries.terms) == rules.Terms(on=False, soft=120)
    assert "does not count time now" in (await ana.get("/time")).text
