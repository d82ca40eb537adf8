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
        "idea",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_idea_author"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_idea")),
        sa.UniqueConstraint("once", name=op.f("uq_idea_once")),
    )
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_state_at"), ["state", "at"], unique=False)

    op.create_table(
        "idea_support",
        sa.Column("idea", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea"], ["idea.slug"], name=op.f("fk_idea_support_idea"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_idea_support_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("idea", "member", name=op.f("pk_idea_support")),
    )
    with op.batch_alter_table("idea_support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_support_member"), ["member"], unique=False)
