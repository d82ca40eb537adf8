"""Seeing that it is really this member who sits there, before what cannot be taken back."""

from typing import TYPE_CHECKING, Final

from node.kernel.errors import Invalid
from node.kernel.tables import Account
from node.modules.accounts import attempts, passwords, queries
from web.language import mark

if TYPE_CHECKING:
    from node.kernel.node import Node

NOT_YOURS: Final = mark("This is not your password. Capitals count.")


async def prove(node: "Node", who: Account, password: str) -> None:
    """See that it is really this member who sits there.

    Raises:
        Invalid: it is not their password.
        TooOften: five were wrong.
    """
    tries, now, about = attempts.of(node), node.now(), f"prove {who.id}"
    tries.take(now, about)
    kept = await node.read(queries.password_of, who.id)
    if not await passwords.check_password(password, kept):
        raise Invalid({"password": NOT_YOURS})
    tries.forget(about)
