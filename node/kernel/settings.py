"""What the operator sets: `DIR/folkmoot.toml`, then `FOLKMOOT_…` in the environment.

Every field is documented in docs/admin/settings.md; a test compares the two.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from node.kernel.errors import Sentence, mark
from vocab.values import dataclass

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

NOT_PUBLIC = frozenset(
    {"test", "localhost", "local", "internal", "home.arpa", "invalid", "example", "onion"}
)


ASIDE = ("FOLKMOOT_TEST_", "FOLKMOOT_BENCH_", "FOLKMOOT_SHARED")
"""Variables that tests and measurements read; they are no settings."""

MOST = 65535
"""The greatest number that any setting may have (a port)."""

DATABASES = ("postgresql+asyncpg://", "sqlite:///")
CHOICES = {
    "context_mode": ("inline", "url"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


class Unusable(Exception):
    """A setting cannot be used; the message says which, and what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Typed settings with defaults; units are in the names or the docs."""

    data: Path
    database: str = ""
    redis: str = ""
    worker: bool = True
    origin: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    allow_addresses: tuple[IPNetwork, ...] = ()
    allow_http: bool = False
    trusted_proxies: tuple[IPNetwork, ...] = ()
    disabled: frozenset[str] = field(default_factory=frozenset)
    match_delay_least_seconds: float = 30.0
    match_delay_most_seconds: float = 300.0
    delivery_days: int = 30
    context_mode: str = "inline"
    development: bool = False
    log_level: str = "INFO"

    @property
    def database_url(self) -> str:
        """Where the rows are: what is set, else a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'folkmoot.db'}"


def load(data: Path, environ: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """Read the settings of a data folder.

    Args:
        data: the folder; it need not exist yet.
        environ: variables named FOLKMOOT_ and the field's name in capitals win over the file.
        **given: values of the command line, which win over both.

    Raises:
        Unusable: a name nobody knows, or a value that cannot be used.
    """
    names = {f.name for f in fields(Settings)} - {"data"}
    raw = _file(data / "folkmoot.toml", names) | _environment(environ, names)
    raw |= {name: value for name, value in given.items() if value is not None}
    hints = get_type_hints(Settings)
    return Settings(data=data, **{name: _typed(name, v, hints[name]) for name, v in raw.items()})


def _file(file: Path, names: set[str]) -> dict[str, Any]:
    try:
        raw = tomllib.loads(file.read_text()) if file.exists() else {}
    except (ValueError, OSError) as error:
        message = f"{file} cannot be read: {error}"
        raise Unusable(message) from error
    _refuse(str(file), set(raw) - names)
    return raw


def _environment(environ: Mapping[str, str], names: set[str]) -> dict[str, str]:
    variables = {f"FOLKMOOT_{name.upper()}": name for name in names}
    ours = {v for v in environ if v.startswith("FOLKMOOT_") and not v.startswith(ASIDE)}
    _refuse("The environment", ours - set(variables))
    return {name: environ[variable] for variable, name in variables.items() if variable in ours}


def _refuse(place: str, unknown: set[str]) -> None:
    if unknown:
        message = f"{place}: nobody knows {', '.join(sorted(unknown))}; see docs/admin/settings.md"
        raise Unusable(message)


def _typed(name: str, value: Any, kind: Any) -> Any:
    try:
        if kind is bool:
            return _flag(value)
        if kind in (int, float, str):
            return _plain(name, value, kind)
        items = (
            [p.strip() for p in value.split(",") if p.strip()] if isinstance(value, str) else value
        )
        if kind == frozenset[str]:
            return frozenset(items)
        return tuple(i if not isinstance(i, str) else ipaddress.ip_network(i) for i in items)
    except (TypeError, ValueError) as error:
        message = f"{name}: {value!r} cannot be used here ({error}); see docs/admin/settings.md"
        raise Unusable(message) from error


def _plain(name: str, value: Any, kind: Any) -> Any:
    if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
        message = f"write a {'text' if kind is str else 'number'}"
        raise TypeError(message)
    if name in CHOICES and value not in CHOICES[name]:
        message = f"write {' or '.join(CHOICES[name])}"
        raise ValueError(message)
    if name == "database" and value and not value.startswith(DATABASES):
        message = f"write {' or '.join(DATABASES)} and where it is"
        raise ValueError(message)
    if kind is not str and not 0 <= kind(value) <= MOST:
        message = f"write a number from 0 to {MOST}"
        raise ValueError(message)
    return _address(value) if name == "origin" else kind(value)


def _address(value: str) -> str:
    """Where members find a node at home, as browsers write it; "" stays."""
    parts = urlsplit(value)
    more = "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or more):
        message = "write http:// or https://, a name, and nothing behind its port"
        raise ValueError(message)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    place = parts.netloc.lower()
    _ = parts.port  # raises where it can be none
    return f"{parts.scheme}://{place.removesuffix(usual)}" if value else ""


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "0": False,
        "false": False,
        "no": False,
        "": False,
    }
    if str(value).lower() not in known:
        message = "write 1 or 0"
        raise ValueError(message)
    return known[str(value).lower()]


def is_public(origin: str) -> bool:
    """Whether an origin has a public name.

    Not public: an IP literal, a single label, or a name under one of NOT_PUBLIC.
    """
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.rstrip(".").lower().split(".")
        return len(labels) > 1 and not {labels[-1], ".".join(labels[-2:])} & NOT_PUBLIC
    return False


def safe_for(settings: Settings, origin: str) -> None:
    """Refuse a public origin with a guard that lets test networks through.

    Raises:
        Unusable: says which setting to remove.
    """
    if is_public(origin) and (settings.allow_addresses or settings.allow_http):
        message = mark(
            "%(origin)s is a public name: remove allow_addresses and allow_http "
            "(FOLKMOOT_ALLOW_ADDRESSES, FOLKMOOT_ALLOW_HTTP), which are for test networks only"
        )
        raise Unusable(Sentence(message, origin=origin))
