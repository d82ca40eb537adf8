"""Second hands, and words of the lot."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Second hands, and words of the lot."""
    op.create_table(
        "vote_request",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("closes", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("second", sa.String(length=2048), nullable=True),
        sa.Column("answered", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["account.id"],
            name=op.f("fk_vote_request_asked_by"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_vote_request_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_vote_request_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["second"],
            ["account.id"],
            name=op.f("fk_vote_request_second"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_request")),
        sa.UniqueConstraint("once", name=op.f("uq_vote_request_once")),
    )
    with op.batch_alter_table("vote_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_request_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_request_box_at"), ["box", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_request_member"), ["member"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_request_second"), ["second"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_request_state"), ["state"], unique=False)

    op.create_table(
        "lot_guard",
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_lot_guard_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_lot_guard_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("box", "member", name=op.f("pk_lot_guard")),
    )
    with op.batch_alter_table("lot_guard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_guard_member"), ["member"], unique=False)

    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lot_words", sa.JSON(), nullable=True))
