"""The handshake of FEP-0837 with a server that knows nothing of ours, as Mitra speaks it."""

from typing import Any

import pytest

from node.kernel.errors import Conflict, Missing
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.agreements import queries, rules, settling
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from node.modules.listings import posting
from node.modules.listings.api import Notice
from node.modules.moderation import api as moderation
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.strangers import PUBLIC, Actor
from tests.modules.market import Market, received
from tests.modules.meeting import post
from tests.modules.test_agreements import Browse


@pytest.fixture(scope="session")
def stranger_keys() -> list[Keys]:
    return [make_keys() for _ in range(2)]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder")


@pytest.fixture
def elm(alder: Node, wire: Wire, stranger_keys: list[Keys]) -> Market:
    return Market(alder, wire, stranger_keys[0])


@pytest.fixture
def eve(elm: Market, stranger_keys: list[Keys]) -> Actor:
    return elm.server.actor("eve", stranger_keys[1])


async def agreements(node: Node, who: str) -> list[Agreement]:
    return await node.read(queries.with_member, who)


def came(elm: Market, kind: str) -> list[dict[str, Any]]:
    """What reached the market, of one kind."""
    return [one for one in elm.server.received if one["type"] == kind]


def commitment(satisfies: str, number: Any = "1", unit: str = "one", **more: Any) -> dict[str, Any]:
    measure = {"hasUnit": unit, "hasNumericalValue": number}
    said = {"type": "Commitment", "satisfies": satisfies, "resourceQuantity": measure}
    return {**said, **more}


# We answer ------------------------------------------------------------------------------------


async def offered_there(alder: Node, elm: Market, **more: Any) -> tuple[Account, Notice]:
    """Ana follows Bob, who offers something at the market."""
    ana = await elm.follower()
    assert await elm.says("Create", elm.proposal(**more)) is None
    found = await alder.read(listings.listing, elm.proposal(**more)["id"], listings.HERE)
    assert found is not None
    return ana, found


def final(elm: Market, offer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The agreement a peer like Mitra makes of an offer."""
    id = f"{elm.server.origin}/agreements/1"
    flows = {
        key: {**flow, "id": f"{id}#{name}"}
        for key, name in (("stipulates", "primary"), ("stipulatesReciprocal", "reciprocal"))
        if (flow := offer["object"].get(key))
    }
    return {"type": "Agreement", "id": id, "attributedTo": elm.bob.id, **flows, **more}


async def test_our_answer_is_what_mitra_reads(alder: Node, elm: Market) -> None:
    back = {
        "type": "Intent", "id": f"{elm.proposal()['id']}#reciprocal", "action": "transfer",
        "resourceConformsTo": "https://www.wikidata.org/wiki/Q4917",
        "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "30"},
    }  # fmt: skip
    ana, notice = await offered_there(alder, elm, reciprocal=back)

    await alder.write(settling.answer, ana.id, notice, words="Still to be had?")
    await settle(alder)

    (offer,) = came(elm, "Offer")
    assert offer["actor"] == ana.id
    assert offer["to"] == [elm.bob.id]
    assert offer["object"] == {
        "type": "Agreement",
        "stipulates": commitment(notice.primary),
        "stipulatesReciprocal": commitment(f"{notice.id}#reciprocal", "30"),
    }
    assert "Still to be had?" in offer["content"]


MISSPELT = {"stipulates": "stiplulates"}


@pytest.mark.parametrize("spelt", ["as Mitra does", "as the example of FEP-0837 does"])
async def test_their_yes_is_read(alder: Node, elm: Market, spelt: str, browse: Browse) -> None:
    ana, notice = await offered_there(alder, elm)
    await alder.write(settling.answer, ana.id, notice)
    await settle(alder)
    (offer,) = came(elm, "Offer")
    result = final(elm, offer, url={"type": "Link", "href": "https://pay.test/7", "rel": "payment"})
    if "example" in spelt:
        del result["attributedTo"]
        result = {MISSPELT.get(key, key): held for key, held in result.items()}
    else:
        result["preview"] = {"type": "Note", "name": "Open"}

    assert await elm.says("Accept", offer["id"], result=result, to=ana.id) is None

    (held,) = await agreements(alder, ana.id)
    assert (held.state, held.id, held.url) == (State.AGREED, result["id"], "https://pay.test/7")
    page = (await (await browse(alder, "ana")).get(held.path)).text
    assert "Agreed with" in page
    assert 'href="https://pay.test/7"' in page

    paid = {**final(elm, offer), "preview": {"type": "Note", "name": "Paid"}}
    assert await elm.says("Update", paid, to=[ana.id]) is None
    (held,) = await agreements(alder, ana.id)
    assert (held.state, held.status) == (State.AGREED, "Paid")

    over = {**final(elm, offer), "preview": {"type": "Note", "name": "Completed"}}
    assert await elm.says("Update", over, to=[ana.id]) is None
    (held,) = await agreements(alder, ana.id)
    assert held.state is State.FULFILLED


async def test_their_receipt_ends_it(alder: Node, elm: Market, eve: Actor) -> None:
    ana, notice = await offered_there(alder, elm)
    await alder.write(settling.answer, ana.id, notice)
    await settle(alder)
    (asked,) = came(elm, "Offer")
    said = final(elm, asked)
    receipt = {"type": "Document", "id": f"{elm.server.origin}/receipts/1", "name": "Receipt",
               "context": said["id"]}  # fmt: skip
    await elm.says("Create", {**receipt, "context": "https://elm.test/other"}, to=ana.id)
    await elm.says("Create", receipt, to=ana.id)
    await elm.says("Accept", asked["id"], result=said, to=ana.id)
    await elm.says("Create", {**receipt, "id": f"{receipt['id']}/eve"}, by=eve, to=ana.id)
    assert (await agreements(alder, ana.id))[0].state is State.AGREED

    second = {**receipt, "id": f"{receipt['id']}/2"}
    assert await elm.says("Create", second, to=ana.id) is None

    (held,) = await agreements(alder, ana.id)
    assert (held.state, held.status) == (State.FULFILLED, "Receipt")


async def test_their_no_is_read_with_its_words(alder: Node, elm: Market) -> None:
    ana, notice = await offered_there(alder, elm)
    made = await alder.write(settling.answer, ana.id, notice)
    await settle(alder)

    no = elm.bob.says("Reject", made.offer, content="Not available", to=ana.id)
    assert await elm.sends(no) is None

    (held,) = await agreements(alder, ana.id)
    assert held.state is State.REFUSED
    assert (await alder.read(queries.steps, held.offer))[-1].words == "Not available"
    assert (await alder.write(settling.answer, ana.id, notice)).state is State.OFFERED


async def test_what_they_may_not_say_changes_nothing(
    alder: Node, elm: Market, eve: Actor, clock: Clock
) -> None:
    ana, notice = await offered_there(alder, elm)
    made = await alder.write(settling.answer, ana.id, notice)
    await settle(alder)
    (offer,) = came(elm, "Offer")
    said = final(elm, offer)
    more = {**said, "stipulates": {**said["stipulates"], "resourceQuantity": {
        "hasUnit": "one", "hasNumericalValue": "2"}}}  # fmt: skip
    foreign = {**said, "id": "https://fir.test/agreements/1"}
    nothing = {key: held for key, held in said.items() if key != "stipulates"}
    eves = {**said, "attributedTo": eve.id}

    for why, by, result, code in (
        ("by somebody else there", eve, eves, "E_NOT_ADDRESSED"),
        ("with somebody else's agreement", elm.bob, eves, "E_RESULT_OWNER"),
        ("with an agreement of another origin", elm.bob, foreign, "E_ORIGIN_OBJECT"),
        ("with more than was offered", elm.bob, more, "E_QUANTITY"),
        ("about nothing", elm.bob, nothing, "E_SCHEMA"),
        ("without an agreement", elm.bob, None, "E_RESULT"),
    ):
        told = {"result": result} if result else {}
        assert await elm.says("Accept", made.offer, by=by, to=ana.id, **told) == code, why

    assert await elm.says("Update", said, to=ana.id) == "E_UNKNOWN"
    (held,) = await agreements(alder, ana.id)
    assert held.state is State.OFFERED

    assert await elm.says("Accept", made.offer, result=said, to=ana.id) is None
    assert await elm.says("Reject", made.offer, to=ana.id) == "E_STATE"
    forged = {**said, "preview": {"type": "Note", "name": "Completed"}}
    assert await elm.says("Update", {**forged, "attributedTo": eve.id}, by=eve) == "E_OWNER"
    assert await elm.says("Update", {**more, "preview": forged["preview"]}) == "E_QUANTITY"
    (held,) = await agreements(alder, ana.id)
    assert (held.state, held.status) == (State.AGREED, None)


async def test_a_yes_that_comes_too_late_is_none(alder: Node, elm: Market, clock: Clock) -> None:
    ana, notice = await offered_there(alder, elm)
    made = await alder.write(settling.answer, ana.id, notice)
    await settle(alder)
    clock.advance(days=15)

    said = final(elm, came(elm, "Offer")[0])
    assert await elm.says("Accept", made.offer, result=said, to=ana.id) == "E_EXPIRED"


async def test_as_much_as_it_says_and_no_more(alder: Node, elm: Market, browse: Browse) -> None:
    publishes = {
        **elm.proposal()["publishes"],
        "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "1.5"},
        "minimumQuantity": {"hasUnit": "hour", "hasNumericalValue": "3"},
        "availableQuantity": {"hasUnit": "hour", "hasNumericalValue": "6"},
    }
    ana, notice = await offered_there(alder, elm, publishes=publishes, unitBased=True)
    browser = await browse(alder, "ana")
    form = f"/agreements/new?about={notice.slug}"

    assert "3 h to 6 h, in steps of 1 h 30 min" in (await browser.get(form)).text
    for long in ("1 h 30", "2 h 59", "7 h 30", "4 h", ""):
        refused = await browser.post(form, {"long": long, "words": ""}, form=form)
        assert refused.status_code == 422, long
    assert await agreements(alder, ana.id) == []
    await browser.post(form, {"long": "6 h", "words": ""}, form=form)
    await settle(alder)

    (offer,) = came(elm, "Offer")
    assert offer["object"]["stipulates"] == commitment(notice.primary, "6", "hour")


@pytest.mark.parametrize("name", ["flohmarkt-item", "bonfire-proposal-with-proposed-intent"])
async def test_who_knows_no_agreements_is_not_asked(
    alder: Node, elm: Market, browse: Browse, name: str
) -> None:
    ana = await elm.follower()
    said = received(name, elm)
    assert await elm.says("Create", said) is None
    found = await alder.read(listings.listing, said["id"], listings.HERE)
    assert found is not None
    browser = await browse(alder, "ana")

    assert "/agreements/new" not in (await browser.get(found.path)).text
    assert (await browser.get(f"/agreements/new?about={found.slug}")).status_code == 404
    with pytest.raises(Conflict, match="E_UNSUPPORTED"):
        await alder.write(settling.answer, ana.id, found)


# They answer ----------------------------------------------------------------------------------


async def offered_here(alder: Node, **more: Any) -> tuple[Account, Notice]:
    ana = await person(alder, "ana", display="Ana")
    notice = await post(alder, ana, "offer", reach="public", **more)
    await settle(alder)
    return ana, notice


def offer(elm: Market, notice: Notice, *, by: Actor | None = None, **more: Any) -> dict[str, Any]:
    """What a peer like Mitra sends: no `published`, no array, no handling."""
    said = {
        "type": "Agreement",
        "stipulates": commitment(f"{notice.id}#primary", notice.amount, notice.unit),
        "stipulatesReciprocal": commitment(f"{notice.id}#reciprocal", notice.amount, notice.unit),
    }
    flows = {key: held for key, held in {**said, **more}.items() if held is not None}
    return (by or elm.bob).says("Offer", flows, to=notice.owner)


async def test_their_answer_our_yes_and_done(alder: Node, elm: Market) -> None:
    ana, notice = await offered_here(alder)
    asked = offer(elm, notice)

    assert await elm.sends(asked) is None
    (held,) = await alder.read(queries.waiting_for, ana.id, alder.now())
    assert (held.interested, held.primary) == (elm.bob.id, rules.Amount(unit="hour", number="4"))

    await alder.write(settling.accept, ana.id, held.slug)
    await settle(alder)
    (yes,) = came(elm, "Accept")
    told = yes["result"]
    assert (yes["actor"], yes["object"], yes["to"]) == (ana.id, asked["id"], [elm.bob.id])
    assert (told["type"], told["attributedTo"], told["lifecycle"]) == (
        "Agreement",
        ana.id,
        "agreed",
    )
    assert told["stipulates"]["id"] == f"{told['id']}#primary"
    assert told["stipulates"]["satisfies"] == f"{notice.id}#primary"
    assert (
        told["stipulates"]["resourceQuantity"] == asked["object"]["stipulates"]["resourceQuantity"]
    )
    assert (told["stipulates"]["provider"], told["stipulates"]["receiver"]) == (ana.id, elm.bob.id)

    await alder.write(settling.close, ana.id, held.slug, State.FULFILLED)
    await settle(alder)
    (news,) = came(elm, "Update")
    assert news["object"]["preview"] == {"type": "Note", "name": "Fulfilled"}
    assert (news["object"]["lifecycle"], news["object"]["revision"]) == ("fulfilled", 2)
    found = await alder.read(listings.listing, notice.id, listings.HERE)
    assert found is not None
    assert found.lifecycle == "fulfilled"


async def test_they_take_it_back(alder: Node, elm: Market, eve: Actor) -> None:
    ana, notice = await offered_here(alder)
    asked = offer(elm, notice)
    await elm.sends(asked)

    assert await elm.says("Undo", asked["id"], by=eve, to=ana.id) == "E_OWNER"
    assert (await agreements(alder, ana.id))[0].state is State.OFFERED
    assert await elm.says("Undo", asked["id"], to=ana.id) is None
    assert (await agreements(alder, ana.id))[0].state is State.WITHDRAWN
    assert await elm.says("Undo", asked["id"], to=ana.id) == "E_STATE"


async def test_their_answer_within_a_range_of_ours_and_none_outside(
    alder: Node, elm: Market
) -> None:
    """One to three hours: `unitBased`, with an hour as what is counted (FEP-0837)."""
    ana, notice = await offered_here(alder, minutes=60, up_to=180)
    (told,) = [one["object"] for one in came(elm, "Create")] or [await shown(alder, notice)]
    assert told["unitBased"] is True
    amounts = ("resourceQuantity", "minimumQuantity", "availableQuantity")
    assert [told["publishes"][one] for one in amounts] == [
        {"hasUnit": "hour", "hasNumericalValue": number} for number in ("1", "1", "3")
    ]

    def hours(number: str, back: str | None = None) -> dict[str, Any]:
        return offer(
            elm, notice, stipulates=commitment(f"{notice.id}#primary", number, "hour"),
            stipulatesReciprocal=commitment(f"{notice.id}#reciprocal", back or number, "hour"),
        )  # fmt: skip

    for asked in (hours("4"), hours("0.5"), hours("1.5"), hours("0"), hours("2", "3")):
        before = len(elm.server.received)
        code = await elm.sends(asked)
        assert await agreements(alder, ana.id) == []
        if code is None:
            (no,) = elm.server.received[before:]
            assert (no["type"], no["reasonCode"]) == ("Reject", "invalid")

    assert await elm.sends(hours("3")) is None
    (held,) = await agreements(alder, ana.id)
    assert (held.primary, held.returned) == (rules.Amount(unit="hour", number="3"),) * 2
    await alder.write(settling.accept, ana.id, held.slug)
    await settle(alder)
    (yes,) = came(elm, "Accept")
    assert yes["result"]["stipulates"]["resourceQuantity"]["hasNumericalValue"] == "3"


async def shown(node: Node, notice: Notice) -> dict[str, Any]:
    """A notice as anybody reads it."""
    from node.kernel.access import ANONYMOUS
    from node.modules.listings import public
    from vocab.wire import dump

    said = await node.read(public.document, notice.id, ANONYMOUS)
    assert said is not None
    return dump(said)


async def test_what_does_not_fit_gets_a_no(alder: Node, elm: Market, eve: Actor) -> None:
    ana, notice = await offered_here(alder)
    over = await post(alder, ana, "offer", reach="public")
    await alder.write(posting.end, ana.id, over.id, met=False)
    await alder.write(moderation.block_for, ana, eve.id, is_host=False)
    await settle(alder)
    day = commitment(f"{notice.id}#primary", "4", "day")
    two = commitment(f"{notice.id}#primary", "8", "hour")
    half = commitment(f"{notice.id}#reciprocal", "2", "hour")
    other = commitment(f"{notice.id}#something", "4", "hour")

    for why, asked, reason in (
        ("another unit", offer(elm, notice, stipulates=day), "invalid"),
        ("another amount", offer(elm, notice, stipulates=two), "invalid"),
        ("less in return", offer(elm, notice, stipulatesReciprocal=half), "invalid"),
        ("nothing in return", offer(elm, notice, stipulatesReciprocal=None), "invalid"),
        ("another return", offer(elm, notice, stipulatesReciprocal=other), "invalid"),
        ("a notice that is over", offer(elm, over), "expired"),
        ("somebody who is blocked", offer(elm, notice, by=eve), "policy"),
    ):
        before = len(elm.server.received)

        by = eve if "blocked" in why else None
        assert await elm.sends(asked, by=by) is None, why

        (no,) = elm.server.received[before:]
        assert (no["type"], no["object"], no["reasonCode"]) == ("Reject", asked["id"], reason), why
        assert await agreements(alder, ana.id) == []
    assert await elm.sends(offer(elm, notice)) is None
    assert len(await agreements(alder, ana.id)) == 1
    assert await elm.sends(offer(elm, notice)) is None
    assert came(elm, "Reject")[-1]["reasonCode"] == "rateLimited"


async def test_what_is_not_theirs_to_see_is_not_there(alder: Node, elm: Market) -> None:
    ana = await person(alder, "ana")
    quiet = await post(alder, ana, "offer", reach="community")
    trusted = await post(alder, ana, "offer", reach="trusted")
    public = await post(alder, ana, "offer", reach="public")
    await settle(alder)
    nowhere = {"stipulates": commitment(f"{alder.origin}/o/nothing#primary", "4", "hour")}
    theirs = {"stipulates": commitment(f"{elm.server.origin}/p/1#primary", "4", "hour"),
              "stipulatesReciprocal": None}  # fmt: skip

    for why, asked, code in (
        ("for members alone", offer(elm, quiet), "E_UNKNOWN"),
        ("for trusted nodes", offer(elm, trusted), "E_UNKNOWN"),
        ("nowhere", offer(elm, public, **nowhere, stipulatesReciprocal=None), "E_UNKNOWN"),
        ("a notice of their own", offer(elm, public, **theirs), "E_UNKNOWN"),
        ("for somebody else", {**offer(elm, public), "to": [PUBLIC]}, "E_NOT_ADDRESSED"),
    ):
        assert await elm.sends(asked) == code, why
    assert came(elm, "Reject") == []
    assert await agreements(alder, ana.id) == []
    with pytest.raises(Missing):
        await alder.write(settling.accept, ana.id, "nothing")


async def test_one_stranger_does_not_ask_for_everything(alder: Node, elm: Market) -> None:
    ana = await person(alder, "ana")
    many = [await post(alder, ana, "offer", reach="public") for _ in range(rules.MOST_OPEN + 1)]
    await settle(alder)

    for notice in many:
        assert await elm.sends(offer(elm, notice)) is None

    assert len(await agreements(alder, ana.id)) == rules.MOST_OPEN
    (no,) = came(elm, "Reject")
    assert no["reasonCode"] == "rateLimited"


async def test_whoever_deletes_their_account_frees_the_notice(alder: Node, elm: Market) -> None:
    ana, notice = await offered_here(alder)
    await elm.sends(offer(elm, notice))
    (held,) = await agreements(alder, ana.id)
    await alder.write(settling.accept, ana.id, held.slug)
    await settle(alder)

    await elm.says("Delete", elm.bob.id)

    assert await agreements(alder, ana.id) == []
    found = await alder.read(listings.listing, notice.id, listings.HERE)
    assert found is not None
    assert found.lifecycle == "open"
