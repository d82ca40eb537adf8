"""A photo of what is offered or sought."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A photo of what is offered or sought."""
    op.add_column("listing", sa.Column("photo", sa.JSON(none_as_null=True), nullable=True))
