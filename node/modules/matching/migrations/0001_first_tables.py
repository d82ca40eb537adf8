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
        "match_contact",
        sa.Column("account", sa.String(length=2048), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("fk_match_contact_account"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account", "kind", name=op.f("pk_match_contact")),
    )
    op.create_table(
        "match_found",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("mine", sa.String(length=2048), nullable=False),
        sa.Column("other", sa.String(length=2048), nullable=True),
        sa.Column("handle", sa.String(length=2048), nullable=True),
        sa.Column("service", sa.String(length=2048), nullable=True),
        sa.Column("request", sa.String(length=2048), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("but", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("ends", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_match_found_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_found_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_match_found")),
        sa.UniqueConstraint("handle", name=op.f("uq_match_found_handle")),
    )
    with op.batch_alter_table("match_found", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_found_ends"), ["ends"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_found_mine_other"), ["mine", "other"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_match_found_other"), ["other"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_found_owner_state"), ["owner", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_match_found_request"), ["request"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_found_service"), ["service"], unique=False)

    op.create_table(
        "match_introduction",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offer", sa.String(length=2048), nullable=False),
        sa.Column("answer", sa.String(length=2048), nullable=True),
        sa.Column("reply", sa.String(length=2048), nullable=True),
        sa.Column("service", sa.String(length=2048), nullable=True),
        sa.Column("asker", sa.String(length=2048), nullable=True),
        sa.Column("asked", sa.String(length=2048), nullable=True),
        sa.Column("mine", sa.String(length=2048), nullable=True),
        sa.Column("about", sa.String(length=2048), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("request", sa.String(length=2048), nullable=True),
        sa.Column("handle", sa.String(length=2048), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tells", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("declined", Moment(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked"],
            ["account.id"],
            name=op.f("fk_match_introduction_asked"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asker"],
            ["account.id"],
            name=op.f("fk_match_introduction_asker"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_introduction_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_introduction")),
        sa.UniqueConstraint("handle", name=op.f("uq_match_introduction_handle")),
        sa.UniqueConstraint("offer", name=op.f("uq_match_introduction_offer")),
        sa.UniqueConstraint("slug", name=op.f("uq_match_introduction_slug")),
    )
    with op.batch_alter_table("match_introduction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_introduction_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_introduction_answer"), ["answer"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_introduction_asked"), ["asked"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_introduction_asker"), ["asker"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_introduction_mine"), ["mine"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_introduction_reply"), ["reply"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_introduction_request"), ["request"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_match_introduction_service"), ["service"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_match_introduction_state_ends"), ["state", "ends"], unique=False
        )

    op.create_table(
        "match_probe",
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("concept", sa.String(length=2048), nullable=False),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_probe_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service", "day", "concept", name=op.f("pk_match_probe")),
    )
    op.create_table(
        "match_request",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("way", sa.String(length=3), nullable=False),
        sa.Column("service", sa.String(length=2048), nullable=False),
        sa.Column("need", sa.String(length=2048), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("intent", sa.JSON(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=2048), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service"],
            ["account.id"],
            name=op.f("fk_match_request_service"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_request")),
    )
    with op.batch_alter_table("match_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_request_need"), ["need"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_request_state_ends"), ["state", "ends"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_match_request_way_service_at"), ["way", "service", "at"], unique=False
        )

    op.create_table(
        "match_card",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("introduction", sa.String(length=2048), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("activity", sa.String(length=2048), nullable=True),
        sa.Column("holder", sa.String(length=2048), nullable=True),
        sa.Column("describes", sa.String(length=2048), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder"],
            ["account.id"],
            name=op.f("fk_match_card_holder"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["introduction"],
            ["match_introduction.id"],
            name=op.f("fk_match_card_introduction"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_card")),
    )
    with op.batch_alter_table("match_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_card_describes"), ["describes"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_card_ends"), ["ends"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_card_holder"), ["holder"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_match_card_introduction"), ["introduction"], unique=False
        )

    op.create_table(
        "match_handle",
        sa.Column("id", sa.String(length=2048), nullable=False),
        sa.Column("request", sa.String(length=2048), nullable=False),
        sa.Column("owner", sa.String(length=2048), nullable=False),
        sa.Column("listing", sa.String(length=2048), nullable=False),
        sa.Column("ends", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["account.id"],
            name=op.f("fk_match_handle_owner"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request"],
            ["match_request.id"],
            name=op.f("fk_match_handle_request"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_handle")),
    )
    with op.batch_alter_table("match_handle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_handle_ends"), ["ends"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_handle_listing"), ["listing"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_handle_request"), ["request"], unique=False)
