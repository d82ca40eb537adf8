"""The producer's check: what of ours may leave, and what of others is asked."""

import json
from typing import Any

import pytest

from tests.vocab.samples import TYPES, example, names, read
from vocab import schemas
from vocab.model import PUBLIC, Malformed, Object
from vocab.types import (
    CORE,
    Accept,
    Announce,
    Create,
    Delete,
    Flag,
    Follow,
    Note,
    OrderedCollectionPage,
    Reject,
    Tombstone,
    Undo,
)
from vocab.wire import claims, dump, load

ANA, BEN = "https://alder.test/u/ana", "https://birch.test/u/ben"
NOTE = Note(id="https://alder.test/n/1", attributed_to=ANA, content="<p>Hi</p>", to=(PUBLIC,))
FOLLOW = Follow(id="https://alder.test/a/1", actor=ANA, object=BEN, to=(BEN,))


def create(note: Note) -> Create:
    return Create(id="https://alder.test/a/2", actor=ANA, object=note, to=note.to)


@pytest.mark.parametrize(
    "value",
    [
        FOLLOW,
        Accept(id="https://alder.test/a/3", actor=ANA, object=FOLLOW, to=(BEN,)),
        Reject(id="https://alder.test/a/4", actor=ANA, object="https://birch.test/f", to=(BEN,)),
        Undo(id="https://alder.test/a/5", actor=ANA, object=FOLLOW, to=(BEN,)),
        create(NOTE),
        Delete(id="https://alder.test/a/6", actor=ANA, object=ANA, to=(PUBLIC,)),
        Announce(id="https://alder.test/a/7", actor=ANA, object="https://b.test/n", to=(PUBLIC,)),
        Flag(id="https://alder.test/a/8", actor=ANA, objects=(BEN, "https://b.test/n"), to=(BEN,)),
        NOTE,
        Tombstone(id="https://alder.test/n/1", former_type="Note", deleted=None),
        OrderedCollectionPage(id="https://alder.test/o?p=1", ordered_items=(create(NOTE),)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_ordinary_documents_leave(value: Object) -> None:
    document = dump(value)
    if value.type == "Tombstone":
        document["deleted"] = "2026-11-20T09:00:00Z"

    schemas.outgoing(document)


LEAKS = ["ballots", "votes", "voters", "deliberation", "members", "auditLog", "bto", "bcc"]
LEAKS += ["pointsByMember", "supportersList", "transcript", "endorsers"]


@pytest.mark.parametrize("key", LEAKS)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_forbidden_key_does_not_leave_at_any_depth(key: str, depth: int) -> None:
    document = dump(create(NOTE))
    inside = [document, document["object"], {}, {}][depth]
    if depth == 3:
        document["object"]["source"] = {"a": [{"b": inside}]}
    schemas.outgoing(document)
    inside[key] = ["x"]

    with pytest.raises(Malformed) as refused:
        schemas.outgoing(document)

    assert refused.value.code == "E_SCHEMA"


@pytest.mark.parametrize(
    "change",
    [
        {"to": PUBLIC},
        {"to": ["as:Public"]},
        {"cc": ["Public"]},
        {"type": ["Create"]},
        {"id": None},
        {"id": "urn:x"},
        {"actor": None},
        {"actor": {"id": ANA}},
        {"object": None},
        {"object": NOTE.id},
        {"@context": "https://w3id.org/commons-node/v1"},
        {"published": "2026-11-20T09:00:00+01:00"},
        {"proof": [{"type": "DataIntegrityProof"}]},
    ],
    ids=json.dumps,
)
def test_an_ill_formed_act_does_not_leave(change: dict) -> None:
    document = {**dump(create(NOTE)), **change}
    document = {key: held for key, held in document.items() if held is not None}

    with pytest.raises(Malformed):
        schemas.outgoing(document)


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["Note"]},
        {"type": "Like"},
        {"to": PUBLIC},
        {"to": None},
        {"attributedTo": None},
        {"attributedTo": [ANA]},
        {"tag": {"type": "Mention"}},
        {"attachment": {"type": "Image"}},
        {"audience": ["https://alder.test/c"]},
        {"name": "A title"},
        {"content": "<p onload=x>"},
        {"content": "<script>x</script>"},
        {"proof": [{"type": "DataIntegrityProof"}]},
    ],
    ids=json.dumps,
)
def test_an_ill_formed_note_does_not_leave(change: dict) -> None:
    document = dump(create(NOTE))
    document["object"] = {
        key: held for key, held in {**document["object"], **change}.items() if held is not None
    }

    with pytest.raises(Malformed):
        schemas.outgoing(document)


def test_what_a_page_holds_is_looked_at_too() -> None:
    page = dump(OrderedCollectionPage(id="https://alder.test/o", ordered_items=(create(NOTE),)))
    page["orderedItems"][0]["object"]["type"] = ["Note"]

    with pytest.raises(Malformed):
        schemas.outgoing(page)


def test_a_member_without_keys_does_not_leave() -> None:
    person = example("03")
    schemas.outgoing(person)
    del person["publicKey"]

    with pytest.raises(Malformed):
        schemas.outgoing(person)
    schemas.validate(person)  # a stranger may come without


def test_a_stranger_is_not_asked_for_our_form() -> None:
    schemas.validate({"type": ["Create"], "object": {"type": "Note", "to": PUBLIC, "votes": 3}})
    schemas.validate({"type": "Relationship", "relationship": "https://b.test/friend"})


@pytest.mark.parametrize(("word", "kind"), sorted(schemas.KINDS))
@pytest.mark.parametrize("in_turn", [True, False])
def test_a_class_of_ours_is_asked_for_its_form_however_it_is_said(
    word: str, kind: str, in_turn: bool
) -> None:
    """What is read as of a class is judged as of it: also where both words stand in `type`."""
    said = [word, kind] if in_turn else [kind, word]
    odd = {"id": "https://b.test/o/1", "type": said, "attributedTo": BEN, "content": "<p>x</p>"}
    assert type(load(odd, TYPES)) is TYPES[word, kind]

    act = {"id": "https://b.test/a/1", "type": "Create", "actor": BEN, "object": odd}
    for document in (odd, act):
        with pytest.raises(Malformed, match="E_SCHEMA"):
            schemas.validate(document, TYPES)


def test_a_class_of_a_module_that_is_off_is_not_asked_for() -> None:
    document = example("10")
    del document["object"]["publishes"]

    schemas.validate(document, claims(CORE))
    with pytest.raises(Malformed):
        schemas.validate(document, TYPES)


def test_a_refusal_tells_where_and_not_what() -> None:
    card = example("27")
    card["object"]["contactPoint"] = [{"type": "ContactPoint", "email": "ana@north.example"}]

    with pytest.raises(Malformed) as refused:
        schemas.validate(card)

    assert refused.value.where == "object/contactPoint/0"
    assert "ana@" not in str(refused.value)


def as_http(held):
    """The document as a node without TLS would write it."""
    return json.loads(json.dumps(held).replace("https://north.example", "http://north.example"))


@pytest.mark.parametrize("number", ["01", "02", "03", "05", "10", "20", "26", "27", "41", "43"])
def test_http_is_for_test_networks_alone(number: str) -> None:
    document = as_http(example(number))

    with pytest.raises(Malformed):
        schemas.outgoing(document)
    schemas.outgoing(document, allow_http=True)
    schemas.validate(document, allow_http=True)


def test_http_loosens_nothing_else() -> None:
    for name in names("invalid"):
        if name.startswith("schema__"):
            with pytest.raises(Malformed):
                schemas.outgoing(read("invalid", name), allow_http=True)


OURS, OUR_FILES = ("RelayedNote",), ("relayed-note.schema.json",)
"""Classes that came after the vocabulary, and the files about them."""


def test_every_schema_is_one_of_the_vocabularys(shared) -> None:
    ours = {"plain.schema.json", "plain-activity.schema.json", "foreign-agreement.schema.json"}
    ours |= {"carried.schema.json", "letters-page.schema.json", "chain-log.schema.json"}
    ours |= set(OUR_FILES)
    mine = {
        f.name: f for part in ("objects", "activities") for f in (schemas.FOLDER / part).iterdir()
    }
    theirs = {f.name: f for f in (shared / "vocab" / "schemas").iterdir()}

    assert mine.keys() - ours == theirs.keys()
    for name, file in theirs.items():
        assert but_keys(but_ours(json.loads(mine[name].read_text()))) == but_keys(
            json.loads(file.read_text())
        )
    here, there = ((at / "ns.ttl").read_text() for at in (schemas.FOLDER, shared / "vocab"))
    assert set(there.splitlines()) <= set(here.splitlines())  # terms are added, never changed
    machines = "statemachines.json"
    assert (schemas.FOLDER / machines).read_bytes() == (shared / "vocab" / machines).read_bytes()


def but_ours(schema: Any) -> Any:
    """A schema without what it says of classes that are ours alone: added, never changed."""
    if isinstance(schema, dict):
        return {name: but_ours(part) for name, part in schema.items()}
    if isinstance(schema, list):
        return [but_ours(one) for one in schema if one not in OURS and not leads_to_ours(one)]
    return schema


def leads_to_ours(one: Any) -> bool:
    """Whether a part of a schema is the way to a class that is ours alone."""
    return isinstance(one, dict) and str(one.get("then", {}).get("$ref", "")).endswith(OUR_FILES)


def but_keys(schema: Any) -> Any:
    """A schema without the form of keys, which here may be old and say when they ended."""
    kept = {k: v for k, v in schema.get("$defs", {}).items() if k not in KEYS}
    return but_second({**schema, "$defs": kept})


KEYS = ("multikey", "secondMultikey", "secondProof", "proofOrSet", "setsAreForDecisions")


def but_second(schema: Any) -> Any:
    """A schema without second signatures, which came after the vocabulary (decision 0058)."""
    if isinstance(schema, dict):
        if schema == {"$ref": "#/$defs/proofOrSet"}:
            return {"$ref": "#/$defs/proof"}
        return {k: but_second(v) for k, v in schema.items() if k != "verificationMethod" or
                "secondMultikey" not in str(v)}  # fmt: skip
    if isinstance(schema, list):
        rule = {"$ref": "#/$defs/setsAreForDecisions"}
        return [but_second(one) for one in schema if one != rule]
    return schema
