"""What the protocol tells the modules; each is handled later, in a unit of its own."""

from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class FollowersTold:
    """An actor elsewhere said whom of ours it takes for its followers (FEP-8fcf)."""

    actor: str
    collection: str
    url: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Awoke:
    """This node is there again; `since` is when it was last seen at work (ISO 8601)."""

    since: str


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A server that had not answered for long is there again; `since` as in `Awoke`."""

    domain: str
    since: str
