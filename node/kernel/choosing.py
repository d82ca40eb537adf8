"""Changing a choice: by a decision that names it, or by a keeper with a reason. The only door."""

from collections.abc import Mapping
from typing import Any

from node.kernel import choices
from node.kernel.choices import Choice, Level
from node.kernel.errors import Invalid, Refused, mark
from node.kernel.unit import OURS, Unit

UNDECIDED = mark(
    "This is not a keeper’s to change. It takes a decision in force that names it and its value."
)
UNFIT = mark("It cannot be that. Look at what it may be.")
UNSAID = mark("Say why. It is written into the log.")


def change(
    unit: Unit, choice: Choice, value: Any, *, by: str, words: str = "", decision: str = ""
) -> None:
    """Give a setting another value.

    Args:
        unit: the unit.
        choice: which; its module declares it.
        value: of the kind of its default.
        by: who does it, for the log.
        words: why; a keeper has to say it.
        decision: the record that says so, where a keeper's word is not enough.

    Raises:
        Invalid: `value` may not be; `words` are missing.
        Refused: E_DECISION, there is no such decision, or it does not say so.
    """
    if not choice.settable or not choice.fits(value):
        raise Invalid({"value": UNFIT})
    if choice.level is Level.STEWARD:
        if not words.strip():
            raise Invalid({"words": UNSAID})
    elif not _warranted(unit, choice, value, decision):
        raise Refused("E_DECISION", choice.name, safe=UNDECIDED)
    _set(unit, choice, value, by=by, words=words, authority=decision or OURS)


def lapse(unit: Unit, choice: Choice, *, by: str, words: str, decision: str) -> None:
    """Give a setting its default again: what set it is in force no longer."""
    _set(unit, choice, choice.default, by=by, words=words, authority=decision)


def _set(unit: Unit, choice: Choice, value: Any, *, by: str, words: str, authority: str) -> None:
    before = choices.now(unit.db, choice)
    if choice.part:
        held = unit.setting(choice.key)
        kept = {**(held if isinstance(held, Mapping) else {}), choice.part: value}
        unit.keep(choice.key, kept)
    else:
        unit.keep(choice.key, value)
    said = f"{choices.spelled(before)} → {choices.spelled(value)}. {words}".strip()
    unit.log("choice.set", by, subject=choice.name, words=said, authority=authority)


def _warranted(unit: Unit, choice: Choice, value: Any, decision: str) -> bool:
    """Whether some module knows the decision and says that it sets this to that."""
    judges = [judge for m in unit.registry.modules for judge in m.warrants]
    return bool(decision) and any(judge(unit.db, decision, choice, value) for judge in judges)
