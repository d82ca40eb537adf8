"""One row for each answer to a notice and what became of it, with its steps; for two people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Row, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.modules.agreements import rules
from node.modules.agreements.rules import Amount, Party, State
from vocab.values import dataclass

metadata = new_metadata()

agreement = Table(
    "agreement",
    metadata,
    Column("offer", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("id", String(2048)),
    Column("listing", String(2048), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("title", String(300), nullable=False),
    Column("proposer", String(2048), nullable=False),
    Column("interested", String(2048), nullable=False),
    Column("giver", String(2048), nullable=False),
    Column("satisfies", String(2048), nullable=False),
    Column("unit", String(61), nullable=False),
    Column("amount", String(40), nullable=False),
    Column("back", JSON),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String(100)),
    Column("url", String(2048)),
    Column("leaving", Moment),
    Column("due", Moment),
    Column("terms", JSON, nullable=False),
    Column("event", String(2048)),
    Column("act", String(2048)),
    Column("spent", JSON),
    Column("delivered", Moment),
    Column("agreed", Moment),
    Column("made", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Index(None, "id"),
    Index(None, "listing"),
    Index(None, "proposer"),
    Index(None, "interested"),
    Index(None, "act"),
    Index(None, "event"),
    Index(None, "state", "ends"),
)
"""`offer` is the Offer(Agreement); `id` the agreement, once its proposer has made it. `back` is
what is promised in return: {"id" (of the intent), "unit", "amount", "of"}. `leaving`: since when
the one who answered asks to call it off. `giver` is who of the two does it. `terms` is what else
they agreed on: {"where", "materials"}. `event` is what was done, `act` the Create that said so,
`spent` how much it was: {"unit", "amount"}; `delivered`: since when it waits to be confirmed."""

step = Table(
    "agreement_step",
    metadata,
    Column(
        "offer",
        String(2048),
        ForeignKey(agreement.c.offer, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("by", String(2048)),
    Column("at", Moment, nullable=False),
    Column("words", Text, nullable=False, default=""),
)
"""What happened to an agreement, in order; `by` is None for the clock."""


thanks = Table(
    "agreement_thanks",
    metadata,
    Column(
        "offer",
        String(2048),
        ForeignKey(agreement.c.offer, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("by", String(2048), primary_key=True),
    Column("to", String(2048), nullable=False),
    Column("title", String(300), nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("shown", Boolean, nullable=False),
    Index(None, "to", "at"),
)
"""A word of thanks for something that was done; `shown`: whoever got it has it on their profile."""


@dataclass(frozen=True, kw_only=True)
class Thanks:
    """A word of thanks."""

    offer: str
    by: str
    to: str
    title: str
    words: str
    at: datetime
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An answer to a notice and what became of it, as a value."""

    offer: str
    slug: str
    id: str | None
    listing: str
    purpose: str
    title: str
    proposer: str
    interested: str
    giver: str
    satisfies: str
    unit: str
    amount: str
    back: Mapping[str, str] | None
    state: State
    revision: int
    status: str | None
    url: str | None
    leaving: datetime | None
    due: datetime | None
    terms: Mapping[str, str]
    event: str | None
    act: str | None
    spent: Mapping[str, str] | None
    delivered: datetime | None
    agreed: datetime | None
    made: datetime
    ends: datetime
    changed: datetime

    @property
    def path(self) -> str:
        """Its page at this node."""
        return f"/agreements/{self.slug}"

    @property
    def is_need(self) -> bool:
        """Whether it answers a need."""
        return self.purpose == "request"

    @property
    def primary(self) -> Amount:
        """How much of what the notice is about."""
        return Amount(unit=self.unit, number=self.amount)

    @property
    def returned(self) -> Amount | None:
        """How much is promised in return."""
        return Amount(unit=self.back["unit"], number=self.back["amount"]) if self.back else None

    @property
    def receiver(self) -> str:
        """Who of the two receives it."""
        return self.other(self.giver)

    @property
    def owner(self) -> str:
        """Whose notice it is."""
        return self.receiver if self.is_need else self.giver

    @property
    def done(self) -> Amount | None:
        """How much the giver said it was."""
        return Amount(unit=self.spent["unit"], number=self.spent["amount"]) if self.spent else None

    @property
    def confirms(self) -> datetime | None:
        """When it confirms itself, if nobody says anything."""
        waits = self.state is State.DELIVERED and self.delivered is not None
        return self.delivered + rules.CONFIRMS if waits and self.delivered else None

    def party(self, account: str) -> frozenset[Party]:
        """What somebody is in it; nothing for anybody else."""
        if account not in (self.proposer, self.interested):
            return frozenset()
        side = Party.PROPOSER if account == self.proposer else Party.INTERESTED
        return frozenset({side, Party.GIVER if account == self.giver else Party.RECEIVER})

    def other(self, account: str) -> str:
        """The other of the two."""
        return self.interested if account == self.proposer else self.proposer

    def at(self, now: datetime) -> State:
        """Where it stands at a moment."""
        return rules.effective(self.state, self.ends, now, self.due)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened."""

    state: State
    by: str | None
    at: datetime
    words: str


def agreement_of(row: Row[Any]) -> Agreement:
    """The value of a row that holds all columns of `agreement`."""
    values = {c.name: row._mapping[c] for c in agreement.c}  # noqa: SLF001
    return Agreement(**{**values, "state": State(values["state"])})
