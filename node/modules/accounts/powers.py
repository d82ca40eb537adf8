"""Who may do more than every member may: keepers, and whom some module gave a power."""

from node.kernel.unit import Unit
from node.modules.accounts import queries


def may(unit: Unit, member: str, power: str) -> bool:
    """Whether a member who is not suspended keeps the node, or was given this power."""
    if not queries.is_member(unit.db, member):
        return False
    given = unit.registry.powers(unit.db, member, unit.now)
    return power in given or queries.is_admin(unit.db, member)
