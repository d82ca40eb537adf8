"""What others may fetch of joint decisions: the process, as its convener said it last."""

from dataclasses import replace

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.decisions.api import TYPES as DECISIONS
from node.modules.joint import queries
from node.modules.joint.objects import TYPES
from vocab import wire
from vocab.model import Object
from vocab.types import CORE

_TYPES = wire.claims((*CORE, *DECISIONS, *TYPES))


def document(db: Connection, id: str, _viewer: Viewer) -> Object | None:
    """A joint process; they are for everybody."""
    found = queries.by_id(db, id)
    if found is None:
        return None
    value = wire.load(found.document, _TYPES)
    # an equal revision with other words is a conflict, which the handler has to see
    return value if found.ours else replace(value, revision=None)
