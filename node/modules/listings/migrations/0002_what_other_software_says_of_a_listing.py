"""What other software says of a listing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What other software says of a listing."""
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("foreign", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("intent", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("unit_based", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("least", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("available", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("back", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("price", sa.String(length=100), nullable=True))
