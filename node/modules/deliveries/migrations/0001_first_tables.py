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
        "delivery_expectation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by"],
            ["account.id"],
            name=op.f("fk_delivery_expectation_by"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_expectation")),
    )
    with op.batch_alter_table("delivery_expectation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_expectation_by"), ["by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delivery_expectation_matter_by"), ["matter", "by"], unique=True
        )

    op.create_table(
        "delivery_measure",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by"],
            ["account.id"],
            name=op.f("fk_delivery_measure_by"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_measure")),
    )
    with op.batch_alter_table("delivery_measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_measure_by"), ["by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delivery_measure_matter_at"), ["matter", "at"], unique=False
        )

    op.create_table(
        "delivery_review",
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("came", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("second", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("stands", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"],
            ["account.id"],
            name=op.f("fk_delivery_review_by"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["second"],
            ["account.id"],
            name=op.f("fk_delivery_review_second"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_delivery_review")),
    )
    with op.batch_alter_table("delivery_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_review_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_review_second"), ["second"], unique=False)

    op.create_table(
        "delivery_step",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("done_when", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=True),
        sa.Column("checker", sa.String(length=2048), nullable=True),
        sa.Column("maker", sa.String(length=2048), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("link", sa.String(length=2048), nullable=True),
        sa.Column("returned", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("moved", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["checker"],
            ["account.id"],
            name=op.f("fk_delivery_step_checker"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["maker"],
            ["account.id"],
            name=op.f("fk_delivery_step_maker"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_delivery_step_owner"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_step")),
        sa.UniqueConstraint("once", name=op.f("uq_delivery_step_once")),
    )
    with op.batch_alter_table("delivery_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_step_checker"), ["checker"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_step_maker"), ["maker"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delivery_step_matter_at"), ["matter", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_delivery_step_owner"), ["owner"], unique=False)
