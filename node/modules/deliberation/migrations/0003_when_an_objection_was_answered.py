"""When an objection was answered."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """When an objection was answered."""
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered", Moment(), nullable=True))
