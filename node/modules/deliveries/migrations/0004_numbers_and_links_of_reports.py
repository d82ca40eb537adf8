"""Numbers and links of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Numbers and links of reports."""
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        for name in ("metrics", "evidence"):
            batch_op.add_column(
                sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
            )
