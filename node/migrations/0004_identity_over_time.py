"""Who moved, whose server is doubted, and keys that are being renewed."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who moved, whose server is doubted, and keys that are being renewed."""
    op.add_column("account", sa.Column("moved", sa.String(length=2048), nullable=True))
    op.add_column("account", sa.Column("doubted", Moment(), nullable=True))
    op.add_column("actor_key", sa.Column("renewed", Moment(), nullable=True))
    op.add_column("actor_key", sa.Column("old_rsa", sa.Text(), nullable=True))
    op.add_column("actor_key", sa.Column("old_key_id", sa.String(length=2048), nullable=True))
    op.add_column("actor_key", sa.Column("old_until", Moment(), nullable=True))
    op.add_column("actor_key", sa.Column("told", sa.String(length=2048), nullable=True))
