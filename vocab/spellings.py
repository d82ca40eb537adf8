"""How others spell our words: prefixes and IRIs seen in the wild, single values and lists.

Pure reading; nothing here raises, and a value of the wrong shape counts as not given.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vocab.model import PUBLIC

PREFIXES = (
    "https://w3id.org/valueflows/ont/vf#",
    "http://w3id.org/valueflows/ont/vf#",
    "https://w3id.org/valueflows#",
    "https://w3id.org/valueflows/",
    "https://w3id.org/commons-node/ns#",
    "https://www.w3.org/ns/activitystreams#",
    "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "ValueFlows:",
    "vf:",
    "om2:",
    "om:",
    "cn:",
    "as:",
)
ONE = {"hasUnit": "one", "hasNumericalValue": "1"}
LONGEST_IRI = 2048
MOST = 20
"""Topics of one thing; what comes after is not read."""

_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"]+")


def unprefixed(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """A thing with its keys in our words, whatever prefix they came with."""
    if not any(":" in key for key in held):
        return held
    return {word(key): one for key, one in held.items()}


def word(said: str) -> str:
    """A word without the prefix or the namespace it came with."""
    for prefix in PREFIXES:
        if said.startswith(prefix):
            return said.removeprefix(prefix)
    return said


def many(held: Any) -> list[Any]:
    """What was said, as a list."""
    return [] if held is None else held if isinstance(held, list) else [held]


def first(held: Any) -> Mapping[str, Any] | None:
    """The first thing of what was said, if it is one."""
    found = next(iter(many(held)), None)
    return unprefixed(found) if isinstance(found, Mapping) else None


def id_of(held: Any) -> str | None:
    """The id of a thing said whole or by its id."""
    found = held.get("id") if isinstance(held, Mapping) else held
    return found if isinstance(found, str) else None


def ids(held: Mapping[str, Any], key: str) -> list[str]:
    """The ids of what stands under a key."""
    return [found for one in many(held.get(key)) if (found := id_of(one))]


def iri(held: Any) -> str | None:
    """An IRI of any scheme; None for what is none."""
    found = id_of(held)
    sound = found and len(found) <= LONGEST_IRI and _IRI.fullmatch(found)
    return found if sound else None


def text(*held: Any) -> str | None:
    """The first text of several that says something."""
    return next((one for one in held if isinstance(one, str) and one.strip()), None)


def measure(held: Any) -> dict[str, str] | None:
    """An amount and its unit; an amount that is not said is one."""
    if not isinstance(held, Mapping):
        return None
    plain = unprefixed(held)
    unit = word(id_of(plain.get("hasUnit")) or "one")
    amount = plain.get("hasNumericalValue")
    if isinstance(amount, Mapping):  # Fedify says its type, too
        amount = amount.get("@value")
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        amount = _decimal(amount)
    return {"hasUnit": unit, "hasNumericalValue": amount if isinstance(amount, str) else "1"}


def _decimal(amount: float) -> str:
    said = format(Decimal(repr(amount)), "f")
    return said.rstrip("0").rstrip(".") if "." in said else said


def place(held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where something is, to two decimals and a kilometre (W13)."""
    found = held.get("location") or held.get("eligibleLocation")
    if not isinstance(found, Mapping):
        return None
    axes = [_number(found.get(axis)) for axis in ("latitude", "longitude")]
    if None in axes:
        return None
    latitude, longitude = (round(float(one), 2) for one in axes if one is not None)
    wide = _number(found.get("radius")) or 0
    return {
        "type": "Place",
        "latitude": latitude,
        "longitude": longitude,
        "radius": max(1000, wide),
        "units": "m",
    }


def _number(held: Any) -> float | None:
    return held if isinstance(held, int | float) and not isinstance(held, bool) else None


def public(said: str) -> str:
    """An addressee; everybody by the one name we have for it."""
    return PUBLIC if said in ("as:Public", "Public") else said
