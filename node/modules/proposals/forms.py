"""The forms of proposals: a new one, other words for one, an answer to others, a word to one."""

from dataclasses import replace
from typing import Final

from node.modules.decisions import api as decisions
from node.modules.proposals.courses import USUAL as AS_USUAL
from node.modules.proposals.courses import Course
from web.forms import Choice, Field, Form, Hidden, Line, Moment, Number, Pick, Text, Tick, reach
from web.language import mark

AMONG: Final = "options"
"""What a form says of a majority among options; on the wire that is a majority as well."""
METHODS: Final = tuple(
    Choice(name, one.title, one.good_for) for name, one in decisions.METHODS.items()
)
"""All ways to decide, with what each is good for; those first that are asked for most."""
USUAL: Final = 3
"""So many of them are shown at once, the rest is folded away."""
ONE_TEXT: Final = tuple(choice for choice in METHODS if decisions.METHODS[choice.value].positions)
BASES: Final = (
    Choice("decided", mark("Those who say yes or no")),
    Choice("cast", mark("All who take part")),
    Choice("eligible", mark("All who may vote")),
)
SHARES: Final = (
    Choice("1/4", mark("A quarter of us")),
    Choice("1/3", mark("A third of us")),
    Choice("1/2", mark("Half of us")),
    Choice("2/3", mark("Two thirds of us")),
)
MONTHS: Final = (
    Choice("3", mark("After three months")),
    Choice("6", mark("After half a year")),
    Choice("12", mark("After a year")),
)
LONGEST_TEXT: Final = 20_000
"""Characters of a text."""
WORDS: Final = (
    Line("title", mark("What is proposed?"), mark("One sentence, as it should stand in the record"),
         at_most=120),
    Text("text", mark("The whole text"), mark("What we would do, why, and whom it touches"),
         at_most=LONGEST_TEXT),
)  # fmt: skip
MOST_OPTIONS: Final = 8
_PROBLEM: Final = Text(
    "problem",
    mark("What is the problem?"),
    mark("What is not as it should be, and how you know"),
    at_most=2000,
)
_AFFECTED: Final = Text(
    "affected",
    mark("Who is affected?"),
    mark("Also those who are not here to speak"),
    at_most=1000,
)
WHY: Final = (_PROBLEM, _AFFECTED)
WHY_IF_WANTED: Final = (replace(_PROBLEM, optional=True), replace(_AFFECTED, optional=True))
OPTIONS: Final = (
    Pick("method", mark("How do we decide?"), choices=METHODS),
    *(
        field
        for number in range(1, MOST_OPTIONS + 1)
        for field in (
            Line(f"option_{number}", mark("What we would do"), optional=True, at_most=120),
            Text(f"words_{number}", mark("What it brings, and what it costs"), optional=True,
                 at_most=500),
            Number(f"cost_{number}", mark("Its price, if we share out money"), optional=True,
                   most=1_000_000),
        )
    ),
    Pick("base", mark("Of whom must enough say yes?"), optional=True, choices=BASES),
    Number("seats", mark("How many are to be chosen?"), optional=True, least=1, most=20),
    Number("budget", mark("How much is there to spend?"), mark("In whole units of your money."),
           optional=True, most=1_000_000),
    Tick("changes", mark("It cannot stay as it is"),
         mark("Tick this only if doing nothing is no choice. Without this, “Keep it as it is” "
              "stands on the ballot, too.")),
)  # fmt: skip
TEXT_ALONE: Final = Pick("method", mark("How do we decide?"), choices=ONE_TEXT)
TERMS: Final = (
    Pick("share", mark("How many of us must take part?"),
         mark("At least three ballots are needed in any case."), choices=SHARES),
    Moment("opens", mark("When does voting open?"),
           mark("Leave it empty to vote at once. Until it opens, we talk it through."),
           optional=True),
    Moment("closes", mark("When does voting close?"),
           mark("At least a day later. Write it as in “Sat 20:00” or “13 March 20:00”.")),
    Pick("months", mark("When do we look at it again?"), choices=MONTHS),
    Tick("counts", mark("Show how many took each position"),
         mark("Only where at least eight took part and nobody stands out. Otherwise, and without "
              "this, the record says what was decided and no more.")),
    Tick("open", mark("Open ballots: after the close everybody here sees who voted how"),
         mark("Only %(word_members)s here, and never before the close. It cannot be changed "
              "later. Leave it unticked unless there is a reason: people are freer with a "
              "secret ballot.")),
    Tick("named", mark("Name me as who brought it"),
         mark("Wherever the proposal can be seen. Without this, only %(word_members)s here know.")),
    reach(),
)  # fmt: skip
BEHIND: Final = tuple(Hidden(name) for name in ("source", "course", "replaces", "how", "draft"))
NEW: Final = Form(*WORDS, *WHY_IF_WANTED, *OPTIONS, *TERMS, *BEHIND)
CHANGE: Final = Form(*WORDS, *WHY_IF_WANTED, *OPTIONS)


def among(course: Course) -> tuple[Choice, ...]:
    """The ways that a course lets one choose from."""
    known = {choice.value: choice for choice in METHODS}
    return tuple(known[way_of(method.value, among=course.wants_options)]
                 for method in course.methods)  # fmt: skip


def way_of(method: str, *, among: bool) -> str:
    """The method of a proposal as the form names it."""
    return AMONG if among and method == decisions.Method.MAJORITY else method


def words_of(course: Course) -> tuple[Field, ...]:
    """The fields that a course asks for, of its words: no more than it needs."""
    fields: list[Field] = list(WORDS)
    if course.steps:
        fields += WHY if course.asks_why else WHY_IF_WANTED
    if len(course.methods) > 1:
        fields.append(Pick("method", mark("How do we decide?"), choices=among(course)))
    money = set(course.methods) <= decisions.BUDGETS
    if money:
        fields.append(Number("budget", mark("How much is there to spend?"),
                             mark("In whole units of your money."), least=1,
                             most=1_000_000))  # fmt: skip
    left_out = {"method", "base", "seats", "budget"} | ({"changes"} if money else set())
    if course.wants_options:
        rows = [f for f in OPTIONS if f.name not in left_out]
        fields += [f for f in rows if money or not f.name.startswith("cost_")]
    return tuple(fields)


def new_in(course: Course) -> Form:
    """The form for a new proposal that takes a course."""
    if course.name == AS_USUAL:
        return NEW
    terms = [one for one in TERMS if one.name in ("open", "named", "reach")]
    return Form(*words_of(course), *terms, *BEHIND)


def without(form: Form, name: str) -> Form:
    """A form without one of its fields."""
    return Form(*(one for one in form.fields.values() if one.name != name))


def change_in(course: Course) -> Form:
    """The form for other words of a proposal that takes a course."""
    return CHANGE if course.name == AS_USUAL else Form(*words_of(course))


OPTION: Final = Form(
    Line("option", mark("What we would do"), at_most=120),
    Text("words", mark("What it brings, and what it costs"), optional=True, at_most=500),
)
PRICED: Final = Form(
    *OPTION.fields.values(),
    Number("cost", mark("Its price"), mark("In whole units of your money."), least=1,
           most=1_000_000),
)  # fmt: skip
LEAD: Final = Form(
    Line("lead", mark("Who leads it?"),
         mark("The short name of a member. Leave it empty for who brought it."), optional=True,
         spell=False),
)  # fmt: skip
CHANGE_ANSWER: Final = Form(*WORDS, TEXT_ALONE)
ADOPT: Final = Form(*WORDS, TEXT_ALONE, *TERMS, Hidden("record"), Hidden("answer"), Hidden("draft"))
GROUNDS: Final = (
    Choice("harm", mark("It harms somebody")),
    Choice("conflictWithCharter", mark("It goes against what we agreed among us")),
    Choice("processFlaw", mark("Something went wrong in how it was decided")),
    Choice("resourceImpact", mark("It uses what we share")),
    Choice("other", mark("Something else")),
)
REQUESTS: Final = (
    Choice("talk", mark("Talk with us")),
    Choice("amend", mark("Change it")),
    Choice("pause", mark("Wait with it")),
    Choice("none", mark("Nothing; we only want it known")),
)
OBJECT: Final = Form(
    *WORDS,
    Pick("ground", mark("What is our objection about?"), choices=GROUNDS),
    Pick("request", mark("What do we ask them for?"), choices=REQUESTS),
    Text("reason", mark("Our reason, as they will read it"), at_most=3000),
    TEXT_ALONE,
    *TERMS,
    Hidden("record"),
    Hidden("answer"),
    Hidden("draft"),
)
SAY: Final = Form(
    Text("text", mark("Say something"), mark("Write as you would across the table."), at_most=5000)
)
REACH: Final = Form(reach(label=mark("Who may see this decision?")))
