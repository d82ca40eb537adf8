"""From the bytes of a letter to what they say: one spelling, judged by its schema; pure."""

import json
from collections.abc import Mapping
from typing import Any

from vocab import dialects, jsonld, reader, schemas, spellings, wire
from vocab.model import Activity, Malformed
from vocab.values import dataclass

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a letter says: as a value, in the spelling it was judged in, and as it came."""

    activity: Activity
    document: Document
    raw: Document


def understand(body: bytes, types: wire.Types, *, allow_http: bool) -> Read:
    """Read a letter.

    Raises:
        Malformed: E_JSON, E_JSONLD, E_SCHEMA, E_ACTIVITY.
    """
    raw = reader.read_object(body)
    document = judged(raw, types, allow_http=allow_http)
    activity = wire.load(document, types)
    if not isinstance(activity, Activity):
        raise Malformed("E_ACTIVITY", f"{type(activity).__name__} is no activity")
    return Read(activity=activity, document=document, raw=raw)


def judged(raw: Document, types: wire.Types, *, allow_http: bool) -> Document:
    """A document in our spelling, that is what it claims to be.

    Raises:
        Malformed: E_JSONLD, E_SCHEMA.
    """
    plain = dialects.read(jsonld.plain(raw) if jsonld.is_foreign(raw) else raw)
    schemas.validate(plain, types, allow_http=allow_http)
    return plain


def addressees(raw: Document) -> set[str]:
    """Everybody named in `to`, `cc` and their like, of a letter or of what it holds.

    The public is spelled in three ways by others, and in one here.
    """
    found: set[str] = set()
    inner = raw.get("object")
    for part in (raw, inner if isinstance(inner, dict) else {}):
        for key in ("to", "cc", "bto", "bcc", "audience"):
            held = part.get(key)
            named = held if isinstance(held, list) else [held]
            found.update(spellings.public(one) for one in named if isinstance(one, str))
    return found


_SAID = frozenset({"name", "content", "summary", "source", "contentMap", "nameMap", "summaryMap"})


def stub(document: Document) -> bytes:
    """What stays of a private letter: who asked whom for what kind of thing until when.

    Enough to know it again when it is answered or undone; nothing that it said.
    """
    kept = {key: one for key, one in document.items() if key not in _SAID and _flat(one)}
    held = document.get("object")
    if isinstance(held, dict):
        names = ("id", "type", "kind", "actor", "attributedTo", "subject", "object")
        kept["object"] = {key: held[key] for key in names if isinstance(held.get(key), str)}
    return json.dumps(kept, separators=(",", ":")).encode()


def _flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | int)
