"""A community's own topics: a tree that keepers change, what is found by it, how others read it."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings import posting, topics, tree
from node.modules.listings.concepts import concept
from node.modules.listings.desk import _voices as voices
from node.modules.listings.topics import Said
from node.modules.listings.tree import Topic, Tree
from node.modules.matching import asking, lexicon, scoring, suggesting
from node.modules.matching.scoring import Side
from node.modules.profiles import queries as profiles
from tests.conftest import Browser, Wire, person, settle
from tests.modules.meeting import befriend, matches, member, post

Browse = Callable[..., Awaitable[Browser]]
REPAIR, FOOD = concept("repair"), concept("food")


async def keeper(node: Node) -> str:
    return (await node.read(accounts.admins))[0].id


async def add(node: Node, label: str, broader: str, also: tuple[str, ...] = ()) -> str:
    said = Said(labels={"en": label}, broader=broader, also=also)
    made: str = await node.write(topics.add, await keeper(node), said, voices(node))
    return made


async def change(node: Node, id: str, **said: Any) -> None:
    await node.write(topics.change, await keeper(node), id, Said(**said), voices(node))


async def load(node: Node) -> Tree:
    return await node.read(topics.load)


async def offer(node: Node, who: Account, topic: str, title: str, **more: Any) -> Any:
    key = topic.rpartition("/")[2] if "/o/" in topic else topic
    said = {"text": "", "topic": key, "minutes": None, "terms": ["gift"], "kind": "service"}
    return await post(node, who, more.pop("purpose", "offer"), **{**said, "title": title, **more})


# The tree -----------------------------------------------------------------------------------

ids = st.sampled_from([concept(name) for name in ("repair", "food", "care")] + list("abcdef"))


@given(st.lists(st.tuples(ids, st.none() | ids), max_size=12))
def test_whatever_the_rows_say_the_tree_is_one(rows: list[tuple[str, str | None]]) -> None:
    found = tree.whole(Topic(id=id, broader=above) for id, above in dict(rows).items())

    listed = [one.id for one, _ in found.in_order()]
    assert len(listed) == len(set(listed))
    for id in found.topics:
        assert id not in found.above(id)
        assert id in found.below(id)
        for above in found.above(id):
            assert id in found.below(above)


@given(st.lists(st.tuples(ids, st.none() | ids), max_size=20))
def test_no_move_makes_a_circle_or_too_deep_a_tree(moves: list[tuple[str, str | None]]) -> None:
    rows: dict[str, Topic] = {}
    for id, above in moves:
        known = tree.whole(rows.values())
        here = id if id in known.topics else None
        if not tree.misplaced(known, here, above):
            rows[id] = Topic(id=id, broader=above, labels={"en": id})
    known = tree.whole(rows.values())
    assert set(rows) <= set(known.topics)
    assert max(known.depth(id) for id in known.topics) <= tree.DEEPEST
    assert {one.id for one, _ in known.in_order()} == set(known.topics)
    assert all(known.shared(id) for id in known.topics)


async def test_what_a_keeper_may_do_and_nobody_else(alder: Node) -> None:
    ana, by = await person(alder, "ana"), await keeper(alder)
    bikes = await add(alder, "Bicycles", REPAIR)
    wheels = await add(alder, "Wheels", bikes)
    said = partial(Said, labels={"en": "Spokes"})

    for who, what, error in (
        (ana.id, said(broader=REPAIR), Refused),
        (by, said(broader=None), Invalid),
        (by, said(broader="nothing"), Invalid),
        (by, said(broader=wheels), Invalid),
        (by, Said(labels={"en": " bicycles"}, broader=REPAIR), Invalid),
        (by, Said(labels={}, broader=REPAIR), Invalid),
    ):
        with pytest.raises(error):
            await alder.write(topics.add, who, what, voices(alder))
    for id, what, error in (
        (bikes, Said(labels={"en": "Bicycles"}, broader=wheels), Invalid),
        (bikes, Said(labels={"en": "Bicycles"}, broader=bikes), Invalid),
        (REPAIR, Said(labels={}, broader=FOOD), Invalid),
        (concept("nothing"), said(broader=None), Missing),
    ):
        with pytest.raises(error):
            await alder.write(topics.change, by, id, what, voices(alder))
    with pytest.raises(Refused):
        await alder.write(topics.retire, ana.id, bikes)

    await change(alder, wheels, labels={"en": "Wheels", "de": "Räder"}, broader=FOOD)
    await change(alder, bikes, labels={"en": "Bikes"}, broader=REPAIR, same=("https://a.test/1",))
    known = await load(alder)
    assert (known.above(wheels), known.above(bikes)) == ((FOOD,), (REPAIR,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "MOST", len(known.topics))
        with pytest.raises(Conflict):
            await add(alder, "One too many", FOOD)


# What is found ------------------------------------------------------------------------------


async def test_the_board_shows_a_topic_and_all_below_it_and_follows_a_move(
    alder: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    bikes = await add(alder, "Bicycles", REPAIR)
    wheels = await add(alder, "Wheels", bikes)
    await offer(alder, ana, wheels, "Spokes trued")
    await offer(alder, ana, "repair", "Radios mended")
    reader = await browse(alder, "ana")

    async def found(topic: str) -> list[str]:
        text = (await reader.get(f"/board?topic={topic.rpartition('/')[2]}")).text
        return [one for one in ("Spokes trued", "Radios mended") if one in text]

    assert await found("repair") == ["Spokes trued", "Radios mended"]
    assert await found(bikes) == await found(wheels) == ["Spokes trued"]
    assert await found("food") == []

    await change(alder, bikes, labels={"en": "Bicycles"}, broader=FOOD)
    await settle(alder)
    assert (await found("repair"), await found("food")) == (["Radios mended"], ["Spokes trued"])
    (one,) = [o for o in await alder.read(listings.open_listings, listings.HERE, alder.now())
              if o.title == "Spokes trued"]  # fmt: skip
    assert (one.concept, set(one.topics)) == (
        wheels, {wheels, bikes, FOOD, concept("kind-service")}
    )  # fmt: skip


A, B, C, D = (f"https://alder.test/o/{name}" for name in "abcd")


def side(topic: str, *above: str, **more: Any) -> Side:
    names = {listings.name_of(topic) or listings.shared(None, above) or ""}
    said = {"kind": "service", "terms": ("gift",), "place": "alder.test", "lang": "en"}
    return Side(topics=frozenset({topic}), above=frozenset(above), names=frozenset(names),
                **{**said, **more})  # fmt: skip


def test_the_same_topic_comes_before_one_below_before_one_beside_before_another() -> None:
    mine = side(A, B, REPAIR)
    others = [side(A, B, REPAIR), side(B, REPAIR), side(C, B, REPAIR), side(FOOD)]
    parts = [scoring._topic(mine, one, scoring._words(mine, one)) for one in others]

    assert [one.points for one in parts] == [30, 24, 18, 0]
    assert [one.reason for one in parts] == [
        "topic", "narrower", "beside", "",
    ]  # fmt: skip
    for one, part in zip(others, parts, strict=True):
        assert scoring._topic(one, mine, scoring._words(one, mine)).points == part.points
    assert not scoring.fit(mine, others[2]).enough
    assert scoring.fit(mine, side(REPAIR)).enough
    near = side(concept("energy"))
    assert (
        scoring._topic(side(D, REPAIR), near, scoring._words(mine, near)).points == scoring.RELATED
    )


async def test_a_match_is_found_by_a_topic_below_and_by_other_words(alder: Node) -> None:
    ana, ben, cleo = [await person(alder, name) for name in ("ana", "ben", "cleo")]
    bikes = await add(alder, "Cargo bikes", concept("transport"))
    need = await offer(alder, ana, bikes, "A Lastenrad on Saturday", purpose="request", lang="de")
    below = await offer(alder, ben, "transport", "Help")
    words = await offer(alder, cleo, "", "Transportrad", lang="de")
    await settle(alder)
    assert {one.other for one in await matches(alder, ana)} == {below.id}

    await change(alder, bikes, labels={"en": "Cargo bikes"}, broader=concept("transport"),
                 also=("Lastenrad", "Transportrad", "cargo bike"))  # fmt: skip
    await settle(alder)

    found = {one.other: one for one in await matches(alder, ana)}
    assert set(found) == {words.id, below.id} or set(found) == {words.id}
    assert "words" in {one["part"] for one in found[words.id].reasons}
    assert need.id not in found


def test_words_that_mean_the_same_leave_those_alone_that_are_known() -> None:
    same = lexicon.same_as([("Lastenrad", "Transportrad"), ("Leiter", "Steighilfe"), ()])
    read = partial(lexicon.words, language="de", same=same)
    assert read(["Lastenrad"]).keys() == read(["Transportrad"]).keys()
    assert read(["Steighilfe"]).keys() == read(["ladder"]).keys()
    assert lexicon.words(["Fahrrad"]) == read(["Fahrrad"])


# How others read it -------------------------------------------------------------------------


async def test_elsewhere_it_is_read_as_the_topic_above_and_asked_about_as_that(
    alder: Node, birch: Node, wire: Wire
) -> None:
    await befriend(alder, birch)
    ana, bo = await member(alder, "ana"), await member(birch, "bo")
    bikes = await add(alder, "Bicycles", REPAIR, also=("velo",))
    told = await offer(alder, ana, bikes, "Wheels built", reach="trusted")
    await settle(alder, birch)

    (heard,) = [o for o in await birch.read(listings.open_listings, listings.HERE, birch.now())
                if o.id == told.id]  # fmt: skip
    assert heard.concept == REPAIR
    assert {bikes, REPAIR} <= set(heard.topics)
    mine = suggesting.side(heard)
    assert mine.names == {"repair"}
    need = await offer(birch, bo, "repair", "Something to be built", purpose="request")
    await settle(birch, alder)
    assert [one.other for one in await matches(birch, bo)] == [told.id]
    assert need.owner == bo.id

    counted = await alder.read(listings.people_by_topic, alder.now())
    assert counted == {(REPAIR, "offer"): 1}
    hidden = await offer(alder, ana, bikes, "A secret wheel", purpose="request", hidden=True)
    said = json.dumps(asking.intent(hidden).resource_classified_as)
    assert asking.intent(hidden).resource_conforms_to == REPAIR
    assert bikes not in said
    await settle(alder, birch)
    assert not [b for m, _, b in wire.seen if m == "POST" and b"MatchRequest" in b
                and bikes.encode() in b]  # fmt: skip


async def test_anybody_may_fetch_what_a_topic_of_our_own_is(alder: Node, wire: Wire) -> None:
    bikes = await add(alder, "Bicycles", REPAIR, also=("velo",))
    await change(alder, bikes, labels={"de": "Fahrräder", "en": "Bicycles"}, broader=REPAIR,
                 also=("velo",), same=("http://www.wikidata.org/entity/Q11442",))  # fmt: skip
    browser = Browser(alder, wire.apps[alder.origin])
    answer = await browser.get(bikes, headers={"accept": "application/activity+json"})
    await browser.client.aclose()

    said = answer.json()
    assert {key: said[key] for key in said if key != "@context"} == {
        "id": bikes, "type": "Concept", "prefLabel": "Bicycles", "altLabel": ["Fahrräder", "velo"],
        "broader": REPAIR, "inScheme": listings.SCHEME,
        "exactMatch": ["http://www.wikidata.org/entity/Q11442"],
    }  # fmt: skip
    assert await alder.read(alder.registry.document, REPAIR, ANONYMOUS) is None


# In the browser -----------------------------------------------------------------------------


@pytest.mark.sqlite
async def test_cards_search_and_hashtags_know_a_topic_of_our_own(
    alder: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    bikes = await add(alder, "Bicycles", REPAIR, also=("Velo-Küche",))
    key = bikes.rpartition("/")[2]
    await offer(alder, ana, bikes, "On Sundays", reach="public")
    hers, visitor = await browse(alder, "ana"), await browse(alder)

    for words, there in (
        ("bicycles", True), ("velo kuche", True), ("repair sundays", True), ("gardening", False),
    ):  # fmt: skip
        found = (await hers.get("/search", params={"q": words})).text
        assert ("On Sundays" in found) is there, words
    for tag, there in (("Bicycles", True), ("VeloKüche", True), ("Repair", True), ("food", False)):
        assert ("On Sundays" in (await visitor.get(f"/tags/{tag}")).text) is there, tag

    assert "Repair: Bicycles" in (await hers.get("/me/profile/skill")).text
    card = {"name": "Spokes", "topic": key, "level": "skilled", "engagement": ["do"], "text": "",
            "reach": "public"}  # fmt: skip
    await hers.post("/me/profile/skill", card)
    (kept,) = await alder.read(profiles.all_of, ana.id)
    said = await alder.read(alder.registry.document, kept.id, ANONYMOUS)
    assert (kept.concept, said.skill.id) == (bikes, REPAIR)
    await alder.write(topics.retire, await keeper(alder), bikes)
    assert "Repair: Bicycles" not in (await hers.get("/me/profile/skill")).text
    assert "Repair: Bicycles" in (await hers.get(f"/me/profile/skill/{kept.slug}")).text


@pytest.mark.sqlite
async def test_topics_in_the_browser(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    keeps, reads = await browse(alder, "keeper"), await browse(alder, "ana")
    assert (await reads.get("/desk/topics")).status_code == 403
    for path in ("/desk/topics/nothing", "/desk/topics/%00"):
        assert (await keeps.get(path)).status_code == 404
    new = "/desk/topics/new?under=gardening"
    sent = {"label_en": "Seeds & 100% old", "label_de": "Saatgut", "broader": "gardening",
            "also": "seedlings, Samen\nsemences", "same": "", "place": "5"}  # fmt: skip
    for wrong, told in (
        ({"label_en": ""}, "Fill this in"), ({"label_en": "<b>"}, "Leave the signs"),
        ({"broader": "nothing"}, "Choose one of these"), ({"same": "a:1"}, "web addresses"),
        ({"also": "x" * 41}, "Shorten it"), ({"also": "\n".join(map(str, range(21)))}, "enough"),
    ):  # fmt: skip
        answer = await keeps.post("/desk/topics", {**sent, **wrong}, form=new)
        assert (answer.status_code, told in answer.text) == (422, True), told
    await keeps.post("/desk/topics", sent, form=new)
    twice = await keeps.post("/desk/topics", sent, form=new)
    assert (twice.status_code, "is called so" in twice.text) == (422, True)
    (one,) = (await load(alder)).beside(concept("gardening"))
    assert "Gardening: Seeds &amp; 100% old" in (await keeps.get("/desk/topics")).text
    assert one.also == ["seedlings", "Samen", "semences"]

    form = (await reads.get("/l/new?purpose=offer")).text
    assert "Gardening: Seeds &amp; 100% old" in form
    notice = {"title": "Tomato seeds", "topic": one.key, "kind": "give", "reach": "community",
              "terms": "gift", "purpose": "offer", "until": "1 December"}  # fmt: skip
    made = await reads.post("/l/new", notice, form="/l/new?purpose=offer")
    assert f'href="/board?topic={one.key}"' in made.text
    assert "Seeds &amp; 100% old" in (await reads.get("/flow")).text
    await keeps.post(f"/desk/topics/{one.key}/retire", {}, form=f"/desk/topics/{one.key}")
    assert "100% old" not in (await reads.get("/l/new?purpose=offer")).text
    assert "100% old" in (await reads.get(f"{made.url.path}/edit")).text
    assert "100% old" in (await reads.get(made.url.path)).text
    kept = await reads.post(f"{made.url.path}/edit", {**notice, "title": "Tomato and bean seeds"})
    assert kept.status_code == 200
    (held,) = await alder.read(listings.open_listings, Viewer(account=ana, role="member"),
                               alder.now())  # fmt: skip
    assert held.concept == one.id
    await keeps.post(f"/desk/topics/{one.key}/retire", {}, form=f"/desk/topics/{one.key}")
    assert (await load(alder)).topics[one.id].retired is None
    named = {"label_en": "Growing", "broader": "top", "also": "", "same": "", "place": "0"}
    await keeps.post("/desk/topics/gardening", named)
    assert "Growing: Seeds" in (await reads.get(made.url.path)).text


async def test_what_nobody_offers_any_more_can_still_be_read(alder: Node) -> None:
    ana = await person(alder, "ana")
    notice = await offer(alder, ana, "nothing at all", "Bread")
    assert (notice.concept, notice.topics) == (None, (concept("kind-service"),))
    assert await alder.read(posting.queries.by_id, notice.id, Viewer(account=ana, role="member"))
