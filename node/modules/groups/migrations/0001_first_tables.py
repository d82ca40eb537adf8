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
        "group_submission",
        sa.Column("post", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_group_submission_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_group_submission")),
    )
    with op.batch_alter_table("group_submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_group_submission_owner_at"), ["owner", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_group_submission_state_at"), ["state", "at"], unique=False
        )
    op.create_table(
        "group_told",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("post", sa.String(length=2048), nullable=False),
        sa.Column("about", sa.String(length=2048), nullable=False),
        sa.Column("acts", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_told")),
        sa.UniqueConstraint("about", "acts", name=op.f("uq_group_told_about_acts")),
    )
    with op.batch_alter_table("group_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_told_post"), ["post"], unique=False)
    op.create_table(
        "group_pin",
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("post", sa.String(length=2048), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_group_pin_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "post", name=op.f("pk_group_pin")),
    )
    with op.batch_alter_table("group_pin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_pin_post"), ["post"], unique=False)
    op.create_table(
        "group_server",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("software", sa.String(length=60), nullable=True),
        sa.Column("acts", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_group_server")),
    )
    op.create_table(
        "group_named",
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_group_named_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_group_named")),
    )
