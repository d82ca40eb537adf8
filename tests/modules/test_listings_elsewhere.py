"""Offers and needs of other software: kept under their owner, shown as theirs, never ours."""

from typing import Any

import pytest

import federation
from federation import resolving
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.modules import accounts, follows, listings, moderation, pictures
from node.modules.follows import api as following
from node.modules.listings import about, api, linked, posting, public, rules
from node.modules.listings.rules import State
from node.modules.moderation import api as keeping
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.federation.strangers import PUBLIC, letters
from tests.modules.market import Market, on_board, received
from tests.modules.test_listings_pages import Browse

MODULES = [
    federation.module,
    accounts.module,
    follows.module,
    moderation.module,
    listings.module,
    pictures.module,
]


@pytest.fixture(scope="session")
def stranger_keys() -> list[Keys]:
    return [make_keys() for _ in range(3)]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
def elm(alder: Node, wire: Wire, stranger_keys: list[Keys]) -> Market:
    return Market(alder, wire, stranger_keys[0])


@pytest.fixture
def fir(alder: Node, wire: Wire, stranger_keys: list[Keys]) -> Market:
    return Market(alder, wire, stranger_keys[1], "fir")


# What comes -----------------------------------------------------------------------------------

DIALECTS = {
    "fep-0837-full-example": ("fep-0837", "offer", "Offering used bike"),
    "mitra-subscription": ("fep-0837", "offer", "Pay for subscription"),
    "fedify-typed-proposal": ("fep-0837", "request", "Ladder wanted"),
    "epicyon-share": ("fep-0837", "offer", "Drill"),
    "flohmarkt-item": ("flohmarkt", "offer", "Radio"),
    "bonfire-proposal-with-proposed-intent": ("bonfire", "request", "McGlynn-King"),
}


async def test_each_dialect_becomes_a_notice(alder: Node, elm: Market) -> None:
    await elm.follower()
    for name, (dialect, purpose, title) in DIALECTS.items():
        said = received(name, elm)

        assert await elm.says("Create", said) is None, name

        found = await alder.read(api.listing, said["id"], api.HERE)
        assert found is not None
        assert (found.foreign, found.purpose, found.title) == (dialect, purpose, title)
        assert (found.owner, found.domain, found.local) == (elm.bob.id, "elm.test", False)
        assert (found.reach, found.handling) == ("public", "public")
        assert found.ends == alder.now() + rules.UNSAID
    assert sorted(await on_board(alder)) == sorted(title for _, _, title in DIALECTS.values())


async def test_a_need_of_mutual_aid_is_read_when_it_is_for_us(alder: Node, elm: Market) -> None:
    said = received("activitypods-mutual-aid-request", elm)

    assert await elm.says("Create", said, to=[alder.community.id]) is None

    (found,) = await elm.kept()
    assert (found.foreign, found.purpose, found.text) == (
        "mutual-aid",
        "request",
        "Saturday morning",
    )
    assert (found.reach, found.handling) == ("community", "recipientsOnly")
    assert found.match_scope == "localOnly"
    assert await alder.read(api.listing, found.id, ANONYMOUS) is None
    assert await alder.read(api.listing, found.id, Viewer(trusted=True)) is None


async def test_what_is_said_of_amounts_is_kept(alder: Node, elm: Market) -> None:
    await elm.follower()
    said = received("mitra-subscription", elm)
    said["publishes"]["availableQuantity"] = {"hasUnit": "second", "hasNumericalValue": "90000"}

    await elm.says("Create", said)

    (found,) = await elm.kept()
    assert (found.unit_based, found.unit, found.amount) == (True, "second", "1")
    assert (found.least, found.available) == ("50000", "90000")
    assert found.back is not None
    assert (found.back["amount"], found.back["of"][:11]) == ("20000", "caip:19:mon")


def at(elm: Market, name: str) -> str:
    return f"{elm.server.origin}/{name}"


REFUSED = {
    "of somebody nobody here follows": ({}, {}, "E_UNASKED"),
    "for one person alone": ({"to": ["https://alder.test/u/ana"]}, {}, "E_REACH"),
    "for followers, in a public letter": (
        {"to": ["https://elm.test/users/bob/followers"]}, {}, "E_REACH",
    ),
    "for nobody": ({"to": None}, {"to": ["https://alder.test/u/ana"]}, "E_REACH"),
    "somebody else's": ({"attributedTo": "https://elm.test/users/eve"}, {}, "E_OWNER"),
    "of another origin": (
        {"attributedTo": "https://fir.test/users/bob"}, {}, "E_OWNER",
    ),
    "under an id of another origin": ({"id": "https://fir.test/p/1"}, {}, "E_ORIGIN_OBJECT"),
    "under an id of ours": ({"id": "https://alder.test/o/1"}, {}, "E_ORIGIN_OBJECT"),
    "over before it came": (
        {"publishes": {"type": "Intent", "due": "2026-11-01T00:00:00Z"}}, {}, "E_STATE",
    ),
    "met before it came": ({"publishes": {"type": "Intent", "finished": True}}, {}, "E_STATE"),
    "of a negative amount": (
        {"publishes": {"resourceQuantity": {"hasUnit": "one", "hasNumericalValue": -1}}}, {},
        "E_SCHEMA",
    ),
    "with an intent of another origin": (
        {"publishes": {"type": "Intent", "id": "https://fir.test/p/1#primary"}}, {}, "E_FRAGMENT",
    ),
    "without a title": ({"name": None, "content": None}, {}, "E_SCHEMA"),
}  # fmt: skip


@pytest.mark.parametrize("followed", [True, False])
async def test_what_may_not_be_is_refused_and_its_honest_twin_is_kept(
    alder: Node, elm: Market, followed: bool
) -> None:
    if followed:
        await elm.follower()
    to_us = {} if followed else {"to": [PUBLIC, alder.community.id]}
    for why, (more, how, code) in REFUSED.items():
        if followed is (code == "E_UNASKED"):
            continue
        said = elm.proposal(**more)
        letter = how if code == "E_UNASKED" else {**to_us, **how}

        assert await elm.says("Create", said, **letter) == code, why

        assert await elm.kept() == []
    assert await elm.says("Create", elm.proposal(), **to_us) is None
    assert await on_board(alder) == ["A ladder"]


async def test_a_bonfire_intent_whose_day_has_passed_is_refused_for_that(
    alder: Node, elm: Market
) -> None:
    await elm.follower()

    assert await elm.says("Create", received("bonfire-intent", elm)) == "E_STATE"


async def test_a_stranger_does_not_fill_the_board(alder: Node, elm: Market) -> None:
    to = [PUBLIC, alder.community.id]
    for number in range(rules.MOST_SENT):
        said = elm.proposal(id=at(elm, f"p/{number}"), to=to)
        assert await elm.says("Create", {**said, "publishes": {"type": "Intent"}}) is None

    last = elm.proposal(id=at(elm, "p/last"), to=to, publishes={"type": "Intent"})

    assert await elm.says("Create", last) == "E_RATE"


async def test_enormous_words_are_cut(alder: Node, elm: Market) -> None:
    await elm.follower()
    long = elm.proposal(name="ladder " * 20_000, content="<p>" + "word " * 60_000 + "</p>")

    assert await elm.says("Create", long) is None

    (found,) = await elm.kept()
    assert len(found.title) <= 200
    assert len(found.text) <= 50_000


# What becomes of it ---------------------------------------------------------------------------


async def test_it_is_changed_by_its_owner_alone(alder: Node, elm: Market, fir: Market) -> None:
    await elm.follower()
    await fir.follower("ben")
    await elm.says("Create", elm.proposal())
    other = elm.proposal(name="Two ladders")
    eve = elm.server.actor("eve", fir.bob.keys)

    assert await elm.says("Update", {**other, "attributedTo": eve.id}, by=eve) == "E_OWNER"
    assert await fir.says("Update", other) == "E_OWNER"
    assert await fir.says("Update", {**other, "attributedTo": fir.bob.id}) == "E_ORIGIN_OBJECT"
    assert await on_board(alder) == ["A ladder"]
    assert await elm.says("Update", other) is None
    assert await on_board(alder) == ["Two ladders"]


async def test_old_news_change_nothing(alder: Node, elm: Market) -> None:
    await elm.follower()
    await elm.says("Create", elm.proposal())
    newer = elm.proposal(name="Two ladders", updated="2026-11-20T08:00:00Z")
    older = elm.proposal(name="No ladder", updated="2026-11-20T07:00:00Z")

    assert await elm.says("Update", newer) is None
    assert await elm.says("Update", older) == "E_REVISION"

    assert await on_board(alder) == ["Two ladders"]


async def test_later_news_do_not_widen_it(alder: Node, elm: Market) -> None:
    await elm.says("Create", elm.proposal(to=[alder.community.id]), to=[alder.community.id])

    assert await elm.says("Update", elm.proposal(name="Two ladders")) is None

    (found,) = await elm.kept()
    assert (found.title, found.reach) == ("Two ladders", "community")


@pytest.mark.parametrize("tombstone", [True, False])
async def test_its_owner_deletes_it(alder: Node, elm: Market, fir: Market, tombstone: bool) -> None:
    await elm.follower()
    await fir.follower("ben")
    await elm.says("Create", elm.proposal())
    id = elm.proposal()["id"]
    thing: Any = {"id": id, "type": "Tombstone"} if tombstone else id

    assert await fir.says("Delete", thing) == "E_OWNER"
    assert await on_board(alder) == ["A ladder"]
    assert await elm.says("Delete", thing) is None

    assert await elm.kept() == []
    assert await elm.says("Create", elm.proposal()) == "E_UNDONE"


async def test_it_is_over_when_nobody_speaks_of_it_for_long(
    alder: Node, elm: Market, clock: Clock
) -> None:
    await elm.follower()
    await elm.says("Create", elm.proposal())
    clock.advance(days=60)
    assert await elm.says("Update", elm.proposal(name="Still a ladder")) is None
    clock.advance(days=60)
    assert await on_board(alder) == ["Still a ladder"]

    clock.advance(days=31)
    assert await on_board(alder) == []
    await alder.write(posting.expire)
    assert await elm.says("Update", elm.proposal(name="A ladder again")) is None

    assert await on_board(alder) == ["A ladder again"]


async def test_it_is_over_when_its_owner_says_so(alder: Node, elm: Market) -> None:
    await elm.follower()
    await elm.says("Create", elm.proposal())
    met = {**elm.proposal()["publishes"], "finished": True}

    assert await elm.says("Update", elm.proposal(publishes=met)) is None

    (found,) = await elm.kept()
    assert found.lifecycle == State.FULFILLED
    assert await on_board(alder) == []


async def test_who_is_gone_takes_it_along(alder: Node, elm: Market) -> None:
    await elm.follower()
    await elm.says("Create", elm.proposal())

    await elm.says("Delete", elm.bob.id)

    assert await elm.kept() == []


# Where it goes --------------------------------------------------------------------------------


async def test_it_is_never_ours(alder: Node, elm: Market, fir: Market) -> None:
    await elm.follower()
    ben = await resolving.account(alder, fir.bob.id)
    us = await alder.account(alder.community.id)
    assert us is not None
    await alder.write(following.follow, us, ben)
    await settle(alder)
    before = len(await letters(alder, "out"))

    await elm.says("Create", elm.proposal(to=[PUBLIC, alder.community.id]))
    await alder.write(posting.expire)
    await settle(alder)

    assert len(await letters(alder, "out")) == before
    told = await alder.read(public.listings, us, ANONYMOUS, None, 30, alder.now())
    assert (told.total, told.items) == (0, ())
    bob = await alder.account(elm.bob.id)
    assert bob is not None
    assert (
        await alder.read(public.listings, bob, Viewer(account=bob), None, 30, alder.now())
    ).items == ()


async def test_a_keeper_hides_it(alder: Node, elm: Market) -> None:
    ana = await elm.follower()
    await elm.says("Create", elm.proposal())
    (found,) = await elm.kept()
    keeper = f"{alder.origin}/u/keeper"

    await alder.write(keeping.hide, found.id, by=keeper, reason="not here")

    member = Viewer(account=ana, role="member")
    assert await alder.read(api.open_listings, member, alder.now()) == []
    assert await alder.read(api.listing, found.id, member) is None


async def test_a_member_who_wants_nothing_of_them_sees_nothing(alder: Node, elm: Market) -> None:
    ana = await elm.follower()
    await elm.says("Create", elm.proposal())

    await alder.write(keeping.block_for, ana, elm.bob.id, is_host=False)

    member = Viewer(account=ana, role="member")
    assert await alder.read(api.open_listings, member, alder.now()) == []
    assert await on_board(alder) == ["A ladder"]


async def test_whom_the_community_keeps_out_is_not_heard(alder: Node, elm: Market) -> None:
    await elm.follower()
    keeper = f"{alder.origin}/u/keeper"

    await alder.write(keeping.refuse, "elm.test", is_host=True, by=keeper, reason="spam")
    answer = await elm._post(elm.bob, elm.bob.says("Create", elm.proposal()))

    assert answer.status_code == 403
    assert await elm.kept() == []


async def test_the_board_says_where_it_comes_from(alder: Node, elm: Market, browse: Browse) -> None:
    await elm.follower()
    back = {
        "type": "Intent", "action": "transfer", "resourceConformsTo": "https://coins.example/euro",
        "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "30"},
    }  # fmt: skip
    await elm.says("Create", elm.proposal(reciprocal=back))
    await elm.says("Create", received("flohmarkt-item", elm))
    shown = await alder.read(api.open_listings, api.HERE, alder.now())
    ladder, radio = sorted(shown, key=lambda one: one.title)
    ana, visitor = await browse(alder, "ana"), await browse(alder)

    board = (await ana.get("/board?from=elsewhere")).text
    one = (await ana.get(ladder.path)).text
    other = (await ana.get(radio.path)).text

    assert "Offered · elsewhere, at elm.test" in board
    assert "It comes from elsewhere, from elm.test" in one
    assert "@bob@elm.test" in one
    assert 'href="https://elm.test/proposals/1"' in one
    assert "coins.example/euro" in one
    assert '<dt>Price</dt><dd dir="auto">25</dd>' in other
    assert "A ladder" not in (await visitor.get("/board")).text
    assert (await visitor.get(ladder.path)).status_code == 404


# On a page ------------------------------------------------------------------------------------

LINK = {
    "type": "Link", "name": "A ladder", "rel": ["payment", "https://w3id.org/valueflows/ont/vf#Proposal"],
}  # fmt: skip


def put_up(elm: Market, *ids: str, **proposals: dict[str, Any]) -> None:
    """Have Bob's page link these, and serve the proposals at their own addresses."""
    page = elm.server.pages[elm.bob.id]
    page["attachment"] = [{**LINK, "href": id} for id in ids]
    for said in proposals.values():
        elm.server.pages[said["id"]] = said


async def test_what_a_page_links_is_looked_at_when_somebody_follows(
    alder: Node, elm: Market, clock: Clock
) -> None:
    mitra = {**received("mitra-subscription", elm), "id": at(elm, "p/monero:41")}
    mitra["publishes"] = {**mitra["publishes"], "id": at(elm, "p/monero:41#primary")}
    eves = elm.proposal(id=at(elm, "p/eve"), attributedTo=at(elm, "users/eve"))
    put_up(
        elm, mitra["id"], at(elm, "p/none"), eves["id"], "https://fir.test/p/1", "payto://iban/1",
        mitra=mitra, eves=eves, none={"id": at(elm, "p/none"), "type": "Note"},
    )  # fmt: skip
    await elm.follower()
    await settle(alder)

    (found,) = await elm.kept()
    assert (found.id, found.title) == (mitra["id"], "Pay for subscription")
    assert elm.server.asked["https://fir.test/p/1"] == 0

    clock.advance(days=1)
    elm.server.pages[mitra["id"]] = {**mitra, "name": "Pay for a year"}
    await linked.look_again(alder)
    await settle(alder)
    assert [(one.title, one.ends) for one in await elm.kept()] == [
        ("Pay for a year", alder.now() + rules.UNSAID)
    ]

    clock.advance(days=1)
    elm.server.pages[mitra["id"]] = 404
    await linked.look_again(alder)
    await settle(alder)
    assert await elm.kept() == []


async def test_nobodys_page_is_looked_at_if_nobody_follows(alder: Node, elm: Market) -> None:
    said = elm.proposal()
    put_up(elm, said["id"], ladder=said)
    await resolving.account(alder, elm.bob.id)

    await linked.look_again(alder)
    await settle(alder)

    assert await elm.kept() == []


async def test_a_notice_is_looked_up_by_its_address(
    make_node: MakeNode, wire: Wire, stranger_keys: list[Keys], browse: Browse
) -> None:
    alder = await make_node("alder")
    elm = Market(alder, wire, stranger_keys[0])
    await person(alder, "ana")
    said = elm.proposal()
    elm.server.pages[said["id"]] = said
    browser = await browse(alder, "ana")

    found = await browser.post("/search", {"q": said["id"]}, form=f"/search?q={said['id']}")

    assert "A ladder" in found.text
    (kept,) = await elm.kept()
    assert (kept.foreign, kept.owner) == ("fep-0837", elm.bob.id)


# What it is about -----------------------------------------------------------------------------

ABOUT = [
    ([], [], "A ladder for a week", ["tool-sharing"]),
    ([], [], "Bohrmaschine und Säge", ["tool-sharing"]),
    ([], [], "Vélo bleu", ["transport"]),
    ([], ["#ToolSharing"], "Anything", ["tool-sharing"]),
    ([], ["#bikes"], "A ladder", ["transport"]),
    (["https://www.wikidata.org/wiki/Q571"], ["#tools"], "A ladder", ["books"]),
    (["https://evil.example/Q571"], [], "Something", []),
    ([], [], "Bread, guitar, ladder and a dog", ["food", "animals"]),
    ([], [], "", []),
]


@pytest.mark.parametrize(("named", "tags", "title", "wanted"), ABOUT)
def test_what_it_is_about_is_guessed(
    named: list[str], tags: list[str], title: str, wanted: list[str]
) -> None:
    assert about.topics(named, tags, title) == [api.concept(one) for one in wanted]


def test_every_topic_of_ours_can_be_guessed() -> None:
    for name in api.TOPICS:
        assert about.topics([], [f"#{name.replace('-', '')}"], "") == [api.concept(name)]
