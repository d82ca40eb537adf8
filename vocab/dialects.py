"""What other software writes, brought into our shape before it is judged.

Only JSON keys are read; what a listing becomes is said in `listings_elsewhere`, an agreement
in `agreements_elsewhere`. `foreign` is ours to set: it says which dialect something was read
from, and picks the lighter schema. Nothing here raises: what is not recognised stays as it came.
"""

from collections.abc import Mapping
from typing import Any

from vocab import agreements_elsewhere
from vocab.listings_elsewhere import listing

__all__ = ["listing", "read"]

CARRYING = ("Create", "Update", "Announce")


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the listing or agreement it is, or holds, brought into our shape.

    Whoever sends `foreign` loses it.
    """
    plain = {key: _own(held) for key, held in document.items() if key != "foreign"}
    found = listing(plain) or agreements_elsewhere.agreement(plain, None)
    if found is not None:
        context = {"@context": plain["@context"]} if "@context" in plain else {}
        return {**context, **found}
    held = plain.get("object")
    if isinstance(held, Mapping) and plain.get("type") in CARRYING:
        plain["object"] = read(held)
    return agreements_elsewhere.inside(plain)


def _own(held: Any) -> Any:
    """A thing inside, without the mark that is ours to give."""
    if isinstance(held, dict) and "foreign" in held:
        return {key: one for key, one in held.items() if key != "foreign"}
    return held
