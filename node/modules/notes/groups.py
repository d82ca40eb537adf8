"""Posts in groups: what a group elsewhere shows, takes out and locks; what is put before ours.

A group says which posts are in it, and of which of those it takes no more answers; nothing else
about them is believed of it. Source: FEP-1b12.
"""

from dataclasses import replace

from federation.origins import domain, same_origin
from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.notes import fetched, leaving, queries
from node.modules.notes.events import Submitted
from node.modules.notes.queries import Post
from vocab.model import Activity, Object, id_of
from vocab.types import Announce, Create, Mention, Update

GROUP = "Group"
SETTING = "groups"
"""Where it is kept who may put posts before our group; the module groups sets it."""
ONLY_KEEPERS = "keepers"


def show(unit: Unit, group: Account, thing: Object) -> bool:
    """Keep and place a post that a group elsewhere shows; false if that is no word of a group.

    Raises:
        Wanted: nobody here has met its author.
    """
    if group.local or group.type != GROUP:
        return False
    if not _names(unit, thing, group.id):
        return False
    id = thing.id or ""
    if not unit.ours(id) and follows_from_here(unit, group.id) and thing.kind is None:
        fetched.keep(unit, thing)
    kept = queries.stored(unit.db, id)
    if kept is not None and _may_place(kept, group.id):
        queries.place(unit, id, group.id)
    return True


def follows_from_here(unit: Unit, actor: str) -> bool:
    """Whether somebody here follows an actor."""
    return follows.is_followed(unit.db, actor)


def _may_place(kept: Post, group: str) -> bool:
    """Whether a group may say that a post is in it; the first that does keeps it."""
    free = kept.audience is None or (kept.local and kept.audience == group)
    return kept.deleted is None and kept.reach == Reach.PUBLIC and free


def _names(unit: Unit, thing: Object, group: str) -> bool:
    """Whether a post was written for a group: it names the group, or answers what is in it."""
    tags = (one.href for one in thing.tag if isinstance(one, Mention))
    if group in (thing.audience, *thing.to, *thing.cc, *tags):
        return True
    above = queries.stored(unit.db, thing.in_reply_to) if thing.in_reply_to else None
    return above is not None and above.audience == group


# What a group hands on word for word ----------------------------------------------------------


def handed_on(unit: Unit, act: Act[Announce, Activity]) -> Update | None:
    """Show what a group hands on; the act as its author's own if it changes what is known here.

    Raises:
        Wanted: nobody here has met its author.
    """
    inside = act.object
    thing = inside.object
    assert isinstance(thing, Object), "trust looked it up"
    known = queries.stored(unit.db, thing.id or "")
    show(unit, act.actor, thing)
    if not isinstance(inside, Update) or known is None or known.local:
        return None
    return replace(inside, to=thing.to, cc=thing.cc)


def taken_out(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A group shows a post no longer; one that is gone at its own server goes here, too."""
    kept = queries.stored(unit.db, id_of(act.object.object) or "")
    if kept is None or kept.audience != act.actor.id or kept.deleted is not None:
        return
    queries.place(unit, kept.id, None)
    if kept.local:
        return
    if id_of(act.object.actor) == kept.owner and same_origin(act.actor.id, kept.id):
        leaving.empty(unit, [kept.id])
        return
    once = f"notes.look_gone {kept.id}"[:255]
    unit.later("notes.look_gone", lane=domain(kept.id), once=once, post=kept.id)


def locked(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A group takes no more answers to a post of its own, or takes them again."""
    inside = act.object
    is_undo = isinstance(inside.object, Activity)
    about = inside.object.object if isinstance(inside.object, Activity) else inside.object
    kept = queries.stored(unit.db, id_of(about) or "")
    if kept is None or kept.audience != act.actor.id:
        raise Refused("E_OWNER", f"{id_of(about)} is not in {act.actor.id}")
    queries.lock(unit, kept.id, locked=not is_undo)


def may_put(unit: Unit, author: Account) -> bool:
    """Whether a member may put posts before our group."""
    kept = unit.setting(SETTING) or {}
    return kept.get("who") != ONLY_KEEPERS or accounts.is_admin(unit.db, author.id)


# What is put before our own group -------------------------------------------------------------


def submitted(unit: Unit, act: Act[Create, Object], reach: Reach) -> None:
    """Tell that a new public post is for our community, if it is."""
    post = act.object
    if reach is Reach.PUBLIC and _names(unit, post, unit.community.id):
        if act.actor.local and post.audience != unit.community.id:
            return  # a member who names the community has said so in the form
        _tell(unit, act, post.id or "")


def changed(unit: Unit, act: Act[Activity, Object], before: Post) -> None:
    """Tell that a post in our community was changed or deleted by its author."""
    if before.audience == unit.community.id:
        _tell(unit, act, before.id)


def _tell(unit: Unit, act: Act[Activity, Object], post: str) -> None:
    if act.actor.id == unit.community.id or act.activity.id is None:
        return
    unit.tell(Submitted(post=post, activity=act.activity.id, what=act.activity.type))
