"""Days of what is expected."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Days of what is expected."""
    with op.batch_alter_table("delivery_expectation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("day", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("publish", sa.Boolean(), nullable=False, server_default=sa.false())
        )
