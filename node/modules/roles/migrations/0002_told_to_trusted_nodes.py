"""Who holds a role, told to trusted nodes."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who holds a role, told to trusted nodes."""
    op.create_table(
        "role_told",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("holding", sa.String(length=64), nullable=True),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("powers", sa.JSON(), nullable=False),
        sa.Column("begins", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("mandate", sa.String(length=2048), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holding"],
            ["role_holding.id"],
            name=op.f("fk_role_told_holding"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_role_told_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_told")),
        sa.UniqueConstraint("holding", name=op.f("uq_role_told_holding")),
    )
    with op.batch_alter_table("role_told", schema=None) as batch_op:
        for name in ("ends", "member", "owner"):
            batch_op.create_index(batch_op.f(f"ix_role_told_{name}"), [name], unique=False)
