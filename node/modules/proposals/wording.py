"""What a proposal says: its words, its options and what they cost, as they travel and are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from html import escape
from typing import Any

from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.proposals import rules
from vocab.html import from_text, short, untagged
from vocab.values import dataclass
from web.language import catalogue, mark

SUMMARY = mark(
    "“%(title)s” is a proposal of %(community)s, decided by its members alone. "
    "Comments are welcome: %(url)s"
)
STAYS = mark("Keep it as it is")
"""What the option is called under which things stay as they are."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a proposal says, and so what can be changed until voting opens.

    `problem` and `affected`: what is wrong and who is affected, empty where nobody said it;
    `options`: name and words of each, as they stand on the form, or None for one text;
    `stays`: among them is to leave things as they are; `settings`: what the method has to know
    (`decisions.Terms`), with `costs` in the order of the options that are written.
    """

    title: str
    text: str
    method: decisions.Method
    problem: str = ""
    affected: str = ""
    options: Sequence[tuple[str, str]] | None = None
    stays: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)


def faults(unit: Unit, words: Words, *, answers: bool, later: bool = False) -> dict[str, str]:
    """What is wrong with the words of a proposal, by field.

    Args:
        unit: the unit.
        words: what it says.
        answers: its approval answers another community, whose one text it takes or leaves.
        later: its options may still come; its course asks for them.
    """
    if words.options is None and not later:
        needs = words.method not in decisions.ONE_TEXT
        return {"method": mark("This way needs options. Write at least two.")} if needs else {}
    if answers:
        return {"method": mark("An answer to others is one text. Choose another way.")}
    if words.method not in decisions.AMONG_OPTIONS:
        return {"method": mark("This way takes one text or leaves it. Empty the options.")}
    rows, stay = words.options or (), _say(unit, STAYS) if stays(words) else ""
    fewest = 0 if later else rules.FEWEST_OPTIONS
    return rules.options(rows, stay=stay, fewest=fewest) or rules.settings(
        words.settings,
        options=len(rules.written(rows)),
        seats=words.method in decisions.SEATS,
        budget=words.method in decisions.BUDGETS,
    )


def stays(words: Words) -> bool:
    """Whether leaving things as they are stands on the ballot: never where several are chosen."""
    return words.stays and words.method not in decisions.SEATS | decisions.BUDGETS


def options(unit: Unit, id_: str, words: Words) -> tuple[decisions.Option, ...]:
    """The options of a proposal as they travel: in order, and last to leave things as they are."""
    given = rules.written(words.options or ())
    costs = words.settings.get("costs", ())
    made = tuple(
        decisions.Option(
            id=f"{id_}#opt-{n}",
            name=untagged(name),
            tradeoff=priced(unit, more, costs[n - 1] if n <= len(costs) else None) or None,
        )
        for n, (name, more) in enumerate(given, 1)
    )
    if not made or not stays(words):
        return made
    return (*made, decisions.Option(id=f"{id_}#{decisions.STAY}", name=_say(unit, STAYS)))


COSTS = mark("It costs %(cost)d.")


def priced(unit: Unit, words: str, cost: int | None) -> str:
    """The words of an option, and what it costs, so that both are frozen and travel."""
    return words if cost is None else f"{words} {_say(unit, COSTS) % {'cost': cost}}".strip()


def unpriced(unit: Unit, words: str, cost: int | None) -> str:
    """The words of an option without the sentence of what it costs."""
    if cost is None:
        return words
    return words.removesuffix(_say(unit, COSTS) % {"cost": cost}).strip()


def settings(words: Words) -> dict[str, Any]:
    """What the method has to know, as it is kept: costs by the key of their option."""
    made = dict(words.settings)
    if "costs" in made:
        made["costs"] = {f"opt-{n}": cost for n, cost in enumerate(made["costs"], 1)}
    return made


PROBLEM = mark("What is the problem?")
AFFECTED = mark("Who is affected?")
PROPOSED = mark("What is proposed?")


def content(unit: Unit, text: str, *, problem: str | None, affected: str | None) -> str:
    """The text of a proposal as it travels, HTML; what is said before it stands under headings.

    They are of the level that cleaning leaves as it is: a frozen text stays the same everywhere.
    """
    parts = ((PROBLEM, problem), (AFFECTED, affected), (PROPOSED, text))
    if not (problem or affected):
        return from_text(text)
    said = ((heading, from_text(words or "")) for heading, words in parts)
    return "".join(f"<h3>{escape(_say(unit, h), quote=False)}</h3>{w}" for h, w in said if w)


def summary(unit: Unit, title: str, url: str) -> str:
    """What a server shows that knows only title, summary and link, or folds the rest; HTML.

    The title is in it, because many show nothing else until it is unfolded.
    """
    names = {"title": short(title), "community": short(unit.community.name, 60), "url": url}
    return f"<p>{escape(_say(unit, SUMMARY) % names, quote=False)}</p>"


def _say(unit: Unit, sentence: str) -> str:
    return catalogue(unit.community.language).gettext(sentence)
