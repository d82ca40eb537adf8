"""What matching chooses for people: reasons instead of scores, and a no that nobody hears."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="matching.reasons", level=Level.CHARTER,
        title=mark("Why two things fit"), words=mark("Reasons in words, never a percentage"),
        why=mark("One can disagree with a reason. Nobody is measured by whom they suit."),
    ),
    Choice(
        name="matching.silent", level=Level.CHARTER,
        title=mark("A no to an introduction"), words=mark("Is silent"),
        why=mark("Nobody should have to explain whom they would rather not meet."),
        stands=("matching.rules.LATER", "matching.rules.INTRODUCTION_LASTS"),
    ),
    Choice(
        name="matching.talk", level=Level.CHARTER,
        title=mark("Words between two without names"),
        words=mark("For three weeks, ten a day from each; erased when it ends"),
        why=mark("Some things are settled in three sentences, before anybody says who they are."),
        stands=("matching.rules.TALK_LASTS", "matching.rules.LETTERS_A_DAY"),
    ),
    Choice(
        name="matching.few", level=Level.DECISION,
        title=mark("What is suggested at once"), words=mark("Three at most"),
        why=mark("More would be a catalogue of neighbours."),
        stands=("matching.rules.MOST_RESULTS",),
    ),
    Choice(
        name="matching.nameless", level=Level.CHARTER,
        title=mark("Asking other communities without names"),
        words=mark("Only where five or more were here lately"),
        why=mark("Among fewer, everybody would know who is meant."),
        stands=("matching.rules.SMALLEST_SET", "matching.rules.ACTIVE"),
    ),
    Choice(
        name="matching.asked", level=Level.CHARTER,
        title=mark("What others may ask us"),
        words=mark("Five answers at most; twenty topics and sixty questions a day"),
        why=mark("Whoever could ask without end would know us all."),
        stands=("matching.rules.LARGEST_ANSWER", "matching.rules.CONCEPTS_A_DAY",
                "matching.rules.REQUESTS_AN_HOUR",
                "matching.rules.REQUESTS_A_DAY", "matching.rules.ASK_AGAIN"),
    ),
    Choice(
        name="matching.log", level=Level.CHARTER,
        title=mark("What communities asked each other"), words=mark("Shown to us for ninety days"),
        why=mark("Who is asked about should be able to see who asks."),
        stands=("matching.rules.LOGGED", "matching.rules.KEPT", "matching.rules.KEPT_ANSWERED"),
    ),
    Choice(
        name="matching.kept", level=Level.DECISION,
        title=mark("What others said of an offer or a need"), words=mark("Ninety days at most"),
        why=mark("An offer of last year is not an offer."),
        stands=("matching.rules.CARD_LASTS", "matching.rules.HANDLES_LAST",
                "matching.rules.REQUEST_LASTS"),
    ),
    Choice(
        name="matching.weights", level=Level.DECISION,
        title=mark("What counts when two things fit"), words=mark(
            "The topic, the words, what is done, the time and the way there; of people nothing"
        ),
        why=mark("What is meant and near is of use. Nobody should have to be liked for it."),
        stands=("matching.scoring.ENOUGH", "matching.scoring.MARGIN", "matching.scoring.LONG",
                "matching.scoring.CLOSE", "matching.suggesting.KEPT"),
    ),
    Choice(
        name="matching.far", level=Level.DECISION,
        title=mark("How far off something may be"),
        words=mark("A hundred kilometres at most, and less for whoever says so"),
        why=mark("Further off, the way takes more than the thing is worth."),
        stands=("matching.filters.FARTHEST",),
    ),
    Choice(
        name="matching.bands", level=Level.CHARTER,
        title=mark("What trusted communities learn of what we lack"),
        words=mark("In steps of five people and more, for each topic once a week"),
        why=mark("A number that one person moves is about that person."),
        stands=("matching.bands.SMALLEST", "matching.bands.MOVES", "matching.digests.HOLDS"),
    ),
)  # fmt: skip
