"""What other modules may use of matching."""

from node.modules.matching.bands import Band
from node.modules.matching.digests import Told, lacking
from node.modules.matching.digests import ours as told_of_us
from node.modules.matching.queries import contacts, pairs, set_contacts

__all__ = [
    "Band", "Told", "contacts", "lacking", "pairs", "set_contacts", "told_of_us",
]  # fmt: skip
