"""What communities ask each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What communities ask each other."""
    op.create_table(
        "match_question",
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("way", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=2048), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_question_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service", "way", "day", "topic", name=op.f("pk_match_question")),
    )
    with op.batch_alter_table("match_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_question_way_day"), ["way", "day"], unique=False)
