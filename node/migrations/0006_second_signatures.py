"""A key to sign decisions with a second time."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A key to sign decisions with a second time."""
    op.add_column("actor_key", sa.Column("mldsa44", sa.Text(), nullable=True))
