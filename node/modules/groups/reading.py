"""The two kinds of those who follow our group, as collections that a letter can be for."""

from sqlalchemy import Connection

from federation import carrying
from node.modules.accounts import api as accounts
from node.modules.groups import queries


def audience(db: Connection, collection: str) -> list[str] | None:
    """Who of our group's followers takes acts, or ids; None for any other collection."""
    if "#" not in collection or not accounts.founded(db):
        return None
    group = accounts.community_account(db)
    kinds = {carrying.readers_of_acts(group): True, carrying.readers_of_things(group): False}
    acts = kinds.get(collection)
    return None if acts is None else queries.readers(db, group.id, acts=acts)
