"""Topics together with words, and words of titles apart from others."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TOGETHER = """
INSERT INTO match_term (term, purpose, number, weight)
SELECT DISTINCT term, purpose, number, 7 FROM (
    SELECT substr(topic.term || '+' || word.term, 1, 120) AS term, topic.purpose AS purpose,
        topic.number AS number,
        row_number() OVER (PARTITION BY topic.number ORDER BY topic.term, word.term) AS place
    FROM match_term AS topic JOIN match_term AS word ON word.number = topic.number
    WHERE topic.term LIKE 't:%' AND word.term NOT LIKE 't:%' AND word.weight = 4
) AS every
WHERE place <= 24
"""
_APART = "UPDATE match_term SET term = substr('=' || term, 1, 120) WHERE weight = 4"


def upgrade() -> None:
    """Topics together with words, and words of titles apart from others."""
    op.execute(_TOGETHER)
    op.execute(_APART)
    op.drop_column("match_term", "weight")
