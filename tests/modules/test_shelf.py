"""The lending shelf: days are asked for, nobody shares one, and a thing comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving as accounts_leaving
from node.modules.listings import posting
from node.modules.listings.api import Notice
from node.modules.moderation import api as moderation
from node.modules.notes import api as notes
from node.modules.shelf import jobs, leaving, lending, queries, slots, views
from node.modules.shelf.rules import State, Stay, Step
from node.modules.shelf.tables import Loan, Terms, step
from node.modules.shelf.views import Today
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules.meeting import everything, post

Browse = Callable[..., Awaitable[Browser]]
CANARY = "The third rung creaks"


@pytest.fixture
async def people(alder: Node) -> list[Account]:
    return [await person(alder, name, display=name.title()) for name in ("ana", "ben", "cleo")]


@pytest.fixture
async def ladder(alder: Node, people: list[Account]) -> Notice:
    return await lend(alder, people[0])


async def lend(node: Node, who: Account, **more: Any) -> Notice:
    said = {"title": "A ladder", "text": "Three metres.", "kind": "lend", "topic": "tool-sharing",
            "minutes": None, "terms": ["lend"]}  # fmt: skip
    return await post(node, who, "offer", **{**said, **more})


def stay(first: int, last: int) -> Stay:
    return Stay(first=date(2026, 11, first), last=date(2026, 11, last))


async def ask(node: Node, who: Account, thing: Notice, first: int, last: int) -> str:
    return await node.write(lending.ask, who.id, thing.slug, stay(first, last), CANARY)


async def take(node: Node, who: Account, slug: str, *steps: Step) -> State:
    for one in steps:
        state: State = await node.write(lending.take, who.id, slug, one)
    return state


async def loans(node: Node, who: Account) -> list[Loan]:
    return await node.read(queries.everything_of, who.id)


async def cards(node: Node, who: Account, fill: Any) -> list[str]:
    found = await fill(node, Viewer(account=who, role="member", language="en"))
    return [card.title for card in found]


# Days ---------------------------------------------------------------------------------------


async def test_nobody_has_it_on_a_day_of_another(
    alder: Node, people: list[Account], ladder: Notice
) -> None:
    ana, ben, cleo = people
    first = await ask(alder, ben, ladder, 23, 25)

    for days in ((25, 26), (21, 23), (24, 24), (22, 27)):
        with pytest.raises(Invalid) as refused:
            await ask(alder, cleo, ladder, *days)
        assert (refused.value.code, set(refused.value.fields)) == ("E_TAKEN", {"first"})
    await ask(alder, cleo, ladder, 26, 26)
    await take(alder, ana, first, Step.NO)
    await ask(alder, cleo, ladder, 23, 25)

    assert [one.first.day for one in await loans(alder, cleo)] == [23, 26]
    with pytest.raises(Invalid):
        await ask(alder, ben, ladder, 19, 19)


async def test_two_at_the_same_moment_are_not_both_promised_it(
    alder: Node, people: list[Account], ladder: Notice
) -> None:
    ana, ben, cleo = people
    await alder.write(lending.set_terms, ana.id, ladder.slug, Terms(auto=True, most=14))

    told = await asyncio.gather(
        *(ask(alder, who, ladder, first, first + 2) for who, first in ((ben, 23), (cleo, 24))),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in told) == ["Invalid", "str"]
    (kept,) = [*await loans(alder, ben), *await loans(alder, cleo)]
    assert kept.state is State.AGREED


async def test_who_may_ask_for_what(
    alder: Node, birch: Node, people: list[Account], ladder: Notice
) -> None:
    ana, ben, cleo = people
    stranger = await person(birch, "bo")
    need = await post(alder, ana, "request", kind="lend", title="A tent", topic=None)
    bread = await post(alder, ana, "offer", kind="meal", title="Bread", topic=None)
    await alder.write(partial(moderation.block_for, is_host=False), ana, cleo.id)
    three = [await ask(alder, ben, ladder, day, day) for day in (23, 24, 25)]

    for who, thing, error in (
        (stranger, ladder, Refused), (cleo, ladder, Refused), (ben, need, Missing),
        (ben, bread, Missing), (ben, ladder, Conflict),
    ):  # fmt: skip
        with pytest.raises(error):
            await ask(alder, who, thing, 27, 27)
    with pytest.raises(Missing):
        await alder.write(lending.set_terms, ben.id, ladder.slug, Terms(auto=True, most=1))

    await take(alder, ben, three[0], Step.CANCEL)
    assert await ask(alder, ben, ladder, 27, 27)
    kept = await ask(alder, ana, ladder, 23, 23)
    mine = {one.slug: one.state for one in await loans(alder, ana)}
    assert mine[kept] is State.KEPT
    assert await take(alder, ana, kept, Step.CANCEL) is State.CANCELLED


async def test_a_form_sent_twice_asks_once(
    alder: Node, people: list[Account], ladder: Notice
) -> None:
    _, ben, _ = people
    sends = partial(lending.ask, once="key")
    made = [await alder.write(sends, ben.id, ladder.slug, stay(23, 24)) for _ in range(2)]
    assert made[0] == made[1]
    assert len(await loans(alder, ben)) == 1


# A loan -------------------------------------------------------------------------------------


async def test_from_a_question_to_the_thing_back_in_its_place(
    alder: Node, people: list[Account], ladder: Notice, clock: Clock
) -> None:
    ana, ben, cleo = people
    slug = await ask(alder, ben, ladder, 23, 24)
    assert await cards(alder, ana, slots.waiting) == ["Ben asks for A ladder"]
    for who, wrong in ((ben, Step.YES), (ana, Step.HAND), (ana, Step.CANCEL), (ben, Step.BRING)):
        with pytest.raises(Conflict):
            await take(alder, who, slug, wrong)
    with pytest.raises(Missing):
        await take(alder, cleo, slug, Step.YES)

    await take(alder, ana, slug, Step.YES)
    assert await cards(alder, ben, slots.happened) == ["A ladder"]
    clock.advance(days=3)
    assert await cards(alder, ben, slots.next_step) == ["Today you can fetch it from Ana"]
    assert await cards(alder, ana, slots.next_step) == ["Today Ben fetches it"]
    assert await take(alder, ben, slug, Step.HAND) is State.TAKEN
    assert await cards(alder, ana, slots.waiting) == ["Does Ben have it? A ladder"]
    assert await take(alder, ana, slug, Step.DENY) is State.AGREED
    assert await take(alder, ana, slug, Step.HAND) is State.GIVEN
    assert await take(alder, ben, slug, Step.CONFIRM) is State.OUT
    assert await cards(alder, ben, slots.waiting) == ["It goes back tomorrow: A ladder"]
    with pytest.raises(Conflict):
        await take(alder, ben, slug, Step.CANCEL)

    clock.advance(days=5)
    assert await cards(alder, ben, slots.waiting) == ["Ana would like it back: A ladder"]
    assert await cards(alder, ana, slots.waiting) == [
        "It was to be back on Tue 24 November: A ladder"
    ]
    with pytest.raises(Invalid):
        await ask(alder, cleo, ladder, 28, 28)
    assert await take(alder, ben, slug, Step.BRING) is State.BROUGHT
    assert await take(alder, ana, slug, Step.CONFIRM) is State.BACK
    await ask(alder, cleo, ladder, 28, 28)
    assert await cards(alder, ben, slots.happened) == ["A ladder"]
    assert [one.state for one in await alder.read(queries.steps, slug)] == [
        State.ASKED, State.AGREED, State.TAKEN, State.AGREED, State.GIVEN, State.OUT,
        State.BROUGHT, State.BACK,
    ]  # fmt: skip


async def test_what_nobody_answers_the_clock_ends(
    alder: Node, people: list[Account], ladder: Notice, clock: Clock
) -> None:
    ana, ben, cleo = people
    unanswered = await ask(alder, ben, ladder, 22, 23)
    unused = await ask(alder, cleo, ladder, 24, 24)
    back = await ask(alder, cleo, ladder, 21, 21)
    await take(alder, ana, unused, Step.YES)
    await take(alder, ana, back, Step.YES, Step.HAND)
    await take(alder, cleo, back, Step.BRING)

    clock.advance(days=5)
    with pytest.raises(Conflict):
        await take(alder, ana, unanswered, Step.YES)
    seen = await alder.read(views.live_of, cleo.id, Today(now=clock(), zone=ZoneInfo("UTC")))
    assert [one.slug for one in seen] == [back]
    clock.advance(days=3)
    await jobs.clock(alder)

    assert {one.slug: one.state for one in await loans(alder, ana)} == {
        unanswered: State.LAPSED, unused: State.LAPSED, back: State.BACK,
    }  # fmt: skip


async def test_a_note_of_damage_begins_a_conversation_of_the_two(
    alder: Node, people: list[Account], ladder: Notice, wire: Wire
) -> None:
    ana, ben, cleo = people
    slug = await ask(alder, ben, ladder, 23, 24)
    with pytest.raises(Conflict):
        await alder.write(lending.note, ben.id, slug, CANARY)
    await take(alder, ana, slug, Step.YES, Step.HAND)
    with pytest.raises(Invalid):
        await alder.write(lending.note, ben.id, slug, "  ")
    with pytest.raises(Missing):
        await alder.write(lending.note, cleo.id, slug, CANARY)

    talk = await alder.write(lending.note, ben.id, slug, CANARY)
    again = await alder.write(lending.note, ana.id, slug, "Which one?")

    assert again == talk
    said = [
        await alder.read(notes.seen, f"{alder.origin}/o/{talk}", Viewer(account=who, role="member"))
        for who in (ana, ben, cleo)
    ]
    assert [one is not None for one in said] == [True, True, False]
    assert CANARY in said[0].content
    await settle(alder)
    assert not [body for _, _, body in wire.seen if CANARY.encode() in body]


# What ends it from outside ------------------------------------------------------------------


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize("how", ["withdrawn", "deleted", "another kind", "suspended", "left"])
async def test_what_was_agreed_ahead_ends_and_what_is_out_does_not(
    alder: Node, people: list[Account], ladder: Notice, how: str
) -> None:
    ana, ben, cleo = people
    ahead = await ask(alder, cleo, ladder, 25, 26)
    out = await ask(alder, ben, ladder, 21, 22)
    await take(alder, ana, out, Step.YES, Step.HAND)
    keeper = (await alder.read(accounts.admins))[0].id
    assert await cards(alder, ana, slots.ahead) == [
        "Somebody is to have it on days ahead. That ends too, and they are told."
    ]

    if how == "withdrawn":
        await alder.write(partial(posting.end, met=False), ana.id, ladder.id)
    if how == "deleted":
        await alder.write(posting.delete, ana.id, ladder.id)
    if how == "another kind":
        service = posting.Draft(
            title="Ladders carried", text="", kind="service", topic=None, minutes=60,
            ends=alder.now() + timedelta(days=20), terms=["gift"], hidden=False,
        )  # fmt: skip
        await alder.write(posting.edit, ana.id, ladder.id, service)
    if how == "suspended":
        await alder.write(partial(moderation.suspend, by=keeper, reason="Noise"), ana.id)
    if how == "left":
        await alder.write(accounts_leaving.leave, ana.id)
    await settle(alder)

    (told,) = await loans(alder, cleo)
    assert (told.slug, told.state, told.by) == (ahead, State.CANCELLED, None)
    (borrowed,) = await loans(alder, ben)
    assert (borrowed.slug, borrowed.state) == (out, State.GIVEN)
    assert len(await cards(alder, cleo, slots.happened)) == 1
    assert await take(alder, ben, out, Step.CONFIRM, Step.BRING) is State.BROUGHT
    if how == "left":
        assert "A ladder" not in await alder.read(everything, alder)
    if how != "another kind":
        with pytest.raises(Missing):
            await ask(alder, cleo, ladder, 28, 28)


async def test_who_leaves_takes_their_words_along(
    alder: Node, people: list[Account], ladder: Notice
) -> None:
    ana, ben, _ = people
    out = await ask(alder, ben, ladder, 21, 22)
    await ask(alder, ben, ladder, 25, 26)
    await take(alder, ana, out, Step.YES, Step.HAND)
    told = (await alder.read(leaving.export, ben.id))["loans"]
    assert [(one["what"], one["as"], one["said"][0]["words"]) for one in told] == [
        ("A ladder", "borrower", CANARY)
    ] * 2

    await alder.write(accounts_leaving.leave, ben.id)
    await settle(alder)

    assert await loans(alder, ben) == []
    assert CANARY not in await alder.read(everything, alder)
    left = {one.slug: one for one in await loans(alder, ana)}
    assert len(left) == 2
    assert left[out].borrower is None
    assert await take(alder, ana, out, Step.BACK) is State.BACK
    assert await alder.read(lambda db: db.execute(step.select()).all())


# In the browser -----------------------------------------------------------------------------


@pytest.mark.sqlite
async def test_the_shelf_in_the_browser(
    alder: Node, people: list[Account], ladder: Notice, browse: Browse, clock: Clock
) -> None:
    ana, ben, visitor = await browse(alder, "ana"), await browse(alder, "ben"), await browse(alder)
    path = f"/shelf/{ladder.slug}"
    assert (await visitor.get("/shelf")).status_code == 403
    assert (await visitor.get(path)).status_code == 403
    assert f'href="{path}"' in (await ben.get(f"/l/{ladder.slug}")).text
    shelf = (await ben.get("/shelf")).text
    assert "Free today" in shelf
    assert f'href="{path}"' in shelf
    assert 'href="/shelf"' in (await ben.get("/board")).text

    for sent, told in (
        ({"first": ""}, "Fill this in"),
        ({"first": "2026-11-25", "last": "2026-11-24"}, "ends before it begins"),
        ({"first": "2026-11-24", "last": "2026-12-20"}, "longer than its owner lends it"),
        ({"first": "2026-11-19"}, "This day has passed"),
    ):
        answer = await ben.post(path, {**sent, "words": CANARY})
        assert (answer.status_code, told in answer.text) == (422, True), told
        assert CANARY in answer.text
    asked = await ben.post(path, {"first": "24.11.", "last": "25.11.", "words": CANARY})
    assert "Its owner is asked" in asked.text
    loan = asked.url.path
    taken = await (await browse(alder, "cleo")).post(path, {"first": "2026-11-25"})
    assert (taken.status_code, "Somebody has it on one of these days" in taken.text) == (422, True)
    assert "Ben" not in taken.text

    assert (await (await browse(alder, "cleo")).get(loan)).status_code == 404
    assert "Ben" in (await ana.get(path)).text
    seen = await ana.get(loan)
    assert CANARY in seen.text
    assert "Say yes or no" in seen.text
    assert (await ana.post(loan, {"say": "fly"})).status_code == 422
    assert (await ana.post(loan, {"say": "hand"})).status_code == 409
    await ana.post(loan, {"say": "yes"})
    assert "Somebody is to have it on days ahead" in (await ana.get(f"/l/{ladder.slug}")).text
    await ana.post(loan, {"say": "hand"})
    await ben.post(loan, {"say": "confirm"})
    assert (await ben.post(loan, {"say": "note", "trouble": ""})).status_code == 422
    talk = await ben.post(loan, {"say": "note", "trouble": "A rung is broken."})
    assert talk.url.path.startswith("/n/")
    assert "A rung is broken." in talk.text
    assert f'href="{talk.url.path}"' in (await ana.get(loan)).text
    clock.advance(days=9)
    assert "would like it back" in (await ben.get(loan)).text
    assert "Ana would like it back" in (await ben.get("/")).text
    done = await ana.post(f"{path}/terms", {"auto": "yes", "most": "3"}, form=path)
    assert "For 3 days at most" in done.text
    assert (await ana.post(f"{path}/terms", {"most": "0"}, form=path)).status_code == 422
    for month in ("2026-11", "2026-12", "2027-11", "x", "9999-12", "0001-01", "2026-13"):
        assert (await ben.get(f"{path}?month={month}&first=x")).status_code == 200
