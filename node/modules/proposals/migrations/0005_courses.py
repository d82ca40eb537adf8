"""The course a proposal takes, who leads it, and what it said before it was changed."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The course a proposal takes, who leads it, and what it said before it was changed."""
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("course", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("due", Moment(), nullable=True))
        batch_op.add_column(sa.Column("look", Moment(), nullable=True))
        batch_op.add_column(sa.Column("side", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("have", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("replaces", sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f("ix_plan_look"), ["look"], unique=False)

    op.create_table(
        "proposal_version",
        sa.Column("proposal", sa.String(length=2048), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal"],
            ["proposal.id"],
            name=op.f("fk_proposal_version_proposal"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal", "number", name=op.f("pk_proposal_version")),
    )

    op.create_table(
        "proposal_lead",
        sa.Column("proposal", sa.String(length=2048), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_proposal_lead_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal"],
            ["proposal.id"],
            name=op.f("fk_proposal_lead_proposal"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal", name=op.f("pk_proposal_lead")),
    )
    with op.batch_alter_table("proposal_lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_lead_member"), ["member"], unique=False)
