"""What other modules may use of proposals."""

from node.modules.proposals.events import Brought
from node.modules.proposals.queries import Proposal, author_of, by_slug, how_many_active
from node.modules.proposals.starting import begin

__all__ = ["Brought", "Proposal", "author_of", "begin", "by_slug", "how_many_active"]
