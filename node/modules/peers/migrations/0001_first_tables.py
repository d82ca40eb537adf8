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
        "peering",
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=4), nullable=False),
        sa.Column("ours", sa.String(length=2048), nullable=True),
        sa.Column("theirs", sa.String(length=2048), nullable=True),
        sa.Column("ours_is", sa.String(length=6), nullable=True),
        sa.Column("statement", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("starts", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("lapses", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_peering_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_peering")),
    )
    with op.batch_alter_table("peering", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_peering_ours"), ["ours"], unique=False)
        batch_op.create_index(batch_op.f("ix_peering_state_ends"), ["state", "ends"], unique=False)
        batch_op.create_index(batch_op.f("ix_peering_statement"), ["statement"], unique=False)
        batch_op.create_index(batch_op.f("ix_peering_theirs"), ["theirs"], unique=False)
