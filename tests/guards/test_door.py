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
