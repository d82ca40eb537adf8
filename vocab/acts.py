"""What is done: the activities of ActivityStreams; read through vocab.types."""

from dataclasses import field
from typing import ClassVar

from vocab.model import Activity, Object, ref, refs
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Create(Activity):
    """Here is something new of mine."""

    type: ClassVar[str] = "Create"


@dataclass(frozen=True, kw_only=True)
class Update(Activity):
    """This of mine is now so."""

    type: ClassVar[str] = "Update"


@dataclass(frozen=True, kw_only=True)
class Delete(Activity):
    """This of mine is gone."""

    type: ClassVar[str] = "Delete"


@dataclass(frozen=True, kw_only=True)
class Follow(Activity):
    """Send me what you say."""

    type: ClassVar[str] = "Follow"


@dataclass(frozen=True, kw_only=True)
class Accept(Activity):
    """Yes to what you asked."""

    type: ClassVar[str] = "Accept"


@dataclass(frozen=True, kw_only=True)
class TentativeAccept(Activity):
    """Not now, perhaps later."""

    type: ClassVar[str] = "TentativeAccept"


@dataclass(frozen=True, kw_only=True)
class Reject(Activity):
    """No to what you asked."""

    type: ClassVar[str] = "Reject"


@dataclass(frozen=True, kw_only=True)
class TentativeReject(Activity):
    """Rather not; read, never written."""

    type: ClassVar[str] = "TentativeReject"


@dataclass(frozen=True, kw_only=True)
class Undo(Activity):
    """Take back what I did."""

    type: ClassVar[str] = "Undo"


@dataclass(frozen=True, kw_only=True)
class Offer(Activity):
    """I put this to you."""

    type: ClassVar[str] = "Offer"


@dataclass(frozen=True, kw_only=True)
class Invite(Activity):
    """Take part in this."""

    type: ClassVar[str] = "Invite"


@dataclass(frozen=True, kw_only=True)
class Join(Activity):
    """I want to be in."""

    type: ClassVar[str] = "Join"


@dataclass(frozen=True, kw_only=True)
class Leave(Activity):
    """I am out."""

    type: ClassVar[str] = "Leave"


@dataclass(frozen=True, kw_only=True)
class Add(Activity):
    """This goes into that collection of mine."""

    type: ClassVar[str] = "Add"


@dataclass(frozen=True, kw_only=True)
class Remove(Activity):
    """This leaves that collection of mine."""

    type: ClassVar[str] = "Remove"


@dataclass(frozen=True, kw_only=True)
class Announce(Activity):
    """Look what somebody said."""

    type: ClassVar[str] = "Announce"


@dataclass(frozen=True, kw_only=True)
class Like(Activity):
    """I like this."""

    type: ClassVar[str] = "Like"


@dataclass(frozen=True, kw_only=True)
class EmojiReact(Activity):
    """I say this about it: `content` is one emoji, or the name of one in `tag` (FEP-c0e0)."""

    type: ClassVar[str] = "EmojiReact"


@dataclass(frozen=True, kw_only=True)
class QuoteRequest(Activity):
    """May my post, `instrument`, show yours, `object` (FEP-044f)?"""

    type: ClassVar[str] = "QuoteRequest"


@dataclass(frozen=True, kw_only=True)
class Dislike(Activity):
    """I do not like this; read, never written."""

    type: ClassVar[str] = "Dislike"


@dataclass(frozen=True, kw_only=True)
class Block(Activity):
    """Keep away from me; with a `target`, keep out of that group."""

    type: ClassVar[str] = "Block"

    target: Object | str | None = ref("target")


@dataclass(frozen=True, kw_only=True)
class Flag(Activity):
    """Look at this, moderators. A report names several things at once: `objects`, not `object`."""

    type: ClassVar[str] = "Flag"

    object: Object | str | None = field(default=None)
    """Always None: see `objects`."""
    objects: tuple[Object | str, ...] = refs("object", bare=True)


@dataclass(frozen=True, kw_only=True)
class Lock(Activity):
    """Nobody answers this any more, say the moderators of a group (Lemmy, PieFed); read only."""

    type: ClassVar[str] = "Lock"


@dataclass(frozen=True, kw_only=True)
class Move(Activity):
    """I live elsewhere now: `target`."""

    type: ClassVar[str] = "Move"

    target: Object | str | None = ref("target")
