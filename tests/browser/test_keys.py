"""A ballot of every kind is filled in, looked at and cast with the keyboard alone, on a phone."""

from typing import Any, Final

import pytest

from node.modules.decisions import api as decisions
from tests.browser.conftest import Open, Walk
from tests.browser.walking import Walker
from tests.conftest import person
from tests.modules import moot

SAYS = """() => { const e = document.activeElement;
  const label = e.labels && e.labels.length ? e.labels[0].innerText : e.innerText;
  return [e.name || "", e.value || "", (label || "").trim()]; }"""
SEEN = """() => { const e = document.activeElement, r = e.getBoundingClientRect();
  const bar = document.querySelector(".bar").getBoundingClientRect();
  const foot = bar.top > innerHeight / 2 ? bar.top : innerHeight;
  return r.height === 0 || e.closest(".bar") !== null || (r.top >= 0 && r.top < foot); }"""
MOST: Final = 80
"""So many stops are on no page."""
AMONG: Final[dict[str, Any]] = {"options": [("Tea", ""), ("Soup", ""), ("Bread", "")]}


async def come_to(walker: Walker, wanted: str) -> None:
    """Go from stop to stop until one says this: its words, or name=value; each can be seen."""
    stops = []
    for _ in range(MOST):
        await walker.page.keyboard.press("Tab")
        name, value, words = await walker.page.evaluate(SAYS)
        assert await walker.page.evaluate(SEEN), f"{words!r} is hidden while it has the focus"
        stops.append(f"{name}={value} {words!r}")
        if wanted in (f"{name}={value}", name) or words.startswith(wanted):
            return
    raise AssertionError(f"no stop says {wanted!r}: {stops}")


async def press(walker: Walker, wanted: str) -> None:
    """Come to a button and press Enter on it."""
    await come_to(walker, wanted)
    async with walker.page.expect_navigation():
        await walker.page.keyboard.press("Enter")


async def consents(walker: Walker) -> None:
    await come_to(walker, "position")
    await walker.page.keyboard.press("Space")


async def ranks(walker: Walker) -> None:
    for wanted in ("Make this my number 1", "Make this my number 2"):
        await press(walker, wanted)


async def scores(walker: Walker) -> None:
    await come_to(walker, "m_opt-1")
    for _ in range(5):
        await walker.page.keyboard.press("ArrowRight")


async def ticks(walker: Walker) -> None:
    await come_to(walker, "m_opt-2")
    await walker.page.keyboard.press("Space")


async def gives(walker: Walker) -> None:
    await come_to(walker, "m_opt-1")
    await walker.page.keyboard.press("Control+A")
    await walker.page.keyboard.type("3")


WAYS: Final = (
    (decisions.Method.CONSENT, {}, consents, "I consent"),
    (decisions.Method.SCHULZE, AMONG, ranks, "Tea"),
    (decisions.Method.STAR, AMONG, scores, "5 of 5"),
    (decisions.Method.APPROVAL, AMONG, ticks, "Soup"),
    (decisions.Method.DOTS, AMONG, gives, "3"),
)


@pytest.mark.parametrize(("method", "more", "fill", "seen"), WAYS, ids=[w[0] for w in WAYS])
async def test_a_ballot_needs_no_pointer(
    nodes: Open, walk: Walk, method: decisions.Method, more: Any, fill: Any, seen: str
) -> None:
    birch = (await nodes("birch")).nodes["birch"]
    bo, *_ = [await person(birch, name) for name in ("bo", "lena", "mara")]
    slug = await moot.bring(birch, bo.id, method=method, **more)
    walker = await walk(birch, "bo")
    await walker.go(f"/p/{slug}/vote")

    await fill(walker)
    await press(walker, "Look at it once more")
    await walker.sees("Is this how you vote?", seen)
    await press(walker, "Cast my ballot")

    await walker.sees("Your ballot is in the box")
