"""What the operator sets: `DIR/folkmoot.toml`, then `FOLKMOOT_…` in the environment.

Every field is documented in docs/admin/settings.md; a test compares the two.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

NOT_PUBLIC = frozenset(
    {"test", "localhost", "local", "internal", "home.arpa", "invalid", "example", "onion"}
)


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
        Unusable: a name nobody knows, or a value of the wrong kind.
    """
    file = data / "folkmoot.toml"
    raw: dict[str, Any] = tomllib.loads(file.read_text()) if file.exists() else {}
    names = {f.name for f in fields(Settings)} - {"data"}
    if unknown := set(raw) - names:
        message = f"{file}: nobody knows {', '.join(sorted(unknown))}; see docs/admin/settings.md"
        raise Unusable(message)
    raw |= {
        n: environ[f"FOLKMOOT_{n.upper()}"] for n in names if f"FOLKMOOT_{n.upper()}" in environ
    }
    raw |= {name: value for name, value in given.items() if value is not None}
    hints = get_type_hints(Settings)
    return Settings(data=data, **{name: _typed(name, v, hints[name]) for name, v in raw.items()})


def _typed(name: str, value: Any, kind: Any) -> Any:
    try:
        if kind is bool:
            return _flag(value)
        if kind in (int, float, str):
            return kind(value)
        items = (
            [p.strip() for p in value.split(",") if p.strip()] if isinstance(value, str) else value
        )
        if kind == frozenset[str]:
            return frozenset(items)
        return tuple(i if not isinstance(i, str) else ipaddress.ip_network(i) for i in items)
    except (TypeError, ValueError) as error:
        message = f"{name}: {value!r} cannot be used here ({error}); see docs/admin/settings.md"
        raise Unusable(message) from error


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
        message = (
            f"{origin} is a public name: remove allow_addresses and allow_http "
            "(FOLKMOOT_ALLOW_ADDRESSES, FOLKMOOT_ALLOW_HTTP), which are for test networks only"
        )
        raise Unusable(message)
