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
        "follow",
        sa.Column("follower", sa.String(length=2048), nullable=False),
        sa.Column("followed", sa.String(length=2048), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["followed"],
            ["account.id"],
            name=op.f("fk_follow_followed"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["follower"],
            ["account.id"],
            name=op.f("fk_follow_follower"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("follower", "followed", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_activity"), ["activity"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_follow_followed_state"), ["followed", "state"], unique=False
        )
