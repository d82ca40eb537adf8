"""What a role is, how a decision says so, how long it is held, who may be chosen. No I/O.

A decision names a role in lines of its own in the text that was voted on, so that everybody reads
them before they vote:

    § role: Facilitator
    § for: Keeps our talks fair.
    § may: facilitate, topics
    § months: 6
    § seats: 1

`§ end role: Facilitator` ends it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from vocab.values import dataclass
from web.language import mark

REMIND: Final = timedelta(days=30)
"""So long before the end of a term its holder is reminded, and the next can be chosen."""
ANSWER: Final = timedelta(days=7)
"""How long somebody who was chosen has to say yes; silence is none."""
NOMINATE: Final = timedelta(days=4)
CHANGE: Final = timedelta(days=2)
PROPOSE: Final = timedelta(days=7)
"""How long whoever leads a selection has to propose somebody; then anybody may."""
CONSENT: Final = timedelta(days=3)
TRIES: Final = 3
"""So often somebody is proposed in one selection; then it ends without anybody."""
PETITION: Final = timedelta(days=30)
"""How long a petition for a recall gathers."""
HEARING: Final = timedelta(days=5)
"""How long whoever is to be recalled is heard before the vote opens."""
RECALL: Final = timedelta(days=5)
"""How long the vote on a recall is open."""
PART: Final = Fraction(1, 5)
"""Of those who are active so many have to ask for a recall, where that is more than the least."""
SEATS: Final = 9
NAME: Final = 60
PURPOSE: Final = 300


class Power(StrEnum):
    """What a role may do."""

    FACILITATE = "facilitate"
    TOPICS = "topics"
    CIRCLES = "circles"
    SPEAK = "speak"
    """A word alone: nothing in the program hangs on it."""


WORDS: Final[Mapping[Power, tuple[str, str]]] = {
    Power.FACILITATE: (
        mark("Lead talks and rounds"),
        mark("Takes any %(word_proposal)s on through its steps and rounds, as who brought it may."),
    ),
    Power.TOPICS: (
        mark("Look after the topics"),
        mark("Adds topics for offers and needs, and changes or retires them."),
    ),
    Power.CIRCLES: (
        mark("Suggest circles of giving"),
        mark("Suggests who could help whom in a circle; each of them says yes or no."),
    ),
    Power.SPEAK: (
        mark("Speak for us"),
        mark("A word alone: the program lets them do nothing more than before."),
    ),
}  # fmt: skip


# What a decision says ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A role as a decision names it; `ends`: the decision ends it, and says no more."""

    name: str
    purpose: str = ""
    powers: tuple[Power, ...] = ()
    months: int = 0
    seats: int = 1
    ends: bool = False
    wrong: bool = field(default=False)
    """A line of it cannot be read."""


_LINE: Final = re.compile(
    r"^§ ?(role|for|may|months|seats|end role) ?: ?([^\n]{0,300})$", re.MULTILINE
)


def key(name: str) -> str:
    """A name as roles are told apart by it.

    >>> key("  The Facilitator ")
    'the facilitator'
    """
    return " ".join(name.split()).casefold()


def lines(spec: Spec) -> str:
    r"""What a text has to say to set up a role, change it, or end it.

    >>> lines(Spec(name="Host", ends=True))
    '§ end role: Host'
    """
    if spec.ends:
        return f"§ end role: {spec.name}"
    said = (
        f"§ role: {spec.name}",
        f"§ for: {spec.purpose}",
        f"§ may: {', '.join(spec.powers)}",
        f"§ months: {spec.months}",
        f"§ seats: {spec.seats}",
    )
    return "\n".join(said)


def named(text: str) -> Mapping[str, Spec]:
    r"""The roles that a text sets up, changes or ends, by their key; the last word for each.

    >>> one = named("So be it.\n\n§ role: Host\n§ for: Opens the door.\n§ months: 3")["host"]
    >>> one.name, one.purpose, one.months
    ('Host', 'Opens the door.', 3)
    """
    found: dict[str, Spec] = {}
    at = ""
    for line in _LINE.finditer(text):
        what, said = line[1], " ".join(line[2].split())
        if what in ("role", "end role"):
            at = key(said[:NAME])
            found[at] = Spec(name=said[:NAME], ends=what != "role")
        elif at and not found[at].ends:
            found[at] = _more(found[at], what, said)
    return {name: one for name, one in found.items() if name}


def _more(one: Spec, what: str, said: str) -> Spec:
    values = {"purpose": one.purpose, "powers": one.powers, "months": one.months,
              "seats": one.seats, "wrong": one.wrong}  # fmt: skip
    if what == "for":
        values["purpose"] = said
    elif what == "may":
        words = [word.strip() for word in said.split(",") if word.strip()]
        known = [one for one in Power if one.value in words]
        values |= {"powers": tuple(known), "wrong": one.wrong or len(known) != len(set(words))}
    else:
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
        values |= {what: number, "wrong": one.wrong or not number}
    return Spec(name=one.name, **values)  # type: ignore[arg-type]


def fault(spec: Spec, *, most_months: int) -> str:
    """Why a decision sets up no such role, as a code; "" if it does.

    Args:
        spec: as the decision says.
        most_months: how long a term may be at most.
    """
    if spec.ends:
        return ""
    if spec.wrong or not spec.purpose or not 1 <= spec.seats <= SEATS:
        return "E_ROLE"
    return "" if 1 <= spec.months <= most_months else "E_TERM"


FAULTS: Final[Mapping[str, str]] = {
    "E_ROLE": mark("Its lines could not be read, so nothing changed."),
    "E_TERM": mark("It gives a longer term than our charter allows, so nothing changed."),
    "E_NONE": mark("It ends a role that there is not, so nothing changed."),
    "E_WEAK": mark(
        "It was decided less strictly than what it would change, so nothing changed. Decide it as "
        "the role was decided."
    ),
}


# Who holds it ---------------------------------------------------------------------------------


class State(StrEnum):
    """Where somebody stands with a role."""

    PROPOSED = "proposed"
    ASKED = "asked"
    """Chosen, and asked whether they take it on."""
    HELD = "held"
    ENDED = "ended"
    DECLINED = "declined"


class Kind(StrEnum):
    """As what."""

    SEAT = "seat"
    DEPUTY = "deputy"


class Why(StrEnum):
    """Why a term ended."""

    TERM = "term"
    RESIGNED = "resigned"
    LEFT = "left"
    RECALLED = "recalled"
    ROLE = "role"
    """The role is no more."""
    VOID = "void"
    """The decision that chose them holds no longer."""


WHY: Final[Mapping[Why, str]] = {
    Why.TERM: mark("The term was over"),
    Why.RESIGNED: mark("Laid it down"),
    Why.LEFT: mark("Left the community"),
    Why.RECALLED: mark("Recalled"),
    Why.ROLE: mark("The role ended"),
    Why.VOID: mark("The decision holds no longer"),
}
STEPS_IN: Final = frozenset({Why.RESIGNED, Why.LEFT, Why.RECALLED})
"""After these the deputy takes over for the rest of the term."""


def in_a_row(terms: Iterable[tuple[datetime, datetime]], *, begins: datetime, months: int) -> int:
    """How many terms of one person lead up to a new one without a whole term between.

    Args:
        terms: begin and end of each of theirs in this role.
        begins: when the new one would.
        months: how long a term is.
    """
    number, at = 0, begins
    for start, end in sorted(terms, reverse=True):
        if at - end >= timedelta(days=30 * months):
            break
        number, at = number + 1, start
    return number


def begins(ends: Sequence[datetime], *, seats: int, coming: int, now: datetime) -> datetime:
    """When a new term begins: at once on an empty seat, else when the next term ends.

    Args:
        ends: of the terms that are held now.
        seats: how many there are.
        coming: how many terms will begin later and take empty seats already.
        now: the present.
    """
    free = seats - len(ends)
    if coming < free:
        return now
    waiting = sorted(ends)
    return waiting[min(coming - max(free, 0), len(waiting) - 1)] if waiting else now


def left(days: int) -> tuple[str, int]:
    """How long a term goes on, in words that keep no false precision: a sentence and its number.

    >>> left(0), left(12), left(45), left(100)
    (('today', 0), ('days', 12), ('weeks', 6), ('months', 3))
    """
    if days <= 0:
        return "today", 0
    if days < 21:
        return "days", days
    return ("weeks", days // 7) if days < 60 else ("months", days // 30)


# Selections -----------------------------------------------------------------------------------


class Stage(StrEnum):
    """Where a selection stands."""

    NOMINATE = "nominate"
    CHANGE = "change"
    PROPOSE = "propose"
    CONSENT = "consent"
    ASK = "ask"
    DONE = "done"
    NOBODY = "nobody"


NEXT: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.NOMINATE: frozenset({Stage.CHANGE, Stage.NOBODY}),
    Stage.CHANGE: frozenset({Stage.PROPOSE, Stage.NOBODY}),
    Stage.PROPOSE: frozenset({Stage.CONSENT, Stage.NOBODY}),
    Stage.CONSENT: frozenset({Stage.ASK, Stage.PROPOSE, Stage.NOBODY}),
    Stage.ASK: frozenset({Stage.DONE, Stage.PROPOSE, Stage.NOBODY}),
    Stage.DONE: frozenset(),
    Stage.NOBODY: frozenset(),
}
"""Which stage may follow which; what is over stays so."""
LASTS: Final[Mapping[Stage, timedelta]] = {
    Stage.NOMINATE: NOMINATE,
    Stage.CHANGE: CHANGE,
    Stage.PROPOSE: PROPOSE,
    Stage.CONSENT: CONSENT,
    Stage.ASK: ANSWER,
}
ROUNDS: Final = (Stage.NOMINATE, Stage.CHANGE)
"""Those in which each has their turn."""
GOES_ON: Final = (Stage.NOMINATE, Stage.CHANGE, Stage.PROPOSE, Stage.CONSENT, Stage.ASK)
TITLES: Final[Mapping[Stage, str]] = {
    Stage.NOMINATE: mark("Whom do you see in it?"),
    Stage.CHANGE: mark("Now that you heard the others: another person?"),
    Stage.PROPOSE: mark("Somebody is proposed"),
    Stage.CONSENT: mark("Do we agree?"),
    Stage.ASK: mark("Do they take it on?"),
    Stage.DONE: mark("It is filled"),
    Stage.NOBODY: mark("It ended without anybody"),
}


def legal(before: Stage, after: Stage) -> bool:
    """Whether a selection may go from one stage to another."""
    return after in NEXT[before]


# Recall ---------------------------------------------------------------------------------------


class Petition(StrEnum):
    """Where a petition for a recall stands."""

    OPEN = "open"
    HEARING = "hearing"
    VOTE = "vote"
    ENDED = "ended"
    """The vote is over, or the term."""
    LAPSED = "lapsed"
    """Too few asked for it in time."""


def enough(endorsers: int, *, active: int, least: int) -> bool:
    """Whether so many are enough for a recall to be voted on; who wrote it is one of them.

    >>> enough(3, active=12, least=3), enough(3, active=40, least=3)
    (True, False)
    """
    return endorsers >= needed(active=active, least=least)


def needed(*, active: int, least: int) -> int:
    """How many it takes: the least, or a fifth of those who are active where that is more."""
    part = PART * active
    return max(least, -(-part.numerator // part.denominator))


def recall_refusal(
    *, member: str, holder: str | None, held: bool, endorsers: Collection[str], state: Petition
) -> str:
    """Why a member may not ask for a recall, as a code; "" if they may.

    Args:
        member: who asks.
        holder: whose recall.
        held: they hold the role now.
        endorsers: who asks for it already.
        state: of the petition.
    """
    if not held or state is not Petition.OPEN:
        return "E_STATE"
    if member == holder:
        return "E_OWN"
    return "E_TWICE" if member in endorsers else ""


SENTENCES: Final[Mapping[str, str]] = {
    "E_STATE": mark("This is not open any more. Look at the page of the role."),
    "E_OWN": mark("You hold it yourself. You can lay it down on the page of the role."),
    "E_TWICE": mark("You ask for this already."),
}
