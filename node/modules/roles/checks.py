"""What must hold of a role that is told, beyond its schema; vocabulary.md section 8."""

from collections.abc import Mapping

from node.modules.roles.objects import Membership
from vocab.checks import Check, Document, Known, refuse, same_origin
from vocab.model import Object


def membership(held: Document, activity: Document, known: Known) -> None:
    """A community speaks of its own roles and of its own members, to trusted nodes.

    Raises:
        Malformed: E_OWNER, E_HANDLING.
    """
    owner = held.get("attributedTo")
    refuse(held.get("organization") != owner, "E_OWNER", "a role of another community")
    refuse(not same_origin(held.get("member"), owner), "E_OWNER", "a member of another origin")
    refuse(held.get("member") == owner, "E_OWNER", "a community is no member of itself")
    refuse(held.get("handling") != "trustedPeers", "E_HANDLING", "a role is for trusted nodes")


CHECKS: Mapping[type[Object], Check] = {Membership: membership}
