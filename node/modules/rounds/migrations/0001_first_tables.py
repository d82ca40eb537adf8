"""Where rounds stand, and who had their turn."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Where rounds stand, and who had their turn."""
    op.create_table(
        "round_standing",
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_round_standing")),
    )
    op.create_table(
        "round_turn",
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_round_turn_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("matter", "round", "member", name=op.f("pk_round_turn")),
    )
    with op.batch_alter_table("round_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_turn_member"), ["member"], unique=False)
