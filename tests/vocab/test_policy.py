"""Who may do what with a post, in both spellings."""

from typing import Any

import pytest

from vocab.model import PUBLIC
from vocab.policy import Leave, Verb, advertised, kept, leave

ME, THEM = "https://a.test/u/me", "https://b.test/u/them"
FOLLOWERS = f"{THEM}/followers"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"automaticApproval": [PUBLIC]}, Leave.YES),
        ({"automaticApproval": "as:Public"}, Leave.YES),
        ({"always": [PUBLIC], "approvalRequired": []}, Leave.YES),
        ({"automaticApproval": [FOLLOWERS]}, Leave.YES),
        ({"automaticApproval": [ME]}, Leave.YES),
        ({"manualApproval": [PUBLIC]}, Leave.ASK),
        ({"automaticApproval": [THEM], "manualApproval": "Public"}, Leave.ASK),
        ({"approvalRequired": [FOLLOWERS]}, Leave.ASK),
        ({"automaticApproval": [THEM]}, Leave.NO),
        ({"automaticApproval": [f"{THEM}/following"]}, Leave.NO),
        ({}, Leave.NO),
        ({"automaticApproval": {"id": PUBLIC}}, Leave.NO),
    ],
)
@pytest.mark.parametrize("verb", list(Verb))
def test_a_rule_says_who_may(verb: Verb, rule: dict[str, Any], found: Leave) -> None:
    assert leave({verb.value: rule}, verb, [ME, FOLLOWERS]) is found


@pytest.mark.parametrize("policy", [None, {}, {"canLike": None}, {"canLike": [PUBLIC]}, [], "x"])
def test_where_nothing_is_said_only_quoting_is_refused(policy: Any) -> None:
    assert {verb: leave(policy, verb, [ME]) for verb in Verb} == {
        Verb.LIKE: Leave.YES, Verb.REPLY: Leave.YES, Verb.SHARE: Leave.YES, Verb.QUOTE: Leave.NO,
    }  # fmt: skip


@pytest.mark.parametrize("quotes", list(Leave))
def test_what_we_advertise_is_read_as_meant(quotes: Leave) -> None:
    said = advertised(quotes, THEM)

    assert leave(said, Verb.QUOTE, [ME]) is quotes
    assert {leave(said, verb, [ME]) for verb in (Verb.LIKE, Verb.REPLY, Verb.SHARE)} == {Leave.YES}


def test_what_is_kept_says_the_same_and_has_an_end() -> None:
    said = {
        "canLike": {"always": "as:Public", "x": 1},
        "canReply": {"automaticApproval": [f"{ME}/{n}" for n in range(1000)] + ["y" * 3000, 7]},
        "canFly": {"always": [PUBLIC]},
        "canQuote": "nobody",
    }
    found = kept(said)

    assert found is not None
    assert set(found) == {"canLike", "canReply"}
    assert len(found["canReply"]["automaticApproval"]) == 100
    assert leave(found, Verb.LIKE, [ME]) is leave(said, Verb.LIKE, [ME]) is Leave.YES
    assert kept({"canQuote": []}) is kept("x") is kept(None) is None
