"""Which addresses may be asked for anything, and which spelling of them is believed.

Pure: no socket is opened and no name is looked up here. `clean` judges what is written,
`Guard` judges the numeric address that is about to be connected to. Unknown means no.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

import idna

from node.kernel.errors import Refused
from vocab.values import dataclass

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network

URL_LENGTH = 2048
PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8448, 8888, 9443})

_DEFAULT_PORT = {"https": 443, "http": 80}
_ODD = re.compile(r'[\x00-\x20\x7f-\xa0\\<>"\ud800-\udfff]|\s')
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

# IANA special-purpose registry (RFC 6890 and successors), multicast, class E.
_CLOSED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# Only global unicast is open; these lie inside it: Teredo and other protocol
# assignments, documentation, 6to4 (which hides any IPv4 address), documentation.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


class Forbidden(Refused):
    """An address that this node does not talk to, whoever asks for it."""


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Whom we may connect to: the open internet, and the networks named in `allow`."""

    allow: tuple[Block, ...] = ()
    ports: frozenset[int] = PORTS

    def check(self, host: str, port: int) -> None:
        """Let a numeric address pass, or raise.

        Networks on the allow-list may be reached at any port; everyone else at `ports` only.

        Raises:
            Forbidden: E_ADDRESS.
        """
        try:
            address = embedded(ip_address(host.partition("%")[0]))
        except ValueError:
            raise Forbidden("E_ADDRESS", f"not an address: {host!r}") from None
        if any(address in block for block in self.allow):
            return
        if not is_open(address) or port not in self.ports:
            raise Forbidden("E_ADDRESS", f"{host} port {port}")


def embedded(address: Address) -> Address:
    """The IPv4 address that is meant where an IPv6 address is only its wrapping.

    Source: RFC 4291 §2.5.5.2 (mapped), RFC 6052 §2.1 (NAT64). Other wrappings are closed as such.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_open(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    Own table: `ipaddress.is_global` calls many tunnels and reserved blocks global.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_4)
    return address in _OPEN_6 and not any(address in block for block in _CLOSED_6)


def clean(url: str, *, allow_http: bool = False) -> str:
    """The one spelling of a URL that is signed, sent and compared.

    Lower-case punycode host, no default port, no fragment, path never empty; bytes outside
    ASCII are percent-encoded, everything else is left as it is written.

    Raises:
        Forbidden: E_URL; control characters, spaces, backslashes, user names, odd hosts,
            another scheme than https (or http, where that is allowed).
    """
    if len(url) > URL_LENGTH or _ODD.search(url):
        raise Forbidden("E_URL", repr(url[:200]))
    try:
        parts = urlsplit(url)
        port = parts.port
        name = parts.hostname or ""
    except ValueError as error:
        raise Forbidden("E_URL", f"{url!r}: {error}") from None
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        raise Forbidden("E_URL", f"scheme of {url!r}")
    if "@" in parts.netloc or port == 0:
        raise Forbidden("E_URL", f"{url!r}")
    host = _host(name, bracketed="[" in parts.netloc)
    place = host if port in (None, _DEFAULT_PORT[parts.scheme]) else f"{host}:{port}"
    query = f"?{quote(parts.query, safe=_PRINTABLE)}" if parts.query else ""
    return f"{parts.scheme}://{place}{quote(parts.path, safe=_PRINTABLE) or '/'}{query}"


def onward(url: str, location: str, *, allow_http: bool = False) -> str:
    """Where a redirect leads, cleaned; never from https to http.

    Raises:
        Forbidden: E_URL.
    """
    if _ODD.search(location):
        raise Forbidden("E_URL", repr(location[:200]))
    try:
        joined = urljoin(url, location)
    except ValueError as error:
        raise Forbidden("E_URL", f"{location!r}: {error}") from None
    target = clean(joined, allow_http=allow_http)
    if url.startswith("https:") and not target.startswith("https:"):
        raise Forbidden("E_URL", f"{url} leads from https to {target}")
    return target


def _host(name: str, *, bracketed: bool) -> str:
    if bracketed:
        return _ipv6(name)
    try:
        host = name if name.isascii() else idna.encode(name, strict=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Forbidden("E_URL", f"host {name!r}") from None
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Forbidden("E_URL", f"host {name!r}")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _ipv4(host)
    return host


def _ipv4(name: str) -> str:
    try:
        return str(IPv4Address(name))
    except ValueError:
        # 127.1, 0177.0.0.1, 2130706433: getaddrinfo would read them as addresses.
        raise Forbidden("E_URL", f"host {name!r}") from None


def _ipv6(name: str) -> str:
    try:
        address = IPv6Address(name)
    except ValueError:
        raise Forbidden("E_URL", f"host {name!r}") from None
    if address.scope_id is not None:
        raise Forbidden("E_URL", f"host {name!r}")
    return f"[{address}]"
