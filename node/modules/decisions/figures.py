"""The figures of a record as its page shows them: pairs, rounds, sums; and the second count."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from node.modules.decisions import recounting
from node.modules.decisions.methods import METHODS
from node.modules.decisions.options import key, options_of
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice

AGAIN: Final = {
    True: mark("Counted again from these figures on this node: the outcome is the same."),
    False: mark("Counted again from these figures on this node: the outcome does not follow."),
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is told of a count; `pairs`, `rounds` and `sums` are rows of cells, heads first."""

    how: str
    again: str
    agrees: bool | None
    chosen: tuple[str, ...]
    pairs: tuple[Sequence[str], ...] = ()
    rounds: tuple[Sequence[str], ...] = ()
    sums: tuple[Sequence[str], ...] = ()


def figures(document: Mapping[str, Any], spoken: Voice) -> Figures:
    """The figures of a record, ours or a stranger's."""
    held = document.get("counting")
    told: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    names = {key(one.id): one.name or "" for one in options_of(document)}
    way = METHODS.get(str(told.get("way") or document.get("method")))
    agrees = recounting.agrees(document)
    keys, matrix = recounting.pairs_of(document)
    rounds, sums = recounting.rounds_of(document), recounting.sums_of(document)
    return Figures(
        how=way.how if way else "",
        again=AGAIN[agrees] if agrees is not None else "",
        agrees=agrees,
        chosen=tuple(names.get(one, one) for one in recounting.chosen_of(document)),
        pairs=_pairs(matrix, keys, names, spoken) if matrix else (),
        rounds=_rounds(rounds, names, spoken),
        sums=_sums(sums, names, spoken) if sums and not matrix else (),
    )


def number(figure: Fraction) -> str:
    """A figure for people: whole, or with two decimals, rounded down.

    >>> number(Fraction(7)), number(Fraction(37, 3))
    ('7', '12.33')
    """
    if figure.denominator == 1:
        return str(figure)
    cents = figure * 100 // 1
    return f"{cents // 100}.{cents % 100:02d}"


def _pairs(
    matrix: Sequence[Sequence[int]], keys: Sequence[str], names: Mapping[str, str], spoken: Voice
) -> tuple[Sequence[str], ...]:
    head = [spoken.say("Before the one above"), *(names[one] for one in keys)]
    rows = [
        [names[one], *("–" if a == b else str(n) for b, n in enumerate(matrix[a]))]
        for a, one in enumerate(keys)
    ]
    return (head, *rows)


def _rounds(
    rounds: Sequence[recounting.Told], names: Mapping[str, str], spoken: Voice
) -> tuple[Sequence[str], ...]:
    if not rounds:
        return ()
    head = [spoken.say("Option"), *(str(n) for n in range(1, len(rounds) + 1))]
    rows = []
    for one, name in names.items():
        cells = [_cell(step, one, spoken) for step in rounds]
        if any(cells):
            rows.append([name, *cells])
    return (head, *rows)


def _cell(step: recounting.Told, one: str, spoken: Voice) -> str:
    if one not in step.figures:
        return ""
    told = number(step.figures[one])
    if one in step.chosen:
        return spoken.say("%(figure)s, chosen", figure=told)
    return spoken.say("%(figure)s, out", figure=told) if one in step.out else told


def _sums(
    totals: Mapping[str, Fraction], names: Mapping[str, str], spoken: Voice
) -> tuple[Sequence[str], ...]:
    head = [spoken.say("Option"), spoken.say("Sum")]
    ranked = sorted(totals, key=lambda one: -totals[one])
    return (head, *([names.get(one, one), number(totals[one])] for one in ranked))
