"""Letters given up, and pairs that catch up."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Letters given up, and pairs that catch up."""
    op.create_table(
        "asked",
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_asked")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_at"), ["at"], unique=False)

    op.create_table(
        "lost",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=False),
        sa.Column("place", sa.String(length=2048), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lost")),
    )
    with op.batch_alter_table("lost", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lost_activity"), ["activity"], unique=False)
        batch_op.create_index(batch_op.f("ix_lost_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_lost_domain"), ["domain"], unique=False)

    op.create_table(
        "pair",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("cursor", sa.String(length=2048), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("looked", Moment(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("back", Moment(), nullable=True),
        sa.Column("came", Moment(), nullable=True),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_pair")),
    )
    op.create_table(
        "passed",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("peer", sa.String(length=255), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("link", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed")),
        sa.UniqueConstraint("peer", "mark", name=op.f("uq_passed_peer_mark")),
        sa.UniqueConstraint("peer", "number", name=op.f("uq_passed_peer_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("passed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passed_at"), ["at"], unique=False)
