"""Clients that take their time: they are let go, and everybody else is served."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.processes.conftest import wait_until
from tests.servers import ROOT

pytestmark = pytest.mark.processes

SERVE = """
import sys
from node import cli, serving
serving.HEAD_SECONDS, serving.BODY_SECONDS = 1.0, 1.5
raise SystemExit(cli.main(["serve", "--data", sys.argv[1], "--port", sys.argv[2]]))
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()[1]
    words = [sys.executable, "-c", SERVE, str(tmp_path_factory.mktemp("slow")), str(found)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as child:
        wait_until(lambda: answers(found), "the start")
        yield found
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as one:
            one.sendall(
                b"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            return one.recv(15).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def closed_after(port: int, first: bytes, dribble: bytes) -> float:
    """Send the first bytes, then one more now and then; the seconds until we are let go."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(first)
        one.settimeout(0.2)
        while time.monotonic() - began < 10:
            try:
                one.sendall(dribble)
                if one.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("first", "dribble"),
    [
        (b"", b""),
        (b"GET /", b"a"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
        (b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"{"),
        (b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["silent", "first line", "head", "inbox", "chunks"],
)
def test_who_dribbles_is_let_go(port: int, first: bytes, dribble: bytes) -> None:
    assert closed_after(port, first, dribble) < 8
    assert answers(port)


def test_many_who_dribble_hold_up_nobody(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(200)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: ")

    assert answers(port)

    for one in slow:
        one.settimeout(10)
        assert one.recv(1) == b""
        one.close()


HOST = b"POST /inbox HTTP/1.1\r\nHost: x\r\n"
HIDDEN = b"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        HOST + b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n" + HIDDEN,
        HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + HIDDEN,
        HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        HOST + b"Content-Length: 0\nX: y\r\n\r\n\x00" + HIDDEN,
    ],
    ids=["both", "two lengths", "two codings", "a space", "a bare line feed"],
)
def test_what_could_be_read_as_two_requests_is_refused(port: int, request_: bytes) -> None:
    """W12"""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(request_)
        while part := one.recv(65536):
            answer += part

    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answers(port)
