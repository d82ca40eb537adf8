"""What may fit, what was asked of whom, who was introduced, and the cards; for one node alone.

Nothing here leaves as it stands. Whatever names or describes somebody goes when its time is
over; what stays is the bare fact, so that nobody is asked again too soon.
"""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import SECRET, Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _account(name: str, *, nullable: bool = False, key: bool = False) -> Column[str]:
    to = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), to, primary_key=key, nullable=nullable and not key)


request = Table(
    "match_request",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("way", String(3), nullable=False),
    _account("service"),
    Column("need", String(2048)),
    Column("state", String(10), nullable=False),
    Column("intent", JSON),
    Column("most", Integer, nullable=False),
    Column("answer", String(2048)),
    Column("reason", String(20)),
    Column("at", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Index(None, "way", "service", "at"),
    Index(None, "need"),
    Index(None, "state", "ends"),
)
"""A MatchRequest: `way` "out" is ours (for `need`), "in" came to us; `state` of rules.Request.

`intent` is what was asked, until it is answered or taken back."""

probe = Table(
    "match_probe",
    metadata,
    _account("service", key=True),
    Column("day", Date, primary_key=True),
    Column("concept", String(2048), primary_key=True),
)
"""What a node asked about on a day; taking a request back does not take this back."""

question = Table(
    "match_question",
    metadata,
    _account("service", key=True),
    Column("way", String(3), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("topic", String(2048), primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("named", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Index(None, "way", "day"),
)
"""How often a node asked us (`way` "in") or was asked by us ("out") about a topic on a day, how
often somebody was named, and how often it was refused; for members to see, and for the budget."""

handle = Table(
    "match_handle",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column(
        "request",
        String(2048),
        ForeignKey(request.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    _account("owner"),
    Column("listing", String(2048), nullable=False),
    Column("ends", Moment, nullable=False),
    Index(None, "request"),
    Index(None, "listing"),
    Index(None, "ends"),
)
"""Whom a handle of ours means; nobody outside learns it from us."""

match = Table(
    "match_found",
    metadata,
    Column("slug", String(64), primary_key=True),
    _account("owner"),
    Column("mine", String(2048), nullable=False),
    Column("other", String(2048)),
    Column("handle", String(2048), unique=True),
    _account("service", nullable=True),
    Column("request", String(2048)),
    Column("score", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("but", JSON),
    Column("state", String(10), nullable=False),
    Column("why", String(10)),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    Column("ends", Moment),
    Index(None, "owner", "state"),
    Index(None, "mine", "other", unique=True),
    Index(None, "other"),
    Index(None, "service"),
    Index(None, "request"),
    Index(None, "ends"),
)
"""Something that may fit a member's notice `mine`: another notice, or a handle of a node.

`state`: new, later (until `until`), aside (with `why`), asked."""

digest = Table(
    "match_digest",
    metadata,
    _account("service", key=True),
    Column("as_of", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("said", JSON, nullable=False),
    Column("held", JSON(none_as_null=True)),
    Index(None, "as_of"),
)
"""What a node tells of itself: topic to the steps of offers and needs (bands.Band). Ours has
`held`, too: by side and topic how many people there were when the step moved last."""

side = Table(
    "match_side",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("listing", String(2048), nullable=False, unique=True),
    Column("owner", String(2048), nullable=False),
    Column("said", JSON, nullable=False),
)
"""An open notice as scoring.Side has it, so that it is compared without being read; a later one
has a greater `number`."""

term = Table(
    "match_term",
    metadata,
    Column("term", String(120), primary_key=True),
    Column("purpose", String(10), primary_key=True),
    Column(
        "number",
        Integer,
        ForeignKey(side.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Index(None, "number"),
    sqlite_with_rowid=False,
)
"""Which open notices of a purpose speak of what: `term` is written as in indexing.Terms."""

wish = Table(
    "match_wish",
    metadata,
    _account("account", key=True),
    Column("farthest", Integer),
    Column("not_days", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
)
"""What a member has said suits them or does not (filters.Wishes)."""

introduction = Table(
    "match_introduction",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("way", String(5), nullable=False),
    Column("state", String(10), nullable=False),
    Column("offer", String(2048), nullable=False, unique=True),
    Column("answer", String(2048)),
    Column("reply", String(2048)),
    _account("service", nullable=True),
    _account("asker", nullable=True),
    _account("asked", nullable=True),
    Column("mine", String(2048)),
    Column("about", String(2048)),
    Column("title", String(300), nullable=False, default=""),
    Column("request", String(2048)),
    Column("handle", String(2048), unique=True),
    Column("message", Text, nullable=False, default=""),
    Column("tells", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("means", JSON, nullable=False),
    Column("declined", Moment),
    Column("talk", String(2048)),
    Column("heard", Moment),
    Column("at", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Index(None, "state", "ends"),
    Index(None, "talk"),
    Index(None, "asker"),
    Index(None, "asked"),
    Index(None, "service"),
    Index(None, "mine"),
    Index(None, "about"),
    Index(None, "request"),
    Index(None, "answer"),
    Index(None, "reply"),
)
"""An introduction: `way` "local" between two members, "out" asked by ours, "in" asked of ours.

`reply` is the id of the answering side's Introduction; `tells` what the asking side discloses,
`answers` the other; `means` the ways to reach our member that they chose. `declined`: a no,
which only the one who was asked can see. One that `tells` relayed words is a conversation; one
with a `talk` asks for cards in that conversation. `heard`: when the other side wrote last, until
ours answers."""

relayed = Table(
    "match_relayed",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column(
        "introduction",
        String(2048),
        ForeignKey(introduction.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("ours", Boolean, nullable=False),
    Column("activity", String(2048)),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "introduction", "at"),
    info=SECRET,
)
"""A letter of a conversation without names, for its two alone; erased with the conversation.

Pages and deliveries cannot read it: only a unit that was asked by one of the two does."""

card = Table(
    "match_card",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column(
        "introduction",
        String(2048),
        ForeignKey(introduction.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("ours", Boolean, nullable=False),
    Column("activity", String(2048)),
    _account("holder", nullable=True),
    Column("describes", String(2048), nullable=False),
    Column("name", String(500), nullable=False, default=""),
    Column("means", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Index(None, "introduction"),
    Index(None, "holder"),
    Index(None, "describes"),
    Index(None, "ends"),
)
"""A contact card. `holder` may read it; one we sent (`ours`, no holder) keeps no words here."""

contact = Table(
    "match_contact",
    metadata,
    _account("account", key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", String(300), nullable=False),
)
"""How a member can be reached, told to nobody but those they choose, one by one."""
