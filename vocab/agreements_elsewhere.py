"""Agreements as FEP-0837 peers write them, read into ours.

Mitra, Fedify and whoever follows the proposal's text, whose own example misspells
`stipulates`. A part of ours says `handling`, here or on the activity around it, and comes
under the full schema. Nothing here raises.
"""

from collections.abc import Mapping
from typing import Any

from vocab import html, spellings
from vocab.spellings import id_of, many, text, word

CARRYING = {"Offer": "object", "Update": "object", "Accept": "result"}
"""Where an activity holds an agreement."""

SPELT = ("stipulates", "stiplulates")
STATUS = 100


def inside(activity: Mapping[str, Any]) -> dict[str, Any]:
    """An activity with the agreement of other software in it in our shape; else as it is."""
    said = activity.get("type")
    key = CARRYING.get(said) if isinstance(said, str) else None
    held = activity.get(key) if key else None
    if key is None or not isinstance(held, Mapping) or "handling" in activity:
        return dict(activity)
    found = agreement(held, id_of(activity.get("actor")))
    return {**activity, key: found} if found else dict(activity)


def agreement(held: Mapping[str, Any], owner: str | None) -> dict[str, Any] | None:
    """An agreement in our shape, with `foreign`; None if it is none, or is ours.

    Args:
        held: what was offered, accepted or changed.
        owner: who says it; whose it is where it does not say.
    """
    if "handling" in held or "Agreement" not in map(word, _types(held)):
        return None
    plain = spellings.unprefixed(held)
    primary = next((plain[key] for key in SPELT if key in plain), None)
    id, preview = text(plain.get("id")), spellings.first(plain.get("preview"))
    status = html.line(text(preview.get("name")) if preview else None, STATUS)
    out = {
        "id": id,
        "type": "Agreement",
        "attributedTo": (id_of(plain.get("attributedTo")) or owner) if id else None,
        "stipulates": _commitment(primary),
        "stipulatesReciprocal": _commitment(plain.get("stipulatesReciprocal")),
        "url": spellings.iri(_link(plain.get("url"))),
        "preview": {"type": "Note", "name": status} if status else None,
        "lifecycle": text(plain.get("lifecycle")),
        "published": text(plain.get("published")),
        "updated": text(plain.get("updated")),
        "foreign": "fep-0837",
    }
    return {key: one for key, one in out.items() if one is not None}


def _types(held: Mapping[str, Any]) -> list[str]:
    return [one for one in many(held.get("type")) if isinstance(one, str)]


def _commitment(held: Any) -> dict[str, Any] | None:
    found = spellings.first(held)
    if found is None:
        return None
    out = {
        "type": "Commitment",
        "id": text(found.get("id")),
        "satisfies": id_of(found.get("satisfies")),
        "resourceQuantity": spellings.measure(found.get("resourceQuantity")),
    }
    return {key: one for key, one in out.items() if one is not None}


def _link(held: Any) -> Any:
    one = next(iter(many(held)), None)
    return one.get("href") if isinstance(one, Mapping) else one
