"""What other modules may use of moderation.

A table whose things keepers can hide has the columns `id` (text) and `hidden` (Moment); nothing
more is needed. Every list of what people say leaves out `unseen(viewer.id)`. Links for pages:
`/report?about=<id>` for members, `/moderate?about=<id>&next=<path>` for keepers.
"""

from node.modules.moderation.acts import (
    Hidden,
    Reported,
    Shown,
    allow,
    block_for,
    close,
    file,
    hide,
    refuse,
    show,
    suspend,
    unblock,
    unsuspend,
)
from node.modules.moderation.queries import (
    Hiding,
    blocks,
    hiding_of,
    refuses,
    unseen,
)
from node.modules.moderation.rules import Ground, Kind

__all__ = [
    "Ground", "Hidden", "Hiding", "Kind", "Reported", "Shown", "allow", "block_for", "blocks",
    "close", "file", "hide", "hiding_of", "refuse", "refuses", "show", "suspend", "unblock",
    "unseen", "unsuspend",
]  # fmt: skip
