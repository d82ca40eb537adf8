"""Who may see and do what: one condition for every query, one question for every deed."""

from dataclasses import field
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, false, or_, true

from node.kernel.database import one_of
from node.kernel.tables import Account
from vocab.values import dataclass


class Reach(StrEnum):
    """How far a thing may go: the members here, nodes we trust, or everybody.

    DIRECT is what others address to somebody here by name.
    """

    COMMUNITY = "community"
    TRUSTED = "trusted"
    PUBLIC = "public"
    DIRECT = "direct"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Whoever looks: a member with a role, a trusted node, another actor, or nobody known."""

    account: Account | None = None
    role: str | None = None
    trusted: bool = False
    language: str | None = None
    timezone: str | None = None
    session: str | None = None
    powers: frozenset[str] = frozenset()
    """What a member may do beside what every member may (`Module.powers`)."""
    suspended: Account | None = None
    """A member who is shut out and has proven who they are: nobody known, but to who asks this."""

    def may(self, power: str) -> bool:
        """Whether they keep this node, or were given this power."""
        return self.is_admin or power in self.powers

    @property
    def is_member(self) -> bool:
        """Has an account of this node."""
        return self.role is not None

    @property
    def is_admin(self) -> bool:
        """Keeps this node."""
        return self.role == "admin"

    @property
    def id(self) -> str | None:
        """The account's id, if there is one."""
        return self.account.id if self.account else None


ANONYMOUS = Viewer()


@dataclass(frozen=True)
class _Somebody:
    id: Any = field(default_factory=lambda: bindparam("viewer"), compare=False)


def kind_of(viewer: Viewer) -> Viewer:
    """Such a viewer, whoever it is: for a query that is built once for each kind of viewer.

    Where the viewer's id belongs, the query takes the parameter `viewer`.
    """
    somebody = cast("Account", _SOMEBODY) if viewer.id is not None else None
    return Viewer(account=somebody, role=viewer.role, trusted=viewer.trusted)


_SOMEBODY = _Somebody()


def visible(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The condition that stands in every query over a table with a `reach` column.

    Args:
        table: has `reach`; if it has `owner`, the owner sees the row too (hidden or not);
            if it has `hidden`, a moment there takes the row from everybody else but admins.
        viewer: who looks; a viewer nobody knows sees what is public.
    """
    shown: ColumnElement[bool] = one_of(table.c.reach, _within(viewer))
    if "hidden" in table.c and not viewer.is_admin:
        shown = and_(shown, table.c.hidden.is_(None))
    if "owner" in table.c and viewer.id is not None:
        return or_(shown, table.c.owner == viewer.id)
    return shown


def _within(viewer: Viewer) -> tuple[str, ...]:
    if viewer.is_member:
        return (Reach.COMMUNITY, Reach.TRUSTED, Reach.PUBLIC)
    return (Reach.TRUSTED, Reach.PUBLIC) if viewer.trusted else (Reach.PUBLIC,)


def owned(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The condition for a member's own rows: nobody else's, and nothing for strangers."""
    if not viewer.is_member:
        return false()
    return and_(true(), table.c.owner == viewer.id)
