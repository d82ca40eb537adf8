"""When and where it is, whether it stands, whether it is urgent."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """When and where it is, whether it stands, whether it is urgent."""
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("north", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("east", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("starts", Moment(), nullable=True))
        batch_op.add_column(sa.Column("due", Moment(), nullable=True))
        batch_op.add_column(sa.Column("hours", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(
            sa.Column("standing", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("urgent", Moment(), nullable=True))
