"""Renews what papers say about the program: `make docs`.

The tables of FEDERATION.md: what is handled, and what others make of what we send.
"""

import asyncio
import tempfile
from pathlib import Path

from node.kernel.module import Registry, installed
from tests.tools import handlers

ROOT = Path(__file__).parents[2]


def table(registry: Registry) -> str:
    """The handled activities and the modules that handle them, as Markdown."""
    rows = [
        f"| `{activity}` | {_module(function)} |" for activity, function in handlers.rows(registry)
    ]
    return "\n".join(["| activity | handled by |", "|---|---|", *rows])


def _module(function: str) -> str:
    parts = function.split(".")
    return parts[2] if parts[:2] == ["node", "modules"] else parts[0]


def put(text: str, mark: str, content: str) -> str:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->`.

    Raises:
        ValueError: the text has no such marks.
    """
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, _, rest = text.partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{start.strip()} … {end} is not in the text")
    return f"{before}{start}{content}\n{found}{after}"


def shown() -> str:
    """What others make of everything that real nodes say, as Markdown."""
    # it brings whole nodes with it, and the guards only want `put`
    from tests.federation.readers import matrix, ours

    with tempfile.TemporaryDirectory() as folder:
        return matrix.table(asyncio.run(ours.told(Path(folder))).cases)


if __name__ == "__main__":
    paper = ROOT / "FEDERATION.md"
    text = put(paper.read_text(), "handlers", table(Registry(installed())))
    paper.write_text(put(text, "readers", shown()))
    print(f"{paper.name} is up to date")
