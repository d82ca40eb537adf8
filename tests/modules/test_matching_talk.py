"""Words between two who were matched and know nothing of each other: carried, counted, erased."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.kernel.unit import Unit
from node.modules.accounts import leaving as leaving_here
from node.modules.matching import (
    agreeing,
    introduced,
    introducing,
    leaving,
    queries,
    rules,
    showing,
    swapping,
    talking,
)
from node.modules.matching.introduced import Introduction, Letter
from node.modules.matching.objects import RelayedNote
from node.modules.matching.rules import State
from node.modules.matching.tables import relayed
from node.modules.moderation import api as moderation
from node.modules.moderation import queries as reports
from node.modules.peers import api as peers
from tests.again import again
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules.meeting import (
    asked_by,
    asked_of,
    befriend,
    crowd,
    holds,
    letters,
    matches,
    member,
    post,
)
from tests.servers import hidden_fields
from vocab.types import Create

Browse = Callable[..., Awaitable[Browser]]
Two = tuple[Account, Account]
ANA, BEN = "Ana Canary-Ferreira", "Ben Canary-Okafor"
ANAS_MAIL, BENS_PHONE = "ana-canary@mail.test", "+49 30 555 0199"
FIRST, BACK = "Would a canary Tuesday do?", "Tuesday is the canary of my week."


@pytest.fixture
async def pair(alder: Node, birch: Node) -> Two:
    """Ana needs at alder, Ben offers at birch; each node knows a handle at most."""

    async def meet() -> Two:
        ana, ben = await member(alder, "ana", ANA), await member(birch, "ben", BEN)
        for node in (alder, birch):
            await crowd(node)
        await alder.write(queries.set_contacts, ana.id, {"email": ANAS_MAIL})
        await birch.write(queries.set_contacts, ben.id, {"telephone": BENS_PHONE})
        await befriend(alder, birch)
        await post(birch, ben, "offer")
        await settle(alder, birch)
        await post(alder, ana, "request")
        await settle(alder, birch)
        return ana, ben

    return await again("Ana and Ben, matched", meet, alder, birch)


async def ask(alder: Node, birch: Node, pair: Two, message: str = "") -> Introduction:
    """Ana would write with whoever it is; what Ben is asked."""
    (found,) = await matches(alder, pair[0])
    await alder.write(
        introducing.introduce, pair[0].id, found.slug, means=(), message=message, talk=True
    )
    await settle(alder, birch)
    (asked,) = await asked_of(birch, pair[1])
    return asked


async def talk(alder: Node, birch: Node, pair: Two) -> "Two_":
    """Both said yes to words."""
    asked = await ask(alder, birch, pair)
    await birch.write(agreeing.agree, pair[1].id, asked.slug, means=("telephone",))
    await settle(alder, birch)
    return await one(alder, birch), await one(birch, alder)


Two_ = tuple[Introduction, Introduction]


async def one(node: Node, other: Node) -> Introduction:
    """The conversation as a node keeps it."""
    found = await node.read(introduced.with_node, other.community.service)
    (held,) = [each for each in found if each.is_talk]
    return held


async def says(node: Node, who: Account, slug: str, text: str) -> None:
    await node.write(talking.write, who.id, slug, text)


async def words(node: Node) -> list[tuple[bool, str]]:
    """Every letter that a node keeps: ours or theirs, and its words."""

    def look(unit: Unit) -> list[tuple[bool, str]]:
        found = unit.db.execute(select(relayed).order_by(relayed.c.at, relayed.c.id))
        return [(row.ours, row.text) for row in found]

    return await node.write(look)


async def nowhere(node: Node, *said: str) -> bool:
    """Whether no table of a node holds any of these words."""
    kept = await words(node)
    return not any(each in text for _, text in kept for each in said) and not any(
        [await holds(node, each) for each in said]
    )


async def codes(node: Node, other: Node) -> list[str]:
    """What a node refused of another's letters."""
    wanted = select(letter.c.code).where(
        letter.c.way == "in", letter.c.actor == other.community.service, letter.c.code.is_not(None)
    )
    return await node.read(lambda db: list(db.scalars(wanted)))


def note(node: Node, other: Node, held: Introduction, text: str, **more: Any) -> Create:
    """A letter as a node would carry it, whoever made it."""
    us = node.community.service
    said = {
        "id": f"{node.origin}/o/{abs(hash(text))}", "attributed_to": us, "context": held.id,
        "content": f"<p>{text}</p>", "published": node.now(), "to": (other.community.service,),
        "handling": "recipientsOnly",
    }  # fmt: skip
    made = RelayedNote(**{**said, **more})
    return Create(id=f"{made.id}/a", actor=us, object=made, to=made.to, published=node.now())


async def sends(node: Node, activity: Create) -> None:
    """A node that keeps no rules of its own sends it."""
    await node.write(lambda unit: unit.send(activity))


# To words, and to and fro -----------------------------------------------------------------------


async def test_both_say_yes_and_write_and_neither_learns_who(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    wire.seen.clear()
    hers, his = await talk(alder, birch, pair)
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)
    await says(birch, pair[1], his.slug, BACK)
    await settle(alder, birch)

    assert await words(alder) == [(True, FIRST), (False, BACK)]
    assert await words(birch) == [(False, FIRST), (True, BACK)]
    crossed = b"".join(body for _, _, body in wire.seen)
    assert FIRST.encode() in crossed
    for secret in (ANA, BEN, ANAS_MAIL, BENS_PHONE, "/u/ana", "/u/ben", "Build a wheel"):
        assert secret.encode() not in crossed
    for node, secret in ((birch, "/u/ana"), (birch, ANA), (alder, "/u/ben"), (alder, BEN)):
        assert not await holds(node, secret)


async def test_a_letter_is_of_a_node_to_a_node_and_says_no_more_than_words(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    hers, _ = await talk(alder, birch, pair)
    wire.seen.clear()
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)

    (sent,) = [json.loads(body) for body in letters(wire.seen, birch.origin)]
    assert (sent["type"], sent["actor"]) == ("Create", alder.community.service)
    assert sent["to"] == [birch.community.service]
    assert sent["object"].keys() == {
        "id", "type", "kind", "attributedTo", "context", "content", "published", "to", "handling",
    }  # fmt: skip
    assert sent["object"]["attributedTo"] == alder.community.service
    assert sent["object"]["context"] == hers.id


async def test_words_are_in_no_letter_once_they_are_delivered(
    alder: Node, birch: Node, pair: Two
) -> None:
    hers, _ = await talk(alder, birch, pair)
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)

    for node in (alder, birch):
        assert not await holds(node, FIRST), "letters, jobs and the log keep no word of it"
        assert [text for _, text in await words(node)] == [FIRST]


async def test_a_page_cannot_read_what_two_write(alder: Node, birch: Node, pair: Two) -> None:
    hers, _ = await talk(alder, birch, pair)
    await says(alder, pair[0], hers.slug, FIRST)

    with pytest.raises(Exception, match=r"(?i)prohibited|not authorized|permission denied"):
        await alder.read(introduced.letters, hers.id)


async def test_the_same_letter_twice_is_one(alder: Node, birch: Node, pair: Two) -> None:
    hers, _ = await talk(alder, birch, pair)
    twice = note(alder, birch, hers, FIRST)
    await sends(alder, twice)
    await settle(alder, birch)
    await sends(alder, Create(**{**vars(twice), "id": f"{twice.id}-again"}))
    await settle(alder, birch)

    assert await words(birch) == [(False, FIRST)]


async def test_a_letter_of_days_ago_arrives_with_the_others(
    alder: Node, birch: Node, pair: Two, wire: Wire, clock: Clock
) -> None:
    """Whoever was away gets what was written meanwhile, however much came at once."""
    hers, _ = await talk(alder, birch, pair)
    wire.away.add(birch.origin)
    for day in range(3):
        for number in range(rules.LETTERS_A_DAY - 2):
            await says(alder, pair[0], hers.slug, f"Day {day}, letter {number}")
        clock.advance(days=1, minutes=1)
        await settle(alder)
    wire.away.clear()
    for _ in range(30):
        clock.advance(hours=1)
        await settle(alder, birch)

    assert len(await words(birch)) == 3 * (rules.LETTERS_A_DAY - 2)


async def test_a_letter_that_overtakes_the_yes_waits_for_it(
    alder: Node, birch: Node, pair: Two, wire: Wire, clock: Clock
) -> None:
    from tests.modules.test_matching_nodes import Gate

    asked = await ask(alder, birch, pair)
    gate = wire.apps[alder.origin] = Gate(wire.apps[alder.origin], b'"Accept"')
    await birch.write(agreeing.agree, pair[1].id, asked.slug, means=())
    await says(birch, pair[1], asked.slug, BACK)
    await settle(alder, birch)
    assert gate.held
    assert await words(alder) == []

    gate.word = b"nothing is held back any more"
    for _ in range(20):
        clock.advance(minutes=10)
        await settle(alder, birch)

    assert await words(alder) == [(False, BACK)]


# What is refused ----------------------------------------------------------------------------


async def test_a_no_to_words_looks_like_silence(
    alder: Node, birch: Node, pair: Two, wire: Wire, clock: Clock
) -> None:
    asked = await ask(alder, birch, pair)
    (before,) = await asked_by(alder, pair[0])
    wire.seen.clear()
    await birch.write(agreeing.decline, pair[1].id, asked.slug)
    await settle(alder, birch)

    assert wire.seen == []
    assert await asked_by(alder, pair[0]) == [before]
    with pytest.raises(Missing):
        await says(birch, pair[1], asked.slug, BACK)
    clock.advance(days=14, minutes=1)
    await settle(alder, birch)
    assert letters(wire.seen, alder.origin) == []


async def test_nobody_writes_before_both_said_yes(alder: Node, birch: Node, pair: Two) -> None:
    asked = await ask(alder, birch, pair)
    (hers,) = await asked_by(alder, pair[0])

    for node, who, slug in ((alder, pair[0], hers.slug), (birch, pair[1], asked.slug)):
        with pytest.raises(Missing):
            await says(node, who, slug, FIRST)
    await sends(alder, note(alder, birch, hers, FIRST))
    await settle(alder, birch)
    assert await words(birch) == []
    assert await codes(birch, alder) == ["E_STATE"]

    await birch.write(agreeing.agree, pair[1].id, asked.slug, means=())
    await settle(alder, birch)
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)
    assert await words(birch) == [(False, FIRST)]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (rules.MESSAGE + 1)])
async def test_nothing_and_too_much_are_not_sent(
    alder: Node, birch: Node, pair: Two, text: str
) -> None:
    hers, _ = await talk(alder, birch, pair)

    with pytest.raises(Invalid):
        await says(alder, pair[0], hers.slug, text)
    assert await words(alder) == []

    await says(alder, pair[0], hers.slug, "x" * rules.MESSAGE)
    await settle(alder, birch)
    assert await words(birch) == [(False, "x" * rules.MESSAGE)]


async def test_ten_a_day_and_again_tomorrow(
    alder: Node, birch: Node, pair: Two, clock: Clock
) -> None:
    hers, _ = await talk(alder, birch, pair)
    for number in range(rules.LETTERS_A_DAY):
        await says(alder, pair[0], hers.slug, f"Letter {number}")
    with pytest.raises(Invalid, match="E_RATE"):
        await says(alder, pair[0], hers.slug, "One more")
    assert len(await words(alder)) == rules.LETTERS_A_DAY

    clock.advance(days=1, minutes=1)
    await says(alder, pair[0], hers.slug, "One more")
    await settle(alder, birch)
    assert len(await words(birch)) == rules.LETTERS_A_DAY + 1


async def test_a_node_that_keeps_no_count_is_counted(alder: Node, birch: Node, pair: Two) -> None:
    hers, _ = await talk(alder, birch, pair)
    for number in range(rules.LETTERS_A_DAY + 2):
        await sends(alder, note(alder, birch, hers, f"Letter {number}"))
    await settle(alder, birch)

    assert len(await words(birch)) == rules.LETTERS_A_DAY
    assert await codes(birch, alder) == ["E_RATE", "E_RATE"]


async def test_what_is_no_letter_of_theirs_is_refused(
    alder: Node, birch: Node, pair: Two, make_node: Any
) -> None:
    hers, _ = await talk(alder, birch, pair)
    cedar = await make_node("cedar")
    await befriend(cedar, birch)
    strange = f"{alder.origin}/o/nothing"
    for node, more, code in (
        (cedar, {}, "E_UNKNOWN"),
        (alder, {"context": strange}, "E_UNKNOWN"),
        (alder, {"content": f"<p>{'x' * (rules.MESSAGE + 1)}</p>"}, "E_TOO_LONG"),
    ):
        await sends(node, note(node, birch, hers, f"{node.origin} {sorted(more)}", **more))
        await settle(alder, birch, cedar)
        assert (await codes(birch, node))[-1] == code
    assert await words(birch) == []

    await sends(alder, note(alder, birch, hers, FIRST))
    await settle(alder, birch)
    assert await words(birch) == [(False, FIRST)]


async def test_a_member_cannot_write_as_the_node(alder: Node, birch: Node, pair: Two) -> None:
    hers, _ = await talk(alder, birch, pair)
    forged = note(alder, birch, hers, FIRST)

    with pytest.raises(Refused, match="E_OWNER"):
        await alder.write(
            lambda unit: unit.perform(Create(**{**vars(forged), "actor": pair[0].id}), pair[0])
        )

    assert await words(birch) == []


async def test_no_card_comes_where_both_said_yes_to_words_alone(
    alder: Node, birch: Node, pair: Two
) -> None:
    from node.modules.matching.objects import ContactCard

    hers, his = await talk(alder, birch, pair)
    us = alder.community.service
    card = ContactCard(
        id=f"{alder.origin}/o/card", attributed_to=us, introduction=his.reply, name=ANA,
        party="requestingSide", describes=pair[0].id, published=alder.now(), end_time=hers.ends,
        to=(birch.community.service,), handling="recipientsOnly",
    )  # fmt: skip
    told = Create(id=f"{us}/a", actor=us, object=card, to=card.to, published=alder.now())
    await sends(alder, Create(**{**vars(told), "id": f"{alder.origin}/a/card"}))
    await settle(alder, birch)

    assert await codes(birch, alder) == ["E_CONSENT"]
    assert not await holds(birch, ANA)


async def test_a_node_that_carries_no_letters_is_not_asked(
    alder: Node, birch: Node, pair: Two
) -> None:
    (found,) = await matches(alder, pair[0])

    def forget(unit: Unit) -> None:
        from sqlalchemy import update

        from node.kernel.tables import account

        service = unit.account(birch.community.service)
        assert service is not None
        said = [one for one in service.document["implements"] if one["href"] != rules.TALKS]
        whole = {**service.document, "implements": said}
        unit.db.execute(update(account).where(account.c.id == service.id).values(document=whole))

    await alder.write(forget)
    said: Any = {"means": (), "message": "", "talk": True}
    with pytest.raises(Conflict, match="E_UNSUPPORTED"):
        await alder.write(introducing.introduce, pair[0].id, found.slug, **said)
    await settle(alder, birch)

    assert await asked_of(birch, pair[1]) == []
    await alder.write(introducing.introduce, pair[0].id, found.slug, means=(), message="")
    await settle(alder, birch)
    assert len(await asked_of(birch, pair[1])) == 1


async def test_among_members_everybody_is_named_anyway(alder: Node, birch: Node) -> None:
    ana, ben = await member(alder, "ana", ANA), await member(alder, "ben", BEN)
    await post(alder, ben, "offer")
    await post(alder, ana, "request")
    await settle(alder, birch)
    (found,) = [one for one in await matches(alder, ana) if one.other]

    with pytest.raises(Conflict):
        await alder.write(
            introducing.introduce, ana.id, found.slug, means=(), message="", talk=True
        )

    assert await asked_of(alder, ben) == []


# Cards after words --------------------------------------------------------------------------


async def test_either_asks_for_cards_and_both_must_want_them(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    _hers, his = await talk(alder, birch, pair)
    await birch.write(swapping.swap, pair[1].id, his.slug, means=("telephone",))
    await settle(alder, birch)
    (asked,) = await asked_of(alder, pair[0])
    assert not await holds(alder, BEN)
    assert not await holds(alder, BENS_PHONE)

    await alder.write(agreeing.agree, pair[0].id, asked.slug, means=())
    await settle(alder, birch)

    (for_ana,) = (await alder.read(introduced.held_by, pair[0].id)).values()
    (for_ben,) = (await birch.read(introduced.held_by, pair[1].id)).values()
    assert (for_ana.name, for_ana.means) == (BEN, {"telephone": BENS_PHONE})
    assert (for_ben.name, for_ben.means) == (ANA, {})


async def test_a_no_to_cards_looks_like_silence_and_the_words_go_on(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    hers, his = await talk(alder, birch, pair)
    await birch.write(swapping.swap, pair[1].id, his.slug, means=())
    await settle(alder, birch)
    (asked,) = await asked_of(alder, pair[0])
    wire.seen.clear()

    await alder.write(agreeing.decline, pair[0].id, asked.slug)
    await settle(alder, birch)
    assert wire.seen == []
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)

    assert await words(birch) == [(False, FIRST)]
    with pytest.raises(Conflict, match="E_ASKED"):
        await birch.write(swapping.swap, pair[1].id, his.slug, means=())
    assert await birch.read(introduced.held_by, pair[1].id) == {}


async def test_two_wishes_that_cross_are_two_yeses(alder: Node, birch: Node, pair: Two) -> None:
    hers, his = await talk(alder, birch, pair)
    await alder.write(swapping.swap, pair[0].id, hers.slug, means=("email",))
    await birch.write(swapping.swap, pair[1].id, his.slug, means=("telephone",))
    await settle(alder, birch)

    (for_ana,) = (await alder.read(introduced.held_by, pair[0].id)).values()
    (for_ben,) = (await birch.read(introduced.held_by, pair[1].id)).values()
    assert (for_ana.means, for_ben.means) == ({"telephone": BENS_PHONE}, {"email": ANAS_MAIL})
    assert await asked_of(alder, pair[0]) == await asked_of(birch, pair[1]) == []


async def test_the_second_wish_is_the_answer_to_the_first(
    alder: Node, birch: Node, pair: Two
) -> None:
    hers, his = await talk(alder, birch, pair)
    await birch.write(swapping.swap, pair[1].id, his.slug, means=())
    await settle(alder, birch)

    held = await alder.write(swapping.swap, pair[0].id, hers.slug, means=("email",))
    await settle(alder, birch)

    assert held.way == "in"
    assert len(await birch.read(introduced.held_by, pair[1].id)) == 1


async def test_a_yes_after_a_no_is_the_answer_to_the_first(
    alder: Node, birch: Node, pair: Two, wire: Wire
) -> None:
    hers, his = await talk(alder, birch, pair)
    await birch.write(swapping.swap, pair[1].id, his.slug, means=())
    await settle(alder, birch)
    (asked,) = await asked_of(alder, pair[0])
    await alder.write(agreeing.decline, pair[0].id, asked.slug)
    wire.seen.clear()

    held = await alder.write(swapping.swap, pair[0].id, hers.slug, means=("email",))
    await settle(alder, birch)

    assert held.way == "in"
    sent = [json.loads(body)["type"] for body in letters(wire.seen, birch.origin)]
    assert sent == ["Accept", "Create"], "as if there had been no no"
    (for_ana,) = (await alder.read(introduced.held_by, pair[0].id)).values()
    (for_ben,) = (await birch.read(introduced.held_by, pair[1].id)).values()
    assert (for_ana.name, for_ben.means) == (BEN, {"email": ANAS_MAIL})


async def test_what_the_other_side_ended_is_not_called_taken_back(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    hers, his = await talk(alder, birch, pair)
    await alder.write(swapping.swap, pair[0].id, hers.slug, means=())
    await settle(alder, birch)
    ana = await browse(alder, "ana")
    page = f"/introductions/{hers.slug}/words"
    assert "Take my yes back" in (await ana.get(page)).text
    await birch.write(talking.end, pair[1].id, his.slug)
    await settle(alder, birch)

    assert "You took it back." not in (await ana.get("/introductions")).text
    assert "is over" in (await ana.get(page)).text


async def test_a_yes_to_cards_is_taken_back_on_the_page_of_the_words(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    hers, _ = await talk(alder, birch, pair)
    ask_ = await alder.write(swapping.swap, pair[0].id, hers.slug, means=())
    await settle(alder, birch)
    ana, page = await browse(alder, "ana"), f"/introductions/{hers.slug}/words"

    await ana.post(f"/introductions/{ask_.slug}/back", {"say": "yes"}, form=page)
    await settle(alder, birch)

    assert await asked_of(birch, pair[1]) == []


async def test_a_stranger_to_the_conversation_cannot_ask_for_cards_in_it(
    alder: Node, birch: Node, pair: Two, make_node: Any
) -> None:
    hers, _ = await talk(alder, birch, pair)
    cedar = await make_node("cedar")
    await befriend(cedar, birch)

    def forge(unit: Unit) -> None:
        us, to = cedar.community.service, birch.community.service
        about = {"context": hers.id}
        offer, _told = introducing.offered(unit, us, to, rules.told(()), "", about)
        unit.send(offer)

    await cedar.write(forge)
    await settle(alder, birch, cedar)

    assert await asked_of(birch, pair[1]) == []
    assert await codes(birch, cedar) == ["E_UNKNOWN"]


# The end ------------------------------------------------------------------------------------


async def both_wrote(alder: Node, birch: Node, pair: Two) -> Two_:
    hers, his = await talk(alder, birch, pair)
    await says(alder, pair[0], hers.slug, FIRST)
    await says(birch, pair[1], his.slug, BACK)
    await settle(alder, birch)
    return hers, his


@pytest.mark.parametrize("who", ["hers", "his"])
async def test_whoever_ends_it_the_words_are_gone_on_both_nodes(
    alder: Node, birch: Node, pair: Two, who: str
) -> None:
    hers, his = await both_wrote(alder, birch, pair)
    assert len(await words(alder)) == len(await words(birch)) == 2
    if who == "hers":
        await alder.write(talking.end, pair[0].id, hers.slug)
    else:
        await birch.write(talking.end, pair[1].id, his.slug)
    await settle(alder, birch)

    assert (await one(alder, birch)).state is (await one(birch, alder)).state is State.REVOKED
    for node, me, slug in ((alder, pair[0], hers.slug), (birch, pair[1], his.slug)):
        assert await nowhere(node, FIRST, BACK)
        with pytest.raises(Conflict):
            await says(node, me, slug, "Still there?")


async def test_a_letter_that_waits_is_not_sent_once_it_is_over(
    alder: Node, birch: Node, pair: Two, wire: Wire, clock: Clock
) -> None:
    hers, _ = await talk(alder, birch, pair)
    wire.away.add(birch.origin)
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder)
    await alder.write(talking.end, pair[0].id, hers.slug)
    assert await nowhere(alder, FIRST)
    wire.away.clear()
    wire.seen.clear()
    for _ in range(20):
        clock.advance(hours=1)
        await settle(alder, birch)

    assert not [body for _, _, body in wire.seen if FIRST.encode() in body]
    assert (await one(birch, alder)).state is State.REVOKED


async def test_it_ends_by_itself_after_three_weeks(
    alder: Node, birch: Node, pair: Two, clock: Clock
) -> None:
    hers, _ = await both_wrote(alder, birch, pair)
    clock.advance(days=20)
    await settle(alder, birch)
    assert len(await words(birch)) == 2

    clock.advance(days=1, minutes=1)
    await settle(alder, birch)

    for node in (alder, birch):
        assert await nowhere(node, FIRST, BACK)
    await sends(alder, note(alder, birch, hers, "Still there?"))
    await settle(alder, birch)
    assert await words(birch) == []
    assert (await codes(birch, alder))[-1] == "E_STATE"


async def test_the_end_of_trust_erases_it(alder: Node, birch: Node, pair: Two) -> None:
    await both_wrote(alder, birch, pair)
    await peers.end(birch, alder.origin)
    await settle(alder, birch)

    for node in (alder, birch):
        assert await nowhere(node, FIRST, BACK)


@pytest.mark.parametrize("whom", ["host", "service", "card"])
async def test_who_blocks_them_ends_it_on_both_nodes(
    alder: Node, birch: Node, pair: Two, whom: str
) -> None:
    hers, his = await both_wrote(alder, birch, pair)
    if whom == "card":
        await alder.write(swapping.swap, pair[0].id, hers.slug, means=())
        await settle(alder, birch)
        await birch.write(swapping.swap, pair[1].id, his.slug, means=())
        await settle(alder, birch)
    subject = {"host": "alder.test", "service": alder.community.service, "card": pair[0].id}
    await birch.write(moderation.block_for, pair[1], subject[whom], is_host=whom == "host")
    await settle(alder, birch)

    for node, other in ((alder, birch), (birch, alder)):
        assert (await one(node, other)).state is State.REVOKED
        assert await nowhere(node, FIRST, BACK)
    with pytest.raises(Conflict):
        await says(birch, pair[1], his.slug, "No")


async def test_a_block_of_somebody_else_leaves_it(alder: Node, birch: Node, pair: Two) -> None:
    await both_wrote(alder, birch, pair)
    other = await person(birch, "cleo")
    eve = await person(alder, "eve")
    await birch.write(moderation.block_for, other, "alder.test", is_host=True)
    await birch.write(moderation.block_for, pair[1], other.id, is_host=False)
    await alder.write(moderation.block_for, eve, "birch.test", is_host=True)
    await settle(alder, birch)

    assert len(await words(alder)) == len(await words(birch)) == 2


async def test_what_the_community_shuts_out_is_erased_here(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    from node.modules.accounts import api as accounts

    _, his = await both_wrote(alder, birch, pair)
    keeper = (await birch.read(accounts.admins))[0].id
    await birch.write(moderation.refuse, "alder.test", is_host=True, by=keeper, reason="Spam")
    await settle(alder, birch)

    assert await nowhere(birch, FIRST, BACK)
    page = (await (await browse(birch, "ben")).get(f"/introductions/{his.slug}/words")).text
    assert "is over, and its words are erased" in page


async def test_erased_is_said_only_where_it_is_so(
    alder: Node, birch: Node, pair: Two, browse: Browse, clock: Clock
) -> None:
    _, his = await both_wrote(alder, birch, pair)
    clock.advance(days=21, minutes=1)
    ben = await browse(birch, "ben")
    page = (await ben.get(f"/introductions/{his.slug}/words")).text
    assert "are erased.</p>" not in page.replace("End it, and its words are erased.", "")
    assert "End it" in page
    assert "its words are erased." not in (await ben.get("/introductions")).text

    await ben.post(f"/introductions/{his.slug}/end", {}, form=f"/introductions/{his.slug}/words")
    page = (await ben.get(f"/introductions/{his.slug}/words")).text
    assert "is over, and its words are erased" in page
    assert "End it" not in page


async def test_no_letter_and_no_card_of_who_is_suspended(
    alder: Node, birch: Node, pair: Two
) -> None:
    from node.modules.accounts import api as accounts

    hers, his = await both_wrote(alder, birch, pair)
    await alder.write(swapping.swap, pair[0].id, hers.slug, means=("email",))
    await settle(alder, birch)
    (asked,) = await asked_of(birch, pair[1])
    await alder.write(accounts.suspend, pair[0].id)
    await says(birch, pair[1], his.slug, "Are you there?")
    await birch.write(agreeing.agree, pair[1].id, asked.slug, means=("telephone",))
    await settle(alder, birch)

    assert [text for _, text in await words(alder)] == [FIRST, BACK]
    assert await birch.read(introduced.held_by, pair[1].id) == {}
    assert await alder.read(introduced.held_by, pair[0].id) == {}
    assert not await holds(birch, ANAS_MAIL)
    assert not await holds(alder, BENS_PHONE)


@pytest.mark.parametrize("who", ["asks", "is asked"])
async def test_who_leaves_takes_the_words_along(
    alder: Node, birch: Node, pair: Two, who: str
) -> None:
    await both_wrote(alder, birch, pair)
    if who == "asks":
        await alder.write(leaving.erase, pair[0].id)
    else:
        await birch.write(leaving.erase, pair[1].id)
    await settle(alder, birch)

    for node in (alder, birch):
        assert await nowhere(node, FIRST, BACK)


async def test_another_node_cannot_end_it(
    alder: Node, birch: Node, pair: Two, make_node: Any
) -> None:
    from vocab.types import Delete, Tombstone

    hers, his = await both_wrote(alder, birch, pair)
    cedar = await make_node("cedar")
    await befriend(cedar, birch)
    for id in (hers.id, his.reply):
        stone = Tombstone(id=id, former_type="Introduction", deleted=cedar.now())
        end = Delete(
            id=f"{cedar.origin}/a/{id[-5:]}", actor=cedar.community.service, object=stone,
            to=(birch.community.service,), published=cedar.now(), handling="recipientsOnly",
        )  # fmt: skip
        await cedar.write(lambda unit, end=end: unit.send(end))
    await settle(alder, birch, cedar)

    assert (await one(birch, alder)).state is State.AGREED
    assert len(await words(birch)) == 2


async def test_a_restart_keeps_what_was_written(
    alder: Node, birch: Node, pair: Two, make_node: Any
) -> None:
    await both_wrote(alder, birch, pair)

    alder, birch = await again("both wrote", _same(alder, birch), alder, birch)

    assert [text for _, text in await words(birch)] == [FIRST, BACK]


def _same(*nodes: Node) -> Any:
    async def made() -> tuple[Node, ...]:
        return nodes

    return made


# Keepers and the member's own --------------------------------------------------------------------


async def test_keepers_see_a_letter_only_if_whoever_got_it_shows_it(
    alder: Node, birch: Node, pair: Two
) -> None:
    _hers, his = await both_wrote(alder, birch, pair)
    (theirs,) = [one_ for one_ in await kept(birch, his) if not one_.ours]
    (own,) = [one_ for one_ in await kept(birch, his) if one_.ours]
    assert not await holds(birch, FIRST)
    for letter_ in (own.id, "https://nowhere.test/o/1"):
        with pytest.raises(Missing):
            await birch.write(talking.report, pair[1].id, his.slug, letter_, key="no", words="")
    assert await birch.read(lambda db: reports.reports(db, closed=False)) == []

    await birch.write(
        talking.report, pair[1].id, his.slug, theirs.id, key="report-1", words="It is rude."
    )

    (found,) = await birch.read(lambda db: reports.reports(db, closed=False))
    assert "It is rude." in found.words
    assert FIRST in found.words
    assert BACK not in found.words
    assert found.by == pair[1].id


async def test_a_letter_shown_twice_is_one_report(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    _, his = await both_wrote(alder, birch, pair)
    (theirs,) = [one_ for one_ in await kept(birch, his) if not one_.ours]
    ben, path = await browse(birch, "ben"), f"/introductions/{his.slug}"
    said = {"letter": theirs.id, "words": "It is rude.", "once": "one-form"}
    for _ in range(2):
        await ben.post(f"{path}/show", said, form=f"{path}/words")

    assert len(await birch.read(lambda db: reports.reports(db, closed=False))) == 1
    await ben.post(f"{path}/show", {**said, "once": "another"}, form=f"{path}/words")
    assert len(await birch.read(lambda db: reports.reports(db, closed=False))) == 2


async def kept(node: Node, held: Introduction) -> list[Letter]:
    return await node.write(lambda unit: introduced.letters(unit.db, held.id))


async def test_my_data_hold_what_i_wrote_and_not_what_they_did(
    alder: Node, birch: Node, pair: Two
) -> None:
    await both_wrote(alder, birch, pair)

    mine = json.dumps(await alder.write(leaving_here.downloaded, pair[0].id))

    assert FIRST in mine
    assert BACK not in mine


# Pages --------------------------------------------------------------------------------------


async def test_the_whole_path_in_the_browser(
    alder: Node, birch: Node, pair: Two, browse: Browse
) -> None:
    ana, ben = await browse(alder, "ana"), await browse(birch, "ben")
    (found,) = await matches(alder, pair[0])
    page = (await ana.get(f"/match/{found.slug}")).text
    assert "First a few words" in page
    await ana.post(f"/match/{found.slug}", {"say": "talk", "message": "Hello from a canary"})
    await settle(alder, birch)

    assert "would write with you, without names" in (await ben.get("/")).text
    (asked,) = await asked_of(birch, pair[1])
    page = (await ben.get(f"/introductions/{asked.slug}")).text
    assert "Hello from a canary" in page
    assert ANA not in page
    await ben.post(f"/introductions/{asked.slug}", {"say": "yes"})
    await settle(alder, birch)

    path = f"/introductions/{(await one(alder, birch)).slug}"
    assert "waits for your words" in (await ana.get("/")).text
    assert "No words yet" in (await ana.get(f"{path}/words")).text
    wrong = await ana.post(f"{path}/words", {"text": ""})
    assert wrong.status_code == 422
    await ana.post(f"{path}/words", {"text": FIRST})
    await settle(alder, birch)
    his = f"/introductions/{asked.slug}"
    assert FIRST in (await ben.get(f"{his}/words")).text
    await ben.post(f"{his}/words", {"text": BACK})
    await ben.post(f"{his}/cards", {}, form=f"{his}/words")
    await settle(alder, birch)
    page = (await ana.get(f"{path}/words")).text
    assert BACK in page
    assert "They would swap cards" in page
    (asked,) = await asked_of(alder, pair[0])
    await ana.post(f"/introductions/{asked.slug}", {"means": "email", "say": "yes"})
    await settle(alder, birch)
    assert ANAS_MAIL in (await ben.get("/introductions")).text
    await ana.post(f"{path}/end", {}, form=f"{path}/words")
    await settle(alder, birch)
    for who, where in ((ana, path), (ben, his)):
        page = (await who.get(f"{where}/words")).text
        assert "is over" in page
        assert FIRST not in page


async def test_nobody_else_opens_it(alder: Node, birch: Node, pair: Two, browse: Browse) -> None:
    hers, _ = await both_wrote(alder, birch, pair)
    await person(alder, "eve")
    eve, path = await browse(alder, "eve"), f"/introductions/{hers.slug}"
    before = await words(alder)

    assert (await eve.get(f"{path}/words")).status_code == 404
    token = hidden_fields((await eve.get("/me/contact")).text, "/me/contact")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    for act, said in (
        ("words", {"text": "Me too"}), ("cards", {}), ("end", {}), ("show", {"letter": "x"}),
    ):  # fmt: skip
        answer = await eve.client.post(f"{path}/{act}", data={**token, **said}, headers=headers)
        assert answer.status_code == 404
    assert await words(alder) == before
    assert (await one(alder, birch)).state is State.AGREED


async def test_the_first_page_says_who_waits(alder: Node, birch: Node, pair: Two) -> None:
    from node.kernel.access import Viewer

    hers, his = await talk(alder, birch, pair)
    viewer = Viewer(account=pair[1], role="member")
    assert await birch.read(showing.heard, viewer, birch.now()) == []
    await says(alder, pair[0], hers.slug, FIRST)
    await settle(alder, birch)
    assert len(await birch.read(showing.heard, viewer, birch.now())) == 1

    await says(birch, pair[1], his.slug, BACK)

    assert await birch.read(showing.heard, viewer, birch.now()) == []
