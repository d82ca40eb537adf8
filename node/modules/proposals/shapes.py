"""Ballots that say more than one word: ticks, scores, an order, dots, credits, a basket.

Every button sends the form and comes back with the new numbers; nothing needs a script or
dragging. What is marked stands in fields of its own, `m_opt-1` and so on, and nothing is kept
before the ballot is cast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Invalid
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Marks
from node.modules.proposals.papers import CODE, Paper
from vocab.values import dataclass
from web.forms import Entry, Form, blank, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

FIELD: Final = "m_"
NUMBERS: Final = frozenset({decisions.Paper.PLACES, decisions.Paper.SCORES,
                            decisions.Paper.DOTS, decisions.Paper.CREDITS})  # fmt: skip
"""Papers on which numbers are written; on the others a tick is a tick."""
LONGEST: Final = 4
"""Digits that a number may have."""
ASK: Final = {
    decisions.Paper.SOME: mark("Tick all that you could live with"),
    decisions.Paper.BASKET: mark("Fill your basket"),
    decisions.Paper.SCORES: mark("Give each option 0 to 5"),
    decisions.Paper.PLACES: mark("Your order"),
    decisions.Paper.DOTS: mark("Share out your dots"),
    decisions.Paper.CREDITS: mark("Share out your credits"),
}
UNREADABLE: Final = mark("Write whole numbers from nought up.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One option on a ballot; `mark` is its number, 0 for none, and None for no score."""

    key: str
    name: str
    words: str
    mark: int | None
    cost: int | None = None


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A ballot as it was filled in, with its form and what has to be said of the last step."""

    entry: Entry
    marks: Marks
    status: str = ""
    sorted: bool = False

    @property
    def code(self) -> str:
        """The code of the ballot that this one replaces, if there is one."""
        return str(self.entry.values.get("code") or "")


def form_of(found: Paper) -> Form:
    """The fields beside the marks."""
    return Form(CODE) if found.coded else Form()


def show(request: Request, found: Paper) -> Response:
    """The ballot, empty."""
    begun = Filled(entry=blank(request, form_of(found)), marks=found.mine or {})
    return page_of(request, found, begun)


def marked(sent: Mapping[str, Sequence[str]], found: Paper) -> tuple[dict[str, int], bool]:
    """What is marked on a ballot, and whether all of it could be read."""
    numbers, readable = found.box.way.paper in NUMBERS, True
    marks: dict[str, int] = {}
    for key in found.box.keys:
        text = (sent.get(f"{FIELD}{key}") or [""])[-1].strip()
        if not text:
            continue
        plain = text.isascii() and text.isdigit() and len(text) <= LONGEST
        readable = readable and plain
        if plain and (int(text) or found.box.way.paper is decisions.Paper.SCORES):
            marks[key] = int(text) if numbers else 1
    return marks, readable


def filled(request: Request, found: Paper) -> Filled:
    """A ballot that was sent, judged."""
    entry = read(request, form_of(found))
    marks, readable = marked(fields_of(request), found)
    wrong = found.box.way.fault(marks, found.box.setup) if readable else UNREADABLE
    return Filled(entry=entry.wrong(Invalid({"paper": wrong})) if wrong else entry, marks=marks)


def review(request: Request, found: Paper) -> Response:
    """One step on the ballot; at last the ballot as it will be counted."""
    sent = fields_of(request)
    step = {name: (sent.get(name) or [""])[0] for name in ("move", "go", "change")}
    if step["move"] or step["go"] in ("order", "left") or step["change"]:
        return page_of(request, found, _stepped(request, found, step))
    done = filled(request, found)
    if step["go"] == "aside":
        done = replace(done, marks={}, entry=replace(done.entry, errors={}))
    if done.entry.errors:
        return page_of(request, found, done, status=422)
    _ = voice(request).say
    rows = rows_of(found, done.marks)
    places = found.box.way.paper is decisions.Paper.PLACES
    return page(
        request,
        "proposals/shape_review.html",
        title=_("Look at your ballot once more"),
        place="decide",
        width="mid",
        form=done.entry,
        paper=found,
        rows=in_order(rows) if places else rows,
        marks=done.marks,
        code=done.code,
    )


def _stepped(request: Request, found: Paper, step: Mapping[str, str]) -> Filled:
    """The ballot after a button on it."""
    entry = replace(read(request, form_of(found)), errors={})
    marks, _ = marked(fields_of(request), found)
    key, _, to = step["move"].rpartition(":")
    status = ""
    if key in found.box.keys:
        marks = moved(marks, key, to)
        names = {row.key: row.name for row in rows_of(found, marks)}
        status = said(names[key], marks.get(key), voice(request))
    return Filled(entry=entry, marks=marks, status=status, sorted=step["go"] == "order")


def moved(marks: Marks, key: str, to: str) -> dict[str, int]:
    """An order after one option was put on it, moved up or down, or taken off.

    >>> moved({"a": 1, "b": 2}, "b", "up"), moved({"a": 1, "b": 2}, "a", "off")
    ({'b': 1, 'a': 2}, {'b': 1})
    """
    order = sorted(marks, key=marks.__getitem__)
    place = order.index(key) if key in order else len(order)
    if to == "add" and key not in order:
        order.append(key)
    elif to == "off" and key in order:
        order.remove(key)
    elif to in ("up", "down") and key in order:
        order.insert(max(0, place + (-1 if to == "up" else 1)), order.pop(place))
    return {one: number for number, one in enumerate(order, 1)}


def said(name: str, place: int | None, spoken: Voice) -> str:
    """What a step on an order has come to."""
    if place is None:
        return spoken.say("“%(name)s” is off your order.", name=name)
    return spoken.say("“%(name)s” is now number %(place)d in your order.", name=name, place=place)


def rows_of(found: Paper, marks: Marks) -> list[Row]:
    """The options as they stand on the ballot."""
    costs, scored = found.box.setup.costs, found.box.way.paper is decisions.Paper.SCORES
    return [
        Row(
            key=decisions.key(option.id),
            name=option.name or "",
            words=option.tradeoff or "",
            mark=marks.get(decisions.key(option.id), None if scored else 0),
            cost=costs.get(decisions.key(option.id)),
        )
        for option in found.box.options
    ]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Those that have a place, in its order, and then the others."""
    return sorted(rows, key=lambda row: (not row.mark, row.mark))


def left(found: Paper, marks: Marks) -> int | None:
    """What is left to give out; below nought if it is too much; None: nothing is given out."""
    made = found.box.setup
    paper = found.box.way.paper
    if paper is decisions.Paper.DOTS:
        return made.most - sum(marks.values())
    if paper is decisions.Paper.CREDITS:
        return made.most - sum(number * number for number in marks.values())
    if paper is decisions.Paper.BASKET:
        return made.budget - sum(made.costs.get(key, 0) for key in marks)
    return None


def page_of(request: Request, found: Paper, done: Filled, status: int = 200) -> Response:
    """The ballot as it is filled in."""
    _ = voice(request).say
    rows = rows_of(found, done.marks)
    return page(
        request,
        "proposals/shape.html",
        status=status,
        title=_("Your ballot: %(title)s", title=found.proposal.name),
        place="decide",
        width="mid",
        form=done.entry,
        paper=found,
        ask=ASK[found.box.way.paper],
        rows=in_order(rows) if done.sorted else rows,
        placed=sum(1 for row in rows if row.mark),
        status_words=done.status,
        left=left(found, done.marks),
        most=found.box.setup.most,
        small=found.box.eligible < 3,
    )
