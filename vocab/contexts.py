"""What our words mean: the pinned contexts in schemas/contexts, and which to name.

Nothing here is ever fetched; a context that is not in the table is not known.
"""

import importlib.util
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

FOLDER = Path(__file__).parent.parent / "schemas" / "contexts"
LITEPUB = "https://litepub.social/litepub/context.jsonld"

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
    context = json.loads((FOLDER / name).read_text("utf-8"))["@context"]
    return expanded(context)


def expanded(context: dict[str, Any]) -> dict[str, Any]:
    """The terms of a context with their IRIs in full, without its prefixes and keywords."""
    prefixes = {k: v for k, v in context.items() if isinstance(v, str) and v[-1:] in ("#", "/")}

    def full(iri: str) -> str:
        prefix, colon, rest = iri.partition(":")
        return prefixes[prefix] + rest if colon and prefix in prefixes else iri

    def meaning(term: Any) -> Any:
        return full(term) if isinstance(term, str) else {**term, "@id": full(term["@id"])}

    said = ((k, v) for k, v in context.items() if k not in prefixes and not k.startswith("@"))
    return {term: meaning(what) for term, what in said}


@cache
def as2_terms() -> dict[str, Any]:
    """Every term of ActivityStreams 2.0."""
    context = read(AS2)
    assert context is not None
    return expanded(context["@context"])


@cache
def files() -> dict[str, Path]:
    """The address of every context we have, to its file: ours, or in pyld's own bundle."""
    spec = importlib.util.find_spec("pyld")
    home = Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path()
    bundle = home / "documentloader" / "frozen" / "bundled"
    rows = json.loads((FOLDER / "index.json").read_text("utf-8"))
    return {row["url"]: _file(row["file"], bundle) for row in rows}


def _file(name: str, bundle: Path) -> Path:
    return bundle / name[len("pyld:") :] if name.startswith("pyld:") else FOLDER / name


@cache
def read(url: str) -> dict[str, Any] | None:
    """The context at an address, None if we have none; http and litepub's copies count too."""
    plain = url.split("#", 1)[0].rstrip("/").replace("http://", "https://", 1)
    if plain.endswith("/schemas/litepub-0.1.jsonld"):
        plain = LITEPUB
    file = files().get(plain)
    return dict(json.loads(file.read_text("utf-8"))) if file else None
