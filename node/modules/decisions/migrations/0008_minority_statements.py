"""Minority statements."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Minority statements."""
    op.create_table(
        "vote_statement",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_statement")),
        info={"secret": True},
    )
    with op.batch_alter_table("vote_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_statement_box"), ["box"], unique=False)
