"""How a decision says that it sets something, and which decisions are enough; no I/O.

A line of its own in the text that was voted on: `§ ideas.points = 120`. It stands in the text
so that everybody reads it before they vote, and everybody who has the record can check it.
"""

import re
from typing import Final

from node.kernel.choices import Level
from web.language import mark

_LINE: Final = re.compile(r"^§ ?([a-z_.]{1,60}) ?= ?([^\n]{0,200})$", re.MULTILINE)
STRONG: Final = frozenset({"supermajority", "consent", "consensus"})
"""Ways to decide that are more than a simple majority: enough for the charter."""
OPINIONS: Final = frozenset({"senseCheck", "adviceProcess"})
"""Ways that decide nothing."""
LEVELS: Final = {
    Level.CHARTER: (mark("Charter"), mark(
        "Changed only by a decision of more than half: two thirds, consent or consensus."
    )),
    Level.DECISION: (mark("Decision"), mark("Changed by any decision of ours.")),
    Level.STEWARD: (mark("%(word_Keepers)s"), mark(
        "A %(word_keeper)s may change it, and says why; it is written into the log."
    )),
}  # fmt: skip
"""What each level is called, and what it means."""


def line(name: str, value: str) -> str:
    """What a text has to say to set something.

    >>> line("ideas.points", "120")
    '§ ideas.points = 120'
    """
    return f"§ {name} = {value}"


def named(text: str) -> dict[str, str]:
    r"""What a text sets, as it is written there; the last line for each.

    >>> named("More points.\n\n§ ideas.points = 120\nand § not = this")
    {'ideas.points': '120'}
    """
    return {found[1]: found[2].strip() for found in _LINE.finditer(text)}


def enough(level: Level, method: str) -> bool:
    """Whether a decision made in this way may set what stands at this level.

    >>> enough(Level.CHARTER, "majority"), enough(Level.DECISION, "majority")
    (False, True)
    """
    if level is Level.CHARTER:
        return method in STRONG
    return method not in OPINIONS
