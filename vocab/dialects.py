"""Listings as others write them, read into ours.

FEP-0837 (Mitra, Epicyon, Fedify and others), Bonfire, flohmarkt, and the Mutual Aid app. Only
JSON keys are read; the prefixes and IRIs seen in the wild are mapped by a table. What comes
out is checked by the lighter `foreign-listing` schema, shown, indexed, and answered by
FEP-0837. Nothing here raises: what cannot be read as a listing is none.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vocab.model import PUBLIC

PREFIXES = (
    "https://w3id.org/valueflows/ont/vf#",
    "http://w3id.org/valueflows/ont/vf#",
    "https://w3id.org/valueflows#",
    "https://w3id.org/commons-node/ns#",
    "https://www.w3.org/ns/activitystreams#",
    "ValueFlows:",
    "vf:",
    "cn:",
    "as:",
)
UNITS = ("http://www.ontology-of-units-of-measure.org/resource/om-2/", "om2:", "om:")
MUTUAL_AID = ("maid:", "https://mutual-aid.app/ns/core#", "http://mutual-aid.app/ns/core#")
FLOHMARKT = "flohmarkt:data"
ONE = {"hasUnit": "one", "hasNumericalValue": "1"}


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the listing it is, or holds as `object`, brought into our shape.

    `foreign` is ours to set: whoever sends it loses it.
    """
    plain = {key: held for key, held in document.items() if key != "foreign"}
    found = listing(plain)
    if found is not None:
        context = {"@context": plain["@context"]} if "@context" in plain else {}
        return {**context, **found}
    held = plain.get("object")
    if isinstance(held, Mapping) and plain.get("type") in ("Create", "Update", "Announce"):
        plain["object"] = read(held)
    return plain


def listing(held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Any dialect's listing in our shape, with `foreign` saying which; None if it is no listing.

    Ours is left alone: it has `kind` Proposal and comes under the full schema.
    """
    if held.get("kind") == "Proposal" and held.get("type") == "Note":
        return None
    known = _dialect(held)
    owner = _id(next(iter(_list(held.get("attributedTo"))), None))
    if known is None or not isinstance(held.get("id"), str) or owner is None:
        return None
    dialect, told = known
    out = {"id": held["id"], "type": "Note", "kind": "Proposal", "attributedTo": owner, **told}
    for key in ("published", "updated", "url", "endTime"):
        if isinstance(held.get(key), str):
            out[key] = held[key]
    for key in ("to", "cc"):
        out[key] = [PUBLIC if one in ("as:Public", "Public") else one for one in _ids(held, key)]
    out["location"] = _place(held)
    out["foreign"] = dialect
    return {key: one for key, one in out.items() if one is not None and one not in ("", [], {})}


def _dialect(held: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    types = [str(one) for key in ("type", "kind") for one in _list(held.get(key))]
    words = [_local(one) for one in types]
    if isinstance(held.get(FLOHMARKT), Mapping):
        return "flohmarkt", _flohmarkt(held, held[FLOHMARKT])
    for one in types:
        for prefix in MUTUAL_AID:
            if one in (prefix + "Offer", prefix + "Request"):
                return "mutual-aid", _mutual_aid(held, one.removeprefix(prefix))
    if held.get("publishes") is not None and ("Proposal" in words or held.get("purpose")):
        told = _proposal(held)
        bonfire = any(one.startswith("ValueFlows") for one in types)
        return ("bonfire" if bonfire else "fep-0837", told) if told else None
    return ("bonfire", _bare_intent(held)) if "Intent" in words else None


def _flohmarkt(held: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": "offer",
        "name": _text(data.get("name")),
        "content": _text(held.get("content")),
        "publishes": _thing(held),
        "priceText": _text(data.get("price")),
    }


def _mutual_aid(held: Mapping[str, Any], word: str) -> dict[str, Any]:
    return {
        "purpose": "offer" if word == "Offer" else "request",
        "name": _text(held.get("name"), held.get("pair:label")),
        "content": _text(held.get("content"), held.get("pair:description")),
        "publishes": _thing(held),
    }


def _thing(held: Mapping[str, Any]) -> dict[str, Any]:
    """The intent of a dialect that has none: one thing changes hands."""
    return {
        "type": "Intent",
        "id": f"{held.get('id')}#primary",
        "action": "transfer",
        "resourceQuantity": dict(ONE),
    }


def _proposal(held: Mapping[str, Any]) -> dict[str, Any] | None:
    first = next(iter(_list(held["publishes"])), None)
    if not isinstance(first, Mapping):
        return None
    inner = first["publishes"] if isinstance(first.get("publishes"), Mapping) else first
    by = "offer" if inner.get("provider") or not inner.get("receiver") else "request"
    purpose = held.get("purpose")
    told: dict[str, Any] = {
        "purpose": _local(purpose) if isinstance(purpose, str) and purpose else by,
        "name": _text(held.get("name"), inner.get("name")),
        "content": _text(held.get("content"), held.get("summary")),
        "publishes": _intent(inner, held, "primary"),
    }
    back = next(iter(_list(held.get("reciprocal"))), None)
    if isinstance(back, Mapping):
        told["reciprocal"] = _intent(back, held, "reciprocal")
    if "unitBased" in held:
        told["unitBased"] = bool(held["unitBased"])
    return told


def _bare_intent(held: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": "offer" if held.get("provider") else "request",
        "name": _text(held.get("name")),
        "content": _text(held.get("content"), held.get("summary")),
        "publishes": {**_intent(held, held, "primary"), "id": held.get("id")},
    }


def _intent(intent: Mapping[str, Any], listed: Mapping[str, Any], fragment: str) -> dict[str, Any]:
    amount = next(
        (
            intent[key]
            for key in ("resourceQuantity", "effortQuantity", "availableQuantity")
            if isinstance(intent.get(key), Mapping)
        ),
        ONE,
    )
    own_id = intent.get("id")
    out: dict[str, Any] = {
        "type": "Intent",
        "id": own_id if isinstance(own_id, str) and own_id else f"{listed.get('id')}#{fragment}",
        "action": _local(_text(intent.get("action")) or "transfer"),
        "resourceQuantity": _measure(amount),
    }
    for key in ("minimumQuantity", "availableQuantity"):
        if isinstance(intent.get(key), Mapping):
            out[key] = _measure(intent[key])
    for key in ("resourceConformsTo", "due", "finished"):
        held = intent.get(key)
        found = held if isinstance(held, bool) else _id(held)
        if found is not None:
            out[key] = found
    topics = _ids(intent, "resourceClassifiedAs")
    if topics:
        out["resourceClassifiedAs"] = topics
    return out


def _measure(held: Mapping[str, Any]) -> dict[str, str]:
    unit = _id(held.get("hasUnit")) or "one"
    for prefix in UNITS:
        unit = unit.removeprefix(prefix)
    amount = held.get("hasNumericalValue")
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        amount = _decimal(amount)
    return {"hasUnit": unit, "hasNumericalValue": amount if isinstance(amount, str) else "1"}


def _decimal(amount: float) -> str:
    text = format(Decimal(repr(amount)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _place(held: Mapping[str, Any]) -> dict[str, Any] | None:
    place = held.get("location") or held.get("eligibleLocation")
    if not isinstance(place, Mapping):
        return None
    axes = [place.get("latitude"), place.get("longitude")]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in axes):
        return None
    radius = place.get("radius")
    wide = radius if isinstance(radius, int | float) and not isinstance(radius, bool) else 0
    latitude, longitude = (round(float(one), 2) for one in axes if one is not None)
    return {
        "type": "Place",
        "latitude": latitude,
        "longitude": longitude,
        "radius": max(1000, wide),
        "units": "m",
    }


def _local(word: str) -> str:
    for prefix in PREFIXES:
        if word.startswith(prefix):
            return word.removeprefix(prefix)
    return word


def _list(held: Any) -> list[Any]:
    return [] if held is None else held if isinstance(held, list) else [held]


def _ids(held: Mapping[str, Any], key: str) -> list[str]:
    return [found for one in _list(held.get(key)) if (found := _id(one))]


def _id(held: Any) -> str | None:
    found = held.get("id") if isinstance(held, Mapping) else held
    return found if isinstance(found, str) else None


def _text(*held: Any) -> str | None:
    return next((one for one in held if isinstance(one, str) and one), None)
