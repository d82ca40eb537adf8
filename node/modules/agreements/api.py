"""What other modules may use of agreements."""

from node.modules.agreements.events import Confirmed
from node.modules.agreements.rules import Amount, minutes

__all__ = ["Amount", "Confirmed", "minutes"]
