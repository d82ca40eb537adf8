"""What must hold of a peering that arrived, beyond its schema; vocabulary.md section 8."""

from collections.abc import Mapping

from node.modules.peers.objects import Peering
from vocab.checks import Check, Document, Known, refuse, same_origin
from vocab.model import Object


def peering(held: Document, activity: Document, known: Known) -> None:
    """A node speaks of its own trust, in somebody else.

    Raises:
        Malformed: E_OWNER.
    """
    owner = held.get("attributedTo")
    refuse(held.get("subject") != owner, "E_OWNER", "speaks of somebody else's trust")
    refuse(same_origin(held.get("object"), owner), "E_OWNER", "trusts itself")


CHECKS: Mapping[type[Object], Check] = {Peering: peering}
