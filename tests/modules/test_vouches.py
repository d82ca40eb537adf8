"""Vouches: a plain list on a profile, withdrawn at once, faded after two years; local only."""

from collections.abc import Awaitable, Callable

import pytest

from node.kernel.errors import Missing
from node.kernel.node import Node
from node.modules.accounts import leaving
from node.modules.vouches import queries, vouching
from node.modules.vouches.rules import What
from tests.conftest import Browser, Clock, person

Browse = Callable[..., Awaitable[Browser]]


async def test_said_renewed_taken_back_and_faded(alder: Node, clock: Clock) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(vouching.vouch, ana.id, ben.id, [What.MET, What.KEYS])
    clock.advance(days=700)
    await alder.write(vouching.vouch, ana.id, ben.id, [What.MET])
    clock.advance(days=700)

    (one,) = await alder.read(queries.about, ben.id, clock())
    assert (one.by, one.what) == (ana.id, What.MET)
    clock.advance(days=31)
    assert await alder.read(queries.about, ben.id, clock()) == []
    with pytest.raises(Missing):
        await alder.write(vouching.vouch, ana.id, ana.id, [What.MET])

    told = await alder.read(vouching.export, ben.id)
    assert [row["what"] for row in told["vouches"]] == ["met"]
    await alder.write(leaving.leave, ana.id)
    assert await alder.read(queries.of, ben.id) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_in_the_browser(alder: Node, browse: Browse) -> None:
    await person(alder, "ana", display="Ana")
    await person(alder, "ben", display="Ben")
    ana, nobody = await browse(alder, "ana"), await browse(alder)
    assert 'href="/vouches/ben"' in (await ana.get("/@ben")).text
    page = await ana.post("/vouches/ben", {"what": ["met", "keys"]})
    assert "Ana would lend them keys" in page.text
    assert "Ana" not in (await nobody.get("/@ben")).text
    assert "Ana" not in (await (await browse(alder, "ben")).get("/@ben?as=public")).text
    assert (await ana.post("/vouches/ben", {"what": "odd"})).status_code == 422
    page = await ana.post("/vouches/ben", {})
    assert "Ana would lend" not in page.text
    assert (await ana.get("/vouches/ana")).status_code == 404
