"""Which letter led to a job."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# what these jobs had left of a letter's measure stood in their arguments
KINDS = ("federation.resolve", "notes.check_quote", "notes.gather")


def upgrade() -> None:
    """Which letter led to a job."""
    op.add_column("job", sa.Column("cause", sa.String(length=40), nullable=True))
    job = sa.table("job", sa.column("id"), sa.column("kind"), sa.column("args", sa.JSON))
    db = op.get_bind()
    for row in db.execute(sa.select(job).where(job.c.kind.in_(KINDS))).all():
        args = {name: value for name, value in row.args.items() if name not in ("left", "host")}
        db.execute(sa.update(job).where(job.c.id == row.id).values(args=args))
