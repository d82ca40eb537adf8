"""What other modules may use of moderation.

A table whose things keepers can hide has the columns `id` (text) and `hidden` (Moment); nothing
more is needed. Every list of what people say leaves out `unseen(viewer.id)`, every page of one
thing what is of `kept_out()`. Links for pages:
`/report?about=<id>` for members, `/moderate?about=<id>&next=<path>` for keepers.
"""

from node.modules.moderation.acts import (
    Hidden,
    Parted,
    Shown,
    hide,
    show,
    suspend,
    unsuspend,
)
from node.modules.moderation.blocking import block_for, unblock
from node.modules.moderation.queries import Hiding, blocks, hiding_of, refuses, sets_aside
from node.modules.moderation.refusing import Terms, allow, refuse
from node.modules.moderation.reporting import Reported, close, file
from node.modules.moderation.rules import Ground, Kind, Level
from node.modules.moderation.shading import kept_out, turned_from, unseen

__all__ = [
    "Ground", "Hidden", "Hiding", "Kind", "Level", "Parted", "Reported", "Shown", "Terms", "allow",
    "block_for", "blocks", "close", "file", "hide", "hiding_of", "kept_out", "refuse", "refuses",
    "sets_aside", "show", "suspend", "turned_from", "unblock", "unseen", "unsuspend",
]  # fmt: skip
