"""Bringing a proposal, voting, closing: one node."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import job, letter, log_entry, log_words
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving as accounts_leaving
from node.modules.decisions import api as decisions
from node.modules.decisions import queries as decided_queries
from node.modules.decisions.api import Method
from node.modules.decisions.tables import audit, ballot, box, roster
from node.modules.moderation import api as moderation
from node.modules.proposals import bringing, jobs, leaving, queries
from node.modules.proposals.tables import comment, plan, proposal
from tests.conftest import START, Clock, person, settle
from tests.modules import moot


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def who(node: Node, *names: str) -> list[str]:
    found = {m.handle: m.id for m in await node.read(accounts.members)}
    return [found[name] for name in names]


async def stage(node: Node, slug: str) -> str:
    found = await node.read(queries.by_slug, slug, moot.inside(node))
    assert found is not None
    return found.stage


# Bringing -----------------------------------------------------------------------------------


async def test_a_proposal_is_for_the_community_alone_unless_said(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    slug = await moot.bring(alder, ana)
    await settle(alder)

    found = await alder.read(queries.by_slug, slug, moot.inside(alder))
    assert found is not None
    assert (found.stage, found.reach) == ("voting", "community")
    assert found.content == "<p>From two until six.</p><p>No saw before three.</p>"
    assert await alder.read(queries.by_slug, slug, ANONYMOUS) is None
    assert await moot.rows(alder, letter) == []


async def test_a_public_proposal_leaves_with_a_legal_history(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    slug = await moot.bring(alder, ana, reach="public", named=True)

    (sent,) = await moot.rows(alder, letter)
    document = json.loads(sent.body)["object"]
    assert document["attributedTo"] == alder.community.id
    assert document["proposedBy"] == ana
    assert [entry["stage"] for entry in document["stageHistory"]] == [
        "presented", "researching", "deliberating", "voting",
    ]  # fmt: skip
    assert document["url"] == f"https://alder.test/p/{slug}"


async def test_who_brought_it_is_named_only_if_they_agree(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    await moot.bring(alder, ana, reach="public")

    (sent,) = await moot.rows(alder, letter)
    assert ana.encode() not in sent.body


async def test_a_vote_shorter_than_a_day_is_refused(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    with pytest.raises(Invalid) as refused:
        await moot.bring(alder, ana, closes=alder.now() + timedelta(hours=23))

    assert set(refused.value.fields) == {"closes"}
    assert await moot.rows(alder, proposal) == []


async def test_only_members_bring_proposals(alder: Node) -> None:
    with pytest.raises(Refused):
        await moot.bring(alder, "https://birch.test/u/eve")


async def test_a_form_sent_twice_brings_one_proposal(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    slugs = {await moot.bring(alder, ana, once="k") for _ in range(2)}

    assert len(slugs) == 1
    assert len(await moot.rows(alder, plan)) == 1


# Opening ------------------------------------------------------------------------------------


async def test_voting_opens_by_the_clock_and_freezes_text_and_roster(
    alder: Node, clock: Clock
) -> None:
    (ana,) = await who(alder, "ana")
    opens = alder.now() + timedelta(days=2)
    slug = await moot.bring(alder, ana, opens=opens, closes=opens + timedelta(days=2))
    await settle(alder)
    assert await stage(alder, slug) == "deliberating"
    await person(alder, "dora")

    clock.advance(days=2)
    await settle(alder)
    await person(alder, "eli")

    assert await stage(alder, slug) == "voting"
    found = await alder.read(decisions.box_of, slug)
    assert found is not None
    assert (found.eligible, found.needed) == (5, 3)
    assert len(await moot.rows(alder, roster)) == 5
    (eli,) = await who(alder, "eli")
    with pytest.raises(Refused) as refused:
        await alder.write(decisions.cast, slug, eli, "consent")
    assert refused.value.code == "E_NOT_ON_ROSTER"


async def test_the_roster_is_in_the_log_as_a_salted_hash(alder: Node) -> None:
    (ana,) = await who(alder, "ana")

    slug = await moot.bring(alder, ana)

    opened = await alder.read(decisions.box_of, slug)
    logged = [row.words for row in await moot.rows(alder, log_words)]
    assert opened is not None
    assert f"roster {opened.roster_hash}" in logged
    salts = [row.salt for row in await moot.rows(alder, audit)]
    assert len(salts) == 1
    assert len(salts[0]) == 32


async def test_nobody_opens_it_before_its_time(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    opens = alder.now() + timedelta(days=2)
    slug = await moot.bring(alder, ana, opens=opens, closes=opens + timedelta(days=2))

    with pytest.raises(Conflict):
        await alder.write(bringing.open_voting, slug)
    with pytest.raises(Missing):
        await alder.write(decisions.cast, slug, ana, "consent")


async def test_it_can_be_taken_back_before_voting(alder: Node, clock: Clock) -> None:
    ana, ben = await who(alder, "ana", "ben")
    opens = alder.now() + timedelta(days=2)
    slug = await moot.bring(alder, ana, opens=opens, closes=opens + timedelta(days=2))

    with pytest.raises(Refused):
        await alder.write(bringing.withdraw, slug, ben)
    await alder.write(bringing.withdraw, slug, ana)
    clock.advance(days=3)
    await settle(alder)

    assert await stage(alder, slug) == "withdrawn"
    assert await moot.rows(alder, box) == []


async def test_it_cannot_be_taken_back_once_voting_began(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    with pytest.raises(Conflict):
        await alder.write(bringing.withdraw, slug, ana)

    assert await stage(alder, slug) == "voting"


# Voting -------------------------------------------------------------------------------------


async def test_a_ballot_is_cast_once_and_gives_a_receipt(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    receipt = await alder.write(decisions.cast, slug, ana, "consent")

    assert re.fullmatch(r"[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{2}", receipt.word)
    with pytest.raises(Conflict) as refused:
        await alder.write(decisions.cast, slug, ana, "block", "changed my mind")
    assert refused.value.code == "E_VOTED"
    assert [row.position for row in await moot.rows(alder, ballot)] == ["consent"]


async def test_two_ballots_at_once_leave_one(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    tries = [alder.write(decisions.cast, slug, ana, p) for p in ("consent", "abstain")]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(a) for a in answers if isinstance(a, Exception)) == [Conflict]
    assert len(await moot.rows(alder, ballot)) == 1


async def test_a_ballot_that_cannot_be_counted_leaves_no_flag(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    for position, field in (("inFavour", "position"), ("block", "reason")):
        with pytest.raises(Invalid) as refused:
            await alder.write(decisions.cast, slug, ana, position)
        assert set(refused.value.fields) == {field}

    assert await alder.read(decisions.voted, slug, ana) is False
    assert await moot.rows(alder, ballot) == []


async def test_a_late_ballot_is_refused(alder: Node, clock: Clock) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    clock.advance(days=7)

    with pytest.raises(Conflict) as refused:
        await alder.write(decisions.cast, slug, ana, "consent")
    assert refused.value.code == "E_CLOSED"


async def test_pages_cannot_read_ballots(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)
    await alder.write(decisions.cast, slug, ana, "consent")

    for table in (ballot, audit):
        with pytest.raises(Exception, match=r"(?i)not authorized|prohibited|permission denied"):
            await alder.read(lambda db, t=table: db.execute(select(t)).all())


async def test_a_ballot_names_nobody_and_no_time(alder: Node) -> None:
    ana, ben = await who(alder, "ana", "ben")
    slug = await moot.bring(alder, ana)
    before = {t.name: len(await moot.rows(alder, t)) for t in (job, letter, log_entry)}

    await moot.vote(alder, slug, [(ana, "consent"), (ben, "block")])

    after = {t.name: len(await moot.rows(alder, t)) for t in (job, letter, log_entry)}
    assert before == after, "a vote is told nowhere"
    assert set(ballot.c.keys()) == {
        "key", "box", "position", "option", "reason", "publish", "marks",
    }  # fmt: skip
    assert {c.name for c in roster.c} == {"slot", "box", "member", "voted", "active", "recused"}
    assert all(ana not in str(row) for row in await moot.rows(alder, ballot))


async def test_a_reason_is_kept_only_where_the_method_needs_it(alder: Node) -> None:
    ana, ben = await who(alder, "ana", "ben")
    slug = await moot.bring(alder, ana)

    await alder.write(decisions.cast, slug, ana, "consent", "I am Ana", publish=True)
    await alder.write(decisions.cast, slug, ben, "consentWithReservation", "the key")

    kept = {(row.position, row.reason, row.publish) for row in await moot.rows(alder, ballot)}
    assert kept == {("consent", None, False), ("consentWithReservation", "the key", False)}


# Closing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "positions", "outcome", "ends"),
    [
        (Method.CONSENT, ["consent"] * 3, "approved", "decided"),
        (Method.CONSENT, ["consent", "consent", "block"], "blocked", "decided"),
        (Method.CONSENT, ["consent"] * 2, "noDecision", "ended"),
        (Method.MAJORITY, ["inFavour", "inFavour", "oppose"], "approved", "decided"),
        (Method.MAJORITY, ["inFavour", "oppose", "abstain"], "rejected", "decided"),
    ],
)
async def test_the_clock_closes_and_counts(
    alder: Node, clock: Clock, method: Method, positions: list[str], outcome: str, ends: str
) -> None:
    record = await moot.decided(alder, clock, positions, method=method)

    assert record.outcome == outcome
    assert record.box is not None
    assert await stage(alder, record.box) == ends
    electorate = {"type": "Electorate", "eligible": 4, "participated": len(positions)}
    assert record.document["electorate"] == {**electorate, "asOf": "2026-11-27T09:00:00Z"}
    assert record.document["disclosure"] == "outcomeOnly"
    assert "tallies" not in record.document


async def test_nobody_closes_it_before_the_clock(alder: Node) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)

    with pytest.raises(Conflict):
        await alder.write(bringing.close, slug)


async def test_closing_twice_makes_one_record(alder: Node, clock: Clock) -> None:
    record = await moot.decided(alder, clock, ["consent"] * 3)

    await alder.write(bringing.close, record.box)
    await settle(alder)

    viewer = moot.inside(alder)
    found = await alder.read(lambda db: decided_queries.records(db, viewer, ours=True))
    assert [r.id for r in found] == [record.id]


async def test_whoever_looks_after_the_close_finds_it_counted(alder: Node, clock: Clock) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana)
    await moot.vote(alder, slug, [(m.id, "consent") for m in await alder.read(accounts.members)])
    clock.advance(days=8)

    await jobs.due(alder)

    assert await stage(alder, slug) == "decided"


async def test_the_record_shows_counts_where_nobody_stands_out(alder: Node, clock: Clock) -> None:
    await moot.people(alder, *[f"m{number}" for number in range(11)])

    record = await moot.decided(
        alder, clock, ["inFavour"] * 9 + ["oppose"] * 5, method=Method.MAJORITY, counts=True
    )

    assert record.document["disclosure"] == "banded"
    tallies = [(t["position"], t["count"]) for t in record.document["tallies"]]
    assert tallies == [("inFavour", 9), ("oppose", 5)]


async def test_a_large_vote_that_was_not_close_is_told_exactly(alder: Node, clock: Clock) -> None:
    await moot.people(alder, *[f"m{number}" for number in range(18)])

    record = await moot.decided(
        alder, clock, ["inFavour"] * 13 + ["oppose"] * 8, method=Method.MAJORITY, counts=True
    )

    assert record.document["disclosure"] == "full"
    tallies = [(t["position"], t["count"]) for t in record.document["tallies"]]
    assert tallies == [("inFavour", 13), ("oppose", 8)]


async def test_a_small_or_close_vote_is_told_in_bands_here_and_elsewhere(
    alder: Node, make_node: Any, clock: Clock, browse: Any
) -> None:
    birch: Node = await make_node("birch", modules=moot.MODULES)
    await moot.people(birch, "bo")
    await moot.follow(birch, alder)
    await moot.people(alder, *[f"m{number}" for number in range(15)])

    record = await moot.decided(
        alder, clock, ["inFavour"] * 11 + ["oppose"] * 7, method=Method.MAJORITY, counts=True,
        reach="public", to="public",
    )  # fmt: skip
    await settle(alder, birch)

    there = await birch.read(decided_queries.any_record, record.id)
    assert there is not None
    assert (there.seal, there.document["disclosure"]) == ("holds", "banded")
    assert [t["count"] for t in there.document["tallies"]] == [13, 5]
    assert "counting" not in there.document
    bo, ana = await browse(birch, "bo"), await browse(alder, "m1")
    page = (await bo.get(f"/decisions/elsewhere/{there.slug}")).text
    assert "About 13" in page
    ours = (await ana.get(f"/d/{record.slug}")).text
    assert "13 or a few less" in ours
    assert "5 or a few more" in ours
    for text in (page, ours):
        assert "13 of 18" not in text


async def test_receipts_and_reasons_are_there_after_the_close(alder: Node, clock: Clock) -> None:
    ana, ben, cleo = await who(alder, "ana", "ben", "cleo")
    slug = await moot.bring(alder, ana)
    words = {
        (await alder.write(decisions.cast, slug, ana, "consent")).word,
        (await alder.write(decisions.cast, slug, ben, "block", "the noise", publish=True)).word,
        (await alder.write(decisions.cast, slug, cleo, "consentWithReservation", "the key")).word,
    }
    open_ = await alder.read(decisions.box_of, slug)
    assert open_ is not None
    assert (open_.receipts, open_.reasons) == (None, None)

    clock.advance(days=8)
    await settle(alder)

    found = await alder.read(decisions.box_of, slug)
    assert found is not None
    assert set(found.receipts or ()) == words
    assert found.reasons == [["block", "the noise"], ["consentWithReservation", "the key"]]
    record = await moot.record_of(alder, slug)
    said = [s["content"] for s in record.document["minorityStatements"]]
    assert said == ["<p>the noise</p>"]
    assert "the key" not in json.dumps(record.document)


async def test_two_votes_with_one_outcome_make_one_record(make_node: Any, clock: Clock) -> None:
    seen = []
    for name, positions in (
        ("alder", ["consent"] * 4),
        ("alder2", ["consent", "abstain", "consentWithReservation", "abstain"]),
    ):
        clock.now = START
        node = await make_node(name, modules=moot.MODULES, origin="https://alder.test")
        await moot.people(node, "ana", "ben", "cleo")
        record = await moot.decided(node, clock, positions)
        told = {k: v for k, v in record.document.items() if k not in MASKED}
        text = json.dumps(told, sort_keys=True)
        seen.append(text.replace("alder2", "alder").replace("Alder2", "Alder"))

    assert seen[0] == seen[1]


MASKED = ("id", "url", "responses", "decides", "subjectDigest", "auditCommitment", "proof")
"""Ids, what hangs on them, and the salted digest, which is another every time."""


# Talk, leaving, export ----------------------------------------------------------------------


async def test_what_members_say_stays(alder: Node, wire: Any) -> None:
    (ana,) = await who(alder, "ana")
    slug = await moot.bring(alder, ana, reach="public")

    await alder.write(bringing.say, slug, ana, "a canary-comment", once="1")
    await alder.write(bringing.say, slug, ana, "a canary-comment", once="1")
    await settle(alder)

    assert [row.text for row in await moot.rows(alder, comment)] == ["a canary-comment"]
    assert all(b"canary-comment" not in row.body for row in await moot.rows(alder, letter))
    with pytest.raises(Refused):
        await alder.write(bringing.say, slug, "https://birch.test/u/eve", "hello", once="2")


async def test_a_hidden_word_is_there_for_its_author_and_keepers_alone(alder: Node) -> None:
    ana, ben = await who(alder, "ana", "ben")
    slug = await moot.bring(alder, ana)
    await alder.write(bringing.say, slug, ana, "unkind words", once="1")
    (said,) = await moot.rows(alder, comment)

    keeper = await moot.keeper(alder)
    await alder.write(moderation.hide, said.id, by=keeper, reason="unkind")

    seen = {}
    for name, id, role in (("ana", ana, "member"), ("ben", ben, "member"), ("k", keeper, "admin")):
        viewer = Viewer(account=await alder.account(id), role=role)
        seen[name] = len(await alder.read(queries.comments, said.proposal, viewer))
    assert seen == {"ana": 1, "ben": 0, "k": 1}


async def test_whoever_leaves_is_counted_and_not_named(alder: Node, clock: Clock) -> None:
    ana, ben, cleo = await who(alder, "ana", "ben", "cleo")
    slug = await moot.bring(alder, ana, reach="public", named=True)
    await alder.write(bringing.say, slug, ana, "my words", once="1")
    await moot.vote(alder, slug, [(ana, "consent"), (ben, "consent"), (cleo, "consent")])
    taken = await alder.read(leaving.export, ana)
    assert taken["brought"][0]["title"] == "Open the workshop on Sundays"
    assert taken["said"][0]["text"] == "my words"

    await alder.write(accounts_leaving.leave, ana)
    clock.advance(days=8)
    await settle(alder)

    record = await moot.record_of(alder, slug)
    assert record.document["electorate"]["participated"] == 3
    assert record.document["electorate"]["eligible"] == 4
    assert await moot.rows(alder, comment) == []
    for table in (plan, roster, proposal):
        assert [row for row in await moot.rows(alder, table) if ana in str(row)] == []
    found = await alder.read(queries.by_slug, slug, ANONYMOUS)
    assert found is not None
    assert found.proposed_by is None
    told = [json.loads(row.body) for row in await moot.rows(alder, letter) if row.body]
    updates = [act for act in told if act["type"] == "Update" and "stage" in act["object"]]
    assert updates
    assert all("proposedBy" not in act["object"] for act in updates)


@pytest.mark.parametrize("to", ["community", "public"])
async def test_a_new_address_signs_the_records_again(make_node: Any, clock: Clock, to: str) -> None:
    from node.kernel import moving as origins
    from node.modules.decisions import seals
    from vocab import proofs

    node: Node = await make_node("alder", modules=moot.MODULES, origin="http://localhost:8080")
    await node.write(
        lambda unit: unit.set("community", {**unit.setting("community"), "at_home": True})
    )
    await moot.people(node, "ana", "ben")
    record = await moot.decided(node, clock, ["consent"] * 3, to=to)

    await node.write(origins.move, "https://alder.example")

    after = await moot.record_of(node, str(record.box))
    us = await node.read(accounts.community_account)
    found = seals.verdict(after.document, owner=us.id, keys=us.assertion_keys, now=node.now())
    assert found.state is seals.State.HOLDS
    assert after.id == record.id.replace("http://localhost:8080", "https://alder.example")
    assert b"localhost" not in json.dumps(after.document).encode()
    opened = await node.read(decisions.box_of, str(record.box))
    assert opened is not None
    assert after.document["subjectDigest"] == proofs.subject_digest(opened.subject)
    assert after.digest == proofs.digest(after.document)
    for row in await moot.rows(node, letter):
        told = json.loads(row.body)["object"]
        assert not isinstance(told, dict) or told.get("proof") == after.document["proof"]
    assert len(await moot.rows(node, letter)) == (2 if to == "public" else 0)
