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
        "block",
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("subject", sa.String(length=2048), nullable=False),
        sa.Column("is_host", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_block_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member", "subject", name=op.f("pk_block")),
    )
    op.create_table(
        "hiding",
        sa.Column("object", sa.String(length=2048), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_hiding")),
    )
    op.create_table(
        "refusal",
        sa.Column("subject", sa.String(length=2048), nullable=False),
        sa.Column("is_host", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_refusal")),
    )
    op.create_table(
        "report",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("about", sa.String(length=2048), nullable=False),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=True),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("closed", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(length=2048), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"],
            ["account.id"],
            name=op.f("fk_report_by"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_report_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_report")),
        sa.UniqueConstraint("once", name=op.f("uq_report_once")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_closed_at"), ["closed", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_origin"), ["origin"], unique=False)

    op.create_table(
        "suspension",
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_suspension_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_suspension")),
    )
