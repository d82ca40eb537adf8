"""What other modules may use of rounds: when one is over."""

from node.modules.rounds.rules import over

__all__ = ["over"]
