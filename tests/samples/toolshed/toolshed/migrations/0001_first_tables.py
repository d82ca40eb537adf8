"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "toolshed_tool",
        sa.Column("id", sa.String(2048), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["account.id"], "fk_toolshed_tool_owner", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_toolshed_tool"),
    )
    op.create_table(
        "toolshed_tally",
        sa.Column("tools", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tools", name="pk_toolshed_tally"),
    )
