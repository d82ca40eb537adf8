"""What must hold of an agreement that arrived, beyond its schema; vocabulary.md section 8.

Whether it fits the proposal is looked at by its handler, which can send a no.
"""

from collections.abc import Mapping
from typing import Any

from node.modules.agreements.objects import Agreement
from vocab.checks import Check, Document, Known, base, refuse
from vocab.model import Object

FLOWS = ("stipulates", "stipulatesReciprocal")


def agreement(held: Document, activity: Document, known: Known) -> None:
    """Its commitments are its own, of one proposal, and as they were offered.

    Raises:
        Malformed: E_FRAGMENT, E_SATISFIES, E_QUANTITY.
    """
    primary, back = (_flow(held, key) for key in FLOWS)
    for flow in (primary, back):
        strange = isinstance(flow.get("id"), str) and base(flow["id"]) != held.get("id")
        refuse(strange, "E_FRAGMENT", "a commitment is no fragment of the agreement")
    one, other = (str(flow.get("satisfies") or "") for flow in (primary, back))
    if "foreign" not in held:
        crossed = not one.endswith("#primary") or (other and not other.endswith("#reciprocal"))
        refuse(crossed, "E_SATISFIES", "primary and reciprocal are crossed")
    refuse(other and base(one) != base(other), "E_SATISFIES", "commitments of two proposals")
    if activity.get("type") == "Accept":
        _as_offered(held, activity, known)


def _as_offered(held: Document, activity: Document, known: Known) -> None:
    asked_id = activity.get("object")
    asked = known.stored(asked_id) if isinstance(asked_id, str) else None
    offered = asked.get("object") if asked else None
    if not isinstance(offered, Mapping) or "stipulates" not in offered:
        return  # of a private letter only who and whom is left; the handler has the amounts
    for key in FLOWS:
        same = _said(held, key) == _said(offered, key)
        refuse(not same, "E_QUANTITY", f"{key} differs from what was offered")


def _flow(held: Document, key: str) -> Mapping[str, Any]:
    found = held.get(key)
    return found if isinstance(found, Mapping) else {}


def _said(held: Document, key: str) -> tuple[Any, Any]:
    flow = _flow(held, key)
    return flow.get("satisfies"), flow.get("resourceQuantity")


CHECKS: Mapping[type[Object], Check] = {Agreement: agreement}
