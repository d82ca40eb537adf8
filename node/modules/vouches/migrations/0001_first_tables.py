"""First tables."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "vouch",
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("about", sa.String(length=2048), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("by", "about", "what", name=op.f("pk_vouch")),
    )
    with op.batch_alter_table("vouch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vouch_about_at"), ["about", "at"], unique=False)
