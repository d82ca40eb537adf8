"""What a member does with a notice, as units: post, change, end, delete; and what follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from federation import carrying
from node.kernel.access import Reach
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import concepts, drafts, named, queries, rules, showing, topics, writing
from node.modules.listings.events import Closed, Listed
from node.modules.listings.objects import Listing
from node.modules.listings.places import Cell
from node.modules.listings.rules import State
from node.modules.listings.tables import Notice
from node.modules.listings.when import ANY, When, columns
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Chosen
from vocab.model import PUBLIC, Activity
from vocab.types import Announce, Create, Delete, Tombstone, Update
from vocab.values import dataclass
from web.language import mark
from web.voice import zone_of


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a member says of an offer or a need.

    `topic` is the key of a topic of this community. `minutes` is how long it takes, None if it
    does not say; else there are `count` of `unit` (an OM2 name). `hidden` lets a notice that stays
    here be matched at trusted nodes without a name; `standing` lets it stay up when somebody
    agrees to it.
    """

    title: str
    text: str
    kind: str
    topic: str | None
    minutes: int | None
    ends: datetime
    terms: Sequence[str]
    hidden: bool
    lang: str | None = None
    count: int | None = None
    unit: str = "one"
    when: When = ANY
    place: str = ""
    cell: Cell | None = None
    standing: bool = False
    urgent: bool = False
    for_whom: str = ""
    """Somebody without a device, for whom its owner posts; known to members here alone."""
    up_to: int | None = None
    """Minutes it may take at most, where `minutes` is the least; whoever answers chooses."""
    parts: bool = False
    """Whether several people can each have some of `count`."""
    photo: Sequence[Chosen] | None = ()
    """One picture, or none; None leaves what is there."""


def post(
    unit: Unit, who: str, purpose: str, reach: str, draft: Draft, once: str | None = None
) -> Notice:
    """Put a notice on the board, and tell those it is for.

    Args:
        unit: the unit.
        who: the member.
        purpose: "offer" or "request".
        reach: of access.Reach; it stays as it is chosen.
        draft: what it says.
        once: the opened form's key; the same key posts once.

    Raises:
        Missing, Refused: nobody of ours.
    """
    owner = _member(unit, who)
    if once and (known := queries.sent_once(unit, once)) is not None:
        return known
    id = unit.id("o")
    notice = _new(unit, id, owner, purpose, reach, draft)
    said = writing.said(notice, unit.community, owner.followers)
    news = _about(unit, Create, owner, said)
    # the act itself, too: Lemmy and its like take no boost of a post
    unit.perform(replace(news, bcc=_also(unit, notice)), owner)
    if notice.reach == Reach.PUBLIC and news.id is not None:
        carrying.hand_on(unit, accounts.community_account(unit.db), news.id)
    queries.change(unit, id, {**_kept_here(notice), "once": once})
    pictures.attach(unit, id, owner.id, draft.photo or ())
    return _kept(unit, id)


def post_draft(
    unit: Unit, who: str, purpose: str, reach: str, draft: Draft, once: str, slug: str
) -> Notice:
    """Post what was kept as a draft, which is thrown away; as `post`."""
    made = post(unit, who, purpose, reach, draft, once=once)
    drafts.drop(unit, who, slug)
    return made


def _kept_here(notice: Notice) -> dict[str, Any]:
    """What our row says more exactly than the letter that told of it."""
    # a letter is read by the topic that all nodes know, which stands above our own
    names = ("text", "kind", "concept", "place", "standing", "urgent", "for_whom")
    return {name: getattr(notice, name) for name in names}


def _new(unit: Unit, id: str, owner: Account, purpose: str, reach: str, draft: Draft) -> Notice:
    # the hour is enough for a need: an exact time could be matched with other traces (L03)
    hour = unit.now.replace(minute=0, second=0, microsecond=0)
    slug = id.rpartition("/")[2]
    return Notice(
        id=id,
        slug=slug,
        owner=owner.id,
        local=True,
        community=unit.community.id,
        domain=unit.community.domain,
        url=f"{unit.origin}/l/{slug}",
        purpose=purpose,
        lifecycle=State.OPEN,
        revision=1,
        reach=reach,
        handling="",
        published=hour if purpose == "request" else unit.now,
        updated=None,
        arrived=unit.now,
        hidden=None,
        announced=None,
        photo=_photo(unit, draft),
        urgent=unit.now + rules.URGENT if draft.urgent else None,
        **_words(unit, draft, reach),
    )


def _photo(unit: Unit, draft: Draft) -> dict[str, Any] | None:
    shown = pictures.documents(unit.db, unit.origin, draft.photo or ())
    return writing.photo_of(Listing(attachment=shown[:1]))


def _words(unit: Unit, draft: Draft, reach: str) -> dict[str, Any]:
    action, _ = concepts.KINDS[draft.kind]
    known = topics.load(unit.db)
    about = known.by_key(draft.topic) if draft.topic else None
    concept = about.id if about else None
    cell = draft.cell
    of, amount = rules.hours(draft.minutes)
    least = most = None
    if draft.minutes and draft.up_to:
        of, amount, least, most = rules.between(draft.minutes, draft.up_to)
    elif draft.minutes is None and draft.count:
        of, amount = draft.unit, str(draft.count)
        if draft.parts:
            amount, least, most = "1", "1", amount
    return {
        "title": draft.title,
        "text": draft.text,
        "lang": draft.lang,
        "kind": draft.kind,
        "action": action,
        "concept": concept,
        "unit": of,
        "amount": amount,
        "unit_based": least is not None,
        "least": least,
        "available": most,
        "terms": list(draft.terms),
        "match_scope": rules.scope(reach, hidden=draft.hidden),
        "ends": draft.ends,
        "topics": tuple(writing.with_kind(draft.kind, concept, known.above(concept))),
        "place": draft.place or None,
        "north": cell.north if cell else None,
        "east": cell.east if cell else None,
        "standing": draft.standing,
        "for_whom": draft.for_whom or None,
        **columns(draft.when),
    }


def edit(unit: Unit, who: str, id: str, draft: Draft) -> Notice:
    """Change what a live notice says; who sees it stays.

    Raises:
        Missing: it is not this member's.
        Conflict: it is over.
    """
    before = _own(unit, who, id)
    words = _words(unit, draft, before.reach)
    if draft.photo is not None:
        words["photo"] = _photo(unit, draft)
    # to change a word is not to call again
    urgent = (before.urgent or unit.now + rules.URGENT) if draft.urgent else None
    now_is = writing.later(before, unit.now, **words, urgent=urgent)
    _tell(unit, before, now_is)
    queries.change(unit, id, _kept_here(now_is))
    if draft.photo is not None:
        pictures.attach(unit, id, who, draft.photo)
    return _kept(unit, id)


def renew(unit: Unit, who: str, id: str) -> None:
    """Let a live notice stay up longer.

    Raises:
        Missing: it is not this member's.
        Conflict: it is over, or about a day that comes.
    """
    before = _own(unit, who, id)
    if before.due is not None:
        raise Conflict("E_STATE", f"{id} is about one day", safe=ONE_DAY)
    ends = rules.renewed(before.ends, unit.now, zone_of(unit.community.timezone))
    now_is = writing.later(before, unit.now, ends=ends)
    _tell(unit, before, now_is)
    queries.change(unit, id, _kept_here(now_is))


def end(unit: Unit, who: str, id: str, *, met: bool) -> None:
    """Take a live notice from the board: it was met, or it is withdrawn.

    Raises:
        Missing: it is not this member's.
        Conflict: it is over already.
    """
    before = _own(unit, who, id)
    # a need that is met was agreed first: the table knows no shorter way
    met_by = () if before.lifecycle == State.AGREED else (State.AGREED,)
    move(unit, before, *(*met_by, State.FULFILLED) if met else (State.WITHDRAWN,))


def move(unit: Unit, notice: Notice, *states: State, **values: Any) -> None:
    """Take a member's notice through these states, and tell each step.

    `values` are what else is otherwise from now on.

    Raises:
        Conflict: it cannot go there from where it is.
    """
    for state in states:
        now_is = writing.later(notice, unit.now, lifecycle=state, **values)
        _tell(unit, notice, now_is)
        queries.change(unit, notice.id, _kept_here(now_is))
        notice = now_is


def delete(unit: Unit, who: str, id: str) -> None:
    """Remove a notice for good, here and wherever it was shown.

    Raises:
        Missing: it is not this member's.
    """
    before = queries.stored(unit, id)
    if before is None or before.owner != who:
        raise Missing(detail=id)
    _delete(unit, _member(unit, who), before)


def _delete(unit: Unit, owner: Account, notice: Notice) -> None:
    showing.gone(unit, notice)
    to, cc = writing.addressing(notice.reach, unit.community, owner.followers)
    remains = Tombstone(id=notice.id, former_type="Note", deleted=unit.now)
    news = Delete(
        id=unit.id("a"),
        actor=owner.id,
        object=remains,
        to=to,
        cc=cc,
        bcc=_also(unit, notice),
        published=unit.now,
    )
    unit.perform(news, owner, obj=Listing(id=notice.id))


def _tell(unit: Unit, before: Notice, now_is: Notice) -> None:
    """Carry out the Update from one revision to the next.

    Raises:
        Conflict: it is over already.
    """
    owner = _member(unit, before.owner)
    state = before.state(unit.now)
    if not rules.reachable(state, State(now_is.lifecycle)):
        raise Conflict("E_STATE", f"{before.id} is {state}", safe=OVER)
    said = writing.said(now_is, unit.community, owner.followers)
    news = _about(unit, Update, owner, said)
    unit.perform(replace(news, bcc=_also(unit, before)), owner)
    showing.tell(unit, owner, now_is)


def _about(
    unit: Unit, kind: type[Create | Update], owner: Account, said: Listing
) -> Create | Update:
    published = said.published if kind is Create else said.updated
    return kind(
        id=unit.id("a"), actor=owner.id, object=said, to=said.to, cc=said.cc, published=published
    )


def _also(unit: Unit, notice: Notice) -> tuple[str, ...]:
    """Who hears of a public notice by the community hears of its changes and its end, too."""
    public = notice.reach == Reach.PUBLIC
    return (f"{unit.community.id}/followers",) if public else ()


ONE_DAY = mark("It is about days that come and ends with them. Change the days first.")
OVER = mark("This is over already and stays as it is. Post it anew if it is still wanted.")


def _member(unit: Unit, who: str) -> Account:
    found = unit.account(who)
    if found is None or not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    return found


def _own(unit: Unit, who: str, id: str) -> Notice:
    found = queries.stored(unit, id)
    if found is None or found.owner != who:
        raise Missing(detail=id)
    return found


def _kept(unit: Unit, id: str) -> Notice:
    found = queries.stored(unit, id)
    assert found is not None, "it was just written"
    return found


# What follows by itself ---------------------------------------------------------------------


def announce(unit: Unit, event: Listed) -> None:
    """Have the community show a public notice of a member to its followers."""
    notice = queries.stored(unit, event.id)
    if notice is None or not notice.local or notice.reach != Reach.PUBLIC or notice.announced:
        return
    community = accounts.community_account(unit.db)
    news: Activity = Announce(
        id=unit.id("a"),
        actor=community.id,
        object=notice.id,
        to=(PUBLIC,),
        cc=(f"{community.id}/followers",),
        published=unit.now,
    )
    said = writing.said(notice, unit.community, None)
    unit.perform(news, community, obj=said, among=carrying.readers_of_things(community))


def expire(unit: Unit) -> None:
    """Write down that what has ended is over; no page relies on it."""
    for id in queries.ended(unit):
        queries.change(unit, id, {"lifecycle": State.EXPIRED})
        unit.tell(Closed(id=id))


def tidy(unit: Unit) -> None:
    """Let others' listings go that were over long ago."""
    for id in queries.old(unit, unit.now - rules.KEPT):
        queries.remove(unit, id)


def owner_gone(unit: Unit, event: accounts.Gone) -> None:
    """Nothing stays of somebody elsewhere who deleted their account."""
    for notice in queries.everything_of(unit.db, event.account):
        queries.remove(unit, notice.id)
        unit.tell(Closed(id=notice.id))


def erase(unit: Unit, account: str) -> None:
    """Remove a leaving member's notices and drafts; who saw public ones is told of each.

    The community's followers may know a notice without following its owner, so the
    Delete of the account does not reach them all.
    """
    owner = unit.account(account)
    drafts.drop_all(unit, account)
    for id in named.only_for(unit, account):
        queries.remove(unit, id)
    for notice in queries.everything_of(unit.db, account):
        if owner is not None and notice.reach == Reach.PUBLIC:
            _delete(unit, owner, notice)
        else:
            showing.gone(unit, notice)
            queries.remove(unit, notice.id, remember=notice.reach != Reach.COMMUNITY)
            unit.tell(Closed(id=notice.id))
