"""A decision is carried out in a step, looked at again, and a better proposal begins."""

from datetime import timedelta
from typing import Any

import pytest

from node.modules.decisions import api as decisions
from node.modules.deliveries import doing, queries
from node.modules.proposals import bringing
from node.stage import Stage
from tests.browser.conftest import Open, Walk
from tests.browser.test_giving import shows
from tests.conftest import person
from tests.modules import moot

HOW = "We count the Sundays in the book on the wall, at the end of the first month"
EXPECTED = "By the third Sunday nobody will have come, since the bus does not go on Sundays."


@pytest.mark.thorough
async def test_a_decision_is_carried_out_and_looked_at_again(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    bo, lena = [await person(birch, name, display=name.title()) for name in ("bo", "lena")]
    slug = await moot.bring(birch, bo.id, review_months=1)
    ana, ben = await walk(birch, "bo"), await walk(birch, "lena")
    at = f"/deliveries/{slug}"

    await ana.go(f"/p/{slug}")
    await ana.press("How we will see whether it works", "delivery-before")
    await ana.press("Fix it", "delivery-errors", status=422)
    await ana.fill(what="Somebody is there on eleven Sundays", how=HOW)
    await ana.press("Fix it")
    await ben.go(at)
    await ben.fill(text=EXPECTED, day=(birch.now() + timedelta(days=20)).date().isoformat())
    await ben.press("Keep it")
    await decided(stage, slug, [bo.id, lena.id])
    await shows(stage, ana, at, "We carry it out")

    await ana.press("Add a step", "step-new")
    await ana.fill(what="Cut two more keys", done_when="Two keys hang by the door", due="3")
    await ana.press("Write it down", "step-errors", status=422)
    await ana.fill(due=(birch.now() + timedelta(days=3)).date().isoformat(), owner="lena")
    await ana.choose(who="other")
    await ana.press("Write it down", "delivery-steps")
    await ben.go("/", "today-step")
    await ben.press("Answer")
    await ben.press("Yes, I do it", "step-mine")
    await ben.fill(
        words="Cut at the station; they hang by the door.", link="https://birch.example/keys"
    )
    await ben.press("Say that it is done", "step-shown")
    (one,) = await birch.read(queries.steps, slug)
    await ana.go(one.path, "step-check")
    await ana.press("Yes, it is done")

    stage.clock.wait(days=33)
    ana, ben = await walk(birch, "bo"), await walk(birch, "lena")
    await ana.go("/", "today-review")
    await ana.press("Did “Open the workshop on Sundays” work?", "review-new")
    (measure,) = await birch.read(queries.measures, slug)
    await ana.page.locator(f"[name='found-{measure.id}']").fill("On two of four.")
    await ana.page.locator("[name^='came-'][value=cameTrue]").check()
    await ana.choose(verdict="failed")
    await ana.fill(reasons="Nobody came. The bus does not go.")
    await ana.press("Write the review", "delivery-written")
    await ben.go(at, "delivery-second")
    await ben.press("Yes, it is so", "delivery-choose")
    await ben.press("Our usual way", "delivery-again")
    await ana.go(at, "delivery-reviewed")
    await ana.go("/deliveries", "deliveries")


@pytest.mark.thorough
async def test_a_report_goes_with_what_was_ticked(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    bo, lena = [await person(birch, name, display=name.title()) for name in ("bo", "lena")]
    slug = await moot.bring(birch, bo.id, review_months=1)
    said = "Somebody is there on eleven Sundays", HOW
    await birch.write(doing.measure, slug, bo.id, *said, once="m1")
    await decided(stage, slug, [bo.id, lena.id], reach="public")
    keeper, nobody = await walk(birch, "keeper"), await walk(birch)
    step = {
        "id": "s1", "matter": slug, "what": "Write down who comes", "done_when": "It is full",
        "due": birch.now().date(), "state": "done", "owner": lena.id, "proof": "It is full.",
        "link": "https://files.birch.example/open/sundays-of-this-summer-in-the-workshop.csv",
    }  # fmt: skip
    await birch.write(queries.add_step, step)

    await keeper.go(f"/deliveries/{slug}/report", "report-new")
    await keeper.choose(status="partlyDelivered")
    await keeper.fill(words="We were open on most Sundays.")
    (measure,) = await birch.read(queries.measures, slug)
    await keeper.page.locator(f"[name='tell-{measure.id}']").check()
    await keeper.page.locator("[name='link-s1']").check()
    await keeper.page.locator("[name='name-s1']").fill("The book on Lena's wall")
    await keeper.press("Publish it", "report-errors", status=422)
    await keeper.page.locator("[name='name-s1']").fill("The book on the wall")
    await keeper.page.locator("[name='said-s1']").fill("A line for each Sunday")
    await keeper.page.locator(f"[name='value-{measure.id}']").fill("11")
    await keeper.page.locator(f"[name='unit-{measure.id}']").fill("of 13")
    await keeper.press("Publish it", "report")
    await nobody.go(keeper.path, "report-outside")


async def decided(stage: Stage, slug: str, members: list[str], *, reach: str = "community") -> None:
    """Everybody consents, the vote closes, and the decision comes into force."""
    birch = stage.nodes["birch"]
    keeper = await moot.keeper(birch)
    for member in (*members, keeper):
        await birch.write(decisions.cast, slug, member, "consent")
    stage.clock.wait(days=8)

    async def counted() -> Any:
        birch.wake()
        return await birch.read(decisions.decided_by, slug)

    await stage.until(counted)
    await birch.write(bringing.choose_reach, slug, keeper, reach)
