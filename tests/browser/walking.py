"""Somebody who walks a node with a browser, and what every page they open must be like.

Pages are walked without scripts, at the width of a phone and of a desk. What is asked of
each: an answer below 500, a title, one heading of the first rank, nothing from another
host, nothing that needs sideways scrolling, and nothing that axe finds.
"""

import base64
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import (
    Browser,
    CDPSession,
    Locator,
    Page,
    Request,
    Response,
    Route,
    ViewportSize,
)

from tests.browser.pictures import small
from tests.conftest import PASSWORD

PHONE: Final[ViewportSize] = {"width": 360, "height": 780}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
BEST: Final = ("today-match", "board", "match", "record")
"""The pictures that the README shows, each by its first word."""
RULES: Final = {
    "runOnly": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
    ],
    "resultTypes": ["violations"],
    "preload": False,
}  # fmt: skip
NARROW: Final = {
    **RULES, "runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]},
}  # fmt: skip
"""What a lesser width can change; colours and names are the same at each."""
_THRIFT: Final = """;(() => {
  const rule = axe._audit.rules.find(each => each.id === "color-contrast");
  const check = axe._audit.checks["color-contrast"], {matches} = rule, {evaluate} = check;
  const ground = element => {
    if (!element) return "";
    if (!axe.grounds.has(element)) {
      const style = getComputedStyle(element), bare = /^rgba\\(0, 0, 0, 0\\) none /;
      axe.grounds.set(element, [
        bare.test(style.background) ? "" : style.background,
        style.position === "static" ? "" : `${style.position} ${element.className}`,
        style.opacity, style.filter, style.mixBlendMode,
      ].join().replace(/^,,1,none,normal$/, "") + ground(element.parentElement));
    }
    return axe.grounds.get(element);
  };
  const colours = element => {
    const style = getComputedStyle(element);
    return [style.color, style.fontSize, style.fontWeight, style.textShadow, style.webkitTextStroke,
      style.webkitTextFillColor, ground(element)].join();
  };
  rule.matches = (element, ...more) =>
    !axe.fine.has(colours(element)) && matches(element, ...more);
  check.evaluate = function (element, ...more) {
    let ratio;
    const data = found => { ratio = found?.contrastRatio; this.data(found); };
    const fine = evaluate.call({...this, data}, element, ...more);
    if (fine && ratio) axe.fine.add(colours(element));
    return fine;
  };
})()"""
"""Half of what axe costs is to find what colours a text is seen in.

So what it found to be readable once, by the colours of the letters, their size, and whatever
the elements around them are painted with, is not measured again.
"""
_LOOK: Final = """async ([rules, fine]) => {
  axe.fine = new Set(fine);
  axe.grounds = new Map();
  document.querySelectorAll("details").forEach(d => d.open = true);
  const wide = document.scrollingElement.scrollWidth > innerWidth;
  return {
    styled: getComputedStyle(document.body).display === "flex",
    past: wide ? [...document.querySelectorAll("body *")]
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 5).map(e => e.outerHTML.slice(0, 120)) : null,
    violations: (await axe.run(rules)).violations,
    fine: [...axe.fine],
  };
}"""
_PAGE: Final = """() => ({
  title: document.title.trim(),
  headings: document.querySelectorAll("h1").length,
  html: new XMLSerializer().serializeToString(document.doctype)
    + document.documentElement.outerHTML,
})"""
_CHANGING = re.compile(r'value="[^"]*"|[?&]v=[\w-]+|<time[^>]*>|:\d{4,5}\b|/[\w-]{16,}')


class Judge:
    """A browser with scripts that looks at the same pages, since axe is one.

    A page is judged once: those that differ only in keys and addresses are the same.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._known: set[str] = set()
        self._fine: list[str] = []
        self._shown: tuple[str, str] = "", ""
        self._sizes = [(PHONE, NARROW), (DESK, RULES)]

    @classmethod
    async def open(cls, browser: Browser, **context: Any) -> "Judge":
        """A judge with eyes of some kind, such as `color_scheme="dark"`."""
        made = await browser.new_context(viewport=PHONE, **context)
        await made.add_init_script(AXE_SCRIPT + _THRIFT)
        judge = cls(await made.new_page())
        await judge.page.route(lambda url: url == judge._shown[0], judge._show)
        return judge

    async def _show(self, route: Route, request: Request) -> None:
        if request.is_navigation_request():
            await route.fulfill(body=self._shown[1], content_type="text/html; charset=utf-8")
        else:
            await route.continue_()

    async def look(self, url: str, html: str) -> list[str]:
        """What is wrong with a page at either width, unless it was looked at before.

        Args:
            url: where the page is from, for what it links to.
            html: the page.
        """
        key = _CHANGING.sub("", html)
        if key in self._known:
            return []
        self._known.add(key)
        if _origin(self.page.url) == _origin(url):
            await self.page.set_content(html)
        else:
            self._shown = url, html
            await self.page.goto(url)
        found = []
        for size, rules in self._sizes:
            await self.page.set_viewport_size(size)
            found += [f"{size['width']} px: {words}" for words in await self._wrong(rules)]
        self._sizes.reverse()  # the next page comes at the width that this one leaves
        return found

    async def _wrong(self, rules: dict[str, Any]) -> list[str]:
        seen = await self.page.evaluate(_LOOK, [rules, self._fine])
        self._fine = seen["fine"]
        found = [] if seen["styled"] else ["stands there without its stylesheet"]
        if seen["past"] is not None:
            found.append(f"scrolls sideways: {seen['past']}")
        return found + [_told(each) for each in seen["violations"]]


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(f"{n['html'][:160]} ({n['failureSummary']})" for n in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {places}"


class Album:
    """Where pictures are kept: all of them, and the best, small enough for the README."""

    def __init__(self, folder: Path, ending: str = "", best: Path | None = None) -> None:
        self.folder = folder
        self.ending = ending
        self.best = BEST if best else ()
        self._best = best

    def keep(self, name: str, picture: bytes) -> None:
        """Keep one picture."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}{self.ending}.png").write_bytes(picture)

    def keep_best(self, name: str, picture: bytes) -> None:
        """Keep one that shows what a phone shows, made small."""
        assert self._best is not None
        self._best.mkdir(parents=True, exist_ok=True)
        (self._best / f"{name.split('-', maxsplit=1)[0]}.png").write_bytes(small(picture))


class Camera:
    """Takes pictures of whole pages, for two thirds of what Playwright's own cost.

    It asks Chromium itself to give a page room, without a window that grows with it, and to
    pack the picture quickly.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession | None = None

    async def take(self, *sizes: ViewportSize) -> list[bytes]:
        """Pictures at these widths, as PNG; the page stands at that of a phone before and after."""
        taken = [await self._taken(size) for size in sizes]
        await self._show(PHONE)
        return taken

    async def leave(self) -> None:
        """Ask no more."""
        if self._session is not None:
            await self._session.detach()

    async def _taken(self, size: ViewportSize) -> bytes:
        if size != PHONE:
            await self._show(size)
        whole = (await self._ask("Page.getLayoutMetrics"))["cssContentSize"]
        # as high as the page, so that the bar at the foot covers nothing
        if whole["height"] > size["height"]:
            await self._show({"width": size["width"], "height": whole["height"]})
        taken = await self._ask("Page.captureScreenshot", optimizeForSpeed=True)
        return base64.b64decode(taken["data"])

    async def _show(self, size: ViewportSize) -> None:
        screen = {"screenWidth": size["width"], "screenHeight": size["height"]}
        how = {**size, **screen, "deviceScaleFactor": 1, "mobile": False}
        await self._ask("Emulation.setDeviceMetricsOverride", **how)

    async def _ask(self, what: str, **how: Any) -> Any:
        if self._session is None:
            self._session = await self._page.context.new_cdp_session(self._page)
        return await self._session.send(what, how)


class Walker:
    """Somebody at a node, with a browser that runs no scripts."""

    def __init__(self, page: Page, judge: Judge, origin: str, album: Album) -> None:
        self.page = page
        self.judge = judge
        self.origin = origin
        self.album = album
        self._camera = Camera(page)
        self.asked: list[str] = []
        """What this browser asked for, of any host."""
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    async def leave(self) -> None:
        """Look at the browser no more; somebody else will have it."""
        self.page.remove_listener("request", self._note)
        await self._camera.leave()

    # Going ------------------------------------------------------------------------------------

    async def go(self, path: str, shot: str = "", *, status: int = 200) -> None:
        """Open a page, which must answer so, and look at it."""
        answer = await self.page.goto(f"{self.origin}{path}")
        await self._arrived(answer, shot, status)

    async def press(
        self, words: str, shot: str = "", *, status: int = 200, within: Locator | None = None
    ) -> None:
        """Press a button, or follow a link, that says this, and look at where it leads."""
        found = (within or self.page).get_by_role("button", name=words)
        if not await found.count():
            found = (within or self.page).get_by_role("link", name=words)
        async with self.page.expect_navigation() as navigation:
            await found.first.click()
        await self._arrived(await navigation.value, shot, status)

    async def open(self, words: str) -> None:
        """Open what is folded away under these words."""
        await self.page.locator("summary", has_text=words).first.click()

    async def fill(self, **fields: str) -> None:
        """Type into fields by their names on the form."""
        for name, value in fields.items():
            await (await self._unfolded(f"[name={name}]")).fill(value)

    async def choose(self, **fields: str) -> None:
        """Choose one of several by the name of the field and the value."""
        for name, value in fields.items():
            await (await self._unfolded(f"[name={name}][value={value}]")).check()

    async def _unfolded(self, field: str) -> Locator:
        """A field, after what it is folded away in has been opened."""
        found = self.page.locator(field)
        folded = found.locator("xpath=ancestor::details[not(@open)]/summary")
        if await folded.count():
            await folded.first.click()
        return found

    async def sign_in(self, handle: str, password: str = PASSWORD) -> None:
        await self.go("/sign-in")
        await self.fill(name=handle, password=password)
        await self.press("Sign in")

    # Seeing -----------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    async def text(self) -> str:
        """What the page says, without its bars."""
        return str(await self.page.evaluate("document.querySelector('main').innerText"))

    async def sees(self, *words: str) -> None:
        """The page says each of these, whatever the case and the breaks of its lines."""
        said = " ".join((await self.text()).split())
        for each in words:
            assert each in said, f"{each!r} is not on {self.page.url}:\n{said}"

    async def _arrived(self, answer: Response | None, shot: str, status: int) -> None:
        assert answer is not None
        assert answer.status == status, f"{answer.status} at {answer.url}: {await self.text()}"
        faults = await self.faults()
        assert not faults, "\n".join(faults)
        if shot:
            await self.picture(shot)

    async def faults(self) -> list[str]:
        """What is wrong with the page as it stands."""
        found = [f"asks another host: {url}" for url in self.asked if not _on(url, self.origin)]
        self.asked.clear()
        page = await self.page.evaluate(_PAGE)
        if not page["title"]:
            found.append("has no title")
        if page["headings"] != 1:
            found.append(f"has {page['headings']} headings of the first rank")
        found += await self.judge.look(self.page.url, page["html"])
        return [f"{self.page.url} {words}" for words in found]

    async def picture(self, name: str) -> None:
        """Take a picture of the whole page at both widths."""
        sizes = PHONE, DESK
        for size, picture in zip(sizes, await self._camera.take(*sizes), strict=True):
            self.album.keep(f"{name}-{size['width']}", picture)
        if name in self.album.best:
            self.album.keep_best(name, await self.page.screenshot())


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _on(url: str, origin: str) -> bool:
    return url.startswith((f"{origin}/", "about:"))
