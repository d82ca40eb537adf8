"""What our words mean: the pinned contexts in schemas/contexts, and which to name.

Nothing here is ever fetched; a context that is not in the table is not known.
"""

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

Mode = Literal["inline", "url"]
"""CONTEXT_MODE: our terms written out in each document, or the address of our context."""

AS2 = "https://www.w3.org/ns/activitystreams"
OURS = "https://w3id.org/commons-node/v1"
SECURITY = "https://w3id.org/security/v1"
DID = "https://www.w3.org/ns/did/v1"
MULTIKEY = "https://w3id.org/security/multikey/v1"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"

CONTEXTS = Path(__file__).parent.parent / "schemas" / "contexts"

OUR_TERMS = "commons-node.jsonld"
OTHER_TERMS = "others.jsonld"


@lru_cache(maxsize=2048)
def inline(used: frozenset[str], mode: Mode) -> dict[str, Any]:
    """The terms used, each with its meaning; shared, so nobody changes it."""
    left = used - _expanded(OUR_TERMS).keys() if mode == "url" else used
    return {term: terms()[term] for term in sorted(left)}


@cache
def terms() -> dict[str, Any]:
    """Every term we may have to write into a context: ours, and others' that AS2's lacks."""
    return {**_expanded(OTHER_TERMS), **_expanded(OUR_TERMS)}


@cache
def _expanded(name: str) -> dict[str, Any]:
    context = json.loads((CONTEXTS / name).read_text("utf-8"))["@context"]
    prefixes = {k: v for k, v in context.items() if isinstance(v, str) and v[-1] in "#/"}

    def full(iri: str) -> str:
        prefix, colon, rest = iri.partition(":")
        return prefixes[prefix] + rest if colon and prefix in prefixes else iri

    def meaning(term: Any) -> Any:
        return full(term) if isinstance(term, str) else {**term, "@id": full(term["@id"])}

    return {term: meaning(said) for term, said in context.items() if term not in prefixes}
