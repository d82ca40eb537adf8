"""Agreements whole: who does it, when, where, what was done, thanks."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHO = "UPDATE agreement SET giver = CASE WHEN purpose = 'request' THEN interested ELSE proposer END"


def upgrade() -> None:
    """Agreements whole."""
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("giver", sa.String(length=2048), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("due", Moment(), nullable=True))
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("event", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("act", sa.String(length=2048), nullable=True))
        batch_op.add_column(sa.Column("spent", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("delivered", Moment(), nullable=True))
    op.execute(WHO)
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.alter_column("giver", existing_type=sa.String(length=2048), server_default=None)
        batch_op.alter_column("terms", existing_type=sa.JSON(), server_default=None)
        batch_op.create_index(batch_op.f("ix_agreement_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_event"), ["event"], unique=False)
    op.create_table(
        "agreement_thanks",
        sa.Column("offer", sa.String(length=2048), nullable=False),
        sa.Column("by", sa.String(length=2048), nullable=False),
        sa.Column("to", sa.String(length=2048), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer"],
            ["agreement.offer"],
            name=op.f("fk_agreement_thanks_offer"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offer", "by", name=op.f("pk_agreement_thanks")),
    )
    with op.batch_alter_table("agreement_thanks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_thanks_to_at"), ["to", "at"], unique=False)
