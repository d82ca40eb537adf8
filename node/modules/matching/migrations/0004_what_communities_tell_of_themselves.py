"""What communities tell of themselves."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What communities tell of themselves."""
    op.create_table(
        "match_digest",
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("as_of", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("held", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_digest_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_match_digest")),
    )
    with op.batch_alter_table("match_digest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_digest_as_of"), ["as_of"], unique=False)
