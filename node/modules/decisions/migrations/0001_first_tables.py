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
        "box",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("share", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("opened", Moment(), nullable=False),
        sa.Column("closes", Moment(), nullable=False),
        sa.Column("review", Moment(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("roster_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("subject_digest", sa.String(length=120), nullable=False),
        sa.Column("counted", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=True),
        sa.Column("receipts", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box")),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("record", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("response", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=2048), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_response_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_response_record"), ["record"], unique=False)

    op.create_table(
        "audit",
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["box"], ["box.id"], name=op.f("fk_audit_box"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("box", name=op.f("pk_audit")),
        info={"secret": True},
    )
    op.create_table(
        "ballot",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("position", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_ballot_box"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ballot")),
        info={"secret": True},
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_box"), ["box"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("hidden", Moment(), nullable=True),
        sa.Column("box", sa.String(length=64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=120), nullable=False),
        sa.Column("seal", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("sent", Moment(), nullable=True),
        sa.Column("settled", Moment(), nullable=True),
        sa.Column("in_force", Moment(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["box"], ["box.id"], name=op.f("fk_record_box")),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_record_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("slug", name=op.f("uq_record_slug")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_box"), ["box"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_owner_at"), ["owner", "at"], unique=False)

    op.create_table(
        "roster",
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=True),
        sa.Column("voted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["box"], ["box.id"], name=op.f("fk_roster_box"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_roster_member"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_roster")),
        sa.UniqueConstraint("box", "member", name=op.f("uq_roster_box_member")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_member"), ["member"], unique=False)
