"""Who is a member: founding, invites, signing in, roles, leaving; the keeper's desk."""

from node.kernel.module import Module
from node.modules.accounts import queries
from node.modules.accounts.tables import metadata

module = Module(
    name="accounts",
    package=__name__,
    metadata=metadata,
    export=queries.exported,
    essential=True,
)
