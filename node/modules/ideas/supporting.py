"""What is done with ideas. Units."""

import secrets
from datetime import timedelta

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.ideas import choices, queries, rules
from node.modules.ideas.rules import State
from node.modules.ideas.tables import Idea
from node.modules.proposals.api import Brought, how_many_active
from web.language import mark

PREFIX = "idea:"
"""How an idea names itself to the proposal that is made of it."""


def write_down(unit: Unit, member: str, title: str, text: str, *, once: str) -> str:
    """Put an idea before the others; a second sending of its form has no second effect.

    Returns:
        Its slug, the last part of `/ideas/…`.

    Raises:
        Refused: not a member.
    """
    _member(unit, member)
    if (before := queries.made_by(unit.db, once)) is not None:
        return before
    slug = secrets.token_urlsafe(16)
    ends = unit.now + timedelta(days=choices.numbers(unit.db).days)
    queries.add(unit, slug=slug, author=member, title=title, text=text, ends=ends, once=once)
    return slug


def put(unit: Unit, member: str, slug: str, points: int) -> None:
    """Put so many points on an idea, in place of those that lie there; none takes them back.

    Raises:
        Refused: not a member.
        Missing: there is no such idea.
        Conflict: it no longer gathers.
        Invalid: `points`: more than ten, or more than are left.
    """
    _member(unit, member)
    _gathering(unit, slug, member)
    placed = queries.placed(unit.db, member)
    placed.pop(slug, None)
    if wrong := rules.fault(points, sum(placed.values()), choices.numbers(unit.db)):
        raise Invalid({"points": wrong})
    queries.put(unit, slug, member, points)


def withdraw(unit: Unit, member: str, slug: str) -> None:
    """Take one's own idea back, or as a keeper another's; its points go back.

    Raises:
        Refused: it is somebody else's.
        Missing: there is no such idea.
        Conflict: it no longer gathers.
    """
    one = _gathering(unit, slug, member)
    if one.author != member and not accounts.is_admin(unit.db, member):
        raise Refused("E_NOT_YOURS")
    queries.end(unit, slug, State.WITHDRAWN)


def brought(unit: Unit, event: Brought) -> None:
    """A proposal was made of an idea that has support enough."""
    slug = event.source.removeprefix(PREFIX)
    one = queries.by_slug(unit.db, slug, "") if slug != event.source else None
    if one is not None and one.state is State.GATHERING and ready(unit, one):
        queries.end(unit, slug, State.BROUGHT, event.slug)


def lapse(unit: Unit) -> None:
    """End the ideas whose time is over."""
    for slug in queries.ended(unit.db, unit.now):
        queries.end(unit, slug, State.LAPSED)


def ready(unit: Unit, one: Idea) -> bool:
    """Whether an idea is on the agenda."""
    active = how_many_active(unit.db, unit.now)
    return rules.on_agenda(one.people, one.points, active, choices.numbers(unit.db))


def _member(unit: Unit, member: str) -> None:
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY")


def _gathering(unit: Unit, slug: str, member: str) -> Idea:
    one = queries.by_slug(unit.db, slug, member)
    if one is None:
        raise Missing(detail=slug)
    if one.state is not State.GATHERING:
        raise Conflict("E_STATE", safe=mark("This idea no longer gathers support."))
    return one
