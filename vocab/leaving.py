"""The one way out: an object of ours becomes the JSON that leaves here, or nowhere.

Letters, answers to those who fetch, collections and what members' programs read all hold a
`Leaving`, and only a `Door` makes one; it asks the producer schemas first. A guard test
(tests/guards/test_leaving.py) sees that there is no way around it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NewType

from vocab import schemas, wire
from vocab.contexts import Mode
from vocab.model import Object
from vocab.values import dataclass

Leaving = NewType("Leaving", dict[str, Any])
"""A document that the producer schemas let pass."""

Sign = Callable[[dict[str, Any]], dict[str, Any]]
"""A document to the same with a proof."""

HIDDEN = frozenset({"bto", "bcc"})
"""What is for nobody but its sender (W14)."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """How a node writes: our context inline or by its address, and whether http may be."""

    mode: Mode = "inline"
    allow_http: bool = False

    def write(self, value: Object, *, sign: Sign | None = None) -> Leaving:
        """An object as the JSON that may leave, with its proof if somebody signs it.

        Raises:
            Malformed: E_SCHEMA; the producer schemas refuse it.
        """
        if sign is None:
            return self.check(wire.dump(value, mode=self.mode))
        return self.check(sign(wire.dump(value, mode=self.mode, for_proof=True)))

    def check(self, document: dict[str, Any]) -> Leaving:
        """A document that was written before, such as a signed one, if it may leave.

        Raises:
            Malformed: E_SCHEMA; the producer schemas refuse it.
        """
        schemas.outgoing(document, allow_http=self.allow_http)
        return Leaving(document)

    def hand_over(self, page: Object, letters: Sequence[Mapping[str, Any]]) -> Leaving:
        """A page of our own around letters of others, for the member they were written to.

        They are handed over as they came, without what no reader may see.

        Raises:
            Malformed: E_SCHEMA; the page itself may not leave.
        """
        held = [{k: v for k, v in one.items() if k not in HIDDEN} for one in letters]
        return Leaving({**self.write(page), "orderedItems": held})
