"""What a convener signed twice, and how often a text was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a convener signed twice, and how often a text was asked for."""
    with op.batch_alter_table("joint_process", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("conflict", sa.JSON(), nullable=True))
