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
        "listing",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("community", sa.String(length=2048), nullable=True),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("concept", sa.String(length=2048), nullable=True),
        sa.Column("unit", sa.String(length=61), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("lifecycle", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reach", sa.String(length=10), nullable=False),
        sa.Column("handling", sa.String(length=20), nullable=False),
        sa.Column("match_scope", sa.String(length=20), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.Column("arrived", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=True),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("announced", sa.String(length=2048), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("once", name=op.f("uq_listing_once")),
        sa.UniqueConstraint("slug", name=op.f("uq_listing_slug")),
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_arrived"), ["arrived"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_listing_concept_purpose_lifecycle_ends"),
            ["concept", "purpose", "lifecycle", "ends"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_listing_domain"), ["domain"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_listing_lifecycle_ends"), ["lifecycle", "ends"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_listing_owner"), ["owner"], unique=False)

    op.create_table(
        "listing_gone",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_gone")),
    )
    op.create_table(
        "listing_topic",
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("concept", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"],
            ["listing.id"],
            name=op.f("fk_listing_topic_listing"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing", "concept", name=op.f("pk_listing_topic")),
    )
    with op.batch_alter_table("listing_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_topic_concept"), ["concept"], unique=False)
