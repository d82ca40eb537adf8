"""Posts that an actor shows first: pinned here, and pinned elsewhere (`featured`).

Whose a pin is says the collection that the post goes into, and that has to be the actor's own as
we have it stored; a person pins what they wrote, a group what is in it.
"""

from typing import Any

from federation.origins import same_origin
from node.kernel.access import Reach, Viewer
from node.kernel.act import Act
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.groups import announcing, queries, rules
from node.modules.notes import api as notes
from node.modules.notes.api import Post
from vocab.model import PUBLIC, Activity, Object, id_of
from vocab.types import Add, Announce, Remove
from vocab.types import Post as Said
from web.language import mark

handlers = Handlers()

FULL = mark("Five posts are enough. Unpin one first.")
ONLY_PUBLIC = mark("Only what everybody may see can be pinned.")


@handlers.on(Add, Said)
def added(unit: Unit, act: Act[Add, Object]) -> None:
    """Somebody pins a post; kept if it is ours or somebody here follows who pins.

    Raises:
        Refused: E_OWNER, the collection is not theirs, or the post is not.
        Wanted: nobody here has met its author.
    """
    if not _is_featured(act.actor, act.activity.target):
        raise Refused("E_OWNER", f"{id_of(act.activity.target)} is not of {act.actor.id}")
    if not (act.actor.local or _followed(unit, act.actor.id)):
        return
    id = act.object.id or ""
    if not act.actor.local:
        _owned(act.actor, act.object)
        notes.take(unit, act.object)
    if (kept := notes.stored(unit.db, id)) is not None:
        _pin(unit, act.actor, kept)


@handlers.on(Remove, Said)
def removed(unit: Unit, act: Act[Remove, Object]) -> None:
    """Somebody unpins a post.

    Raises:
        Refused: E_OWNER, the collection is not theirs.
    """
    if not _is_featured(act.actor, act.activity.target):
        raise Refused("E_OWNER", f"{id_of(act.activity.target)} is not of {act.actor.id}")
    queries.remove_pin(unit, act.actor.id, act.object.id or "")


@handlers.on(Announce, Add)
def handed_on(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A group says that its moderators pinned a post that is in it (FEP-1b12)."""
    kept = notes.stored(unit.db, id_of(act.object.object) or "")
    is_in = kept is not None and kept.audience == act.actor.id
    if kept is not None and is_in and _is_featured(act.actor, act.object.target):
        _pin(unit, act.actor, kept)


@handlers.on(Announce, Remove)
def handed_back(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A group says that its moderators unpinned a post."""
    if _is_featured(act.actor, act.object.target):
        queries.remove_pin(unit, act.actor.id, id_of(act.object.object) or "")


def featured_of(who: Account) -> str | None:
    """The collection of what an actor shows first, as their own server told us."""
    if who.local:
        return f"{who.id}/featured"
    said = (who.document or {}).get("featured")
    return said if isinstance(said, str) else None


def _is_featured(who: Account, target: Any) -> bool:
    return id_of(target) is not None and id_of(target) == featured_of(who)


def _owned(who: Account, post: Object) -> None:
    """Refuse a pin of what is neither its author's own nor written for the group that pins it."""
    named = (id_of(post.attributed_to), post.audience, *post.to, *post.cc)
    if who.id not in named or (who.type != "Group" and named[0] != who.id):
        raise Refused("E_OWNER", f"{post.id} is of {named[0]}")


def _followed(unit: Unit, actor: str) -> bool:
    return any(unit.ours(id) for id in follows.followers(unit.db, actor))


def _pin(unit: Unit, who: Account, kept: Post) -> None:
    shown = kept.deleted is None and kept.reach == Reach.PUBLIC
    if shown and len(queries.pins(unit.db, who.id)) < 2 * rules.PINS:
        queries.add_pin(unit, who.id, kept.id)


def found(unit: Unit, who: Account, post: Object) -> None:
    """Keep a post that was found among those that an actor shows first.

    Raises:
        Refused: E_OWNER. Wanted: nobody here has met its author.
    """
    _owned(who, post)
    notes.take(unit, post)
    if (kept := notes.stored(unit.db, post.id or "")) is not None:
        _pin(unit, who, kept)


def same_server(who: Account, collection: str) -> bool:
    """Whether a collection lies at its owner's server."""
    return same_origin(collection, who.id)


# By members -----------------------------------------------------------------------------------


def pin(unit: Unit, viewer: Viewer, post: str, *, as_community: bool) -> None:
    """Show a post first on the member's page, or on the community's.

    Raises:
        Missing: it is not theirs, or not in the group.
        Refused: E_NOT_PUBLIC. Conflict: there are enough.
    """
    who, kept = _actor(unit, viewer, as_community=as_community), _mine(unit, viewer, post)
    if kept.owner != who.id and not (as_community and kept.audience == who.id):
        raise Missing(detail=post)
    if kept.reach != Reach.PUBLIC:
        raise Refused("E_NOT_PUBLIC", post, safe=ONLY_PUBLIC)
    if len(queries.pins(unit.db, who.id)) >= rules.PINS:
        raise Conflict("E_FULL", post, safe=FULL)
    _say(unit, Add, who, kept, by=viewer.id or "")


def unpin(unit: Unit, viewer: Viewer, post: str, *, as_community: bool) -> None:
    """Show it first no longer.

    Raises:
        Missing: it was not pinned.
    """
    who = _actor(unit, viewer, as_community=as_community)
    kept = notes.stored(unit.db, post)
    if kept is None or who.id not in queries.pinned_by(unit.db, post):
        raise Missing(detail=post)
    _say(unit, Remove, who, kept, by=viewer.id or "")


def _actor(unit: Unit, viewer: Viewer, *, as_community: bool) -> Account:
    if as_community and viewer.is_admin:
        return accounts.community_account(unit.db)
    if as_community or viewer.account is None or not viewer.is_member:
        raise Refused("E_KEEPERS_ONLY" if as_community else "E_MEMBERS_ONLY")
    return viewer.account


def _mine(unit: Unit, viewer: Viewer, post: str) -> Post:
    kept = notes.seen(unit.db, post, viewer)
    if kept is None or kept.deleted is not None:
        raise Missing(detail=post)
    return kept


def _say(unit: Unit, kind: type[Add | Remove], who: Account, kept: Post, *, by: str) -> None:
    place = featured_of(who)
    said: dict[str, Any] = {
        "actor": who.id,
        "object": kept.id,
        "target": place,
        "to": (PUBLIC,),
        "cc": tuple(filter(None, (who.followers,))),
        "published": unit.now,
    }
    act = Add(id=unit.id("a"), **said) if kind is Add else Remove(id=unit.id("a"), **said)
    unit.perform(act, who, notes.value(unit.db, kept))
    if who.id == unit.community.id and by in queries.moderators(unit.db):
        announcing.moderate(unit, kind, kept.id, by=by, target=place)
