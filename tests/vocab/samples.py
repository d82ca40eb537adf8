"""The samples of the vocabulary, and everything that reads and checks them."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from vocab import proofs
from vocab.checks import Check, Known
from vocab.model import Object
from vocab.types import CORE
from vocab.wire import claims

FOLDER = Path(__file__).parents[1] / "samples" / "vocab"
MODULES = (
    "agreements",
    "decisions",
    "deliveries",
    "joint",
    "ledger",
    "listings",
    "matching",
    "notes",
    "peers",
    "profiles",
    "proposals",
    "roles",
)

TYPES = claims(
    [*CORE, *(t for m in MODULES for t in import_module(f"node.modules.{m}.objects").TYPES)]
)
CHECKS: dict[type[Object], Check] = {
    cls: check
    for m in MODULES
    if m not in ("deliveries", "notes", "profiles")
    for cls, check in import_module(f"node.modules.{m}.checks").CHECKS.items()
}


def names(folder: str) -> list[str]:
    return sorted(file.name for file in (FOLDER / folder).glob("*.json"))


def read(folder: str, name: str) -> dict[str, Any]:
    return json.loads((FOLDER / folder / name).read_text("utf-8"))


def example(number: str, folder: str = "examples") -> dict[str, Any]:
    [name] = [n for n in names(folder) if n.split("-")[0] == number]
    return read(folder, name)


def known(*, stored: bool = True) -> Known:
    """What a node knows that has seen every example, in the URL form."""
    things, keys = {}, {}
    for name in names("examples"):
        document = read("examples", name)
        for key in document.get("assertionMethod", ()):
            keys[key["id"]] = proofs.from_multikey(key["publicKeyMultibase"])
        if "actor" in document:
            things[document["id"]] = document
            if document["type"] == "Create":
                things[document["object"]["id"]] = document["object"]
    return Known(stored=things.get if stored else lambda _: None, key=keys.get)


def without(held: Any, *keys: str) -> Any:
    """A copy without these keys, at any depth."""
    if isinstance(held, dict):
        return {k: without(v, *keys) for k, v in held.items() if k not in keys}
    return [without(v, *keys) for v in held] if isinstance(held, list) else held
