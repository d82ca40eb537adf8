"""Blocks that are told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Blocks that are told."""
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.add_column(sa.Column("activity", sa.String(length=2048), nullable=True))
        batch_op.create_index(batch_op.f("ix_block_activity"), ["activity"], unique=False)
