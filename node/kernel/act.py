"""An activity about to be carried out, with everything a handler needs at hand."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from node.kernel.tables import Account
from vocab.model import Activity, Object
from vocab.values import dataclass

A = TypeVar("A", bound=Activity, covariant=True)
O = TypeVar("O", bound=Object, covariant=True)  # noqa: E741 - object


@dataclass(frozen=True, kw_only=True)
class Act(Generic[A, O]):
    """One activity whose actor is proven and whose object is resolved and trusted.

    The proof is a signature for a remote actor and a session for ours; a handler does
    not see the difference, so doing a thing here and hearing of it take the same path.
    `document` is the object as JSON, as it came (for proofs and digests); for an
    activity of ours it is what dump() makes of the object, or None if it stays here.
    """

    activity: A
    object: O
    actor: Account
    document: Mapping[str, Any] | None = None
    asked: bool = False
    """A member here looked the object up by its address, so it concerns us."""
