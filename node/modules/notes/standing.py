"""Where a post belongs: how far it goes, for whom it is, what it answers, whether we keep it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from federation.origins import same_origin
from node.kernel.access import Reach, Viewer
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.notes import keeping, public, queries, rules
from node.modules.notes.queries import Post
from vocab import policy
from vocab.model import Object, id_of
from vocab.policy import Leave, Verb
from vocab.types import Create, Mention, Tombstone, Update
from vocab.values import dataclass

LONGEST_ADDRESSES = 500
"""Ids in `to` and `cc` that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a post belongs: how far it goes, for whom it is, what it answers."""

    reach: Reach
    named: tuple[str, ...]
    """Accounts of ours."""
    thread: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a post answers: whose it is, and how far it goes."""

    id: str
    owner: str | None
    reach: str | None
    to: Sequence[str] = ()
    policy: Mapping[str, Any] | None = None
    group: str | None = None
    """The group it is in."""
    locked: bool = False
    """That group takes no more answers to it."""


def addresses(act: Act[Any, Object]) -> tuple[list[str], list[str]]:
    """`to` and `cc` of a post, or of its activity where the post says nothing."""
    of: Object = act.object if act.object.to or act.object.cc else act.activity
    return list(of.to)[:LONGEST_ADDRESSES], list(of.cc)[:LONGEST_ADDRESSES]


def _reach(unit: Unit, act: Act[Any, Object]) -> Reach | None:
    to, cc = addresses(act)
    named = {*to, *cc}
    ours = act.actor.local
    peers = unit.community.peers in named if ours else _among_peers(unit, act, named)
    return rules.reach_of(named, ours=ours, peers=peers)


def _among_peers(unit: Unit, act: Act[Any, Object], named: set[str]) -> bool:
    """Whether somebody of a node that we trust writes to all nodes that it trusts."""
    if act.object.handling != "trustedPeers":
        return False
    at_home = any(id.endswith("/peers") and same_origin(id, act.actor.id) for id in named)
    return at_home and queries.is_trusted(unit.db, unit.registry, act.actor)


def of(unit: Unit, act: Act[Create, Object]) -> Standing | None:
    """Where a new post belongs; None if it is nothing to us.

    Raises:
        Refused: E_AUDIENCE_WIDENED, an answer of ours that goes further than what it answers.
    """
    reach = _reach(unit, act)
    parent = act.object.in_reply_to
    if reach is None:
        return None
    kept = queries.stored(unit.db, parent) if parent else None
    if kept is not None and unit.registry.blocks(unit.db, kept.owner, act.actor.id):
        return None
    asked = _asked(unit, act, parent)
    named = _named(unit, act, reach)
    if reach is not Reach.DIRECT and asked is not None and asked not in named:
        named = (*named, asked)
    thread = keeping.thread_of(unit, act.object)
    standing = Standing(reach=reach, named=named, thread=thread)
    if act.actor.local:
        if kept is not None and rules.is_wider(reach, kept.reach):
            raise Refused("E_AUDIENCE_WIDENED", f"{parent} is {kept.reach}, its answer {reach}")
        return standing
    in_ours = kept is not None and kept.audience == unit.community.id
    answers_us = asked is not None or in_ours
    clear = rules.concerns(reach, followed=False, named=bool(named), answers_us=answers_us)
    return standing if clear or _followed(unit, act.actor, reach) else None


def _followed(unit: Unit, author: Account, reach: Reach) -> bool:
    """Whether a post is kept because somebody here follows its author."""
    followed = follows.is_followed(unit.db, author.id)
    return rules.concerns(reach, followed=followed, named=False, answers_us=False)


def _asked(unit: Unit, act: Act[Create, Object], parent: str | None) -> str | None:
    """The account of ours that a post answers, if its author may see what it answers."""
    if parent is None or not unit.ours(parent):
        return None
    trusted = queries.is_trusted(unit.db, unit.registry, act.actor)
    viewer = Viewer(account=act.actor, trusted=trusted)
    seen = unit.registry.document(unit.db, parent, viewer)
    if seen is None or isinstance(seen, Tombstone):
        return None
    owner = id_of(seen.attributed_to)
    known = unit.account(owner) if owner else None
    if known is None or not known.local:
        return None
    return None if unit.registry.blocks(unit.db, known.id, act.actor.id) else known.id


def _named(unit: Unit, act: Act[Any, Object], reach: Reach) -> tuple[str, ...]:
    """The accounts of ours that a post is for: addressed, or mentioned where all may read it."""
    to, cc = addresses(act)
    ids = [*to, *cc]
    if act.actor.local:
        ids += [*act.activity.bto, *act.activity.bcc]
    if reach is Reach.DIRECT:
        ids += _followers(unit, act.actor, ids)
    else:
        ids += [one.href for one in act.object.tag if isinstance(one, Mention) and one.href]
        ids += [one for one in (act.object.audience, act.activity.audience) if one]
    found: dict[str, None] = {}
    for id in dict.fromkeys(ids):
        if id == act.actor.id or not unit.ours(id):
            continue
        known = unit.account(id)
        wanted = known is not None and known.local and known.gone is None
        if wanted and not unit.registry.blocks(unit.db, id, act.actor.id):
            found[id] = None
    return tuple(found)


def _followers(unit: Unit, actor: Account, named: list[str]) -> list[str]:
    """Who of us follows an author who writes to their followers."""
    if actor.followers is None or actor.followers not in named:
        return []
    return [id for id in follows.followers(unit.db, actor.id) if unit.ours(id)]


def narrowed(unit: Unit, act: Act[Update, Object], before: Post) -> dict[str, Any]:
    """What an Update changes in who sees a post: nothing, or fewer people.

    Raises:
        Refused: E_AUDIENCE_WIDENED.
    """
    reach = _reach(unit, act)
    to, cc = addresses(act)
    if reach is None or (not (to or cc)):
        return {}
    if rules.is_wider(reach, before.reach):
        raise Refused("E_AUDIENCE_WIDENED", f"{before.id} was {before.reach}, and would be {reach}")
    if reach is not Reach.DIRECT:
        return {"reach": reach.value, "to": to, "cc": cc}
    named = _named(unit, act, reach)
    if before.reach == Reach.DIRECT:
        had = queries.recipients_of(unit.db, before.id)
        named = tuple(id for id in named if id in had)
    return {"reach": reach.value, "to": to, "cc": cc, "recipients": named}


def answered(unit: Unit, id: str, viewer: Viewer) -> Answered | None:
    """What an answer would be to, for who may see it: a post, or a thing of another module."""
    if (kept := queries.by_id(unit.db, id, viewer)) is not None:
        if kept.deleted is not None:
            return None
        said: dict[str, Any] = {"reach": kept.reach, "to": kept.to, "policy": kept.policy}
        locked = kept.locked or bool(kept.audience and _is_locked(unit.db, kept.thread))
        return Answered(id=id, owner=kept.owner, group=kept.audience, locked=locked, **said)
    seen = unit.registry.document(unit.db, id, viewer)
    if seen is None or isinstance(seen, Tombstone):
        return None
    owner = seen.attributed_to
    reach = rules.reach_of(
        {*seen.to, *seen.cc}, ours=True, peers=seen.handling == public.TRUSTED_PEERS
    )
    return Answered(id=id, owner=owner.id if isinstance(owner, Object) else owner, reach=reach)


def allowed(
    db: Connection, who: Account, owner: str | None, rule: Mapping[str, Any] | None, verb: Verb
) -> Leave:
    """Whether somebody may do this with a post, by its author's policy; the author may."""
    if owner is None or owner == who.id:
        return Leave.YES
    alone = policy.leave(rule, verb, [who.id])
    if alone is Leave.YES:  # nearly always, and without a query
        return alone
    author = find_account(db, owner)
    circles = follows.circles(db, who.id, author) if author else []
    return policy.leave(rule, verb, [who.id, *circles])


def closed(db: Connection, posts: Sequence[Post], viewer: Viewer) -> frozenset[str]:
    """The ids of those posts to which the viewer's answer is not wanted, or would not be taken."""
    who = viewer.account
    if who is None or not viewer.is_member:
        return frozenset(one.id for one in posts)
    return frozenset(one.id for one in posts if not _takes_answers(db, one, who))


def _takes_answers(db: Connection, kept: Post, who: Account) -> bool:
    if kept.locked or (kept.audience and _is_locked(db, kept.thread)):
        return False
    return allowed(db, who, kept.owner, kept.policy, Verb.REPLY) is not Leave.NO


def _is_locked(db: Connection, thread: str) -> bool:
    root = queries.stored(db, thread)
    return root is not None and root.locked
