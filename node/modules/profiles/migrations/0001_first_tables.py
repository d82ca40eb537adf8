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
        "facet",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=True),
        sa.Column("concept", sa.String(length=2048), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("engagement", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("reach", sa.String(length=10), nullable=False),
        sa.Column("match_scope", sa.String(length=20), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.Column("hidden", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_facet_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet")),
    )
    with op.batch_alter_table("facet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_facet_concept_match_scope"), ["concept", "match_scope"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_facet_owner_kind"), ["owner", "kind"], unique=False)
