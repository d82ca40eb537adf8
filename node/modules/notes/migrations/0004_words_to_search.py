"""Words of posts as they are searched."""

import sqlalchemy as sa
from alembic import op

from vocab import html

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Words of posts as they are searched."""
    op.add_column("note", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    names = ("id", "title", "summary", "content", "words")
    note = sa.table("note", *(sa.column(name, sa.Text()) for name in names))
    db = op.get_bind()
    for row in db.execute(sa.select(note).where(note.c.content != "")).all():
        words = html.folded(row.title, row.summary, html.to_text(row.content))
        db.execute(sa.update(note).where(note.c.id == row.id).values(words=words))
