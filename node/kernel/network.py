"""The one door out: every outgoing request of the whole program passes here.

Whatever the caller asks for, the numeric address is judged when the socket is made, each
redirect is judged again, the body is capped as it comes out of the decompressor, and the
time is counted over all hops together. Nothing is taken from the environment but
SSL_CERT_FILE, and no cookie is kept.
"""

import asyncio
import os
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

from node.kernel.addresses import PORTS, Block, Forbidden, Guard, clean, onward
from node.kernel.bodies import TooLarge, whole
from node.kernel.errors import TryLater, why_not
from node.kernel.places import AT_ONCE, Busy, Full, Hosts, Lookups, Resolve
from vocab.values import dataclass

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

__all__ = [
    "Answer", "Busy", "Forbidden", "Headers", "Internet", "Network", "TooLarge", "Transport",
    "Unreachable",
]  # fmt: skip

LIMIT = 1 << 20
DEADLINE = 10.0
REDIRECTS = 3
PER_HOST = 8
"""Requests to one host at once; for all hosts together there is no bound here, because a bound
for all is one that hanging hosts can use up. Who begins requests bounds them."""

Headers = Mapping[str, str] | Callable[[str, str], Mapping[str, str]]
May = Callable[[str], Awaitable[None]]
"""Asked before a redirect is followed; raises to stop there."""

_REDIRECT = frozenset({301, 302, 303, 307, 308})
_ONE_HOP = frozenset({"authorization", "proxy-authorization", "cookie", "host", "date"}) | {
    *("signature", "signature-input", "digest", "content-digest")
}


class Unreachable(TryLater):
    """No answer this time: name, connection, TLS, protocol or patience failed; `why` says which.

    E_NAME, E_CONNECTION, E_TLS, E_SLOW, or E_UNREACHABLE for all else.
    """

    def __init__(self, detail: str = "", why: str = "E_UNREACHABLE") -> None:
        super().__init__(detail, code="E_UNREACHABLE")
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; `headers` in lower case, `body` decompressed, `url` the last one asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Transport(Protocol):
    """One request to one place. It follows no redirect and keeps no cookie."""

    async def exchange(  # noqa: D102
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        limit: int,
        deadline: float,
    ) -> Answer: ...


class Network:
    """Asks other servers, on behalf of everything else in this program."""

    def __init__(
        self,
        *,
        allow: tuple[Block, ...] = (),
        allow_http: bool = False,
        ports: frozenset[int] = PORTS,
        agent: str = "Folkmoot",
        transport: Transport | None = None,
    ) -> None:
        """Prepare the door; nothing is opened yet.

        Args:
            allow: networks that may be reached although they are not public, at any port.
            allow_http: whether http:// may be asked at all.
            ports: ports of public addresses that may be asked.
            agent: our User-Agent, `Folkmoot/<version> (+<origin>)`.
            transport: what carries the requests; the internet if None.
        """
        self._allow_http = allow_http
        self.agent = agent
        self._internet: Internet | None = None
        if transport is None:
            transport = self._internet = Internet(Guard(allow=allow, ports=ports))
        self._transport: Transport = transport

    async def get(
        self,
        url: str,
        *,
        headers: Headers | None = None,
        limit: int = LIMIT,
        deadline: float = DEADLINE,
        redirects: int = REDIRECTS,
        may: May | None = None,
    ) -> Answer:
        """Fetch a document, following at most `redirects` redirects.

        Args:
            url: where to begin.
            headers: what to send, or a function of method and URL that is asked at every hop,
                so that a signature fits the place it goes to.
            limit: bytes of the decompressed body.
            deadline: seconds for everything together.
            redirects: how many hops may follow the first.
            may: is asked where each of them leads.

        Raises:
            Forbidden: E_URL, E_ADDRESS, E_REDIRECT.
            TooLarge: the body passes `limit`.
            Unreachable: worth another try later.
            Busy: we had no place for it.
        """
        coming = self._follow(url, headers, limit, deadline, redirects, may)
        return await _in_time(coming, deadline)

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Headers | None = None,
        limit: int = LIMIT,
        deadline: float = DEADLINE,
    ) -> Answer:
        """Deliver `body`; a redirect is an answer like any other and is not followed.

        What counts is the status: an answer longer than `limit` is cut there.

        Raises: as `get`, but TooLarge.
        """
        target = clean(url, allow_http=self._allow_http)
        sent = self._dress("POST", target, headers, hop=0)
        coming = self._transport.exchange(
            "POST", target, sent, body, limit=limit, deadline=deadline
        )
        return await _in_time(coming, deadline)

    async def close(self) -> None:
        """Close the connections that we opened ourselves."""
        if self._internet is not None:
            await self._internet.close()

    async def _follow(
        self,
        url: str,
        headers: Headers | None,
        limit: int,
        deadline: float,
        redirects: int,
        may: May | None,
    ) -> Answer:
        target = clean(url, allow_http=self._allow_http)
        clock = asyncio.get_running_loop().time
        until = clock() + deadline
        for hop in range(redirects + 1):
            sent = self._dress("GET", target, headers, hop=hop)
            answer = await self._transport.exchange(
                "GET", target, sent, b"", limit=limit, deadline=until - clock()
            )
            location = answer.headers.get("location")
            if answer.status not in _REDIRECT or not location:
                return replace(answer, url=target)
            target = onward(target, location, allow_http=self._allow_http)
            if may is not None:
                await may(target)
        raise Forbidden("E_REDIRECT", f"more than {redirects} redirects from {url}")

    def _dress(self, method: str, url: str, headers: Headers | None, *, hop: int) -> dict[str, str]:
        if callable(headers):
            given = dict(headers(method, url))
        else:
            # What was written for the first hop must not be handed to another server.
            given = {
                name: value
                for name, value in (headers or {}).items()
                if hop == 0 or name.lower() not in _ONE_HOP
            }
        names = {name.lower() for name in given}
        return given if "user-agent" in names else {"User-Agent": self.agent, **given}


async def _in_time(coming: Awaitable[Answer], deadline: float) -> Answer:
    try:
        async with asyncio.timeout(deadline):
            return await coming
    except TimeoutError:
        raise Unreachable(f"no answer within {deadline:g} s", "E_SLOW") from None


class Internet:
    """The real transport: aiohttp with the guard at the socket."""

    def __init__(
        self,
        guard: Guard,
        *,
        resolve: Resolve | None = None,
        authorities: str | None = None,
    ) -> None:
        """Prepare; the first exchange opens the session.

        Args:
            guard: judges every numeric address, looked up or written as such.
            resolve: name and port to numeric addresses; the system's resolver if None.
            authorities: a PEM file in place of the system's; SSL_CERT_FILE if None.
        """
        self._guard = guard
        self._names = _Names(guard, resolve)
        self._hosts = Hosts(PER_HOST)
        self._authorities = authorities or os.environ.get("SSL_CERT_FILE") or None
        self._session: aiohttp.ClientSession | None = None

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        limit: int,
        deadline: float,
    ) -> Answer:
        """Send one request and read its answer, at most `limit` bytes of it.

        Raises:
            Forbidden: E_ADDRESS, before anything is sent.
            TooLarge: the decompressed body passes `limit`.
            Unreachable: anything else that went wrong on the way.
            Busy: there was no place for it in half of the time, so it was not sent.
        """
        # not before somebody is asked: it takes a tenth of the start, and its memory
        import aiohttp
        from yarl import URL

        sent = {"Accept-Encoding": "gzip, deflate", **headers}
        try:
            async with (
                asyncio.timeout(deadline),
                self._hosts.place(urlsplit(url).netloc, deadline / 2),
                self._open().request(
                    method,
                    URL(url, encoded=True),
                    headers=sent,
                    data=body or None,
                    allow_redirects=False,
                ) as response,
            ):
                encoding = response.headers.get("Content-Encoding", "identity")
                read, ended = await whole(encoding, response.content.iter_any(), limit)
                if not ended:
                    response.close()
                    if method != "POST":
                        raise TooLarge(f"{url}: more than {limit} bytes")
                return Answer(status=response.status, headers=_plain(response), body=read, url=url)
        except TimeoutError:
            raise Unreachable(f"{url}: no answer within {deadline:g} s", "E_SLOW") from None
        except (aiohttp.ClientError, OSError, ValueError, zlib.error) as error:
            raise _told(url, error) from error

    async def close(self) -> None:
        """Close the session, its connections and the look-up threads."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._names.close()

    def _open(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            # With a file given the system's authorities are not loaded beside it.
            context = ssl.create_default_context(cafile=self._authorities)
            connector = aiohttp.TCPConnector(
                # it has what a resolver has; its base class would bring aiohttp to every start
                resolver=cast("AbstractResolver", self._names),
                socket_factory=self._socket,
                ssl=context,
                limit=0,
                limit_per_host=0,
                ttl_dns_cache=30,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
                auto_decompress=False,
                skip_auto_headers=("Content-Type",),
            )
        return self._session

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """Make the socket for an address, after a last look at that very address."""
        family, kind, protocol, _, address = found
        _check(self._guard, address[0], address[1])
        return socket.socket(family=family, type=kind, proto=protocol)


class _Shut(OSError):
    """A refused address, in the shape that aiohttp hands on unchanged."""


def _check(guard: Guard, host: str, port: int) -> None:
    try:
        guard.check(host, port)
    except Forbidden as refusal:
        raise _Shut(refusal.detail) from refusal


def _told(url: str, error: Exception) -> Exception:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, _Shut):
        return Forbidden("E_ADDRESS", f"{url}: {cause}")
    if isinstance(cause, Full):
        return Busy(f"{url}: {cause}")
    return Unreachable(f"{url}: {type(error).__name__}: {error}", why_not(error))


def _plain(response: "aiohttp.ClientResponse") -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


class _Names:
    """A resolver for aiohttp, in threads of its own; one closed address closes the whole name."""

    def __init__(self, guard: Guard, resolve: Resolve | None) -> None:
        self._guard = guard
        self._lookups = Lookups(resolve or self._system)
        self._threads: ThreadPoolExecutor | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> "list[ResolveResult]":
        del family
        found = await self._lookups.find(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            _check(self._guard, address, port)
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        self._lookups.close()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _system(self, host: str, port: int) -> list[str]:
        # threads of its own, so that slow name servers take none that others wait for
        self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="names")
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _result(host: str, address: str, port: int) -> "ResolveResult":
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
        "proto": 0,
        "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    }
