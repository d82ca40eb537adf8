"""The chain of a community's records: what each is bound to, and what is said of its end. Pure.

The link of a record is the digest of its number, its text and the link before it, so it stands
for every record up to it. A record is bound by its text without whom it is sent to: that is
chosen after it is decided, and its signature holds that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from vocab import proofs

ADDRESS: Final = frozenset({"proof", "to", "cc", "handling", "@context"})
"""What is no part of a leaf: the context names the fields that there are, the address's too."""


def leaf(document: Mapping[str, Any]) -> str:
    """The digest of what was decided: of a record without its address and its proof."""
    return proofs.digest({k: held for k, held in document.items() if k not in ADDRESS})


def link(number: int, leaf: str, before: str) -> str:
    """The link of a record.

    Args:
        number: its place, from 1.
        leaf: see `leaf`.
        before: the link of the record before; "" for the first.
    """
    return proofs.digest(
        {"number": number, "leaf": leaf} | ({"previous": before} if before else {})
    )


def last(leaves: Iterable[str]) -> str:
    """The link of the last of these leaves, which begin with the first record; "" for none."""
    before = ""
    for number, each in enumerate(leaves, 1):
        before = link(number, each, before)
    return before


def checkpoint(*, community: str, number: int, link: str, at: datetime) -> dict[str, Any]:
    """What a community signs of its chain: how long it is, and the link at its end."""
    return {
        "type": "Checkpoint",
        "attributedTo": community,
        "number": number,
        "link": link,
        "published": at.isoformat().replace("+00:00", "Z"),
    }
