"""Offers and needs as others write them, read into ours.

FEP-0837 (Mitra, Epicyon, Fedify and others), Bonfire, flohmarkt, and the Mutual Aid app. What
comes out is checked by the lighter `foreign-listing` schema, shown, indexed, and answered by
FEP-0837 where it came by it. Nothing here raises: what cannot be read as a listing is none.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from vocab import html, spellings
from vocab.spellings import ONE, ids, iri, many, text, word

MUTUAL_AID = ("maid:", "https://mutual-aid.app/ns/core#", "http://mutual-aid.app/ns/core#")
PAIR = ("pair:", "http://virtual-assembly.org/ontologies/pair#")
PROPOSALS = frozenset(
    {"https://w3id.org/valueflows/ont/vf#Proposal", "https://w3id.org/valueflows/Proposal"}
)
"""How a link says that it leads to a listing."""
FLOHMARKT = "flohmarkt:data"
TITLE = 300
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
BEGINNING = 2_000
"""Characters of a text in which its first line is looked for."""

AID: Final = MappingProxyType(
    {
        "Offer": ("offer", None), "Request": ("request", None),
        "GiftOffer": ("offer", "gift"), "GiftRequest": ("request", "gift"),
        "LoanOffer": ("offer", "lend"), "LoanRequest": ("request", "lend"),
        "BarterOffer": ("offer", "barter"), "BarterRequest": ("request", "barter"),
        "SaleOffer": ("offer", "rent"), "PurchaseRequest": ("request", "rent"),
    }
)  # fmt: skip
"""The classes of Mutual Aid: purpose and terms."""


def listing(held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Any dialect's listing in our shape, with `foreign` saying which; None if it is no listing.

    Ours is left alone: it has `kind` Proposal and comes under the full schema.
    """
    if held.get("kind") == "Proposal" and held.get("type") == "Note":
        return None
    known = _dialect(held)
    owner = spellings.id_of(next(iter(many(held.get("attributedTo"))), None))
    if known is None or not isinstance(held.get("id"), str) or owner is None:
        return None
    dialect, told = known
    out = {"id": held["id"], "type": "Note", "kind": "Proposal", "attributedTo": owner, **told}
    out["name"] = _title(told)
    for key in ("published", "updated", "url", "endTime"):
        if isinstance(held.get(key), str):
            out[key] = held[key]
    for key in ("to", "cc"):
        out[key] = list(dict.fromkeys(map(spellings.public, ids(held, key))))
    out["location"] = spellings.place(held)
    out["tag"] = [{"type": "Hashtag", "name": one} for one in _hashtags(held)]
    out["foreign"] = dialect
    return {key: one for key, one in out.items() if one is not None and one not in ("", [], {})}


def linked(actor: Mapping[str, Any]) -> list[str]:
    """The ids of the listings that an actor's page links (FEP-0ea0), as Mitra and Epicyon do."""
    links = [one for one in many(actor.get("attachment")) if isinstance(one, Mapping)]
    meant = [one for one in links if PROPOSALS & {str(rel) for rel in many(one.get("rel"))}]
    hrefs = [iri(one.get("href")) for one in meant]
    return list(dict.fromkeys(one for one in hrefs if one))[: spellings.MOST]


def _dialect(held: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    if isinstance(held.get(FLOHMARKT), Mapping):
        return "flohmarkt", _flohmarkt(held, held[FLOHMARKT])
    types = [str(one) for key in ("type", "kind") for one in many(held.get(key))]
    if aid := [found for one in types if (found := _aid(one))]:
        return "mutual-aid", _mutual_aid(held, aid)
    words = [word(one) for one in types]
    plain = spellings.unprefixed(held)
    if plain.get("publishes") is not None and ("Proposal" in words or plain.get("purpose")):
        told = _proposal(plain)
        bonfire = any(one.startswith("ValueFlows") for one in types)
        return ("bonfire" if bonfire else "fep-0837", told) if told else None
    return ("bonfire", _bare_intent(plain)) if "Intent" in words else None


def _flohmarkt(held: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": "offer",
        "name": text(data.get("name")),
        "content": _content(held.get("content"), data.get("description")),
        "publishes": _thing(held, "transfer"),
        "priceText": text(data.get("price")),
    }


def _aid(said: str) -> str | None:
    """The class of Mutual Aid that a type names, None if it is none."""
    for prefix in MUTUAL_AID:
        if said.startswith(prefix) and said.removeprefix(prefix) in AID:
            return said.removeprefix(prefix)
    return None


def _mutual_aid(held: Mapping[str, Any], classes: list[str]) -> dict[str, Any]:
    terms = [found for one in classes if (found := AID[one][1])]
    pair = {name: held.get(prefix + name) for prefix in PAIR for name in ("label", "description")
            if prefix + name in held}  # fmt: skip
    return {
        "purpose": AID[classes[0]][0],
        "name": text(held.get("name"), pair.get("label")),
        "content": _content(held.get("content"), pair.get("description")),
        "publishes": _thing(held, "use" if "lend" in terms else "transfer"),
        "sharingTerms": terms,
        "endTime": text(*(held.get(prefix + "expirationDate") for prefix in MUTUAL_AID)),
    }


def _thing(held: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The intent of a dialect that has none: one thing changes hands."""
    return {
        "type": "Intent",
        "id": f"{held.get('id')}#primary",
        "action": action,
        "resourceQuantity": dict(ONE),
    }


def _proposal(held: Mapping[str, Any]) -> dict[str, Any] | None:
    outer = spellings.first(held["publishes"])
    if outer is None:
        return None
    inner = spellings.first(outer.get("publishes")) or outer
    by = "offer" if inner.get("provider") or not inner.get("receiver") else "request"
    purpose = held.get("purpose")
    told: dict[str, Any] = {
        "purpose": word(purpose) if isinstance(purpose, str) and purpose else by,
        "name": text(held.get("name"), inner.get("name")),
        "content": _content(held.get("content"), held.get("summary")),
        "publishes": _intent(inner, held, "primary"),
    }
    back = spellings.first(held.get("reciprocal"))
    if back is not None:
        told["reciprocal"] = _intent(back, held, "reciprocal")
    if "unitBased" in held:
        told["unitBased"] = bool(held["unitBased"])
    return told


def _bare_intent(held: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": "offer" if held.get("provider") else "request",
        "name": text(held.get("name")),
        "content": _content(held.get("content"), held.get("summary")),
        "publishes": {**_intent(held, held, "primary"), "id": held.get("id")},
    }


def _intent(intent: Mapping[str, Any], listed: Mapping[str, Any], fragment: str) -> dict[str, Any]:
    amounts = (
        spellings.measure(intent.get(key))
        for key in ("resourceQuantity", "effortQuantity", "availableQuantity")
    )
    finished = intent.get("finished")
    out: dict[str, Any] = {
        "type": "Intent",
        "id": text(intent.get("id")) or f"{listed.get('id')}#{fragment}",
        "action": word(text(spellings.id_of(intent.get("action"))) or "transfer"),
        "resourceQuantity": next((one for one in amounts if one), dict(ONE)),
        "minimumQuantity": _bound(intent.get("minimumQuantity")),
        "availableQuantity": _bound(intent.get("availableQuantity")),
        "resourceConformsTo": iri(intent.get("resourceConformsTo")),
        "due": _moment(intent.get("due")),
        "finished": finished if isinstance(finished, bool) else None,
        "resourceClassifiedAs": _topics(intent),
    }
    return {key: one for key, one in out.items() if one is not None and one != []}


def _bound(held: Any) -> dict[str, str] | None:
    """A least or most amount; one beyond our figures (Mitra's piconeros) bounds nothing."""
    found = spellings.measure(held)
    return found if found and AMOUNT.fullmatch(found["hasNumericalValue"]) else None


def _topics(intent: Mapping[str, Any]) -> list[str]:
    named = (iri(one) for one in many(intent.get("resourceClassifiedAs")))
    web = [one for one in named if one and one.startswith(("http://", "https://"))]
    return list(dict.fromkeys(web))[: spellings.MOST]


def _moment(said: Any) -> str | None:
    try:
        return said if isinstance(said, str) and datetime.fromisoformat(said).tzinfo else None
    except ValueError:
        return None


def _content(*held: Any) -> str | None:
    """The first text that is there, as HTML we would show ourselves; cut where it is too long."""
    said = (text(*held) or "")[: html.TEXT_SIZE]
    kept = html.clean(said)
    while len(kept) > html.SIZE:  # cleaning closes what is open, and marks links
        said = said[: len(said) // 2]
        kept = html.clean(said)
    return kept or None


def _title(told: Mapping[str, Any]) -> str | None:
    """What it is called: by its name, or by the first line of its text."""
    beginning = html.to_text((told.get("content") or "")[:BEGINNING])
    return html.line(told.get("name"), TITLE) or beginning.partition("\n")[0][:TITLE] or None


def _hashtags(held: Mapping[str, Any]) -> list[str]:
    tags = [one for one in many(held.get("tag")) if isinstance(one, Mapping)]
    named = [text(one.get("name")) for one in tags if one.get("type") == "Hashtag"]
    return [one[:100] for one in named if one][: spellings.MOST]
