"""What a keeper hid of a challenge."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a keeper hid of a challenge."""
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hidden", Moment(), nullable=True))
