"""The one door out, against servers that behave badly on purpose."""

import asyncio
import gzip
import resource
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from time import monotonic

import pytest
import trustme

from node.kernel.addresses import Forbidden, Guard
from node.kernel.network import PER_HOST, Answer, Busy, Internet, Network, TooLarge, Unreachable
from node.kernel.places import PER_ZONE

LOOPBACK = (ip_network("127.0.0.1/32"),)
CLOSED = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "240.0.0.1", "::1", "::", "::ffff:7f00:1", "::7f00:1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001::1", "2002:7f00:1::", "fc00::1", "fe80::1"),
    *("fec0::1", "ff0e::1", "3fff::1", "fd00:ec2::254"),
]

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


class Peer:
    """A server that answers each path with prepared bytes, and remembers what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.connections = 0
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        writer.close()
        self._open.discard(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in head[1:-2])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append((method, path, headers, body))
        reply = self.replies.get(path, ok(b"hello"))
        if isinstance(reply, bytes):
            writer.write(reply)
            await writer.drain()
            return b"content-length" in reply.lower()
        await reply(writer)
        return False

    def cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return ok(b"", f"Location: {location}", status=status)


@asynccontextmanager
async def serving(host: str = "127.0.0.1", **how) -> AsyncIterator[Peer]:
    peer = Peer()
    server = await asyncio.start_server(peer.serve, host, how.pop("port", 0), **how)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        peer.cut()
        await asyncio.wait_for(server.wait_closed(), 5)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with serving() as running:
        yield running


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    made = Network(allow=LOOPBACK, allow_http=True, agent="Folkmoot/1 (+https://alder.test)")
    yield made
    await made.close()


@asynccontextmanager
async def through(guard: Guard, answers: list[str], authorities: str | None = None):
    """A network whose names all have the same addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return answers

    internet = Internet(guard, resolve=resolve, authorities=authorities)
    try:
        yield Network(allow_http=True, transport=internet)
    finally:
        await internet.close()


# what works --------------------------------------------------------------------------------


async def test_a_document_is_fetched_and_the_connection_kept(network, peer) -> None:
    peer.replies["/a?b=%20c"] = ok(b"{}", "Content-Type: text/x", "X-A: 1", "X-A: 2")

    answer = await network.get(peer.url + "/a?b=%20c#d", headers={"Accept": "text/x"})
    await network.get(peer.url)

    assert (answer.status, answer.body, answer.url) == (200, b"{}", peer.url + "/a?b=%20c")
    assert answer.headers["content-type"] == "text/x"
    assert answer.headers["x-a"] == "1, 2"
    assert peer.paths() == ["/a?b=%20c", "/"]
    assert peer.connections == 1


async def test_what_is_delivered_arrives_byte_for_byte(network, peer) -> None:
    body = bytes(range(256)) * 40
    headers = {"Host": "alder.test", "Content-Type": "application/activity+json", "X-B": "c"}

    answer = await network.post(peer.url + "/inbox", body, headers=headers)

    method, path, given, arrived = peer.asked[0]
    assert (answer.status, method, path, arrived) == (200, "POST", "/inbox", body)
    assert given["host"] == "alder.test"
    assert given["content-type"] == "application/activity+json"
    assert given["user-agent"] == "Folkmoot/1 (+https://alder.test)"
    assert "cookie" not in given
    assert "authorization" not in given


async def test_no_cookie_comes_back(network, peer) -> None:
    peer.replies["/a"] = ok(b"", "Set-Cookie: spy=1; Path=/")

    await network.get(peer.url + "/a")
    await network.get(peer.url + "/b")

    assert "cookie" not in peer.asked[1][2]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)],
)
async def test_a_compressed_body_is_opened(network, peer, encoding, pack) -> None:
    text = b"hello " * 20_000
    peer.replies["/"] = ok(pack(text), f"Content-Encoding: {encoding}")

    assert (await network.get(peer.url)).body == text


async def test_an_error_is_an_answer(network, peer) -> None:
    peer.replies["/"] = ok(b"gone", status="410 Gone")

    assert (await network.get(peer.url)).status == 410


# where we do not go ------------------------------------------------------------------------


@pytest.mark.parametrize("address", CLOSED)
async def test_a_closed_address_is_not_asked(peer, address) -> None:
    host = f"[{address}]" if ":" in address else address
    network = Network(allow_http=True)

    with pytest.raises(Forbidden, match="E_ADDRESS"):
        await network.get(f"http://{host}:{peer.port}/")
    with pytest.raises(Forbidden, match="E_ADDRESS"):
        await network.post(f"http://{host}:{peer.port}/", b"x")

    await network.close()
    assert peer.connections == 0


@pytest.mark.parametrize("address", CLOSED)
async def test_a_name_of_a_closed_address_is_not_asked(peer, address) -> None:
    async with through(Guard(), [address]) as network:
        with pytest.raises(Forbidden, match="E_ADDRESS"):
            await network.get(f"http://alder.test:{peer.port}/")

    assert peer.connections == 0


async def test_one_closed_address_closes_the_name(peer) -> None:
    async with through(Guard(allow=LOOPBACK), ["127.0.0.1", "10.0.0.1"]) as network:
        with pytest.raises(Forbidden):
            await network.get(f"http://alder.test:{peer.port}/")
    async with through(Guard(allow=LOOPBACK), ["127.0.0.1"]) as network:
        assert (await network.get(f"http://alder.test:{peer.port}/")).status == 200

    assert peer.connections == 1


async def test_localhost_is_found_and_judged_by_its_address(peer) -> None:
    async def status(*allow) -> int:
        network = Network(allow=tuple(map(ip_network, allow)), allow_http=True)
        try:
            return (await network.get(f"http://localhost:{peer.port}/")).status
        finally:
            await network.close()

    assert await status("127.0.0.0/8", "::1/128") == 200
    with pytest.raises(Forbidden):
        await status("10.0.0.0/8")


async def test_a_proxy_in_the_environment_is_ignored(network, peer, monkeypatch) -> None:
    async with serving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)

        assert (await network.get(peer.url)).body == b"hello"

        assert proxy.connections == 0


# redirects ---------------------------------------------------------------------------------


async def test_three_redirects_are_followed_and_a_fourth_is_not(network, peer) -> None:
    for hop in range(4):
        peer.replies[f"/{hop}"] = moved(f"/{hop + 1}", "301 Moved")

    answer = await network.get(peer.url + "/1")
    with pytest.raises(Forbidden, match="E_REDIRECT"):
        await network.get(peer.url + "/0")

    assert answer.url == peer.url + "/4"
    assert peer.paths() == ["/1", "/2", "/3", "/4", "/0", "/1", "/2", "/3"]


async def test_a_circle_ends(network, peer) -> None:
    peer.replies["/"] = moved("/")

    with pytest.raises(Forbidden, match="E_REDIRECT"):
        await network.get(peer.url)

    assert len(peer.asked) == 4


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://10.0.0.1/", "E_ADDRESS"),
        ("http://169.254.169.254/latest/meta-data/", "E_ADDRESS"),
        ("http://[::1]/", "E_ADDRESS"),
        ("file:///etc/passwd", "E_URL"),
        ("ftp://alder.test/", "E_URL"),
        ("http://2130706433/", "E_URL"),
        ("http://ana@alder.test/", "E_URL"),
    ],
)
async def test_a_redirect_opens_no_other_door(network, peer, location, code) -> None:
    peer.replies["/"] = moved(location)

    with pytest.raises(Forbidden, match=code):
        await network.get(peer.url)


async def test_a_redirect_to_a_neighbour_off_the_list_reaches_nobody(network, peer) -> None:
    async with serving("127.0.0.2") as neighbour:
        peer.replies["/"] = moved(f"http://127.0.0.2:{neighbour.port}/")

        with pytest.raises(Forbidden, match="E_ADDRESS"):
            await network.get(peer.url)

        assert neighbour.connections == 0


async def test_every_hop_is_signed_anew(network, peer) -> None:
    peer.replies["/"] = moved("/next")
    asked = []

    def headers(method: str, url: str) -> dict[str, str]:
        asked.append((method, url))
        return {"Signature": f"for {url}"}

    await network.get(peer.url, headers=headers)

    assert asked == [("GET", peer.url + "/"), ("GET", peer.url + "/next")]
    assert [given["signature"] for _, _, given, _ in peer.asked] == [f"for {u}" for _, u in asked]


async def test_what_was_meant_for_one_place_is_not_carried_to_the_next(network, peer) -> None:
    peer.replies["/"] = moved("/next")
    headers = {"Accept": "a/b", "Authorization": "secret", "Signature": "s", "Cookie": "c=1"}

    await network.get(peer.url, headers=headers)

    first, second = (given for _, _, given, _ in peer.asked)
    assert (first["authorization"], first["signature"]) == ("secret", "s")
    assert second["accept"] == "a/b"
    assert not {"authorization", "signature", "cookie"} & set(second)


async def test_a_delivery_is_never_led_elsewhere(network, peer) -> None:
    peer.replies["/inbox"] = moved("/other", "307 Temporary Redirect")

    answer = await network.post(peer.url + "/inbox", b"letter")

    assert answer.status == 307
    assert peer.paths() == ["/inbox"]


# too much, too slow, broken ----------------------------------------------------------------


async def test_a_bomb_is_read_no_further_than_the_limit(network, peer) -> None:
    packed = gzip.compress(bytes(200_000_000), 9)
    peer.replies["/"] = ok(packed, "Content-Encoding: gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TooLarge):
        await network.get(peer.url)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


async def test_a_body_may_be_as_long_as_the_limit_and_no_longer(network, peer) -> None:
    peer.replies["/plain"] = ok(bytes(1000))
    peer.replies["/packed"] = ok(gzip.compress(bytes(1000)), "Content-Encoding: gzip")

    for path in ("/plain", "/packed"):
        assert len((await network.get(peer.url + path, limit=1000)).body) == 1000
        with pytest.raises(TooLarge):
            await network.get(peer.url + path, limit=999)


async def test_a_long_answer_to_a_delivery_does_not_undo_it(network, peer) -> None:
    peer.replies["/plain"] = ok(b"a" * 5000, status="202 Accepted")
    packed = gzip.compress(b"a" * 5000, mtime=0)
    peer.replies["/packed"] = ok(packed, "Content-Encoding: gzip", status="202 Accepted")

    for path in ("/plain", "/packed"):
        answer = await network.post(peer.url + path, b"letter", limit=100)
        assert (answer.status, answer.body) == (202, b"a" * 100)


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


async def _five_gigabytes(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n")
    while True:
        writer.write(bytes(0x10000))
        await writer.drain()


@pytest.mark.parametrize("reply", [_endless, _five_gigabytes])
async def test_an_endless_body_is_left(network, peer, reply) -> None:
    peer.replies["/"] = reply

    with pytest.raises(TooLarge):
        await network.get(peer.url)


async def _dribble(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: " + b"a" * 4000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("reply", [_dribble, _silence, _endless_headers])
async def test_patience_ends(network, peer, reply) -> None:
    peer.replies["/"] = reply
    began = monotonic()

    with pytest.raises(Unreachable) as refusal:
        await network.get(peer.url, deadline=0.3)

    assert (refusal.value.status, refusal.value.why) == (503, "E_SLOW")
    assert monotonic() - began < 5


async def test_the_deadline_is_one_for_all_hops(network, peer) -> None:
    async def later(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(moved("/") if len(peer.asked) == 1 else ok(b"here"))
        await writer.drain()

    peer.replies["/"] = later

    with pytest.raises(Unreachable) as refusal:
        await network.get(peer.url, deadline=0.5)

    assert refusal.value.why == "E_SLOW"


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        ok(b"not gzip", "Content-Encoding: gzip"),
        ok(gzip.compress(b"cut short", mtime=0)[:-9], "Content-Encoding: gzip"),
        ok(b"...", "Content-Encoding: br"),
    ],
)
async def test_a_broken_answer_is_no_answer(network, peer, reply) -> None:
    async def broken(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()

    peer.replies["/"] = broken

    with pytest.raises(Unreachable):
        await network.get(peer.url, deadline=5)


async def test_nobody_there_is_unreachable(network) -> None:
    async with serving() as gone:
        url = gone.url

    with pytest.raises(Unreachable) as refusal:
        await network.get(url)
    assert refusal.value.why == "E_CONNECTION"


async def test_a_name_without_an_address_is_unreachable() -> None:
    async with through(Guard(), []) as network:
        with pytest.raises(Unreachable) as refusal:
            await network.get("https://alder.test/")
    assert refusal.value.why == "E_NAME"


# who hangs, and the others ------------------------------------------------------------------


async def test_a_hundred_and_twenty_hanging_servers_keep_nobody_from_another() -> None:
    """R14"""
    network = Network(allow=(ip_network("127.0.0.0/8"),), allow_http=True)
    hanging, reached = set(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        hanging.add(writer)
        if len(hanging) == 120:
            reached.set()

    hosts = [f"127.0.5.{n}" for n in range(1, 121)]
    servers = [await asyncio.start_server(hang, host, 0) for host in hosts]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    urls = [f"http://{host}:{port}/" for host, port in zip(hosts, ports, strict=True)]
    waiting = [asyncio.ensure_future(network.get(url, deadline=60)) for url in urls]
    try:
        await asyncio.wait_for(reached.wait(), 30)

        async with serving("127.0.6.1") as healthy:
            answer = await network.get(f"http://127.0.6.1:{healthy.port}/", deadline=30)

        assert answer.body == b"hello"
        assert not any(one.done() for one in waiting)
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await network.close()
        for writer in hanging:
            writer.transport.abort()
        for server in servers:
            server.close()


async def test_who_finds_no_place_at_a_host_was_not_sent_and_blames_nobody(network, peer) -> None:
    free, full = asyncio.Event(), asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        if len(peer.asked) == PER_HOST:
            full.set()
        await free.wait()
        writer.write(ok(b"at last"))
        await writer.drain()

    peer.replies["/slow"] = wait
    waiting = [asyncio.ensure_future(network.get(peer.url + "/slow")) for _ in range(PER_HOST)]
    await asyncio.wait_for(full.wait(), 30)

    with pytest.raises(Busy) as refusal:
        await network.get(peer.url + "/next", deadline=0.2)
    free.set()
    answers = await asyncio.gather(*waiting)
    after = await network.get(peer.url + "/next")

    assert (refusal.value.code, refusal.value.status) == ("E_BUSY", 503)
    assert not isinstance(refusal.value, Unreachable)
    assert {one.body for one in answers} == {b"at last"}
    assert (after.body, peer.paths().count("/next")) == (b"hello", 1)


async def test_names_that_hang_leave_the_others_their_turn(peer) -> None:
    hung, full = [], asyncio.Event()

    async def resolve(host: str, port: int) -> list[str]:
        if "slow" in host:
            hung.append(host)
            if len(hung) == PER_ZONE:
                full.set()
            await asyncio.Event().wait()
        return ["127.0.0.1"]

    internet = Internet(Guard(allow=LOOPBACK), resolve=resolve)
    network = Network(allow_http=True, transport=internet)
    slow = [f"http://{n}.slow.test/" for n in range(100)]
    waiting = [asyncio.ensure_future(network.get(url, deadline=60)) for url in slow]
    await asyncio.wait_for(full.wait(), 30)

    answer = await network.get(f"http://alder.test:{peer.port}/", deadline=30)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await internet.close()

    assert answer.body == b"hello"
    assert len(hung) == PER_ZONE


# TLS ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def secure(authority: trustme.CA, name: str) -> AsyncIterator[Peer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    async with serving(ssl=context) as peer:
        yield peer


async def test_a_known_authority_is_trusted(authority, monkeypatch, tmp_path) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    async with (
        secure(authority, "alder.test") as peer,
        through(Guard(allow=LOOPBACK), ["127.0.0.1"]) as network,
    ):
        answer = await network.get(f"https://alder.test:{peer.port}/")

    assert answer.body == b"hello"


async def test_an_unknown_authority_or_another_name_is_not(authority, tmp_path) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    known = str(tmp_path / "ca.pem")

    for file, name in ((None, "alder.test"), (known, "birch.test")):
        async with (
            secure(authority, name) as peer,
            through(Guard(allow=LOOPBACK), ["127.0.0.1"], file) as network,
        ):
            with pytest.raises(Unreachable) as refusal:
                await network.get(f"https://alder.test:{peer.port}/")
            assert (refusal.value.why, peer.asked) == ("E_TLS", [])


async def test_a_redirect_does_not_lead_out_of_tls(authority, peer, tmp_path) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    async with (
        secure(authority, "alder.test") as first,
        through(Guard(allow=LOOPBACK), ["127.0.0.1"], str(tmp_path / "ca.pem")) as network,
    ):
        first.replies["/"] = moved(peer.url)
        with pytest.raises(Forbidden, match="E_URL"):
            await network.get(f"https://alder.test:{first.port}/")

    assert peer.connections == 0


# another transport -------------------------------------------------------------------------


async def test_another_transport_is_asked_with_clean_addresses() -> None:
    class Wire:
        def __init__(self) -> None:
            self.asked: list[str] = []

        async def exchange(self, method, url, headers, body, *, limit, deadline) -> Answer:
            self.asked.append(f"{method} {url}")
            return Answer(status=200, headers={}, body=body, url=url)

    wire = Wire()
    network = Network(transport=wire)

    await network.post("HTTPS://Alder.test:443/inbox#x", b"letter")
    with pytest.raises(Forbidden):
        await network.get("http://alder.test/")

    await network.close()
    assert wire.asked == ["POST https://alder.test/inbox"]
