"""Somebody is suspended during a vote: they cast their ballot all the same."""

import pytest

from tests.browser.conftest import Open, Walk
from tests.conftest import PASSWORD, person
from tests.modules import moot


@pytest.mark.thorough
async def test_whoever_is_suspended_votes_all_the_same(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder")
    alder = stage.nodes["alder"]
    ana = await person(alder, "ana", display="Ana Okafor")
    await person(alder, "tom", display="Tom Reyes")
    slug = await moot.bring(alder, ana.id)
    keeper, tom = await walk(alder, "keeper"), await walk(alder)

    await keeper.go("/desk/suspend?who=tom", "suspend-in-a-vote")
    await keeper.fill(reason="Until we have talked.")
    await keeper.press("Suspend", "suspended-in-a-vote")
    await keeper.press("Ask a second hand", "vote-ask-suspended")

    await tom.go("/sign-in")
    await tom.fill(name="tom", password=PASSWORD)
    await tom.press("Sign in", "shut-votes")
    await tom.press("Vote Open the workshop", "shut-ballot")
    await tom.choose(position="consent")
    await tom.press("Look at it once more", "shut-review")
    await tom.press("Cast my ballot", "shut-receipt")
    await tom.press("My votes")
    await tom.go(f"/p/{slug}", status=404)
