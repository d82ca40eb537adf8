"""No document leaves but through vocab/leaving.py, where the producer schemas are asked.

mypy sees that answers are made of a `Leaving`. This sees that nobody else makes one, and that
nothing else writes JSON for others: each use below stands here with its reason.
"""

import ast
from collections.abc import Callable
from functools import cache

import pytest

from tests.guards.tree import CODE, name, python_files

DOOR = "vocab/leaving.py"

DUMPED = {
    DOOR: "the door",
    "node/kernel/unit.py": "what a handler of ours is given beside the object; stays here",
    "federation/trust.py": "what is stored, for the checks on receipt; stays here",
    "node/modules/decisions/publishing.py": "the text that is signed; leaves by the door later",
    "node/modules/decisions/handlers.py": "what is kept of a record; stays here",
    "node/modules/ledger/wiring.py": "what the digest of a leg is taken over; stays here",
}
"""Who may write an object as JSON without the producer schemas."""

JSON_ANSWERS = {
    "federation/answers.py": "a Leaving",
    "federation/client.py": "problem+json",
    "federation/discovery.py": "WebFinger, host-meta",
    "federation/nodeinfo.py": "NodeInfo",
    "federation/inbox.py": "problem+json",
    "node/modules/accounts/pages/me.py": "a member's own data, for the member",
    "node/modules/decisions/pages.py": "the signed text of a record, on its page",
    "web/errors.py": "problem+json",
    "node/modules/ledger/pages.py": "a member's own time, as a file for them",
}
"""Who may answer with JSON."""

LETTERS = {
    "node/kernel/unit.py": "a Leaving",
    "node/modules/decisions/publishing.py": "a Leaving, signed anew before anything left",
    "federation/letters.py": "what is left of a private letter; is not sent",
}
"""Who may write the body of a letter that goes out."""

POSTED = {"federation/delivery.py": "the bytes of a letter"}
"""Who may post anything to another server."""


def called(node: ast.AST) -> str:
    """What a call calls, as it is written; empty for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def dumps(node: ast.AST) -> bool:
    return called(node) in ("wire.dump", "wires.dump") or (
        isinstance(node, ast.ImportFrom)
        and node.module == "vocab.wire"
        and any(one.name == "dump" for one in node.names)
    )


def checks(node: ast.AST) -> bool:
    return called(node) in ("schemas.outgoing", "outgoing")


def makes(node: ast.AST) -> bool:
    return called(node).endswith("Leaving")


def answers(node: ast.AST) -> bool:
    """A function that both writes JSON and answers with it, or a JSONResponse."""
    if called(node).endswith("JSONResponse"):
        return True
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    inside = {called(one) for one in ast.walk(node)}
    return bool({"json.dumps", "orjson.dumps"} & inside and {"Response", "send"} & inside)


def writes_letters(node: ast.AST) -> bool:
    changes = called(node) == "change_rows" and "letter.c." in ast.unparse(node)
    if changes or called(node).startswith("update(letter)"):
        return any(k.arg == "body" and ast.unparse(k.value) != "None" for k in node.keywords)
    return called(node).startswith("insert(letter)") and "way='out'" in ast.unparse(node)


def posts(node: ast.AST) -> bool:
    return called(node).endswith("network.post")


@cache
def parsed() -> dict[str, list[ast.AST]]:
    """Our files with all that is in them."""
    return {name(path): list(ast.walk(ast.parse(path.read_text()))) for path in python_files(*CODE)}


def found(asks: Callable[[ast.AST], bool]) -> set[str]:
    """The files of ours in which it is so."""
    return {file for file, inside in parsed().items() if any(map(asks, inside))}


@pytest.mark.parametrize(
    ("asks", "may"),
    [
        (dumps, DUMPED),
        (answers, JSON_ANSWERS),
        (writes_letters, LETTERS),
        (posts, POSTED),
        (makes, {DOOR: "the door"}),
        (checks, {DOOR: "the door"}),
    ],
    ids=["dumps", "answers", "letters", "posts", "makes", "checks"],
)
def test_documents_leave_by_one_door(asks: Callable[[ast.AST], bool], may: dict[str, str]) -> None:
    assert found(asks) == set(may)


@pytest.mark.parametrize(
    ("asks", "code", "seen"),
    [
        (dumps, "from vocab.wire import dump", True),
        (dumps, "wire.dump(x)", True),
        (dumps, "json.dumps(x)", False),
        (answers, "JSONResponse({})", True),
        (answers, "def f():\n    return Response(json.dumps(x))", True),
        (answers, "def f():\n    return json.dumps(x)", False),
        (answers, "def f():\n    return Response(b'')", False),
        (writes_letters, "insert(letter).values(way='out', body=b'')", True),
        (writes_letters, "insert(letter).values(way='in', body=b'')", False),
        (writes_letters, "update(letter).where(x).values(body=x)", True),
        (writes_letters, "change_rows(db, letter.c.id, x, body=x)", True),
        (writes_letters, "change_rows(db, letter.c.id, x, body=None)", False),
        (writes_letters, "update(letter).where(x).values(body=None)", False),
        (posts, "node.network.post(x, y)", True),
        (posts, "node.network.get(x)", False),
        (makes, "Leaving({})", True),
        (checks, "schemas.outgoing(x)", True),
        (checks, "letters.outgoing(db, x)", False),
    ],
)
def test_another_way_is_seen(asks: Callable[[ast.AST], bool], code: str, seen: bool) -> None:
    assert any(map(asks, ast.walk(ast.parse(code)))) is seen
