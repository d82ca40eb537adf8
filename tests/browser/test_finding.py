"""Somebody of Birch finds Ana by her address, follows her, and talks with her; others search."""

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Open, Walk
from tests.browser.test_giving import shows
from tests.conftest import person


@pytest.mark.thorough
async def test_a_stranger_is_found_followed_and_answered(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    await person(alder, "ana", display="Ana Okafor")
    await person(birch, "bo", display="Bo Sander")
    address = f"@ana@{alder.community.domain}"

    bo = await walk(birch, "bo")
    await bo.go("/")
    await bo.press("Search", "search")
    await bo.press("Search", "search-errors", status=422)
    await bo.go(f"/search?q={address}", "search-address")
    await bo.press("Look it up", "stranger")
    await bo.press("Follow", "stranger-asked")
    there = bo.path
    assert there == f"/{address}"
    await shows(stage, bo, there, "You follow them")
    await bo.open("Have nothing to do with them")
    await bo.go(there, "stranger-followed")

    ana = await walk(alder, "ana")
    await ana.go("/notes")
    await ana.fill(text="The long ladder is back in the shed.")
    await ana.choose(reach="public")
    await ana.press("Post")
    await shows(stage, bo, there, "The long ladder is back")
    await bo.go(there, "stranger-posts")
    await bo.press("The long ladder is back")
    await bo.fill(text="May I have it on Saturday?")
    await bo.press("Answer")
    await shows(stage, ana, ana.path, "May I have it on Saturday?")
    await ana.go("/search?q=ladder", "search-words")
    await ana.sees("Posts", "The long ladder is back")
    await ana.go("/search?q=nothing+like+this", "search-nothing")
    await ana.fill(q="@nobody@localhost:1")
    await ana.press("Search", "search-failed", status=422)
    await ana.go("/authorize_interaction?uri=@bo@birch.example", "interact")


@pytest.mark.thorough
async def test_a_visitor_goes_home_to_follow(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    await person(birch, "bo", display="Bo Sander")
    visitor = await walk(alder)

    await visitor.go("/public", "public-follow")
    await visitor.fill(**{"from": "@nobody@localhost:1"})
    await visitor.press("Follow", "from-elsewhere-failed", status=422)
    await visitor.fill(**{"from": f"@bo@{birch.community.domain}"})
    await visitor.press("Follow", "onward")
    to = await visitor.page.get_by_role("link", name="Go on at").get_attribute("href")
    assert to is not None
    assert to.startswith(f"{birch.origin}/authorize_interaction?")

    bo = await walk(birch, "bo")
    parts = urlsplit(to)
    await bo.go(f"{parts.path}?{parts.query}")
    await bo.press("Look it up", "stranger-community")
    await bo.press("Follow")
    await shows(stage, bo, bo.path, "You follow them")
