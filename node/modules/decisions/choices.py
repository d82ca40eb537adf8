"""What decisions choose for people: how few may decide, what is told, and what is never done."""

from typing import Final

from node.kernel.choices import Choice, Level
from node.modules.decisions import rules
from node.modules.decisions.methods import showing
from web.language import mark

FEWEST: Final = Choice(
    name="decisions.fewest", level=Level.CHARTER, default=rules.FEWEST_BALLOTS, most=50, up=True,
    title=mark("Ballots that any decision needs"), words=mark("%(n)s at least"),
    why=mark("With one or two, the outcome would tell how somebody voted. It can be raised only."),
    stands=("decisions.rules.FEWEST_BALLOTS",),
)  # fmt: skip
FLOOR: Final = Choice(
    name="decisions.floor", level=Level.CHARTER, default=showing.LEAST, most=50, up=True,
    title=mark("The smallest group that a count may show"), words=mark("%(n)s ballots"),
    why=mark("Nobody should stand out in a count. It can be raised only."),
    stands=("decisions.methods.showing.LEAST", "decisions.rules.SUPPRESSED_BELOW"),
)  # fmt: skip
OPEN: Final = Choice(
    name="decisions.open", level=Level.CHARTER, default=False,
    title=mark("Whether a vote may have open ballots, if whoever brings it says so before"),
    why=mark("Some groups want to stand by their votes. Whoever has to live with a neighbour, or "
             "works for one, is freer with a secret ballot; so it takes all of us to allow it."),
)  # fmt: skip
DELEGATION: Final = Choice(
    name="decisions.delegation", level=Level.CHARTER, default=False,
    title=mark("Whether a %(word_member)s may have another vote for them, in open votes"),
    why=mark("Who trusts somebody in a matter is heard without having to read it all. But voices "
             "heap up, and in a secret vote their weight would tell whose ballot it is."),
)  # fmt: skip
MONTHS: Final = Choice(
    name="decisions.delegation_months", level=Level.DECISION, default=6, least=1, most=12,
    title=mark("How long somebody votes for another"), words=mark("%(n)s months of thirty days"),
    why=mark("Trust that nobody has looked at again for a year is a habit."),
)  # fmt: skip
GRACE: Final = Choice(
    name="decisions.grace_days", level=Level.DECISION, default=7, least=1, most=60,
    title=mark("How long a decision waits for somebody to say who may see it"),
    words=mark("%(n)s days; then it is in force and stays here"),
    why=mark("What we decided should not hang on one person who forgets it, or does not want it."),
)  # fmt: skip
EXACT: Final = Choice(
    name="decisions.exact", level=Level.CHARTER, default=showing.EXACT, least=showing.ENOUGH,
    most=500,
    title=mark("Ballots from which on a count is told exactly"), words=mark("%(n)s ballots"),
    why=mark("With fewer, and where it was close, it is told in steps of five: nobody should be "
             "the one whose ballot decided it."),
    stands=("decisions.methods.showing.EXACT", "decisions.methods.showing.BAND"),
)  # fmt: skip
CHOICES: Final = (
    GRACE,
    EXACT,
    OPEN,
    DELEGATION,
    MONTHS,
    FEWEST,
    FLOOR,
    Choice(
        name="decisions.enough", level=Level.CHARTER,
        title=mark("Ballots before any count is shown"), words=mark("Eight"),
        why=mark("In a small vote, a count and a list of who came together name people."),
        stands=("decisions.methods.showing.ENOUGH",),
    ),
    Choice(
        name="decisions.equal", level=Level.CHARTER,
        title=mark("What a ballot weighs"), words=mark("Every %(word_member)s has one ballot"),
        why=mark("Neither hours given, nor years here, nor office make a voice heavier."),
    ),
    Choice(
        name="decisions.silence", level=Level.CHARTER,
        title=mark("Silence"), words=mark("Is never a yes"),
        why=mark("Who says nothing may be ill, away, or afraid."),
    ),
    Choice(
        name="decisions.secret", level=Level.CHARTER,
        title=mark("Ballots"), words=mark(
            "Secret, apart from names and times, unless a vote was opened as an open one; none "
            "ever leaves"
        ),
        why=mark("So that nobody has to answer for a vote to a neighbour, or to a keeper."),
    ),
    Choice(
        name="decisions.hidden", level=Level.CHARTER,
        title=mark("How a vote stands"), words=mark("Shown to nobody before the close"),
        why=mark("Who sees who leads votes with or against the leader."),
    ),
    Choice(
        name="decisions.change", level=Level.CHARTER,
        title=mark("Changing one’s ballot"), words=mark("Until the close, with its code"),
        why=mark("It helps against somebody who stands behind you."),
    ),
    Choice(
        name="decisions.ties", level=Level.CHARTER,
        title=mark("A tie"), words=mark(
            "It stays as it is, if that was on the ballot; else two days of run-off; else the lot"
        ),
        why=mark("Known before the first ballot, so that nobody chooses the rule by the result."),
        stands=("decisions.counting.RUN_OFF",),
    ),
    Choice(
        name="decisions.two_hands", level=Level.CHARTER,
        title=mark("Changing a vote: its list, its deadline, its result"),
        words=mark("Takes two: a keeper, and another one or a witness drawn by lot; at most "
                   "thirty days more"),
        why=mark("Whoever keeps the machine should not be able to keep the outcome."),
        stands=("decisions.hands.PATIENCE", "decisions.hands.LONGER"),
    ),
    Choice(
        name="decisions.suspended", level=Level.CHARTER,
        title=mark("Suspending somebody while a vote is under way"), words=mark(
            "Takes everything but their ballot; two take them off its list"
        ),
        why=mark("Who may shut somebody out at once should not decide by it who votes."),
        stands=("accounts.rules.TO_VOTE",),
    ),
    Choice(
        name="decisions.lot", level=Level.CHARTER,
        title=mark("The lot"), words=mark(
            "Of a word of the node, of words that people guard, and of all ballots; the count "
            "waits two days for a word"
        ),
        why=mark("So that neither the node nor the last voter can steer it."),
        stands=("decisions.guarding.PATIENCE",),
    ),
    Choice(
        name="decisions.again", level=Level.DECISION,
        title=mark("If too few take part"), words=mark(
            "It stays open once more, for one to seven days, and then lapses"
        ),
        why=mark("A busy week should not decide for us; nor should a vote be held until it fits."),
        stands=("decisions.counting.AT_LEAST", "decisions.counting.AT_MOST"),
    ),
    Choice(
        name="decisions.large", level=Level.STEWARD,
        title=mark("Whether a new form suggests to show counts"), words=mark("From twenty on"),
        why=mark("Only a suggestion; whoever brings something chooses."),
        stands=("decisions.rules.LARGE",),
    ),
    Choice(
        name="decisions.record", level=Level.CHARTER,
        title=mark("What was decided"), words=mark("Is signed, and never changed"),
        why=mark("So that nobody has to trust whoever keeps the machine."),
    ),
    Choice(
        name="decisions.ways", level=Level.DECISION,
        title=mark("What a ballot can say"), words=mark(
            "What the way to decide asks for: a word, ticks, an order, scores from nought to "
            "five, ten dots, a hundred credits"
        ),
        why=mark("A paper should fit the question, and be small enough to fill in."),
        stands=("decisions.methods.dots.DOTS", "decisions.methods.quadratic.CREDITS",
                "decisions.methods.score.TOP"),
    ),
)  # fmt: skip
