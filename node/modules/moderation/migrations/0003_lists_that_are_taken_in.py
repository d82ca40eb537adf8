"""Lists that are taken in."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lists that are taken in."""
    op.create_table(
        "batch",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("undone", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_batch")),
    )
    op.create_table(
        "parted",
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("ours", sa.String(length=2048), nullable=False),
        sa.Column("theirs", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["batch.key"], name=op.f("fk_parted_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ours"],
            ["account.id"],
            name=op.f("fk_parted_ours"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["theirs"],
            ["account.id"],
            name=op.f("fk_parted_theirs"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch", "ours", "theirs", name=op.f("pk_parted")),
    )
    op.create_table(
        "taken",
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=2048), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["batch.key"], name=op.f("fk_taken_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "subject", name=op.f("pk_taken")),
    )
