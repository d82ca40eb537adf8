"""Documents of other programs, read where they lie: nothing raises, everything has a class."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vocab.samples import FOLDER, TYPES
from vocab import dialects, html, jsonld, remap, schemas
from vocab.model import Activity, Actor, Collection, Malformed, Object
from vocab.wire import dump, load

TAKEN_OTHERWISE = {
    # a Message with an actor, so an act to us
    "fep/feps__cb76__fep-cb76_1.json",
    # a poll that calls itself an act, and pieces of a JSON-LD test without a type
    "fedbox/fedbox__activities__question.json",
    "ktistec/ktistec__framework__json_ld_spec.cr_19.json",
    "ktistec/ktistec__framework__json_ld_spec.cr_6.json",
    "ktistec/ktistec__framework__json_ld_spec.cr_7.json",
    "ktistec/ktistec__framework__json_ld_spec.cr_9.json",
}

REFUSED = {
    # an example of FEP-0837 without a title, which our page could not show
    "fep/feps__0837__fep-0837_1.json": "E_SCHEMA",
    # name is https://schema.org/name there
    "ktistec/ktistec__framework__json_ld_spec.cr_9.json": "E_CONTEXT_REMAP",
}


LISTINGS = {"fep/feps__0837__fep-0837_1.json", "fep/feps__0837__fep-0837_2.json"}
"""All listings of the corpus; the first is refused, see above, the second is a listing here."""


def classify(value: Object) -> str:
    for cls, word in ((Activity, "activity"), (Actor, "actor"), (Collection, "collection")):
        if isinstance(value, cls):
            return word
    return "object"


def receive(document: dict) -> Object:
    ours = dialects.read(document)
    schemas.validate(ours, TYPES)
    remap.unchanged(document)
    return load(ours, TYPES)


def test_every_document_of_others_is_read_and_classified(shared: Path) -> None:
    wrong, refused, listings = [], {}, set()
    with (shared / "corpus" / "MANIFEST.tsv").open() as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))

    for row in rows:
        document = json.loads((shared / "corpus" / row["file"]).read_text("utf-8"))
        found = classify(load(dialects.read(document), TYPES))
        if dialects.listing(document) is not None:
            listings.add(row["file"])
        try:
            receive(document)
        except Malformed as error:
            refused[row["file"]] = error.code
        said = row["kind"] if row["kind"] in ("activity", "actor", "collection") else "object"
        if found != said and row["file"] not in TAKEN_OTHERWISE:
            wrong.append((row["file"], said, found))

    assert len(rows) > 600
    assert wrong == []
    assert refused == REFUSED
    assert listings == LISTINGS


def without_blind_copies(value: Object) -> Object:
    """What is left of it when it is sent (W14), at the depths where the corpus has them."""
    inner = getattr(value, "object", None)
    if isinstance(inner, Object):
        value = replace(value, object=without_blind_copies(inner))
    return replace(value, bto=(), bcc=()) if value.bto or value.bcc else value


def test_what_others_say_can_be_said_again(shared: Path) -> None:
    for file in sorted((shared / "corpus").glob("*/*.json")):
        value = load(json.loads(file.read_text("utf-8")), TYPES)

        assert load(dump(value), TYPES) == without_blind_copies(value), file.name


def documents(folder: Path) -> Iterator[tuple[str, dict]]:
    for file in sorted(folder.rglob("*.json")):
        try:
            document = json.loads(file.read_text("utf-8"))
        except ValueError:
            continue
        for one in document if isinstance(document, list) else [document]:
            if isinstance(one, dict):
                yield file.name, one


def test_the_documents_of_the_w3c_are_read(shared: Path) -> None:
    found = [load(one, TYPES) for _, one in documents(shared / "vectors" / "as2")]

    assert len(found) > 150
    assert {"activity", "actor", "collection", "object"} == {classify(one) for one in found}


def test_oddly_shaped_objects_are_read(shared: Path) -> None:
    odd = [
        {"type": "Note", "id": "https://a.test/n", **one}
        for _, held in documents(shared / "vectors" / "pasture-inputs")
        for one in held.get("examples", ())
        if isinstance(one, dict)
    ]

    assert len(odd) > 50
    for one in odd:
        value = load({k: v for k, v in one.items() if k != "id" or isinstance(v, str)}, TYPES)
        assert html.clean(value.content).count("<script") == 0


def test_bodies_seen_on_the_wire_are_read(shared: Path) -> None:
    bodies = []
    for _, exchange in documents(shared / "captures"):
        for side in ("request", "response"):
            said = exchange.get(side) or {}
            if isinstance(said.get("body_raw"), str) and said["body_raw"].lstrip()[:1] == "{":
                bodies.append(json.loads(said["body_raw"]))

    assert len(bodies) > 80
    for body in bodies:
        dump(load(body, TYPES))


def test_a_plain_post_is_no_listing() -> None:
    note = json.loads((FOLDER / "interop" / "plain-mastodon-note.received.json").read_text())

    assert dialects.listing(note) is None


EXPANDED = {
    "@id": "https://a.test/n",
    "@type": ["https://www.w3.org/ns/activitystreams#Note"],
    "https://www.w3.org/ns/activitystreams#content": [{"@value": "Hi"}],
    "https://www.w3.org/ns/activitystreams#to": [
        {"@id": "https://www.w3.org/ns/activitystreams#Public"}
    ],
}
PREFIXED = {
    "@context": {"as": "https://www.w3.org/ns/activitystreams#"},
    "@id": "https://a.test/n",
    "@type": "as:Note",
    "as:content": "Hi",
    "as:to": {"@id": "as:Public"},
}


@pytest.mark.parametrize("document", [EXPANDED, PREFIXED])
def test_a_foreign_spelling_is_brought_into_ours(document: dict) -> None:
    assert jsonld.is_foreign(document)

    plain = jsonld.plain(document)

    assert plain["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
    value = load(plain, TYPES)
    assert (value.type, value.id, value.content) == ("Note", "https://a.test/n", "Hi")


def test_what_reads_as_it_is_stays_off_the_cold_path() -> None:
    assert not jsonld.is_foreign({"type": "Note", "id": "https://a.test/n", "content": "as:x"})


def test_an_unknown_context_counts_as_empty() -> None:
    note = {"@context": "https://never.test/ctx", "@id": "https://a.test/n", "word": "x"}

    assert jsonld.expand(note) == []
    assert jsonld.expand({**note, "@type": "https://a.test/T"}) == [
        {"@id": "https://a.test/n", "@type": ["https://a.test/T"]}
    ]


def nested(depth: int) -> dict:
    held: dict = {"@id": "https://a.test/n"}
    for _ in range(depth):
        held = {"https://a.test/p": held}
    return held


@pytest.mark.parametrize(
    "document",
    [
        nested(40),
        {"https://a.test/p": ["x"] * 6000},
        {"@context": {f"t{n}": "https://a.test/p" for n in range(3000)}, "@id": "https://a.test/n"},
        {"@context": {"@version": 9}, "@id": "https://a.test/n"},
        {"@context": 7, "@id": "https://a.test/n"},
    ],
)
def test_more_than_the_budget_is_refused(document: dict) -> None:
    with pytest.raises(Malformed) as refused:
        jsonld.expand(document)

    assert refused.value.code == "E_JSONLD"
