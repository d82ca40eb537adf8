"""Checks schemas/: each is valid JSON Schema 2020-12, each $ref leads somewhere: `make schemas`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

FOLDER = Path(__file__).parents[2] / "schemas"


def references(part: Any) -> Iterator[str]:
    """Every $ref in a schema."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def leads_somewhere(schema: Any, pointer: str) -> bool:
    """Whether a JSON pointer (or a plain anchor) names a part of a schema."""
    if pointer and not pointer.startswith("/"):
        return f'"$anchor": "{pointer}"' in json.dumps(schema)
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(schema, list) and key.isdigit() and int(key) < len(schema):
            schema = schema[int(key)]
        elif isinstance(schema, dict) and key in schema:
            schema = schema[key]
        else:
            return False
    return True


def faults(schemas: dict[str, Any]) -> list[str]:
    """What is wrong with a set of schemas, by the addresses they have in `$id`."""
    found = []
    for id, schema in schemas.items():
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            found.append(f"{id}: {error.json_path}: {error.message}")
        for ref in references(schema):
            address, pointer = urldefrag(urljoin(id, ref))
            if address not in schemas or not leads_somewhere(schemas[address], pointer):
                found.append(f"{id}: {ref} leads nowhere")
    return found


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """All schemas of a folder; one without `$id` is named by its place."""
    read = {p: json.loads(p.read_text()) for p in sorted(folder.rglob("*.schema.json"))}
    return {schema.get("$id", path.as_uri()): schema for path, schema in read.items()}


if __name__ == "__main__":
    schemas = load()
    wrong = faults(schemas)
    print("\n".join(wrong) or f"{len(schemas)} schemas are sound")
    sys.exit(1 if wrong or not schemas else 0)
