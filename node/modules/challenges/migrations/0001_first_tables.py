"""Challenges and who backs them."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Challenges and who backs them."""
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=True),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_challenge_author"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("once", name=op.f("uq_challenge_once")),
    )
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_matter"), ["matter"], unique=False)

    op.create_table(
        "challenge_backing",
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge"],
            ["challenge.id"],
            name=op.f("fk_challenge_backing_challenge"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_challenge_backing_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("challenge", "member", name=op.f("pk_challenge_backing")),
    )
    with op.batch_alter_table("challenge_backing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_backing_member"), ["member"], unique=False)
