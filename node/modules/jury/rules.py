"""A jury drawn by lot: who can be drawn, in which order, what becomes of who cannot. No I/O.

The order is that of the lot among options (`decisions.methods.lots`): anybody who has the list
and the words can draw again and gets the same.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from web.language import mark

SEATS: Final = 5
"""How many a jury has, if whoever asks for one says nothing else."""
FEWEST: Final = 3
MOST: Final = 9
TIMES: Final = 2
"""So many times as many as it has seats have to be on the list."""
PROMISE: Final = timedelta(days=2)
"""How long words for the lot can be promised."""
TELL: Final = timedelta(days=2)
"""How long those who promised one have to tell it; then it is drawn without it."""
ANSWER: Final = timedelta(days=3)
"""How long whoever was drawn has to say that they take part; silence is a no."""
SITS: Final = timedelta(days=14)
"""How long a jury has, from the draw on."""

STILL: Final = timedelta(days=2)
"""For so long before the end of a jury, what it stands behind stays as it is written."""


class Stage(StrEnum):
    """Where a jury stands."""

    PROMISE = "promise"
    """Its list is frozen, and words for the lot are promised."""
    TELL = "tell"
    SITS = "sits"
    SAID = "said"
    LAPSED = "lapsed"


NEXT: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.PROMISE: frozenset({Stage.TELL, Stage.SITS, Stage.LAPSED}),
    Stage.TELL: frozenset({Stage.SITS, Stage.LAPSED}),
    Stage.SITS: frozenset({Stage.SAID, Stage.LAPSED}),
    Stage.SAID: frozenset(),
    Stage.LAPSED: frozenset(),
}
"""Which stage may follow which; what a jury said stays so."""
GOES_ON: Final = (Stage.PROMISE, Stage.TELL, Stage.SITS)
TITLES: Final[Mapping[Stage, str]] = {
    Stage.PROMISE: mark("The lot is being made"),
    Stage.TELL: mark("The words of the lot are told"),
    Stage.SITS: mark("The jury is at work"),
    Stage.SAID: mark("The jury has spoken"),
    Stage.LAPSED: mark("It came to nothing"),
}


class Part(StrEnum):
    """What somebody on the list is to the jury."""

    LISTED = "listed"
    OUT = "out"
    """Left out before the draw, for a reason that all can read."""
    ASKED = "asked"
    SITS = "sits"
    DECLINED = "declined"
    SILENT = "silent"
    """Drawn, and said nothing in time."""
    GONE = "gone"
    """Left or was suspended after the draw."""


PARTS: Final[Mapping[Part, str]] = {
    Part.LISTED: mark("Not drawn"),
    Part.OUT: mark("Left out"),
    Part.ASKED: mark("Drawn, and asked"),
    Part.SITS: mark("Takes part"),
    Part.DECLINED: mark("Cannot take part"),
    Part.SILENT: mark("Did not answer"),
    Part.GONE: mark("Not here any more"),
}
ASIDE: Final = (Part.OUT, Part.DECLINED, Part.SILENT, Part.GONE)
"""These are passed over in the order of the lot."""


class Reason(StrEnum):
    """Why somebody is left out before the draw."""

    BROUGHT = "brought"
    LEADS = "leads"
    ASKS = "asks"
    STAKE = "stake"


REASONS: Final[Mapping[Reason, str]] = {
    Reason.BROUGHT: mark("Brought the matter"),
    Reason.LEADS: mark("Leads the matter"),
    Reason.ASKS: mark("Asked for the jury"),
    Reason.STAKE: mark("Has a stake in it, as they say themselves"),
}


def legal(before: Stage, after: Stage) -> bool:
    """Whether a jury may go from one stage to another."""
    return after in NEXT[before]


def digest(people: Iterable[str]) -> str:
    """What the list of those who can be drawn is told by, before any word: SHA-256, in hex.

    >>> digest(["b", "a"]) == digest(["a", "b"])
    True
    """
    return hashlib.sha256("\n".join(sorted(people)).encode()).hexdigest()


def fits(listed: int, seats: int) -> bool:
    """Whether so many on the list are enough for so many seats.

    >>> fits(6, 3), fits(5, 3), fits(30, 12)
    (True, False, False)
    """
    return FEWEST <= seats <= MOST and listed >= TIMES * seats


def agreed(stand: Collection[str], sits: Collection[str]) -> bool:
    """Whether a recommendation stands: more than half of those who take part stand behind it.

    >>> agreed({"a", "b"}, {"a", "b", "c"}), agreed({"a"}, {"a", "b"}), agreed((), ())
    (True, False, False)
    """
    return 2 * len(set(stand) & set(sits)) > len(set(sits))


def still(now: datetime, ends: datetime, *, stands: bool) -> bool:
    """Whether what is written stays so until the end: it stands, and the end is near.

    Else whoever writes last could leave the others no time to stand behind it, and it lapsed.
    """
    return stands and now >= ends - STILL


SENTENCES: Final[Mapping[str, str]] = {
    "E_STAGE": mark("This is over, or not yet. Look at the page of the jury."),
    "E_ONCE": mark("A jury was asked about this already."),
    "E_FEW": mark(
        "There are too few of us for a jury of this size. Ask for a smaller one, or talk it "
        "through together."
    ),
    "E_MATTER": mark("A jury can be asked until the vote opens, not after."),
    "E_PROMISED": mark("You have promised a word already."),
    "E_WORD": mark("This is not the word that you promised."),
    "E_DIGEST": mark("Write the SHA-256 of your word, 64 signs from 0 to f."),
    "E_NOT_YOURS": mark("Only whoever was drawn does this."),
    "E_STILL": mark(
        "More than half of you stand behind it, and the end is near: it stays as it is written. "
        "Say beside it what you see differently."
    ),
    "E_EMPTY": mark("Write what you recommend first."),
}
