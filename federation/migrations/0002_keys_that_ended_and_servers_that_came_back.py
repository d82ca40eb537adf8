"""Keys that ended, and servers that came back."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys that ended, and servers that came back."""
    op.create_table(
        "kept_key",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("key_id", sa.String(length=2048), nullable=False),
        sa.Column("multikey", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_kept_key_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_key_account"), "kept_key", ["account"])
    op.add_column("host", sa.Column("silent_since", Moment(), nullable=True))
    op.add_column("host", sa.Column("back", Moment(), nullable=True))
    op.add_column("host", sa.Column("doubted", Moment(), nullable=True))
    op.add_column("host", sa.Column("confirmed", Moment(), nullable=True))
