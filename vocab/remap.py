"""Keys are read as JSON keys, so a context must not give a key that is used another meaning.

Terms that are only declared do no harm: Mastodon declares many. Source: vocabulary.md section
8, E_CONTEXT_REMAP.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from vocab.contexts import as2_terms, terms
from vocab.model import Malformed
from vocab.schemas import class_name

DEPTH = 64

PREFIXES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "cn": "https://w3id.org/commons-node/ns#",
    "vf": "https://w3id.org/valueflows/ont/vf#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "org": "http://www.w3.org/ns/org#",
    "dcterms": "http://purl.org/dc/terms/",
    "sec": "https://w3id.org/security#",
    "toot": "http://joinmastodon.org/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

TOLERATED = {
    "hasUnit": {"https://w3id.org/valueflows/ont/vf#hasUnit"},
    "hasNumericalValue": {"https://w3id.org/valueflows/ont/vf#hasNumericalValue"},
    "location": {f"http{s}://schema.org{x}location" for s in ("", "s") for x in "#/"},
    "Place": {f"http{s}://schema.org{x}Place" for s in ("", "s") for x in "#/"},
    "license": {"https://schema.org/license", "http://creativecommons.org/ns#license"},
    "PropertyValue": {f"http{s}://schema.org{x}PropertyValue" for s in ("", "s") for x in "#/"},
    "value": {f"http{s}://schema.org{x}value" for s in ("", "s") for x in "#/"},
}
"""Other IRIs seen in the wild for the same key and the same meaning."""

LOOSE = {"subject", "relationship"}
"""Words of AS2 that we read in our own classes alone, and others use otherwise (FEP-c390)."""


def unchanged(document: Mapping[str, Any]) -> None:
    """Refuse a document with a context, at any depth, that renames what is used under it.

    AS2's words are watched in every document, ours only in documents of our classes: a word
    like `position` means something else elsewhere, and is not read there.

    Raises:
        Malformed: E_CONTEXT_REMAP.
    """
    for part, context in _contexts(document, 0):
        used = _used(part, set(), 0)
        ours = _any_of_ours(part, 0)
        for term in context.keys() & used:
            if _renamed(term, context, ours=ours):
                raise Malformed("E_CONTEXT_REMAP", f"{term!r} is given another meaning")


def _contexts(held: Any, depth: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    if isinstance(held, Mapping) and (local := _local(held.get("@context"))):
        yield held, local
    for inner in _inside(held) if depth < DEPTH else ():
        yield from _contexts(inner, depth + 1)


def _local(said: Any) -> dict[str, Any]:
    local: dict[str, Any] = {}
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, Mapping):
            local.update(one)
    return local


def _inside(held: Any) -> list[Any]:
    """What lies one step in, of what can hold something."""
    if isinstance(held, Mapping):
        inner = [one for key, one in held.items() if key != "@context"]
    else:
        inner = held
    return [one for one in inner if isinstance(one, dict | list)]


def _used(held: Any, found: set[str], depth: int) -> set[str]:
    if isinstance(held, Mapping):
        found.update(held.keys() - {"@context"})
        for key in ("type", "kind"):
            said = held.get(key)
            words = said if isinstance(said, list) else [said]
            found.update(word for word in words if isinstance(word, str))
    for inner in _inside(held) if depth < DEPTH else ():
        _used(inner, found, depth + 1)
    return found


def _any_of_ours(held: Any, depth: int) -> bool:
    if isinstance(held, Mapping) and class_name(held) is not None:
        return True
    return depth < DEPTH and any(_any_of_ours(one, depth + 1) for one in _inside(held))


def _renamed(term: str, context: Mapping[str, Any], *, ours: bool) -> bool:
    wanted = _as2().get(term) if ours or term not in LOOSE else None
    wanted = wanted or (_ours().get(term) if ours else None)
    if wanted is None:
        return False
    said = context[term]
    got = _full(said.get("@id") if isinstance(said, Mapping) else said, context)
    return got != wanted and got not in TOLERATED.get(term, ())


def _full(said: Any, context: Mapping[str, Any]) -> str | None:
    if not isinstance(said, str):
        return None
    prefix, colon, rest = said.partition(":")
    if not colon or rest.startswith("//"):
        return said
    local = context.get(prefix)
    if isinstance(local, Mapping):
        local = local.get("@id")
    begins = local if isinstance(local, str) else PREFIXES.get(prefix)
    return begins + rest if begins is not None else said


@cache
def _as2() -> dict[str, str]:
    return {term: _iri(said) for term, said in as2_terms().items()}


@cache
def _ours() -> dict[str, str]:
    return {term: _iri(said) for term, said in terms().items()}


def _iri(said: Any) -> str:
    plain = said["@id"] if isinstance(said, Mapping) else said
    return _full(plain, {}) or plain
