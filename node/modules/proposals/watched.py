"""What proposals do when two hands change a vote, or a word of the lot is told. Units."""

from datetime import datetime

from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.proposals import bringing, moves


def prolonged(unit: Unit, event: decisions.Prolonged) -> None:
    """A vote closes later: say so wherever the proposal is seen."""
    try:
        found, _ = moves.ours(unit, event.box)
    except Missing:
        return
    if found.stage == "voting":
        bringing.once_more(unit, found, datetime.fromisoformat(event.closes))


def revealed(unit: Unit, event: decisions.Revealed) -> None:
    """Count at once what waited for this word, if it was the last."""
    try:
        bringing.close(unit, event.box)
    except (Conflict, Missing):
        return
