"""Numbers and links that go with a report: how they are kept, and how other software reads them.

Pure. Beside its words a report has what was measured and what shows it; software that knows
nothing of these reads them as lists at the end of the words, so the two are told apart again here.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from typing import Any, Final

from node.modules.proposals.api import Evidence
from vocab.html import clean, untagged
from vocab.things import PropertyValue
from vocab.values import dataclass

MOST: Final = 20
"""So many numbers and so many links of another community's report are kept."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a keeper ticked: by the id of a measure its value and unit, by the id of a step the
    name of its link and what it shows.
    """

    metrics: Mapping[str, tuple[str, str]]
    evidence: Mapping[str, tuple[str, str]]


NOTHING: Final = Told(metrics={}, evidence={})


def number(name: str, value: str, unit: str) -> PropertyValue:
    """What was measured, as it travels."""
    return PropertyValue(
        name=untagged(name), value=untagged(value), unit_text=untagged(unit) or None
    )


def link(name: str, url: str, statement: str) -> Evidence:
    """What shows it, as it travels."""
    stance = "supports" if statement else None
    said = untagged(statement) or None
    return Evidence(name=untagged(name), url=url, statement=said, stance=stance)


def lists(metrics: Iterable[PropertyValue], evidence: Iterable[Evidence]) -> str:
    """Numbers and links as HTML, for software that reads the words alone; no word is ours.

    >>> lists([number("Loans", "148", "")], [])
    '<ul><li>Loans: 148</li></ul>'
    """
    measured = [escape(f"{one.name}: {said(one)}", quote=False) for one in metrics]
    shown = [_anchor(one) for one in evidence]
    made = ("".join(f"<li>{each}</li>" for each in those) for those in (measured, shown))
    return clean("".join(f"<ul>{one}</ul>" for one in made if one))


def said(one: PropertyValue) -> str:
    """A value with its unit."""
    return " ".join(part for part in (one.value, one.unit_text) if part)


def _anchor(one: Evidence) -> str:
    words = f": {escape(one.statement, quote=False)}" if one.statement else ""
    return f'<a href="{escape(one.url or "")}">{escape(one.name or "", quote=False)}</a>{words}'


def words_of(content: str, metrics: Iterable[PropertyValue], evidence: Iterable[Evidence]) -> str:
    """The words of a report without the lists at their end, as `lists` writes them."""
    return content.removesuffix(lists(metrics, evidence))


def names(words: str, people: Collection[str]) -> bool:
    """Whether some words name one of these people, in whatever case.

    >>> names("Hung up by Ana.", ["ana"]), names("A banana", ["ana"])
    (True, False)
    """
    wanted = "|".join(re.escape(one) for one in people if one)
    return bool(wanted and re.search(rf"(?<!\w)(?:{wanted})(?!\w)", words, re.IGNORECASE))


# Rows ---------------------------------------------------------------------------------------


def numbers_row(metrics: Iterable[Any]) -> list[dict[str, str]]:
    """Numbers as a column holds them; what is none is left out."""
    whole = (one for one in metrics if isinstance(one, PropertyValue) and one.name and one.value)
    return [
        {"name": one.name[:200], "value": one.value[:200], "unit": (one.unit_text or "")[:100]}
        for one in list(whole)[:MOST]
        if one.name and one.value
    ]


def links_row(evidence: Iterable[Any]) -> list[dict[str, str]]:
    """Links as a column holds them; only to the web, over https."""
    whole = (
        one
        for one in evidence
        if isinstance(one, Evidence) and one.name and (one.url or "").startswith("https://")
    )
    return [
        {
            "name": (one.name or "")[:300],
            "url": one.url or "",
            "statement": (one.statement or "")[:1000],
        }
        for one in list(whole)[:MOST]
    ]


def numbers_of(row: Iterable[Mapping[str, str]]) -> tuple[PropertyValue, ...]:
    """The numbers of a column."""
    return tuple(number(one["name"], one["value"], one["unit"]) for one in row)


def links_of(row: Iterable[Mapping[str, str]]) -> tuple[Evidence, ...]:
    """The links of a column."""
    return tuple(link(one["name"], one["url"], one["statement"]) for one in row)
