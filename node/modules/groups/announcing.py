"""Our group speaks: what was put before it goes to those who follow, each in their own form.

A post is announced once, when its author's own Create came here or was written here; nothing
that others announce is announced again, so no circle of groups can go round.
Source: federation reference 3.3, 3.4.
"""

from typing import Any

from federation import carrying
from federation.policy import refuses
from node.kernel.access import Reach
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.follows.api import State as Following
from node.modules.groups import queries, rules
from node.modules.groups.rules import Fate, State
from node.modules.moderation.api import Hidden
from node.modules.notes import api as notes
from node.modules.notes.api import Post, Submitted
from node.modules.reactions.api import Liked
from vocab import policy
from vocab.model import PUBLIC, Activity
from vocab.policy import Leave, Verb
from vocab.types import Announce, Delete, Lock, Undo
from web.language import mark

GONE = mark("Its author has taken it back, so there is nothing to show.")


# What others tell us ------------------------------------------------------------------------


def submitted(unit: Unit, event: Submitted) -> None:
    """Somebody put a post before the group, or changed or deleted one that is in it."""
    if unit.community.at_home:
        return
    if event.what == "Create":
        _new(unit, event)
        return
    known = queries.found(unit.db, event.post)
    if known is None or known.state is not State.SHOWN:
        return
    _hand_on(unit, event.post, event.activity)
    if event.what == "Delete":
        _withdraw(unit, event.post)
        queries.move(unit, event.post, State.OUT)


def liked(unit: Unit, event: Liked) -> None:
    """Somebody elsewhere likes what is in the group, or no more, and told the group so."""
    known = queries.found(unit.db, event.about)
    if known is not None and known.state is State.SHOWN:
        _hand_on(unit, event.about, event.activity)


def hidden(unit: Unit, event: Hidden) -> None:
    """What keepers hide is shown to nobody any more."""
    known = queries.found(unit.db, event.id)
    if known is not None and known.state is State.SHOWN:
        _withdraw(unit, event.id)
        queries.move(unit, event.id, State.OUT)
        notes.place(unit, event.id, None)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Nothing stays of what somebody put before the group who is gone."""
    erase(unit, event.account)


def erase(unit: Unit, account: str) -> None:
    """Take back what was shown of somebody who leaves, and forget them."""
    for one in queries.of_owner(unit.db, account):
        if one.state is State.SHOWN:
            _withdraw(unit, one.post)
    queries.drop(unit, account)


# What is put before the group ---------------------------------------------------------------


def _new(unit: Unit, event: Submitted) -> None:
    post = notes.stored(unit.db, event.post)
    if post is None or not _may_be_shown(unit, post) or not _has_a_place(unit, post):
        return
    owner = post.author
    fate = rules.fate(**_circumstances(unit, owner))
    if fate is Fate.LEFT:
        if owner.local:
            notes.place(unit, post.id, None)
        return
    if fate is Fate.WAITS and (queries.count_waiting(unit.db, owner.domain) >= rules.MOST_WAITING):
        return
    row = {"post": post.id, "owner": owner.id, "activity": event.activity, "at": unit.now}
    state = State.SHOWN if fate is Fate.SHOWN else State.WAITS
    if queries.keep(unit, {**row, "state": state}) and state is State.SHOWN:
        _show(unit, post, event.activity)


def _may_be_shown(unit: Unit, post: Post) -> bool:
    """Whether a post is for all, is there, and its author may be and wants to be shown."""
    if post.deleted or post.hidden or post.reach != Reach.PUBLIC:
        return False
    us = unit.community.id
    circles = follows.circles(unit.db, us, post.author)
    if policy.leave(post.policy, Verb.SHARE, [us, *circles]) is Leave.NO and not post.local:
        return False
    if refuses(unit.db, unit.registry, post.owner):
        return False
    return not unit.registry.blocks(unit.db, us, post.owner)


def _has_a_place(unit: Unit, post: Post) -> bool:
    """Whether a post begins something, or answers what is in the group and open."""
    if post.in_reply_to is None:
        return True
    above = notes.stored(unit.db, post.in_reply_to)
    root = notes.stored(unit.db, post.thread)
    inside = above is not None and above.audience == unit.community.id
    return inside and not (above and above.locked) and not (root and root.locked)


def _circumstances(unit: Unit, owner: Account) -> dict[str, Any]:
    now = queries.manners(unit.db)
    lately = queries.count_lately(unit.db, owner.id, unit.now - rules.HOUR)
    following = follows.state(unit.db, owner.id, unit.community.id)
    return {
        "who": now.who,
        "held": now.held,
        "keeper": owner.local and accounts.is_admin(unit.db, owner.id),
        "member": owner.local and accounts.is_member(unit.db, owner.id),
        "follower": following is Following.ACCEPTED,
        "silenced": unit.registry.silences(unit.db, owner.id),
        "often": lately >= rules.MOST_AN_HOUR,
    }


def _show(unit: Unit, post: Post, activity: str) -> None:
    """Announce a post: by its id if it begins something, and as the act that made it."""
    group = accounts.community_account(unit.db)
    notes.place(unit, post.id, group.id)
    if post.in_reply_to is None and not queries.is_told(unit.db, post.id, acts=False):
        told = post.local or follows.state(unit.db, post.owner, group.id) is Following.ACCEPTED
        author = () if told else (post.owner,)
        shown = Announce(
            id=unit.id("a"),
            actor=group.id,
            object=post.id,
            to=(PUBLIC,),
            cc=(group.followers or "", *author),
            published=unit.now,
        )
        unit.send(shown, among=carrying.readers_of_things(group))
        queries.tell(unit, {"id": shown.id, "post": post.id, "about": post.id, "acts": False})
    _hand_on(unit, post.id, activity)


def _hand_on(unit: Unit, post: str, activity: str) -> None:
    """Announce an act to those who take acts; each once, whatever comes."""
    if queries.is_told(unit.db, activity, acts=True):
        return
    id = carrying.hand_on(unit, accounts.community_account(unit.db), activity)
    if id is not None:
        queries.tell(unit, {"id": id, "post": post, "about": activity, "acts": True})


def _withdraw(unit: Unit, post: str) -> None:
    """Take back that the group shows a post, and keep its words in no letter."""
    group = accounts.community_account(unit.db)
    all_told = queries.all_told(unit.db, post)
    for one in all_told:
        if one.acts:
            continue
        shown = Announce(id=one.id, actor=group.id, object=one.about)
        to, cc = (PUBLIC,), (group.followers or "",)
        undo = Undo(id=unit.id("a"), actor=group.id, object=shown, to=to, cc=cc)
        unit.send(undo, among=carrying.readers_of_things(group))
        carrying.forget(unit, group, one.id)
    queries.untell(unit, post)
    queries.hush(unit, [one.id for one in all_told if one.acts])
    queries.remove_pins(unit, post)


# What keepers say to it ---------------------------------------------------------------------


def admit(unit: Unit, post: str, *, by: str) -> None:
    """Show a post that waits.

    Raises:
        Conflict: its author has taken it back.
        Missing: it does not wait.
    """
    known = _in_state(unit, post, State.WAITS)
    kept = notes.stored(unit.db, post)
    if kept is None or not _may_be_shown(unit, kept):
        queries.move(unit, post, State.DECLINED)
        raise Conflict("E_GONE", post, safe=GONE)
    queries.move(unit, post, State.SHOWN)
    _show(unit, kept, known.activity)
    unit.log("groups.admit", by, subject=post)


def decline(unit: Unit, post: str, *, by: str, reason: str) -> None:
    """Leave a post that waits.

    Raises:
        Missing: it does not wait.
    """
    _in_state(unit, post, State.WAITS)
    queries.move(unit, post, State.DECLINED)
    unit.log("groups.decline", by, subject=post, words=reason)


def take_out(unit: Unit, post: str, *, by: str, reason: str) -> None:
    """Show a post in the group no longer; where its author wrote it, it stays.

    Raises:
        Missing: it is not in the group.
    """
    _in_state(unit, post, State.SHOWN)
    _withdraw(unit, post)
    queries.move(unit, post, State.OUT)
    notes.place(unit, post, None)
    # with a word to it groups take it for a removal by a moderator, not for the author's own end
    moderate(unit, Delete, post, by=by, summary="Taken out by the community.")
    unit.log("groups.take_out", by, subject=post, words=reason)


def lock(unit: Unit, post: str, *, by: str, locked: bool) -> None:
    """Take no more answers to a post in the group, or take them again.

    Raises:
        Missing: it is not in the group.
    """
    _in_state(unit, post, State.SHOWN)
    notes.lock(unit, post, locked=locked)
    moderate(unit, Lock, post, by=by, undone=not locked)
    unit.log("groups.lock" if locked else "groups.unlock", by, subject=post)


def moderate(
    unit: Unit, kind: type[Activity], post: str, *, by: str, undone: bool = False, **more: Any
) -> None:
    """Have groups told what a keeper did; in the keeper's name if that may be known, else in ours.

    Lemmy and PieFed hear only moderators whom they find in the group's list.
    """
    group = accounts.community_account(unit.db)
    actor = by if by in queries.moderators(unit.db) else group.id
    said: dict[str, Any] = {
        "actor": actor,
        "to": (PUBLIC,),
        "cc": (group.id,),
        "audience": group.id,
    }
    act = kind(id=unit.id("a"), object=post, **said, **more)
    if undone:
        act = Undo(id=unit.id("a"), object=act, **said)
    carrying.say(unit, group, act)


def _in_state(unit: Unit, post: str, state: State) -> queries.Submission:
    known = queries.found(unit.db, post)
    if known is None or known.state is not state:
        raise Missing(detail=post)
    return known


def arrange(unit: Unit, manners: queries.Manners, *, openly: bool, by: str) -> None:
    """Say how the group is kept, and whether others may know that this keeper keeps it.

    Raises:
        Refused: E_KEEPERS_ONLY.
    """
    if not accounts.is_admin(unit.db, by):
        raise Refused("E_KEEPERS_ONLY", by)
    unit.set(queries.SETTING, {"who": manners.who.value, "held": manners.held})
    queries.name(unit, by, openly=openly)
    group = accounts.community_account(unit.db)
    accounts.tell_changed(unit, group, name=group.name)
    unit.log("groups.arrange", by, words=f"{manners.who} {manners.held}")
