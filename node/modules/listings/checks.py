"""What must hold of a listing that arrived, beyond its schema; vocabulary.md section 8."""

from collections.abc import Mapping

from node.modules.listings.objects import Listing
from vocab.checks import Check, Document, Known, base, refuse
from vocab.model import Object


def listing(held: Document, activity: Document, known: Known) -> None:
    """Its intents are fragments of it.

    Raises:
        Malformed: E_FRAGMENT.
    """
    for key in ("publishes", "reciprocal"):
        intent = held.get(key)
        if isinstance(intent, Mapping) and isinstance(intent.get("id"), str):
            foreign = base(intent["id"]) != held.get("id")
            refuse(foreign, "E_FRAGMENT", f"{key} is no fragment of the listing")


CHECKS: Mapping[type[Object], Check] = {Listing: listing}
