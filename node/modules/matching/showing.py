"""What a member sees of matches and introductions, read in one go; no words yet, only values."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import introduced, queries, rules
from node.modules.matching.introduced import Card, Introduction
from node.modules.matching.queries import Match
from node.modules.matching.scoring import stands_beside
from node.modules.matching.talking import can_talk
from node.modules.peers import api as peers
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One match with what may be shown of the other side."""

    match: Match
    mine: Notice
    other: Notice | None
    person: Account | None
    """Whom the board names anyway; nobody behind a handle."""
    node: str
    """The other community, if it is not ours."""
    talks: bool = False
    """Whether their node carries letters without names."""

    @property
    def elsewhere(self) -> bool:
        """The other side is of other software: nobody there introduces, one answers the notice."""
        return self.other is not None and self.other.foreign is not None


@dataclass(frozen=True, kw_only=True)
class Story:
    """One introduction, as one of its two sides may see it."""

    introduction: Introduction
    mine: bool
    """This side asked for it."""
    need: Notice | None
    other: Notice | None
    person: Account | None
    node: str
    card: Card | None = None
    sent: bool = False
    """A card of ours is with the other side."""
    theirs: Notice | None = None
    """The notice that the other side shows this member by name."""
    shown: bool = False
    """This member shows theirs to the other side by name."""

    @property
    def is_talk(self) -> bool:
        """Whether it is about words without names."""
        return self.introduction.is_talk


def shown(db: Connection, viewer: Viewer, now: datetime) -> list[Shown]:
    """The one to three matches a member is shown now."""
    me, found = viewer.id or "", []
    asked = introduced.asked_of(db, me, now)
    best: dict[str, int] = {}
    for match in queries.matches_for(db, me, now, limit=rules.MOST_RESULTS * 4):
        one = _shown(db, viewer, match)
        if one is None or introduced.first(asked, match) is not None:
            continue
        if stands_beside(match.score, best.setdefault(match.mine, match.score)):
            found.append(one)
    return found[: rules.MOST_RESULTS]


def answer_first(db: Connection, viewer: Viewer, slug: str, now: datetime) -> Introduction | None:
    """What the other side of a member's match asks of them already."""
    me = viewer.id or ""
    match = queries.find_match(db, slug, me)
    return introduced.first(introduced.asked_of(db, me, now), match) if match else None


def shown_one(db: Connection, viewer: Viewer, slug: str) -> Shown | None:
    """One match of a member."""
    match = queries.find_match(db, slug, viewer.id or "")
    return _shown(db, viewer, match) if match else None


def _shown(db: Connection, viewer: Viewer, match: Match) -> Shown | None:
    mine = listings.listing(db, match.mine, viewer)
    other = listings.listing(db, match.other, viewer) if match.other else None
    if mine is None or (match.other is not None and other is None):
        return None
    person = find_account(db, other.owner) if other else None
    service = match.service
    if service is None and other is not None and not other.local:
        service = next((s.id for s in peers.trusted_services(db) if s.domain == other.domain), "")
    place = community(db, service) or (other.domain if other and other.foreign else "")
    talks = bool(service) and can_talk(find_account(db, service or ""))
    return Shown(match=match, mine=mine, other=other, person=person, node=place, talks=talks)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a member is told about matching with other nodes.

    `meant`: the communities in which they were a candidate lately, and how often; `small`:
    their own community is too small to ask or be meant without a name.
    """

    meant: tuple[tuple[str, int], ...]
    small: bool


def around(db: Connection, viewer: Viewer, now: datetime) -> Around:
    """How matching with other nodes stands for a member."""
    found = queries.meant(db, viewer.id or "", now)
    few = len(accounts.active_members(db, now - rules.ACTIVE)) < rules.SMALLEST_SET
    named = tuple((community(db, service), times) for service, times in found)
    return Around(meant=named, small=few and bool(peers.trusted_services(db)))


def community(db: Connection, service: str | None) -> str:
    """What the community behind a node is called; "" for none."""
    known = find_account(db, service) if service else None
    if known is None:
        return ""
    return (peers.community_of(db, known) or known).label


def asked_of(db: Connection, viewer: Viewer, now: datetime) -> list[Story]:
    """What is asked of a member and waits for their answer."""
    me = viewer.id or ""
    return [_story(db, viewer, one) for one in introduced.asked_of(db, me, now)]


def asked_by(db: Connection, viewer: Viewer) -> list[Story]:
    """What a member asked for and what has not become a contact.

    A wish for cards stands on the page of its conversation.
    """
    done = (rules.State.AGREED, rules.State.DISCLOSED, rules.State.REVOKED)
    found = introduced.asked_by(db, viewer.id or "")
    return [
        _story(db, viewer, one)
        for one in found
        if one.talk is None and one.state not in done and not (one.is_talk and one.answers)
    ]


def talks(db: Connection, viewer: Viewer, now: datetime) -> list[Story]:
    """A member's conversations without names; those that ended lately, too."""
    lately = now - rules.LATER
    found = introduced.talks(db, viewer.id or "")
    return [_story(db, viewer, one) for one in found if one.ends > lately]


def heard(db: Connection, viewer: Viewer, now: datetime) -> list[Story]:
    """The conversations in which the other side waits for a member's words, of late."""
    open_ = rules.State.AGREED
    return [
        one
        for one in talks(db, viewer, now)
        if one.introduction.state is open_
        and one.introduction.heard is not None
        and one.introduction.heard > now - rules.LATER
    ]


def agreed(db: Connection, viewer: Viewer) -> list[Story]:
    """Introductions to which both said yes, with the cards."""
    me = viewer.id or ""
    held = introduced.held_by(db, me)
    found = []
    for one in introduced.agreed(db, me):
        if one.is_talk:
            continue
        cards = introduced.cards(db, one.id)
        sent = any(card.describes == me for card in cards)
        story = _story(db, viewer, one, card=held.get(one.id), sent=sent)
        found.append(_with_notices(db, viewer, story))
    return found


def _with_notices(db: Connection, viewer: Viewer, one: Story) -> Story:
    """A contact with what each side has shown the other by name."""
    if one.card is None or one.introduction.way == "local":
        return one
    theirs = listings.shown_by(db, viewer, one.card.describes)
    mine = one.introduction.about_ours or ""
    shown = one.card.describes in listings.shown_to(db, mine)
    return replace(one, theirs=theirs[0] if theirs else None, shown=shown)


def story(db: Connection, viewer: Viewer, slug: str) -> Story | None:
    """An introduction that is asked of a member."""
    one = introduced.for_asked(db, slug, viewer.id or "")
    return _story(db, viewer, one) if one else None


def tell(db: Connection, viewer: Viewer, one: Introduction) -> Story:
    """An introduction of a member's, as they see it."""
    return _story(db, viewer, one)


def _story(
    db: Connection, viewer: Viewer, one: Introduction, *, card: Card | None = None,
    sent: bool = False,
) -> Story:  # fmt: skip
    mine = one.asker == viewer.id
    need, about = (one.mine, one.about) if mine else (one.about, one.mine)
    other = listings.listing(db, about, viewer) if about else None
    whom = one.asked if mine else one.asker
    local = one.way == "local"
    # whom the notice names is known to whoever answered it; in words without names nobody is
    named = other.owner if mine and other is not None and not one.is_talk else None
    known = card.describes if card else whom if local else named
    return Story(
        introduction=one,
        mine=mine,
        need=listings.listing(db, need, viewer) if need else None,
        other=other if local or mine else None,
        person=find_account(db, known) if known else None,
        node=community(db, one.service),
        card=card,
        sent=sent,
    )
