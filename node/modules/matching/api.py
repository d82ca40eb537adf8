"""What other modules may use of matching."""

from node.modules.matching.queries import contacts, set_contacts

__all__ = ["contacts", "set_contacts"]
