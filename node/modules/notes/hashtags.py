"""Hashtags in what members type and in what others send: values in, values out."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from vocab import html
from vocab.model import Object
from vocab.types import Hashtag
from vocab.values import dataclass

MOST: Final = 30
"""Hashtags of one post that are kept."""
LONGEST: Final = 100
_NAME: Final = r"\w{0,60}[^\W\d_]\w{0,100}"
_TAG: Final = re.compile(rf"(?<![\w&/#])#({_NAME})(?!\w)")
_WORD: Final = re.compile(_NAME)
_ELEMENT: Final = re.compile(r"(<[^>]*>)")


@dataclass(frozen=True, kw_only=True)
class Marked:
    """HTML whose hashtags are links, and their names without the #."""

    content: str
    names: tuple[str, ...]


def marked(written: str, origin: str) -> Marked:
    """HTML with its hashtags made links to their pages here; inside links nothing changes.

    >>> marked("<p>#Soup, a#b, #7</p>", "https://a.test").names
    ('Soup',)
    """
    out: list[str] = []
    names: dict[str, None] = {}
    inside = False
    for part in _ELEMENT.split(written):
        if part.startswith("<"):
            inside = part.startswith("<a ") or (inside and part != "</a>")
        elif not inside:
            names |= dict.fromkeys(m[1] for m in _TAG.finditer(part) if word(m[1]))
            part = _TAG.sub(lambda m: _link(m[1], origin), part)  # noqa: PLW2901
        out.append(part)
    return Marked(content="".join(out), names=tuple(names)[:MOST])


def _link(name: str, origin: str) -> str:
    if not word(name):
        return f"#{name}"
    return f'<a href="{address(name, origin)}" class="mention hashtag">#<span>{name}</span></a>'


def address(name: str, origin: str = "") -> str:
    """The page of a hashtag.

    >>> address("#Über_uns"), address("TeaTime", "https://a.test")
    ('/tags/uber_uns', 'https://a.test/tags/teatime')
    """
    return f"{origin}/tags/{quote(word(name))}"


def word(name: str) -> str:
    """By what a hashtag is found, however it is spelled; empty for what can be none."""
    said = name.removeprefix("#")
    plain = html.folded(said) if _WORD.fullmatch(said) else ""
    # some single signs fold into several words
    return plain if len(plain) <= LONGEST and _WORD.fullmatch(plain) else ""


def words(names: Sequence[str]) -> list[str]:
    """By what a post with these hashtags is found, each once."""
    return list(dict.fromkeys(filter(None, map(word, names))))


def tags(names: Sequence[str], origin: str) -> tuple[Hashtag, ...]:
    """Hashtags as they travel."""
    return tuple(Hashtag(href=address(one, origin), name=f"#{one}") for one in names)


def named(post: Object) -> list[str]:
    """The hashtags of a post that somebody sends, without the #, each once."""
    found: dict[str, str] = {}
    for one in post.tag:
        if isinstance(one, Hashtag) and (key := word(one.name or "")):
            found.setdefault(key, (one.name or "").removeprefix("#"))
    return list(found.values())[:MOST]
