"""What other modules may use of profiles."""

from node.modules.profiles.queries import by_id as facet
from node.modules.profiles.queries import candidates, facets
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet

__all__ = ["Facet", "Kind", "candidates", "facet", "facets"]
