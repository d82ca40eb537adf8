"""Who may see these pages, and the fields they share."""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request

from federation import finding, finger
from federation.origins import domain
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Problem, Refused
from node.kernel.node import Node, find_account
from node.kernel.tables import Account
from node.modules.moderation import rules
from vocab.model import Malformed
from web.forms import Choice, Entry, Form, Line, Pick, Text, Wrong, fields_of
from web.language import mark

NOBODY: Final = mark(
    "Nobody was found there. Write a server as bad.example, or an account as @name@bad.example."
)


def member(request: Request) -> tuple[Node, Account]:
    """The node and the member who looks.

    Raises:
        Refused: a visitor.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        safe = mark("This page is for %(word_members)s. Sign in first.")
        raise Refused("E_MEMBERS_ONLY", safe=safe)
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


def first(request: Request, name: str) -> str:
    """What a form says in a bare field; "" if nothing."""
    return (fields_of(request).get(name) or [""])[0]


def reason(label: str = mark("Why?"), help: str = "") -> Text:
    """The field of a reason; nothing happens without one."""
    words = help or mark("In a few words. It is written in the log with what you do.")
    return Text("reason", label, words, missing=rules.NEEDED, at_most=rules.LONGEST, check=_reason)


def _reason(typed: str) -> str:
    if not any(letter.isalpha() for letter in typed):
        raise Wrong(rules.NEEDED)
    return typed


REASON: Final = Form(reason())
"""A form that is a button with its reason."""


def who(label: str, help: str) -> Line:
    """The field of a server or an account."""
    return Line("who", label, help, at_most=500, spell=False)


GROUNDS: Final = Pick(
    "ground",
    mark("What is it about?"),
    choices=(
        Choice("harm", mark("Somebody is hurt or in danger")),
        Choice("rules", mark("It breaks what we agreed on")),
        Choice("spam", mark("Advertising or a swindle")),
        Choice("other", mark("Something else")),
    ),
)


RULE: Final = Pick("ground", mark("By which rule?"),
                   mark("It stands in the open log, without a name and without your words."),
                   choices=GROUNDS.choices, optional=True)  # fmt: skip


def rule_of(form: Entry) -> str:
    """The rule that a form names; "other" if it names none."""
    return str(form.values.get("ground") or "other")


async def find(node: Node, typed: str, by: str) -> tuple[str, bool]:
    """The host or actor that a member typed.

    Returns:
        The subject and whether it is a host.

    Raises:
        TooOften: they had much asked just now.
        Refused: there is no such thing; `safe` says how to write it.
    """
    host = rules.host_of(typed)
    if host is not None and rules.is_whole_host(typed):
        return host, True
    known = await node.read(_known, node.community.domain, typed.strip())
    if known is not None:
        return known.id, False
    try:
        return (await finding.lookup(node, typed.strip(), by=by)).id, False
    except finding.TooOften:
        raise
    except (Problem, Malformed) as problem:
        if problem.code == "E_BLOCKED" and domain(typed.strip()):
            return typed.strip(), False
        safe = getattr(problem, "safe", "") or NOBODY
        raise Refused("E_NOBODY", typed, safe=safe) from problem


def _known(db: Connection, here: str, typed: str) -> Account | None:
    if (found := find_account(db, typed)) is not None:
        return found
    name = finger.name_of(typed)
    return finding.known(db, here, name) if name and name[1] else None


def at_who(problem: Problem) -> Problem:
    """A problem as one of the field `who`."""
    if isinstance(problem, Invalid):
        return problem
    return Invalid({"who": problem.safe or NOBODY})
