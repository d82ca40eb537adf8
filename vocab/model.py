"""What a thing on the wire is: an immutable value with an id and some properties.

A class names its AS2 type and, if it is one of ours, its kind; each field says under
which key it travels. Nothing here reads a clock, a socket or a database, so a value can
be built, compared and printed anywhere.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from datetime import datetime
from typing import Any, ClassVar

from vocab.values import dataclass

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
"""The audience that is everybody; the only spelling we write (W4)."""


class Malformed(ValueError):
    """A document we cannot take: `code` is E_…, `message` for the log, `where` a path in it."""

    def __init__(self, code: str, message: str = "", where: str = "") -> None:
        super().__init__(f"{code}: {where + ': ' if where else ''}{message}")
        self.code = code
        self.message = message
        self.where = where


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """How one field travels: its key, what the value is, and how it is written."""

    key: str
    kind: str
    many: bool = False
    of: type["Object"] | None = None
    empty: bool = False
    bare: bool = False
    written: bool = True


def _field(key: str, kind: str, **how: Any) -> Any:
    wire = Wire(key=key, kind=kind, **how)
    none_is_known = wire.empty and wire.kind == "ref"
    default = () if wire.many and not none_is_known else None
    return field(default=default, metadata={"wire": wire})


def text(key: str, *, written: bool = True) -> Any:
    """A string; the first one where the wire has several."""
    return _field(key, "text", written=written)


def texts(key: str, *, bare: bool = False) -> Any:
    """Any number of strings; `bare` writes a single one without its array."""
    return _field(key, "text", many=True, bare=bare)


def time(key: str) -> Any:
    """An instant in UTC; one without a zone is read as not given."""
    return _field(key, "time")


def number(key: str) -> Any:
    """An integer or a coordinate; never a truth value."""
    return _field(key, "number")


def flag(key: str) -> Any:
    """True or false; None where the wire does not say."""
    return _field(key, "flag")


def value(key: str) -> Any:
    """Plain JSON that is handed on as it came; nobody changes it."""
    return _field(key, "value")


def iri(key: str) -> Any:
    """The id of one thing, also where the wire has the thing itself."""
    return _field(key, "iri")


def iris(key: str, *, written: bool = True) -> Any:
    """The ids of any number of things; Public in whatever spelling is read as PUBLIC."""
    return _field(key, "iri", many=True, written=written)


def ref(key: str, *, of: type["Object"] | None = None) -> Any:
    """One object or only its id; `of` is what an object without a type is read as."""
    return _field(key, "ref", of=of)


def refs(
    key: str, *, of: type["Object"] | None = None, empty: bool = False, bare: bool = False
) -> Any:
    """Any number of objects or ids, in the wire's order.

    `empty`: None is "not given" and () is written as []; `bare`: one is written without array.
    """
    return _field(key, "ref", many=True, of=of, empty=empty, bare=bare)


def part(key: str, of: type["Object"]) -> Any:
    """One nested value of a known class; anything but an object is read as not given."""
    return _field(key, "part", of=of)


def parts(key: str, of: type["Object"], *, empty: bool = False) -> Any:
    """Nested values of a known class, in order; `empty` writes [] where there is none."""
    return _field(key, "part", many=True, of=of, empty=empty)


@dataclass(frozen=True, kw_only=True)
class Object:
    """Anything with an id; the base of every type on the wire.

    A value read from the wire holds in its `__dict__` only what was said; all else is
    the class's default. `type` of a value of no known class is the word it came with.
    """

    type: ClassVar[str] = "Object"
    """The AS2 type on the wire; empty for parts that go without one, such as a measure."""
    kind: ClassVar[str | None] = None
    """Our class beside a plain AS2 type (W2)."""

    id: str | None = None
    name: str | None = text("name")
    content: str | None = text("content")
    summary: str | None = text("summary")
    lang: str | None = None
    """Language of `content` (or of `name`), BCP 47; travels as the key of contentMap."""
    media_type: str | None = text("mediaType")
    url: str | None = _field("url", "link")
    """Where people can see it; of several links the first that is a web page."""
    published: datetime | None = time("published")
    updated: datetime | None = time("updated")
    start_time: datetime | None = time("startTime")
    end_time: datetime | None = time("endTime")
    attributed_to: "Object | str | None" = ref("attributedTo")
    to: tuple[str, ...] = iris("to")
    cc: tuple[str, ...] = iris("cc")
    bto: tuple[str, ...] = iris("bto", written=False)
    bcc: tuple[str, ...] = iris("bcc", written=False)
    audience: str | None = iri("audience")
    context: str | None = iri("context")
    in_reply_to: str | None = iri("inReplyTo")
    tag: "tuple[Object | str, ...]" = refs("tag")
    attachment: "tuple[Object | str, ...]" = refs("attachment")
    icon: "Object | str | None" = ref("icon")
    image: "Object | str | None" = ref("image")
    location: "Object | str | None" = ref("location")
    generator: "Object | str | None" = ref("generator")
    replies: "Object | str | None" = ref("replies")
    preview: "Object | str | None" = ref("preview")
    source: Mapping[str, Any] | None = value("source")
    sensitive: bool | None = flag("sensitive")
    handling: str | None = text("handling")
    """How far a receiver may pass it on: public, trustedPeers or recipientsOnly."""
    lifecycle: str | None = text("lifecycle")
    revision: int | None = number("revision")
    supersedes: str | None = iri("supersedes")
    match_scope: str | None = text("matchScope")
    classified_as: tuple[str, ...] = iris("classifiedAs")
    searchable_by: tuple[str, ...] = iris("searchableBy")
    digest_multibase: str | None = text("digestMultibase")
    proof: Mapping[str, Any] | list[Any] | None = value("proof")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep our short repr: a class's own would print forty times None."""
        super().__init_subclass__(**kwargs)
        cls.__repr__ = Object.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        """The class and whatever is set."""
        said = ((f.name, getattr(self, f.name)) for f in fields(self))
        inside = ", ".join(f"{name}={held!r}" for name, held in said if held not in (None, ()))
        return f"{type(self).__name__}({inside})"


@dataclass(frozen=True, kw_only=True)
class Activity(Object):
    """Something an actor does to an object."""

    type: ClassVar[str] = "Activity"

    actor: "Object | str | None" = ref("actor")
    object: "Object | str | None" = ref("object")
    target: "Object | str | None" = ref("target")
    origin: "Object | str | None" = ref("origin")
    result: "Object | str | None" = ref("result")
    instrument: "Object | str | None" = ref("instrument")
    reason_code: str | None = text("reasonCode")
    """Why a Reject was sent: noMatch, rateLimited, notTrusted, policy, expired, unsupported …"""


@dataclass(frozen=True, kw_only=True)
class Carried(Activity):
    """Somebody's activity, word for word as it came: a group hands it on in an Announce (FEP-1b12).

    It is written as `document` says, and judged by the schema `carried` alone.
    """

    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Key(Object):
    """An RSA public key on its owner's page; it goes without a type."""

    type: ClassVar[str] = ""

    owner: str | None = iri("owner")
    public_key_pem: str | None = text("publicKeyPem")


@dataclass(frozen=True, kw_only=True)
class Multikey(Object):
    """A public key under assertionMethod (FEP-521a), with its end if it has one."""

    type: ClassVar[str] = "Multikey"

    controller: str | None = iri("controller")
    public_key_multibase: str | None = text("publicKeyMultibase")
    expires: datetime | None = time("expires")
    revoked: datetime | None = time("revoked")


@dataclass(frozen=True, kw_only=True)
class Endpoints(Object):
    """Further addresses of an actor."""

    type: ClassVar[str] = ""

    shared_inbox: str | None = iri("sharedInbox")


@dataclass(frozen=True, kw_only=True)
class Actor(Object):
    """Something that can act: it has an inbox, and keys to prove itself with."""

    type: ClassVar[str] = "Actor"

    preferred_username: str | None = text("preferredUsername")
    inbox: str | None = iri("inbox")
    outbox: str | None = iri("outbox")
    followers: str | None = iri("followers")
    following: str | None = iri("following")
    featured: str | None = iri("featured")
    endpoints: Endpoints | None = part("endpoints", Endpoints)
    manually_approves_followers: bool | None = flag("manuallyApprovesFollowers")
    discoverable: bool | None = flag("discoverable")
    indexable: bool | None = flag("indexable")
    webfinger: str | None = text("webfinger")
    """The address by which the actor wants to be called, `ana@alder.example` (FEP-2c59)."""
    suspended: bool | None = flag("suspended")
    public_keys: "tuple[Key | str, ...]" = refs("publicKey", of=Key, bare=True)
    assertion_method: "tuple[Multikey | str, ...]" = refs("assertionMethod", of=Multikey)
    verification_method: "tuple[Multikey | str, ...]" = refs("verificationMethod", of=Multikey)
    """Where keys stand that would keep others from reading the whole page (decision 0058)."""
    also_known_as: tuple[str, ...] = iris("alsoKnownAs")
    moved_to: str | None = iri("movedTo")
    implements: "tuple[Object | str, ...]" = refs("implements")

    @property
    def public_key(self) -> "Key | None":
        """The first RSA key the actor shows whole."""
        return next((key for key in self.public_keys if isinstance(key, Key)), None)

    @property
    def shared_inbox(self) -> str | None:
        """Where one copy does for all of a server's people, if it says so."""
        return self.endpoints.shared_inbox if self.endpoints else None


@dataclass(frozen=True, kw_only=True)
class Collection(Object):
    """A set of things, whole or in pages."""

    type: ClassVar[str] = "Collection"

    total_items: int | None = number("totalItems")
    items: "tuple[Object | str, ...] | None" = refs("items", empty=True)
    first: "Object | str | None" = ref("first")
    last: "Object | str | None" = ref("last")
    next: "Object | str | None" = ref("next")
    prev: "Object | str | None" = ref("prev")
    part_of: "Object | str | None" = ref("partOf")
    likes_of: str | None = iri("likesOf")
    """Whose likes these are, that nobody claims a collection for a thing that is not its own
    (FEP-5711); so the five after it."""
    shares_of: str | None = iri("sharesOf")
    replies_of: str | None = iri("repliesOf")
    outbox_of: str | None = iri("outboxOf")
    followers_of: str | None = iri("followersOf")
    following_of: str | None = iri("followingOf")


@dataclass(frozen=True, kw_only=True)
class OrderedCollection(Collection):
    """A collection in an order, newest first unless said otherwise."""

    type: ClassVar[str] = "OrderedCollection"

    ordered_items: "tuple[Object | str, ...] | None" = refs("orderedItems", empty=True)


def id_of(value: "Object | str | None") -> str | None:
    """The id of an object given whole or by reference.

    >>> id_of("https://a.test/1"), id_of(Object(id="https://a.test/1")), id_of(None)
    ('https://a.test/1', 'https://a.test/1', None)
    """
    return value.id if isinstance(value, Object) else value
