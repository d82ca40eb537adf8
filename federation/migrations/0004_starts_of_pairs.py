"""Starts of pairs."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Starts of pairs."""
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.add_column(sa.Column("start", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("older", Moment(), nullable=True))
