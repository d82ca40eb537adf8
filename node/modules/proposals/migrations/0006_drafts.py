"""Proposals that are begun and not brought."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Proposals that are begun and not brought."""
    op.create_table(
        "proposal_draft",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_proposal_draft_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_proposal_draft")),
    )
    op.create_index(op.f("ix_proposal_draft_owner"), "proposal_draft", ["owner"])
