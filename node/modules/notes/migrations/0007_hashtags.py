"""Hashtags of posts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Hashtags of posts."""
    op.create_table(
        "note_tag",
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_tag_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note", "word", name=op.f("pk_note_tag")),
    )
    with op.batch_alter_table("note_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_tag_word"), ["word"], unique=False)
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hashtags", sa.JSON(), server_default="[]", nullable=False))
