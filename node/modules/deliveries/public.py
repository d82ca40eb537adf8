"""What others may fetch of deliveries: reports of ours, as far as they may be seen."""

from urllib.parse import urlsplit

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.accounts import api as accounts
from node.modules.deliveries import queries, reporting
from vocab.model import Object


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """A report of ours."""
    found = queries.report_by_id(db, id, viewer)
    if found is None or not found.ours:
        return None
    parts = urlsplit(id)
    us = accounts.community_account(db)
    return reporting.as_object(found, us, f"{parts.scheme}://{parts.netloc}")
