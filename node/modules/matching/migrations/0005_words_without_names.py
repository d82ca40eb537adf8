"""Words without names."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Words without names."""
    op.create_table(
        "match_relayed",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("introduction", sa.String(length=2048), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["introduction"],
            ["match_introduction.id"],
            name=op.f("fk_match_relayed_introduction"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_relayed")),
        info={"secret": True},
    )
    with op.batch_alter_table("match_relayed", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_match_relayed_introduction_at"), ["introduction", "at"], unique=False
        )

    with op.batch_alter_table("match_introduction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("talk", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("heard", Moment(), nullable=True))
        batch_op.create_index(batch_op.f("ix_match_introduction_talk"), ["talk"], unique=False)
