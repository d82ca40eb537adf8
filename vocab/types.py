"""The core types every node knows; a module adds its own in its `objects.py`.

Node and community are here too, because the protocol needs them whatever modules run.
"""

from typing import ClassVar

from vocab.acts import (
    Accept,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Flag,
    Follow,
    Invite,
    Join,
    Leave,
    Like,
    Lock,
    Move,
    Offer,
    QuoteRequest,
    Reject,
    Remove,
    TentativeAccept,
    TentativeReject,
    Undo,
    Update,
)
from vocab.model import (
    Actor,
    Collection,
    Multikey,
    Object,
    OrderedCollection,
    flag,
    iri,
    iris,
    number,
    part,
    text,
)
from vocab.things import (
    Article,
    Audio,
    Concept,
    Document,
    Emoji,
    Event,
    Hashtag,
    Image,
    Intent,
    Link,
    Measure,
    Mention,
    Note,
    Page,
    Place,
    Post,
    PropertyValue,
    Question,
    QuoteAuthorization,
    Relationship,
    Tombstone,
    Video,
)
from vocab.values import dataclass

__all__ = [
    "CORE",
    "Accept",
    "Add",
    "Announce",
    "Application",
    "Article",
    "Audio",
    "Block",
    "Collection",
    "CollectionPage",
    "Community",
    "Concept",
    "Create",
    "Delete",
    "Dislike",
    "Document",
    "Emoji",
    "EmojiReact",
    "Event",
    "Flag",
    "Follow",
    "Group",
    "Hashtag",
    "Image",
    "Intent",
    "Invite",
    "Join",
    "Leave",
    "Like",
    "Link",
    "Lock",
    "MatchPolicy",
    "Measure",
    "Mention",
    "Move",
    "NodeService",
    "Note",
    "Offer",
    "OrderedCollection",
    "OrderedCollectionPage",
    "Organization",
    "Page",
    "Person",
    "Place",
    "Post",
    "PropertyValue",
    "Question",
    "QuoteAuthorization",
    "QuoteRequest",
    "Reject",
    "Relationship",
    "Remove",
    "Service",
    "TentativeAccept",
    "TentativeReject",
    "Tombstone",
    "Undo",
    "Update",
    "Video",
]

# Actors


@dataclass(frozen=True, kw_only=True)
class Person(Actor):
    """A member of a node, or anyone's account elsewhere."""

    type: ClassVar[str] = "Person"

    facets: str | None = iri("facets")
    member_of: tuple[str, ...] = iris("memberOf")


@dataclass(frozen=True, kw_only=True)
class Group(Actor):
    """A group anywhere in the fediverse; `attributed_to` is the collection of its moderators."""

    type: ClassVar[str] = "Group"

    posting_restricted_to_mods: bool | None = flag("postingRestrictedToMods")


@dataclass(frozen=True, kw_only=True)
class Application(Actor):
    """A server's own actor."""

    type: ClassVar[str] = "Application"


@dataclass(frozen=True, kw_only=True)
class Service(Actor):
    """A bot or a feed."""

    type: ClassVar[str] = "Service"


@dataclass(frozen=True, kw_only=True)
class Organization(Actor):
    """A body; read, never written."""

    type: ClassVar[str] = "Organization"


@dataclass(frozen=True, kw_only=True)
class MatchPolicy(Object):
    """The limits a node sets for match requests."""

    type: ClassVar[str] = "MatchPolicy"

    accepts_from: str | None = text("acceptsFrom")
    max_requests_per_hour: int | None = number("maxRequestsPerHour")
    max_results: int | None = number("maxResults")
    min_anonymity_set: int | None = number("minAnonymitySet")
    answer_within: str | None = text("answerWithin")


@dataclass(frozen=True, kw_only=True)
class NodeService(Application):
    """A node of our kind: signs fetches, brokers matching, says what it can."""

    kind: ClassVar[str | None] = "NodeService"

    communities: tuple[str, ...] = iris("communities")
    match_policy: MatchPolicy | None = part("matchPolicy", MatchPolicy)


@dataclass(frozen=True, kw_only=True)
class Community(Group):
    """A self-governing community; the owner of decisions, listings and roles."""

    kind: ClassVar[str | None] = "Community"

    node_service: str | None = iri("nodeService")
    charter: str | None = iri("charter")
    listings: str | None = iri("listings")
    decisions: str | None = iri("decisions")
    in_force: str | None = iri("inForce")
    digest: str | None = iri("digest")


# Collections


@dataclass(frozen=True, kw_only=True)
class CollectionPage(Collection):
    """A page of a collection."""

    type: ClassVar[str] = "CollectionPage"


@dataclass(frozen=True, kw_only=True)
class OrderedCollectionPage(OrderedCollection):
    """A page of an ordered collection."""

    type: ClassVar[str] = "OrderedCollectionPage"

    start_index: int | None = number("startIndex")


CORE: tuple[type[Object], ...] = (
    *(Note, Article, Page, Question, Event, Tombstone),
    *(Document, Image, Audio, Video, Link, Mention, Hashtag, Emoji, PropertyValue, Place),
    *(Concept, Intent, Multikey, MatchPolicy, QuoteAuthorization),
    *(Person, Group, Application, Service, Organization, NodeService, Community),
    *(Collection, OrderedCollection, CollectionPage, OrderedCollectionPage),
    *(Create, Update, Delete, Follow, Accept, TentativeAccept, Reject, TentativeReject, Undo),
    *(Offer, Invite, Join, Leave, Add, Remove, Announce, Like, Dislike, Block, Flag, Move),
    *(EmojiReact, Lock, QuoteRequest),
)
"""What every node reads. Relationship is not among them: `peers` claims it for peering."""
