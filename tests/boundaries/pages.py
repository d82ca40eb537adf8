"""What must hold of every page and every answer: headers, one heading, nothing that runs."""

from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from lxml import etree

HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy",
           "permissions-policy", "strict-transport-security")  # fmt: skip
RUNS = {"script", "iframe", "object", "embed", "applet", "base", "math", "frame"}
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "xlink:href", "srcset"}


class Page(HTMLParser):
    """What a page holds that could run, and its headings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.headings: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not self._own(given):
            self.faults.append(f"<script {given}>")
        if tag in RUNS - {"script"} or tag == "style" or (tag == "meta" and "http-equiv" in given):
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.faults.append(f"{tag} {name}={value}")
            if name in ADDRESSES and _bad(value):
                self.faults.append(f"{tag} {name}={value}")
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(tag)
        if tag in {"img", "link", "source", "video", "audio"} and "//" in given.get("src", ""):
            self.faults.append(f"{tag} from elsewhere: {given['src']}")

    def _own(self, given: dict[str, str]) -> bool:
        return given.get("src", "").startswith("/static/")


def _bad(value: str) -> bool:
    plain = "".join(c for c in value if c > " ").lower()
    scheme = plain.partition(":")[0] if ":" in plain.partition("/")[0] else ""
    return plain.startswith(("//", "\\", "/\\")) or scheme not in {"", "http", "https", "mailto"}


def parsed(text: str) -> Page:
    """A text that somebody else wrote, read to the letter."""
    found = Page()
    found.feed(text)
    found.close()
    return found


class _Tags:
    """Tells a `Page` of the tags that libxml2 sees: ten times as fast, for thousands of pages."""

    def __init__(self) -> None:
        self.page = Page()

    def start(self, tag: str, attributes: Any) -> None:
        self.page.handle_starttag(tag, list(attributes.items()))

    def close(self) -> Page:
        return self.page


@lru_cache(maxsize=1000)
def _read(text: str) -> Page:
    """A page of ours; many are the very same."""
    return etree.fromstring(text.encode(), etree.HTMLParser(target=_Tags(), encoding="utf-8"))


def wrong(who: str, answer: Any) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    found = []
    path = f"{who} {answer.request.method} {answer.request.url.raw_path.decode()[:120]}"
    path += f" → {answer.status_code}"
    if answer.status_code >= 500:
        found.append(f"{path}: {answer.text[:200]}")
    found += [f"{path}: no {header}" for header in HEADERS if header not in answer.headers]
    found += [f"{path}: {what}" for what in _cached(who, answer)]
    if answer.headers.get("content-type", "").startswith("text/html") and answer.content:
        page = _read(answer.text)
        found += [f"{path}: {what}" for what in page.faults]
        if page.headings.count("h1") != 1:
            found.append(f"{path}: headings {page.headings}")
    return found


def _cached(who: str, answer: Any) -> list[str]:
    path = answer.request.url.path
    if path.startswith(("/static/", "/theme.css")):
        return []
    kept = answer.headers.get("cache-control", "")
    vary = answer.headers.get("vary", "").lower()
    found = [f"Vary: {vary}"] if "cookie" not in vary or "accept" not in vary else []
    proven = who != "nobody" or "set-cookie" in answer.headers
    if proven and ("no-store" not in kept or "public" in kept):
        found.append(f"Cache-Control: {kept}")
    if not kept:
        found.append("no Cache-Control")
    return found


def told(found: list[str]) -> str:
    """The first of what was found, one a line."""
    return "\n" + "\n".join(found[:40]) + f"\n… {len(found)} in all"
