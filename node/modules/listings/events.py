"""What offers and needs tell other modules."""

from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An offer or a need is new here, ours or another node's."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Its words, its end or its state are other than before; it is still live or agreed."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Closed:
    """It is over: met, withdrawn, expired or deleted."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Reworded:
    """Which words mean the same has changed here."""
