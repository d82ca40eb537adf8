"""Names of actors that were proven, and their consent to be searched."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Names of actors that were proven, and their consent to be searched."""
    op.add_column("account", sa.Column("acct", sa.String(length=456), nullable=True))
    op.add_column(
        "account",
        sa.Column("indexable", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_account_acct", "account", ["acct"])
