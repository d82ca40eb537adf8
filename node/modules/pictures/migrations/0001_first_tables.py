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
        "picture",
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=2048), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("blurhash", sa.String(length=120), nullable=False),
        sa.Column("large", sa.LargeBinary(length=32), nullable=False),
        sa.Column("small", sa.LargeBinary(length=32), nullable=False),
        sa.Column("media", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_picture_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_picture")),
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picture_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_large"), ["large"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_small"), ["small"], unique=False)

    op.create_table(
        "picture_blob",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_picture_blob")),
    )
    op.create_table(
        "picture_copy",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("used", Moment(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_picture_copy")),
        info={"again": True},
    )
    with op.batch_alter_table("picture_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picture_copy_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_copy_used"), ["used"], unique=False)

    op.create_table(
        "picture_copy_body",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("large", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["picture_copy.key"], name=op.f("fk_picture_copy_body_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_picture_copy_body")),
        info={"again": True},
    )
