"""A notice is answered, agreed on and done: between two members, and between two of our nodes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from federation import resolving
from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.modules import accounts
from node.modules.agreements import doing, public, queries, rules, settling
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement
from node.modules.follows import api as follows
from node.modules.listings import api as listings
from node.modules.listings import posting
from node.modules.listings.api import Notice
from node.modules.moderation import api as moderation
from tests.conftest import Browser, Clock, MakeNode, Wire, person, settle
from tests.modules.meeting import everything, post
from vocab.model import Object

Browse = Callable[..., Awaitable[Browser]]


@dataclass
class Two:
    """Ana has a notice, Ben answers it; at one node or at two."""

    home: Node
    away: Node
    ana: Account
    ben: Account
    notice: Notice

    async def settle(self) -> None:
        await settle(*dict.fromkeys((self.home, self.away)))

    async def seen(self) -> Notice:
        """Ana's notice as Ben's node has it."""
        found = await self.away.read(listings.listing, self.notice.id, listings.HERE)
        assert found is not None
        return found

    async def answer(self, **more: Any) -> Agreement:
        made = await self.away.write(settling.answer, self.ben.id, await self.seen(), **more)
        await self.settle()
        return made

    async def ana_does(self, what: Any, *args: Any) -> None:
        (held, *_) = await self.home.read(queries.with_member, self.ana.id)
        await self.home.write(what, self.ana.id, held.slug, *args)
        await self.settle()

    async def ben_does(self, what: Any, *args: Any) -> None:
        (held, *_) = await self.away.read(queries.with_member, self.ben.id)
        await self.away.write(what, self.ben.id, held.slug, *args)
        await self.settle()

    async def states(self) -> tuple[State, State]:
        """Where the last agreement stands for Ana and for Ben."""
        (here, *_) = await self.home.read(queries.with_member, self.ana.id)
        (there, *_) = await self.away.read(queries.with_member, self.ben.id)
        return here.at(self.home.now()), there.at(self.away.now())

    async def lifecycle(self) -> tuple[str, str]:
        """Where the notice stands at both nodes."""
        found = await self.home.read(listings.listing, self.notice.id, listings.HERE)
        assert found is not None
        return found.lifecycle, (await self.seen()).lifecycle


@pytest.fixture(params=["one node", "two nodes"])
async def two(request: pytest.FixtureRequest, make_node: MakeNode) -> Two:
    alder = await make_node("alder")
    there = alder if request.param == "one node" else await make_node("birch")
    ana, ben = await person(alder, "ana", display="Ana"), await person(there, "ben", display="Ben")
    if there is not alder:
        await there.write(follows.follow, ben, await resolving.account(there, ana.id))
        await settle(alder, there)
    reach = "community" if there is alder else "public"
    notice = await post(alder, ana, "request", reach=reach)
    await settle(*dict.fromkeys((alder, there)))
    return Two(alder, there, ana, ben, notice)


async def test_from_an_answer_to_done(two: Two) -> None:
    await two.answer(words="Saturday at ten?")
    assert await two.states() == (State.OFFERED, State.OFFERED)
    (held,) = await two.home.read(queries.waiting_for, two.ana.id, two.home.now())
    (first,) = await two.home.read(queries.steps, held.offer)
    assert (held.title, held.unit, held.amount) == ("Build a wheel", "hour", "4")
    assert held.returned == rules.Amount(unit="hour", number="4")
    assert first.words == "Saturday at ten?"
    assert await two.lifecycle() == ("open", "open")

    await two.ana_does(settling.accept)
    assert await two.states() == (State.AGREED, State.AGREED)
    assert await two.lifecycle() == ("agreed", "agreed")

    await two.ana_does(settling.close, State.FULFILLED)
    assert await two.states() == (State.FULFILLED, State.FULFILLED)
    assert await two.lifecycle() == ("fulfilled", "fulfilled")
    mine, theirs = [
        (await node.read(queries.with_member, who.id))[0]
        for node, who in ((two.home, two.ana), (two.away, two.ben))
    ]
    assert mine.id == theirs.id
    assert mine.id is not None
    assert (mine.revision, theirs.revision) == (2, 2)


async def test_a_length_within_a_range(two: Two, browse: Browse) -> None:
    """Ana offers half an hour to two hours; Ben chooses between them, in steps of half an hour."""
    reach = "community" if two.home is two.away else "public"
    two.notice = await post(two.home, two.ana, "offer", reach=reach, minutes=30, up_to=120)
    await two.settle()
    seen = await two.seen()
    assert (seen.minutes, seen.longest) == (30, 120)
    ben, path = await browse(two.away, "ben"), f"/agreements/new?about={seen.slug}"
    assert "30 min to 2 h" in (await ben.get(seen.path)).text
    assert 'name="long" type="text" value="30 min"' in (await ben.get(path)).text

    for long in ("15", "2 h 30", "45", "", "-1"):
        assert (await ben.post(path, {"long": long, "words": ""}, form=path)).status_code == 422
    for times in (0, 5):
        with pytest.raises(Invalid):
            await two.away.write(settling.answer, two.ben.id, seen, times)
    await two.settle()
    assert await two.home.read(queries.with_member, two.ana.id) == []

    await ben.post(path, {"long": "1 h 30", "words": ""}, form=path)
    await two.settle()
    (held,) = await two.home.read(queries.with_member, two.ana.id)
    assert held.primary == held.returned == rules.Amount(unit="hour", number="1.5")
    await two.ana_does(settling.accept)
    assert await two.states() == (State.AGREED, State.AGREED)


async def test_a_no_and_another_try(two: Two) -> None:
    await two.answer()
    await two.ana_does(settling.refuse, "Not this week.")

    assert await two.states() == (State.REFUSED, State.REFUSED)
    (held,) = await two.away.read(queries.with_member, two.ben.id)
    assert [one.words for one in await two.away.read(queries.steps, held.offer)] == [
        "", "Not this week.",
    ]  # fmt: skip
    again = await two.answer()
    assert again.state is State.OFFERED


async def test_taken_back_before_the_yes(two: Two) -> None:
    await two.answer()
    await two.ben_does(settling.withdraw)

    assert await two.states() == (State.WITHDRAWN, State.WITHDRAWN)
    with pytest.raises(Conflict):
        await two.ana_does(settling.accept)
    assert await two.lifecycle() == ("open", "open")


async def test_after_the_yes_one_asks_and_the_other_calls_it_off(two: Two) -> None:
    await two.answer()
    await two.ana_does(settling.accept)

    await two.ben_does(settling.withdraw)
    assert await two.states() == (State.AGREED, State.AGREED)
    (held,) = await two.home.read(queries.with_member, two.ana.id)
    assert held.leaving is not None

    await two.ana_does(settling.close, State.CANCELLED)
    assert await two.states() == (State.CANCELLED, State.CANCELLED)
    assert await two.lifecycle() == ("open", "open")


async def test_nobody_answers_in_time(two: Two, clock: Clock) -> None:
    await two.answer()
    clock.advance(days=14)

    assert await two.states() == (State.EXPIRED, State.EXPIRED)
    with pytest.raises(Conflict):
        await two.ana_does(settling.accept)
    for node in (two.home, two.away):
        await node.write(settling.expire)
    assert await two.states() == (State.EXPIRED, State.EXPIRED)
    assert (await two.answer()).state is State.OFFERED


async def test_what_is_agreed_is_not_had_twice(two: Two) -> None:
    eve = await person(two.away, "eve")
    await two.answer()
    second = await two.away.write(settling.answer, eve.id, await two.seen())
    await two.settle()
    (one, other) = await two.home.read(queries.with_member, two.ana.id)
    await two.home.write(settling.accept, two.ana.id, one.slug)

    with pytest.raises(Conflict):
        await two.home.write(settling.accept, two.ana.id, other.slug)
    await two.settle()
    with pytest.raises(Conflict, match="E_STATE"):
        await two.away.write(settling.answer, (await person(two.away, "lea")).id, await two.seen())
    found = await two.away.read(queries.by_offer, second.offer)
    assert found is not None


async def test_two_yeses_at_once_are_one(alder: Node) -> None:
    ana = await person(alder, "ana")
    notice = await post(alder, ana, "offer")
    slugs = []
    for name in ("ben", "eve", "lea"):
        who = await person(alder, name)
        slugs.append((await alder.write(settling.answer, who.id, notice)).slug)

    said = await asyncio.gather(
        *(alder.write(settling.accept, ana.id, slug) for slug in slugs), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in said) == ["Agreement", "Conflict", "Conflict"]
    states = sorted(one.state for one in await alder.read(queries.with_member, ana.id))
    assert states == [State.AGREED, State.OFFERED, State.OFFERED]


async def test_a_notice_that_is_over_answers_for_itself(two: Two) -> None:
    await two.answer()

    await two.home.write(posting.end, two.ana.id, two.notice.id, met=False)
    await two.settle()

    assert await two.states() == (State.REFUSED, State.REFUSED)


async def test_one_answers_once_and_not_oneself(two: Two) -> None:
    await two.answer()

    with pytest.raises(Conflict, match="E_RATE"):
        await two.answer()
    with pytest.raises(Exception, match="E_SELF"):
        await two.home.write(settling.answer, two.ana.id, two.notice)
    with pytest.raises(Invalid):
        await two.answer(times=2)


async def test_each_step_is_one_persons(two: Two) -> None:
    eve = await person(two.home, "eve")
    made = await two.answer()
    (held,) = await two.home.read(queries.with_member, two.ana.id)

    for node, who, slug, what in (
        (two.home, eve, held.slug, settling.accept),
        (two.home, eve, held.slug, settling.withdraw),
        (two.home, two.ana, held.slug, settling.withdraw),
        (two.away, two.ben, made.slug, settling.accept),
        (two.away, two.ben, made.slug, settling.refuse),
    ):
        with pytest.raises(Missing):
            await node.write(what, who.id, slug)
    with pytest.raises(Conflict):
        await two.ana_does(settling.close, State.FULFILLED)
    assert await two.states() == (State.OFFERED, State.OFFERED)


async def test_only_the_two_may_see_it(two: Two) -> None:
    await two.answer(words="canary-91c2")
    await two.ana_does(settling.accept)
    (held,) = await two.home.read(queries.with_member, two.ana.id)
    eve = await person(two.home, "eve")

    def shown(db: Any, id: str, who: Account | None) -> Object | None:
        return public.document(db, id, Viewer(account=who))

    for id in (held.offer, held.id or ""):
        assert await two.home.read(shown, id, two.ana) is not None
        assert await two.home.read(shown, id, two.ben) is not None
        assert await two.home.read(shown, id, eve) is None
        assert await two.home.read(shown, id, None) is None


async def test_who_blocks_somebody_has_no_agreement_with_them(two: Two) -> None:
    await two.home.write(moderation.block_for, two.ana, two.ben.id, is_host=False)

    if two.home is two.away:
        with pytest.raises(Conflict, match="E_BLOCKED"):
            await two.answer()
    else:
        await two.answer()

    assert await two.home.read(queries.with_member, two.ana.id) == []


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("leaves", ["ana", "ben"])
async def test_who_leaves_leaves_nothing_behind(two: Two, leaves: str, agreed: bool) -> None:
    await two.answer(words="canary-3d11")
    if agreed:
        await two.ana_does(settling.accept)
    node, who = (two.home, two.ana) if leaves == "ana" else (two.away, two.ben)

    await node.write(accounts.leaving.leave, who.id)
    await two.settle()

    for at, one in ((two.home, two.ana), (two.away, two.ben)):
        assert await at.read(queries.with_member, one.id) == []
        assert "canary-3d11" not in await at.read(everything, at)
    if leaves == "ben":
        assert (await two.lifecycle())[0] == "open"


async def test_the_download_holds_ones_own(two: Two) -> None:
    await two.answer(words="Saturday")

    (mine,) = (await two.away.read(public.export, two.ben.id))["agreements"]
    nobodys = await two.home.read(public.export, f"{two.home.origin}/u/keeper")

    assert (mine["about"], mine["steps"][0]["words"]) == ("Build a wheel", "Saturday")
    assert nobodys == {"agreements": []}


async def test_between_two_members_nothing_leaves(make_node: MakeNode, wire: Wire) -> None:
    alder = await make_node("alder")
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    notice = await post(alder, ana, "offer")
    await settle(alder)
    pair = Two(alder, alder, ana, ben, notice)
    await pair.answer(words="canary-77aa")
    await pair.ana_does(settling.accept)
    await pair.ana_does(doing.deliver, None)
    await pair.ben_does(doing.confirm)

    assert not [body for _, _, body in wire.seen if b"canary" in body]
    assert await alder.read(lambda db: db.execute(select(letter)).all()) == []


async def test_it_travels_to_the_other_alone(make_node: MakeNode, wire: Wire) -> None:
    alder, birch, cedar = [await make_node(name) for name in ("alder", "birch", "cedar")]
    ana, ben, cleo = [
        await person(node, name) for node, name in ((alder, "ana"), (birch, "ben"), (cedar, "cleo"))
    ]
    for node, who in ((birch, ben), (cedar, cleo)):
        await node.write(follows.follow, who, await resolving.account(node, ana.id))
    await settle(alder, birch, cedar)
    notice = await post(alder, ana, "offer", reach="public")
    await settle(alder, birch, cedar)
    pair = Two(alder, birch, ana, ben, notice)

    await pair.answer(words="canary-0b0b")
    await pair.ana_does(settling.accept)
    await settle(alder, birch, cedar)

    told = [url for how, url, body in wire.seen if how == "POST" and b"Agreement" in body]
    assert set(told) == {f"{ana.id}/inbox", f"{ben.id}/inbox"}
    kept = await alder.read(lambda db: [row.body for row in db.execute(select(letter))])
    assert not [body for body in kept if body and b"canary" in body]


# Pages ----------------------------------------------------------------------------------------


async def test_the_whole_way_in_the_browser(alder: Node, browse: Browse) -> None:
    ana, _ben = await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")
    notice = await post(alder, ana, "offer", title="A ladder", minutes=None, kind="lend")
    await settle(alder)
    hers, his = await browse(alder, "ana"), await browse(alder, "ben")

    seen = (await his.get(notice.path)).text
    link = f"/agreements/new?about={notice.slug}"
    form = (await his.get(link)).text
    sent = await his.post(link, {"words": "For <b>Saturday</b>?"}, form=link)

    assert f'href="{link}"' in seen
    assert link not in (await hers.get(notice.path)).text
    assert "Ana learns your name, Ben, your address, @ben@alder.test" in form
    assert "Waiting for Ana" in sent.text
    assert "For &lt;b&gt;Saturday&lt;/b&gt;?" in sent.text
    path = sent.url.path
    assert "Ben answers your notice" in (await hers.get("/")).text

    shown = (await hers.get(path)).text
    agreed = await hers.post(path, {"say": "yes"})

    assert "Ben answers your notice" in shown
    assert "Agreed with Ben" in agreed.text
    assert "Agreed with Ana" in (await his.get("/")).text
    assert "Somebody has agreed to this." in (await his.get(notice.path)).text
    await hers.post(path, {"say": "delivered", "told": "It is yours."})
    over = await his.post(path, {"say": "confirm"})
    assert "Done, with Ana" in over.text
    assert "A ladder" in (await his.get("/agreements")).text
    assert ana.id not in over.text.partition("Report them")[0].rpartition("Something wrong")[0]


async def test_what_cannot_be_is_said(alder: Node, browse: Browse) -> None:
    ana, _ben, eve = [await person(alder, name) for name in ("ana", "ben", "eve")]
    notice = await post(alder, ana, "offer")
    await settle(alder)
    his, hers, visitor = await browse(alder, "ben"), await browse(alder, "eve"), await browse(alder)
    link = f"/agreements/new?about={notice.slug}"

    long = await his.post(link, {"words": "a" * 1200}, form=link)
    sent = await his.post(link, {"words": ""}, form=link)
    again = await his.post(link, {"words": ""}, form=link)
    odd = await his.post(sent.url.path, {"say": "maybe"})
    elsewhere = await hers.get(sent.url.path)
    nothing = await hers.get("/agreements/new?about=nothing")
    stranger = await visitor.get("/agreements")

    assert long.status_code == 422
    assert "a" * 1200 in long.text
    assert "waits already" in again.text
    assert again.status_code == 409
    assert "Use one of the buttons on the page." in odd.text
    assert (elsewhere.status_code, nothing.status_code) == (404, 404)
    assert stranger.status_code in (200, 403)
    assert "Agreements" not in stranger.text or stranger.url.path != "/agreements"
    assert (await alder.read(queries.with_member, eve.id)) == []


async def test_a_no_with_words(alder: Node, browse: Browse) -> None:
    ana, _ben = await person(alder, "ana"), await person(alder, "ben")
    notice = await post(alder, ana, "offer")
    await settle(alder)
    hers, his = await browse(alder, "ana"), await browse(alder, "ben")
    link = f"/agreements/new?about={notice.slug}"
    sent = await his.post(link, {"words": ""}, form=link)

    refused = await hers.post(sent.url.path, {"say": "no", "no": "I need it myself."})

    assert "You said no" in refused.text
    seen = (await his.get(sent.url.path)).text
    assert "ana said no" in seen
    assert "I need it myself." in seen


async def test_what_stands_stays_up_when_somebody_agrees(make_node: MakeNode) -> None:
    alder = await make_node("alder")
    ana, ben = await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")
    notice = await post(alder, ana, "request", standing=True)
    two = Two(alder, alder, ana, ben, notice)

    await two.answer()
    await two.ana_does(settling.accept)

    assert await two.states() == (State.AGREED, State.AGREED)
    assert await two.lifecycle() == ("open", "open")
    await two.ana_does(settling.close, State.FULFILLED)
    assert await two.lifecycle() == ("open", "open")
