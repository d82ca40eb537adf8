"""The fields that several pages share, and who may see a page."""

from typing import Final

from starlette.requests import Request

from node.kernel.access import Viewer
from node.kernel.errors import Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import rules, zones
from web.forms import Choice, Line, Pick, Secret, Wrong
from web.language import NAMES, languages, mark

AGES: Final = 400 * 24 * 3600
"""How long a browser keeps a session's cookie, in seconds; the session itself ends earlier."""


def member(request: Request) -> tuple[Node, Account]:
    """The node and the member who looks.

    Raises:
        Refused: a visitor.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.account


def keeper(request: Request) -> tuple[Node, Account]:
    """The node and the keeper who looks.

    Raises:
        Refused: a visitor, or a member who does not keep the node.
    """
    node, who = member(request)
    if not request.state.viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, who


def agent(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")


def fit_password(password: str) -> str:
    """A new password, if it is good enough.

    Raises:
        Wrong: it is not.
    """
    if sentence := rules.wrong_password(password):
        raise Wrong(sentence)
    return password


def plain_name(typed: str) -> str:
    """The name of a person or community, if others will not take it for markup.

    Raises:
        Wrong: they would.
    """
    if sentence := rules.wrong_name(typed):
        raise Wrong(sentence)
    return typed


def new_password(name: str = "password", label: str = mark("Password")) -> Secret:
    """The field of a new password."""
    words = mark("At least 10 characters; a few words that only you would put together.")
    return Secret(name, label, words, autocomplete="new-password", check=fit_password)


def old_password(label: str = mark("Your password")) -> Secret:
    """The field of the password somebody has."""
    return Secret("password", label)


def handle(name: str, label: str, words: str, **more: object) -> Line:
    """The field of a handle; a unit judges it."""
    return Line(name, label, words, at_most=60, spell=False, **more)  # type: ignore[arg-type]


def language() -> Pick:
    """The languages that pages can speak."""
    known = tuple(Choice(each, NAMES.get(each, each)) for each in languages())
    return Pick("language", mark("Language"), choices=known)


def timezone(**more: object) -> Line:
    """The field of a time zone; `zones.names()` are offered."""
    return Line(
        "timezone",
        mark("Time zone"),
        mark("A region and a city, as in Europe/Berlin"),
        spell=False,
        check=zones.zone,
        attributes={"list": "zones", "autocomplete": "off"},
        **more,  # type: ignore[arg-type]
    )
