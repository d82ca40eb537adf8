"""The cold path: JSON-LD for documents in a foreign spelling.

Nothing is fetched: a context is one of schemas/contexts, or counts as empty. pyld is heavy and
not made for threads, so it is imported when first needed, runs under one lock, and has a
budget: a document too large for it is refused, not worked on.
"""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

from vocab.contexts import AS2, read, terms
from vocab.model import PUBLIC, Malformed

NODES = 5_000
"""How many values a document may have here; the median of the wild has under a hundred."""
TERMS = 2_000
"""How many terms its inline contexts may define together."""
DEPTH = 32

KEYS = {
    "Multikey": "https://w3id.org/security#Multikey",
    "assertionMethod": {
        "@id": "https://w3id.org/security#assertionMethod",
        "@type": "@id",
        "@container": "@set",
    },
    "controller": {"@id": "https://w3id.org/security#controller", "@type": "@id"},
    "owner": {"@id": "https://w3id.org/security#owner", "@type": "@id"},
    "publicKey": {"@id": "https://w3id.org/security#publicKey", "@type": "@id"},
    "publicKeyMultibase": {
        "@id": "https://w3id.org/security#publicKeyMultibase",
        "@type": "https://w3id.org/security#multibase",
    },
    "publicKeyPem": "https://w3id.org/security#publicKeyPem",
}
"""The words for keys; the contexts that define them define much else besides."""

_LOCK = Lock()
_LISTS = ("to", "cc", "tag", "attachment")


def is_foreign(document: Mapping[str, Any]) -> bool:
    """Whether a document is spelled so that reading its keys as they are would miss it."""
    return ("type" not in document and "@type" in document) or any(
        key.startswith(("as:", "http://", "https://")) or key == "@graph" for key in document
    )


def expand(document: Mapping[str, Any]) -> list[Any]:
    """The expanded form of a document.

    Raises:
        Malformed: E_JSONLD; not JSON-LD, or beyond the budget.
    """
    _affordable(document)
    from pyld import jsonld

    try:
        with _LOCK:
            expanded: list[Any] = jsonld.expand(dict(document), _options())
            return expanded
    except jsonld.JsonLdError as error:
        raise Malformed("E_JSONLD", str(error)[:200]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed("E_JSONLD", f"{type(error).__name__} in pyld") from None


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document in a foreign spelling, in the words of AS2 and ours, for `wire.load`.

    For reading only: what a compactor makes never leaves (W15).

    Raises:
        Malformed: E_JSONLD.
    """
    expanded = expand(document)
    if len(expanded) != 1:
        raise Malformed("E_JSONLD", f"expected one object, found {len(expanded)}")
    from pyld import jsonld

    context = {"@context": [AS2, {**terms(), **KEYS}]}
    try:
        with _LOCK:
            compacted = jsonld.compact(expanded, context, _options())
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Malformed("E_JSONLD", str(error)[:200]) from None
    mended: dict[str, Any] = _mended(compacted)
    return mended


def _mended(held: Any) -> Any:
    """Lists where we want lists, and Public by its name."""
    if isinstance(held, dict):
        out = {key: _mended(one) for key, one in held.items() if key != "@context"}
        for key in _LISTS:
            if key in out and not isinstance(out[key], list):
                out[key] = [out[key]]
        return out
    if isinstance(held, list):
        return [_mended(one) for one in held]
    return PUBLIC if held == "as:Public" else held


def _affordable(document: Mapping[str, Any]) -> None:
    left: list[tuple[Any, int]] = [(document, 0)]
    count = words = 0
    while left:
        held, depth = left.pop()
        count += 1
        if depth > DEPTH or count > NODES or words > TERMS:
            raise Malformed("E_JSONLD", "more than we work on")
        if isinstance(held, Mapping):
            said = held.get("@context")
            local = said if isinstance(said, list) else [said]
            words += sum(len(one) for one in local if isinstance(one, Mapping))
            left += [(one, depth + 1) for one in held.values()]
        elif isinstance(held, list):
            left += [(one, depth + 1) for one in held]


@cache
def _options() -> dict[str, Any]:
    return {"documentLoader": _load, "processingMode": "json-ld-1.1", "base": ""}


def _load(url: str, _options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": read(url) or {"@context": {}},
    }
