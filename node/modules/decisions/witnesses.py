"""What a node says of another community's chain after it has looked, and what that is worth. Pure.

A witness keeps what it saw, so a chain that is shown to it later has to go on from there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from node.modules.decisions import chain
from vocab import proofs
from vocab.checks import base, moment_of
from vocab.model import Malformed
from vocab.values import dataclass

LEAVES: Final = 1000
"""Leaves on one page."""
STATEMENTS: Final = 100
"""What a node says of others, at most; and witnesses that a file may have."""
LONGEST: Final = 1_000_000_000
CUT, REWRITTEN, SPLIT = "E_WITNESS_CUT", "E_WITNESS_REWRITTEN", "E_WITNESS_SPLIT"
_DIGEST = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{40,118}")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How long a chain was when a witness saw it, and the link at its end."""

    number: int
    link: str


def statement(*, witness: str, community: str, mark: Mark, at: datetime) -> dict[str, Any]:
    """What a witness signs; the day is said, and no time."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "type": "Witness",
        "attributedTo": witness,
        "about": community,
        "number": mark.number,
        "link": mark.link,
        "published": day.isoformat().replace("+00:00", "Z"),
    }


def mark_of(document: Any) -> Mark | None:
    """Where a chain ends by a checkpoint or a statement; None if that says nothing usable."""
    if not isinstance(document, Mapping):
        return None
    number, link = document.get("number"), document.get("link")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= LONGEST:
        return None
    return Mark(number=number, link=str(link)) if is_digest(link) else None


def is_digest(said: Any) -> bool:
    """Whether this can be a leaf or a link."""
    return isinstance(said, str) and _DIGEST.fullmatch(said) is not None


def against(seen: Mark, shown: Mark, after: int, leaves: Sequence[str]) -> str:
    """Why a chain does not go on from what was seen of it, as a code; "" if it does.

    Args:
        seen: what a witness saw.
        shown: what the community signs now.
        after: the number before the first of the leaves; at most that of `seen`.
        leaves: of the records from there to `shown`. One that is missing proves nothing.
    """
    if shown.number < seen.number:
        return CUT
    link = seen.link
    for number in range(seen.number + 1, shown.number + 1):
        place = number - after - 1
        if not 0 <= place < len(leaves):
            return REWRITTEN
        link = chain.link(number, leaves[place], link)
    return "" if link == shown.link else REWRITTEN


# In a file ----------------------------------------------------------------------------------


def in_file(
    held: Sequence[Any], community: str, leaves: Sequence[str], now: datetime
) -> Iterator[tuple[str, str, str]]:
    """What the witnesses in a file say of it: who, a code or "", and a day.

    Args:
        held: `statement` and `publicKeyMultibase` of each, as they stand in the file.
        community: of which the file is.
        leaves: all of its records, the first first.
        now: for proofs that end.
    """
    links = _links(leaves)
    read = [(one, _unproven(one, community, now)) for one in held[:STATEMENTS]]
    good = [mark_of(one["statement"]) for one, code in read if not code]
    agreed = max((m.number for m in good if m and links.get(m.number) == m.link), default=0)
    for one, unproven in read:
        said = one.get("statement") if isinstance(one, Mapping) else None
        said = said if isinstance(said, Mapping) else {}
        mark = mark_of(said)
        code = unproven or (_told(mark, links, agreed) if mark else "E_WITNESS")
        yield str(said.get("attributedTo", ""))[:200], code, str(said.get("published", ""))[:10]


def _links(leaves: Sequence[str]) -> dict[int, str]:
    links, before = {}, ""
    for number, leaf in enumerate(leaves, 1):
        before = links[number] = chain.link(number, leaf, before)
    return links


def _told(mark: Mark, links: Mapping[int, str], agreed: int) -> str:
    """A file that one witness confirms and another does not was not shown to both."""
    if mark.number > len(links):
        return CUT
    if links[mark.number] == mark.link:
        return ""
    return SPLIT if agreed >= mark.number else REWRITTEN


def _unproven(one: Any, community: str, now: datetime) -> str:
    """Why this is no word of a witness of the community's chain; "" if it is."""
    said = one.get("statement") if isinstance(one, Mapping) else None
    if not isinstance(said, Mapping) or said.get("type") != "Witness" or mark_of(said) is None:
        return "E_WITNESS"
    if said.get("about") != community or said.get("attributedTo") == community:
        return "E_WITNESS"
    if moment_of(said, "published") is None:
        return "E_WITNESS"
    try:
        if base(proofs.method_of(said)) != said.get("attributedTo"):
            return "E_PROOF_OWNER"
        proofs.verify(said, proofs.from_multikey(str(one.get("publicKeyMultibase"))), now=now)
    except Malformed as problem:
        return problem.code
    return ""
