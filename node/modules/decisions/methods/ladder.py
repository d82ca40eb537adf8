"""What happens where options are equal; published before the first ballot.

First, it stays as it is, if that is one of them: a change needs more than a tie. Else a run-off
among the equal ones, once. If they are equal still, the lot (`lots.py`).

Source: Robert's Rules of Order (12th edition), 44:12; Equal Vote Coalition, rules for ties.
"""

from dataclasses import replace
from enum import StrEnum

from node.modules.decisions.methods.face import Counted, Ends, Said, Setup
from web.language import mark


class Step(StrEnum):
    """The rung on which a tie is decided."""

    NONE = "none"
    STAYS = "stays"
    RUN_OFF = "runOff"
    LOT = "lot"


def step(counted: Counted, setup: Setup, *, ran_off: bool) -> Step:
    """The rung that comes next; `ran_off`: the ballots are those of a run-off already."""
    if counted.ends is not Ends.TIED:
        return Step.NONE
    if setup.stay in counted.tied:
        return Step.STAYS
    return Step.LOT if ran_off else Step.RUN_OFF


def settle(counted: Counted, setup: Setup) -> Counted:
    """Decide a tie by what needs no further vote: it stays as it is, or the lot."""
    rung = step(counted, setup, ran_off=True)
    if rung is Step.NONE:
        return counted
    if rung is Step.STAYS:
        said = Said(sentence=mark("It was a tie with leaving things as they are, so they stay."))
        return replace(counted, ends=Ends.LEAVES, chosen=(setup.stay,), words=(said,))
    first = setup.first(counted.tied)[0]
    said = Said(
        sentence=mark("It was a tie. The lot chose “%(option)s”."), values={"option": first}
    )
    return replace(counted, ends=Ends.TAKES, chosen=(first,), words=(*counted.words, said))
