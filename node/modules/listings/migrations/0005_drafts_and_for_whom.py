"""Drafts, and for whom a member has posted."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drafts, and for whom a member has posted."""
    op.create_table(
        "listing_draft",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_listing_draft")),
    )
    op.create_index(op.f("ix_listing_draft_owner"), "listing_draft", ["owner"])
    op.add_column("listing", sa.Column("for_whom", sa.String(length=80), nullable=True))
