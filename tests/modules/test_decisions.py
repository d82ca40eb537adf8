"""A decision of Birch at Cedar: shown, checked, noted, adopted; and everything that fails."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update

from federation import resolving
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Conflict, Refused
from node.kernel.node import Node
from node.kernel.tables import account, letter
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import answering, api, handlers, public, publishing, queries, records
from node.modules.decisions.queries import Record
from node.modules.decisions.records import Address, Reply
from node.modules.decisions.replies import Answer
from node.modules.decisions.tables import record as record_table
from node.modules.decisions.tables import response
from node.modules.proposals import bringing, changing
from node.modules.proposals import queries as proposals
from node.modules.proposals.wording import Words
from tests.conftest import Clock, Wire, settle
from tests.modules import moot
from vocab import proofs
from vocab import wire as wires
from vocab.html import to_text
from vocab.model import PUBLIC
from vocab.types import Create, Update


async def town(make_node: Any, name: str) -> Node:
    node: Node = await make_node(name, modules=moot.MODULES)
    await moot.people(node, "ana", "ben")
    return node


@pytest.fixture
async def birch(make_node: Any) -> Node:
    return await town(make_node, "birch")


@pytest.fixture
async def cedar(make_node: Any, birch: Node) -> Node:
    node = await town(make_node, "cedar")
    await moot.follow(node, birch)
    return node


async def published(birch: Node, cedar: Node, clock: Clock, **more: Any) -> Record:
    """A decision of Birch that has reached Cedar."""
    found = await moot.decided(birch, clock, ["consent"] * 3, to="public", **more)
    await settle(birch, cedar)
    return found


async def at(node: Node, record: Record) -> Record:
    found = await node.read(queries.any_record, record.id)
    assert found is not None, f"{record.id} is not at {node.origin}"
    return found


async def answers(node: Node, record: Record) -> list[tuple[str, str]]:
    found = await node.read(queries.responses_to, record.id, moot.inside(node))
    return [(r.owner_name, r.response) for r in found]


async def bring_answer(cedar: Node, there: Record, answer: str, positions: list[str],
                       clock: Clock) -> Record:  # fmt: skip
    more = {"ground": "resourceImpact", "request": "talk", "reason": "It uses our van."}
    about = {"record": there.id, "answer": answer, **(more if answer == "objected" else {})}
    return await moot.decided(cedar, clock, positions, title=f"{answer}: Sundays?", answers=about)


# Published, shown, checked ------------------------------------------------------------------


async def test_a_decision_stays_until_somebody_lets_it_go(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await moot.decided(birch, clock, ["consent"] * 3)
    await settle(birch, cedar)

    assert (found.reach, found.sent, found.settled) == ("community", None, None)
    assert await cedar.read(queries.any_record, found.id) is None
    assert await birch.read(public.document, found.id, ANONYMOUS) is None
    assert await birch.read(queries.record_by_slug, found.slug, ANONYMOUS) is None


async def test_another_community_shows_it_and_its_seal_holds(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)

    there = await at(cedar, found)
    assert (there.seal, there.code, there.ours) == ("holds", "", False)
    assert there.document == found.document
    assert there.digest == proofs.digest(found.document)
    assert there.in_force is not None
    shown = await birch.read(public.document, found.id, ANONYMOUS)
    assert shown is not None
    assert wires.dump(shown) == found.document


async def test_it_can_be_fetched_and_verified_from_the_file_alone(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)

    _, document = await resolving.document(cedar, found.id)

    us = await birch.read(accounts.community_account)
    key = proofs.from_multikey(us.assertion_keys[proofs.method_of(document)])
    proofs.verify(document, key, now=clock())


async def test_what_has_left_can_not_be_sent_again(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    with pytest.raises(Conflict) as refused:
        await birch.write(publishing.settle, found.id, "trusted", by="x")

    assert refused.value.code == "E_SENT"
    assert (await at(birch, found)).digest == found.digest


async def test_what_is_kept_here_can_be_sent_later(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await moot.decided(birch, clock, ["consent"] * 3, to="community")
    assert found.settled is not None
    assert found.sent is None

    await birch.write(publishing.settle, found.id, "public", by="x")
    await settle(birch, cedar)

    assert (await at(cedar, found)).seal == "holds"


async def test_the_public_proposal_is_decided_outside_after_its_record(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock, reach="public")

    there = await cedar.read(proposals.any_by_id, str(found.document["decides"]))
    assert there is not None
    assert there.stage == "decided"
    assert [stage for stage, _ in there.history][-2:] == ["voting", "decided"]
    assert found.document["subjectDigest"] == proofs.subject_digest(
        {"id": there.id, "name": there.name, "content": there.content}
    )


async def test_only_who_brought_it_or_an_admin_lets_it_go(birch: Node, clock: Clock) -> None:
    found = await moot.decided(birch, clock, ["consent"] * 3)
    members = {m.handle: m.id for m in await birch.read(accounts.members)}

    with pytest.raises(Refused):
        await birch.write(bringing.choose_reach, found.box, members["ben"], "public")
    await birch.write(bringing.choose_reach, found.box, members["ana"], "public")

    assert (await at(birch, found)).sent is not None


async def test_the_registers_list_what_has_left(birch: Node, cedar: Node, clock: Clock) -> None:
    yes = await published(birch, cedar, clock)
    no = await moot.decided(birch, clock, ["block"] * 3, to="public", title="No")
    await moot.decided(birch, clock, ["consent"] * 3, title="Ours alone")
    us = await birch.read(accounts.community_account)

    listed = await birch.read(public.decisions, us, ANONYMOUS, None, 20, birch.now())
    force = await birch.read(public.in_force, us, ANONYMOUS, None, 20, birch.now())
    first = await birch.read(public.decisions, us, ANONYMOUS, None, 1, birch.now())
    second = await birch.read(public.decisions, us, ANONYMOUS, first.next, 1, birch.now())

    assert (listed.total, listed.items) == (2, (no.id, yes.id))
    assert force.items == (yes.id,)
    assert (*first.items, *second.items) == (no.id, yes.id)
    assert second.next is None


async def test_a_record_for_trusted_nodes_is_not_public(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await moot.decided(birch, clock, ["consent"] * 3, to="trusted")
    us = await birch.read(accounts.community_account)

    assert found.document["to"] == [birch.community.peers]
    assert found.document["handling"] == "trustedPeers"
    assert await birch.read(public.document, found.id, ANONYMOUS) is None
    assert await birch.read(public.document, found.id, Viewer(trusted=True)) is not None
    assert (await birch.read(public.decisions, us, ANONYMOUS, None, 20, birch.now())).items == ()


# What does not hold -------------------------------------------------------------------------


async def unheard(birch: Node, cedar: Node, clock: Clock, wire: Wire) -> Record:
    """A public decision of Birch whose letter has not come to Cedar."""
    wire.away.add(cedar.origin)
    found = await moot.decided(birch, clock, ["consent"] * 3, to="public")
    wire.away.clear()
    return found


def tampered(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "content": document["content"].replace("two", "one")}


async def receive(node: Node, sender: Node, document: dict[str, Any], **more: Any) -> None:
    """Carry out a Create of this document as if it had come by letter."""
    them = await resolving.account(node, sender.community.id)

    def carry(unit: Unit) -> None:
        value = wires.load(document, unit.registry.types)
        made = Create(
            id=f"{sender.origin}/a/{proofs.digest(document)}", actor=them.id, object=value,
            to=(PUBLIC,), **more,
        )  # fmt: skip
        unit.perform(made, them, document=document)

    await node.write(carry)


async def test_a_tampered_record_is_kept_and_fails(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await unheard(birch, cedar, clock, wire)
    birch_document = dict(found.document)

    await receive(cedar, birch, tampered(birch_document))

    there = await at(cedar, found)
    assert (there.seal, there.code) == ("fails", "E_PROOF_INVALID")
    with pytest.raises(Refused) as refused:
        await cedar.write(publishing.respond, found.id, Answer.NOTED)
    assert refused.value.code == "E_SEAL"


async def test_a_record_that_failed_is_asked_for_again(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await unheard(birch, cedar, clock, wire)
    await receive(cedar, birch, tampered(dict(found.document)))

    await settle(cedar)

    there = await at(cedar, found)
    assert (there.seal, there.digest) == ("holds", found.digest)


async def test_a_failing_record_whose_owner_is_away_stays_failing(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await unheard(birch, cedar, clock, wire)
    await receive(cedar, birch, tampered(dict(found.document)))
    wire.away.add(birch.origin)

    await settle(cedar)

    assert (await at(cedar, found)).seal == "fails"


async def test_an_unknown_key_is_looked_up_once_more(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await unheard(birch, cedar, clock, wire)
    await cedar.write(
        lambda unit: unit.db.execute(
            update(account).where(account.c.id == birch.community.id).values(assertion_keys={})
        )
    )
    await receive(cedar, birch, dict(found.document))
    assert (await at(cedar, found)).seal == "unchecked"

    await settle(cedar)

    assert (await at(cedar, found)).seal == "holds"


async def test_a_key_that_its_owner_does_not_show_fails(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await unheard(birch, cedar, clock, wire)
    method = f"{birch.community.id}#another-key"
    document = proofs.sign(
        found.document, key=Ed25519PrivateKey.generate(), method=method, created=clock()
    )
    # its server shows the forged one too
    text = json.dumps(document)
    await birch.write(
        lambda unit: unit.db.execute(
            update(record_table).where(record_table.c.id == found.id).values(document=text)
        )
    )
    await receive(cedar, birch, document)

    await settle(cedar)

    there = await at(cedar, found)
    assert (there.seal, there.code) == ("fails", "E_PROOF_KEY")


async def test_another_text_under_a_known_id_is_refused(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)
    us = await birch.read(accounts.community_account)
    changed = await birch.write(
        lambda unit: publishing.signed(
            unit, us, replace(wires.load(found.document, unit.registry.types), name="X", proof=None)
        )
    )

    with pytest.raises(Refused) as refused:
        await receive(cedar, birch, changed)

    assert refused.value.code == "E_IMMUTABLE"
    assert (await at(cedar, found)).digest == found.digest


async def test_the_same_record_twice_is_one(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    await receive(cedar, birch, dict(found.document))

    assert len(await moot.rows(cedar, record_table)) == 1


async def test_nobody_updates_a_record(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)
    them = await resolving.account(cedar, birch.community.id)

    def carry(unit: Unit) -> None:
        value = wires.load(found.document, unit.registry.types)
        unit.perform(Update(id="https://birch.test/a/x", actor=them.id, object=value), them)

    with pytest.raises(Refused) as refused:
        await cedar.write(carry)
    assert refused.value.code == "E_IMMUTABLE"


async def test_nobody_decides_in_another_communitys_name(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await moot.decided(birch, clock, ["consent"] * 3, to="public")
    ana = await resolving.account(cedar, "https://birch.test/u/ana")

    def carry(unit: Unit) -> None:
        value = wires.load(found.document, unit.registry.types)
        made = Create(id="https://birch.test/a/x", actor=ana.id, object=value)
        unit.perform(made, ana, document=found.document)

    with pytest.raises(Refused) as refused:
        await cedar.write(carry)
    assert refused.value.code == "E_OWNER"


# Answers ------------------------------------------------------------------------------------


async def test_a_note_is_told_at_once(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    await cedar.write(publishing.respond, found.id, Answer.NOTED)
    await settle(cedar, birch)

    assert await answers(birch, found) == [("Cedar", "noted")]
    assert await answers(cedar, found) == [("Cedar", "noted")]
    listed = await birch.read(public.document, f"{found.id}/responses", ANONYMOUS)
    assert listed is not None
    assert listed.total_items == 1
    with pytest.raises(Refused) as refused:
        await cedar.write(publishing.respond, found.id, Answer.NOTED)
    assert refused.value.code == "E_ANSWERED"


async def test_cedar_adopts_by_its_own_process(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    own = await bring_answer(cedar, found, "adopted", ["consent"] * 3, clock)
    await settle(cedar, birch)

    assert (own.outcome, own.reach) == ("approved", "public")
    assert await answers(birch, found) == [("Cedar", "adopted")]
    (row,) = await birch.read(queries.responses_to, found.id, ANONYMOUS)
    assert (row.basis, row.state) == (own.id, "counts")
    assert row.document["respondsToDigest"] == found.digest


async def test_what_rested_on_a_decision_is_taken_back_with_it(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)
    own = await bring_answer(cedar, found, "ratified", ["consent"] * 3, clock)
    await settle(cedar, birch)
    assert await answers(birch, found) == [("Cedar", "ratified")]

    with pytest.raises(Conflict) as refused:
        await cedar.write(answering.take_back, found.id, await moot.keeper(cedar))
    assert refused.value.code == "E_DECIDED"
    more = {"record": own.id, "how": "repeal"}
    await moot.decided(cedar, clock, ["consent"] * 3, to="community", title="No", replaces=more)
    await settle(cedar, birch)

    (*_, last) = await birch.read(queries.responses_to, found.id, ANONYMOUS)
    assert (last.response, last.basis, last.state) == ("retracted", None, "counts")
    assert last.document["respondsToDigest"] == found.digest
    again = await bring_answer(cedar, found, "adopted", ["consent"] * 3, clock)
    await settle(cedar, birch)
    (*_, last) = await birch.read(queries.responses_to, found.id, ANONYMOUS)
    assert (last.response, last.basis) == ("adopted", again.id)


async def test_a_note_is_taken_back_by_a_member_and_not_taken_again(
    birch: Node, cedar: Node, clock: Clock, browse: Any
) -> None:
    found = await published(birch, cedar, clock)
    here = await at(cedar, found)
    ana, path = await browse(cedar, "ana"), f"/decisions/elsewhere/{here.slug}"
    who = {m.handle: m.id for m in await cedar.read(accounts.members)}["ana"]
    for member, code in ((who, "E_NOTHING"), ("https://else.test/u/x", "E_MEMBERS_ONLY")):
        with pytest.raises(Refused) as refused:
            await cedar.write(answering.take_back, found.id, member)
        assert refused.value.code == code
    await ana.post(f"{path}/note", {}, form=path)
    await settle(cedar, birch)
    clock.advance(hours=1)
    page = await ana.post(f"{path}/take-back", {}, form=path)
    await settle(cedar, birch)

    assert "We took our answer back" in page.text
    assert f"{path}/note" not in page.text
    (*_, last) = await birch.read(queries.responses_to, found.id, ANONYMOUS)
    assert last.response == "retracted"
    there = await (await browse(birch)).get(f"/d/{found.slug}")
    assert "Cedar took its answer back" in there.text
    with pytest.raises(Refused) as refused:
        await cedar.write(publishing.respond, found.id, Answer.NOTED)
    assert refused.value.code == "E_ANSWERED"


async def test_other_words_are_adopted_with_changes(
    birch: Node, cedar: Node, clock: Clock, browse: Any
) -> None:
    found = await published(birch, cedar, clock)
    here = await at(cedar, found)
    ana = await browse(cedar, "ana")
    who = {m.handle: m.id for m in await cedar.read(accounts.members)}["ana"]
    form = f"/p/new?answer=adopted&record={here.slug}"
    theirs, ours = to_text(str(here.document["content"])), "Sundays, but from three."
    talk = {"title": "We adopt it", "opens": "2026-12-10 20:00", "closes": "2026-12-14 20:00",
            "share": "1/2", "months": "6", "method": "consent", "reach": "community"}  # fmt: skip

    async def brought(text: str) -> tuple[str, str]:
        page = await ana.post("/p/new", {**talk, "text": text}, form=form)
        slug = page.url.path.rpartition("/")[2]
        one = await cedar.read(proposals.by_slug, slug, moot.inside(cedar))
        assert one is not None
        return slug, one.id

    async def says(id_: str) -> str:
        plan = await cedar.read(proposals.plan_of, id_)
        assert plan is not None
        assert plan.answers is not None
        return str(plan.answers["answer"])

    slug, id_ = await brought(theirs.replace("\n", "\r\n"))
    assert await says(id_) == "adopted"
    words = Words(title="We adopt it", text=ours, method=api.Method.CONSENT)
    await cedar.write(changing.change, slug, who, words)
    assert await says(id_) == "adoptedWithChanges"
    await cedar.write(changing.reword, slug, who, theirs)
    assert await says(id_) == "adopted"
    assert await says((await brought(ours))[1]) == "adoptedWithChanges"


@pytest.mark.parametrize("answer", ["adoptedWithChanges", "ratified"])
async def test_other_answers_rest_on_a_decision_too(
    birch: Node, cedar: Node, clock: Clock, answer: str
) -> None:
    found = await published(birch, cedar, clock)
    with pytest.raises(Refused) as refused:
        await cedar.write(publishing.respond, found.id, Answer(answer))
    assert refused.value.code == "E_BASIS"

    await bring_answer(cedar, found, answer, ["consent"] * 3, clock)
    await settle(cedar, birch)

    assert await answers(birch, found) == [("Cedar", answer)]


@pytest.mark.parametrize("positions", [["block"] * 3, ["consent"] * 2])
async def test_what_cedar_does_not_approve_is_not_sent(
    birch: Node, cedar: Node, clock: Clock, wire: Wire, positions: list[str]
) -> None:
    found = await published(birch, cedar, clock)
    before = len(await moot.rows(cedar, letter))

    own = await bring_answer(cedar, found, "adopted", positions, clock)
    await settle(cedar, birch)

    assert own.sent is None
    assert len(await moot.rows(cedar, letter)) == before
    assert await answers(birch, found) == []


async def test_an_objection_carries_its_reason_and_stops_nothing(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)

    await bring_answer(cedar, found, "objected", ["consent"] * 3, clock)
    await settle(cedar, birch)

    (row,) = await birch.read(queries.responses_to, found.id, ANONYMOUS)
    assert row.response == "objected"
    assert row.document["objection"] == {
        "type": "Objection",
        "content": "<p>It uses our van.</p>",
        "ground": "resourceImpact",
        "requestedAction": "talk",
    }
    assert (await at(birch, found)).in_force is not None


async def test_an_answer_waits_until_its_basis_is_found(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    found = await published(birch, cedar, clock)
    await bring_answer(cedar, found, "adopted", ["consent"] * 3, clock)
    (sent,) = [r for r in await moot.rows(cedar, response) if r.response == "adopted"]
    wire.away.add(cedar.origin)
    await receive(birch, cedar, json.loads(sent.document))
    await settle(birch)
    assert await answers(birch, found) == []

    wire.away.clear()
    clock.advance(days=1)
    await settle(birch)

    assert await answers(birch, found) == [("Cedar", "adopted")]


async def forged(cedar: Node, found: Record, **more: Any) -> dict[str, Any]:
    """An answer that Cedar signs, whatever is wrong with it."""
    us = await cedar.read(accounts.community_account)
    values: dict[str, Any] = {
        "id": f"{cedar.origin}/o/forged",
        "url": f"{cedar.origin}/d/forged",
        "owner": us.id,
        "community": "Cedar",
        "language": "en",
        "at": cedar.now(),
        "answer": Answer.NOTED,
        "record": found.id,
        "matter": found.name,
        "digest": found.digest,
    }
    reply = Reply(**{**values, **more})
    where = Address(to=(PUBLIC,), cc=(found.owner,), handling="public")
    made: dict[str, Any] = await cedar.write(
        lambda unit: publishing.signed(unit, us, records.response(reply, where, str))
    )
    return made


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"digest": proofs.digest({"id": "another"})}, "E_DIGEST"),
        ({"record": "https://birch.test/o/unknown"}, "E_UNKNOWN_RECORD"),
    ],
)
async def test_an_answer_to_something_else_is_refused(
    birch: Node, cedar: Node, clock: Clock, more: dict[str, str], code: str
) -> None:
    found = await published(birch, cedar, clock)

    with pytest.raises(Refused) as refused:
        await receive(birch, cedar, await forged(cedar, found, **more))

    assert refused.value.code == code
    assert await moot.rows(birch, response) == []


async def test_an_answer_with_a_broken_proof_is_refused(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)
    document = await forged(cedar, found)

    with pytest.raises(Refused) as refused:
        await receive(birch, cedar, {**document, "content": "<p>Cedar adopted this.</p>"})

    assert refused.value.code == "E_PROOF_INVALID"


async def test_an_answer_counts_once(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)
    await cedar.write(publishing.respond, found.id, Answer.NOTED)
    await settle(cedar, birch)

    with pytest.raises(Refused) as refused:
        await receive(birch, cedar, await forged(cedar, found))

    assert refused.value.code == "E_DUPLICATE"


@pytest.mark.parametrize("basis", ["missing", "rejected", "of another"])
async def test_an_answer_on_a_basis_that_does_not_carry_it_is_refused(
    birch: Node, cedar: Node, clock: Clock, basis: str
) -> None:
    found = await published(birch, cedar, clock)
    own = await moot.decided(cedar, clock, ["block"] * 3, to="public", title="No")
    ids = {"missing": f"{cedar.origin}/o/none", "rejected": own.id, "of another": found.id}
    document = await forged(cedar, found, answer=Answer.ADOPTED, basis=ids[basis])

    await receive(birch, cedar, document)
    await settle(birch, cedar)

    assert await answers(birch, found) == []
    (row,) = await moot.rows(birch, response)
    assert (row.state, row.code) == ("refused", "E_BASIS")


async def test_nobody_answers_themselves(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    with pytest.raises(Refused) as refused:
        await birch.write(publishing.respond, found.id, Answer.NOTED)

    assert refused.value.code == "E_SELF_RESPONSE"


async def test_to_adopt_something_needs_a_decision(birch: Node, cedar: Node, clock: Clock) -> None:
    found = await published(birch, cedar, clock)

    with pytest.raises(Refused) as refused:
        await cedar.write(publishing.respond, found.id, Answer.ADOPTED)

    assert refused.value.code == "E_BASIS"


async def test_an_answer_that_is_no_longer_possible_holds_up_no_decision(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)
    await bring_answer(cedar, found, "adopted", ["consent"] * 3, clock)

    again = await bring_answer(cedar, found, "adopted", ["consent"] * 3, clock)
    await settle(cedar, birch)

    assert again.outcome == "approved"
    assert await answers(birch, found) == [("Cedar", "adopted")]


async def test_nothing_secret_ever_crosses(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    members = [m.id for m in await birch.read(accounts.members)]
    slug = await moot.bring(birch, members[0], reach="public")
    await birch.write(bringing.say, slug, members[1], "canary-comment", once="c")
    positions = ("consent", "consentWithReservation", "block")
    for member, position in zip(members, positions, strict=True):
        await birch.write(api.cast, slug, member, position, f"canary-{position}")
    clock.advance(days=8)
    await settle(birch, cedar)
    await birch.write(bringing.choose_reach, slug, await moot.keeper(birch), "public")
    await settle(birch, cedar)

    assert b"DecisionRecord" in moot.crossed(wire)
    assert b"canary" not in moot.crossed(wire)
    assert all(m.encode() not in moot.crossed(wire) for m in members)


async def test_a_reason_crosses_only_if_its_author_agreed(
    birch: Node, cedar: Node, clock: Clock, wire: Wire
) -> None:
    members = [m.id for m in await birch.read(accounts.members)]
    slug = await moot.bring(birch, members[0])
    await birch.write(api.cast, slug, members[0], "block", "the-public-reason", publish=True)
    await moot.vote(birch, slug, [(members[1], "consent"), (members[2], "block")], "the-kept-one")
    clock.advance(days=8)
    await settle(birch)
    await birch.write(bringing.choose_reach, slug, await moot.keeper(birch), "public")
    await settle(birch, cedar)

    assert b"the-public-reason" in moot.crossed(wire)
    assert b"the-kept-one" not in moot.crossed(wire)


async def test_a_community_that_is_gone_leaves_nothing(
    birch: Node, cedar: Node, clock: Clock
) -> None:
    found = await published(birch, cedar, clock)

    await cedar.write(handlers.forget, found.owner)

    assert await cedar.read(queries.any_record, found.id) is None
