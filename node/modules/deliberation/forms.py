"""The forms of a deliberation: what can be said, by its kind."""

from collections.abc import Mapping
from typing import Final

from node.modules.deliberation.rules import Act, Kind, Stand
from web.forms import Address, Choice, Form, Pick, Text
from web.language import mark

SAY: Final[Mapping[Kind, Form]] = {
    Kind.FACT: Form(
        Text("text", mark("What do you know?"), mark("One thing that can be checked"),
             at_most=1000),
        Address("more", mark("Where is that from?"), mark("An address, if there is one"),
                optional=True),
    ),
    Kind.MIND: Form(
        Text("text", mark("What would change your mind?"),
             mark("As in “If it costs more than 100, I am against it.”"), at_most=1000),
    ),
    Kind.QUESTION: Form(Text("text", mark("What do you want to know?"), at_most=1000)),
    Kind.OBJECTION: Form(
        Text("text", mark("What harm do you see?"), at_most=3000),
        Text("more", mark("What would have to change so that you can live with it?"),
             optional=True, at_most=3000),
    ),
    Kind.AMENDMENT: Form(
        Text("more", mark("Which passage?"),
             mark("Copy it from the text. Leave it empty to add something at the end."),
             optional=True, at_most=5000),
        Text("text", mark("What should stand there instead?"), at_most=5000),
    ),
    Kind.MINUTES: Form(
        Text("text", mark("What was said, where we met?"),
             mark("For those who were not there"), at_most=10_000),
    ),
}  # fmt: skip
"""What is asked for."""

WORDS: Final[Mapping[Act, Form]] = {
    Act.ANSWER: Form(Text("words", mark("Your answer"), at_most=3000)),
    Act.OFFER: Form(
        Text("words", mark("What do you offer?"),
             mark("They say whether it settles their objection."), at_most=3000)
    ),
    Act.DECLINE: Form(Text("words", mark("Why not?"), at_most=1000)),
}  # fmt: skip
STANDS: Final = Form(
    Pick(
        "stand",
        mark("Where do you stand, as the text is now?"),
        mark("This is no vote, and nobody sees it under your name."),
        choices=(
            Choice(Stand.FOR, mark("I am for it")),
            Choice(Stand.UNSURE, mark("I am not sure yet")),
            Choice(Stand.AGAINST, mark("I am against it")),
            Choice("nothing", mark("I do not say")),
        ),
    )
)
TITLES: Final[Mapping[Kind, str]] = {
    Kind.FACT: mark("Facts"),
    Kind.MIND: mark("What would change our mind"),
    Kind.QUESTION: mark("Questions"),
    Kind.OBJECTION: mark("Objections"),
    Kind.AMENDMENT: mark("Changes that were asked for"),
    Kind.MINUTES: mark("Minutes"),
}
ADD: Final[Mapping[Kind, str]] = {
    Kind.FACT: mark("Add a fact"),
    Kind.MIND: mark("Say what would change your mind"),
    Kind.QUESTION: mark("Ask something"),
    Kind.OBJECTION: mark("Raise an objection"),
    Kind.AMENDMENT: mark("Ask for a change of the text"),
    Kind.MINUTES: mark("Add minutes"),
}
STATES: Final[Mapping[tuple[Kind, str], tuple[str, str]]] = {
    (Kind.OBJECTION, "said"): (mark("Raised"), "wait"),
    (Kind.OBJECTION, "offered"): (mark("Waits for who objects"), "wait"),
    (Kind.OBJECTION, "integrated"): (mark("Integrated"), "good"),
    (Kind.OBJECTION, "standing"): (mark("Stands"), "bad"),
    (Kind.OBJECTION, "withdrawn"): (mark("Withdrawn"), ""),
    (Kind.AMENDMENT, "said"): (mark("Waits for who brought it"), "wait"),
    (Kind.AMENDMENT, "accepted"): (mark("Accepted"), "good"),
    (Kind.AMENDMENT, "declined"): (mark("Declined"), "bad"),
    (Kind.QUESTION, "said"): (mark("Not answered yet"), "wait"),
}
"""The words of a state, and how they are drawn, where it is to be seen."""
ACTS: Final[Mapping[Act, str]] = {
    Act.ANSWER: mark("Answer it"),
    Act.OFFER: mark("Offer a change"),
    Act.AGREE: mark("Yes, that settles it"),
    Act.REFUSE: mark("No, it does not"),
    Act.STAND: mark("It stands"),
    Act.ACCEPT: mark("Put it into the text"),
    Act.DECLINE: mark("Decline it"),
    Act.WITHDRAW: mark("Take it back"),
}
"""What stands on the buttons."""
