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
        "ledger_account",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=2048), nullable=True),
        sa.Column("opened", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("holder", name=op.f("uq_ledger_account_holder")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=2048), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("away", sa.String(length=2048), nullable=True),
        sa.Column("by", sa.String(length=2048), nullable=True),
        sa.Column("reverses", sa.String(length=64), nullable=True),
        sa.Column("asked", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("giver <> receiver", name=op.f("ck_ledger_entry_two_accounts")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_ledger_entry_something")),
        sa.ForeignKeyConstraint(
            ["giver"], ["ledger_account.id"], name=op.f("fk_ledger_entry_giver")
        ),
        sa.ForeignKeyConstraint(
            ["receiver"], ["ledger_account.id"], name=op.f("fk_ledger_entry_receiver")
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("about", name=op.f("uq_ledger_entry_about")),
        sa.UniqueConstraint("once", name=op.f("uq_ledger_entry_once")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entry_reverses")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_giver_at"), ["giver", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ledger_entry_receiver_at"), ["receiver", "at"], unique=False
        )
