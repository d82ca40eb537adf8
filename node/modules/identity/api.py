"""What other modules and the commands may use of identity."""

from node.modules.identity.renewing import renew

__all__ = ["renew"]
