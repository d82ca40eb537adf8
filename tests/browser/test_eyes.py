"""The main pages in the dark and with large letters, and the judge of all pages judged."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright

from tests.browser.conftest import PICTURES, Open, Walk
from tests.browser.walking import PHONE, Album, Judge, Walker
from tests.conftest import person
from tests.servers import BROWSER_FLAGS

MAIN = {
    "/": "today", "/board": "board", "/l/new?purpose=need": "need-new", "/decide": "decide",
    "/@ana": "person",
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def large(playwright: Playwright, chromium: str) -> AsyncIterator[Browser]:
    """A browser whose reader has set letters to twice the usual size."""
    flags = [*BROWSER_FLAGS, "--blink-settings=defaultFontSize=32"]
    opened = await playwright.chromium.launch(executable_path=chromium, args=flags)
    yield opened
    await opened.close()


@pytest.mark.thorough
async def test_the_main_pages_can_be_read_in_the_dark(nodes: Open, browser: Browser) -> None:
    await seen(nodes, browser, "dark", color_scheme="dark")


@pytest.mark.thorough
async def test_the_main_pages_can_be_read_with_large_letters(nodes: Open, large: Browser) -> None:
    await seen(nodes, large, "text200")


async def seen(nodes: Open, browser: Browser, name: str, **eyes: Any) -> None:
    """Walk the main pages with eyes of this kind; each is judged as they see it."""
    alder = (await nodes("alder")).nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    context = await browser.new_context(viewport=PHONE, java_script_enabled=False, **eyes)
    judge = await Judge.open(browser, **eyes)
    ana = Walker(await context.new_page(), judge, alder.origin, Album(PICTURES, f"-{name}"))
    await ana.sign_in("ana")

    await ana.go("/l/new?purpose=offer")
    await ana.fill(title="Bread on Fridays, two loaves")
    await ana.press("Put it on the board", "offer")
    for path, shot in MAIN.items():
        await ana.go(path, shot)

    await context.close()
    await judge.page.context.close()


async def test_the_judge_finds_what_is_wrong(nodes: Open, browser: Browser, walk: Walk) -> None:
    alder = (await nodes("alder")).nodes["alder"]
    judge, stranger = await Judge.open(browser), await walk(alder)
    await stranger.go("/public")
    html, url = await stranger.page.content(), stranger.page.url
    spoilt = html.replace('rel="stylesheet"', 'rel="nothing"').replace(
        "</main>", f'<img src="{alder.origin}/static/none.svg"><pre>{"wide " * 200}</pre></main>'
    )

    good, bad = await judge.look(url, html), " ".join(await judge.look(url, spoilt))

    assert good == []
    assert "image-alt" in bad
    assert "scrolls sideways" in bad
    assert "without its stylesheet" in bad
    assert await judge.look(url, spoilt) == []  # it says so once
    await judge.page.context.close()


async def test_the_judge_finds_a_bad_colour_among_good_ones(
    nodes: Open, browser: Browser, walk: Walk
) -> None:
    alder = (await nodes("alder")).nodes["alder"]
    judge, stranger = await Judge.open(browser), await walk(alder)
    await stranger.go("/public")
    html, url = await stranger.page.content(), stranger.page.url

    def end(more: str) -> str:
        return html.replace("</main>", f"<p>Plain words</p>{more}</main>")

    good = await judge.look(url, end(""))
    pale = [f'<p style="color: #ccc">Pale {words}</p>' for words in ("words", "as before")]
    dark = ['<div style="background: #555"><p>Dark words</p></div>']
    faint = ['<div style="opacity: .4"><p>Faint words</p></div>']
    bad = [" ".join(await judge.look(url, end(each))) for each in pale + dark + faint]

    assert good == []
    for said, words in zip(bad, ("Pale words", "Pale as", "Dark", "Faint"), strict=True):
        assert "color-contrast" in said
        assert words in said
        assert "Plain words" not in said
    await judge.page.context.close()
