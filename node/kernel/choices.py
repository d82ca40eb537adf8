"""What was chosen about people, by whoever wrote this program or by the community itself.

No program is neutral. A module declares each choice it makes for people (`Module.choices`):
what holds, why, and who may change it. Some are settings; others are built in, and a proposal
is where that is contested.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from node.kernel.tables import setting
from vocab.values import dataclass

TEXT_MOST: Final = 20_000
"""Characters of a setting that is a text."""
_YES: Final[Mapping[str, bool]] = {"yes": True, "no": False, "true": True, "false": False}


class Level(StrEnum):
    """Who may change a choice."""

    CHARTER = "charter"
    """a decision of more than a simple majority"""
    DECISION = "decision"
    """any decision"""
    STEWARD = "steward"
    """a keeper, with a reason"""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One choice: a setting if it has a `default`, else built in.

    `title`, `why` and `words` are marked sentences; `words` says what holds (a number stands in
    it as `%(n)s`, and for yes or no there is none). `kept` is the name of the setting, `part` the
    key in it where several are kept together. `least` and `most` bound a number; `among` are the
    only values of a word. `up`: it may never be less than the default. `stands`: the constants
    that it speaks for, as `module.CONSTANT`. `page`: where it is set or seen, if not here.
    """

    name: str
    level: Level
    title: str
    why: str
    words: str = ""
    default: bool | int | str | None = None
    least: int = 0
    most: int = 2**31 - 1
    up: bool = False
    among: Mapping[str, str] | None = None
    kept: str = ""
    part: str = ""
    stands: tuple[str, ...] = ()
    page: str = ""

    @property
    def settable(self) -> bool:
        """Whether it is a setting."""
        return self.default is not None

    @property
    def key(self) -> str:
        """The setting it is kept in."""
        return self.kept or self.name

    def fits(self, value: Any) -> bool:
        """Whether it may have this value.

        >>> one = Choice(name="n", level=Level.CHARTER, title="", why="", default=3, up=True)
        >>> one.fits(3), one.fits(2), one.fits(True), one.fits("3")
        (True, False, False, False)
        """
        if type(value) is not type(self.default):
            return False
        if isinstance(value, bool):
            return True
        if isinstance(value, int):
            return max(self.least, self._floor) <= value <= self.most
        return (
            isinstance(value, str)
            and len(value) <= TEXT_MOST
            and (self.among is None or value in self.among)
        )

    @property
    def _floor(self) -> int:
        return self.default if self.up and isinstance(self.default, int) else self.least

    def read(self, typed: str) -> bool | int | str | None:
        """A value as people write it; None if it may not have it.

        >>> one = Choice(name="n", level=Level.CHARTER, title="", why="", default=False)
        >>> one.read(" Yes "), one.read("perhaps")
        (True, None)
        """
        word = typed.strip()
        value: bool | int | str | None = word
        if isinstance(self.default, bool):
            value = _YES.get(word.lower())
        elif isinstance(self.default, int):
            plain = word.isascii() and word.isdigit() and len(word) <= len(str(self.most))
            value = int(word) if plain else None
        return value if self.fits(value) else None


def spelled(value: Any) -> str:
    """A value as it is written in a decision: `read` reads it.

    >>> spelled(True), spelled(12)
    ('yes', '12')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# Built once: building takes longer than asking.
_SET = select(setting.c.value).where(setting.c.name == bindparam("name"))


def now(db: Connection, choice: Choice) -> Any:
    """What holds now; the default where nothing, or nothing that fits, was set."""
    held = db.scalar(_SET, {"name": choice.key})
    if choice.part:
        held = held.get(choice.part) if isinstance(held, Mapping) else None
    return held if choice.fits(held) else choice.default
