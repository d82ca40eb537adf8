"""What a letter may still cost."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a letter may still cost."""
    op.create_table(
        "allowance",
        sa.Column("letter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_allowance")),
    )
    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allowance_at"), ["at"], unique=False)
