"""A small module that says which nodes trust each other, for tests of what trust lets through."""

from sqlalchemy import Connection

from node.kernel.community import load
from node.kernel.module import Module


def neighbours(*services: str) -> Module:
    """A module by which the nodes of these services are trusted; the set may be changed."""

    def trusts(_db: Connection, service: str) -> bool:
        return service in services

    def audience(db: Connection, id: str) -> list[str] | None:
        return list(services) if id == load(db, "").peers else None

    return Module(name="neighbours", trusts=(trusts,), audiences=(audience,))
