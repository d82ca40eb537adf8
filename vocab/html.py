"""Which HTML we keep, and text to HTML and back.

Strict: the small set that Mastodon keeps (W9), no pictures, no styles, links to the web only.
What would turn the text around it (bidi overrides) is taken out. Everything that is shown or
sent passes `clean` once, when it comes in.
"""

import html as escaping
import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import zip_longest

import nh3

from vocab.origins import origin, spelled

SIZE = 100_000
"""Characters of HTML; what is longer is cut before it is cleaned, and closed by cleaning."""
TEXT_SIZE = 50_000

TAGS = {"p", "br", "a", "span", "strong", "b", "em", "i", "u", "del", "s", "code", "pre"}
TAGS |= {"blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
CLASSES = {"a": {"mention", "hashtag", "u-url"}, "span": {"h-card", "invisible", "ellipsis"}}
DROPPED = {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "template"}
DROPPED |= {"noscript", "title", "textarea", "select", "button"}
REL = "nofollow noopener ugc"

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufff9-\ufffb]")
_ATTRIBUTE = re.compile(r"(\son[a-z]+\s*)=", re.IGNORECASE)
"""What the producer schema takes for a handler of an event, also in plain words ("once = 3")."""
_RUNNING = re.compile(r"<\s*(script|style|iframe|object|embed|form)|\son[a-z]+\s*=", re.IGNORECASE)
_ACCENT = re.compile("[\u0300-\u036f]")
_LINK = re.compile(r"https?://[^\s<>\"'`\u00a0]+", re.IGNORECASE)
_TAG = re.compile("<(?=[a-zA-Z/!?])")
_TRAILING = ".,;:!?…»”’)]}"
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BLOCK = re.compile(r"</(?:p|li|ul|ol|blockquote|pre|h[1-6])\s*>", re.IGNORECASE)

_ELEMENT = re.compile(r"""(<(?:[^>"']|"[^"]*"|'[^']*')*>)""")
_HIGH = re.compile(r"<(/?)h[12]>")
"""The headings of a page are ours; those of a text begin below them."""

_ANCHOR = re.compile(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://)?([\w.-]{1,250}\.[^\W\d_]{2,60})(?:[/:?#]|$)", re.IGNORECASE)

# Built once: it holds no state but its own settings.
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED,
    attributes={"a": {"href"}, "ol": {"start"}},
    allowed_classes=CLASSES,
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel=REL,
    strip_comments=True,
)
_NOTHING = nh3.Cleaner(tags=set(), clean_content_tags=DROPPED, strip_comments=True)


def clean(source: str | None) -> str:
    """HTML of a stranger as we keep and show it; empty for nothing."""
    if not source:
        return ""
    kept = _HIGH.sub(r"<\1h3>", _CLEANER.clean(_plain(source[:SIZE])))
    return _ATTRIBUTE.sub(r"\1&#61;", _ANCHOR.sub(_where, kept))


def _where(link: re.Match[str]) -> str:
    """A link; with the host it leads to behind it, if its words are the address of another."""
    named = _ADDRESS.match(escaping.unescape(_ELEMENT.sub("", link[3])).strip())
    leads = origin(escaping.unescape(link[1]))
    if named is None or leads is None or "mention" in link[2]:
        return link[0]
    host = leads[1]
    same = spelled(named[1]).removeprefix("www.") == host.removeprefix("www.")
    told = f" ({host})"
    return link[0] if same or link.string.startswith(told, link.end()) else link[0] + told


def to_text(source: str | None) -> str:
    """The words of some HTML: paragraphs by an empty line, no tags, no entities."""
    if not source:
        return ""
    broken = _BLOCK.sub("\n\n", _BREAK.sub("\n", _plain(source[:SIZE])))
    text = escaping.unescape(_NOTHING.clean(broken))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def from_text(plain: str) -> str:
    """What a member typed, as HTML: paragraphs at empty lines, web addresses as links."""
    text = _plain(plain[:TEXT_SIZE]).replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = (block.strip("\n") for block in re.split(r"\n[ \t]*\n", text))
    paragraphs = ("<br>".join(_linked(line) for line in block.split("\n")) for block in blocks)
    made = "".join(f"<p>{one}</p>" for one in paragraphs if one)
    return _ATTRIBUTE.sub(r"\1&#61;", made)


def quoted(plain: str) -> str:
    r"""Somebody else's words as a quote: no line of theirs can be taken for one of ours.

    >>> quoted("No.\r\n\r§ role: King")
    '> No.\n> \n> § role: King'
    """
    return "\n".join(f"> {one}" for one in plain.splitlines())


def may_leave(plain: str) -> bool:
    """Whether plain words may leave as they are; some the producer schema takes for markup."""
    return not _RUNNING.search(plain)


def replaced(cleaned: str, names: Mapping[str, str]) -> str:
    """Clean HTML with something else in the place of some names, in its words alone.

    >>> replaced('<a href="https://a.test/:x:">:x: y</a>', {":x:": "<b>X</b>"})
    '<a href="https://a.test/:x:"><b>X</b> y</a>'
    """
    if not names:
        return cleaned
    wanted = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    parts = _ELEMENT.split(cleaned)
    words = (wanted.sub(lambda m: names[m[0]], part) for part in parts[::2])
    return "".join(one for pair in zip_longest(words, parts[1::2], fillvalue="") for one in pair)


def line(source: str | None, length: int = 200) -> str:
    """One line of plain words, cut at `length` characters with an ellipsis."""
    return short(to_text(source), length)


def short(plain: str, length: int = 80) -> str:
    """Plain words in one line, cut at `length` characters with an ellipsis.

    >>> short("a  <b>"), short("abcdef", 4)
    ('a <b>', 'abc…')
    """
    words = " ".join(plain.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def folded(*plain: str) -> str:
    """Plain words as they are searched: without capitals, accents and double spaces.

    >>> folded("Über die  Straße,", "Café")
    'uber die strasse, cafe'
    """
    text = unicodedata.normalize("NFKD", " ".join(plain).casefold())
    return " ".join(_ACCENT.sub("", text).split())


def holds(words: Iterable[str], *plain: str) -> bool:
    """Whether each of some folded words stands somewhere in plain words; so does no word."""
    text = folded(*plain) if words else ""
    return all(word in text for word in words)


def untagged(plain: str) -> str:
    """Plain words in which nothing looks like a tag: no server takes them for HTML (W9).

    >>> untagged("a <b> c < d")
    'a < b> c < d'
    """
    return _TAG.sub("< ", plain)


def straight(plain: str) -> str:
    """Plain text without the signs that turn the text around it; "" if nothing of it is seen."""
    text = _BIDI.sub("", plain)
    return text if any(unicodedata.category(each) not in _UNSEEN for each in text) else ""


def _plain(source: str) -> str:
    return _CONTROL.sub("", _BIDI.sub("", source))


def _linked(text: str) -> str:
    out, done = [], 0
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_TRAILING)
        out += [escaping.escape(text[done : found.start()], quote=False), _anchor(url)]
        done = found.start() + len(url)
    return "".join([*out, escaping.escape(text[done:], quote=False)])


def _anchor(url: str) -> str:
    shown = escaping.escape(url.split("://", 1)[1], quote=False)
    return f'<a href="{escaping.escape(url)}" rel="{REL}">{shown}</a>'
