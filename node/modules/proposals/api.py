"""What other modules may use of proposals: bring one, read one, bind one to a joint process."""

from node.modules.proposals.bringing import Draft, Together, bind, bring
from node.modules.proposals.changing import reword
from node.modules.proposals.events import Brought, Changed
from node.modules.proposals.following import follow, least, reopen, stopped
from node.modules.proposals.forms import LONGEST_TEXT, ONE_TEXT, SHARES
from node.modules.proposals.moves import ours
from node.modules.proposals.objects import Evidence
from node.modules.proposals.opening import months_after
from node.modules.proposals.pipeline import State, Who
from node.modules.proposals.queries import (
    Plan,
    Proposal,
    active,
    author_of,
    by_slug,
    how_many_active,
    plan_of,
    under_way,
    version_of,
)
from node.modules.proposals.standing import Strip, strip_of
from node.modules.proposals.starting import begin
from node.modules.proposals.stepping import came, in_rounds, leads
from node.modules.proposals.wording import STAYS

__all__ = [
    "LONGEST_TEXT", "ONE_TEXT", "SHARES", "STAYS", "Brought", "Changed", "Draft", "Evidence",
    "Plan", "Proposal", "State", "Strip", "Together", "Who", "active", "author_of", "begin",
    "bind", "bring", "by_slug", "came", "follow", "how_many_active", "in_rounds", "leads",
    "least", "months_after", "ours", "plan_of", "reopen", "reword", "stopped", "strip_of",
    "under_way", "version_of",
]  # fmt: skip
