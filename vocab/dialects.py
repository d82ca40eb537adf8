"""What other software writes, brought into our shape before it is judged.

Only JSON keys are read; what a listing becomes is said in `listings_elsewhere`. `foreign` is
ours to set: it says which dialect something was read from, and picks the lighter schema.
Nothing here raises: what is not recognised stays as it came.
"""

from collections.abc import Mapping
from typing import Any

from vocab.listings_elsewhere import listing

__all__ = ["listing", "read"]

CARRYING = ("Create", "Update", "Announce")


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the listing it is, or holds as `object`, brought into our shape.

    Whoever sends `foreign` loses it.
    """
    plain = {key: held for key, held in document.items() if key != "foreign"}
    found = listing(plain)
    if found is not None:
        context = {"@context": plain["@context"]} if "@context" in plain else {}
        return {**context, **found}
    held = plain.get("object")
    if isinstance(held, Mapping) and plain.get("type") in CARRYING:
        plain["object"] = read(held)
    return plain
