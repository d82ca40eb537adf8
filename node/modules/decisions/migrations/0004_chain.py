"""Records bound to each other, and when one is no longer in force."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Records bound to each other, and when one is no longer in force."""
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("link", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("checkpoint", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("ended", Moment(), nullable=True))
