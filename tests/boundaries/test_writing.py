"""Whatever is written anywhere, here or elsewhere, is inert on every page that shows it."""

import itertools
import json
from typing import Any

import pytest

from tests.boundaries import forms, pages, routes
from tests.boundaries.corpus import ADDRESSES, MARK, SQL, XSS
from tests.boundaries.tap import Tap
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World
from tests.conftest import settle
from tests.federation import strangers
from tests.federation.strangers import PUBLIC, Actor, Server
from vocab import html

BROWSER = {"accept": "text/html"}
EVIL = [*XSS, *(f"see {one}" for one in ADDRESSES), *SQL]


@pytest.mark.sqlite
async def test_what_members_write_is_inert(full: World, visitors: Visitors) -> None:
    """Every text of the corpus goes into the text fields of every form there is."""
    texts, made, answers = itertools.cycle(EVIL), set(), []
    for who, form in await forms.harvest(visitors, "ana", "keeper"):
        if form.action.startswith(forms.ENDS):
            continue
        for name in form.written() * 2:
            sent = form.filled(next(texts), [name])
            answer = await visitors.send(who, form.action, sent)
            answers += pages.wrong(who, answer)
            made.add(answer.headers.get("location", "/"))

    assert not answers, pages.told(answers)
    await look(full, visitors, made)


async def look(full: World, visitors: Visitors, more: set[str]) -> None:
    """Everybody looks at every page; nothing runs, and the texts are really shown."""
    await settle(full.node, full.other)
    paths = {
        one
        for path in routes.reading(visitors.app)
        for one in routes.filled(path, routes.known(full, path))[:3]
    }
    found, shown = [], 0
    for who, path in itertools.product(("nobody", "ana", "ben", "keeper"), sorted(paths | more)):
        answer = await visitors.ask(who, path, **BROWSER)
        found += pages.wrong(who, answer)
        shown += answer.text.count(MARK)
    assert not found, pages.told(found)
    assert shown > 50


@pytest.fixture
def evil(wire: Tap, key_pool: list[Any]) -> Actor:
    server = Server(origin="https://evil.test")
    wire.apps[server.origin] = server
    return server.actor("mallory", key_pool[0])


@pytest.mark.sqlite
async def test_what_strangers_write_is_inert(full: World, visitors: Visitors, evil: Actor) -> None:
    """Names, summaries, addresses and words of strangers, in all kinds of things."""
    post = strangers.Post(full.node, visitors.app)
    about = full.ids["public post id"]
    named = {"type": "Mention", "href": full.ana.id, "name": "<script>alert('xss')</script>"}
    for number, (text, url) in enumerate(zip(EVIL, itertools.cycle(ADDRESSES), strict=False)):
        page = evil.document() | {
            "name": text,
            "summary": text,
            "url": url,
            "preferredUsername": "m",
        }
        page |= {"icon": {"type": "Image", "url": url}, "attachment": [field(text)]}
        evil.server.pages[evil.id] = page
        await post(evil, evil.says("Update", page))
        note = evil.note(
            str(number), content=f"<p>{text}</p>{text}", summary=text, url=url,
            inReplyTo=about, tag=[named, {"type": "Hashtag", "name": text, "href": url}],
            attachment=[{"type": "Document", "mediaType": text, "url": url, "name": text}],
            cc=[full.ana.id], type="Article" if number % 3 == 0 else "Note",
        )  # fmt: skip
        note["name"] = text
        await post(evil, evil.says("Create", note))
        await post(evil, evil.says("Create", listing(evil, f"l{number}", text, url)))
        await post(evil, evil.says("Follow", full.ana.id))
        if number % 8 == 0:
            await settle(full.node)

    await look(full, visitors, {"/board", "/me/following", "/notes", "/@m@evil.test"})
    page_ = await visitors.ask("ana", f"/n/{full.ids['public post']}", **BROWSER)
    assert page_.text.count(MARK) > 20


def field(text: str) -> dict[str, str]:
    return {"type": "PropertyValue", "name": text, "value": text}


def listing(who: Actor, name: str, text: str, url: str) -> dict[str, Any]:
    return {
        "id": f"{who.server.origin}/p/{name}",
        "type": "Proposal",
        "purpose": "offer",
        "attributedTo": who.id,
        "name": text,
        "content": text,
        "url": url,
        "publishes": {
            "type": "Intent",
            "id": f"{who.server.origin}/p/{name}#i",
            "action": "deliverService",
        },
        "to": [PUBLIC],
    }


@pytest.mark.parametrize("source", XSS)
def test_html_of_strangers_runs_nothing(source: str) -> None:
    for text in (source, f"<p>{source}</p>", html.clean(source), json.dumps(source)):
        page = pages.parsed(html.clean(text))

        assert page.faults == []
        assert "h1" not in page.headings
        assert "h2" not in page.headings


@pytest.mark.parametrize("level", range(1, 7))
def test_headings_of_strangers_come_below_ours(level: int) -> None:
    cleaned = html.clean(f"<h{level} class='x' onclick='y'>A <em>heading</em></h{level}>")

    lowered = max(level, 3)
    assert cleaned == f"<h{lowered}>A <em>heading</em></h{lowered}>"
    assert html.clean(cleaned) == cleaned


def test_plain_words_about_headings_stay_as_they_are() -> None:
    assert html.clean("<p>h1 is &lt;h1&gt;</p>") == "<p>h1 is &lt;h1&gt;</p>"
