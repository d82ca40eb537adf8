"""Told words stay."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have a word be known by its digest, so that it can stay when its member leaves."""
    was = sa.table("jury_word", *map(sa.column, ("jury", "member", "digest", "word")))
    rows = [dict(row) for row in op.get_bind().execute(sa.select(was)).mappings()]
    op.drop_table("jury_word")
    op.create_table(
        "jury_word",
        sa.Column("jury", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("word", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["jury"], ["jury.id"], name=op.f("fk_jury_word_jury"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_jury_word_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("jury", "digest", name=op.f("pk_jury_word")),
    )
    with op.batch_alter_table("jury_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_word_member"), ["member"], unique=False)
    if rows:
        op.bulk_insert(was, rows)
