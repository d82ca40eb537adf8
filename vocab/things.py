"""What is talked about: posts, files, links, places, amounts; read through vocab.types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from vocab.model import Object, flag, iri, iris, number, part, ref, refs, text, texts, time, value
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Post(Object):
    """What people write for others to read, to answer and to pass on; the base of such classes."""

    type: ClassVar[str] = "Object"

    likes: Object | str | None = ref("likes")
    shares: Object | str | None = ref("shares")
    interaction_policy: Mapping[str, Any] | None = value("interactionPolicy")
    """Who may like, answer, share or quote it; read by `vocab.policy`."""
    quote: str | None = iri("quote")
    """The post it shows (FEP-044f); the three after it are how others spelled that before."""
    misskey_quote: str | None = iri("_misskey_quote")
    quote_url: str | None = iri("quoteUrl")
    quote_uri: str | None = iri("quoteUri")
    quote_authorization: str | None = iri("quoteAuthorization")
    """The stamp of the quoted post's author."""


@dataclass(frozen=True, kw_only=True)
class QuoteAuthorization(Object):
    """A stamp (FEP-044f): its owner lets `interacting_object` show `interaction_target`."""

    type: ClassVar[str] = "QuoteAuthorization"

    interacting_object: str | None = iri("interactingObject")
    interaction_target: str | None = iri("interactionTarget")


@dataclass(frozen=True, kw_only=True)
class Note(Post):
    """A short text; has no name when it is ours, and a summary only as a warning (W5, W6)."""

    type: ClassVar[str] = "Note"


@dataclass(frozen=True, kw_only=True)
class Article(Post):
    """A text with a title and a summary of at most 500 characters (W5)."""

    type: ClassVar[str] = "Article"


@dataclass(frozen=True, kw_only=True)
class Page(Article):
    """What Lemmy and its like call a post; read, never written."""

    type: ClassVar[str] = "Page"


@dataclass(frozen=True, kw_only=True)
class Question(Post):
    """A poll (FEP-9967); only ever advisory here."""

    type: ClassVar[str] = "Question"

    one_of: tuple[Object | str, ...] = refs("oneOf")
    any_of: tuple[Object | str, ...] = refs("anyOf")
    closed: datetime | None = time("closed")
    voters_count: int | None = number("votersCount")


@dataclass(frozen=True, kw_only=True)
class Event(Post):
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
    focal_point: Any = value("focalPoint")


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
    alt_label: tuple[str, ...] = texts("altLabel")
    broader: str | None = iri("broader")
    exact_match: tuple[str, ...] = iris("exactMatch")
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
