"""What accounts choose for people: who lets whom in, and what nobody is measured by."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

INVITE: Final = Choice(
    name="members_invite", level=Level.DECISION, default=False,
    title=mark("%(word_Members)s may invite"),
    why=mark("Who may invite decides who we are. It begins with keepers, until we know how."),
)  # fmt: skip
HOUSE_RULES: Final = Choice(
    name="house_rules", level=Level.STEWARD, default="", page="/desk/community",
    title=mark("House rules"),
    why=mark("Whoever joins reads and accepts them. A keeper who changes them says why."),
)  # fmt: skip
CHOICES: Final = (
    INVITE,
    HOUSE_RULES,
    Choice(
        name="accounts.by_invite", level=Level.CHARTER,
        title=mark("Joining"), words=mark("By an invite of somebody who is here"),
        why=mark("Trust begins with somebody who knows you."),
    ),
    Choice(
        name="accounts.invite_lasts", level=Level.STEWARD,
        title=mark("How long an invite holds"),
        words=mark("Fourteen days, unless whoever makes it says otherwise"),
        why=mark("A link that is lost should not open our door for ever."),
        stands=("accounts.rules.INVITE",),
    ),
    Choice(
        name="accounts.no_ranks", level=Level.CHARTER,
        title=mark("Ranks, points for people, streaks"), words=mark("None"),
        why=mark("People are not numbers. What is counted is soon lived for."),
    ),
    Choice(
        name="accounts.seen", level=Level.CHARTER,
        title=mark("When somebody was here last"),
        words=mark("The day alone, for the quorum; shown to nobody"),
        why=mark("Nobody should have to be seen to be here."),
        stands=("accounts.rules.SEEN_EVERY",),
    ),
    Choice(
        name="accounts.keepers", level=Level.CHARTER,
        title=mark("The last %(word_keeper)s"), words=mark("Stays until somebody else keeps it"),
        why=mark("A house that nobody keeps shuts everybody out."),
    ),
    Choice(
        name="accounts.leaving", level=Level.CHARTER,
        title=mark("Leaving"), words=mark("At any time, with one’s data; what was ours is erased"),
        why=mark("Only who may go freely is here freely."),
        stands=("accounts.leaving.KEYS_KEPT",),
    ),
    Choice(
        name="accounts.community", level=Level.STEWARD, page="/desk/community",
        title=mark("Our name, our words and our colour"), words=mark("Keepers choose them"),
        why=mark("They can be changed back in a minute, and the log says who did it."),
    ),
    Choice(
        name="accounts.roles", level=Level.STEWARD, page="/desk/members",
        title=mark("Who keeps this node"), words=mark("Whom somebody who keeps it lets in to that"),
        why=mark("Somebody has to hold the key. The log says who gave it to whom."),
    ),
)  # fmt: skip
