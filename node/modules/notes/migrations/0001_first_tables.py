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
        "note",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("reach", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(length=35), nullable=True),
        sa.Column("in_reply_to", sa.String(length=2048), nullable=True),
        sa.Column("thread", sa.String(length=2048), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("cc", sa.JSON(), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.Column("deleted", Moment(), nullable=True),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_note_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("once", name=op.f("uq_note_once")),
        sa.UniqueConstraint("slug", name=op.f("uq_note_slug")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_in_reply_to"), ["in_reply_to"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_note_owner_published"), ["owner", "published"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_note_published"), ["published"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_note_thread_published"), ["thread", "published"], unique=False
        )

    op.create_table(
        "note_recipient",
        sa.Column("note", sa.String(length=2048), nullable=False),
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_note_recipient_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["note"],
            ["note.id"],
            name=op.f("fk_note_recipient_note"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note", "account", name=op.f("pk_note_recipient")),
    )
    with op.batch_alter_table("note_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_recipient_account"), ["account"], unique=False)
