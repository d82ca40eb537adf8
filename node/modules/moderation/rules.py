"""What may be blocked, and what a reason is: values in, values out."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from federation.origins import domain
from node.kernel.errors import Invalid
from web.language import mark

LONGEST: Final = 2000
"""Characters of a reason."""
WORDS: Final = 5000
"""Characters of a report."""
SAID: Final = 500
"""Characters of what everybody may know."""
FROM_ONE_HOST: Final = 20
"""Open reports that one other server may have here."""

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
NEEDED: Final = mark("Say why, in a few words. It is kept with the act, in the log.")


class Kind(StrEnum):
    """What a member does about somebody."""

    MUTE = "mute"
    BLOCK = "block"


class Level(StrEnum):
    """How far the community keeps somebody from its members."""

    SILENCE = "silence"
    """Shown to those who follow them, and to nobody else; who asks to follow waits."""
    SUSPEND = "suspend"
    """Nothing comes from there or goes there."""


STRICTER: Final[tuple[str, ...]] = (Kind.MUTE, Kind.BLOCK, Level.SILENCE, Level.SUSPEND)
"""From the mildest to the strictest."""


def strictest(levels: Iterable[str]) -> str | None:
    """The strictest of some levels; None if there is none.

    >>> strictest(["suspend", "silence"]), strictest([])
    ('suspend', None)
    """
    return max(levels, key=STRICTER.index, default=None)


class Ground(StrEnum):
    """What a report is about."""

    HARM = "harm"
    RULES = "rules"
    SPAM = "spam"
    OTHER = "other"


def reason_of(typed: str) -> str:
    """The reason of a keeper's act.

    Raises:
        Invalid: there is none (field `reason`).
    """
    reason = typed.strip()[:LONGEST]
    if not any(letter.isalpha() for letter in reason):
        raise Invalid({"reason": NEEDED}, "E_REASON")
    return reason


def host_of(typed: str) -> str | None:
    """The name of a server, however it was typed; None if it is none.

    >>> host_of(" https://Bad.Example./@mallory "), host_of("@a@bad.example")
    ('bad.example', None)
    >>> host_of("bücher.example:443"), host_of("bad.example:8443"), host_of("localhost")
    ('xn--bcher-kva.example', 'bad.example:8443', None)
    """
    text = typed.strip().split("://", 1)[-1].split("/", 1)[0]
    name, colon, port = text.partition(":")
    found = domain(f"https://{name.rstrip('.')}{colon}{port}")
    return found if _HOST.fullmatch(found.partition(":")[0]) else None


def is_whole_host(typed: str) -> bool:
    """Whether somebody named a server, and not one account at it.

    >>> is_whole_host("bad.example"), is_whole_host("https://bad.example/"), is_whole_host("@a@b.c")
    (True, True, False)
    """
    text = typed.strip()
    path = text.split("://", 1)[-1].partition("/")[2]
    return "@" not in text and not path


def within(host: str, subject: str) -> bool:
    """Whether a host is the one that is named, or lies under it.

    >>> within("a.bad.example", "bad.example"), within("notbad.example", "bad.example")
    (True, False)
    >>> within("bad.example:8443", "bad.example"), within("bad.example", "bad.example:8443")
    (True, False)
    """
    if host == subject:
        return True
    bare = host.partition(":")[0]
    return bare == subject or bare.endswith("." + subject)
