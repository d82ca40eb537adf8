"""What an answer to a delivery means, and how long to wait after it. Pure decisions.

Source: architecture.md section 5; RFC 9110 §10.2.3 (Retry-After), §15.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from vocab.values import dataclass

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=24)
UNPROVEN_AGAIN = 2
"""How often a letter refused with 401 in both spellings is tried again: the other side may
only have failed to fetch our key."""


class Verdict(StrEnum):
    """What happens to one letter for one inbox."""

    DONE = "done"
    AGAIN = "again"
    UNPROVEN = "unproven"
    FINAL = "final"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The meaning of one answer.

    `whole`: the trouble is the host's, so its other letters wait too. `gone`: the inbox is
    not there any more. `wait`: what the other side asked for.
    """

    verdict: Verdict
    code: str = ""
    whole: bool = False
    gone: bool = False
    wait: timedelta | None = None


def judge(status: int, headers: Mapping[str, str], now: datetime) -> Outcome:
    """What a status means for a delivery."""
    code = f"E_HTTP_{status}"
    if 200 <= status < 300:
        return Outcome(verdict=Verdict.DONE)
    if status == 401:
        return Outcome(verdict=Verdict.UNPROVEN, code=code)
    if status in (429, 502, 503, 504):
        wait = retry_after(headers.get("retry-after", ""), now)
        return Outcome(verdict=Verdict.AGAIN, code=code, whole=True, wait=wait)
    if 400 <= status < 500 and status not in (408, 425):
        return Outcome(verdict=Verdict.FINAL, code=code, gone=status in (404, 410))
    return Outcome(verdict=Verdict.AGAIN, code=code)


UNREACHABLE = Outcome(verdict=Verdict.AGAIN, code="E_UNREACHABLE", whole=True)
"""DNS, connection, TLS or patience failed."""


def knock_again(outcome: Outcome, code: int, *, known: bool) -> bool:
    """Whether to try once more with the other spelling of the signature.

    Args:
        outcome: of the first try.
        code: its HTTP status.
        known: we remember which spelling this host takes; then only a 401 is doubted.
    """
    if outcome.verdict is Verdict.DONE:
        return False
    return code == 401 or (code in (400, 403) and not known)


def retry_after(said: str, now: datetime) -> timedelta | None:
    """How long the other side asks us to wait: seconds or a date, at most a day.

    Returns:
        None if it says nothing we understand, or a time that has passed.
    """
    text = said.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=int(text)) if len(text) < 9 else LONGEST
    else:
        when = _date(text)
        if when is None:
            return None
        wait = when - now
    return min(wait, LONGEST) if wait > timedelta() else None


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def pause(failures: int, luck: float) -> timedelta:
    """The wait after so many failures before this one: 5 s doubling, at most a day.

    Args:
        failures: 0 for the first.
        luck: 0 to 1; takes up to a twentieth off, so that not all come back at once.
    """
    doubled = timedelta(seconds=FIRST.total_seconds() * (1 << min(failures, 20)))
    return min(doubled, LONGEST) * (1 - luck / 20)
