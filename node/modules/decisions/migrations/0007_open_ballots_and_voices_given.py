"""Open ballots and voices given."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Open ballots and voices given."""
    op.create_table(
        "vote_delegation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("giver", sa.String(length=2048), nullable=False),
        sa.Column("holder", sa.String(length=2048), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("answered", Moment(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["giver"],
            ["account.id"],
            name=op.f("fk_vote_delegation_giver"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["holder"],
            ["account.id"],
            name=op.f("fk_vote_delegation_holder"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_delegation")),
        sa.UniqueConstraint("once", name=op.f("uq_vote_delegation_once")),
    )
    with op.batch_alter_table("vote_delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_delegation_giver"), ["giver"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_delegation_holder"), ["holder"], unique=False)

    op.create_table(
        "ballot_line",
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("position", sa.String(length=30), nullable=False),
        sa.Column("option", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("marks", sa.Text(), nullable=True),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_ballot_line_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_ballot_line_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_ballot_line")),
    )
    with op.batch_alter_table("ballot_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_line_box"), ["box"], unique=False)
        batch_op.create_index(batch_op.f("ix_ballot_line_member"), ["member"], unique=False)

    op.create_table(
        "open_ballot",
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("position", sa.String(length=30), nullable=False),
        sa.Column("option", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_open_ballot_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_open_ballot_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_open_ballot")),
        sa.UniqueConstraint("box", "member", name=op.f("uq_open_ballot_box_member")),
        info={"secret": True},
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("open_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_ballot_member"), ["member"], unique=False)

    op.create_table(
        "vote_carried",
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("delegation", sa.String(length=64), nullable=False),
        sa.Column("giver", sa.String(length=2048), nullable=True),
        sa.Column("holder", sa.String(length=2048), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_vote_carried_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["giver"],
            ["account.id"],
            name=op.f("fk_vote_carried_giver"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["holder"],
            ["account.id"],
            name=op.f("fk_vote_carried_holder"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_vote_carried")),
    )
    with op.batch_alter_table("vote_carried", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_carried_box"), ["box"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_vote_carried_delegation"), ["delegation"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_vote_carried_giver"), ["giver"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_carried_holder"), ["holder"], unique=False)
