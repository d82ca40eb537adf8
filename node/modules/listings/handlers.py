"""What Create, Update, Delete and Announce of a listing do; the same for ours and theirs."""

from collections.abc import Mapping
from typing import Any

from federation.origins import domain, same_origin
from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.listings import named, queries, rules, writing
from node.modules.listings.events import Changed, Closed, Listed
from node.modules.listings.objects import Listing
from node.modules.listings.rules import LIVE, State
from node.modules.listings.tables import Notice
from vocab.model import Activity
from vocab.types import Announce, Create, Delete, Update

handlers = Handlers()


@handlers.on(Create, Listing)
def made(unit: Unit, act: Act[Create, Listing]) -> None:
    """A new offer or need.

    Raises:
        Refused: E_OWNER, E_MEMBERS_ONLY, E_AUDIENCE, E_UNASKED, E_NOT_TRUSTED, E_STATE.
    """
    _owned(act.object, act.actor)
    before = queries.stored(unit, act.object.id or "")
    if before is not None:
        _also_for(unit, act, before)
        return
    if act.actor.local:
        _of_member(unit, act.object, act.actor)
    _keep(unit, act.object, act.activity, act.actor.id, asked=act.asked)


@handlers.on(Update, Listing)
def changed(unit: Unit, act: Act[Update, Listing]) -> None:
    """An offer or a need is otherwise now, or over.

    Raises:
        Refused: E_OWNER, E_REVISION, E_STATE; as `made` where we did not know it.
    """
    _owned(act.object, act.actor)
    before = queries.stored(unit, act.object.id or "")
    if before is None:
        if act.actor.local:
            raise Refused("E_UNKNOWN", f"{act.object.id} is not here")
        _keep(unit, act.object, act.activity, act.actor.id, asked=act.asked)
        return
    if before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{before.id} is of {before.owner}")
    row = _row(unit, act.object, act.activity, act.actor.id)
    if act.object.revision is None:
        row["revision"] = before.revision + 1
        _not_older(before, row)
    _step(unit, before, row)
    row["reach"] = rules.narrower(Reach(row["reach"]), Reach(before.reach))
    queries.change(unit, before.id, row, writing.topics_of(act.object))
    live = row["lifecycle"] in (*LIVE, State.AGREED)
    if not live:
        unit.tell(Closed(id=before.id))
    elif row["reach"] != Reach.DIRECT:
        unit.tell(Changed(id=before.id))


@handlers.on(Delete, Listing)
def removed(unit: Unit, act: Act[Delete, Listing]) -> None:
    """An offer or a need is gone for good.

    Raises:
        Refused: E_OWNER.
    """
    before = queries.stored(unit, act.object.id or "")
    if before is None:
        return
    if before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{before.id} is of {before.owner}")
    if before.reach == Reach.DIRECT and _still_shown(unit, act.activity, before):
        return
    queries.remove(unit, before.id, remember=before.local and before.reach != Reach.COMMUNITY)
    unit.tell(Closed(id=before.id))


def _still_shown(unit: Unit, end: Delete, before: Notice) -> bool:
    """Whether others here are still shown what is shown to one member no more.

    An end that names no member of ours is for all of them.
    """
    meant = (*end.to, *end.cc)
    ended = [one for one in meant if named.unshow(unit, before.id, one)]
    if not ended and not any(accounts.is_member(unit.db, one) for one in meant):
        return False
    return bool(named.shown_to(unit.db, before.id))


def _also_for(unit: Unit, act: Act[Create, Listing], before: Notice) -> None:
    """What is shown to one member by name is shown to another, too."""
    whom = None if before.local else _for_one(unit, act.object, act.activity)
    if whom is not None and before.reach == Reach.DIRECT and before.owner == act.actor.id:
        _by_name(unit, {"id": before.id, "owner": before.owner, "domain": before.domain}, whom)
        named.show(unit, before.id, whom)


@handlers.on(Announce, Listing)
def announced(unit: Unit, act: Act[Announce, Listing]) -> None:
    """A community shows what one of its own members offers or needs.

    Others who pass it on change nothing here.

    Raises:
        Refused: E_UNASKED, E_NOT_TRUSTED; E_STATE.
    """
    owner, id = writing.owner_of(act.object), act.object.id or ""
    before = queries.stored(unit, id)
    if before is not None and before.local:
        if act.actor.id == unit.community.id:
            queries.change(unit, id, {"announced": act.activity.id})
        return
    if before is not None or act.actor.local:
        return
    if not (same_origin(owner, act.actor.id) and same_origin(id, act.actor.id)):
        return
    _keep(unit, act.object, act.activity, act.actor.id)
    if unit.account(owner) is None:
        unit.later("listings.meet", once=f"listings.meet {owner}"[:255], account=owner)


@handlers.on(Announce, Create, Listing)
@handlers.on(Announce, Update, Listing)
def handed_on(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A community shows one, in the words of groups (FEP-1b12); as `announced`."""
    thing = act.object.object
    if isinstance(thing, Listing):
        announced(unit, Act(activity=act.activity, object=thing, actor=act.actor))


def _keep(
    unit: Unit, listing: Listing, activity: Activity, actor: str, *, asked: bool = False
) -> None:
    """Keep a listing that is new here; `asked`: a member looked it up."""
    row = _row(unit, listing, activity, actor, asked=asked)
    begins = rules.effective(State(row["lifecycle"]), row["ends"], unit.now)
    if begins not in LIVE:
        raise Refused("E_STATE", f"{listing.id} begins as {begins}")
    slug = unit.id("l").rpartition("/")[2]
    if unit.ours(row["id"]):
        slug = row["id"].rpartition("/")[2]
    queries.add(
        unit,
        {**row, "slug": slug, "local": unit.ours(row["id"]), "arrived": unit.now},
        writing.topics_of(listing),
    )
    if row["reach"] == Reach.DIRECT:
        # for one member's eyes: neither the board nor matching learns of it
        named.show(unit, row["id"], _for_one(unit, listing, activity) or "")
        return
    unit.tell(Listed(id=row["id"]))


def _for_one(unit: Unit, listing: Listing, activity: Activity) -> str | None:
    """The member to whom somebody elsewhere shows a listing by name."""
    named = (*listing.to, *listing.cc) or (*activity.to, *activity.cc)
    return rules.for_one(named, listing.handling, lambda one: accounts.is_member(unit.db, one))


def _row(
    unit: Unit, listing: Listing, activity: Activity, actor: str, *, asked: bool = False
) -> dict[str, Any]:
    """The row of a listing, with who may see it here.

    Raises:
        Refused: it is for single people, or of somebody nobody here has asked for it.
    """
    owner = writing.owner_of(listing)
    row = writing.row_of(listing, owner, domain(owner), unit.now)
    named = (*listing.to, *listing.cc) or (*activity.to, *activity.cc)
    home = queries.community_at(unit.db, row["domain"])
    peers = unit.community.peers if unit.ours(owner) else f"{(home or [''])[0]}/peers"
    if unit.ours(owner):
        return row | {"reach": _checked(rules.reach_of(named, listing.handling, peers))}
    if (whom := _for_one(unit, listing, activity)) is not None:
        _by_name(unit, row, whom)
        return row | _TOLD[Reach.DIRECT]
    # nobody else's thing is for nobody: what names nobody is not told to us
    reach = rules.reach_of(named, listing.handling, peers, unit.community.id) if named else None
    reach = _checked(reach)
    services = queries.services_at(unit.db, row["domain"])
    trusted = any(unit.registry.trusts(unit.db, one) for one in services)
    if reach is Reach.TRUSTED and not trusted:
        raise Refused("E_NOT_TRUSTED", f"{listing.id} is for trusted nodes")
    known = queries.stored(unit, row["id"]) is not None
    if not (trusted or known or asked or _followed(unit, actor, owner, home)):
        _sent_to_us(unit, owner, (*named, *activity.to, *activity.cc))
    return row | _TOLD[reach]


_TOLD = {
    Reach.PUBLIC: {"reach": Reach.PUBLIC, "handling": "public"},
    # what a peer shows to us is for our members, not for our own peers (vocabulary.md 5)
    Reach.TRUSTED: {"reach": Reach.COMMUNITY, "handling": "trustedPeers"},
    Reach.COMMUNITY: {
        "reach": Reach.COMMUNITY, "handling": "recipientsOnly", "match_scope": "localOnly",
    },
    Reach.DIRECT: {
        "reach": Reach.DIRECT, "handling": "recipientsOnly", "match_scope": "localOnly",
    },
}  # fmt: skip
"""What is told elsewhere, as it is shown here."""


def _by_name(unit: Unit, row: Mapping[str, Any], whom: str) -> None:
    """Take what somebody at a trusted node shows to a member, as long as it is not too much.

    Raises:
        Refused: E_NOT_TRUSTED, E_BLOCKED, E_RATE.
    """
    services = queries.services_at(unit.db, row["domain"])
    if not any(unit.registry.trusts(unit.db, one) for one in services):
        raise Refused("E_NOT_TRUSTED", f"{row['id']} is shown to {whom} by name")
    if unit.registry.blocks(unit.db, whom, row["owner"]):
        raise Refused("E_BLOCKED", f"{whom} wants nothing of {row['owner']}")
    known = queries.stored(unit, row["id"]) is not None
    if not known and queries.count_open(unit, row["owner"]) >= rules.MOST_SENT:
        raise Refused("E_RATE", f"{row['owner']} sends too many")


def _checked(reach: Reach | None) -> Reach:
    if reach is None:
        raise Refused("E_REACH", "a listing is public, for trusted nodes or for a community")
    return reach


def _sent_to_us(unit: Unit, owner: str, named: tuple[str, ...]) -> None:
    """Take what a stranger sends to the community itself, as long as it is not too much.

    Raises:
        Refused: E_UNASKED, E_RATE.
    """
    if unit.community.id not in named:
        raise Refused("E_UNASKED", f"nobody here follows {owner}")
    if queries.count_open(unit, owner) >= rules.MOST_SENT:
        raise Refused("E_RATE", f"{owner} sends too many")


def _followed(unit: Unit, actor: str, owner: str, home: list[str]) -> bool:
    """Whether somebody here follows the sender, the owner or the owner's community."""
    return any(
        unit.ours(one)
        for whom in dict.fromkeys((actor, owner, *home))
        for one in follows.followers(unit.db, whom)
    )


def _owned(listing: Listing, actor: Account) -> None:
    if writing.owner_of(listing) != actor.id or listing.id is None:
        raise Refused("E_OWNER", f"{listing.id} is not of {actor.id}")


def _of_member(unit: Unit, listing: Listing, actor: Account) -> None:
    if not accounts.is_member(unit.db, actor.id):
        raise Refused("E_MEMBERS_ONLY", actor.id)
    if listing.audience != unit.community.id:
        raise Refused("E_AUDIENCE", f"{listing.id} is for {listing.audience}")


def _not_older(before: Notice, row: dict[str, Any]) -> None:
    """Refuse old news of who counts no revisions."""
    said, known = row["updated"], before.updated or before.published
    if said is not None and said < known:
        raise Refused("E_REVISION", f"{before.id} was changed at {known}")


def _step(unit: Unit, before: Notice, row: dict[str, Any]) -> None:
    """Refuse news that are old, or that no listing can go through."""
    steps = row["revision"] - before.revision
    if steps < 1:
        raise Refused("E_REVISION", f"{before.id} is at revision {before.revision}")
    if row["foreign"] is not None:
        return  # other software has no states: it is there, or it is met
    said_at = row["updated"] or unit.now
    # what was said in time and came late is judged as of then
    in_time = not before.local and before.ends is not None and said_at < before.ends
    kept = State.OPEN if in_time and before.lifecycle == State.EXPIRED else State(before.lifecycle)
    now_is = rules.effective(kept, before.ends, said_at if in_time else unit.now)
    if not rules.reachable(now_is, State(row["lifecycle"]), steps):
        raise Refused("E_STATE", f"{before.id} cannot go from {now_is} to {row['lifecycle']}")
