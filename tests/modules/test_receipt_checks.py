"""The modules' own checks of what arrives, refused and let pass."""

import copy

import pytest

from node.modules.decisions import checks as decisions
from node.modules.listings import checks as listings
from node.modules.matching import checks as matching
from node.modules.peers import checks as peers
from node.modules.proposals import checks as proposals
from tests.vocab.samples import example, known
from vocab import proofs
from vocab.checks import Known
from vocab.model import Malformed


def code(check, held: dict, activity: dict | None = None, seen: Known | None = None) -> str | None:
    try:
        check(held, activity or held, seen or Known())
    except Malformed as refused:
        return refused.code
    return None


def changed(held: dict, **changes: object) -> dict:
    """A copy with other values; a__b changes b inside of a."""
    out = copy.deepcopy(held)
    for path, value in changes.items():
        *inside, last = path.split("__")
        place = out
        for key in inside:
            place = place[key]
        place[last] = value
    return out


RECORD = example("43")["object"]


def tallies(*counts: int) -> list[dict]:
    positions = ("consent", "consentWithReservation", "oppose", "abstain")
    return [
        {"type": "Tally", "position": position, "count": count}
        for position, count in zip(positions, counts, strict=False)
    ]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"audience": "https://river.example/c/riverbend"}, "E_AUDIENCE"),
        ({"decides": "https://river.example/o/gp-1"}, "E_AUDIENCE"),
        ({"supersedes": "https://river.example/o/dr-1"}, "E_OWNER"),
        ({"supersedes": "https://north.example/o/dr-1"}, None),
        ({"chosenOption": "https://north.example/o/gp-99#opt-1"}, "E_FRAGMENT"),
        ({"electorate__participated": 42}, "E_SUM"),
        ({"tallies": tallies(30, 8)}, "E_SUM"),
        ({"quorum__required": 34}, "E_QUORUM"),
        ({"quorum__reached": False}, "E_QUORUM"),
        ({"quorum__required": 34, "quorum__reached": False}, "E_QUORUM"),
        ({"tallies": tallies(29, 4)}, "E_SUPPRESS"),
        ({"tallies": tallies(20, 8)}, "E_SUPPRESS"),
        ({"tallies": tallies(33)}, "E_SUPPRESS"),
        ({"tallies": tallies(33, 0)}, "E_SUPPRESS"),
        ({"tallies": tallies(28, 5, 0)}, None),
        ({"disclosure": "full", "tallies": tallies(29, 4)}, "E_SUPPRESS"),
        ({"disclosure": "banded", "tallies": tallies(25, 5)}, "E_SUPPRESS"),
        ({"disclosure": "banded", "tallies": tallies(23, 10)}, None),
        ({"disclosure": "banded", "counting": {"type": "Counting", "figures": []}}, "E_SUPPRESS"),
        ({"suppressedBelow": 9, "tallies": tallies(25, 8)}, "E_SUPPRESS"),
        ({"minorityStatements": [{"supporters": 4}]}, "E_SUPPRESS"),
        ({"minorityStatements": [{"supporters": 5}, {}]}, None),
    ],
)
def test_a_record_adds_up_and_tells_nobodys_vote(changes: dict, refused: str | None) -> None:
    assert code(decisions.record, changed(RECORD, **changes)) == refused


def option(number: int, of: str = "https://north.example/o/gp-12") -> dict:
    return {"type": "Option", "id": f"{of}#opt-{number}", "name": f"Way {number}"}


def counted(*numbers: int) -> list[dict]:
    return [
        {"type": "Tally", "option": option(n)["id"], "position": "inFavour", "count": count}
        for n, count in zip(numbers, (25, 8), strict=False)
    ]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"options": [option(1), option(2)]}, None),
        ({"options": [option(1), option(2), option(0)], "tallies": counted(1, 2)}, None),
        ({"options": [option(1), option(2)], "chosenOption": option(3)["id"]}, "E_OPTION"),
        ({"options": [option(1), option(2)], "tallies": counted(1, 3)}, "E_OPTION"),
        ({"options": [option(1), option(1), option(2)]}, "E_OPTION"),
        ({"options": [option(1), option(2, "https://north.example/o/gp-9")]}, "E_FRAGMENT"),
        ({"tallies": [{**t, "option": option(1, "https://x.example/o/1")["id"]}
                      for t in counted(1, 2)]}, "E_FRAGMENT"),
        ({"options": [option(1), {"name": "no id"}]}, "E_OPTION"),
        ({"options": "opt-1"}, "E_OPTION"),
        ({"options": {"opt-1": "A"}}, "E_OPTION"),
        ({"options": [option(n) for n in range(1, 40)]}, "E_OPTION"),
    ],
)  # fmt: skip
def test_a_record_chose_one_of_its_options(changes: dict, refused: str | None) -> None:
    assert code(decisions.record, changed(RECORD, **changes)) == refused


@pytest.mark.parametrize(("numbers", "refused"), [((1, 2), None), ((2, 3), "E_OPTION")])
def test_a_record_chose_one_of_the_options_that_we_know(
    numbers: tuple[int, ...], refused: str | None
) -> None:
    text = {"id": RECORD["decides"], "options": [option(n) for n in numbers]}
    told = changed(RECORD, subjectDigest=proofs.subject_digest(text))

    assert code(decisions.record, told, seen=Known(stored=lambda _: text)) == refused


def test_no_count_is_shown_of_fewer_than_eight() -> None:
    few = changed(
        RECORD,
        electorate__participated=7,
        quorum__required=4,
        suppressedBelow=3,
        tallies=tallies(4, 3),
        minorityStatements=[],
    )

    assert code(decisions.record, few) == "E_SUPPRESS"
    shown = changed(few, electorate__participated=8, tallies=tallies(5, 3))
    assert code(decisions.record, shown) is None


def test_a_count_is_needed_to_be_hidden() -> None:
    quiet = {key: held for key, held in RECORD.items() if key != "tallies"}

    assert code(decisions.record, changed(quiet, disclosure="outcomeOnly")) is None


def test_a_record_decides_the_text_we_have() -> None:
    text = {"id": RECORD["decides"], "name": "Another"}

    assert code(decisions.record, RECORD, seen=Known(stored=lambda _: text)) == "E_SUBJECT"
    assert code(decisions.record, RECORD, seen=known()) is None


def test_a_record_is_proven_by_its_owners_key() -> None:
    seen = known()
    other = changed(RECORD, proof__verificationMethod="https://north.example/u/ana#key")
    unsigned = {key: held for key, held in RECORD.items() if key != "proof"}

    assert code(decisions.record, changed(RECORD, name="Other"), seen=seen) == "E_PROOF_INVALID"
    assert code(decisions.record, other, seen=seen) == "E_PROOF_OWNER"
    assert code(decisions.record, unsigned, seen=seen) == "E_PROOF_MISSING"


RESPONSE = example("46")["object"]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"audience": "https://north.example/c/northside"}, "E_AUDIENCE"),
        ({"respondsTo": "https://river.example/o/dr-1"}, "E_SELF_RESPONSE"),
        ({"inReplyTo": "https://north.example/o/dr-1"}, "E_FRAGMENT"),
        ({"basis": "https://north.example/o/dr-12"}, "E_ORIGIN_OBJECT"),
    ],
)
def test_a_response_is_ones_own_about_anothers(changes: dict, refused: str | None) -> None:
    assert code(decisions.response, changed(RESPONSE, **changes)) == refused


def test_a_response_is_about_one_text() -> None:
    record = {"id": "https://north.example/o/dr-12"}
    response = {"respondsToDigest": proofs.digest(record)}

    decisions.answers(response, record)
    with pytest.raises(Malformed) as refused:
        decisions.answers(response, {**record, "name": "x"})
    assert refused.value.code == "E_SUBJECT"


PROPOSAL = example("41")["object"]


def stages(*names: str) -> list[dict]:
    return [
        {"type": "StageEntry", "stage": name, "startTime": f"2026-11-{10 + day}T08:00:00Z"}
        for day, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (("presented",), None),
        (("presented", "researching", "deliberating", "voting", "decided"), None),
        (("voting", "ended"), None),
        (("decided", "deliberating"), None),
        (("presented", "ended"), None),
        (("presented", "voting"), "E_STAGE"),
        (("voting", "withdrawn"), "E_STAGE"),
        (("ended", "presented"), "E_STAGE"),
        (("https://other.test/stage", "voting"), None),
    ],
)
def test_stages_follow_the_table(names: tuple[str, ...], refused: str | None) -> None:
    held = changed(PROPOSAL, stageHistory=stages(*names), stage=names[-1])

    assert code(proposals.proposal, held) == refused


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"stage": "voting"}, "E_STAGE"),
        ({"stageHistory": []}, "E_STAGE"),
        ({"audience": "https://river.example/c/riverbend"}, "E_AUDIENCE"),
        ({"proposedBy": "https://river.example/u/bo"}, "E_OWNER"),
        ({"options": [{"id": "https://north.example/o/gp-99#opt-1"}]}, "E_FRAGMENT"),
        ({"supportAggregate__supporters": 4, "supportAggregate__points": 4}, "E_SUPPRESS"),
        ({"supportAggregate__supporters": 0, "supportAggregate__points": 0}, None),
        ({"supportAggregate__points": 291}, "E_SUM"),
    ],
)
def test_a_proposal_is_the_communitys_own(changes: dict, refused: str | None) -> None:
    assert code(proposals.proposal, changed(PROPOSAL, **changes)) == refused


def test_stages_run_forwards() -> None:
    late = stages("presented", "researching")
    late[1]["startTime"] = "2026-11-01T08:00:00Z"

    held = changed(PROPOSAL, stageHistory=late, stage="researching")

    assert code(proposals.proposal, held) == "E_STAGE"


REQUEST = example("20")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"object__location__latitude": 52.51}, "E_PLACE_PRECISION"),
        ({"object__location__longitude": 13.44}, "E_PLACE_PRECISION"),
        ({"object__location__radius": 9999}, "E_PLACE_PRECISION"),
        ({"object__due": "2026-12-18T20:00:00Z"}, "E_PLACE_PRECISION"),
    ],
)
def test_a_request_tells_a_region_and_a_day(changes: dict, refused: str | None) -> None:
    assert code(matching.request, changed(REQUEST, **changes)) == refused


ANSWER = example("21")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"result__matchRequest": "https://north.example/a/other"}, "E_RESULT"),
        ({"result__candidates": ANSWER["result"]["candidates"] * 2}, "E_TOO_MANY"),
        ({"result__candidates": []}, None),
        ({"result__attributedTo": "https://hill.example/service"}, "E_ORIGIN_OBJECT"),
        (
            {
                "result__candidates": [
                    {
                        "id": "https://river.example/u/bo",
                        "attributedTo": "https://river.example/service",
                    }
                ]
            },
            "E_IDENTITY_LEAK",
        ),
    ],
)
def test_an_answer_keeps_to_its_request(changes: dict, refused: str | None) -> None:
    answer = changed(ANSWER, **changes)

    assert code(matching.result, answer["result"], answer, known()) == refused


def test_a_request_is_accepted_with_a_result() -> None:
    matching.answer(ANSWER, REQUEST)
    matching.answer({"type": "Accept"}, {"type": "Follow"})
    with pytest.raises(Malformed) as refused:
        matching.answer({"type": "Accept"}, REQUEST)
    assert refused.value.code == "E_RESULT"


OFFER = example("25")
CONSENT = OFFER["object"]["consents"][0]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"object__consents": [{**CONSENT, "party": "matchedSide"}]}, "E_CONSENT"),
        ({"object__consents": [CONSENT, {**CONSENT, "party": "matchedSide"}]}, "E_CONSENT"),
        ({"object__discloses": ["displayName"]}, "E_CONSENT"),
        (
            {"object__consents": [{**CONSENT, "consentedAt": "2026-11-20T10:02:11Z"}]},
            "E_CONSENT",
        ),
        ({"object__candidate": "https://north.example/m/c-1"}, "E_CONSENT"),
    ],
)
def test_a_side_consents_for_itself(changes: dict, refused: str | None) -> None:
    offer = changed(OFFER, **changes)

    assert code(matching.introduction, offer["object"], offer) == refused


def test_the_other_side_consents_in_its_answer() -> None:
    answer = example("26")

    assert code(matching.introduction, answer["result"], answer) is None
    ours = changed(answer, result__consents=[CONSENT])
    assert code(matching.introduction, ours["result"], ours) == "E_CONSENT"


def test_a_card_describes_an_own_member() -> None:
    card = example("27")["object"]

    assert code(matching.card, card) is None
    theirs = changed(card, describes="https://river.example/u/bo")
    assert code(matching.card, theirs) == "E_ORIGIN_OBJECT"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"subject": "https://river.example/service"}, "E_OWNER"),
        ({"object": "https://north.example/other"}, "E_OWNER"),
    ],
)
def test_a_node_speaks_of_its_own_trust(changes: dict, refused: str | None) -> None:
    held = changed(example("05")["object"], **changes)

    assert code(peers.peering, held) == refused


def test_an_intent_is_a_fragment_of_its_listing() -> None:
    listing = example("10")["object"]

    assert code(listings.listing, listing) is None
    other = changed(listing, reciprocal__id="https://north.example/o/other#reciprocal")
    assert code(listings.listing, other) == "E_FRAGMENT"
