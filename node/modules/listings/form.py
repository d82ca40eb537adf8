"""What a member is asked about an offer or a need, and what the answers mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from node.kernel.errors import Invalid
from node.modules.listings import concepts, places, when
from node.modules.listings.places import Cell
from node.modules.listings.posting import Draft
from node.modules.listings.rules import LONGEST, last_day
from node.modules.listings.tables import Notice
from node.modules.listings.tree import Tree
from node.modules.pictures.api import Brought
from web.forms import (
    Choice,
    Clock,
    Day,
    Entry,
    Field,
    Form,
    Hidden,
    Line,
    Minutes,
    Number,
    Pick,
    Text,
    Tick,
    Wrong,
    reach,
)
from web.language import mark
from web.voice import WEEKDAYS, Voice

if TYPE_CHECKING:
    from node.kernel.node import Node

STAYS: Final = timedelta(days=60)
TERMS: Final = ("gift", "lend", "timeCredit", "barter")
UNITS: Final = {
    "one": mark("pieces, seats or portions"),
    "kilogram": mark("kilograms"),
    "litre": mark("litres"),
}
"""OM2 names of what can be counted, to their words."""
RHYTHMS: Final = {
    "week": mark("Every week"),
    "second": mark("Every second week; write its first day above, as the one day"),
    "1": mark("The first of them in each month"),
    "2": mark("The second of them in each month"),
    "3": mark("The third of them in each month"),
    "4": mark("The fourth of them in each month"),
    f"{when.LAST}": mark("The last of them in each month"),
}
_HOUSE: Final = re.compile(r".*\D\s\d{1,4}\s?[a-z]?", re.IGNORECASE)


def no_markup(text: str) -> str:
    """A line without what others would take for markup.

    Raises:
        Wrong: it has some.
    """
    if "<" in text or ">" in text:
        raise Wrong(mark("Leave the signs < and > away."))
    return text


def no_address(text: str) -> str:
    """The name of a part of town, not of a house.

    Raises:
        Wrong: it ends like an address.
    """
    if _HOUSE.fullmatch(text):
        raise Wrong(mark("Leave the number away: a part of town is near enough."))
    return no_markup(text)


@dataclass(frozen=True)
class Spot(Field):
    """Coordinates, which give no more than their cell."""

    short = True

    def value(self, text: str, voice: Voice) -> Cell:
        """The cell."""
        found = places.written(text)
        if found is None:
            raise Wrong(mark("Write two numbers as a map shows them, as in 52.51, 13.45."))
        return found

    def show(self, value: Any, voice: Voice) -> str:
        """The middle of the cell."""
        return places.shown(value) if isinstance(value, Cell) else ""


WORDS: Final = (
    Line("title", mark("In one line"), mark("As you would say it at the door"), at_most=120,
         check=no_markup),
    Text("text", mark("A few words about it"), optional=True, at_most=5000),
    Pick("kind", mark("What is it?"),
         choices=tuple(Choice(name, words) for name, (_, words) in concepts.KINDS.items())),
    Pick("topic", mark("What is it about?"), optional=True,
         choices=tuple(Choice(name, words) for name, words in concepts.TOPICS.items())),
    Day("day", mark("On one day"), mark("As in “Sat” or “13.3.”"), optional=True),
    Day("through", mark("Or until which day?"),
        mark("Then it can be on any day between the two, or on those days of the week below."),
        optional=True),
    Pick("days", mark("Or on days of the week"), several=True, optional=True,
         choices=tuple(Choice(str(number), name) for number, name in enumerate(WEEKDAYS))),
    Pick("rhythm", mark("How often, on these days?"), optional=True,
         choices=tuple(Choice(name, words) for name, words in RHYTHMS.items())),
    Clock("opens", mark("From what time?"), mark("As in “17:00”"), optional=True),
    Clock("closes", mark("Until what time?"), optional=True),
    Line("place", mark("Roughly where?"), mark("A part of town or a corner that people know"),
         optional=True, at_most=places.NAME, check=no_address, attributes={"list": "places"}),
    Spot("spot", mark("Its place on the map"),
         mark("Two numbers, as in “52.51, 13.45”. Only the square of a kilometre or more around "
              "them is kept. A place that was named here before needs none."), optional=True),
    Minutes("takes", mark("How long does it take?"), mark("As in “90” or “1 h 30 min”"),
            optional=True, most=60 * 24 * 30),
    Minutes("up_to", mark("Or up to how long?"),
            mark("Then whoever answers chooses between the two."), optional=True,
            most=60 * 24 * 30),
    Number("count", mark("Or how much of it is there?"), optional=True, least=1, most=10_000),
    Pick("unit", mark("Counted in"), optional=True,
         choices=tuple(Choice(name, words) for name, words in UNITS.items())),
    Tick("parts", mark("Several people can share it"),
         mark("Whoever answers says how much of it; it stays up until nothing is left.")),
    Day("until", mark("Until when does it stay up?"),
        mark("Then it leaves the board by itself. What is about one day leaves it with that day."),
        from_tomorrow=True),
    Pick("terms", mark("On what terms?"), several=True,
         choices=tuple(Choice(name, concepts.TERMS[name]) for name in TERMS)),
    Line("for_whom", mark("For somebody without a device?"),
         mark("Their name, known to %(word_members)s here alone; answers come to you"),
         optional=True, at_most=80, check=no_markup),
    Tick("standing", mark("It is there again and again"),
         mark("It stays on the board when somebody agrees to it.")),
    Tick("urgent", mark("It is urgent"),
         mark("For two days it stands first on the board, and on everybody’s first page.")),
)  # fmt: skip
HIDDEN: Final = Tick(
    "hidden",
    mark("Look for matches at trusted nodes, without my name"),
    mark("For what stays in this community: only the topic, the length and the day are asked "
         "about, and nobody learns who asks until you both say yes."),
)  # fmt: skip
NEW: Final = Form(*WORDS, reach(), HIDDEN, Hidden("purpose"), Hidden("draft"))
EDIT: Final = Form(*WORDS, HIDDEN)


def with_topics(form: Form, known: Tree, spoken: Voice, also: str | None = None) -> Form:
    """A form with the community's topics to choose from; `also` one that a notice has already."""
    offered = [one for one, _ in known.in_order() if one.retired is None or one.id == also]
    choices = tuple(Choice(one.key, known.path(one.id, spoken)) for one in offered)
    return Form(
        *(replace(one, choices=choices) if isinstance(one, Pick) and one.name == "topic" else one
          for one in form.fields.values())
    )  # fmt: skip


def judged(form: Entry, node: "Node") -> Entry:
    """The form, with a sentence for each answer that does not go with another."""
    wrong = {
        name: words
        for name, words in (
            ("until", _too_far(form.values.get("until"), node)),
            ("day", _no_day(form.values, node)),
            ("through", _no_stretch(form.values, node)),
            ("rhythm", _no_rhythm(form.values)),
            ("closes", _no_time(form.values)),
            ("count", _both_amounts(form.values)),
            ("up_to", _no_range(form.values)),
            ("parts", _no_parts(form.values)),
        )
        if words and name not in form.errors
    }
    return form.wrong(Invalid(wrong)) if wrong else form


def _too_far(day: date | None, node: "Node") -> str:
    too_far = day is not None and day > today(node) + LONGEST
    return mark("Choose a day within a year.") if too_far else ""


def _no_day(said: Mapping[str, Any], node: "Node") -> str:
    day = said.get("day")
    if day is None:
        return ""
    if day < today(node):
        return mark("This day has passed. Choose one from today on.")
    if said.get("days") and not said.get("through") and said.get("rhythm") != "second":
        return mark("Choose one day, or days of the week, not both.")
    return _too_far(day, node)


def _no_stretch(said: Mapping[str, Any], node: "Node") -> str:
    first, last = said.get("day"), said.get("through")
    if last is None:
        return ""
    if first is None:
        return mark("Say above on which day it begins, or leave this empty.")
    if last <= first:
        return mark("Choose a later day than the one above, or leave this empty.")
    missing = {"opens": None, "closes": None, "rhythm": None}
    between = when.weekdays(_when({**missing, **said}, zone(node)), zone(node))
    none = mark("None of these days of the week lies between the two days. Choose others.")
    return none if said.get("days") and not between else _too_far(last, node)


def _no_rhythm(said: Mapping[str, Any]) -> str:
    rhythm = said.get("rhythm")
    if rhythm == "second" and not said.get("day"):
        return mark("Write above, as the one day, on which day it begins.")
    in_a_month = rhythm not in {None, "week", "second"}
    none = mark("Choose above which days of the week.")
    return none if in_a_month and not said.get("days") else ""


def _no_time(said: Mapping[str, Any]) -> str:
    opens, closes = said.get("opens"), said.get("closes")
    backwards = closes is not None and closes <= (opens or 0)
    return mark("It ends before it begins. Choose a later time.") if backwards else ""


def _both_amounts(said: Mapping[str, Any]) -> str:
    both = said.get("takes") and said.get("count")
    return mark("Say how long, or how much, not both.") if both else ""


def _no_parts(said: Mapping[str, Any]) -> str:
    none = said.get("parts") and not said.get("count")
    return mark("Say above how much of it there is, or untick this.") if none else ""


def _no_range(said: Mapping[str, Any]) -> str:
    if not said.get("up_to"):
        return ""
    if not said.get("takes"):
        return mark("Say above how long it takes at least, or leave this empty.")
    wrong = said["up_to"] <= said["takes"]
    return mark("Write a longer time than the one above, or leave this empty.") if wrong else ""


def draft(
    form: Entry, node: "Node", lang: str | None, photo: Brought, known: Mapping[str, Cell]
) -> Draft:
    """What a member said.

    Args:
        form: without errors.
        node: the node, for its zone.
        lang: in which language it is written.
        photo: what was brought with it.
        known: the cells of places that were named here before, by their names in small letters.
    """
    said = form.values
    return Draft(
        title=said["title"],
        text=said["text"],
        kind=said["kind"],
        topic=said["topic"],
        minutes=said["takes"],
        up_to=said["up_to"],
        count=said["count"],
        unit=said["unit"] or "one",
        parts=said["parts"],
        when=_when(said, zone(node)),
        place=said["place"],
        cell=said["spot"] or known.get(said["place"].casefold()),
        ends=end_of(_last(said), zone(node)),
        terms=said["terms"],
        hidden=said["hidden"],
        standing=said["standing"],
        urgent=said["urgent"],
        for_whom=said["for_whom"],
        lang=lang,
        photo=photo.chosen,
    )


def _last(said: Mapping[str, Any]) -> date:
    """The day with which it leaves the board; what comes again has no one day."""
    one = None if said["rhythm"] == "second" else said["day"]
    last: date = said["through"] or one or said["until"]
    return last


def _when(said: Mapping[str, Any], at: ZoneInfo) -> when.When:
    weekly = _rhythm(said)
    if weekly.second and not said["through"]:
        return weekly
    if said["day"] and said["through"]:
        return when.stretch(said["day"], said["through"], weekly, at)
    return when.once(said["day"], said["opens"], said["closes"], at) if said["day"] else weekly


def _rhythm(said: Mapping[str, Any]) -> when.When:
    """The days of the week, of those weeks that are meant."""
    days, rhythm = [int(one) for one in said["days"]], said["rhythm"] or "week"
    if rhythm == "second" and said["day"]:
        days = days or [said["day"].weekday()]
        return when.every_second(when.weekly(days, said["opens"], said["closes"]), said["day"])
    weekly = when.weekly(days, said["opens"], said["closes"])
    in_a_month = days and rhythm not in {"week", "second"}
    return replace(weekly, nth=int(rhythm)) if in_a_month else weekly


def filled(one: Notice, node: "Node", known: Tree) -> dict[str, Any]:
    """A notice as its form begins."""
    about = known.topics.get(one.concept or "")
    return {
        "title": one.title,
        "text": one.text,
        "kind": one.kind,
        "topic": about.key if about else None,
        "takes": one.minutes,
        "up_to": one.longest,
        "count": one.pieces,
        "unit": one.unit if one.pieces and one.unit in UNITS else None,
        "parts": one.in_parts,
        "place": one.place,
        "spot": one.cell,
        "until": last_day(one.ends, zone(node)),
        "terms": [term for term in one.terms if term in TERMS],
        "standing": one.standing,
        "urgent": one.urgent is not None,
        "for_whom": one.for_whom,
        "hidden": one.match_scope != "localOnly",
        **_times(one.when, zone(node), today(node)),
    }


def _times(times: when.When, at: ZoneInfo, today: date) -> dict[str, Any]:
    rhythm = "second" if times.second else str(times.nth or "week") if times.days else None
    if times.starts is None or times.due is None:
        clock = {"rhythm": rhythm, **_clock(times.opens, times.closes)}
        next_ = when.coming(times, today, 1) if times.second else []
        first = {"day": next_[0]} if next_ else {}
        return {"days": [str(day) for day in times.days], **first, **clock}
    begins, ends = times.starts.astimezone(at), times.due.astimezone(at)
    if times.days:
        days = [] if times.days == when.WEEK else [str(day) for day in times.days]
        last = (ends - timedelta(minutes=1)).date()
        clock = {"rhythm": rhythm, **_clock(times.opens, times.closes)}
        return {"day": begins.date(), "through": last, "days": days, **clock}
    closes = ends.hour * 60 + ends.minute or when.DAY
    return {"day": begins.date(), **_clock(begins.hour * 60 + begins.minute, closes)}


def _clock(opens: int, closes: int) -> dict[str, int | None]:
    return {"opens": opens or None, "closes": closes if closes < when.DAY else None}


def typed(form: Entry) -> dict[str, list[str]]:
    """What of a form is kept as a draft: as it was typed, but a place as its cell."""
    cell = form.values.get("spot")
    spot = [places.shown(cell)] if isinstance(cell, Cell) else []
    said = {name: list(held) for name, held in form.raw.items() if any(held)}
    return {**said, "spot": spot, "draft": []}


def again(one: Notice, node: "Node", opened: Mapping[str, Any], known: Tree) -> dict[str, Any]:
    """A notice as a new form begins: what was true of its days alone is left out."""
    held = filled(one, node, known)
    kept = {name: opened.get(name) for name in ("day", "through", "urgent", "until")}
    return {**opened, **held, **kept, "purpose": one.purpose, "reach": one.reach}


def zone(node: "Node") -> ZoneInfo:
    """The community's zone."""
    return ZoneInfo(node.community.timezone)


def today(node: "Node") -> date:
    """The day it is there."""
    return node.now().astimezone(zone(node)).date()


def end_of(day: date, at: ZoneInfo) -> datetime:
    """The end of a day in a zone."""
    return datetime.combine(day + timedelta(days=1), time(0), at)
