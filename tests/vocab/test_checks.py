"""Whose a thing is, who may see it, and what its words mean: refused and let pass."""

import copy
from datetime import UTC, datetime

import pytest

from tests.vocab.samples import TYPES, example
from vocab import checks
from vocab.checks import Known
from vocab.model import PUBLIC, Malformed
from vocab.origins import base, origin, same_origin
from vocab.remap import unchanged

ANA, BEN = "https://a.test/u/ana", "https://b.test/u/ben"
NOTE = {"id": "https://a.test/n/1", "type": "Note", "attributedTo": ANA, "to": [PUBLIC]}
FOLLOW = {"id": "https://a.test/a/1", "type": "Follow", "actor": ANA, "object": BEN}


def act(word: str, held: object, actor: str = ANA, **more: object) -> dict:
    host = actor.split("/u/", maxsplit=1)[0]
    return {"id": f"{host}/a/2", "type": word, "actor": actor, "object": held, **more}


def code(document: dict, known: Known | None = None) -> str | None:
    """How a document is refused; the same where it says what it is in a list."""
    listed = {**document, "type": [document["type"], "https://x.test/Odd"]}
    refused = {_code(one, known or Known()) for one in (document, listed)}
    assert len(refused) == 1, refused
    return refused.pop()


def _code(document: dict, known: Known) -> str | None:
    try:
        checks.run(document, known, types=TYPES, by_class={})
    except Malformed as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.test/x", "https://A.TEST:443/y#z", True),
        ("http://a.test:80", "http://a.test", True),
        ("https://a.test", "http://a.test", False),
        ("https://a.test", "https://a.test:8443", False),
        ("https://a.test", "https://a.test.evil.test", False),
        ("https://a.test", "https://a.test@evil.test", False),
        ("did:key:z6M", "did:key:z6M", False),
        (None, None, False),
        ("https://[::1", "https://[::1", False),
        ("https://a.test:port/", "https://a.test/", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: object, other: object, same: bool) -> None:
    assert same_origin(one, other) is same


def test_a_fragment_is_of_its_document() -> None:
    assert base("https://a.test/n#x") == "https://a.test/n"
    assert origin("ftp://a.test/") is None


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        (act("Create", NOTE), None),
        ({**act("Create", NOTE), "id": "https://b.test/a"}, "E_ORIGIN_ACTIVITY"),
        ({**act("Create", NOTE), "id": None}, "E_ORIGIN_ACTIVITY"),
        (act("Create", NOTE, BEN), "E_OWNER"),
        (act("Create", {**NOTE, "attributedTo": [BEN]}), "E_OWNER"),
        (act("Create", {**NOTE, "attributedTo": [ANA, BEN]}), None),
        (act("Create", {**NOTE, "id": "https://b.test/n"}), "E_ORIGIN_OBJECT"),
        (act("Update", {"id": ANA, "type": "Person"}), None),
        (act("Update", {"id": BEN, "type": "Person"}), "E_OWNER"),
        (act("Delete", "https://a.test/n/1"), None),
        (act("Delete", "https://b.test/n/1"), "E_OWNER"),
        (act("Delete", {"id": "https://b.test/n/1", "type": "Tombstone"}), "E_OWNER"),
        (act("Undo", "https://a.test/a/1"), None),
        (act("Undo", FOLLOW), None),
        (act("Undo", {**FOLLOW, "actor": "https://a.test/u/eve"}), "E_OWNER"),
        (act("Undo", "https://b.test/a/1"), "E_OWNER"),
        (act("Offer", "https://b.test/o/1"), "E_OWNER"),
        (act("Add", NOTE["id"], target=ANA + "/featured"), None),
        (act("Add", NOTE["id"], target="https://a.test/wp-json/users/1/featured"), None),
        (act("Add", NOTE["id"], target="https://a.test.evil.test/u/ana/featured"), "E_OWNER"),
        (act("Add", NOTE["id"]), "E_OWNER"),
        (act("Remove", NOTE["id"], target="https://b.test/featured"), "E_OWNER"),
        (act("Announce", {**NOTE, "id": "https://b.test/n", "attributedTo": BEN}), None),
        (act("Like", "https://b.test/n/1"), None),
        ({**NOTE, "attributedTo": BEN}, "E_ORIGIN_OBJECT"),
    ],
)
def test_a_sender_speaks_only_for_its_own(document: dict, refused: str | None) -> None:
    assert code(document) == refused


def test_an_undo_is_of_the_same_actor_where_we_know_the_act() -> None:
    theirs = {**FOLLOW, "actor": "https://a.test/u/eve"}
    undo = act("Undo", FOLLOW["id"])

    assert code(undo, Known(stored={FOLLOW["id"]: FOLLOW}.get)) is None
    assert code(undo, Known(stored={FOLLOW["id"]: theirs}.get)) == "E_OWNER"


ASKED = {
    "id": "https://a.test/a/9",
    "type": "Offer",
    "actor": ANA,
    "to": [BEN],
    "object": {"type": "Agreement"},
    "endTime": "2026-11-21T00:00:00Z",
}


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (act("Accept", ASKED["id"], BEN, published="2026-11-20T23:00:00Z"), None),
        (act("Accept", ASKED["id"], BEN, published="2026-11-20T23:30:00-01:00"), "E_EXPIRED"),
        (act("Accept", ASKED["id"], BEN, published="2026-11-21T00:00:01Z"), "E_EXPIRED"),
        (act("Reject", ASKED["id"], BEN, published="2026-11-21T00:00:01Z"), None),
        (act("Accept", ASKED["id"]), "E_SELF_ACCEPT"),
        (act("Accept", ASKED["id"], "https://b.test/u/eve"), "E_NOT_ADDRESSED"),
        (act("Accept", "https://b.test/unknown", BEN), "E_SELF_ACCEPT"),
        (act("Accept", "https://a.test/unknown", BEN), None),
        (act("Accept", ASKED["id"], BEN, result={"attributedTo": ANA}), "E_RESULT_OWNER"),
        (act("Accept", ASKED["id"], BEN, result={"attributedTo": BEN}), None),
    ],
)
def test_only_who_was_asked_answers_and_in_time(answer: dict, refused: str | None) -> None:
    assert code(answer, Known(stored={ASKED["id"]: ASKED}.get)) == refused


def test_who_is_followed_may_answer_though_nobody_is_addressed() -> None:
    seen = Known(stored={FOLLOW["id"]: FOLLOW}.get)

    assert code(act("Accept", FOLLOW["id"], BEN), seen) is None
    assert code(act("Accept", FOLLOW["id"], "https://b.test/u/eve"), seen) == "E_NOT_ADDRESSED"


@pytest.mark.parametrize("said", ["Note", ["Note"], ["https://x.test/Odd", "Note"]])
@pytest.mark.parametrize("where", ["itself", "object", "result"])
def test_a_class_is_asked_however_it_is_said(said: object, where: str) -> None:
    def no(_held: object, _activity: object, _known: Known) -> None:
        raise Malformed("E_NO", "asked")

    note = {**NOTE, "type": said}
    document = note if where == "itself" else act("Arrive", BEN, **{where: note})
    with pytest.raises(Malformed, match="asked"):
        checks.run(document, Known(), types=TYPES, by_class={TYPES["Note", None]: no})


def test_an_act_ends_after_it_begins() -> None:
    begins = {"published": "2026-11-20T09:00:00Z"}

    assert code(act("Arrive", BEN, **begins, endTime="2026-11-20T09:00:01Z")) is None
    assert code(act("Arrive", BEN, **begins, endTime="2026-11-20T09:00:00Z")) == "E_TIME_ORDER"


def test_an_offer_that_is_over_is_not_taken() -> None:
    offer = {**example("05"), "endTime": "2026-11-15T00:00:00Z"}

    assert code(offer, Known(now=datetime(2026, 11, 14, tzinfo=UTC))) is None
    assert code(offer, Known(now=datetime(2026, 11, 16, tzinfo=UTC))) == "E_EXPIRED"


def changed(number: str, **changes: object) -> dict:
    document = copy.deepcopy(example(number))
    document["object"].update(changes)
    return document


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        (changed("10", handling="trustedPeers"), "E_AUDIENCE_WIDENED"),
        (changed("12", handling="public"), "E_HANDLING"),
        (changed("12", handling="recipientsOnly"), "E_HANDLING"),
        (changed("12", to=[PUBLIC]), "E_HANDLING"),
        (changed("10", endTime="2026-11-18T07:59:59Z"), "E_TIME_ORDER"),
        (changed("10", endTime="2026-11-18T08:59:59+01:00"), "E_TIME_ORDER"),
        (changed("10", updated="2026-11-17T00:00:00Z"), "E_TIME_ORDER"),
        (changed("10", inbox="https://north.example/in"), "E_DUCK"),
        (changed("10", first="x"), "E_DUCK"),
        (changed("10", location={"latitude": 52.517, "longitude": 13.4}), "E_PLACE_PRECISION"),
        (changed("10", location={"latitude": 52.51, "longitude": 13}), None),
        (
            changed("43", proof={"verificationMethod": "https://north.example/u/x#k"}),
            "E_PROOF_OWNER",
        ),
        (changed("43", proof={"verificationMethod": 7}), "E_PROOF_OWNER"),
    ],
)
def test_a_thing_of_ours_keeps_our_rules(document: dict, refused: str | None) -> None:
    assert code(document) == refused


def test_a_strangers_post_is_not_asked_for_them() -> None:
    odd = {**NOTE, "first": "x", "handling": "mine", "location": {"latitude": 52.51234}}

    assert code(act("Create", odd)) is None


@pytest.mark.parametrize("revision", [0, 1, 2])
def test_an_older_revision_is_refused(revision: int) -> None:
    update = changed("13", revision=revision)
    held = example("10")["object"]

    refused = code(update, Known(stored={held["id"]: held}.get))

    assert refused == (None if revision > held["revision"] else "E_REVISION")


def with_context(*terms: dict, held: dict) -> dict:
    return {"@context": ["https://www.w3.org/ns/activitystreams", *terms], **held}


@pytest.mark.parametrize(
    "terms",
    [
        {"content": "https://evil.test/content"},
        {"Note": "https://evil.test/Note"},
        {"to": {"@id": "https://evil.test/to"}},
        {"attributedTo": None},
        {"id": "https://evil.test/id"},
        {"as": "https://evil.test/as#", "content": "as:content"},
    ],
)
def test_a_word_of_as2_keeps_its_meaning(terms: dict) -> None:
    document = with_context(terms, held={**NOTE, "content": "x"})

    with pytest.raises(Malformed) as refused:
        unchanged(document)
    assert refused.value.code == "E_CONTEXT_REMAP"
    with pytest.raises(Malformed):
        unchanged(act("Create", document))


@pytest.mark.parametrize(
    "terms",
    [
        {"summary": "https://other.test/unused"},
        {"content": "as:content", "as": "https://www.w3.org/ns/activitystreams#"},
        {"content": {"@id": "https://www.w3.org/ns/activitystreams#content"}},
        {"position": "https://joinpeertube.org/ns#position"},
        {"schema": "http://schema.org#", "value": "schema:value"},
        {"subject": "https://w3id.org/fep/c390#subject"},
    ],
)
def test_other_words_are_others_own(terms: dict) -> None:
    unchanged(
        with_context(
            terms,
            held={**NOTE, "content": "x", "position": 1, "value": "x", "subject": "did:key:z"},
        )
    )


def test_a_word_of_ours_keeps_its_meaning_in_our_classes() -> None:
    document = example("10")
    document["@context"].append({"unitBased": "https://other.test/x"})

    with pytest.raises(Malformed):
        unchanged(document)
