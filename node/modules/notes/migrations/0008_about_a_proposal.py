"""Polls about a proposal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Polls about a proposal."""
    with op.batch_alter_table("note_poll", schema=None) as batch_op:
        batch_op.add_column(sa.Column("advises", sa.String(length=2048), nullable=True))
        batch_op.create_index(batch_op.f("ix_note_poll_advises"), ["advises"], unique=False)
