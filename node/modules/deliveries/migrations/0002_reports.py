"""Reports."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports."""
    op.create_table(
        "delivery_report",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=True),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_delivery_report_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint("once", name=op.f("uq_delivery_report_once")),
        sa.UniqueConstraint("slug", name=op.f("uq_delivery_report_slug")),
    )
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_report_owner"), ["owner"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delivery_report_record_published"), ["record", "published"], unique=False
        )
