"""What the problem is and who is affected, beside the text of a proposal."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What the problem is and who is affected, beside the text of a proposal."""
    for table in ("plan", "proposal_version"):
        for name in ("problem", "affected"):
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
