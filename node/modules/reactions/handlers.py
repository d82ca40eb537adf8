"""What Like, EmojiReact, Announce and their Undo do; the same for ours and theirs.

A reaction counts for things of ours, and for those of others that are kept here. Each is taken
back by who gave it, and by nobody else.
"""

from typing import Any

from federation import queries as letters
from node.kernel.access import ANONYMOUS
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.reactions import queries, rules
from node.modules.reactions.rules import Verb
from vocab.model import PUBLIC, Activity, Actor, Object, id_of
from vocab.types import Announce, EmojiReact, Like, Tombstone, Undo
from vocab.types import Emoji as Tag
from vocab.values import dataclass

handlers = Handlers()


@handlers.on(Like, Object)
@handlers.on(EmojiReact, Object)
def liked(unit: Unit, act: Act[Activity, Object]) -> None:
    """Somebody likes a thing, or says an emoji to it; each but once.

    Raises:
        Refused: E_EMOJI, an EmojiReact says none; E_TOO_MANY.
    """
    content = rules.emoji_of(act.activity.content)
    if not content and isinstance(act.activity, EmojiReact):
        raise Refused("E_EMOJI", f"{act.activity.id} says no emoji")
    _keep(unit, act, Verb.LIKE, content, _icon(act.activity, content))
    _tell_group(unit, act, act.object)


@handlers.on(Announce, Object)
def shared(unit: Unit, act: Act[Announce, Object]) -> None:
    """Somebody shows a thing to those who follow them; what is told to single people is nothing."""
    named = {*act.activity.to, *act.activity.cc}
    if PUBLIC in named or act.actor.followers in named:
        _keep(unit, act, Verb.SHARE)


@handlers.on(Undo, Like)
@handlers.on(Undo, EmojiReact)
@handlers.on(Undo, Announce)
def undone(unit: Unit, act: Act[Undo, Activity]) -> None:
    """Somebody takes it back."""
    id = act.object.id or ""
    if not queries.remove(unit, act.actor.id, id):
        _remove_alike(unit, act)
    letters.forget(unit.db, act.actor.id, id, unit.now)
    about = unit.registry.document(unit.db, id_of(act.object.object) or "", ANONYMOUS)
    if isinstance(act.object, Like) and about is not None:
        _tell_group(unit, act, about)


@dataclass(frozen=True, kw_only=True)
class Liked:
    """Somebody elsewhere told our community that they like what is in it, or no more."""

    about: str
    activity: str


def _tell_group(unit: Unit, act: Act[Any, Object], about: Object) -> None:
    """Tell of a like that was sent to the community's group, as groups of FEP-1b12 have it."""
    said = act.activity
    named = unit.community.id in (said.audience, *said.to, *said.cc)
    if named and not act.actor.local and about.audience == unit.community.id:
        unit.tell(Liked(about=about.id or "", activity=said.id or ""))


def gone(unit: Unit, event: Gone) -> None:
    """Nothing stays of what somebody said who is gone."""
    queries.remove_of(unit, event.account)


subscribers = ((Gone, gone),)


def _keep(
    unit: Unit, act: Act[Activity, Object], verb: Verb, content: str = "", icon: str | None = None
) -> None:
    thing, id = act.object, act.object.id or ""
    owner = id_of(thing.attributed_to)
    if isinstance(thing, Activity | Actor | Tombstone) or not _is_here(unit, id):
        return
    if owner is not None and unit.registry.blocks(unit.db, owner, act.actor.id):
        return
    if len(f"{id}{act.actor.id}{content}".encode()) > rules.LONGEST:
        raise Refused("E_ID", f"the ids of {act.activity.id} are too long together")
    if queries.said_of(unit.db, act.actor.id, id) >= rules.MOST:
        raise Refused("E_TOO_MANY", f"{act.actor.id} said enough of {id}")
    row = {"activity": act.activity.id, "actor": act.actor.id, "object": id, "verb": verb.value}
    queries.add(unit, {**row, "content": content, "icon": icon})


def _is_here(unit: Unit, id: str) -> bool:
    """Whether a thing is ours, or a public one of others that is kept here.

    Of ours it was looked up, for who acts, before this.
    """
    return unit.ours(id) or unit.registry.document(unit.db, id, ANONYMOUS) is not None


def _icon(activity: Activity, content: str) -> str | None:
    """Where the picture of a shortcode lies, as the activity says."""
    for one in activity.tag:
        if isinstance(one, Tag) and rules.emoji_of(one.name) == content and content:
            icon = one.icon
            url = icon.url if isinstance(icon, Object) else icon
            return url if url and len(url) <= 2048 and url.startswith("https://") else None
    return None


def _remove_alike(unit: Unit, act: Act[Undo, Activity]) -> None:
    """Take back what is told again under another id."""
    verb = Verb.SHARE if isinstance(act.object, Announce) else Verb.LIKE
    content = rules.emoji_of(act.object.content) if verb is Verb.LIKE else ""
    about = id_of(act.object.object) or ""
    activity = queries.activity_of(unit.db, act.actor.id, about, verb, content)
    if activity is not None:
        queries.remove(unit, act.actor.id, activity)
