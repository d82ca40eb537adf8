"""What an open ballot says, in words for people, and the list of them after the close."""

from collections.abc import Sequence
from typing import Final

from node.modules.decisions.methods.face import Marks, Paper
from node.modules.decisions.opened import Line
from node.modules.decisions.options import key
from node.modules.decisions.queries import Box
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice

ASIDE: Final = mark("Stood aside")
POSITIONS: Final = {
    "consent": mark("Consent"),
    "consentWithReservation": mark("Consent with a concern"),
    "block": mark("Objection"),
    "abstain": ASIDE,
    "inFavour": mark("In favour"),
    "oppose": mark("Against"),
    "approve": mark("Ticked"),
}
PLAIN: Final = frozenset({Paper.ONE, Paper.SOME, Paper.BASKET})
"""Papers on which a mark is a mark, and its number says nothing more."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line as a page shows it; `name` is empty for somebody who has left."""

    name: str
    handle: str
    said: str
    reason: str
    voices: str
    mine: bool


def words(box: Box, marks: Marks, spoken: Voice) -> str:
    """What a ballot says.

    Places stand in their order; other numbers behind what they are given to.
    """
    names = {key(option.id): option.name or "" for option in box.options}
    if not marks or set(marks) == {"abstain"}:
        return spoken.say(ASIDE)
    paper = box.way.paper
    ranked = sorted(marks.items(), key=lambda pair: pair[1] if paper is Paper.PLACES else 0)
    told = [
        (names.get(one) or spoken.say(POSITIONS.get(one, mark("Other"))), number)
        for one, number in ranked
    ]
    if paper is Paper.PLACES:
        return ", ".join(f"{place}. {name}" for place, (name, _) in enumerate(told, 1))
    if paper in PLAIN:
        return ", ".join(name for name, _ in told)
    return ", ".join(f"{name}: {number}" for name, number in told)


def rows(box: Box, lines: Sequence[Line], me: str | None, spoken: Voice) -> list[Row]:
    """Who voted how, as members see it."""
    return [
        Row(
            name=one.name, handle=one.handle, said=words(box, one.said, spoken),
            reason=one.reason, mine=one.member is not None and one.member == me,
            voices=spoken.many("and %(num)d voice given to them",
                                "and %(num)d voices given to them", one.voices)
            if one.voices else "",
        )
        for one in lines
    ]  # fmt: skip
