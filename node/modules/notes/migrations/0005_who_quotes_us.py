"""Who quotes us."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who quotes us."""
    op.create_table(
        "note_quoting",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("post", sa.String(length=2048), nullable=False),
        sa.Column("actor", sa.String(length=2048), nullable=False),
        sa.Column("request", sa.String(length=2048), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor"],
            ["account.id"],
            name=op.f("fk_note_quoting_actor"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_quoting_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_quoting")),
        sa.UniqueConstraint("note", "post", name=op.f("uq_note_quoting_note_post")),
    )
    with op.batch_alter_table("note_quoting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_quoting_post"), ["post"], unique=False)
