"""A choice among options: brought, changed, voted on, counted, recorded, and shown elsewhere."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from node.kernel import moving
from node.kernel.access import ANONYMOUS
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.kernel.tables import letter
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.decisions import queries as decided
from node.modules.decisions.api import Method
from node.modules.decisions.rules import commitment
from node.modules.decisions.tables import audit, ballot
from node.modules.decisions.tables import record as record_table
from node.modules.proposals import bringing, changing, leaving, moves, queries
from node.modules.proposals.tables import plan, proposal
from node.modules.proposals.wording import Words
from tests.conftest import START, Browser, Clock, settle
from tests.modules import moot
from tests.modules.test_proposals import MASKED
from tests.servers import hidden_fields
from vocab import proofs
from vocab.types import Update

Browse = Callable[..., Awaitable[Browser]]

TITLE = "When is the workshop open?"
ROWS = (("On Sundays", "The yard is loud."), ("", ""), ("On Mondays, 50% longer", ""))
AMONG: dict[str, Any] = {"title": TITLE, "method": Method.MAJORITY, "options": ROWS}


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def member(node: Node, name: str) -> str:
    return next(m.id for m in await node.read(accounts.members) if m.handle == name)


async def found(node: Node, slug: str) -> queries.Proposal:
    shown = await node.read(queries.by_slug, slug, moot.inside(node))
    assert shown is not None
    return shown


async def later(node: Node, **more: Any) -> str:
    """A proposal of Ana's that is talked through for two days first."""
    opens = node.now() + timedelta(days=2)
    ana = await member(node, "ana")
    return await moot.bring(node, ana, opens=opens, closes=opens + timedelta(days=5), **more)


def words(**more: Any) -> Words:
    values = {"title": TITLE, "text": "Two days.", "method": Method.MAJORITY, "options": ROWS}
    return Words(**{**values, **more})


# Bringing -----------------------------------------------------------------------------------


async def test_options_travel_as_fragments_and_keeping_it_is_the_last(alder: Node) -> None:
    slug = await moot.bring(alder, await member(alder, "ana"), reach="public", **AMONG)

    (sent,) = await moot.rows(alder, letter)
    told = json.loads(sent.body)["object"]
    id_ = told["id"]
    assert told["options"] == [
        {"id": f"{id_}#opt-1", "type": "Option", "name": ROWS[0][0], "tradeoff": ROWS[0][1]},
        {"id": f"{id_}#opt-2", "type": "Option", "name": ROWS[2][0]},
        {"id": f"{id_}#opt-0", "type": "Option", "name": "Keep it as it is"},
    ]
    opened = await alder.read(decisions.box_of, slug)
    assert opened is not None
    assert opened.keys == ("opt-1", "opt-2", "opt-0")
    assert opened.subject_digest == proofs.subject_digest(told)


NO_CHOICE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"options": ROWS[:1]}, "option_2"),
    ({"options": ()}, "option_2"),
    ({"options": (*ROWS, ("on  sundays", ""))}, "option_4"),
    ({"options": (*ROWS, ("Keep it as it is", ""))}, "option_4"),
    ({"options": (*ROWS, ("", "words alone"))}, "option_4"),
    ({"method": Method.CONSENT}, "method"),
    ({"answers": {"record": "https://birch.test/o/1", "answer": "adopted"}}, "method"),
)


async def test_options_nobody_could_choose_from_are_refused(alder: Node) -> None:
    ana = await member(alder, "ana")

    for more, field in NO_CHOICE:
        with pytest.raises(Invalid) as refused:
            await moot.bring(alder, ana, **{**AMONG, **more})
        assert set(refused.value.fields) == {field}, more

    assert await moot.rows(alder, proposal) == []


async def test_no_box_opens_among_options_by_consent(alder: Node) -> None:
    slug = await moot.bring(alder, await member(alder, "ana"), **AMONG)
    opened = await alder.read(decisions.box_of, slug)
    assert opened is not None
    terms = decisions.Terms(
        method=Method.CONSENT, share=opened.share, counts=False, closes=opened.closes,
        review=opened.review,
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        await alder.write(
            decisions.open_box, "another", terms, subject=opened.subject, members=["x"]
        )

    assert refused.value.code == "E_METHOD"


# Changing -----------------------------------------------------------------------------------


async def test_options_are_changed_until_voting_opens(alder: Node, clock: Clock) -> None:
    ana = await member(alder, "ana")
    slug = await later(alder, reach="public")
    one_text = await found(alder, slug)
    assert one_text.options == ()

    await alder.write(changing.change, slug, ana, words(text="More <i>words</i>.", stays=False))

    changed = await found(alder, slug)
    assert [o.name for o in changed.options] == ["On Sundays", "On Mondays, 50% longer"]
    assert (changed.name, changed.revision) == (TITLE, one_text.revision + 1)
    assert changed.content == "<p>More &lt;i&gt;words&lt;/i&gt;.</p>"
    (row,) = await moot.rows(alder, plan)
    assert (row.method, row.changed) == ("majority", clock())
    *_, told = [json.loads(row.body) for row in await moot.rows(alder, letter)]
    assert (told["type"], len(told["object"]["options"])) == ("Update", 2)
    clock.advance(days=2)
    await settle(alder)
    opened = await alder.read(decisions.box_of, slug)
    assert opened is not None
    assert opened.keys == ("opt-1", "opt-2")


async def test_options_are_not_changed_once_voting_began(alder: Node, clock: Clock) -> None:
    ana = await member(alder, "ana")
    slug = await later(alder, **AMONG)
    clock.advance(days=2)
    await settle(alder)

    with pytest.raises(Conflict) as refused:
        await alder.write(changing.change, slug, ana, words(options=(("A", ""), ("B", ""))))

    assert refused.value.code == "E_STAGE"
    assert (await found(alder, slug)).options[0].name == "On Sundays"


async def test_nobody_else_changes_them(alder: Node) -> None:
    slug = await later(alder, **AMONG)

    for name in ("ben", "keeper"):
        with pytest.raises(Refused) as refused:
            await alder.write(changing.change, slug, await member(alder, name), words())
        assert refused.value.code == "E_NOT_YOURS"


async def test_what_is_changed_to_nothing_to_choose_from_stays_as_it_was(alder: Node) -> None:
    slug = await later(alder, **AMONG)
    before = await found(alder, slug)

    with pytest.raises(Invalid) as refused:
        await alder.write(
            changing.change, slug, await member(alder, "ana"), words(options=ROWS[:1])
        )

    assert set(refused.value.fields) == {"option_2"}
    assert await found(alder, slug) == before


async def test_changing_and_opening_at_once_freeze_what_is_shown(alder: Node, clock: Clock) -> None:
    ana = await member(alder, "ana")
    slug = await later(alder, **AMONG)
    clock.advance(days=2)

    tries = [
        alder.write(bringing.open_voting, slug),
        alder.write(changing.change, slug, ana, words(stays=False)),
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)

    assert {type(one) for one in done if one is not None} <= {Conflict}
    opened = await alder.read(decisions.box_of, slug)
    assert opened is not None
    assert opened.options == (await found(alder, slug)).options


# Voting and counting ------------------------------------------------------------------------


async def test_a_ballot_is_for_one_of_the_options(alder: Node) -> None:
    ana, ben = [await member(alder, name) for name in ("ana", "ben")]
    slug = await moot.bring(alder, ana, **AMONG)

    for word in ("opt-3", "opt-", "inFavour", "oppose", "consent", "", "opt-1,opt-2"):
        with pytest.raises(Invalid) as refused:
            await alder.write(decisions.cast, slug, ana, word)
        assert set(refused.value.fields) == {"position"}
    await moot.vote(alder, slug, [(ana, "opt-2"), (ben, "abstain")], reason="my name is Ana")

    kept = {(row.position, row.option, row.reason) for row in await moot.rows(alder, ballot)}
    assert kept == {("inFavour", "opt-2", None), ("abstain", None, None)}


async def test_one_text_has_no_options_to_vote_for(alder: Node) -> None:
    ana = await member(alder, "ana")
    slug = await moot.bring(alder, ana, method=Method.MAJORITY)

    with pytest.raises(Invalid):
        await alder.write(decisions.cast, slug, ana, "opt-1")

    assert await moot.rows(alder, ballot) == []


ENDS: tuple[tuple[list[str], bool, str, str | None, str], ...] = (
    (["opt-1", "opt-1", "opt-2"], True, "approved", "opt-1", "decided"),
    (["opt-1", "opt-2", "opt-0"], True, "rejected", "opt-0", "decided"),
    (["opt-1", "opt-1", "opt-2", "opt-2"], True, "rejected", "opt-0", "decided"),
    (["opt-1", "opt-1", "opt-2", "opt-2"], False, "noDecision", None, "ended"),
    (["opt-1", "opt-1"], True, "noDecision", None, "ended"),
)


async def test_the_clock_counts_the_options(alder: Node, clock: Clock) -> None:
    for ballots, stays, outcome, chosen, ends in ENDS:
        record = await moot.decided(alder, clock, ballots, **AMONG, stays=stays, counts=True)

        document = record.document
        assert (record.outcome, document["method"]) == (outcome, "majority")
        about = document["decides"]
        assert document.get("chosenOption") == (f"{about}#{chosen}" if chosen else None)
        assert len(document["options"]) == 2 + stays
        assert document["electorate"]["participated"] == len(ballots)
        assert document["disclosure"] == "outcomeOnly"
        assert "tallies" not in document
        assert (await found(alder, str(record.box))).stage == ends


async def test_counts_of_options_stand_in_the_record_where_they_may(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await moot.people(alder, *[f"m{number}" for number in range(11)])

    ballots = ["opt-2"] * 9 + ["opt-0"] * 5
    record = await moot.decided(alder, clock, ballots, to="public", **AMONG, counts=True)

    about = record.document["decides"]
    tallies = [(t["option"], t["position"], t["count"]) for t in record.document["tallies"]]
    assert tallies == [(f"{about}#opt-2", "inFavour", 9), (f"{about}#opt-0", "inFavour", 5)]
    visitor = await browse(alder)
    shown = await visitor.get(f"/d/{record.slug}")
    for said in ("Chosen: On Mondays, 50% longer", "9 or a few less", "5 or a few more", "None"):
        assert said in shown.text


async def test_two_counts_with_one_choice_make_one_record(make_node: Any, clock: Clock) -> None:
    seen = []
    for name, ballots in (
        ("alder", ["opt-1"] * 4),
        ("alder2", ["opt-1", "opt-2", "opt-1", "abstain"]),
    ):
        clock.now = START
        node = await make_node(name, modules=moot.MODULES, origin="https://alder.test")
        await moot.people(node, "ana", "ben", "cleo")
        record = await moot.decided(node, clock, ballots, **AMONG)
        about = record.document["decides"]
        told = {k: v for k, v in record.document.items() if k not in MASKED}
        said = json.dumps(told, sort_keys=True).replace(about, "about")
        seen.append(said.replace("alder2", "alder").replace("Alder2", "Alder"))

    assert seen[0] == seen[1]


async def test_the_audit_knows_which_option_a_ballot_was_for(alder: Node, clock: Clock) -> None:
    slug = await moot.bring(alder, await member(alder, "ana"), **AMONG)
    ids = [m.id for m in await alder.read(accounts.members)]
    await moot.vote(alder, slug, [(m, "opt-1") for m in ids])
    papers = [(row.key, row.position, row.option) for row in await moot.rows(alder, ballot)]
    clock.advance(days=8)
    await settle(alder)

    (salt,) = [row.salt for row in await moot.rows(alder, audit)]
    opened = await alder.read(decisions.box_of, slug)
    assert opened is not None
    record = await moot.record_of(alder, slug)
    assert record.document["auditCommitment"] == commitment(salt, opened.roster_hash, papers)


# What was there before ----------------------------------------------------------------------


async def test_votes_and_records_from_before_there_were_options_go_on(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    ana, ben, cleo = [await member(alder, name) for name in ("ana", "ben", "cleo")]
    old = await moot.decided(alder, clock, ["consent"] * 3, to="public")
    slug = await moot.bring(alder, ana, method=Method.MAJORITY)
    await moot.vote(alder, slug, [(ana, "inFavour"), (ben, "inFavour")])

    def before(db: Any) -> None:
        later = {
            "ballot": ('"option"', "marks"), "proposal": ("options",), "audit": ("lot",),
            "plan": ("changed", "settings", "joint", "course", "due", "look", "side", "have",
                     "replaces", "problem", "affected"), "roster": ("active", "recused"),
            "box": ("active", "settings", "extended", "run_off", "lot", "lot_word", "lot_words"),
            "record": ("link", "checkpoint", "ended"),
        }  # fmt: skip
        db.execute(text("DROP INDEX ix_plan_look"))
        for name in ("proposal_lead", "proposal_version", "vote_request", "lot_guard", "sighting",
                     "open_ballot", "ballot_line", "vote_delegation", "vote_carried",
                     "vote_statement", "proposal_draft"):  # fmt: skip
            db.execute(text(f"DROP TABLE {name}"))
        for table, columns in later.items():
            for column in columns:
                db.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for module in ("decisions", "proposals"):
            db.execute(text(f"UPDATE alembic_version_{module} SET version_num = '0001'"))

    await alder.database.migrate(before)
    await alder.start()

    await moot.vote(alder, slug, [(cleo, "oppose")])
    clock.advance(days=8)
    await settle(alder)
    record = await moot.record_of(alder, slug)
    assert record.outcome == "approved"
    assert "options" not in record.document
    reader = await browse(alder, "ana")
    for path in (f"/p/{slug}", f"/p/{old.box}", f"/d/{old.slug}", f"/d/{record.slug}", "/decide"):
        assert (await reader.get(path)).status_code == 200, path


async def test_a_new_address_goes_into_the_options_too(make_node: Any, clock: Clock) -> None:
    node: Node = await make_node("alder", modules=moot.MODULES, origin="http://localhost:8080")
    await node.write(
        lambda unit: unit.set("community", {**unit.setting("community"), "at_home": True})
    )
    await moot.people(node, "ana", "ben")
    record = await moot.decided(node, clock, ["opt-1"] * 3, to="public", **AMONG)

    await node.write(moving.move, "https://alder.example")

    after = await moot.record_of(node, str(record.box))
    assert after.seal == "holds"
    assert str(after.document["chosenOption"]).startswith("https://alder.example/o/")
    shown = await found(node, str(record.box))
    assert after.document["chosenOption"] in [option.id for option in shown.options]


async def test_who_brought_options_takes_them_along(alder: Node) -> None:
    ana = await member(alder, "ana")
    await moot.bring(alder, ana, **AMONG)

    taken = await alder.read(leaving.export, ana)

    assert taken["brought"][0]["options"][0]["name"] == "On Sundays"


# Another node -------------------------------------------------------------------------------


@pytest.fixture
async def birch(make_node: Any) -> Node:
    node: Node = await make_node("birch", modules=moot.MODULES)
    await moot.people(node, "ana", "ben")
    return node


@pytest.fixture
async def cedar(make_node: Any, birch: Node) -> Node:
    node: Node = await make_node("cedar", modules=moot.MODULES)
    await moot.people(node, "ana", "ben")
    await moot.follow(node, birch)
    return node


async def test_another_community_sees_the_options_the_choice_and_the_counts(
    birch: Node, cedar: Node, clock: Clock, browse: Browse
) -> None:
    await moot.people(birch, *[f"m{number}" for number in range(11)])
    ballots = ["opt-2"] * 9 + ["opt-0"] * 5

    record = await moot.decided(
        birch, clock, ballots, to="public", reach="public", **AMONG, counts=True
    )
    await settle(birch, cedar)

    there = await cedar.read(queries.any_by_id, str(record.document["decides"]))
    assert there is not None
    assert [option.name for option in there.options] == [
        "On Sundays", "On Mondays, 50% longer", "Keep it as it is",
    ]  # fmt: skip
    ana = await browse(cedar, "ana")
    proposed = await ana.get(f"/p/{there.slug}")
    assert "The yard is loud." in proposed.text
    kept = await cedar.read(decided.any_record, record.id)
    assert kept is not None
    assert (kept.seal, kept.document) == ("holds", record.document)
    page = await ana.get(f"/decisions/elsewhere/{kept.slug}")
    for said in ("Birch chose “On Mondays, 50% longer”", "The yard is loud.", "About 9", "About 5",
                 "Keep it as it is"):  # fmt: skip
        assert said in page.text
    form = await ana.get(f"/p/new?answer=adopted&record={kept.slug}")
    assert f"We adopt what Birch decided: {TITLE} – On Mondays, 50% longer" in form.text
    assert "option_1" not in form.text


@pytest.mark.parametrize("answer", ["adopted", "objected"])
async def test_a_choice_is_adopted_and_objected_to_like_any_decision(
    birch: Node, cedar: Node, clock: Clock, answer: str
) -> None:
    record = await moot.decided(birch, clock, ["opt-1"] * 3, to="public", **AMONG)
    await settle(birch, cedar)
    said = {"ground": "resourceImpact", "request": "talk", "reason": "It uses our van."}
    about = {"record": record.id, "answer": answer, **(said if answer == "objected" else {})}

    await moot.decided(cedar, clock, ["consent"] * 3, answers=about)
    await settle(cedar, birch)

    responses = await birch.read(decided.responses_to, record.id, ANONYMOUS)
    assert [(r.owner_name, r.response, r.state) for r in responses] == [("Cedar", answer, "counts")]


async def test_a_record_that_chose_what_was_no_option_is_refused(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    """Signed and sent by its owner, and still not believed: it is set aside at the door."""
    record = await moot.decided(birch, clock, ["opt-1"] * 3, **AMONG)
    forged = {**record.document, "chosenOption": f"{record.document['decides']}#opt-7"}
    kept = json.dumps(forged)

    def swap(unit: Unit) -> None:
        mine = update(record_table).where(record_table.c.id == record.id)
        unit.db.execute(mine.values(document=kept))

    await birch.write(swap)
    await birch.write(bringing.choose_reach, record.box, await moot.keeper(birch), "public")
    await settle(birch, cedar)

    assert await cedar.read(decided.any_record, record.id) is None
    refused = [row.code for row in await moot.rows(cedar, letter) if row.state == "refused"]
    assert "E_OPTION" in refused


async def test_options_that_change_during_the_vote_are_refused(birch: Node, cedar: Node) -> None:
    slug = await moot.bring(birch, await member(birch, "ana"), reach="public", **AMONG)
    await settle(birch, cedar)
    ours = await found(birch, slug)
    us = await birch.read(accounts.community_account)

    def forge(unit: Unit) -> None:
        value = moves.as_object(unit.community.peers, us.followers, ours)
        fewer = replace(value, options=value.options[1:], revision=9, updated=unit.now)
        told = Update(
            id=unit.id("a"), actor=us.id, object=fewer, to=fewer.to, cc=fewer.cc,
            published=unit.now,
        )  # fmt: skip
        unit.send(told)

    await birch.write(forge)
    await settle(birch, cedar)

    there = await cedar.read(queries.any_by_id, ours.id)
    assert there is not None
    assert len(there.options) == 3
    refused = [row.code for row in await moot.rows(cedar, letter) if row.state == "refused"]
    assert refused == ["E_SUBJECT"]


# Pages --------------------------------------------------------------------------------------

FORM = {
    "title": TITLE,
    "text": "Two days.",
    "method": "options",
    "option_1": "On Sundays",
    "words_1": "The yard is loud.",
    "option_2": "On Mondays, 50% longer",
    "share": "1/2",
    "opens": "",
    "closes": "2026-11-27 20:00",
    "months": "6",
    "reach": "public",
}


async def test_from_the_options_to_the_choice(alder: Node, browse: Browse, clock: Clock) -> None:
    people = [await browse(alder, name) for name in ("ana", "ben", "keeper")]
    ana = people[0]
    answer = await ana.post("/p/new?course=usual", FORM)
    assert answer.status_code == 200, answer.text
    path = answer.url.path
    for said in ("The yard is loud.", "On Mondays, 50% longer", "Keep it as it is",
                 "the one that more than half choose; else it stays as it is"):  # fmt: skip
        assert said in answer.text

    paper = await ana.get(f"{path}/vote")
    assert "On Mondays, 50% longer" in paper.text
    assert paper.text.index('value="opt-2"') < paper.text.index('value="opt-0"')
    nothing = await ana.post(f"{path}/vote", {})
    assert nothing.status_code == 422
    assert "Choose one of these." in nothing.text
    for browser, word in zip(people, ("opt-2", "opt-2", "opt-1"), strict=True):
        review = await browser.post(f"{path}/vote", {"position": word})
        assert "Is this how you vote?" in review.text
        assert ("On Mondays, 50% longer" in review.text) is (word == "opt-2")
        cast = await browser.client.post(
            f"{path}/cast",
            data={**hidden_fields(review.text, f"{path}/cast")},
            headers={"origin": alder.origin},
        )
        assert "Your ballot is in the box" in cast.text

    clock.advance(days=8)
    closed = await ana.get(path)
    assert "Chosen" in closed.text
    sent = await ana.post(f"{path}/reach", {"reach": "public"})
    assert f"Decided: {TITLE} – On Mondays, 50% longer" in sent.text
    assert "The signature holds" in sent.text
    today = await (await browse(alder)).get("/")
    assert f"Decided: {TITLE}" in today.text


ODD = (
    ({"option_2": ""}, "Write at least two options"),
    ({"option_2": "on sundays"}, "This option stands there already"),
    ({"words_3": "words alone"}, "Give this option a name."),
    ({"method": "consent"}, "You wrote options."),
    ({"method": "majority", "option_1": "", "option_2": "", "words_1": "x"}, "You wrote"),
    ({"option_1": "", "option_2": "", "words_1": ""}, "Write at least two options"),
    ({"option_1": "x" * 121}, "too long"),
)


async def test_a_form_with_odd_options_says_what_to_do(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")

    for more, said in ODD:
        answer = await ana.post("/p/new?course=usual", {**FORM, **more})
        assert (answer.status_code, said in answer.text) == (422, True), more
        assert TITLE in answer.text

    assert await moot.rows(alder, proposal) == []


async def test_the_author_changes_words_and_options_on_a_page(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    later_ = {**FORM, "opens": "2026-11-22 20:00", "changes": "yes"}
    path = (await ana.post("/p/new?course=usual", later_)).url.path
    assert "Change text or options" not in (await ben.get(path)).text
    assert (await ben.get(f"{path}/change")).status_code == 403
    form = await ana.get(f"{path}/change")
    for value in ("On Sundays", "The yard is loud.", "On Mondays, 50% longer"):
        assert value in form.text

    new = {**FORM, "option_2": "", "option_3": "On Fridays"}
    changed = await ana.post(f"{path}/change", new)
    assert "The proposal is changed." in changed.text
    assert "On Fridays" in changed.text
    assert "Keep it as it is" in changed.text
    assert "It was changed on" in changed.text
    assert "On Mondays" not in changed.text
    wrong = await ana.post(f"{path}/change", {**new, "option_3": ""})
    assert (wrong.status_code, "Write at least two" in wrong.text) == (422, True)

    clock.advance(days=3)
    assert "We vote" in (await ana.get(path)).text
    late = await ana.get(f"{path}/change")
    assert late.status_code == 409
    assert "Voting has begun" in late.text
