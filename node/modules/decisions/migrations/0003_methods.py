"""Ballots of any shape, quorum of those who are active, run-offs and lots."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ballots of any shape, quorum of those who are active, run-offs and lots."""
    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("settings", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("extended", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("run_off", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("lot", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("lot_word", sa.String(length=64), nullable=True))
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active", sa.Boolean(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("recused", sa.Boolean(), nullable=False, server_default="0"))
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marks", sa.Text(), nullable=True))
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lot", sa.String(length=64), nullable=True))
