"""Time between nodes."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Time between nodes."""
    op.create_table(
        "ledger_pair",
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("frozen", Moment(), nullable=True),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("compared", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_ledger_pair")),
    )
    op.create_table(
        "ledger_leg",
        sa.Column("transfer", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("way", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=2048), nullable=False),
        sa.Column("payee", sa.String(length=2048), nullable=False),
        sa.Column("offer", sa.String(length=2048), nullable=True),
        sa.Column("id", sa.String(length=2048), nullable=True),
        sa.Column("agreement", sa.String(length=2048), nullable=True),
        sa.Column("about", sa.String(length=2048), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("previous", sa.String(length=100), nullable=True),
        sa.Column("digest", sa.String(length=100), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=True),
        sa.Column("changed", Moment(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_ledger_leg_something")),
        sa.PrimaryKeyConstraint("transfer", name=op.f("pk_ledger_leg")),
        sa.UniqueConstraint("about", name=op.f("uq_ledger_leg_about")),
        sa.UniqueConstraint("offer", name=op.f("uq_ledger_leg_offer")),
        sa.UniqueConstraint(
            "service", "way", "settled", name=op.f("uq_ledger_leg_service_way_settled")
        ),
    )
    with op.batch_alter_table("ledger_leg", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ledger_leg_service_way_state"), ["service", "way", "state"], unique=False
        )
