"""What the charter puts on other pages: the way to it."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def decide(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to all choices, from the page of what is decided."""
    _ = speak(node, viewer).say
    words = _("What holds here, why, and who may change it. Anything can be contested.")
    return [Card(title=_("What was chosen for us"), href="/values", text=words, icon="decide")]
