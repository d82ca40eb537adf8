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
        "flow_suggestion",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("edges", sa.JSON(), nullable=False),
        sa.Column("known", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_flow_suggestion")),
        sa.UniqueConstraint("known", name=op.f("uq_flow_suggestion_known")),
    )
    with op.batch_alter_table("flow_suggestion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_flow_suggestion_state_ends"), ["state", "ends"], unique=False
        )
    op.create_table(
        "flow_answer",
        sa.Column("suggestion", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=True),
        sa.Column("at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_flow_answer_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["suggestion"],
            ["flow_suggestion.slug"],
            name=op.f("fk_flow_answer_suggestion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("suggestion", "member", name=op.f("pk_flow_answer")),
    )
    with op.batch_alter_table("flow_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flow_answer_member"), ["member"], unique=False)
