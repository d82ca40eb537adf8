"""The words of notices, and what members wish of matches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The words of notices, and what members wish of matches."""
    op.create_table(
        "match_side",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_match_side")),
        sa.UniqueConstraint("listing", name=op.f("uq_match_side_listing")),
    )
    op.create_table(
        "match_term",
        sa.Column("term", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["match_side.number"],
            name=op.f("fk_match_term_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("term", "purpose", "number", name=op.f("pk_match_term")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_match_term_number"), "match_term", ["number"])
    op.create_table(
        "match_wish",
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("farthest", sa.Integer(), nullable=True),
        sa.Column("not_days", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_match_wish_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_match_wish")),
    )
