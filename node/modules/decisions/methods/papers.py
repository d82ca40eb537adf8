"""Which ballots can be cast: for each shape, what is wrong with one, in a sentence for people."""

from node.modules.decisions.methods.face import Marks, Setup
from web.language import mark

CHOOSE: str = mark("Choose where you stand.")
UNKNOWN: str = mark("There is something on this ballot that does not stand on the paper.")
TWICE: str = mark("Choose one of these, not several.")
NO_NUMBER: str = mark("Write whole numbers from nought up.")
TOO_HIGH: str = mark("A number is higher than the scale goes.")
PLACES: str = mark("Give each place once: one first, one second, and so on, without a gap.")
TOO_MANY: str = mark("You gave out more than you have. Take some back.")
TOO_DEAR: str = mark("Together this costs more than there is. Take something off.")


def one(marks: Marks, names: tuple[str, ...]) -> str:
    """What is wrong with a ballot on which one of these is chosen."""
    if not marks:
        return CHOOSE
    if not set(marks) <= set(names):
        return UNKNOWN
    return "" if len(marks) == 1 and set(marks.values()) == {1} else TWICE


def some(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot on which any options are ticked; none stands aside."""
    if not set(marks) <= set(setup.options):
        return UNKNOWN
    return "" if set(marks.values()) <= {1} else NO_NUMBER


def scores(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot of scores from 0 to `most`; left out counts as 0."""
    if not set(marks) <= set(setup.options):
        return UNKNOWN
    if any(number < 0 for number in marks.values()):
        return NO_NUMBER
    return TOO_HIGH if any(number > setup.most for number in marks.values()) else ""


def places(marks: Marks, setup: Setup) -> str:
    """What is wrong with an order of preference; what is left out comes last, all alike."""
    if not set(marks) <= set(setup.options):
        return UNKNOWN
    return "" if sorted(marks.values()) == list(range(1, len(marks) + 1)) else PLACES


def dots(marks: Marks, setup: Setup) -> str:
    """What is wrong with dots shared out, at most `most` in all."""
    if not set(marks) <= set(setup.options):
        return UNKNOWN
    if any(number < 0 for number in marks.values()):
        return NO_NUMBER
    return TOO_MANY if sum(marks.values()) > setup.most else ""


def credits_(marks: Marks, setup: Setup) -> str:
    """What is wrong with votes that cost their square, at most `most` credits in all."""
    if not set(marks) <= set(setup.options):
        return UNKNOWN
    if any(number < 0 for number in marks.values()):
        return NO_NUMBER
    return TOO_MANY if sum(number * number for number in marks.values()) > setup.most else ""


def basket(marks: Marks, setup: Setup) -> str:
    """What is wrong with options that together may cost no more than the budget."""
    if wrong := some(marks, setup):
        return wrong
    return TOO_DEAR if sum(setup.costs.get(key, 0) for key in marks) > setup.budget else ""
