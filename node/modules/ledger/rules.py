"""What the ledger allows: whole minutes, an hour for an hour, a limit that warns; no I/O."""

from collections.abc import Mapping
from enum import StrEnum

from vocab.values import dataclass

MOST = 100 * 60
"""Minutes of one entry at most: what is more is nobody's single evening but a mistake."""

WORDS = 500
"""Characters of a note."""

SOFT = 10
"""Hours up or down from which on the ledger speaks up, unless the community says otherwise."""

SOFT_MOST = 1000


class Kind(StrEnum):
    """Whose an account is."""

    MEMBER = "member"
    FUND = "fund"
    MIRROR = "mirror"


class Why(StrEnum):
    """Where an entry comes from."""

    AGREEMENT = "agreement"
    THANKS = "thanks"
    REVERSAL = "reversal"
    FUND = "fund"
    LEFT = "left"
    SETTLEMENT = "settlement"


class Stand(StrEnum):
    """How somebody's time stands, as a sentence says it."""

    EVEN = "even"
    GAVE = "gave"
    RECEIVED = "received"
    GAVE_MUCH = "gave much"
    RECEIVED_MUCH = "received much"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the community has chosen: whether time is counted, and from where on it warns."""

    on: bool = True
    soft: int = SOFT * 60


def terms(kept: object) -> Terms:
    """What a setting says; the defaults for what it does not."""
    said = kept if isinstance(kept, Mapping) else {}
    hours = said.get("hours")
    # minutes, as it was kept before it was chosen in whole hours
    before = said.get("soft", SOFT * 60)
    soft = hours * 60 if type(hours) is int else before if type(before) is int else SOFT * 60
    return Terms(on=said.get("on", True) is True, soft=soft)


def stand(balance: int, soft: int) -> Stand:
    """Where a balance stands: minutes given less minutes received."""
    if balance == 0:
        return Stand.EVEN
    far = abs(balance) > soft
    if balance > 0:
        return Stand.GAVE_MUCH if far else Stand.GAVE
    return Stand.RECEIVED_MUCH if far else Stand.RECEIVED


def beyond(balance: int, minutes: int, soft: int) -> bool:
    """Whether receiving so much more takes somebody past the limit that warns."""
    return balance - minutes < -soft


def cell(text: str) -> str:
    """A cell of a table for a spreadsheet, which would take some beginnings for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
