"""Offers that had no time: whoever raised the objection has days from now on to answer."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say that what was offered before we kept the time was offered now; else it waits for ever."""
    names = (sa.column("state", sa.String), sa.column("answered", Moment()))
    remark = sa.table("remark", *names)
    waits = (remark.c.state == "offered") & remark.c.answered.is_(None)
    op.execute(sa.update(remark).where(waits).values(answered=datetime.now(UTC)))
