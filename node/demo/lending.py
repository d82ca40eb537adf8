"""What the demo lends, and the topics of its street.

A ladder that is asked for, tables that are out, days that are kept.
"""

from datetime import timedelta

from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings import topics
from node.modules.listings.concepts import concept
from node.modules.shelf import lending
from node.modules.shelf.rules import Stay, Step
from node.modules.shelf.tables import Terms


def lend(unit: Unit) -> None:
    """Ana has Lene's tables, Pavel would like Otto's ladder, and Otto needs it on a Sunday."""
    ladder, tables = _lent(unit, "otto"), _lent(unit, "lene")
    who = {name: _member(unit, name) for name in ("ana", "lene", "otto", "pavel")}
    lending.set_terms(unit, who["lene"], tables, Terms(auto=True, most=21))
    words = "For the evening in the courtyard, and the morning after."
    out = lending.ask(unit, who["ana"], tables, _stay(unit, 0, 4), words)
    lending.take(unit, who["lene"], out, Step.HAND)
    lending.take(unit, who["ana"], out, Step.CONFIRM)
    words = "The gutter, once more. Jon holds the foot of it."
    lending.ask(unit, who["pavel"], ladder, _stay(unit, 3, 4), words)
    lending.ask(unit, who["otto"], ladder, _stay(unit, 9, 9))


def sort(unit: Unit) -> None:
    """Two topics of the street's own, with what else people call them."""
    keeper = accounts.admins(unit.db)[0].id
    for label, german, above, also in (
        ("Cargo bikes", "Lastenräder", "transport", ("Lastenrad", "Transportrad", "cargobike")),
        ("Heights", "In der Höhe", "tool-sharing", ("ladder", "Steighilfe")),
    ):
        said = topics.Said(labels={"en": label, "de": german}, broader=concept(above), also=also)
        topics.add(unit, keeper, said, ())


def _stay(unit: Unit, first: int, last: int) -> Stay:
    today = lending.today(unit)
    return Stay(first=today + timedelta(days=first), last=today + timedelta(days=last))


def _lent(unit: Unit, handle: str) -> str:
    who = _member(unit, handle)
    asked = listings.Asked(purpose="offer", kind="lend", owner=who)
    (found,) = listings.open_listings(unit.db, listings.HERE, unit.now, asked)
    return found.slug


def _member(unit: Unit, handle: str) -> str:
    found = accounts.by_handle(unit.db, handle)
    assert found is not None, f"{handle} was added before"
    return found.id
