"""How far a post goes, whether it concerns us, and whom it names: values in, values out."""

import re
from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from node.kernel.access import Reach
from vocab.model import PUBLIC, Object
from vocab.types import Collection, Link, Question
from vocab.types import Post as Quoting
from vocab.values import dataclass

MENTIONS: Final = 20
"""Handles in one text that are looked up."""
PICTURES: Final = 8
OPTIONS: Final = 50
"""Answers of a poll that are kept; one of ours has no more than eight."""
MOST_OPTIONS: Final = 8
EMOJI: Final = 50
"""Custom emoji of one text."""
_WIDTH: Final = (Reach.DIRECT, Reach.COMMUNITY, Reach.TRUSTED, Reach.PUBLIC)
_HANDLE: Final = re.compile(
    r"(?<![\w@/.])@([A-Za-z0-9_][\w.-]{0,60})(?:@([A-Za-z0-9][A-Za-z0-9.-]{1,250}(?::\d{1,5})?))?",
    re.ASCII,
)
_TAG: Final = re.compile(r"(<[^>]*>)")
QUOTED: Final = {f"https://misskey-hub.net/ns{x}_misskey_quote" for x in ("#", "/#")}
"""What a link of FEP-e232 to a quoted post says that it is."""
_INLINE: Final = re.compile(
    r"""<(span|p)\s+class=["']quote-inline["']\s*>(?:(?!</?\1[\s>]).){0,5000}</\1>""",
    re.IGNORECASE | re.DOTALL,
)
_CAVEAT: Final = re.compile(r'<p class="advisory">[^<]{0,300}</p>')
_SHORTCODE: Final = re.compile(r":?([A-Za-z0-9_+-]{1,60}):?")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")


def reach_of(named: Some[str], *, ours: bool, peers: bool) -> Reach | None:
    """How far a post goes, from the addresses on it; None if it is for nobody.

    Args:
        named: `to` and `cc` together.
        ours: it was written here; what we address to nobody is for this community.
        peers: it is addressed to nodes that trust each other, ours among them.
    """
    if PUBLIC in named:
        return Reach.PUBLIC
    if peers:
        return Reach.TRUSTED
    if named:
        return Reach.DIRECT
    return Reach.COMMUNITY if ours else None


def is_wider(reach: str, than: str) -> bool:
    """Whether more people see the one than the other."""
    return _WIDTH.index(Reach(reach)) > _WIDTH.index(Reach(than))


def choices(parent: str | None) -> tuple[Reach, ...]:
    """The reaches that an answer may have; None for a post that answers nothing.

    An answer goes no further than what it answers, and one to a direct post stays direct.
    """
    if parent == Reach.DIRECT:
        return (Reach.DIRECT,)
    wide = [one for one in _WIDTH if one is not Reach.DIRECT]
    return tuple(one for one in wide if parent is None or not is_wider(one, parent))


def concerns(reach: Reach, *, followed: bool, named: bool, answers_us: bool) -> bool:
    """Whether a post from elsewhere is kept.

    Args:
        reach: of the post.
        followed: somebody here follows its author.
        named: it is addressed to, or mentions, somebody here.
        answers_us: it is a reply to something of ours, or in our group, that its author may see.
    """
    if reach is Reach.DIRECT:
        return named
    return reach is Reach.TRUSTED or followed or named or answers_us


def is_vote(*, name: str | None, content: str | None, in_reply_to: str | None) -> bool:
    """Whether a Note is an answer to a poll and no post (FEP-9967)."""
    return bool(name and in_reply_to and not content)


def shortcode(said: str | None) -> str | None:
    """The name of a custom emoji, in colons; None for anything else.

    >>> shortcode(":blob:"), shortcode("blob"), shortcode("a b")
    (':blob:', ':blob:', None)
    """
    found = _SHORTCODE.fullmatch((said or "").strip())
    return f":{found[1]}:" if found else None


class Consent(StrEnum):
    """Whether the author of a quoted post agrees; a post without a word on it shows none."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def quoted_by(post: Object) -> str | None:
    """The id of the post that another shows, in whatever way it says so (FEP-044f, FEP-e232)."""
    if not isinstance(post, Quoting):
        return None
    links = (one for one in post.tag if isinstance(one, Link) and QUOTED & set(one.rel))
    said = (post.quote, post.misskey_quote, post.quote_uri, post.quote_url)
    return next((one for one in (*said, *(link.href for link in links)) if one), None)


def without_caveat(content: str) -> str:
    """The words of a poll without what our kind of program says beneath them (`public`)."""
    return _CAVEAT.sub("", content)


def without_link(content: str) -> str:
    """The words of a post without the link to what it quotes, for who sees that anyway."""
    return _INLINE.sub("", content)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer of a poll, and how often it was given."""

    name: str
    count: int = 0


def options_of(asked: Question) -> list[Option]:
    """The answers that a poll offers, each once; none if there are fewer than two."""
    found: dict[str, Option] = {}
    for one in (asked.any_of or asked.one_of)[:OPTIONS]:
        if isinstance(one, Object) and one.name and len(one.name) <= 500:
            total = one.replies.total_items if isinstance(one.replies, Collection) else None
            found.setdefault(one.name, Option(name=one.name, count=number_of(total) or 0))
    return list(found.values()) if len(found) > 1 else []


def typed_options(typed: str) -> tuple[str, ...]:
    """The answers a member typed, one in a line; empty if they are no two to eight of 100 signs."""
    lines = (" ".join(line.split()) for line in typed.splitlines())
    found = tuple(dict.fromkeys(line for line in lines if line))
    fits = 2 <= len(found) <= MOST_OPTIONS and all(len(one) <= 100 for one in found)
    return found if fits else ()


def end_of(asked: Question) -> datetime | None:
    """When a poll ends, however its server says it."""
    times = [one for one in (asked.end_time, asked.closed) if one is not None]
    return min(times) if times else None


def voters_of(asked: Question) -> int | None:
    """How many people answered, as its server says."""
    return number_of(asked.voters_count)


def number_of(said: float | None) -> int | None:
    """A number of people, None for what cannot be one."""
    return int(said) if said is not None and 0 <= said <= 10**9 else None


def language_of(said: str | None) -> str | None:
    """A language tag that may stand in a page, None for anything else."""
    return said if said and _LANGUAGE.fullmatch(said) else None


def in_order(posts: Sequence[tuple[str, str | None]]) -> list[str]:
    """Each post of a conversation after what it answers, the answers to one in their order.

    Args:
        posts: (id, the id of what it answers), in the order of time.

    Returns:
        The ids; what answers nothing here, or itself in a circle, begins anew.
    """
    ids = {id for id, _ in posts}
    below: dict[str | None, list[str]] = {}
    for id, parent in posts:
        below.setdefault(parent if parent in ids and parent != id else None, []).append(id)
    found: dict[str, None] = {}
    for start in (*below.get(None, []), *(id for id, _ in posts)):
        waiting = [start]
        while waiting:
            id = waiting.pop()
            if id not in found:
                found[id] = None
                waiting += reversed(below.get(id, []))
    return list(found)


def handles_in(text: str) -> list[tuple[str, str]]:
    """The people a text names, each once: (handle, host), host "" where it is ours.

    >>> handles_in("Ask @Ana and @ben@birch.test. Not a@b.test, nor https://x.test/@c")
    [('ana', ''), ('ben', 'birch.test')]
    """
    found = ((m[1].rstrip("._-"), (m[2] or "").rstrip(".-")) for m in _HANDLE.finditer(text))
    named = dict.fromkeys((handle.lower(), host.lower()) for handle, host in found if handle)
    return list(named)[:MENTIONS]


def with_mentions(written: str, people: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """HTML in which the names of people have become links; inside links nothing changes.

    Args:
        written: of `vocab.html.from_text`.
        people: (handle, host) as of `handles_in` → (the person's page, their handle).
    """
    out, inside = [], False
    for part in _TAG.split(written):
        if part.startswith("<"):
            inside = part.startswith("<a ") or (inside and part != "</a>")
            out.append(part)
        else:
            out.append(part if inside else _HANDLE.sub(lambda m: _link(m, people), part))
    return "".join(out)


def _link(found: re.Match[str], people: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    handle, host = found[1].rstrip("._-"), (found[2] or "").rstrip(".-")
    person = people.get((handle.lower(), host.lower()))
    if person is None:
        return found[0]
    page, name = person
    said = f"@{handle}@{host}" if host else f"@{handle}"
    rest = found[0][len(said) :]
    return f'<a href="{page}" class="u-url mention">@<span>{name}</span></a>{rest}'
