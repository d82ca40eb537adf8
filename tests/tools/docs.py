"""Renews what papers say about the program: `make docs`.

So far: the table of handled activities in FEDERATION.md.
"""

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


if __name__ == "__main__":
    paper = ROOT / "FEDERATION.md"
    paper.write_text(put(paper.read_text(), "handlers", table(Registry(installed()))))
    print(f"{paper.name} is up to date")
