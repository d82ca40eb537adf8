"""What notes add to the vocabulary: a poll by which a community hears others on a proposal."""

from typing import ClassVar

from vocab.model import Object, flag, iri
from vocab.types import Question
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class AdvisoryPoll(Question):
    """A poll of the community about a proposal of its own; anybody answers (vocabulary.md 6.8)."""

    kind: ClassVar[str | None] = "AdvisoryPoll"

    advises: str | None = iri("advises")
    """The proposal."""
    binding: bool | None = flag("binding")
    """Always false."""


TYPES: tuple[type[Object], ...] = (AdvisoryPoll,)
