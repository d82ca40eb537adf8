"""Every page about a matter opens with now, next, your turn and by when."""

import pytest

from tests.boundaries import pages, routes
from tests.boundaries.test_canary import day
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World

ABOUT = ("/p/{slug}", "/p/again/{slug}", "/d/{slug}", "/ideas/{slug}", "/deliberation/{slug}",
         "/rounds/{slug}", "/challenges/{slug}", "/deliveries/{slug}", "/votes/{slug}",
         "/juries/{slug}", "/selections/{slug}", "/recalls/{slug}", "/j/{slug}",
         "/j/new/{slug}")  # fmt: skip
"""Where the pages of a matter begin."""
BROWSER = {"accept": "text/html"}


@pytest.mark.sqlite
@pytest.mark.parametrize("counted", [False, True])
async def test_every_page_of_a_matter_opens_with_where_it_stands(
    full: World, visitors: Visitors, counted: bool
) -> None:
    asked, bare = set[str](), list[str]()
    if counted:
        await day(full)

    for path in routes.reading(visitors.app):
        if not path.startswith(ABOUT):
            continue
        for one in routes.filled(path, routes.known(visitors.world, path)):
            for who in ("ana", "keeper"):
                answer = await visitors.ask(who, one, **BROWSER)
                page = answer.headers.get("content-type", "").startswith("text/html")
                if answer.status_code == 200 and page:
                    asked.add(path)
                    bare += [] if '<dl class="stage">' in answer.text else [f"{who} {one}"]

    assert not bare, pages.told(bare)
    assert {"/p/{slug}", "/p/{slug}/close", "/votes/{slug}", "/juries/{slug}",
            "/deliveries/{slug}/steps/{step}"} <= asked  # fmt: skip
    assert ("/d/{slug}" in asked) is counted
