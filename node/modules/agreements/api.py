"""What other modules may use of agreements."""

from node.modules.agreements.events import Confirmed
from node.modules.agreements.objects import EconomicEvent
from node.modules.agreements.queries import title_of
from node.modules.agreements.rules import Amount, minutes, sayable

__all__ = ["Amount", "Confirmed", "EconomicEvent", "minutes", "sayable", "title_of"]
