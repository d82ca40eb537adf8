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
        "joint_answer",
        sa.Column("process", sa.String(length=2048), nullable=False),
        sa.Column("community", sa.String(length=2048), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("said", Moment(), nullable=False),
        sa.Column("seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"],
            ["account.id"],
            name=op.f("fk_joint_answer_community"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("process", "community", name=op.f("pk_joint_answer")),
    )
    op.create_table(
        "joint_end",
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("process", sa.String(length=2048), nullable=False),
        sa.Column("community", sa.String(length=2048), nullable=False),
        sa.Column("digest", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"],
            ["account.id"],
            name=op.f("fk_joint_end_community"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_joint_end")),
        sa.UniqueConstraint("process", "community", name=op.f("uq_joint_end_process_community")),
    )
    op.create_table(
        "joint_process",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("invited", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("invite", sa.String(length=2048), nullable=True),
        sa.Column("answer_by", Moment(), nullable=True),
        sa.Column("ends", Moment(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=True),
        sa.Column("subject_code", sa.String(length=60), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=True),
        sa.Column("ballot", sa.String(length=2048), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("concluded", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_joint_process_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_process")),
        sa.UniqueConstraint("once", name=op.f("uq_joint_process_once")),
        sa.UniqueConstraint("slug", name=op.f("uq_joint_process_slug")),
    )
    with op.batch_alter_table("joint_process", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_process_state"), ["state"], unique=False)

    op.create_table(
        "joint_vote",
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("process", sa.String(length=2048), nullable=False),
        sa.Column("community", sa.String(length=2048), nullable=False),
        sa.Column("voice", sa.String(length=20), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("subject_digest", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=120), nullable=False),
        sa.Column("said", Moment(), nullable=False),
        sa.Column("seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"],
            ["account.id"],
            name=op.f("fk_joint_vote_community"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_joint_vote")),
    )
    with op.batch_alter_table("joint_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_vote_process"), ["process"], unique=False)
