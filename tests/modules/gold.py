"""Notices and pairs of them that were labelled by hand: which fit, and which only look alike."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from node.modules.listings.api import concept
from node.modules.listings.places import written
from node.modules.listings.when import ANY, When, weekly
from node.modules.matching.scoring import Side
from node.modules.matching.suggesting import words_of

FOLDER = Path(__file__).parent.parent / "samples" / "matching"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENDS = datetime(2027, 1, 1, tzinfo=UTC)


def lines(name: str, separator: str) -> list[list[str]]:
    """The rows of a file, without what is said about it."""
    rows = (FOLDER / name).read_text("utf-8").splitlines()
    return [[part.strip() for part in row.split(separator)] for row in rows if row[:1] != "#"]


def notices() -> Mapping[str, Side]:
    """Every notice by its id; needs begin with n, offers with o."""
    return {row[0]: _side(row) for row in lines("notices.txt", "|")}


def _side(row: list[str]) -> Side:
    id, lang, kind, topic, terms, where, times, title, text = row
    topics = {concept(one) for one in (topic, f"kind-{kind}") if one}
    return Side(
        topics=frozenset(topics),
        names=frozenset({topic} - {""}),
        kind=kind,
        terms=tuple(terms.split(",")),
        ends=ENDS + timedelta(days=1),
        when=_when(times),
        place="alder.test",
        cell=written(where),
        lang=lang,
        is_need=id.startswith("n"),
        **words_of(title, text, lang),
    )


def _when(said: str) -> When:
    if not said:
        return ANY
    days, _, hours = said.partition(" ")
    opens, _, closes = hours.partition("-")
    clock = [int(one) * 60 if one else None for one in (opens, closes)]
    return weekly([DAYS.index(day) for day in days.split(",")], *clock)


def pairs() -> Mapping[tuple[str, str], bool]:
    """Every labelled pair of a need and an offer, and whether it fits."""
    return {
        (need, offer): fits
        for need, good, bad in lines("pairs.txt", ":")
        for offers, fits in ((good, True), (bad, False))
        for offer in offers.split()
    }
