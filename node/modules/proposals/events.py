"""What proposals tell other modules."""

from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A member has brought a proposal that was made from something else; see `api.begin`."""

    slug: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The words of a proposal of ours were changed; whoever took a position may look again."""

    slug: str
