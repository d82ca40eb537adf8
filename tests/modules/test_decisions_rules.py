"""What ballots decide, and what a record may tell of them: tables of cases and properties."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.keys import make_keys
from node.modules.decisions import checks, records, rules, seals
from node.modules.decisions.records import Address, Matter, Reply
from node.modules.decisions.rules import (
    POSITIONS,
    Answer,
    Disclosure,
    Method,
    Outcome,
    Position,
)
from vocab import proofs, schemas, wire
from vocab.checks import Known
from vocab.model import PUBLIC
from vocab.types import Create
from web.language import catalogue, languages

YES, BUT, NO, ASIDE = POSITIONS[Method.CONSENT]
FOR, AGAINST, ABSTAIN = POSITIONS[Method.MAJORITY]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "counts", "needed", "outcome"),
    [
        (Method.CONSENT, {YES: 3}, 3, Outcome.APPROVED),
        (Method.CONSENT, {YES: 1, BUT: 1, ASIDE: 1}, 3, Outcome.APPROVED),
        (Method.CONSENT, {BUT: 3}, 3, Outcome.APPROVED),
        (Method.CONSENT, {YES: 30, NO: 1}, 3, Outcome.BLOCKED),
        (Method.CONSENT, {YES: 2}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {NO: 2}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {ASIDE: 5}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {}, 1, Outcome.NO_DECISION),
        (Method.MAJORITY, {FOR: 2, AGAINST: 1}, 3, Outcome.APPROVED),
        (Method.MAJORITY, {FOR: 2, AGAINST: 2}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 1, AGAINST: 2}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 1, ABSTAIN: 9}, 3, Outcome.APPROVED),
        (Method.MAJORITY, {ABSTAIN: 9}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 2}, 3, Outcome.NO_DECISION),
    ],
)
def test_ballots_decide(
    method: Method, counts: Mapping[Position, int], needed: int, outcome: Outcome
) -> None:
    assert rules.outcome(method, counts, needed) is outcome


@pytest.mark.parametrize(
    ("share", "eligible", "needed"),
    [("1/2", 12, 6), ("1/2", 11, 6), ("2/3", 10, 7), ("1/4", 4, 3), ("1/4", 2, 2), ("1/2", 1, 1)],
)
def test_a_quorum_is_a_share_and_never_under_three_ballots(
    share: str, eligible: int, needed: int
) -> None:
    assert rules.required(Fraction(share), eligible) == needed


@pytest.mark.parametrize(
    ("counts", "wanted", "shown"),
    [
        ({YES: 25, BUT: 8}, True, Disclosure.FULL),
        ({YES: 25, BUT: 8}, False, Disclosure.OUTCOME_ONLY),
        ({YES: 25, BUT: 4}, True, Disclosure.OUTCOME_ONLY),
        ({YES: 25, BUT: 5, ASIDE: 1}, True, Disclosure.OUTCOME_ONLY),
        ({YES: 25}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 5, AGAINST: 5}, True, Disclosure.FULL),
    ],
)
def test_counts_are_shown_where_nobody_stands_out(
    counts: Mapping[Position, int], wanted: bool, shown: Disclosure
) -> None:
    assert rules.disclosure(counts, wanted=wanted) is shown


def test_seven_ballots_show_no_counts() -> None:
    papers = [FOR] * 4 + [AGAINST] * 3

    assert rules.count(Method.MAJORITY, papers, 3, wanted=True).tallies == ()


@pytest.mark.parametrize(
    ("method", "position", "reason", "wrong"),
    [
        (Method.CONSENT, "consent", "", ""),
        (Method.CONSENT, "block", "the noise", ""),
        (Method.CONSENT, "block", "  \n", "reason"),
        (Method.CONSENT, "inFavour", "", "position"),
        (Method.MAJORITY, "block", "the noise", "position"),
        (Method.MAJORITY, "oppose", "", ""),
        (Method.MAJORITY, "", "", "position"),
    ],
)
def test_a_ballot_can_be_counted_or_says_what_is_wrong(
    method: Method, position: str, reason: str, wrong: str
) -> None:
    assert rules.fault(method, position, reason) == wrong


# What a record tells ------------------------------------------------------------------------


def ballots(method: Method, most: int = 40) -> st.SearchStrategy[list[Position]]:
    return st.lists(st.sampled_from(POSITIONS[method]), max_size=most)


methods = st.sampled_from(list(Method))


@given(st.data(), methods, st.integers(1, 60), st.booleans())
def test_what_is_shown_adds_up(
    data: st.DataObject, method: Method, eligible: int, wanted: bool
) -> None:
    papers = data.draw(ballots(method, eligible))
    result = rules.count(method, papers, rules.required(Fraction(1, 2), eligible), wanted=wanted)

    shown = [count for _, count in result.tallies]
    assert sum(shown) in (0, result.participated)
    assert all(count >= rules.SUPPRESSED_BELOW for count in shown)
    assert result.reached or result.outcome is Outcome.NO_DECISION


def _compatible(method: Method, came: int, needed: int, outcome: Outcome) -> list[tuple[int, ...]]:
    """Every count that would have made the same record: what a clever reader can work out."""
    kinds = POSITIONS[method]
    found = []
    for split in itertools.product(range(came + 1), repeat=len(kinds) - 1):
        if sum(split) <= came:
            whole = (*split, came - sum(split))
            if rules.outcome(method, dict(zip(kinds, whole, strict=True)), needed) is outcome:
                found.append(whole)
    return found


SAID_BY_THE_OUTCOME = {
    (Method.CONSENT, Outcome.APPROVED, Position.OBJECTION),
}
"""Consent means that nobody objects: that is the decision itself, not a hidden count."""


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("eligible", [3, 4, 7, 12])
def test_nobody_can_work_out_a_hidden_count(method: Method, eligible: int) -> None:
    needed = rules.required(Fraction(1, 4), eligible)
    for came in range(eligible + 1):
        for outcome in Outcome:
            could_be = _compatible(method, came, needed, outcome)
            if not could_be or (came < needed or outcome is Outcome.NO_DECISION):
                continue  # too few came, or all stood aside, which the outcome itself says
            for place, position in enumerate(POSITIONS[method]):
                if (method, outcome, position) not in SAID_BY_THE_OUTCOME:
                    assert len({counts[place] for counts in could_be}) > 1, (came, outcome)


def test_too_few_ballots_tell_nothing_at_all() -> None:
    could_be = _compatible(Method.CONSENT, 2, 3, Outcome.NO_DECISION)

    assert len(could_be) == 10  # every way in which two ballots can fall


def test_statements_stand_in_the_order_of_the_alphabet() -> None:
    assert rules.statements(["too loud", " at night ", "too loud"], 9) == ("at night", "too loud")


def test_statements_of_all_are_no_minority() -> None:
    assert rules.statements(["a", "b", "c"], 3) == ()


# Answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "seal", "answered", "answer", "code"),
    [
        (False, "holds", (), Answer.NOTED, ""),
        (False, "holds", ("noted",), Answer.ADOPTED, ""),
        (False, "holds", ("objected",), Answer.ADOPTED, ""),
        (True, "holds", (), Answer.NOTED, "E_SELF_RESPONSE"),
        (False, "unchecked", (), Answer.NOTED, "E_SEAL"),
        (False, "fails", (), Answer.NOTED, "E_SEAL"),
        (False, "holds", ("noted",), Answer.NOTED, "E_ANSWERED"),
        (False, "holds", ("adopted",), Answer.OBJECTED, "E_ANSWERED"),
    ],
)
def test_we_answer_others_once(
    ours: bool, seal: str, answered: tuple[str, ...], answer: Answer, code: str
) -> None:
    assert rules.may_answer(ours=ours, seal=seal, answered=answered, answer=answer) == code


@pytest.mark.parametrize(
    ("known", "self_made", "equal", "said", "code"),
    [
        (True, False, True, (), ""),
        (True, False, True, ("noted",), ""),
        (True, True, True, (), "E_SELF_RESPONSE"),
        (False, False, True, (), "E_UNKNOWN_RECORD"),
        (True, False, False, (), "E_DIGEST"),
        (True, False, True, ("adopted",), "E_DUPLICATE"),
    ],
)
def test_an_answer_counts_once_and_for_this_text(
    known: bool, self_made: bool, equal: bool, said: tuple[str, ...], code: str
) -> None:
    found = rules.refusal(
        known=known, self_made=self_made, digest_equal=equal, said=said, response="adopted"
    )

    assert found == code


# Documents ----------------------------------------------------------------------------------

OWNER = "https://birch.test/c/birch"
KEYS = make_keys()


def matter(papers: list[Position], method: Method, eligible: int, **more: object) -> Matter:
    needed = rules.required(Fraction(1, 2), eligible)
    values = {
        "id": "https://birch.test/o/1",
        "url": "https://birch.test/d/1",
        "owner": OWNER,
        "community": "Birch & Co",
        "language": "en",
        "decides": "https://birch.test/o/p",
        "title": "Sundays < & all",
        "text": "<p>Two to six.</p>",
        "subject_digest": proofs.subject_digest({"id": "https://birch.test/o/p"}),
        "method": method,
        "eligible": eligible,
        "needed": needed,
        "closed": NOW,
        "review": NOW + timedelta(days=180),
        "effective": NOW,
        "audit": rules.commitment("salt", "roster", []),
        "result": rules.count(method, papers, needed, wanted=True),
    }
    return Matter(**{**values, **more})  # type: ignore[arg-type]


def signed(given: Matter) -> dict[str, object]:
    where = records.address("public", followers=f"{OWNER}/followers", peers=f"{OWNER}/peers")
    document = wire.dump(records.record(given, where, str), for_proof=True)
    method = f"{OWNER}#ed25519-key"
    return seals.sealed(document, key=KEYS.ed25519, method=method, created=NOW)


@given(st.data(), methods, st.integers(1, 30))
def test_every_record_may_leave_and_is_believed(
    data: st.DataObject, method: Method, eligible: int
) -> None:
    document = signed(matter(data.draw(ballots(method, eligible)), method, eligible))

    value = wire.load(document, wire.claims(wire_types()))
    schemas.outgoing(
        wire.dump(Create(id="https://birch.test/a/1", actor=OWNER, object=value, to=(PUBLIC,)))
    )
    checks.record(document, document, Known(now=NOW))
    found = seals.verdict(
        document, owner=OWNER, keys={f"{OWNER}#ed25519-key": KEYS.ed25519_public}, now=NOW
    )
    assert found.state is seals.State.HOLDS
    assert wire.dump(value) == document


def wire_types() -> tuple[type, ...]:
    from node.modules.decisions.objects import TYPES
    from vocab.types import CORE

    return (*CORE, *TYPES)


@pytest.mark.parametrize(
    ("name", "language", "matter"),
    [
        ("Decided: Lend our tools", "en", "Lend our tools"),
        ("Not adopted: 20 % less", "en", "20 % less"),
        ("Entschieden: Werkzeug leihen", "en", "Entschieden: Werkzeug leihen"),
        ("Lend our tools", None, "Lend our tools"),
    ],
)
def test_a_title_is_told_without_its_outcome(name: str, language: str, matter: str) -> None:
    assert records.matter_of(name, language) == matter


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("title", records.TITLES.values())
def test_every_title_leads_back_to_its_matter(title: str, language: str) -> None:
    name = catalogue(language).gettext(title) % {"title": "Sundays: yes"}

    assert records.matter_of(name, language) == "Sundays: yes"


def test_what_members_write_is_text_in_the_record() -> None:
    document = signed(
        matter([YES] * 3 + [BUT], Method.CONSENT, 4, statements=("<script>x</script> & so on",))
    )

    assert "<script" not in str(document["content"])
    assert "Birch &amp; Co" in str(document["summary"])
    assert "Sundays &lt; &amp; all" in str(document["content"])
    assert document["minorityStatements"][0]["authorship"] == "anonymous"  # type: ignore[index]


def test_two_counts_with_one_outcome_make_one_record() -> None:
    one = signed(matter([YES] * 4, Method.CONSENT, 5))
    other = signed(matter([YES, BUT, BUT, ASIDE], Method.CONSENT, 5))

    assert one == other


@pytest.mark.parametrize(
    ("change", "keys", "state", "code"),
    [
        ({}, True, "holds", ""),
        ({"name": "Another"}, True, "fails", "E_PROOF_INVALID"),
        ({"proof": None}, True, "fails", "E_PROOF_MISSING"),
        ({}, False, "unchecked", "E_PROOF_KEY"),
    ],
)
def test_a_seal_holds_fails_or_waits(
    change: dict[str, object], keys: bool, state: str, code: str
) -> None:
    document = {**signed(matter([YES] * 3, Method.CONSENT, 3)), **change}
    known = {f"{OWNER}#ed25519-key": KEYS.ed25519_public} if keys else {}

    found = seals.verdict(document, owner=OWNER, keys=known, now=NOW)

    assert (found.state.value, found.code) == (state, code)


def test_a_seal_of_somebody_else_fails() -> None:
    document = signed(matter([YES] * 3, Method.CONSENT, 3))

    found = seals.verdict(document, owner="https://birch.test/c/other", keys={}, now=NOW)

    assert (found.state.value, found.code) == ("fails", "E_PROOF_OWNER")


def test_a_seal_made_with_another_key_fails() -> None:
    document = signed(matter([YES] * 3, Method.CONSENT, 3))
    other = proofs.multikey(Ed25519PrivateKey.generate().public_key())

    found = seals.verdict(document, owner=OWNER, keys={f"{OWNER}#ed25519-key": other}, now=NOW)

    assert found.state is seals.State.FAILS


@pytest.mark.parametrize("answer", list(Answer))
def test_every_answer_may_leave_and_is_believed(answer: Answer) -> None:
    ours = "https://cedar.test/c/cedar"
    reply = Reply(
        id="https://cedar.test/o/1",
        url="https://cedar.test/d/1",
        owner=ours,
        community="Cedar",
        language="de",
        at=NOW,
        answer=answer,
        record="https://birch.test/o/1",
        digest=proofs.digest({"id": "https://birch.test/o/1"}),
        basis="https://cedar.test/o/2" if answer is not Answer.NOTED else None,
        ground="resourceImpact",
        request="talk",
        reason="Our van.",
    )
    where = Address(to=(PUBLIC,), cc=(OWNER,), handling="public")
    document = wire.dump(records.response(reply, where, str), for_proof=True)
    method = f"{ours}#ed25519-key"
    document = seals.sealed(document, key=KEYS.ed25519, method=method, created=NOW)

    value = wire.load(document, wire.claims(wire_types()))
    schemas.outgoing(
        wire.dump(Create(id="https://cedar.test/a/1", actor=ours, object=value, to=(PUBLIC,)))
    )
    checks.response(document, document, Known(now=NOW))
