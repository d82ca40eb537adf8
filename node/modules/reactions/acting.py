"""What a member does with one touch, as units: like, say an emoji, share; and take it back."""

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.reactions import queries, rules
from node.modules.reactions.rules import Verb
from vocab import policy
from vocab.model import PUBLIC, Activity, Actor, Object, id_of
from vocab.policy import Leave
from vocab.types import Announce, Like, Post, Tombstone, Undo
from web.language import mark

NO = mark("Whoever wrote this does not want that.")
ONLY_PUBLIC = mark("Only what everybody may see can be shared.")


def like(unit: Unit, viewer: Viewer, about: str, content: str = "") -> None:
    """Like a thing, or say one of our emoji to it; nothing if it was done.

    Raises:
        Missing: it is not there for the viewer.
        Refused: E_BLOCKED, E_POLICY, E_EMOJI.
    """
    if content and content not in rules.OFFERED:
        raise Refused("E_EMOJI", repr(content[:20]))
    who = _member(viewer)
    thing = _thing(unit, viewer, about, policy.Verb.LIKE)
    if queries.activity_of(unit.db, who.id, about, Verb.LIKE, content) is not None:
        return
    done = Like(
        id=unit.id("a"),
        actor=who.id,
        object=about,
        content=content or None,
        to=_owner_elsewhere(unit, thing),
        published=unit.now,
    )
    unit.perform(done, who, thing)


def share(unit: Unit, viewer: Viewer, about: str) -> None:
    """Show a public post to all who follow the member; nothing if it was done.

    Raises:
        Missing: it is not there for the viewer, or no post.
        Refused: E_NOT_PUBLIC; E_BLOCKED, E_POLICY.
    """
    who = _member(viewer)
    thing = _thing(unit, viewer, about, policy.Verb.SHARE)
    if not isinstance(thing, Post) or thing.kind is not None:
        raise Missing(detail=about)
    if PUBLIC not in (*thing.to, *thing.cc):
        raise Refused("E_NOT_PUBLIC", about, safe=ONLY_PUBLIC)
    if queries.activity_of(unit.db, who.id, about, Verb.SHARE) is not None:
        return
    done = Announce(id=unit.id("a"), actor=who.id, object=about, to=(PUBLIC,),
                    cc=_followers(unit, who, thing), published=unit.now)  # fmt: skip
    unit.perform(done, who, thing)


def take_back(unit: Unit, viewer: Viewer, about: str, verb: Verb, content: str = "") -> None:
    """Take back a like, an emoji or a share, here and wherever it was sent.

    Raises:
        Missing: the member did not do it.
    """
    who = _member(viewer)
    id = queries.activity_of(unit.db, who.id, about, verb, content)
    if id is None:
        raise Missing(detail=about)
    thing = unit.registry.document(unit.db, about, viewer) or Object(id=about)
    done: Activity
    if verb is Verb.SHARE:
        cc = _followers(unit, who, thing)
        done = Announce(id=id, actor=who.id, object=about, to=(PUBLIC,), cc=cc)
    else:
        to = _owner_elsewhere(unit, thing)
        done = Like(id=id, actor=who.id, object=about, content=content or None, to=to)
    undo = Undo(id=unit.id("a"), actor=who.id, object=done, to=done.to, cc=done.cc)
    unit.perform(undo, who)


def _member(viewer: Viewer) -> Account:
    if not viewer.is_member or viewer.account is None:
        raise Refused("E_MEMBERS_ONLY")
    return viewer.account


def _thing(unit: Unit, viewer: Viewer, about: str, verb: policy.Verb) -> Object:
    """What the viewer may see and do this with."""
    found = unit.registry.document(unit.db, about, viewer)
    if found is None or isinstance(found, Tombstone | Activity | Actor):
        raise Missing(detail=about)
    owner = id_of(found.attributed_to)
    if owner and viewer.id and unit.registry.blocks(unit.db, owner, viewer.id):
        raise Refused("E_BLOCKED", owner, safe=NO)
    if isinstance(found, Post) and owner != viewer.id:
        author = unit.account(owner) if owner else None
        circles = follows.circles(unit.db, viewer.id or "", author) if author else []
        if policy.leave(found.interaction_policy, verb, [viewer.id or "", *circles]) is Leave.NO:
            raise Refused("E_POLICY", about, safe=NO)
    return found


def _owner_elsewhere(unit: Unit, thing: Object) -> tuple[str, ...]:
    """Who hears of a like: the owner, if another server has to be told."""
    owner = id_of(thing.attributed_to)
    return (owner,) if owner and not unit.ours(owner) else ()


def _followers(unit: Unit, who: Account, thing: Object) -> tuple[str, ...]:
    named = (who.followers, *_owner_elsewhere(unit, thing))
    return tuple(one for one in named if one)
