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
        "jury",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("asker", sa.String(length=2048), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("list_digest", sa.String(length=64), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("lot_word", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said", Moment(), nullable=True),
        sa.Column("hidden", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asker"],
            ["account.id"],
            name=op.f("fk_jury_asker"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury")),
        sa.UniqueConstraint("matter", name=op.f("uq_jury_matter")),
    )
    with op.batch_alter_table("jury", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_asker"), ["asker"], unique=False)

    op.create_table(
        "jury_person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("jury", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("otherwise", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jury"], ["jury.id"], name=op.f("fk_jury_person_jury"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_jury_person_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_person")),
    )
    with op.batch_alter_table("jury_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_person_jury"), ["jury"], unique=False)
        batch_op.create_index(batch_op.f("ix_jury_person_member"), ["member"], unique=False)

    op.create_table(
        "jury_word",
        sa.Column("jury", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["jury"], ["jury.id"], name=op.f("fk_jury_word_jury"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_jury_word_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("jury", "member", name=op.f("pk_jury_word")),
    )
    with op.batch_alter_table("jury_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_word_member"), ["member"], unique=False)
