"""The core types every node knows; a module adds its own in its `objects.py`.

Node and community are here too, because the protocol needs them whatever modules run.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from vocab.model import (
    Activity,
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
    ref,
    refs,
    text,
    texts,
    time,
)

# Posts and what hangs on them


@dataclass(frozen=True, kw_only=True)
class Note(Object):
    """A short text; has no summary and no name when it is ours (W5, W6)."""

    type: ClassVar[str] = "Note"


@dataclass(frozen=True, kw_only=True)
class Article(Object):
    """A text with a title and a summary of at most 500 characters (W5)."""

    type: ClassVar[str] = "Article"


@dataclass(frozen=True, kw_only=True)
class Page(Article):
    """What Lemmy and its like call a post; read, never written."""

    type: ClassVar[str] = "Page"


@dataclass(frozen=True, kw_only=True)
class Question(Object):
    """A poll (FEP-9967); only ever advisory here."""

    type: ClassVar[str] = "Question"

    one_of: tuple[Object | str, ...] = refs("oneOf")
    any_of: tuple[Object | str, ...] = refs("anyOf")
    closed: datetime | None = time("closed")
    voters_count: int | None = number("votersCount")


@dataclass(frozen=True, kw_only=True)
class Event(Object):
    """Something that happens at a time and a place."""

    type: ClassVar[str] = "Event"


@dataclass(frozen=True, kw_only=True)
class Tombstone(Object):
    """What is left of a deleted object: that it was there, and of which type."""

    type: ClassVar[str] = "Tombstone"

    former_type: str | None = text("formerType")
    deleted: datetime | None = time("deleted")


@dataclass(frozen=True, kw_only=True)
class Document(Object):
    """A file; `url` says where, `name` what is on it."""

    type: ClassVar[str] = "Document"

    width: int | None = number("width")
    height: int | None = number("height")
    blurhash: str | None = text("blurhash")


@dataclass(frozen=True, kw_only=True)
class Image(Document):
    """A picture."""

    type: ClassVar[str] = "Image"


@dataclass(frozen=True, kw_only=True)
class Audio(Document):
    """A sound."""

    type: ClassVar[str] = "Audio"


@dataclass(frozen=True, kw_only=True)
class Video(Document):
    """A film."""

    type: ClassVar[str] = "Video"


@dataclass(frozen=True, kw_only=True)
class Link(Object):
    """A reference to something that need not be an AS2 object."""

    type: ClassVar[str] = "Link"

    href: str | None = iri("href")
    rel: tuple[str, ...] = texts("rel", bare=True)


@dataclass(frozen=True, kw_only=True)
class Mention(Link):
    """The tag that names a person; `name` is the handle, `href` the actor."""

    type: ClassVar[str] = "Mention"


@dataclass(frozen=True, kw_only=True)
class Hashtag(Link):
    """The tag that names a topic; `name` begins with #."""

    type: ClassVar[str] = "Hashtag"


@dataclass(frozen=True, kw_only=True)
class Emoji(Object):
    """A picture in the text; `name` is :shortcode:."""

    type: ClassVar[str] = "Emoji"


@dataclass(frozen=True, kw_only=True)
class PropertyValue(Object):
    """A field on a profile, or a metric in a report."""

    type: ClassVar[str] = "PropertyValue"

    value: str | None = text("value")
    unit_text: str | None = text("unitText")


@dataclass(frozen=True, kw_only=True)
class Place(Object):
    """A coarse place: two decimals, at least a kilometre around (W13)."""

    type: ClassVar[str] = "Place"

    latitude: float | None = number("latitude")
    longitude: float | None = number("longitude")
    radius: float | None = number("radius")
    units: str | None = text("units")


@dataclass(frozen=True, kw_only=True)
class Concept(Object):
    """A skill or topic of any SKOS scheme."""

    type: ClassVar[str] = "Concept"

    pref_label: str | None = text("prefLabel")
    in_scheme: str | None = iri("inScheme")


@dataclass(frozen=True, kw_only=True)
class Measure(Object):
    """An amount: a decimal as a string, and an OM2 unit's name (W12)."""

    type: ClassVar[str] = ""

    unit: str | None = text("hasUnit")
    amount: str | None = text("hasNumericalValue")


@dataclass(frozen=True, kw_only=True)
class Intent(Object):
    """One proposed flow: inside a listing, or without an id inside a match request."""

    type: ClassVar[str] = "Intent"

    action: str | None = text("action")
    resource_conforms_to: str | None = iri("resourceConformsTo")
    resource_classified_as: tuple[str, ...] = iris("resourceClassifiedAs")
    resource_quantity: Measure | None = part("resourceQuantity", Measure)
    available_quantity: Measure | None = part("availableQuantity", Measure)
    minimum_quantity: Measure | None = part("minimumQuantity", Measure)
    due: datetime | None = time("due")
    finished: bool | None = flag("finished")


@dataclass(frozen=True, kw_only=True)
class Relationship(Object):
    """That a subject stands in a relationship to an object."""

    type: ClassVar[str] = "Relationship"

    subject: str | None = iri("subject")
    relationship: str | None = iri("relationship")
    object: str | None = iri("object")


# Actors


@dataclass(frozen=True, kw_only=True)
class Person(Actor):
    """A member of a node, or anyone's account elsewhere."""

    type: ClassVar[str] = "Person"

    facets: str | None = iri("facets")
    member_of: tuple[str, ...] = iris("memberOf")


@dataclass(frozen=True, kw_only=True)
class Group(Actor):
    """A group anywhere in the fediverse."""

    type: ClassVar[str] = "Group"


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


# Activities


@dataclass(frozen=True, kw_only=True)
class Create(Activity):
    """Here is something new of mine."""

    type: ClassVar[str] = "Create"


@dataclass(frozen=True, kw_only=True)
class Update(Activity):
    """This of mine is now so."""

    type: ClassVar[str] = "Update"


@dataclass(frozen=True, kw_only=True)
class Delete(Activity):
    """This of mine is gone."""

    type: ClassVar[str] = "Delete"


@dataclass(frozen=True, kw_only=True)
class Follow(Activity):
    """Send me what you say."""

    type: ClassVar[str] = "Follow"


@dataclass(frozen=True, kw_only=True)
class Accept(Activity):
    """Yes to what you asked."""

    type: ClassVar[str] = "Accept"


@dataclass(frozen=True, kw_only=True)
class TentativeAccept(Activity):
    """Not now, perhaps later."""

    type: ClassVar[str] = "TentativeAccept"


@dataclass(frozen=True, kw_only=True)
class Reject(Activity):
    """No to what you asked."""

    type: ClassVar[str] = "Reject"


@dataclass(frozen=True, kw_only=True)
class TentativeReject(Activity):
    """Rather not; read, never written."""

    type: ClassVar[str] = "TentativeReject"


@dataclass(frozen=True, kw_only=True)
class Undo(Activity):
    """Take back what I did."""

    type: ClassVar[str] = "Undo"


@dataclass(frozen=True, kw_only=True)
class Offer(Activity):
    """I put this to you."""

    type: ClassVar[str] = "Offer"


@dataclass(frozen=True, kw_only=True)
class Invite(Activity):
    """Take part in this."""

    type: ClassVar[str] = "Invite"


@dataclass(frozen=True, kw_only=True)
class Join(Activity):
    """I want to be in."""

    type: ClassVar[str] = "Join"


@dataclass(frozen=True, kw_only=True)
class Leave(Activity):
    """I am out."""

    type: ClassVar[str] = "Leave"


@dataclass(frozen=True, kw_only=True)
class Add(Activity):
    """This goes into that collection of mine."""

    type: ClassVar[str] = "Add"


@dataclass(frozen=True, kw_only=True)
class Remove(Activity):
    """This leaves that collection of mine."""

    type: ClassVar[str] = "Remove"


@dataclass(frozen=True, kw_only=True)
class Announce(Activity):
    """Look what somebody said."""

    type: ClassVar[str] = "Announce"


@dataclass(frozen=True, kw_only=True)
class Like(Activity):
    """I like this."""

    type: ClassVar[str] = "Like"


@dataclass(frozen=True, kw_only=True)
class Dislike(Activity):
    """I do not like this; read, never written."""

    type: ClassVar[str] = "Dislike"


@dataclass(frozen=True, kw_only=True)
class Block(Activity):
    """Keep away from me."""

    type: ClassVar[str] = "Block"


@dataclass(frozen=True, kw_only=True)
class Flag(Activity):
    """Look at this, moderators. A report names several things at once: `objects`, not `object`."""

    type: ClassVar[str] = "Flag"

    object: Object | str | None = field(default=None)
    """Always None: see `objects`."""
    objects: tuple[Object | str, ...] = refs("object", bare=True)


@dataclass(frozen=True, kw_only=True)
class Move(Activity):
    """I live elsewhere now: `target`."""

    type: ClassVar[str] = "Move"

    target: Object | str | None = ref("target")


CORE: tuple[type[Object], ...] = (
    *(Note, Article, Page, Question, Event, Tombstone),
    *(Document, Image, Audio, Video, Link, Mention, Hashtag, Emoji, PropertyValue, Place),
    *(Concept, Intent, Multikey, MatchPolicy),
    *(Person, Group, Application, Service, Organization, NodeService, Community),
    *(Collection, OrderedCollection, CollectionPage, OrderedCollectionPage),
    *(Create, Update, Delete, Follow, Accept, TentativeAccept, Reject, TentativeReject, Undo),
    *(Offer, Invite, Join, Leave, Add, Remove, Announce, Like, Dislike, Block, Flag, Move),
)
"""What every node reads. Relationship is not among them: `peers` claims it for peering."""
