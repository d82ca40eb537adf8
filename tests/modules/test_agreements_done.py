"""What was agreed is done, confirmed or doubted; other terms; here and between two nodes."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from federation import resolving, signing
from federation.signatures import Form, digests
from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.modules.agreements import doing, jobs, queries, settling, slots
from node.modules.agreements.rules import State
from node.modules.agreements.settling import Besides
from node.modules.agreements.tables import Agreement
from node.modules.follows import api as follows
from node.modules.ledger import queries as ledger
from node.modules.listings import api as listings
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.modules.meeting import post
from tests.modules.test_agreements import Browse, Two, two

__all__ = ["two"]


async def agreed(two: Two) -> None:
    """Ben said that he would do what Ana needs, and she said yes."""
    await two.answer()
    await two.ana_does(settling.accept)


async def both(two: Two) -> tuple[Agreement, Agreement]:
    (here, *_) = await two.home.read(queries.with_member, two.ana.id)
    (there, *_) = await two.away.read(queries.with_member, two.ben.id)
    return here, there


def alike(one: Agreement) -> tuple[object, ...]:
    """What has to be the same in both copies."""
    return (one.offer, one.id, one.proposer, one.interested, one.giver, one.unit, one.amount,
            one.back, one.due, dict(one.terms), one.state, one.spent)  # fmt: skip


async def test_done_confirmed_closed_and_thanked(two: Two) -> None:
    await agreed(two)
    with pytest.raises(Missing):
        await two.ana_does(doing.deliver, 60)
    await two.ben_does(doing.deliver, 90, "Four spokes were broken.")
    assert await two.states() == (State.DELIVERED, State.DELIVERED)
    (card, *_) = await slots.waiting(two.home, Viewer(account=two.ana, role="member"))
    assert card.title == "Ben says it is done. Is that right?"

    await two.ana_does(doing.confirm, "It runs like new.")

    assert await two.states() == (State.FULFILLED, State.FULFILLED)
    assert await two.lifecycle() == ("fulfilled", "fulfilled")
    here, there = await both(two)
    assert alike(here) == alike(there)
    assert there.spent == {"unit": "hour", "amount": "1.5"}
    said = [one.words for one in await two.away.read(queries.steps, there.offer)]
    assert said[:3] == ["", "", "Four spokes were broken."]
    with pytest.raises(Conflict):
        await two.ana_does(doing.confirm)
    (thanks,) = await two.away.read(queries.thanked, there.offer)
    assert (thanks.words, thanks.to, thanks.shown) == ("It runs like new.", two.ben.id, False)

    await two.ben_does(shown_as, True)
    ben = Viewer(account=two.ben, role="member")
    assert [card.text for card in await slots.shown(two.away, ben)] == ["It runs like new."]
    with pytest.raises(Conflict):
        await two.ana_does(shown_as, True)


def shown_as(unit, member: str, slug: str, shown: bool) -> None:
    doing.show_thanks(unit, member, slug, shown=shown)


async def test_what_is_wrong_stops_everything_until_the_two_agree(two: Two) -> None:
    await agreed(two)
    await two.ben_does(doing.deliver, 240)
    with pytest.raises(Invalid):
        await two.ana_does(doing.dispute, " ")
    await two.ana_does(doing.dispute, "It still wobbles.")
    assert await two.states() == (State.DISPUTED, State.DISPUTED)
    with pytest.raises(Missing):
        await two.ben_does(doing.confirm)

    await two.ana_does(settling.close, State.AGREED, "Once more on Friday.")
    assert await two.states() == (State.AGREED, State.AGREED)
    await two.ben_does(doing.deliver, 240)
    await two.ana_does(doing.confirm)

    assert await two.states() == (State.FULFILLED, State.FULFILLED)
    assert await two.home.read(ledger.total) == 0


async def test_silence_confirms_after_a_week_but_no_more_than_was_agreed(
    two: Two, clock: Clock
) -> None:
    await agreed(two)
    await two.ben_does(doing.deliver, 240)
    clock.advance(days=6, hours=1)
    await jobs.expire(two.home)
    await two.settle()
    assert await two.states() == (State.DELIVERED, State.DELIVERED)
    (card, *_) = await slots.waiting(two.home, Viewer(account=two.ana, role="member"))
    assert card.title == "Tomorrow it confirms itself: Ben did it"

    clock.advance(days=1)
    await jobs.expire(two.away)
    await jobs.expire(two.home)
    await two.settle()
    assert await two.states() == (State.FULFILLED, State.FULFILLED)


async def test_who_claims_more_waits_for_a_word(two: Two, clock: Clock) -> None:
    await agreed(two)
    await two.ben_does(doing.deliver, 300)
    clock.advance(days=8)
    await jobs.expire(two.home)
    await two.settle()

    assert await two.states() == (State.DELIVERED, State.DELIVERED)


async def test_other_terms_change_both_copies_alike(two: Two, clock: Clock) -> None:
    await two.answer(words="Saturday?")
    due = clock().replace(day=28)
    terms = Besides(due=due, where="By the gate", materials="I bring the spokes")
    await two.ana_does(doing.counter, 90, "Rather an hour and a half.", terms)

    here, there = await both(two)
    assert alike(here) == alike(there)
    assert (there.amount, there.proposer, there.giver) == ("1.5", two.ben.id, two.ben.id)
    assert (there.due, dict(there.terms)) == (due, terms.terms)
    assert await two.states() == (State.OFFERED, State.OFFERED)
    with pytest.raises(Missing):
        await two.ana_does(settling.accept)

    await two.ben_does(doing.counter, 120, "Two, then.", Besides(due=due))
    await two.ana_does(settling.accept)
    assert await two.states() == (State.AGREED, State.AGREED)
    assert await two.lifecycle() == ("agreed", "agreed")
    clock.advance(days=9)
    assert await two.states() == (State.UNDER_WAY, State.UNDER_WAY)
    await two.ben_does(doing.deliver, 120)
    await two.ana_does(doing.confirm)

    here, there = await both(two)
    assert alike(here) == alike(there)
    assert await two.states() == (State.FULFILLED, State.FULFILLED)
    assert await two.lifecycle() == ("fulfilled", "fulfilled")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("long", [0, -5, 6001])
async def test_a_length_that_cannot_be(two: Two, long: int) -> None:
    await two.answer()
    with pytest.raises(Invalid):
        await two.ana_does(doing.counter, long, "", Besides())
    await two.ana_does(settling.accept)
    with pytest.raises(Invalid):
        await two.ben_does(doing.deliver, long)
    assert await two.states() == (State.AGREED, State.AGREED)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_one_node_is_away_in_the_middle(two: Two, wire: Wire, clock: Clock) -> None:
    await agreed(two)
    wire.away.add(two.home.origin)
    await two.ben_does(doing.deliver, 240)
    wire.away.clear()
    wire.away.add(two.away.origin)
    for _ in range(6):
        clock.advance(hours=1)
        await two.settle()
    wire.away.clear()
    clock.advance(hours=2)
    await two.settle()
    await two.ana_does(doing.confirm)
    clock.advance(hours=2)
    await two.settle()

    assert await two.states() == (State.FULFILLED, State.FULFILLED)


async def offering(make_node: MakeNode) -> Two:
    """Ana offers something at her node, and Ben, who follows her from another, answers."""
    home, away = await make_node("alder"), await make_node("birch")
    ana, ben = await person(home, "ana", display="Ana"), await person(away, "ben", display="Ben")
    await away.write(follows.follow, ben, await resolving.account(away, ana.id))
    await settle(home, away)
    notice = await post(home, ana, "offer", reach="public")
    await settle(home, away)
    return Two(home, away, ana, ben, notice)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_both_timelines_say_who_did_it_and_when(
    make_node: MakeNode, wire: Wire, clock: Clock, browse: Browse
) -> None:
    two = await offering(make_node)
    await agreed(two)
    await two.ana_does(doing.deliver, 240)
    wire.away.add(two.home.origin)
    clock.advance(hours=3)
    said = clock()
    await two.ben_does(doing.confirm, "Lovely.")
    clock.advance(days=2)
    wire.away.clear()
    await two.settle()

    here, there = await both(two)
    steps = await two.home.read(queries.steps, here.offer)
    assert [(one.state, one.by) for one in steps[2:]] == [
        (State.DELIVERED, two.ana.id), (State.CONFIRMED, two.ben.id), (State.FULFILLED, None),
    ]  # fmt: skip
    assert (steps[3].at, steps[4].at) == (said, clock())
    assert steps == await two.away.read(queries.steps, there.offer)
    for node, who in ((two.home, "ana"), (two.away, "ben")):
        page = (await (await browse(node, who)).get((here if who == "ana" else there).path)).text
        assert "Both say that it is done" in page
        assert "said that it is done" not in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_confirms_itself_is_nobodys_word(
    make_node: MakeNode, clock: Clock, browse: Browse
) -> None:
    two = await offering(make_node)
    await agreed(two)
    await two.ana_does(doing.deliver, 240)
    clock.advance(days=7)
    await jobs.expire(two.away)
    await two.settle()

    for node, who in ((two.home, two.ana), (two.away, two.ben)):
        (held, *_) = await node.read(queries.with_member, who.id)
        steps = await node.read(queries.steps, held.offer)
        assert [(one.state, one.by) for one in steps[3:]] == [
            (State.CONFIRMED, None), (State.FULFILLED, None),
        ]  # fmt: skip
        page = (await (await browse(node, who.handle)).get(held.path)).text
        assert "Confirmed by itself, after seven days" in page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_gift_moves_no_time(two: Two) -> None:
    await agreed(two)
    await two.ben_does(gift)
    await two.ana_does(doing.confirm)

    assert await two.states() == (State.FULFILLED, State.FULFILLED)
    assert await two.home.read(ledger.held, two.ana.id) is None


def gift(unit, member: str, slug: str) -> Agreement:
    return doing.deliver(unit, member, slug, 240, gift=True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_in_the_browser_two_taps_a_step(alder, browse: Browse) -> None:
    ana, ben = await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")
    notice = await post(alder, ana, "request")
    bens, anas = await browse(alder, "ben"), await browse(alder, "ana")
    form = f"/agreements/new?about={notice.slug}"
    where = {"where": "By the gate", "due": "5 December 14:30"}
    assert (await bens.post(form, {"words": "Me!", **where})).status_code == 200
    (one,) = await alder.read(queries.with_member, ben.id)
    page = (await anas.get(one.path)).text
    assert "By the gate" in page

    async def says(who, **said: str):
        return await who.post(one.path, said)

    assert (await says(anas, say="other", minutes="much")).status_code == 422
    assert (await says(anas, say="other", minutes="2 h", along="Shorter")).status_code == 200
    assert "proposed other terms" in (await bens.get(one.path)).text
    assert (await says(anas, say="yes")).status_code == 404
    assert (await says(bens, say="yes")).status_code == 200
    assert "I did it" in (await bens.get(one.path)).text
    assert (await says(bens, say="delivered", took="101 h")).status_code == 422
    assert (await says(bens, say="delivered", took="2 h", told="Fine")).status_code == 200
    assert "Yes, confirm 2 h" in (await anas.get(one.path)).text
    assert (await says(anas, say="wrong")).status_code == 422
    assert (await says(anas, say="confirm", thanks="So kind.")).status_code == 200
    assert (await says(bens, say="show")).status_code == 200
    assert "So kind." in (await anas.get("/@ben")).text
    assert (await says(bens, say="hide")).status_code == 200
    assert "So kind." not in (await anas.get("/@ben")).text
    await settle(alder)
    assert "You gave Ana 2 h" in (await bens.get("/time")).text


async def test_who_was_helped_is_asked_about_their_own_notice(alder, browse: Browse) -> None:
    """Ana needs a repair, answers what Ben offers, and it is done: her need is still up."""
    ana, ben = await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")
    need = await post(alder, ana, "request", hidden=False, title="A wheel, bent")
    await post(alder, ana, "request", hidden=False, title="Somebody to sing with", topic="music")
    await post(alder, ana, "offer", hidden=False, title="Spokes to give away")
    offer = await post(alder, ben, "offer", hidden=False, title="Wheels mended")
    bens, anas = await browse(alder, "ben"), await browse(alder, "ana")
    await anas.post(f"/agreements/new?about={offer.slug}", {"words": "Mine!"})
    (one,) = await alder.read(queries.with_member, ben.id)
    await bens.post(one.path, {"say": "yes"})
    await bens.post(one.path, {"say": "delivered", "took": "1 h"})
    asked = "Is your own notice met with this?"
    assert asked not in (await anas.get(one.path)).text

    page = (await anas.post(one.path, {"say": "confirm"})).text

    assert page.count(asked) == 1
    assert f'href="{need.path}">A wheel, bent' in page
    assert asked not in (await bens.get(one.path)).text
    met = await anas.post(f"{need.path}/close", {"say": "met"}, form=one.path)
    assert "This has been met." in met.text
    assert asked not in (await anas.get(one.path)).text


async def test_only_who_was_answered_proposes_otherwise_and_about_the_same(
    make_node: MakeNode, wire: Wire
) -> None:
    """What birch's people may write into alder's inbox about an answer of Ben's."""
    two_ = await apart(make_node)
    alder, birch, ana, ben = two_.home, two_.away, two_.ana, two_.ben
    eve = await person(birch, "eve", display="Eve")
    made = await two_.answer()
    (first,) = [json.loads(body) for _, _, body in wire.seen if b'"Agreement"' in body]
    again = {**first, "context": made.offer}

    assert await told(birch, alder, eve, {**again, "id": f"{birch.origin}/a/eve"}) == "E_UNKNOWN"
    assert await told(birch, alder, ben, {**again, "id": f"{birch.origin}/a/ben"}) == "E_UNKNOWN"
    strange = {**again, "id": f"{birch.origin}/a/none", "context": f"{alder.origin}/a/none"}
    assert await told(birch, alder, ben, strange) == "E_UNKNOWN"
    assert await two_.states() == (State.OFFERED, State.OFFERED)

    await two_.ana_does(doing.counter, 120, "Shorter", Besides())
    (held, *_) = await alder.read(queries.with_member, ana.id)
    again = {**first, "context": held.offer}
    flow, back = (first["object"][key] for key in ("stipulates", "stipulatesReciprocal"))
    less = {**flow, "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "3"}}
    other = f"{alder.origin}/o/none"
    elsewhere = {
        "stipulates": {**flow, "satisfies": f"{other}#primary"},
        "stipulatesReciprocal": {**back, "satisfies": f"{other}#reciprocal"},
    }
    for number, (odd, code) in enumerate(
        (({"stipulates": less}, "E_QUANTITY"), (elsewhere, "E_SATISFIES"))
    ):
        document = {**again, "id": f"{birch.origin}/a/{number}",
                    "object": {**first["object"], **odd}}  # fmt: skip
        assert await told(birch, alder, ben, document) == code

    (now_is, *_) = await alder.read(queries.with_member, ana.id)
    assert (now_is.proposer, now_is.primary) == (held.proposer, held.primary)


async def told(one: Node, other: Node, who: Account, document: dict[str, Any]) -> str:
    """What a node makes of a letter that another's member signed: the code of its refusal."""
    said = {**document, "actor": who.id}
    by = await signing.signer(one, who.id)
    body = json.dumps(said).encode()
    headers = signing.posting(one, by, body, digests(body), Form.CAVAGE)
    answer = await one.network.post(f"{other.origin}/inbox", body, headers=headers)
    assert answer.status == 202
    await settle(one, other)
    kept = select(letter.c.code).where(letter.c.activity == said["id"], letter.c.way == "in")
    return str(await other.read(lambda db: db.scalar(kept)))


async def test_old_news_of_an_agreement_change_nothing(make_node: MakeNode, wire: Wire) -> None:
    two_ = await apart(make_node)
    await agreed(two_)
    await two_.ana_does(doing.dispute, "It still wobbles.")
    (old,) = [json.loads(body) for _, _, body in wire.seen if b'"disputed"' in body]
    await two_.ana_does(settling.close, State.AGREED, "We have talked.")
    assert await two_.states() == (State.AGREED, State.AGREED)

    late = {**old, "id": f"{two_.home.origin}/a/late"}

    assert await told(two_.home, two_.away, two_.ana, late) == "E_REVISION"
    assert await two_.states() == (State.AGREED, State.AGREED)


async def test_a_node_of_our_kind_says_how_it_stands_once_and_in_the_readers_language(
    make_node: MakeNode, browse: Browse
) -> None:
    """What other software calls it stands beside; ours has states that we know the words for."""
    two_ = await apart(make_node)
    await agreed(two_)
    await two_.ben_does(doing.deliver, 60)
    await two_.ana_does(doing.confirm, "")
    (there, *_) = await two_.away.read(queries.with_member, two_.ben.id)
    assert there.status == "Fulfilled"

    page = (await (await browse(two_.away, "ben")).get(there.path)).text

    assert "Done, with Ana" in page
    assert "They say" not in page


async def test_nobody_says_yes_with_the_agreement_of_another(
    make_node: MakeNode, wire: Wire
) -> None:
    two_ = await apart(make_node)
    cleo = await person(two_.home, "cleo", display="Cleo")
    await agreed(two_)
    (yes,) = [json.loads(body) for _, _, body in wire.seen if b'"Accept"' in body
              and b'"Agreement"' in body]  # fmt: skip
    community = await resolving.account(two_.away, two_.home.community.id)
    await two_.away.write(follows.follow, two_.ben, community)
    await two_.settle()
    hers = await post(two_.home, cleo, "request", reach="public")
    await two_.settle()
    seen = await two_.away.read(listings.listing, hers.id, listings.HERE)
    made = await two_.away.write(settling.answer, two_.ben.id, seen)
    await two_.settle()
    flows = {key: {**flow, "satisfies": flow["satisfies"].replace(two_.notice.id, hers.id)}
             for key, flow in yes["result"].items() if key.startswith("stipulates")}  # fmt: skip
    result = {**yes["result"], **flows, "attributedTo": cleo.id}
    forged = {**yes, "id": f"{two_.home.origin}/a/cleo", "object": made.offer, "result": result}

    assert await told(two_.home, two_.away, cleo, forged) == "E_OWNER"
    fine = {**result, "id": f"{two_.home.origin}/o/cleo"}
    fine |= {key: {**flow, "id": f"{fine['id']}#{key}"} for key, flow in flows.items()}
    honest = {**forged, "id": f"{two_.home.origin}/a/honest", "result": fine}
    assert await told(two_.home, two_.away, cleo, honest) == "None"


async def apart(make_node: MakeNode) -> Two:
    """Ana has a notice at alder, which Ben sees at birch."""
    alder, birch = await make_node("alder"), await make_node("birch")
    ana, ben = await person(alder, "ana", display="Ana"), await person(birch, "ben", display="Ben")
    await birch.write(follows.follow, ben, await resolving.account(birch, ana.id))
    await settle(alder, birch)
    notice = await post(alder, ana, "request", reach="public")
    await settle(alder, birch)
    return Two(alder, birch, ana, ben, notice)
