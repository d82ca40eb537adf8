"""How a decision came about: in sentences for people, and in figures for whoever counts again.

Pure. What may not be told is not handed in (`rules.tally`), so it cannot be told here.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from node.modules.decisions.methods import METHODS, WIRE
from node.modules.decisions.methods.face import Base, Said
from node.modules.decisions.methods.face import Round as Step
from node.modules.decisions.methods.ways import BASED, BUDGETS, SEATS, Method, way
from node.modules.decisions.objects import Counting, Figure, Pair, Round
from node.modules.decisions.options import key
from node.modules.decisions.rules import Outcome
from vocab.html import short
from web.language import mark

if TYPE_CHECKING:
    from node.modules.decisions.records import Matter

Say = Callable[[str], str]

CHOICES: Final = {
    Outcome.APPROVED: mark("%(community)s chose “%(option)s” by a majority."),
    Outcome.REJECTED: mark(
        "%(community)s leaves things as they are: no change was chosen by more than half."
    ),
    Outcome.NO_DECISION: mark(
        "%(community)s came to no decision: no option was chosen by more than half."
    ),
}
"""What is said of a choice by more than half for which enough ballots came."""
AMONG: Final = {
    Outcome.APPROVED: mark("%(community)s chose “%(option)s”."),
    Outcome.REJECTED: mark("%(community)s leaves things as they are."),
    Outcome.NO_DECISION: mark("%(community)s came to no decision: nobody chose anything."),
}
"""The same by other methods; what follows says how."""
SEVERAL: Final = mark("%(community)s chose: %(options)s.")
LAPSED: Final = mark("%(community)s came to no decision on this.")
SENTENCES: Final = {
    (Method.CONSENT, Outcome.APPROVED): mark("%(community)s decided this by consent."),
    (Method.CONSENT, Outcome.BLOCKED): mark(
        "%(community)s did not consent: a reasoned objection stands against it."
    ),
    (Method.MAJORITY, Outcome.APPROVED): mark("%(community)s decided this by a majority."),
    (Method.MAJORITY, Outcome.REJECTED): mark(
        "%(community)s did not adopt this: it found no majority."
    ),
    (Method.SENSE_CHECK, Outcome.NO_DECISION): mark("%(community)s asked where its members stand."),
    (Method.ADVICE, Outcome.APPROVED): mark("%(community)s gave advice on this."),
}
ONE_TEXT: Final = {
    Outcome.APPROVED: mark("%(community)s decided this."),
    Outcome.REJECTED: mark("%(community)s did not adopt this."),
    Outcome.BLOCKED: mark("%(community)s did not adopt this: somebody blocked it with a reason."),
}
"""What is said of one text where a method has no sentence of its own."""
TURNOUT: Final = mark("%(came)d of %(eligible)d took part; %(needed)d were needed.")
RECUSED: Final = mark("%(recused)d stayed out because they have a stake in it.")
OPEN: Final = mark("Members could see after the close who voted how; nobody else can.")
VOICES: Final = mark(
    "Some had asked another member to vote for them; that was counted, and they are not among "
    "those who took part."
)
RAN_OFF: Final = mark("It was a tie first; then it was voted on again between %(options)s.")
BASES: Final = {
    Base.CAST: mark("Counted among all who took part."),
    Base.ELIGIBLE: mark("Counted among all who may vote."),
}
OWN_WORDS: Final = frozenset({Method.CONSENT, Method.MAJORITY})
"""Methods whose sentence says how it was decided."""


def method(of: Method) -> str:
    """What a method is called on the wire."""
    return WIRE.get(of.value, of.value)


def decides(of: Method) -> bool:
    """Whether a count of this method is a decision, not an opinion."""
    return METHODS[of.value].decides


def sentences(matter: "Matter", say: Say) -> list[str]:
    """How it was decided, sentence by sentence."""
    result = matter.result
    figures: dict[str, object] = {
        "came": result.participated, "eligible": matter.eligible, "needed": matter.needed,
        "community": short(matter.community, 60), "recused": matter.recused,
        "option": short(matter.chosen.name or "") if matter.chosen else "",
        "options": _list(matter, result.taken),
    }  # fmt: skip
    told = [_end(matter)]
    if result.reached and matter.method not in OWN_WORDS:
        told.append(way(matter.method, among=bool(matter.options)).how)
    if matter.method in BASED and matter.setup.base in BASES and not matter.options:
        told.append(BASES[matter.setup.base])
    told.append(TURNOUT)
    if matter.recused:
        told.append(RECUSED)
    told += [OPEN] if matter.open else []
    told += [VOICES] if matter.voices else []
    words = [say(one) % figures for one in told]
    if matter.run_off:
        words.append(say(RAN_OFF) % {"options": _list(matter, matter.run_off)})
    return words + [_said(one, matter, say) for one in result.words]


def _end(matter: "Matter") -> str:
    """The sentence of the outcome."""
    result = matter.result
    if not result.reached:
        return LAPSED
    if result.taken:
        return SEVERAL
    if matter.options:
        by_half = matter.method is Method.MAJORITY
        return (CHOICES if by_half else AMONG)[result.outcome]
    plain = ONE_TEXT.get(result.outcome, LAPSED)
    return SENTENCES.get((matter.method, result.outcome), plain)


def _list(matter: "Matter", keys: tuple[str, ...]) -> str:
    names = {key(option.id): option.name or "" for option in matter.options}
    return ", ".join(f"“{short(names.get(one, one), 60)}”" for one in keys)


def _said(said: Said, matter: "Matter", say: Say) -> str:
    names = {key(option.id): short(option.name or "") for option in matter.options}
    values = {name: names.get(str(value), value) for name, value in said.values.items()}
    return say(said.sentence) % values


# In figures ---------------------------------------------------------------------------------


def counting(matter: "Matter") -> Counting | None:
    """How it was counted; None where the tallies say all there is to say."""
    result, made, of = matter.result, matter.setup, matter.method
    shown = result.counted
    if of in OWN_WORDS and made.base is Base.DECIDED and not matter.run_off:
        return None
    ids = {key(option.id): option.id or "" for option in matter.options}
    name = way(of, among=bool(ids))
    based = of in BASED and not ids
    return Counting(
        way=name.name if name.name in WIRE else None,
        share=str(made.share) if based or of is Method.GRADIENTS else None,
        base=made.base.value if based else None,
        seats=made.seats if of in SEATS else None,
        most=made.most or None,
        budget=made.budget if of in BUDGETS else None,
        costs=_figures(ids, {k: Fraction(v) for k, v in made.costs.items()}),
        figures=_figures(ids, shown.totals) if shown and ids else (),
        pairs=_pairs(ids, made.options, shown.matrix) if shown else (),
        rounds=tuple(_round(ids, one) for one in shown.rounds) if shown else (),
        chosen=tuple(ids[one] for one in result.taken),
        run_off=tuple(ids[one] for one in matter.run_off if one in ids),
        lot=matter.lot if ids else None,
    )


def _figures(ids: Mapping[str, str], totals: Mapping[str, Fraction]) -> tuple[Figure, ...]:
    return tuple(Figure(option=ids[k], figure=str(n)) for k, n in totals.items() if k in ids)


def _pairs(
    ids: Mapping[str, str], keys: tuple[str, ...], matrix: tuple[tuple[int, ...], ...]
) -> tuple[Pair, ...]:
    return tuple(
        Pair(option=ids[keys[a]], over=ids[keys[b]], count=n)
        for a, row in enumerate(matrix)
        for b, n in enumerate(row)
        if a != b
    )


def _round(ids: Mapping[str, str], step: Step) -> Round:
    return Round(
        figures=_figures(ids, step.totals),
        chosen=tuple(ids[one] for one in step.chosen),
        out=tuple(ids[one] for one in step.out),
        drawn=step.drawn or None,
    )
