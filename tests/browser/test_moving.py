"""Ana moves from Alder to Birch, and Bo, who follows her, is asked whether to go along."""

import pytest

from federation import resolving
from node.modules.follows import api as following
from tests.browser.conftest import Open, Walk
from tests.browser.test_giving import shows
from tests.conftest import PASSWORD, person


@pytest.mark.thorough
async def test_somebody_moves_and_a_follower_is_asked(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    ana = await person(alder, "ana", display="Ana Okafor")
    await person(birch, "ana", display="Ana Okafor")
    bo = await person(birch, "bo", display="Bo Sander")
    await birch.write(following.follow, bo, await resolving.account(birch, ana.id))

    old, new = await walk(alder, "ana"), await walk(birch, "ana")
    await old.go("/me/moving", "moving")
    await old.fill(to=f"@ana@{birch.community.domain}", password=PASSWORD)
    await old.press("Tell my followers", "moving-refused", status=422)
    await new.go("/me/moving")
    await new.fill(who=f"@ana@{alder.community.domain}")
    await new.press("Name it", "moving-named")
    await old.go("/me/moving")
    await old.fill(to=f"@ana@{birch.community.domain}", password=PASSWORD)
    await old.press("Tell my followers", "moving-done")

    follower = await walk(birch, "bo")
    await shows(stage, follower, "/", "Ana Okafor has moved")
    await follower.press("Ana Okafor has moved", "moved")
    await follower.go(f"/@ana@{alder.community.domain}", "moved-page")
    await follower.go("/me/moved")
    await follower.press("Follow the new account", "moved-over")

    keeper = await walk(alder, "keeper")
    await keeper.go("/desk/keys", "keys")
    await keeper.fill(password=PASSWORD)
    await keeper.choose(which="community")
    await keeper.press("Renew", "keys-renewed")
    await keeper.go("/desk/returned", "returned-none")
    await old.go("/me/keys", "keys-mine")
