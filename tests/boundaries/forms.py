"""The forms that stand on pages, as a browser would send them, and filled with anything."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from tests.boundaries.client import Answer
from tests.boundaries.visitors import BROWSER, Visitors

WRITTEN = {"text", "search", "email", "tel", "url", "textarea", "password", ""}
ENDS = ("/sign-out", "/me/leave", "/me/sessions", "/me/password", "/me/tokens")
"""Forms after which the visitor is no longer who they were."""


@dataclass
class Found:
    """One form of a page."""

    page: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    """What a browser sends if nothing is touched."""
    kinds: dict[str, str] = field(default_factory=dict)
    """The kind of each field: the type of an input, or textarea, select, button."""
    choices: dict[str, list[str]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        """What two like forms of different things have in common."""
        path = self.action.rpartition("?")[0] or self.action
        parts = ["*" if len(part) > 15 else part for part in path.split("/")]
        return "/".join(parts), tuple(sorted(self.kinds))

    def written(self) -> list[str]:
        """The fields into which people write."""
        return [name for name, kind in self.kinds.items() if kind in WRITTEN]

    def filled(self, text: str, only: Iterable[str] | None = None) -> dict[str, list[str]]:
        """The form as somebody fills it in: `text` in all fields, or in some, the rest likely."""
        wanted = set(self.written() if only is None else only)
        data = {name: list(values) for name, values in self.fields.items()}
        for name, kind in self.kinds.items():
            if name in wanted:
                data[name] = [text]
            elif kind in WRITTEN and not any(data.get(name, [""])):
                data[name] = [LIKELY.get(name, "Words")]
            elif (kind in {"radio", "select"} and name not in data) or kind == "checkbox":
                data[name] = self.choices[name][:1]
        return data


LIKELY = {"minutes": "20", "soft": "9",
          "until": "1 December", "takes": "90", "closes": "1 December 2026", "opens": "",
          "who": "@bo@birch.test", "address": "https://birch.test", "accent": "",
          "email": "a@mail.test", "telephone": "030 1", "share": "1/2",
          "first": "2 December", "last": "2 December", "most": "5",
          "due": "1 December", "link": "https://birch.test"}  # fmt: skip
"""What fits fields that take no words."""


class _Forms:
    """Told of the tags by libxml2, which is ten times as fast as reading them here."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.found: list[Found] = []
        self.inside: Found | None = None
        self.open = ""

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "form":
            action = given.get("action") or self.page
            self.inside = Found(page=self.page, action=action)
            if given.get("method", "").lower() == "post":
                self.found.append(self.inside)
        elif self.inside is not None and tag in {"input", "textarea", "select", "button", "option"}:
            self._field(self.inside, tag, given)

    def _field(self, form: Found, tag: str, given: Mapping[str, str]) -> None:
        name = self.open if tag == "option" else given.get("name", "")
        if not name:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        form.kinds[name] = "select" if kind == "option" else kind
        value = given.get("value", "on" if kind == "checkbox" else "")
        if kind == "select":
            self.open = name
        if kind in {"radio", "checkbox", "option", "button"}:
            form.choices.setdefault(name, []).append(value)
            if "checked" in given or "selected" in given:
                form.fields.setdefault(name, []).append(value)
        elif kind not in {"select", "submit"}:
            form.fields.setdefault(name, []).append(value)

    def end(self, tag: str) -> None:
        if tag == "select":
            self.open = ""
        if tag == "form":
            self.inside = None

    def close(self) -> None:
        """Nothing is left open."""


def forms_in(page: str, text: str) -> list[Found]:
    """The forms of a page that change something."""
    parser = _Forms(page)
    etree.fromstring(text.encode() or b"<p>", etree.HTMLParser(target=parser, encoding="utf-8"))
    return parser.found


async def harvest(visitors: Visitors, *whose: str) -> list[tuple[str, Found]]:
    """One of each form that each of these visitors finds on all pages of the world as it was built.

    To be called before anything is changed: what was found in the same world is not sought anew.
    """
    kept: dict[str, list[Found]] = visitors.world.forms
    for who in whose:
        if who not in kept:
            kept[who] = await _harvested(visitors, who)
    return [(who, deepcopy(form)) for who in whose for form in kept[who]]


_PLACES: dict[str, set[int]] = {}
"""Visitor → which of all addresses had a form that none before it had, in the first world."""


async def _harvested(visitors: Visitors, who: str) -> list[Found]:
    """Sought where the first world had them; everywhere, if this world has them elsewhere.

    Now and then one does, and ids, which are random, are all that differs.
    """
    if who in _PLACES:
        found, new = await _sought(visitors, who, _PLACES[who])
        if new == _PLACES[who]:
            return found
    else:
        await visitors.walk(who)
    found, new = await _sought(visitors, who, None)
    _PLACES.setdefault(who, new)
    return found


async def _sought(
    visitors: Visitors, who: str, places: set[int] | None
) -> tuple[list[Found], set[int]]:
    """The forms at these of all addresses, or at all; and the places that had a new one."""
    walked = visitors.world.pages.get(who, {})
    found: dict[tuple[str, tuple[str, ...]], Found] = {}
    new: set[int] = set()
    for place, path in enumerate([*visitors.known(), *asking(visitors.world.ids)]):
        if places is None or place in places:
            answer = walked.get(path) or await visitors.ask(who, path, **BROWSER)
            before = len(found)
            _take(path, answer, found)
            if len(found) > before:
                new.add(place)
    return list(found.values()), new


def _take(path: str, answer: Answer, found: dict[tuple[str, tuple[str, ...]], Found]) -> None:
    if answer.headers.get("content-type", "").startswith("text/html"):
        for form in forms_in(path.partition("?")[0], answer.text):
            found.setdefault(form.shape, form)


def asking(w_ids: Mapping[str, str]) -> list[str]:
    """Addresses with a query that lead to a form."""
    about = w_ids["public post id"]
    return [f"/report?about={about}", f"/group/post?about={about}",
            f"/moderate?about={about}", "/desk/suspend?who=neighbour3",
            "/me/blocks?who=bad.test", "/l/new?purpose=offer", "/l/new?purpose=request",
            f"/moderate?about={w_ids['Ben' + chr(39) + 's post id']}"]  # fmt: skip
