"""Which kinds of ours can be for everybody, and what nodes of our kind do with them."""

import json
from collections.abc import Iterator
from typing import Any

from node.kernel.module import Registry
from node.modules.listings.objects import Listing
from tests.federation.readers.reading import PUBLIC, Case, first
from tests.guards.tree import ROOT
from vocab import schemas
from vocab.model import Malformed


def public_kinds() -> set[str]:
    """The names of those schemas that let an object be for everybody: ours, and what each holds.

    Of a kind with no sample it is not known, and so it may be, unless its schema names for whom.
    """
    found: dict[str, list[bool]] = {}
    for document in samples():
        for part in (document, document.get("object"), document.get("result")):
            if isinstance(part, dict) and (name := schemas.class_name(part)):
                context = {"@context": document.get("@context")}
                found.setdefault(name, []).append(may_be_public({**context, **part}))
    ours = {*schemas.KINDS.values(), *schemas.OWN_TYPES.values()}
    return {name for name in ours if any(found.get(name, [not for_few(name)]))}


def for_few(name: str) -> bool:
    """Whether the schema of a kind lets it be handled in one way only, and not as public."""
    file = ROOT / "schemas/objects" / f"{name}.schema.json"
    said = json.loads(file.read_text())["properties"] if file.exists() else {}
    return said.get("handling", {}).get("const", "public") != "public"


def samples() -> Iterator[dict[str, Any]]:
    for file in sorted((ROOT / "tests/samples/vocab/wire").glob("*.json")):
        yield json.loads(file.read_text())


def may_be_public(document: dict[str, Any]) -> bool:
    said = {key: value for key, value in document.items() if key != "cc"}
    try:
        schemas.outgoing({**said, "to": [PUBLIC], "handling": "public"})
    except Malformed:
        return False
    return True


def kind_of(case: Case) -> str | None:
    return schemas.class_name(case.thing)


def about_kinds(registry: Registry) -> set[tuple[str, str]]:
    """What nodes of our kind do with a kind that can be public: the acts, and the kind."""
    names = {cls: name for name in public_kinds() for cls in classes(registry, name)}
    return {
        (" ".join(act.__name__ for act in acts), names[held])
        for *acts, held in registry.handlers
        if held in names
    }


def classes(registry: Registry, name: str) -> set[type]:
    """The class of a schema; of an offer and a need, what is common to all such things."""
    words = [key for key, one in schemas.KINDS.items() if one == name]
    words += [(key, None) for key, one in schemas.OWN_TYPES.items() if one == name]
    made = {registry.types[key] for key in words if key in registry.types}
    return {*made, *((Listing,) if name == "proposal" else ())}


def does(case: Case) -> str:
    inside = case.handed_on
    return " ".join([first(case.document), *([first(inside.document)] if inside else [])])
