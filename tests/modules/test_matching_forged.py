"""Introductions as an honest node would not send them: nobody is asked, and no card goes out."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, select

from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.modules.matching import agreeing, introduced, introducing, queries
from node.modules.matching.rules import Request
from tests.conftest import Wire, settle
from tests.modules.meeting import asked_of, befriend, crowd, matches, member, post
from tests.modules.test_credit import deliver, outcome
from tests.modules.test_matching_nodes import pair

__all__ = ["pair"]

WORDS = "https://w3id.org/commons-node/ns#relayedWords"
PAST = "2026-11-01T00:00:00Z"


def waiting(db: Connection) -> Mapping[str, Any]:
    """The last letter about an introduction that has not been delivered."""
    wanted = select(letter.c.body).where(letter.c.way == "out", letter.c.body.is_not(None))
    rows = [row.body for row in db.execute(wanted.order_by(letter.c.id))]
    found: Mapping[str, Any] = json.loads([one for one in rows if b'"Introduction"' in one][-1])
    return found


def forged(sent: Mapping[str, Any], at: str, key: str, number: int, odd: Mapping[str, Any]) -> Any:
    """A letter with other ids, and another thing said in what it holds."""
    told = {**sent[key], "id": f"{at}/o/forged{number}", **odd}
    told = {name: held for name, held in told.items() if held is not None}
    return {**sent, "id": f"{at}/a/forged{number}", key: told}


async def proposed(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire
) -> Mapping[str, Any]:
    """Ana's yes, which waits at alder since birch is away."""
    await post(birch, pair[1], "offer")
    await settle(alder, birch)
    await post(alder, pair[0], "request")
    await settle(alder, birch)
    (found,) = await matches(alder, pair[0])
    wire.away.add(birch.origin)
    said: Any = {"means": (), "message": "A wheel."}
    await alder.write(introducing.introduce, pair[0].id, found.slug, **said)
    await settle(alder)
    wire.away.clear()
    return await alder.read(waiting)


async def test_nobody_is_asked_but_as_the_one_who_asks_agreed(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire
) -> None:
    sent = await proposed(alder, birch, pair, wire)
    (consent,) = sent["object"]["consents"]
    both = [*sent["object"]["discloses"], WORDS]
    quiet = await post(birch, pair[1], "offer", hidden=False, title="For us alone")
    by_notice = {"candidate": None, "matchRequest": None}
    cases: list[tuple[str, Mapping[str, Any], str]] = [
        ("nobody agreed", {"consents": []}, "E_SCHEMA"),
        ("twice the same side", {"consents": [consent, consent]}, "E_CONSENT"),
        ("for the other side, too", {"consents": [consent, {**consent, "party": "matchedSide"}]},
         "E_CONSENT"),
        ("agreed already", {"lifecycle": "agreed"}, "E_CONSENT"),
        ("words and a card", {"discloses": both, "consents": [{**consent, "discloses": both}]},
         "E_CONSENT"),
        ("more than was agreed", {"consents": [{**consent, "discloses": both}]}, "E_CONSENT"),
        ("it is over", {"endTime": PAST, "published": PAST}, "E_"),
        ("a handle of nobody", {"candidate": f"{birch.origin}/m/c-none"}, "E_UNKNOWN"),
        ("another question", {"matchRequest": f"{alder.origin}/a/none"}, "E_EXPIRED"),
        ("what they cannot read", {**by_notice, "context": quiet.id}, "E_UNKNOWN"),
        ("what is not there", {**by_notice, "context": f"{birch.origin}/o/none"}, "E_UNKNOWN"),
    ]  # fmt: skip

    for number, (why, odd, code) in enumerate(cases):
        document = forged(sent, alder.origin, "object", number, odd)
        await deliver(alder, birch, document)
        state, said = await birch.read(outcome, document["id"])
        assert (state, said[: len(code)]) == ("refused", code), (why, said)
    wide = forged(sent, alder.origin, "object", len(cases), {})
    wide["to"] = [*sent["to"], f"{alder.origin}/service"]
    await deliver(alder, birch, wide)
    assert await birch.read(outcome, wide["id"]) == ("refused", "E_NOT_ADDRESSED")
    assert await asked_of(birch, pair[1]) == []

    await deliver(alder, birch, {**sent})
    (asked,) = await asked_of(birch, pair[1])
    assert asked.id == sent["object"]["id"]


async def test_a_handle_is_for_the_node_that_it_was_told(
    alder: Node, birch: Node, cedar: Node, pair: tuple[Account, Account], wire: Wire
) -> None:
    sent = await proposed(alder, birch, pair, wire)
    await member(cedar, "carl")
    await crowd(cedar)
    await befriend(cedar, birch)
    service = cedar.community.service
    document = forged(sent, cedar.origin, "object", 0, {"attributedTo": service})

    await deliver(cedar, birch, {**document, "actor": service})

    assert await birch.read(outcome, document["id"]) == ("refused", "E_UNKNOWN")
    assert await asked_of(birch, pair[1]) == []


@pytest.mark.parametrize(
    ("why", "code"),
    [("of our side", "E_CONSENT"), ("of nobody", "E_SCHEMA"), ("of both", "E_CONSENT"),
     ("not yet", "E_CONSENT"), ("about another", "E_RESULT"), ("to words", "E_CONSENT")],
)  # fmt: skip
async def test_no_card_goes_out_for_a_yes_that_is_none(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire, why: str, code: str
) -> None:
    sent = await proposed(alder, birch, pair, wire)
    await deliver(alder, birch, {**sent})
    (asked,) = await asked_of(birch, pair[1])
    wire.away.add(alder.origin)
    await birch.write(agreeing.agree, pair[1].id, asked.slug, means=())
    await settle(birch)
    wire.away.clear()
    yes = await birch.read(waiting)
    (consent,) = yes["result"]["consents"]
    ours = {**consent, "party": "requestingSide"}
    odd: Mapping[str, Any] = {
        "of our side": {"consents": [ours]},
        "of nobody": {"consents": []},
        "of both": {"consents": [consent, ours]},
        "not yet": {"lifecycle": "proposed"},
        "about another": {"candidate": f"{birch.origin}/m/c-another"},
        "to words": {"discloses": [WORDS], "consents": [{**consent, "discloses": [WORDS]}]},
    }[why]
    wire.seen.clear()

    document = forged(yes, birch.origin, "result", 0, odd)
    await deliver(birch, alder, document)

    assert await alder.read(outcome, document["id"]) == ("refused", code)
    (held,) = await alder.read(introduced.with_node, birch.community.service)
    assert await alder.read(introduced.cards, held.id) == []
    assert pair[0].label.encode() not in b"".join(body for _, _, body in wire.seen)


async def test_a_question_that_was_answered_takes_no_other_answer(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire
) -> None:
    """A “nobody now” that was overtaken by the answer, and the same answer in another letter."""
    await post(birch, pair[1], "offer")
    await settle(alder, birch)
    await post(alder, pair[0], "request")
    await settle(alder, birch)
    (answer,) = [json.loads(body) for _, _, body in wire.seen if b'"MatchResult"' in body]
    before = [(one.handle, one.reasons) for one in await matches(alder, pair[0])]
    late = {key: held for key, held in answer.items() if key != "result"}
    again = {**answer["result"], "id": f"{birch.origin}/m/r-again"}

    for number, document in enumerate(
        ({**late, "type": "TentativeAccept"}, {**answer, "result": again})
    ):
        said = {**document, "id": f"{birch.origin}/a/late{number}"}
        await deliver(birch, alder, said)
        assert await alder.read(outcome, said["id"]) == ("refused", "E_STATE")

    found = await alder.read(queries.asked, answer["object"])
    assert found is not None
    assert found.state is Request.ANSWERED
    assert [(one.handle, one.reasons) for one in await matches(alder, pair[0])] == before
