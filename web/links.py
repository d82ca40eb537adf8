"""Which addresses may be clicked, and where a form may send its reader.

Judged on the parsed text itself; nothing here looks at a request's host.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from node.kernel.tables import Account
from vocab.types import Community

_LONGEST: Final = 2048
_FORBIDDEN: Final = frozenset("\\\"'<>`{}|^ ")


def local_path(path: str | None, otherwise: str = "/") -> str:
    """The path if it stays on this site, else the other one.

    One single slash at the start, no backslash, no control character: browsers
    read a second slash, or a backslash, as the beginning of another site.
    """
    if not path or not _plain(path) or not path.startswith("/") or path.startswith("//"):
        return otherwise
    return path


def moment(said: str | None) -> datetime | None:
    """The cursor of a page that goes on before a moment; None for anything that is no time."""
    try:
        found = datetime.fromisoformat((said or "").replace(" ", "+"))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def page_of(one: Account) -> str:
    """The page here about an actor, ours or remote; that of a remote one is for members."""
    if one.local:
        return "/public" if one.kind == Community.kind else f"/@{one.handle}"
    return f"/@{one.acct}" if one.acct else f"/elsewhere?{urlencode({'id': one.id})}"


def safe_href(address: str | None) -> str:
    """The address if it is http, https or on this site; else ``""``.

    Raises nothing: an unsafe address simply does not become a link.
    """
    text = (address or "").strip()
    if local := local_path(text, ""):
        return local
    if text.startswith(("#", "?")) and _plain(text):
        return text
    return text if is_web(text) else ""


def is_web(address: str) -> bool:
    """Whether this is a whole http or https address with a host and no user in it."""
    if not _plain(address):
        return False
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 (raises if the port is none)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _plain(text: str) -> bool:
    if not text or len(text) > _LONGEST or not _FORBIDDEN.isdisjoint(text):
        return False
    return all(character.isprintable() for character in text)
