"""Topics of the community."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Topics of the community."""
    op.create_table(
        "listing_concept",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("broader", sa.String(length=2048), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("same", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_concept")),
    )
