"""How far somebody is kept away."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How far somebody is kept away."""
    op.create_table(
        "shade",
        sa.Column("who", sa.String(length=2048), nullable=False),
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_shade_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("who", "account", name=op.f("pk_shade")),
    )
    with op.batch_alter_table("shade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shade_account"), ["account"], unique=False)

    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_subject"), ["subject"], unique=False)

    with op.batch_alter_table("refusal", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("level", sa.String(length=10), server_default="suspend", nullable=False)
        )
        batch_op.add_column(sa.Column("said", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("until", Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("no_reports", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("no_media", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("veiled", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_refusal_until"), ["until"], unique=False)

    op.execute(_EVERYBODYS)
    op.execute(_MEMBERS)


# What until now every list has worked out for itself; "block" comes before "mute".
_EVERYBODYS = """
    INSERT INTO shade (who, account, level)
    SELECT DISTINCT '', a.id, 'suspend' FROM account a JOIN refusal r
    ON (NOT r.is_host AND r.subject = a.id) OR (r.is_host AND NOT a.local AND (
        a.domain = r.subject OR a.domain LIKE '%.' || r.subject
        OR a.domain LIKE r.subject || ':%' OR a.domain LIKE '%.' || r.subject || ':%'))
"""
_MEMBERS = """
    INSERT INTO shade (who, account, level)
    SELECT b.member, a.id, min(b.kind) FROM account a JOIN block b
    ON (NOT b.is_host AND b.subject = a.id) OR (b.is_host AND NOT a.local AND (
        a.domain = b.subject OR a.domain LIKE '%.' || b.subject
        OR a.domain LIKE b.subject || ':%' OR a.domain LIKE '%.' || b.subject || ':%'))
    GROUP BY b.member, a.id
"""
