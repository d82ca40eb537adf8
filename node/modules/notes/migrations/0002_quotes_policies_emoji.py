"""Quotes, policies, emoji."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Quotes, policies, emoji."""
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("policy", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("emoji", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("starts", Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("place", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("context", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("answers", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("quote", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("stamp", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("consent", sa.String(length=10), nullable=True))
        batch_op.create_index(batch_op.f("ix_note_quote"), ["quote"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_stamp"), ["stamp"], unique=False)
