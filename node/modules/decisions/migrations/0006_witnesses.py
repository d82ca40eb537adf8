"""What is seen of chains, here and elsewhere."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is seen of chains, here and elsewhere."""
    op.create_table(
        "sighting",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("witness", sa.String(length=2048), nullable=False),
        sa.Column("community", sa.String(length=2048), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=120), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("checkpoint", sa.JSON(), nullable=True),
        sa.Column("statement", sa.JSON(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("cleared", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community"],
            ["account.id"],
            name=op.f("fk_sighting_community"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["witness"],
            ["account.id"],
            name=op.f("fk_sighting_witness"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sighting_community"), ["community"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sighting_witness_community"), ["witness", "community"], unique=False
        )
