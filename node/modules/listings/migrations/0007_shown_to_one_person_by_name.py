"""Shown to one person by name."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Shown to one person by name."""
    op.create_table(
        "listing_shown",
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"],
            ["listing.id"],
            name=op.f("fk_listing_shown_listing"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing", "account", name=op.f("pk_listing_shown")),
    )
    with op.batch_alter_table("listing_shown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_shown_account"), ["account"], unique=False)
