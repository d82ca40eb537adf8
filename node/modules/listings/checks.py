"""What must hold of a listing that arrived, beyond its schema; vocabulary.md section 8."""

from collections.abc import Mapping

from node.modules.listings.objects import Listing
from vocab.checks import Check, Document, Known, base, refuse, same_origin
from vocab.model import Object


def listing(held: Document, activity: Document, known: Known) -> None:
    """Its intents are fragments of it; those of other software are of its origin.

    Raises:
        Malformed: E_FRAGMENT.
    """
    for key in ("publishes", "reciprocal"):
        intent = held.get(key)
        if isinstance(intent, Mapping) and isinstance(intent.get("id"), str):
            theirs = base(intent["id"]) != held.get("id")
            if "foreign" in held:
                theirs = not same_origin(intent["id"], held.get("id"))
            refuse(theirs, "E_FRAGMENT", f"{key} is no fragment of the listing")


CHECKS: Mapping[type[Object], Check] = {Listing: listing}
