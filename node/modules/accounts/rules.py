"""Decisions about names, passwords and roles: values in, values out."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from node.kernel.errors import Sentence
from web.language import mark

SESSION: Final = timedelta(days=30)
"""A session ends when it was not used for so long."""
SEEN_EVERY: Final = timedelta(hours=1)
"""How often a session's use is written down, at most."""
TO_VOTE: Final = timedelta(hours=2)
"""How long whoever is suspended is let in to vote where they still may."""
LINK: Final = timedelta(days=1)
"""A one-time sign-in link holds so long."""
INVITE: Final = timedelta(days=14)
"""An invite holds so long unless said otherwise."""
TRIES: Final = 5
WAIT: Final = timedelta(minutes=10)
"""After so many wrong passwords, nobody is let in for so long."""

NAME: Final = 80
PURPOSE: Final = 1000
"""Characters of a name, and of what a community is for, at most."""
LONG: Final = mark("This is %(over)d characters too long. Shorten it to %(most)d.")

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,28}[a-z0-9_])")
_PROTOCOL_NAMES: Final = (
    "service inbox outbox followers following peers actor instance relay me desk setup join "
    "sign-in sign-out static well-known api everyone everybody all here public nobody none null "
    "undefined anonymous deleted"
)
_OFFICE_NAMES: Final = (
    "admin administrator root support help security abuse postmaster webmaster hostmaster "
    "moderator mod staff official folkmoot info noreply no-reply"
)
_PROTOCOL: Final = frozenset(_PROTOCOL_NAMES.split())
_OFFICE: Final = frozenset(_OFFICE_NAMES.split())
LEAST: Final = 10
_FIRST_TRIED: Final = (
    "password12 password123 password1234 passwordpassword password123456 1234567890 12345678910 "
    "123456789a 0123456789 0987654321 9876543210 1111111111 0000000000 1212121212 123123123123 "
    "1q2w3e4r5t 1qaz2wsx3edc qwertyuiop qwertzuiop qwerty12345 qwerty123456 azertyuiop "
    "asdfghjkl1 zxcvbnm123 abcdefghij abcd123456 abc1234567 iloveyou12 iloveyou123 letmein123 "
    "letmein1234 welcome123 welcome1234 administrator changeme123 superman123 football123 "
    "baseball123 basketball sunshine123 princess123 dragon1234 monkey1234 michael123 "
    "trustno1trustno1 passw0rd123 p@ssword123 p@ssw0rd123 passwort123 passwort1234 "
    "hallo12345 hallohallo schatz1234 folkmoot123 folkmootfolkmoot aaaaaaaaaa qqqqqqqqqq"
)
_COMMONEST: Final = frozenset(_FIRST_TRIED.split())


class Role(StrEnum):
    """What a member may do here."""

    MEMBER = "member"
    ADMIN = "admin"


def handle_of(typed: str) -> str:
    """A handle as we keep it: small letters, without spaces around it or an @ before it."""
    return typed.strip().removeprefix("@").lower()


def wrong_handle(handle: str, *, founder: bool = False) -> str:
    """What is wrong with a handle, as a sentence; "" if nothing is.

    Args:
        handle: as `handle_of` gives it.
        founder: the first keeper may be called by an office's name.
    """
    if not _HANDLE.fullmatch(handle) or ".." in handle:
        return mark(
            "Use 2 to 30 letters from a to z, digits, dots, hyphens or underscores, "
            "with a letter or a digit first, as in ana or ana_2."
        )
    if handle in _PROTOCOL or (handle in _OFFICE and not founder):
        return mark("This handle is kept for the node itself. Choose another one.")
    return ""


def wrong_name(name: str, at_most: int = NAME) -> str:
    """What is wrong with a name, as a sentence; "" if nothing is: names hold no markup."""
    if over := max(0, len(name) - at_most):
        return Sentence(LONG, over=over, most=at_most)
    return mark("Leave the signs < and > away.") if "<" in name or ">" in name else ""


def skeleton(handle: str) -> str:
    """What a handle looks like at a glance; two that look alike are one (0 and o, 1 and l)."""
    return handle.replace("0", "o").replace("1", "l")


def suggestion(name: str) -> str:
    """A handle made from a name, perhaps too short to be one."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower())
    return plain.strip("_")[:30].strip("_")


def wrong_password(password: str, *others: str) -> str:
    """What is wrong with a new password, as a sentence; "" if nothing is.

    Source: NIST SP 800-63B §5.1.1.2: length and a list of the commonest, no rules of composition.

    Args:
        password: as typed.
        others: what it may not be: the handle, the name.
    """
    if len(password) < LEAST:
        return mark("Use at least 10 characters. A few words that only you would put together do.")
    plain = password.lower()
    if plain in _COMMONEST or len(set(plain)) < 3 or plain in {o.lower() for o in others}:
        return mark("This password is one of the first that anybody tries. Choose another one.")
    return ""


def may_go(*, role: str, admins: int, members: int) -> str:
    """Why a member may not leave or stop keeping the node, as a sentence; "" if they may.

    Args:
        role: theirs.
        admins: how many keep this node, they among them.
        members: how many members there are, they among them.
    """
    if role != Role.ADMIN or admins > 1:
        return ""
    if members > 1:
        return mark("You are the only one who keeps this node. Make somebody else a keeper first.")
    return mark(
        "You are the only member. To end the community, stop the node and remove its data folder."
    )


def agent_label(agent: str) -> str:
    """A browser's short name, "Firefox, Linux"; never the whole line it sends."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"))
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
        ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    found = [
        next((name for sign, name in signs if sign in agent), "")
        for signs in ((*browsers, ("Safari", "Safari")), systems)
    ]
    return ", ".join(part for part in found if part)
