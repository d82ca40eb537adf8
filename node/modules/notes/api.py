"""What other modules may use of notes: what people said about a thing of theirs.

`replies_to(db, id, viewer)` gives the posts, here and from elsewhere, that answer an object; a
page shows them with `{% from "notes/parts.html" import post with context %}`, and hands on which
of them take no answer (`closed`).
"""

from node.modules.notes.events import Submitted
from node.modules.notes.fetched import keep as take
from node.modules.notes.groups import SETTING
from node.modules.notes.polls import is_asked, on
from node.modules.notes.public import value
from node.modules.notes.queries import Post, lock, place, replies_to, sent_before, stored
from node.modules.notes.queries import by_id as seen
from node.modules.notes.rules import typed_options
from node.modules.notes.slots import opening
from node.modules.notes.standing import closed
from node.modules.notes.tallies import Poll
from node.modules.notes.writing import Draft, post

__all__ = ["SETTING", "Draft", "Poll", "Post", "Submitted", "closed", "is_asked", "lock", "on",
           "opening", "place", "post", "replies_to", "seen", "sent_before", "stored", "take",
           "typed_options", "value"]  # fmt: skip
