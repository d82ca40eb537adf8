"""The pinned contexts are what they say, and equal what their owners publish."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.vocab.samples import names, read
from vocab import contexts

ROWS = json.loads((contexts.FOLDER / "index.json").read_text())
PUBLISHED = {
    "https://www.w3.org/ns/activitystreams": "activitystreams",
    "https://w3id.org/security/v1": "security-v1",
    "https://www.w3.org/ns/did/v1": "did-v1",
    "https://w3id.org/security/multikey/v1": "multikey-v1",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2",
    "https://w3id.org/fep/0837": "fep-0837",
    "https://joinmastodon.org/ns": "joinmastodon",
    "https://join-lemmy.org/context.json": "join-lemmy",
    "https://litepub.social/litepub/context.jsonld": "litepub-0.1",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["url"])
def test_a_context_is_the_file_we_pinned(row: dict) -> None:
    data = contexts.files()[row["url"]].read_bytes()

    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    assert set(row) == {"url", "file", "date", "sha256"}


@pytest.mark.parametrize("url", PUBLISHED)
def test_a_context_has_its_owners_terms(url: str, shared: Path) -> None:
    theirs = json.loads((shared / "contexts" / f"{PUBLISHED[url]}.jsonld").read_text())

    assert contexts.read(url) == theirs


def test_our_context_is_the_vocabularys(shared: Path) -> None:
    ours = json.loads((shared / "vocab" / "context.jsonld").read_text())

    assert contexts.read(contexts.OURS) == ours


@pytest.mark.parametrize(
    ("spelling", "known"),
    [
        ("https://www.w3.org/ns/activitystreams", True),
        ("https://www.w3.org/ns/activitystreams#", True),
        ("http://www.w3.org/ns/activitystreams", True),
        ("https://any.test/schemas/litepub-0.1.jsonld", True),
        ("https://any.test/contexts", False),
        ("https://any.test/activitystreams", False),
    ],
)
def test_a_context_has_several_addresses(spelling: str, known: bool) -> None:
    assert (contexts.read(spelling) is not None) is known


def test_our_words_do_not_take_as2s() -> None:
    both = contexts.terms().keys() & contexts.as2_terms().keys()

    assert {t for t in both if contexts.terms()[t] != contexts.as2_terms()[t]} == set()


def test_inline_terms_mean_what_the_samples_say() -> None:
    for name in names("wire"):
        for one in read("wire", name)["@context"]:
            if isinstance(one, dict):
                assert one == contexts.inline(frozenset(one), "inline")
