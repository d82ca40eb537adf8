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
        "agreement",
        sa.Column("offer", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=2048), nullable=True),
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("proposer", sa.String(length=2048), nullable=False),
        sa.Column("interested", sa.String(length=2048), nullable=False),
        sa.Column("satisfies", sa.String(length=2048), nullable=False),
        sa.Column("unit", sa.String(length=61), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=False),
        sa.Column("back", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=100), nullable=True),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("leaving", Moment(), nullable=True),
        sa.Column("agreed", Moment(), nullable=True),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("offer", name=op.f("pk_agreement")),
        sa.UniqueConstraint("slug", name=op.f("uq_agreement_slug")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_id"), ["id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_interested"), ["interested"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_listing"), ["listing"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_proposer"), ["proposer"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_agreement_state_ends"), ["state", "ends"], unique=False
        )

    op.create_table(
        "agreement_step",
        sa.Column("offer", sa.String(length=2048), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer"],
            ["agreement.offer"],
            name=op.f("fk_agreement_step_offer"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offer", "number", name=op.f("pk_agreement_step")),
    )
