"""What other modules may use of reactions.

A page shows them with `{% from "reactions/parts.html" import reactions with context %}`. A
handler of an Announce of its own class calls `shared(unit, act)`, so that it counts. Who it
was (`people`) is shown to the author alone.
"""

from node.modules.reactions.handlers import Liked, shared
from node.modules.reactions.queries import (
    Reactions,
    lately,
    of,
    people,
    remove_about,
    shared_by,
    sharers,
    total,
)
from node.modules.reactions.rules import OFFERED, Verb

__all__ = [
    "OFFERED", "Liked", "Reactions", "Verb", "lately", "of", "people", "remove_about", "shared",
    "shared_by", "sharers", "total",
]  # fmt: skip
