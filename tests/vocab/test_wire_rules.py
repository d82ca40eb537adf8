"""W1 to W17 of the vocabulary: whatever breaks one, at whatever place, does not leave.

Each rule is a way to break a document; it is tried at every place of every sample of ours at
which it can be. W2 (kinds) is the schemas' own matter, W10's random part is tried with real
nodes, W17 where letters are addressed (tests/federation/test_delivery.py).
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.vocab.samples import names, read
from vocab import html, jsonld, schemas
from vocab.contexts import AS2
from vocab.model import PUBLIC, Malformed

Place = tuple[dict[str, Any], str]
"""An object inside a document, and one of its keys."""
Breaking = Callable[[dict[str, Any]], Iterator[Any]]
"""Breaks the given copy of a document at one place after the other; None where it cannot."""

DOCUMENTS = {name: read("examples", name) for name in names("examples")}
SHOWN = ("Note", "Article", "Question", "Event", "Page")
TIMES = ("published", "updated", "startTime", "endTime", "deleted", "asOf", "consentedAt")
TIMES += ("votingStarts", "votingEnds", "coolingOffEnds", "effectiveFrom", "reviewDate", "due")


def objects(held: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, but for contexts and proofs, which are not ours to spell."""
    if isinstance(held, dict):
        yield held
        for key, one in held.items():
            if key not in ("@context", "proof"):
                yield from objects(one)
    elif isinstance(held, list):
        for one in held:
            yield from objects(one)


def setting(when: Callable[[dict[str, Any]], bool], key: str, *values: Any) -> Breaking:
    """Give a key another value wherever `when` says that this breaks something."""

    def break_(document: dict[str, Any]) -> Iterator[Any]:
        for one in objects(document):
            if when(one):
                before = copy.deepcopy(one)
                for value in values:
                    one[key] = value(before.get(key)) if callable(value) else value
                    yield one
                one.clear()
                one.update(before)

    return break_


def having(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: key in one


def typed(*types: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: one.get("type") in types


def a_thing(one: dict[str, Any]) -> bool:
    """Not an actor, an activity, a collection, a link or a key, and not a mere part."""
    return "attributedTo" in one and not str(one["type"]).endswith("Collection")


def listed(value: Any) -> list[Any]:
    return [value]


def first(value: Any) -> Any:
    return value[0]


OTHER_PUBLIC = ("as:Public", "Public", "http://www.w3.org/ns/activitystreams#Public")
SORTING = ("actor", "href", "items", "totalItems", "first", "last", "next", "prev", "current")
SORTING += ("partOf", "inbox", "outbox", "publicKey")

RULES: dict[str, list[Breaking]] = {
    "W1 one type": [setting(having("type"), "type", listed)],
    "W3 arrays": [setting(having(k), k, first) for k in ("to", "cc", "attachment", "tag")],
    "W3 strings": [
        setting(having(k), k, listed) for k in ("attributedTo", "audience", "context", "actor")
    ],
    "W4 Public": [
        setting(having(k), k, *([spelling] for spelling in OTHER_PUBLIC)) for k in ("to", "cc")
    ],
    "W5 no summary": [setting(typed("Note"), "summary", "<p>About it</p>")],
    "W5 a short summary": [setting(typed("Article"), "summary", f"<p>{'a' * 1500}</p>")],
    "W6 no name": [setting(lambda one: typed("Note")(one) and "content" in one, "name", "A title")],
    "W7 sorting keys": [setting(a_thing, k, "https://north.example/x") for k in SORTING],
    "W8 attachments": [
        setting(
            typed(*SHOWN),
            "attachment",
            {"type": "Image", "url": "https://north.example/i.png"},
            [{"type": "PropertyValue", "name": "a", "value": "b"}],
            [{"type": "Place", "latitude": 1, "longitude": 1}],
            [{"type": "Link", "url": "https://north.example/i.png"}],
            [{"type": "Image", "href": "https://north.example/i.png"}],
        )
    ],
    "W9 plain names": [setting(typed("Article", "Person", "Group"), "name", "<b>Bold</b>")],
    "W9 few elements": [
        setting(having(k), k, "<p>a</p><table><tr></tr></table>", "<img src=x>", "<h7>a</h7>")
        for k in ("content", "summary")
    ],
    "W10 https": [
        setting(having("id"), k, "http://north.example/1")
        for k in ("actor", "attributedTo", "audience")
    ],
    "W10 a page by https": [
        setting(having("url"), "url", "http://north.example/1", listed, {"type": "Link"})
    ],
    "W11 UTC": [
        setting(having(k), k, "2026-11-20T09:00:00+01:00", "2026-11-20T09:00:00", "20 November")
        for k in TIMES
    ],
    "W12 amounts": [
        setting(having("hasUnit"), "hasNumericalValue", 2, 2.5, "two"),
        setting(having("hasUnit"), "hasUnit", "an hour"),
        setting(having("hasUnit"), "unitText", "hours"),
    ],
    "W13 places": [
        setting(typed("Place"), "latitude", 52.513),
        setting(typed("Place"), "longitude", 13.4501),
        setting(typed("Place"), "radius", 900),
        setting(typed("Place"), "address", "Elm Street 3"),
    ],
    "W14 hidden": [setting(lambda _: True, k, [PUBLIC]) for k in ("bto", "bcc")],
    "W16 private proofs": [
        setting(lambda one: one.get("handling") == "recipientsOnly", "proof", {"type": "X"})
    ],
}


def refused(document: dict[str, Any]) -> bool:
    try:
        schemas.outgoing(document)
    except Malformed as fault:
        return fault.code == "E_SCHEMA"
    return False


@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_a_rule_anywhere_does_not_leave(rule: str) -> None:
    tried, slipped = 0, []
    for name, sample in DOCUMENTS.items():
        document = copy.deepcopy(sample)
        for breaking in RULES[rule]:
            for one in breaking(document):
                tried += 1
                if not refused(document):
                    slipped.append((name, one.get("type"), one))
        assert document == sample, "each breaking puts back what it took"

    assert tried
    assert not slipped, slipped[0]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_samples_themselves_leave(name: str) -> None:
    schemas.outgoing(DOCUMENTS[name])


def test_a_content_warning_is_a_summary_that_is_meant() -> None:
    note = {"@context": [AS2], "id": "https://alder.test/o/1", "type": "Note", "to": [PUBLIC],
            "attributedTo": "https://alder.test/u/ana", "content": "<p>Blood.</p>"}  # fmt: skip
    schemas.outgoing({**note, "summary": "An accident", "sensitive": True})

    assert refused({**note, "summary": "An accident"})
    assert refused({**note, "summary": "An accident", "sensitive": False})


@pytest.mark.parametrize("name", [n for n, one in DOCUMENTS.items() if PUBLIC in str(one)])
def test_what_a_compactor_makes_of_it_does_not_leave(name: str) -> None:
    """W15: with the measured harm, arrays of one and the public address."""
    from pyld import jsonld as pyld

    sample = DOCUMENTS[name]
    made = pyld.compact(jsonld.expand(sample), {"@context": sample["@context"]}, jsonld._options())

    assert made != sample
    assert refused({**made, "@context": sample["@context"]})


def test_the_schema_knows_the_elements_that_we_keep() -> None:
    note = {"@context": [AS2], "id": "https://alder.test/o/1", "type": "Note", "to": [PUBLIC],
            "attributedTo": "https://alder.test/u/ana"}  # fmt: skip

    for element in html.TAGS:
        schemas.outgoing({**note, "content": f"<p>a</p><{element}>b</{element}>"})
    for element in ("table", "img", "div", "header", "prelude", "section", "video", "font"):
        assert refused({**note, "content": f"<p>a</p><{element}>b</{element}>"})
