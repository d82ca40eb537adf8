"""Nothing connects to the outside but node/kernel/network.py.

import-linter sees whole packages; this looks inside the standard library's, too.
"""

import ast

import pytest

from tests.guards.tree import CODE, name, python_files

DOOR = "node/kernel/network.py"
OUTWARD = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "xmlrpc.client",
}
CALLS = {"create_connection", "create_datagram_endpoint", "open_connection", "urlopen"}


def outward(module: ast.AST) -> list[str]:
    """What in a module could open a connection: imports and calls, with their lines."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno} {a.name}" for a in node.names if _leads_out(a.name)]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
            found += [f"{node.lineno} {n}" for n in names if _leads_out(n)][:1]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", None) in CALLS:
            found.append(f"{node.lineno} {node.func.attr}")
    return found


def _leads_out(module: str) -> bool:
    return any(module == o or module.startswith(f"{o}.") for o in OUTWARD)


def test_there_is_one_door() -> None:
    found = [
        f"{name(path)}:{what}"
        for path in python_files(*CODE)
        if name(path) != DOOR
        for what in outward(ast.parse(path.read_text()))
    ]

    assert not found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import urllib.request", ["1 urllib.request"]),
        ("from urllib import request", ["1 urllib.request"]),
        ("from http.client import HTTPConnection", ["1 http.client"]),
        ("import socket as s", ["1 socket"]),
        ("asyncio.open_connection('a', 1)", ["1 open_connection"]),
        ("from urllib.parse import urlsplit", []),
        ("from http import HTTPStatus", []),
        ("import socketserver_of_ours", []),
    ],
)
def test_a_second_door_is_seen(code: str, found: list[str]) -> None:
    assert outward(ast.parse(code)) == found


MEASURED = "federation/budget.py"
UNMEASURED = {
    "federation/absence.py": "whether the owner of an inbox that is gone is there; our own letters",
    "node/kernel/moving.py": "a keeper asks whether an address leads here",
    "node/modules/pictures/elsewhere.py": "somebody here looks at a page; a picture has a bound",
}
"""Who asks others beside the budget of a letter, and on whose behalf: never a letter's."""


def asking(module: ast.AST) -> list[int]:
    """The lines where something is fetched through the door."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and getattr(node.func.value, "attr", getattr(node.func.value, "id", "")) == "network"
    ]


def test_what_a_letter_leads_to_is_asked_within_its_budget() -> None:
    who = {name(path) for path in python_files(*CODE) if asking(ast.parse(path.read_text()))}

    assert who == {MEASURED, *UNMEASURED}


@pytest.mark.parametrize(
    ("code", "lines"),
    [("await node.network.get(url)", [1]), ("network.get(url)", [1]), ("said.get('network')", [])],
)
def test_asking_beside_it_is_seen(code: str, lines: list[int]) -> None:
    assert asking(ast.parse(code)) == lines
