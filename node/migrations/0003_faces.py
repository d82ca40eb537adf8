"""Where the picture of an actor lies."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Where the picture of an actor lies."""
    op.add_column("account", sa.Column("face", sa.String(length=2048), nullable=True))
