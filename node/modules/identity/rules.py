"""What is believed of a move, and what somebody who moved may still do; values in, value out.

Source: FEP-7628; security.md V17 and O10.
"""

from datetime import datetime, timedelta
from typing import Final

from vocab.model import Activity, Object
from vocab.types import Announce, Create, Dislike, EmojiReact, Follow, Like
from web.language import mark

COOL: Final = timedelta(days=7)
"""An account moves once in so long: who could move at will could drag its followers about."""
MOST: Final = 10
"""Accounts elsewhere that one may name."""

POSTS: Final = frozenset({"Note", "Article", "Question", "Event", "Page"})
"""What an account that lives elsewhere writes there and not here."""

FAULTS: Final = {
    "E_SAME": mark("This is the account you are signed in to. Name the other one."),
    "E_OURS": mark("That account is of this community, too. A move goes to another server."),
    "E_NO_BACKLINK": mark(
        "That account does not name this one yet. Sign in there, add this account's address as an "
        "alias, then try again here."
    ),
    "E_MOVED_ON": mark("That account says that it moved on itself. Name the one it moved to."),
    "E_TOO_SOON": mark("This account moved in the last seven days. Wait until they are over."),
    "E_KIND": mark("That is not the account of a person."),
}
"""Why somebody cannot move there, in words."""


def refused(
    *, old: str, new: str, named_back: bool, lives_in: str | None, last: datetime | None,
    now: datetime,
) -> str:  # fmt: skip
    """Why a move is not believed, as a code; "" if it is.

    Args:
        old: who moves.
        new: where to.
        named_back: whether the new account names the old one as its own, as seen just now.
        lives_in: where the new account itself has moved to, if it has.
        last: when the old account moved before.
        now: the moment.
    """
    if old == new:
        return "E_SAME"
    if not named_back:
        return "E_NO_BACKLINK"
    if lives_in:
        return "E_MOVED_ON"
    if last is not None and now - last < COOL:
        return "E_TOO_SOON"
    return ""


def taken_back(*, told: str, shown: str | None) -> bool:
    """Whether an old account's own page says otherwise by now than its Move did.

    Several programs never show where an account moved, so silence is no contradiction.
    """
    return shown is not None and shown != told


def is_post(activity: Activity, obj: Object) -> bool:
    """Whether this is something that who lives elsewhere does there: writing, liking, following.

    Answers, settling, ending and taking back stay possible, and so does voting.
    """
    if isinstance(activity, Create):
        return obj.type in POSTS
    return isinstance(activity, Announce | Like | Dislike | EmojiReact | Follow)
