"""What members say in a deliberation, and where they stand."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What members say in a deliberation, and where they stand."""
    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=2048), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answerer", sa.String(length=2048), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["answerer"],
            ["account.id"],
            name=op.f("fk_remark_answerer"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
            name=op.f("fk_remark_author"),
            onupdate="CASCADE",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("once", name=op.f("uq_remark_once")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_answerer"), ["answerer"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_matter_kind"), ["matter", "kind"], unique=False)

    op.create_table(
        "deliberation_position",
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("stand", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_deliberation_position_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("matter", "member", name=op.f("pk_deliberation_position")),
    )
    with op.batch_alter_table("deliberation_position", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deliberation_position_member"), ["member"], unique=False
        )

    op.create_table(
        "remark_stance",
        sa.Column("remark", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2048), nullable=False),
        sa.Column("supports", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"],
            ["account.id"],
            name=op.f("fk_remark_stance_member"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["remark"], ["remark.id"], name=op.f("fk_remark_stance_remark"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("remark", "member", name=op.f("pk_remark_stance")),
    )
    with op.batch_alter_table("remark_stance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_stance_member"), ["member"], unique=False)
