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
        "proposal",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=True),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=2048), nullable=True),
        sa.Column("voting_starts", Moment(), nullable=True),
        sa.Column("voting_ends", Moment(), nullable=True),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_proposal_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("slug", name=op.f("uq_proposal_slug")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_owner_stage"), ["owner", "stage"], unique=False
        )

    op.create_table(
        "plan",
        sa.Column("proposal", sa.String(length=2048), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("share", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("opens", Moment(), nullable=True),
        sa.Column("closes", Moment(), nullable=False),
        sa.Column("review_months", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_plan_author"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["proposal"],
            ["proposal.id"],
            name=op.f("fk_plan_proposal"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal", name=op.f("pk_plan")),
        sa.UniqueConstraint("once", name=op.f("uq_plan_once")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_author"), ["author"], unique=False)

    op.create_table(
        "proposal_comment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("proposal", sa.String(length=2048), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_proposal_comment_author"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal"],
            ["proposal.id"],
            name=op.f("fk_proposal_comment_proposal"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_comment")),
        sa.UniqueConstraint("once", name=op.f("uq_proposal_comment_once")),
    )
    with op.batch_alter_table("proposal_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_comment_author"), ["author"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_proposal_comment_proposal_at"), ["proposal", "at"], unique=False
        )
