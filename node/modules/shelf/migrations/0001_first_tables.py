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
        "shelf_loan",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("thing", sa.String(length=2048), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=True),
        sa.Column("borrower", sa.String(length=2048), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("talk", sa.String(length=64), nullable=True),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["borrower"],
            ["account.id"],
            name=op.f("fk_shelf_loan_borrower"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_shelf_loan_owner"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_shelf_loan")),
        sa.UniqueConstraint("once", name=op.f("uq_shelf_loan_once")),
    )
    with op.batch_alter_table("shelf_loan", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shelf_loan_borrower_state"), ["borrower", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_shelf_loan_owner_state"), ["owner", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shelf_loan_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_shelf_loan_thing_state"), ["thing", "state"], unique=False
        )

    op.create_table(
        "shelf_thing",
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_shelf_thing_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing", name=op.f("pk_shelf_thing")),
    )
    with op.batch_alter_table("shelf_thing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shelf_thing_owner"), ["owner"], unique=False)

    op.create_table(
        "shelf_step",
        sa.Column("loan", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan"], ["shelf_loan.slug"], name=op.f("fk_shelf_step_loan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("loan", "number", name=op.f("pk_shelf_step")),
    )
