"""What other modules may use of matching."""

from node.modules.matching.queries import contacts, pairs, set_contacts

__all__ = ["contacts", "pairs", "set_contacts"]
