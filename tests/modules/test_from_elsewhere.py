"""From a public page of ours to one's own server, and nowhere else (W03, V27)."""

from collections.abc import Awaitable, Callable
from html import unescape

import httpx
import pytest

from node.kernel.node import Node
from tests.conftest import Browser, Wire, person
from tests.federation.strangers import Server
from tests.modules.test_notes import say

Browse = Callable[..., Awaitable[Browser]]
FOLLOW = "https://w3id.org/fep/3b86/Follow"
OBJECT = "https://w3id.org/fep/3b86/Object"
OLDER = "http://ostatus.org/schema/1.0/subscribe"
FORM = "/from-elsewhere"
NOWHERE = "Your server does not say where to do this."
ALDER = "https://alder.test/c/alder"


@pytest.fixture
def elm(wire: Wire) -> Server:
    made = Server(origin="https://elm.test")
    wire.apps[made.origin] = made
    return made


async def ask(browser: Browser, typed: str, about: str = ALDER) -> httpx.Response:
    return await browser.post(FORM, {"from": typed, "about": about}, form=f"{FORM}?about={about}")


def link(page: httpx.Response) -> str:
    """Where the one filled link of a page leads."""
    return unescape(page.text.split('<a class="btn" href="')[1].split('"')[0])


async def test_a_visitor_goes_on_at_their_own_server(
    alder: Node, browse: Browse, wire: Wire, elm: Server
) -> None:
    visitor = await browse(alder)
    actor = "https%3A%2F%2Falder.test%2Fc%2Falder"
    for said, to in (
        ({OLDER: "https://elm.test/i?uri={uri}"}, "/i?uri=alder%40alder.test"),
        (
            {OLDER: "https://elm.test/i?uri={uri}", FOLLOW: "https://elm.test/f?id={object}"},
            f"/f?id={actor}",
        ),
        ({OBJECT: "https://ELM.test/f?id={object}&then={on-success}"}, f"/f?id={actor}&then="),
        (
            {FOLLOW: "https://evil.test/f?id={object}", OLDER: "https://elm.test/i?uri={uri}"},
            "/i?uri=alder%40alder.test",
        ),
    ):
        elm.vouch("bob@elm.test", "https://elm.test/users/bob", **said)
        wire.seen.clear()

        page = await visitor.post(FORM, {"from": "@bob@elm.test"}, form="/public")

        assert (page.status_code, page.url.path) == (200, FORM)
        assert link(page) == "https://elm.test" + to
        asked = "https://elm.test/.well-known/webfinger?resource=acct%3Abob%40elm.test"
        assert [url for _, url, _ in wire.seen] == [asked]


async def test_a_visitor_is_sent_nowhere_else(alder: Node, browse: Browse, elm: Server) -> None:
    visitor = await browse(alder)
    for template in (
        "https://evil.test/i?uri={uri}",
        "https://elm.test.evil.test/i?uri={uri}",
        "https://elm.test@evil.test/i?uri={uri}",
        "https://elm.test\\@evil.test/i?uri={uri}",
        "http://elm.test/i?uri={uri}",
        "https://elm.test:8443/i?uri={uri}",
        "//elm.test/i?uri={uri}",
        "/i?uri={uri}",
        "javascript:alert('{uri}')",
        "data:text/html,{uri}",
        "https://{uri}/",
        "https://elm.test/i?uri=nobody",
        "https://elm.test/ i?uri={uri}",
        "",
    ):
        elm.vouch("bob@elm.test", "https://elm.test/users/bob", **{OLDER: template})

        page = await patient(visitor, "@bob@elm.test")

        assert page.status_code == 422, template
        assert NOWHERE in page.text
        assert "evil" not in page.text
        assert 'class="btn" href' not in page.text


async def test_whatever_fails_the_page_says_the_same(
    alder: Node, browse: Browse, elm: Server
) -> None:
    visitor = await browse(alder)
    for typed in (
        "@bob@oak.test", "@nobody@elm.test", "bob", "@keeper@alder.test", "https://elm.test/",
        "@b@127.0.0.1", "@b@elm.test/x",
    ):  # fmt: skip
        page = await patient(visitor, typed)

        assert page.status_code == 422, typed
        assert NOWHERE in page.text


async def patient(browser: Browser, typed: str) -> httpx.Response:
    """Ask, after a long while."""
    browser.node.memory.pop("federation.asking.visitors", None)
    return await ask(browser, typed)


async def test_a_host_may_answer_for_the_name_of_another(
    alder: Node, browse: Browse, wire: Wire, elm: Server
) -> None:
    """Town sends whoever asks for its names on to Elm."""
    elm.vouch("bob@town.test", "https://elm.test/users/bob",
              **{OLDER: "https://elm.test/i?uri={uri}"})  # fmt: skip

    async def town(scope: object, receive: object, send: Callable[..., Awaitable[None]]) -> None:
        to = (b"location", b"https://elm.test/.well-known/webfinger?resource=acct:bob@town.test")
        await send({"type": "http.response.start", "status": 302, "headers": [to]})
        await send({"type": "http.response.body", "body": b""})

    wire.apps["https://town.test"] = town

    page = await ask(await browse(alder), "@bob@town.test")

    assert link(page).startswith("https://elm.test/i?uri=")


async def test_what_everybody_may_see_can_be_answered_from_elsewhere(
    alder: Node, browse: Browse, elm: Server
) -> None:
    ana = await person(alder, "ana")
    open_, quiet = await say(alder, ana, "Hello"), await say(alder, ana, "Hush", "community")
    elm.vouch("bob@elm.test", "https://elm.test/users/bob",
              **{OBJECT: "https://elm.test/o?id={object}"})  # fmt: skip
    visitor = await browse(alder)

    page = await visitor.post(FORM, {"from": "@bob@elm.test"}, form=open_.replace("/o/", "/n/"))

    assert link(page) == f"https://elm.test/o?id={open_.replace(':', '%3A').replace('/', '%2F')}"
    for about in (quiet, "https://elm.test/users/bob", "https://alder.test/service", "", "x"):
        assert (await visitor.get(FORM, params={"about": about})).status_code == 404


async def test_a_member_is_followed_from_their_page(
    alder: Node, browse: Browse, elm: Server
) -> None:
    await person(alder, "ana", display="Ana")
    elm.vouch("bob@elm.test", "https://elm.test/users/bob",
              **{OLDER: "https://elm.test/i?uri={uri}"})  # fmt: skip
    visitor = await browse(alder)

    page = await visitor.post(FORM, {"from": "bob@elm.test"}, form="/@ana")

    assert link(page) == "https://elm.test/i?uri=ana%40alder.test"


async def test_visitors_have_little_asked(
    alder: Node, browse: Browse, wire: Wire, elm: Server
) -> None:
    visitor, keeper = await browse(alder), await browse(alder, "keeper")

    answers = [(await ask(visitor, f"@bob{n}@elm.test")).status_code for n in range(7)]

    assert answers == [422] * 5 + [429] * 2
    assert len(wire.seen) == 5
    assert (await ask(keeper, "@bob@elm.test")).status_code == 422


async def test_a_form_of_another_page_asks_nobody(alder: Node, browse: Browse, wire: Wire) -> None:
    visitor = await browse(alder)
    headers = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}

    data = {"from": "@bob@elm.test", "about": ALDER}
    answer = await visitor.client.post(FORM, data=data, headers=headers)

    assert answer.status_code == 403
    assert not wire.seen


async def test_a_node_at_home_is_followed_from_nowhere(alder: Node, browse: Browse) -> None:
    await alder.write(lambda unit: unit.set("community", {**unit.community.row(), "at_home": True}))
    visitor = await browse(alder)

    assert (await visitor.get(FORM, params={"about": ALDER})).status_code == 404
    assert FORM not in (await visitor.get("/public")).text
