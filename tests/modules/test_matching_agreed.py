"""Two who met by a match without names agree on it: one shows the notice to the other alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import doing, settling
from node.modules.agreements import queries as agreed
from node.modules.agreements.rules import State
from node.modules.ledger import deciding
from node.modules.ledger.pairs import Line
from node.modules.listings import api as listings
from node.modules.listings import named, posting, showing
from node.modules.listings.api import Notice
from node.modules.listings.tables import listing
from node.modules.matching import agreeing, cards, introduced, introducing
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers
from tests.again import again
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules.meeting import asked_of, befriend, crowd, letters, matches, member, post
from tests.modules.test_ledger import stands
from tests.modules.test_matching_talk import codes

Browse = Callable[..., Awaitable[Browser]]
Two = tuple[Account, Account]
ANA, BEN = "Ana Ferreira", "Ben Okafor"


@pytest.fixture
async def pair(alder: Node, birch: Node) -> Two:
    """Ana needs what Ben offers; neither notice leaves its node; both have the other's card."""

    async def meet() -> Two:
        ana, ben = await member(alder, "ana", ANA), await member(birch, "ben", BEN)
        for node in (alder, birch):
            await crowd(node)
        await befriend(alder, birch)
        for node, other in ((alder, birch), (birch, alder)):
            keeper = (await node.read(accounts.admins))[0].id
            line, service = Line(ours=600, theirs=600), other.community.service
            await node.write(deciding.agree_on, keeper, service, line, "Decision 4")
        await post(birch, ben, "offer")
        await settle(alder, birch)
        await post(alder, ana, "request", minutes=90)
        await settle(alder, birch)
        (found,) = await matches(alder, ana)
        assert found.handle
        await alder.write(introducing.introduce, ana.id, found.slug, means=(), message="")
        await settle(alder, birch)
        (asked,) = await asked_of(birch, ben)
        await birch.write(agreeing.agree, ben.id, asked.slug, means=())
        await settle(alder, birch)
        return ana, ben

    return await again("Ana and Ben, with cards", meet, alder, birch)


async def contact(node: Node, who: Account) -> str:
    (held,) = await node.read(introduced.agreed, who.id)
    return held.slug


async def shows(node: Node, who: Account, *nodes: Node) -> None:
    """Somebody shows their notice to whose card they hold."""
    await node.write(cards.show_notice, who.id, await contact(node, who))
    await settle(*nodes)


async def sees(node: Node, who: Account, owner: Account) -> list[Notice]:
    viewer = Viewer(account=who, role="member")
    return await node.read(listings.shown_by, viewer, owner.id)


async def rows(node: Node) -> list[tuple[str, str]]:
    """What a node keeps of notices from elsewhere."""
    wanted = select(listing.c.title, listing.c.reach).where(listing.c.local.is_(False))
    return await node.read(lambda db: [tuple(row) for row in db.execute(wanted)])


async def test_from_a_match_without_names_to_time_on_both_nodes(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    ana, ben = pair
    with pytest.raises(ValueError, match="unpack"):
        (_,) = await sees(birch, ben, ana)
    wire.seen.clear()
    await shows(alder, ana, alder, birch)
    (seen,) = await sees(birch, ben, ana)
    assert (seen.title, seen.minutes, seen.reach) == ("Build a wheel", 90, "direct")
    assert len(letters(wire.seen, birch.origin)) == 1

    held = await birch.write(settling.answer, ben.id, seen)
    await settle(alder, birch)
    (mine,) = await alder.read(agreed.with_member, ana.id)
    await alder.write(settling.accept, ana.id, mine.slug)
    await settle(alder, birch)
    await birch.write(doing.deliver, ben.id, held.slug, 90)
    await settle(alder, birch)
    await alder.write(doing.confirm, ana.id, mine.slug)
    await settle(alder, birch)

    (mine,), (his,) = (
        await alder.read(agreed.with_member, ana.id),
        await birch.read(agreed.with_member, ben.id),
    )
    assert mine.state is his.state is State.FULFILLED
    assert (await stands(alder, ana), await stands(birch, ben)) == ([-90], [90])


async def test_the_one_who_was_asked_may_show_theirs_as_well(
    alder: Node, birch: Node, pair: Two
) -> None:
    ana, ben = pair
    await shows(birch, ben, alder, birch)

    (seen,) = await sees(alder, ana, ben)
    await alder.write(settling.answer, ana.id, seen)
    await settle(alder, birch)

    (held,) = await birch.read(agreed.with_member, ben.id)
    assert (held.state, held.giver) == (State.OFFERED, ben.id)


async def test_nobody_else_there_sees_it_and_matching_does_not_take_it(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    ana, ben = pair
    eve = await person(birch, "eve")
    await post(birch, eve, "offer")
    await settle(alder, birch)
    before = await matches(birch, eve)
    await shows(alder, ana, alder, birch)

    (seen,) = await sees(birch, ben, ana)
    for_eve = Viewer(account=eve, role="member")
    assert await sees(birch, eve, ana) == []
    assert await birch.read(listings.listing, seen.id, for_eve) is None
    assert await birch.read(listings.listing, seen.id, listings.HERE) is None
    assert await matches(birch, eve) == before
    hers, his = await browse(birch, "eve"), await browse(birch, "ben")
    assert (await hers.get(seen.path)).status_code == 404
    assert (await his.get(seen.path)).status_code == 200
    for page in ("/board", "/board?from=elsewhere"):
        assert seen.path not in (await hers.get(page)).text


async def test_another_from_there_cannot_answer_what_was_not_shown_to_them(
    alder: Node, birch: Node, pair: Two
) -> None:
    ana, ben = pair
    eve = await person(birch, "eve")
    await shows(alder, ana, alder, birch)
    (seen,) = await sees(birch, ben, ana)

    with pytest.raises(Exception, match="E_UNKNOWN"):
        await birch.write(settling.answer, eve.id, seen)

    def forge(unit: Unit) -> None:
        from node.modules.agreements import rules, writing
        from vocab.types import Offer

        told = writing.offered(seen.primary, writing.terms_of(seen, None).primary, None)
        unit.send(Offer(id=unit.id("a"), actor=eve.id, object=told, to=(ana.id,),
                        published=birch.now(), end_time=birch.now() + rules.LASTS,
                        handling="recipientsOnly"))  # fmt: skip

    await birch.write(forge)
    await settle(alder, birch)
    assert await alder.read(agreed.with_member, ana.id) == []


async def test_nothing_is_shown_without_a_card(alder: Node, birch: Node, pair: Two) -> None:
    ana, ben = pair
    slug = await contact(alder, ana)
    await birch.write(cards.revoke, ben.id, await contact(birch, ben))
    await settle(alder, birch)

    with pytest.raises(Missing):
        await alder.write(cards.show_notice, ana.id, slug)

    assert await rows(birch) == []


async def test_a_notice_that_is_over_is_not_shown(alder: Node, birch: Node, pair: Two) -> None:
    ana, _ = pair
    (mine,) = [one for one in await alder.read(of, ana) if one.is_need]
    await alder.write(posting.end, ana.id, mine.id, met=False)

    with pytest.raises(Conflict):
        await alder.write(cards.show_notice, ana.id, await contact(alder, ana))
    await settle(alder, birch)

    assert await rows(birch) == []


def of(db: Any, who: Account) -> list[Notice]:
    from node.modules.listings import queries

    return queries.everything_of(db, who.id)


async def test_a_change_and_the_end_reach_the_one_it_is_shown_to(
    alder: Node, birch: Node, pair: Two
) -> None:
    ana, ben = pair
    await shows(alder, ana, alder, birch)
    (mine,) = await alder.read(of, ana)
    draft = posting.Draft(
        title="Build two wheels", text="", kind="service", topic="repair", minutes=120,
        ends=mine.ends, terms=["timeCredit"], hidden=True,
    )  # fmt: skip
    await alder.write(posting.edit, ana.id, mine.id, draft)
    await settle(alder, birch)
    (seen,) = await sees(birch, ben, ana)
    assert (seen.title, seen.minutes, seen.reach) == ("Build two wheels", 120, "direct")

    await alder.write(posting.delete, ana.id, mine.id)
    await settle(alder, birch)
    assert await rows(birch) == []


async def test_two_who_see_one_notice_do_not_learn_of_each_other(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    ana, ben = pair
    other = await person(birch, "cleo")
    (mine,) = await alder.read(of, ana)
    wire.seen.clear()
    for one in (ben, other):
        await alder.write(showing.show, ana.id, mine.id, one.id)
    await alder.write(posting.renew, ana.id, mine.id)
    await settle(alder, birch)

    assert len(await sees(birch, other, ana)) == len(await sees(birch, ben, ana)) == 1
    for body in letters(wire.seen, birch.origin):
        assert not (ben.id.encode() in body and other.id.encode() in body)


@pytest.mark.parametrize("how", ["card", "leaves", "trust", "receiver"])
async def test_it_goes_with_the_card_the_member_and_the_trust(
    alder: Node, birch: Node, pair: Two, how: str
) -> None:
    from node.modules.listings.posting import erase

    ana, ben = pair
    await shows(alder, ana, alder, birch)
    assert await rows(birch) == [("Build a wheel", "direct")]
    if how == "card":
        await alder.write(cards.revoke, ana.id, await contact(alder, ana))
    elif how == "leaves":
        await alder.write(erase, ana.id)
    elif how == "receiver":
        await birch.write(erase, ben.id)
    else:
        await peers.end(alder, birch.origin)
    await settle(alder, birch)

    assert await rows(birch) == []


async def test_it_goes_with_the_other_side_s_card(alder: Node, birch: Node, pair: Two) -> None:
    ana, ben = pair
    await shows(alder, ana, alder, birch)
    await birch.write(cards.revoke, ben.id, await contact(birch, ben))
    await settle(alder, birch)
    await alder.write(cards.revoke, ana.id, await contact(alder, ana))
    await settle(alder, birch)

    assert await rows(birch) == []
    assert await alder.read(named.all_shown) == []


async def test_it_goes_when_the_cards_are_erased(
    alder: Node, birch: Node, pair: Two, clock: Clock
) -> None:
    ana, _ = pair
    await shows(alder, ana, alder, birch)
    assert len(await rows(birch)) == 1
    clock.advance(days=90, minutes=1)
    await settle(alder, birch)

    assert await rows(birch) == []
    assert await alder.read(named.all_shown) == []


@pytest.mark.parametrize("to", ["nobody of ours", "another member", "the member"])
async def test_an_end_is_for_whom_it_names_or_for_all(
    alder: Node, birch: Node, pair: Two, to: str
) -> None:
    from vocab.types import Delete, Tombstone

    ana, ben = pair
    cleo, eve = await person(birch, "cleo"), await person(birch, "eve")
    (mine,) = await alder.read(of, ana)
    for one in (ben, cleo):
        await alder.write(showing.show, ana.id, mine.id, one.id)
    await settle(alder, birch)
    whom = {"nobody of ours": birch.community.id, "another member": eve.id, "the member": ben.id}

    def end(unit: Unit) -> None:
        stone = Tombstone(id=mine.id, former_type="Note", deleted=unit.now)
        unit.send(Delete(id=unit.id("a"), actor=ana.id, object=stone, to=(whom[to],),
                         published=unit.now, handling="recipientsOnly"))  # fmt: skip

    await alder.write(end)
    await settle(alder, birch)

    left = [len(await sees(birch, one, ana)) for one in (ben, cleo)]
    assert left == {"nobody of ours": [0, 0], "another member": [1, 1], "the member": [0, 1]}[to]


async def test_what_a_stranger_or_somebody_blocked_shows_is_not_taken(
    alder: Node, birch: Node, pair: Two, make_node: Any
) -> None:
    ana, ben = pair
    cedar = await make_node("cedar")
    dora = await member(cedar, "dora")
    strange = await post(cedar, dora, "request")
    await cedar.write(showing.show, dora.id, strange.id, ben.id)
    await settle(cedar, birch, alder)
    assert await rows(birch) == []
    assert (await codes(birch, cedar) or await of_actor(birch, dora)) == ["E_NOT_TRUSTED"]

    await birch.write(moderation.block_for, ben, ana.id, is_host=False)
    await shows(alder, ana, alder, birch)
    assert await rows(birch) == []


async def of_actor(node: Node, who: Account) -> list[str]:
    from node.kernel.tables import letter

    wanted = select(letter.c.code).where(letter.c.actor == who.id, letter.c.code.is_not(None))
    return await node.read(lambda db: list(db.scalars(wanted)))


async def test_the_page_offers_it_and_the_other_finds_it(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    hers, his = await browse(alder, "ana"), await browse(birch, "ben")
    path = f"/introductions/{await contact(alder, pair[0])}/back"
    page = (await hers.get("/introductions")).text
    assert "Show them my notice" in page
    assert "Look at their notice" not in (await his.get("/introductions")).text

    await hers.post(path, {"say": "notice"}, form="/introductions")
    await settle(alder, birch)

    assert "They can read your notice" in (await hers.get("/introductions")).text
    page = (await his.get("/introductions")).text
    assert "Look at their notice" in page
    (seen,) = await sees(birch, pair[1], pair[0])
    assert "Answer it" in (await his.get(seen.path)).text
