"""What two nodes tell each other to find a match: no names until both sides consented.

All of it goes to recipients only; the schemas refuse a name, a text or a listing's id in a
request, and an identity in an introduction.
"""

from datetime import datetime
from typing import ClassVar

from vocab.model import Activity, Object, iri, iris, number, parts, text, texts, time
from vocab.types import Intent, Measure, Note, Place
from vocab.values import dataclass

__all__ = [
    "TYPES",
    "CapabilityDigest",
    "Consent",
    "ContactCard",
    "ContactPoint",
    "DigestBucket",
    "Intent",
    "Introduction",
    "MatchCandidate",
    "MatchRequest",
    "MatchResult",
    "Measure",
    "Place",
    "RelayedNote",
]


@dataclass(frozen=True, kw_only=True)
class MatchRequest(Activity):
    """Asks one peer for candidates for a redacted Intent (`object`); signed by the node."""

    type: ClassVar[str] = "MatchRequest"

    max_results: int | None = number("maxResults")
    anonymity_set: int | None = number("anonymitySet")
    """Among how many members the asking person cannot be told apart."""


@dataclass(frozen=True, kw_only=True)
class MatchCandidate(Object):
    """Somebody who may fit, under a handle that holds until the result's `end_time`."""

    type: ClassVar[str] = "MatchCandidate"

    fit: str | None = text("fit")
    """strong, good or possible; no raw score leaves a node."""
    match_reasons: tuple[str, ...] = iris("matchReasons")
    anonymity_set: int | None = number("anonymitySet")
    sharing_terms: tuple[str, ...] = texts("sharingTerms")


@dataclass(frozen=True, kw_only=True)
class MatchResult(Object):
    """The answer to a request: candidates, best first, or none."""

    type: ClassVar[str] = "MatchResult"

    match_request: str | None = iri("matchRequest")
    candidates: tuple[MatchCandidate, ...] = parts("candidates", MatchCandidate, empty=True)


@dataclass(frozen=True, kw_only=True)
class DigestBucket(Object):
    """One topic of a digest: how many people offer it and need it, in steps."""

    type: ClassVar[str] = "DigestBucket"

    concept: str | None = iri("concept")
    offer_band: str | None = text("offerBand")
    """none, few, some or many."""
    need_band: str | None = text("needBand")


@dataclass(frozen=True, kw_only=True)
class CapabilityDigest(Object):
    """What a community offers and lacks by topic, coarse; by it others choose whom to ask."""

    type: ClassVar[str] = "CapabilityDigest"

    as_of: datetime | None = time("asOf")
    suppressed_below: int | None = number("suppressedBelow")
    buckets: tuple[DigestBucket, ...] = parts("buckets", DigestBucket, empty=True)


@dataclass(frozen=True, kw_only=True)
class Consent(Object):
    """That one side agrees to have these things told to the other, until `end_time`."""

    type: ClassVar[str] = "Consent"

    party: str | None = text("party")
    """requestingSide or matchedSide."""
    discloses: tuple[str, ...] = texts("discloses")
    consented_at: datetime | None = time("consentedAt")


@dataclass(frozen=True, kw_only=True)
class Introduction(Object):
    """A wish to introduce requester and candidate; holds consents, no identity.

    About a public listing it has a `context` instead of `match_request` and `candidate`.
    """

    type: ClassVar[str] = "Introduction"

    match_request: str | None = iri("matchRequest")
    candidate: str | None = iri("candidate")
    discloses: tuple[str, ...] = texts("discloses")
    consents: tuple[Consent, ...] = parts("consents", Consent)


@dataclass(frozen=True, kw_only=True)
class ContactPoint(Object):
    """One way to reach a person; only ever inside a card."""

    type: ClassVar[str] = "ContactPoint"

    contact_type: str | None = text("contactType")
    email: str | None = text("email")
    telephone: str | None = text("telephone")


@dataclass(frozen=True, kw_only=True)
class ContactCard(Object):
    """Who one side is and how to reach them; sent to the other side's node alone."""

    type: ClassVar[str] = "ContactCard"

    introduction: str | None = iri("introduction")
    party: str | None = text("party")
    describes: str | None = iri("describes")
    contact_point: tuple[ContactPoint, ...] = parts("contactPoint", ContactPoint)


@dataclass(frozen=True, kw_only=True)
class RelayedNote(Note):
    """A letter of one side of a conversation, carried by its node; `context` is the introduction.

    Its author on the wire is the node: whose words they are is for the other side to be told
    later, or never.
    """

    kind: ClassVar[str | None] = "RelayedNote"


TYPES: tuple[type[Object], ...] = (
    MatchRequest,
    MatchResult,
    CapabilityDigest,
    Introduction,
    ContactCard,
    RelayedNote,
)
