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
        "role",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("powers", sa.JSON(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ended", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_role")),
        sa.UniqueConstraint("key", name=op.f("uq_role_key")),
    )
    op.create_table(
        "role_step",
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("record", "key", name=op.f("pk_role_step")),
    )
    with op.batch_alter_table("role_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_step_key"), ["key"], unique=False)

    op.create_table(
        "role_selection",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("lead", sa.String(length=2048), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead"],
            ["account.id"],
            name=op.f("fk_role_selection_lead"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["role"], ["role.slug"], name=op.f("fk_role_selection_role"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_role_selection")),
        sa.UniqueConstraint("once", name=op.f("uq_role_selection_once")),
        sa.UniqueConstraint("proposal", name=op.f("uq_role_selection_proposal")),
    )
    with op.batch_alter_table("role_selection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_selection_lead"), ["lead"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_selection_role"), ["role"], unique=False)

    op.create_table(
        "role_holding",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("begins", Moment(), nullable=True),
        sa.Column("ends", Moment(), nullable=True),
        sa.Column("closed", Moment(), nullable=True),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("selection", sa.String(length=64), nullable=True),
        sa.Column("record", sa.String(length=2048), nullable=True),
        sa.Column("handover", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_role_holding_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["role"], ["role.slug"], name=op.f("fk_role_holding_role"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["selection"],
            ["role_selection.slug"],
            name=op.f("fk_role_holding_selection"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_holding")),
    )
    with op.batch_alter_table("role_holding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_holding_member"), ["member"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_holding_role"), ["role"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_holding_selection"), ["selection"], unique=False)

    op.create_table(
        "role_nomination",
        sa.Column("selection", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("nominee", sa.String(length=2048), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_role_nomination_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["nominee"],
            ["account.id"],
            name=op.f("fk_role_nomination_nominee"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["selection"],
            ["role_selection.slug"],
            name=op.f("fk_role_nomination_selection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("selection", "member", name=op.f("pk_role_nomination")),
    )
    with op.batch_alter_table("role_nomination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_nomination_member"), ["member"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_nomination_nominee"), ["nominee"], unique=False)

    op.create_table(
        "role_petition",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("holding", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_role_petition_author"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["holding"],
            ["role_holding.id"],
            name=op.f("fk_role_petition_holding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_petition")),
        sa.UniqueConstraint("once", name=op.f("uq_role_petition_once")),
        sa.UniqueConstraint("proposal", name=op.f("uq_role_petition_proposal")),
    )
    with op.batch_alter_table("role_petition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_petition_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_petition_holding"), ["holding"], unique=False)

    op.create_table(
        "role_endorsement",
        sa.Column("petition", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_role_endorsement_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["petition"],
            ["role_petition.id"],
            name=op.f("fk_role_endorsement_petition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("petition", "member", name=op.f("pk_role_endorsement")),
    )
    with op.batch_alter_table("role_endorsement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_endorsement_member"), ["member"], unique=False)
