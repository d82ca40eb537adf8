"""The whole way of a matter at one node: from an idea to the verdict on what became of it."""

from datetime import timedelta

import pytest

from node.modules.decisions import api as decisions
from node.modules.deliveries import queries
from node.modules.ideas import supporting
from node.stage import Stage
from tests.browser.conftest import Open, Walk
from tests.browser.test_deciding import votes
from tests.browser.test_giving import shows
from tests.browser.walking import Walker
from tests.conftest import person

TITLE = "A bench under the arch"
OTHERS = ("lena", "mara", "nils")


class Unjudged:
    """Stands in for axe: each of these pages is looked at in the walk of its own part."""

    async def look(self, _url: str, _html: str) -> list[str]:
        """Nothing is wrong."""
        return []


@pytest.mark.thorough
async def test_an_idea_comes_all_the_way_to_its_review(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    ids = {n: (await person(birch, n, display=n.title())).id for n in ("bo", *OTHERS)}

    async def come(name: str) -> Walker:
        walker: Walker = await walk(birch)
        walker.judge = Unjudged()  # type: ignore[assignment]
        await walker.sign_in(name)
        return walker

    bo = await come("bo")
    await supported(stage, bo, [ids[name] for name in OTHERS])
    slug = await decided(stage, bo, [ids[name] for name in OTHERS])
    step = await taken_on(stage, bo, slug)

    stage.clock.hurry(days=200)
    bo, lena = await come("bo"), await come("lena")
    await lena.go(step)
    await lena.press("Yes, it is done")
    await bo.go("/")
    await bo.press(f"Did “{TITLE}” work?")
    await bo.choose(verdict="worked")
    await bo.fill(reasons="Somebody sits there every evening.")
    await bo.press("Write the review")
    await lena.go(f"/deliveries/{slug}")
    await lena.press("Yes, it is so")
    await bo.go(f"/deliveries/{slug}")
    await bo.sees("Done", "It worked", "Lena says that it is so; it stands.")


async def supported(stage: Stage, bo: Walker, others: list[str]) -> None:
    """Bo has an idea; with his points, the last that it takes, it is on the agenda."""
    await bo.go("/ideas/new")
    await bo.fill(title=TITLE, text="Whoever waits for the bus could sit.")
    await bo.press("Put it before the others")
    slug = bo.path.rpartition("/")[2]
    for other in others:
        await stage.nodes["birch"].write(supporting.put, other, slug, 10)
    await bo.go("/ideas")
    assert "With support enough" not in await bo.text()
    await bo.press(TITLE)
    await bo.fill(points="10")
    await bo.press("Put them on it")
    await bo.go("/ideas")
    await bo.sees("With support enough")


async def decided(stage: Stage, bo: Walker, others: list[str]) -> str:
    """The idea is brought, voted on by all, and in force; the slug of the proposal."""
    await bo.press(TITLE)
    await bo.press("Bring it before us")
    await bo.press("Our usual way")
    await bo.press("Bring it before us")
    slug = bo.path.rpartition("/")[2]
    await votes(bo, "Vote")
    for other in others:
        await stage.nodes["birch"].write(decisions.cast, slug, other, "consent")
    stage.clock.wait(days=8)
    await shows(stage, bo, f"/p/{slug}", "It is decided.")
    await bo.press("Who may see this decision?")
    await bo.press("Keep it so")
    await bo.sees(TITLE, "In force")
    return slug


async def taken_on(stage: Stage, bo: Walker, slug: str) -> str:
    """Bo takes a step on and shows that it is done; its address."""
    birch = stage.nodes["birch"]
    due = (birch.now() + timedelta(days=3)).date()
    await bo.go(f"/deliveries/{slug}")
    await bo.press("Add a step")
    await bo.fill(what="Saw the boards", done_when="It stands under the arch", due=due.isoformat())
    await bo.press("Write it down")
    (step,) = await birch.read(queries.steps, slug)
    await bo.go(step.path)
    await bo.fill(words="It stands there since Friday.")
    await bo.press("Say that it is done")
    return step.path
