"""Carrying out what decisions set, and what keepers may change themselves. Units."""

from node.kernel import choices, choosing
from node.kernel.choices import Choice
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.charter import queries, rules
from node.modules.charter.queries import Naming
from node.modules.decisions import api as decisions

SET = "set"
UNKNOWN, UNFIT, WEAK = "E_CHOICE", "E_VALUE", "E_DECISION"
"""Why a decision has not set what it names."""


def apply(unit: Unit) -> None:
    """Carry out what decisions that came into force set; each is read once, the oldest first."""
    fresh = list(queries.naming(unit.db, but=queries.known(unit.db)))
    for one in reversed(fresh):
        for name, typed in one.sets.items():
            queries.add(unit, one.record.id, name, typed, _set(unit, one, name, typed))
        if not one.sets:
            queries.add(unit, one.record.id, "", "", SET)


def _set(unit: Unit, one: Naming, name: str, typed: str) -> str:
    choice = unit.registry.choices.get(name)
    if choice is None or not choice.settable:
        return UNKNOWN
    value = choice.read(typed)
    if value is None:
        return UNFIT
    if not rules.enough(choice.level, one.method):
        return WEAK
    by = unit.community.id
    words = one.record.name
    try:
        choosing.change(unit, choice, value, by=by, words=words, decision=one.record.id)
    except (Invalid, Refused):
        return WEAK
    return SET


def forced(unit: Unit, event: decisions.Forced) -> None:
    """A decision has come into force."""
    apply(unit)


def ended(unit: Unit, event: decisions.Ended) -> None:
    """A decision is in force no longer: what it set goes back to what holds without it.

    What somebody has set anew since stays so.
    """
    for name, typed in queries.set_by(unit.db, event.record).items():
        choice = unit.registry.choices.get(name)
        if choice is None or not choice.settable:
            continue
        if choices.now(unit.db, choice) != choice.read(typed):
            continue
        held = queries.standing(unit.db, choice)
        by, record = unit.community.id, held or event.record
        if held is None:
            words = f"no longer in force: {event.why}"
            choosing.lapse(unit, choice, by=by, words=words, decision=record)
        else:
            value = queries.said_by(unit.db, held, choice)
            choosing.change(unit, choice, value, by=by, words=event.why, decision=record)


def change(
    unit: Unit, keeper: str, choice: Choice, typed: str, *, words: str = "", decision: str = ""
) -> None:
    """Change a setting as a keeper: by one's own word, or as a decision says.

    Raises:
        Refused: E_KEEPERS_ONLY; E_DECISION, it takes a decision that says so.
        Missing: it is no setting.
        Invalid: `value` or `words`.
    """
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper)
    if not choice.settable or choice.page:
        raise Missing(detail=choice.name)
    value = choice.read(typed)
    if value is None:
        raise Invalid({"value": choosing.UNFIT})
    choosing.change(unit, choice, value, by=keeper, words=words, decision=decision)
