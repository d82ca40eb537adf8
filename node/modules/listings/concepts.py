"""Our own small list of topics, under the namespace that other nodes know too.

The names are part of ids, so they stay; labels are English and translated where shown.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from web.language import mark

SCHEME: Final = "https://w3id.org/commons-node/concepts"

TOPICS: Final = MappingProxyType(
    {
        "repair": mark("Repair"),
        "gardening": mark("Gardening"),
        "food": mark("Cooking and food"),
        "transport": mark("Transport"),
        "tool-sharing": mark("Tools"),
        "childcare": mark("Childcare"),
        "care": mark("Care"),
        "health": mark("Health"),
        "teaching": mark("Teaching"),
        "languages": mark("Languages"),
        "computers": mark("Computers"),
        "writing": mark("Letters and forms"),
        "building": mark("Building"),
        "energy": mark("Energy and heating"),
        "clothing": mark("Clothes and sewing"),
        "furniture": mark("Furniture"),
        "books": mark("Books"),
        "music": mark("Music"),
        "art": mark("Art and craft"),
        "sport": mark("Sport and movement"),
        "animals": mark("Animals"),
        "space": mark("Rooms and places"),
        "facilitation": mark("Leading talks"),
        "accounting": mark("Money and books of account"),
        "events": mark("Feasts and gatherings"),
    }
)
"""The last part of a concept's IRI, to its label."""

KINDS: Final = MappingProxyType(
    {
        "service": ("deliverService", mark("Help or a service")),
        "give": ("transfer", mark("A thing, for good")),
        "lend": ("use", mark("A thing, for a while")),
        "space": ("use", mark("A room or a place")),
        "ride": ("deliverService", mark("A ride")),
        "meal": ("transfer", mark("A meal")),
        "teaching": ("deliverService", mark("Teaching")),
        "care": ("deliverService", mark("A visit")),
    }
)
"""What kind of thing is given: (the action of FEP-0837, label)."""

TERMS: Final = MappingProxyType(
    {
        "gift": mark("As a gift"),
        "lend": mark("To give back"),
        "timeCredit": mark("For time credit"),
        "share": mark("To use together"),
        "barter": mark("In exchange"),
        "rent": mark("For money"),
    }
)
"""On what terms; our form offers the first three."""


def concept(name: str) -> str:
    """The IRI of a topic or kind of ours.

    >>> concept("repair")
    'https://w3id.org/commons-node/concepts#repair'
    """
    return f"{SCHEME}#{name}"


def name_of(iri: str | None) -> str | None:
    """The topic of ours that an IRI names, None if it is none."""
    scheme, _, name = (iri or "").partition("#")
    return name if scheme == SCHEME and name in TOPICS else None


def label(iri: str | None) -> str:
    """What a concept is called, as a message to translate; "" for what is not ours."""
    name = name_of(iri)
    return TOPICS[name] if name else ""


def shared(main: str | None, topics: Iterable[str]) -> str | None:
    """The topic of the shared list that something is about, or that stands above its own.

    >>> shared("https://alder.example/o/1", [concept("repair")])
    'repair'
    """
    return next(filter(None, map(name_of, (main, *topics))), None)


def kind_of(action: str, classified: tuple[str, ...]) -> str:
    """The kind of a listing: as it says, else what its action comes closest to."""
    for name in KINDS:
        if concept(f"kind-{name}") in classified:
            return name
    return {"transfer": "give", "use": "lend", "transferCustody": "lend"}.get(action, "service")
