"""First tables."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _points(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint(
        [column], ["account.id"], name=name, onupdate="CASCADE", ondelete="CASCADE"
    )


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "alias",
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("other", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("mutual", sa.Boolean(), nullable=False),
        sa.Column("looked", Moment(), nullable=False),
        _points("alias", "account"),
        sa.PrimaryKeyConstraint("account", "other", name=op.f("pk_alias")),
    )
    op.create_table(
        "move",
        sa.Column("old", sa.String(length=2048), nullable=False),
        sa.Column("new", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        _points("move", "old"),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_move")),
    )
    op.create_index(op.f("ix_move_new"), "move", ["new"])
    op.create_table(
        "moved_news",
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("old", sa.String(length=2048), nullable=False),
        sa.Column("new", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        _points("moved_news", "member"),
        _points("moved_news", "old"),
        sa.PrimaryKeyConstraint("member", "old", name=op.f("pk_moved_news")),
    )
