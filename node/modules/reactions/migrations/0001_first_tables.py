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
        "reaction",
        sa.Column("activity", sa.String(length=2048), nullable=False),
        sa.Column("actor", sa.String(length=2048), nullable=False),
        sa.Column("object", sa.String(length=2048), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("content", sa.String(length=70), nullable=False),
        sa.Column("icon", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor"],
            ["account.id"],
            name=op.f("fk_reaction_actor"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity", name=op.f("pk_reaction")),
        sa.UniqueConstraint(
            "object", "actor", "verb", "content", name=op.f("uq_reaction_object_actor_verb_content")
        ),
    )
    with op.batch_alter_table("reaction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reaction_actor_verb_at"), ["actor", "verb", "at"], unique=False
        )
