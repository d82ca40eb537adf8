"""First tables."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "charter_step",
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("choice", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("record", "choice", name=op.f("pk_charter_step")),
    )
    with op.batch_alter_table("charter_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_charter_step_choice_at"), ["choice", "at"], unique=False
        )
