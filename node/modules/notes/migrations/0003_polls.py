"""Polls."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Polls."""
    op.create_table(
        "note_answer",
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_answer_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note", "mark", name=op.f("pk_note_answer")),
    )
    op.create_table(
        "note_option",
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_option_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note", "number", name=op.f("pk_note_option")),
    )
    op.create_table(
        "note_poll",
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("ends", Moment(), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("told", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_poll_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note", name=op.f("pk_note_poll")),
    )
    with op.batch_alter_table("note_poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_poll_ends"), ["ends"], unique=False)
