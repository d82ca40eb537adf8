"""The rows of pictures: our own, and our copies of those of others."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from node.kernel.database import AGAIN, Moment, new_metadata
from node.kernel.tables import account
from vocab.values import dataclass

metadata = new_metadata()

picture = Table(
    "picture",
    metadata,
    Column("slug", String(32), primary_key=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("use", String(10), nullable=False),
    Column("about", String(2048)),
    Column("number", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("blurhash", String(120), nullable=False),
    Column("large", LargeBinary(32), nullable=False),
    Column("small", LargeBinary(32), nullable=False),
    Column("media", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    Column("focus", String(10), nullable=False, server_default=""),
    Index(None, "owner"),
    Index(None, "about"),
    Index(None, "large"),
    Index(None, "small"),
)
"""A picture that somebody here brought. `use` is of `rules.Use`; `about` the id of the thing in
which it stands, and only who may see that sees the picture; `number` its place there.

`large` and `small` are hashes of two sizes, `media` the kind of the large one (the small one is
WebP), `width` and `height` its own; `focus` the side that must be seen where only a part is shown
(`rules.FOCUS`). Nothing else of what was brought is kept."""

blob = Table(
    "picture_blob",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""The bytes of our pictures by their SHA-256, each once; gone with the last picture of it."""

copy = Table(
    "picture_copy",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("until", Moment),
    Column("used", Moment, nullable=False),
    Column("size", Integer, nullable=False),
    Index(None, "used"),
    Index(None, "host"),
    info=AGAIN,
)
"""That we asked for a picture of others; `key` is the hash of where it lies.

`until`: it could not be had, and is not asked for again before. `used` is renewed once a day;
what was not looked at for longest goes first. `size` is that of the copy, in bytes."""

body = Table(
    "picture_copy_body",
    metadata,
    Column("key", LargeBinary(16), ForeignKey(copy.c.key, ondelete="CASCADE"), primary_key=True),
    Column("large", LargeBinary, nullable=False),
    Column("small", LargeBinary, nullable=False),
    info=AGAIN,
)
"""The bytes of a copy in two sizes, WebP, drawn anew by us."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of ours, as a value."""

    slug: str
    owner: str
    use: str
    about: str | None
    number: int
    description: str
    width: int
    height: int
    blurhash: str
    large: bytes
    small: bytes
    media: str
    at: datetime
    focus: str = ""

    @property
    def path(self) -> str:
        """Where its large size is to be had; the name never means another picture."""
        return f"/pictures/{self.slug}.{self.media.partition('/')[2]}"

    @property
    def thumb(self) -> str:
        """Where its small size is to be had."""
        return f"/pictures/{self.slug}-small.webp"
