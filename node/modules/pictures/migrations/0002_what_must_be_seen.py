"""What must be seen of a picture."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What must be seen of a picture."""
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("focus", sa.String(length=10), server_default="", nullable=False)
        )
