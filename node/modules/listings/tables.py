"""One row for each offer and need we know of: our members', and those others told us."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    false,
)

from node.kernel.access import Reach
from node.kernel.database import Moment, new_metadata
from node.modules.listings.places import Cell
from node.modules.listings.rules import State, effective, minutes
from node.modules.listings.when import When, kept
from vocab.values import dataclass

metadata = new_metadata()

listing = Table(
    "listing",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("owner", String(2048), nullable=False),
    Column("local", Boolean, nullable=False),
    Column("community", String(2048)),
    Column("domain", String(255), nullable=False),
    Column("url", String(2048)),
    Column("purpose", String(10), nullable=False),
    Column("title", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("lang", String(35)),
    Column("kind", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("concept", String(2048)),
    Column("unit", String(61), nullable=False),
    Column("amount", String(20), nullable=False),
    Column("terms", JSON, nullable=False),
    Column("foreign", String(20)),
    Column("intent", String(2048)),
    Column("unit_based", Boolean),
    Column("least", String(20)),
    Column("available", String(20)),
    Column("back", JSON),
    Column("price", String(100)),
    Column("photo", JSON(none_as_null=True)),
    Column("place", String(80)),
    Column("north", Integer),
    Column("east", Integer),
    Column("starts", Moment),
    Column("due", Moment),
    Column("hours", JSON(none_as_null=True)),
    Column("standing", Boolean, nullable=False, server_default=false()),
    Column("urgent", Moment),
    Column("for_whom", String(80)),
    Column("lifecycle", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reach", String(10), nullable=False),
    Column("handling", String(20), nullable=False),
    Column("match_scope", String(20), nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment),
    Column("arrived", Moment, nullable=False),
    Column("ends", Moment),
    Column("hidden", Moment),
    Column("announced", String(2048)),
    Column("once", String(64), unique=True),
    Index(None, "concept", "purpose", "lifecycle", "ends"),
    Index(None, "lifecycle", "ends"),
    Index(None, "arrived"),
    Index(None, "owner"),
    Index(None, "domain"),
)
"""`reach` is who may see the row here: what another node's trusted peers may read is seen by
our members and passed on to nobody, so it is `community`; `handling` is how it came.
`owner` has no foreign key: a stranger's account may be met only later. `foreign` is the
dialect it was read from; `intent` is the id of what it publishes; `unit_based`, `least` and
`available` are what FEP-0837 says of amounts, `back` what is wished in return: {"id", "unit",
"amount", "of", "action"}; `photo` is one picture: {"url", "name", "host", "media"} and, if known,
"width", "height", "blurhash", "focus". `place` is a name, `north` and `east` the cell of
places.Cell; `starts` and `due` are the moments of one day or of a stretch of days, `hours` the
days of the week of when.When.
`standing`: it stays up when somebody agrees to it; `urgent`: until when it stands first;
`for_whom`: the name of somebody without a device, which no letter holds."""

topic = Table(
    "listing_topic",
    metadata,
    Column(
        "listing",
        String(2048),
        ForeignKey(listing.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("concept", String(2048), primary_key=True),
    Index(None, "concept"),
)
"""Every concept a listing is classified by, its main one among them."""

shown = Table(
    "listing_shown",
    metadata,
    Column(
        "listing",
        String(2048),
        ForeignKey(listing.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("account", String(2048), primary_key=True),
    Index(None, "account"),
)
"""To whom a listing is shown by name, besides those within its reach: one of ours to somebody
elsewhere, or one from elsewhere (`reach` direct) to a member."""

draft = Table(
    "listing_draft",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("owner", String(2048), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("said", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "owner"),
)
"""What members have typed and not posted, field by field; a place is a cell here, too."""

concept = Table(
    "listing_concept",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("broader", String(2048)),
    Column("labels", JSON, nullable=False),
    Column("also", JSON, nullable=False),
    Column("same", JSON, nullable=False),
    Column("place", Integer, nullable=False),
    Column("retired", Moment),
)
"""The topics of this community, as far as they are its own or otherwise than all nodes have them:
a topic of the shared list has a row once somebody changes it. `broader` is the topic above, with
no foreign key since that may have no row; `labels` by language; `also` other words for the same;
`same` IRIs elsewhere that mean the same; `place` orders those beside each other."""

gone = Table(
    "listing_gone",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("at", Moment, nullable=False),
)
"""Listings of ours that others had seen and that were deleted: their Tombstones."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An offer or a need, as a value."""

    id: str
    slug: str
    owner: str
    local: bool
    community: str | None
    domain: str
    url: str | None
    purpose: str
    title: str
    text: str
    lang: str | None
    kind: str
    action: str
    concept: str | None
    unit: str
    amount: str
    terms: Sequence[str]
    lifecycle: str
    revision: int
    reach: str
    handling: str
    match_scope: str
    published: datetime
    updated: datetime | None
    arrived: datetime
    ends: datetime | None
    hidden: datetime | None
    announced: str | None
    foreign: str | None = None
    intent: str | None = None
    unit_based: bool | None = False
    least: str | None = None
    available: str | None = None
    back: Mapping[str, str] | None = None
    price: str | None = None
    photo: Mapping[str, Any] | None = None
    place: str | None = None
    north: int | None = None
    east: int | None = None
    starts: datetime | None = None
    due: datetime | None = None
    hours: Mapping[str, Any] | None = None
    standing: bool = False
    urgent: datetime | None = None
    for_whom: str | None = None
    topics: tuple[str, ...] = ()

    @property
    def is_need(self) -> bool:
        """Somebody asks for it; else somebody offers it."""
        return self.purpose == "request"

    @property
    def primary(self) -> str:
        """The id of what it publishes, which an answer names."""
        return self.intent or f"{self.id}#primary"

    @property
    def takes_answers(self) -> bool:
        """Whether its owner's software knows agreements, and calls the flows as FEP-0837 says."""
        named = self.primary == f"{self.id}#primary"
        back = self.back is None or self.back["id"] == f"{self.id}#reciprocal"
        return self.foreign in (None, "fep-0837") and named and back

    @property
    def path(self) -> str:
        """Its page at this node."""
        return f"/l/{self.slug}"

    @property
    def minutes(self) -> int | None:
        """How long it takes, in whole minutes, where it says so; of a range the least."""
        return minutes(self.unit, (self.longest and self.least) or self.amount)

    @property
    def longest(self) -> int | None:
        """How long it may take at most, where that is agreed on within a range."""
        ranged = self.unit_based and self.least and self.available
        return minutes(self.unit, self.available or "") if ranged else None

    @property
    def pieces(self) -> str | None:
        """How much of it there is, where it is no time and more than one piece; a number."""
        if self.in_parts:
            return self.available
        return None if self.minutes or (self.unit, self.amount) == ("one", "1") else self.amount

    @property
    def in_parts(self) -> bool:
        """Whether several people can each have some of it; `available` is what is left."""
        some = bool(self.unit_based and self.available)
        return some and minutes(self.unit, self.amount) is None

    @property
    def cell(self) -> Cell | None:
        """Where it is, no closer than its cell."""
        known = self.north is not None and self.east is not None
        return Cell(north=self.north or 0, east=self.east or 0) if known else None

    @property
    def when(self) -> When:
        """When it is."""
        return kept(self.starts, self.due, self.hours)

    @property
    def seen_by(self) -> str:
        """Up to where it may be read, as its owner chose it."""
        return Reach.TRUSTED if self.handling == "trustedPeers" else self.reach

    def state(self, now: datetime) -> State:
        """Where it stands at a moment; the clock ends it, whether or not a job has run."""
        return effective(State(self.lifecycle), self.ends, now)


def notice_of(row: Row[Any], topics: Sequence[str] = ()) -> Notice:
    """The value of a row that holds all columns of `listing`."""
    values: Mapping[Any, Any] = row._mapping  # noqa: SLF001
    held = {c.name: values[c] for c in listing.c if c.name != "once"}
    return Notice(**held, topics=tuple(topics))
