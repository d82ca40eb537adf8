"""What other modules may use of deliberations: raise an objection, see which are not settled."""

from node.modules.deliberation.queries import open_objections
from node.modules.deliberation.rules import Kind
from node.modules.deliberation.saying import Said, say

__all__ = ["Kind", "Said", "open_objections", "say"]
