"""Finding people by what is typed, on two whole nodes."""

import pytest

from federation import resolving
from federation.finding import lookup
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.network import Unreachable
from node.kernel.node import Node
from node.modules.moderation import api as moderation
from tests.conftest import Wire, person


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "typed",
    [
        "@ben@birch.test",
        "ben@birch.test",
        " acct:Ben@Birch.test ",
        "https://birch.test/u/ben",
    ],
)
async def test_somebody_elsewhere_is_found(alder: Node, birch: Node, typed: str) -> None:
    ben = await person(birch, "ben")

    found = await lookup(alder, typed)

    assert (found.id, found.local, found.address) == (ben.id, False, "@ben@birch.test")


async def test_who_is_known_is_not_asked_for_again(alder: Node, birch: Node, wire: Wire) -> None:
    await person(birch, "ben")
    await lookup(alder, "@ben@birch.test")
    wire.seen.clear()

    assert (await lookup(alder, "@ben@birch.test")).handle == "ben"
    assert not wire.seen


@pytest.mark.parametrize("typed", ["https://birch.test", "https://birch.test/"])
async def test_the_page_of_a_community_leads_to_it_and_not_to_its_service(
    alder: Node, birch: Node, typed: str
) -> None:
    service = await resolving.account(alder, birch.community.service)

    assert service.url == "https://birch.test/"
    assert (await lookup(alder, typed)).id == birch.community.id
    assert (await lookup(alder, birch.community.service)).id == service.id


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("typed", ["ana", "@ana", "@ana@alder.test", "https://alder.test/u/ana"])
async def test_one_of_ours_is_found_without_asking(alder: Node, wire: Wire, typed: str) -> None:
    ana = await person(alder, "ana")

    assert (await lookup(alder, typed)).id == ana.id
    assert not wire.seen


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("typed", ["@nobody@birch.test", "nobody", "@", "", "@a@b@c", "@x@[::1"])
async def test_nobody_is_missing(alder: Node, birch: Node, typed: str) -> None:
    with pytest.raises((Missing, Refused)):
        await lookup(alder, typed)


async def test_a_server_that_is_away_or_kept_out_gives_nobody(
    alder: Node, birch: Node, wire: Wire
) -> None:
    await person(birch, "ben")
    wire.away.add(birch.origin)
    with pytest.raises((TryLater, Unreachable)):
        await lookup(alder, "@ben@birch.test")

    wire.away.clear()
    reason = {"by": f"{alder.origin}/u/keeper", "reason": "Spam."}
    await alder.write(moderation.refuse, "birch.test", is_host=True, **reason)
    wire.seen.clear()
    with pytest.raises(Refused):
        await lookup(alder, "@ben@birch.test")
    assert not wire.seen
