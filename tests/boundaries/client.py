"""A browser's bare minimum for sweeps of thousands of pages: cookies, forms, nothing followed.

What a general client does around each request takes as long as many a page.
"""

import json as plain
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import httpx

url_of = lru_cache(maxsize=None)(httpx.URL)
"""An address with what a browser escapes in it; each is asked for by several visitors."""


class Cookies(dict[str, str]):
    """The cookies of one site, by name."""

    def set(self, name: str, value: str) -> None:
        self[name] = value

    def take(self, sent: Iterable[str]) -> None:
        """Keep what an answer sets, and forget what it ends."""
        for line in sent:
            for name, made in SimpleCookie(line).items():
                if made["max-age"] == "0" or not made.value:
                    self.pop(name, None)
                else:
                    self[name] = made.value


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an answer was to."""

    method: str
    url: httpx.URL


@dataclass(frozen=True)
class Answer:
    """What came back."""

    request: Asked
    status_code: int
    headers: httpx.Headers
    content: bytes

    @cached_property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<{self.status_code} to {self.request.method} {self.request.url}>"


class Client:
    """One visitor's way to an application."""

    def __init__(self, app: Any, origin: str) -> None:
        self.app = app
        self.origin = origin
        self.cookies = Cookies()

    async def get(self, path: str, headers: Mapping[str, Any] | None = None) -> Answer:
        return await self.request("GET", path, headers=headers or {})

    async def post(
        self, path: str, *, headers: Mapping[str, Any], content: bytes = b"",
        data: Mapping[str, Any] | None = None, json: Any = None,
    ) -> Answer:  # fmt: skip
        """Send bytes, a form, or JSON."""
        given: MutableMapping[str, Any] = {}
        if data is not None:
            content = urlencode(data, doseq=True).encode()
            given["content-type"] = "application/x-www-form-urlencoded"
        elif json is not None:
            content = plain.dumps(json).encode()
            given["content-type"] = "application/json"
        given |= {name.lower(): value for name, value in headers.items()}
        return await self.request("POST", path, headers=given, content=content)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, Any], content: bytes = b""
    ) -> Answer:
        url = url_of(path if path.startswith("http") else self.origin + path)
        said: list[tuple[bytes, bytes]] = [(b"host", url.netloc), (b"accept", b"*/*")]
        given = {name.lower().encode(): _bytes(value) for name, value in headers.items()}
        said = [one for one in said if one[0] not in given] + list(given.items())
        if self.cookies:
            held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            said.append((b"cookie", held.encode()))
        if content or method == "POST":
            said.append((b"content-length", str(len(content)).encode()))
        status, head, body = await _exchange(self.app, _scope(method, url, said), content)
        answer = Answer(Asked(method=method, url=url), status, head, body)
        self.cookies.take(head.get_list("set-cookie"))
        return answer


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _scope(method: str, url: httpx.URL, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "headers": headers, "scheme": url.scheme, "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0], "query_string": url.query, "root_path": "",
        "server": (url.host, url.port), "client": ("127.0.0.1", 123), "state": {},
    }  # fmt: skip


async def _exchange(
    app: Any, scope: dict[str, Any], content: bytes
) -> tuple[int, httpx.Headers, bytes]:
    """One request: status, headers, body.

    Raises:
        Exception: whatever the application lets through.
    """
    said: list[dict[str, Any]] = []
    pieces = [content]

    async def receive() -> dict[str, Any]:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    start = said[0]
    body = b"".join(m.get("body", b"") for m in said if m["type"] == "http.response.body")
    return (
        start["status"],
        httpx.Headers(start["headers"]),
        b"" if scope["method"] == "HEAD" else body,
    )
