"""Several ways to decide one thing, read from any document with care: it may be a stranger's."""

from collections.abc import Mapping
from typing import Any, Final

from node.modules.decisions.objects import Option

STAY: Final = "opt-0"
"""The key of the option under which things stay as they are; all others count from 1."""
MOST: Final = 30
"""How many options a document may have; schemas/objects/governance-proposal.schema.json."""


def options_of(document: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options of a proposal, a record or what was frozen of one; none where it has none."""
    held = document.get("options")
    read = [_option(one) for one in held[:MOST]] if isinstance(held, list) else []
    return tuple(one for one in read if one is not None)


def _option(held: Any) -> Option | None:
    if not isinstance(held, Mapping):
        return None
    id_, name, words = (held.get(key) for key in ("id", "name", "tradeoff"))
    if not isinstance(id_, str) or not isinstance(name, str):
        return None
    return Option(id=id_, name=name, tradeoff=words if isinstance(words, str) else None)


def kept(option: Option) -> dict[str, str]:
    """An option as it stands on the wire and in a row."""
    words = {"tradeoff": option.tradeoff} if option.tradeoff else {}
    return {"id": option.id or "", "type": option.type, "name": option.name or "", **words}


def key(option: str | None) -> str:
    """What tells an option from the others of its proposal: the fragment of its id.

    >>> key("https://alder.test/o/p#opt-1")
    'opt-1'
    """
    return (option or "").rpartition("#")[2]
