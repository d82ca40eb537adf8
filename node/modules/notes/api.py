"""What other modules may use of notes: what people said about a thing of theirs.

`replies_to(db, id, viewer)` gives the posts, here and from elsewhere, that answer an object; a
page shows them with `{% from "notes/parts.html" import voices with context %}`.
"""

from node.modules.notes.queries import Post, replies_to
from node.modules.notes.writing import Draft, post

__all__ = ["Draft", "Post", "post", "replies_to"]
