"""Profiles: cards with a reach each, on the page, on the wire and at another node."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

import federation
from federation import resolving
from federation.finding import lookup
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules import accounts, follows, listings, moderation, pictures, profiles
from node.modules.accounts import api as members
from node.modules.follows import api as following
from node.modules.listings import api as listed
from node.modules.profiles import api, changing, elsewhere, pages, public, queries, rules, writing
from node.modules.profiles.changing import Draft
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules.neighbours import neighbours
from vocab import schemas
from vocab import wire as wires

MODULES = [
    federation.module, accounts.module, follows.module, moderation.module, listings.module,
    pictures.module,
    profiles.module,
]  # fmt: skip
TRUSTING = [*MODULES, neighbours("https://alder.test/service", "https://birch.test/service")]
MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]
JSON = {"accept": "application/activity+json"}
REPAIR = "https://w3id.org/commons-node/concepts#repair"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=TRUSTING)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=TRUSTING)


@pytest.fixture
async def cedar(make_node: MakeNode) -> Node:
    return await make_node("cedar", modules=[*MODULES, neighbours()])


DRAFTS = {
    Kind.GIFT: Draft(name="Turning conflict into design", text="I find the shape.", lang="en"),
    Kind.SKILL: Draft(
        name="Bicycle repair", concept=REPAIR, level="learning", engagement=["do", "teach"]
    ),
    Kind.ASSET: Draft(
        name="Workshop", text="Warm, with a stand.", concept=REPAIR, terms=["lend", "timeCredit"]
    ),
    Kind.MISSION: Draft(name="No bicycle is thrown away", concept=REPAIR),
}


async def add(node: Node, who: Account, kind: Kind, **other: Any) -> Facet:
    draft = Draft(**{**vars(DRAFTS[kind]), **other})
    return await node.write(changing.add, who.id, kind, draft)


async def everything(node: Node, who: Account) -> dict[tuple[str, str], Facet]:
    """A skill of every reach, and one each of the other kinds for all."""
    made = {}
    for reach in ("community", "trusted", "public"):
        name = f"Skill {reach}"
        made["skill", reach] = await add(node, who, Kind.SKILL, name=name, reach=reach)
    for kind in (Kind.GIFT, Kind.ASSET, Kind.MISSION):
        made[kind, "public"] = await add(node, who, kind, reach="public")
    return made


# On the wire --------------------------------------------------------------------------------


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("reach", ["trusted", "public"])
async def test_a_card_leaves_as_the_vocabulary_says(alder: Node, kind: Kind, reach: str) -> None:
    ana = await person(alder, "ana")
    one = await add(alder, ana, kind, reach=reach, matched=True)

    said = writing.said(one, alder.community, await alder.read(listed.topics))
    document = wires.dump(said)

    schemas.outgoing(document)
    assert wires.load(document, alder.registry.types) == said
    assert document["attributedTo"] == ana.id
    assert document["handling"] == ("public" if reach == "public" else "trustedPeers")
    assert document["matchScope"] == ("public" if reach == "public" else "trustedPeers")
    assert one.id.startswith("https://alder.test/o/")


async def test_a_skill_reads_like_the_example(alder: Node) -> None:
    ana = await person(alder, "ana")
    one = await add(alder, ana, Kind.SKILL, reach="public")

    document = wires.dump(writing.said(one, alder.community, await alder.read(listed.topics)))

    assert document["skill"] == {
        "id": REPAIR,
        "type": "Concept",
        "prefLabel": "repair",
        "inScheme": "https://w3id.org/commons-node/concepts",
    }
    assert (document["proficiency"], document["engagement"]) == ("learning", ["do", "teach"])
    assert document["matchScope"] == "localOnly"


async def test_the_actor_shows_public_cards_alone(alder: Node) -> None:
    ana = await person(alder, "ana")
    await everything(alder, ana)
    await add(alder, ana, Kind.GIFT, reach="public", name="Design & rest")

    added = await alder.read(public.on_actor, ana, alder.now())

    assert added["facets"] == f"{ana.id}/facets"
    assert [(one.name, one.value) for one in added["attachment"]] == [
        ("Gift", "Design &amp; rest"),
        ("Skills", "Skill public (learning)"),
    ]


async def test_who_shows_nothing_has_no_fields(alder: Node) -> None:
    ana = await person(alder, "ana")
    await add(alder, ana, Kind.GIFT, reach="trusted")

    assert await alder.read(public.on_actor, ana, alder.now()) == {"facets": f"{ana.id}/facets"}


# Who sees which -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looking", "seen"),
    [
        ("anonymous", {"public"}),
        ("stranger", {"public"}),
        ("trusted", {"trusted", "public"}),
        ("member", {"community", "trusted", "public"}),
        ("owner", {"community", "trusted", "public"}),
    ],
)
async def test_each_sees_the_cards_that_are_for_them(
    alder: Node, birch: Node, looking: str, seen: set[str]
) -> None:
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    ben = await person(birch, "ben")
    viewer = {
        "anonymous": ANONYMOUS,
        "stranger": Viewer(account=ben),
        "trusted": Viewer(trusted=True),
        "member": Viewer(account=eve, role="member"),
        "owner": Viewer(account=ana, role="member"),
    }[looking]
    for reach in ("community", "trusted", "public"):
        await add(alder, ana, Kind.SKILL, reach=reach)

    page = await alder.read(pages.portrait, ana, viewer, alder.now())
    fetched = await alder.read(public.facets, ana, viewer, None, 20, alder.now())
    documents = {
        one.reach: await alder.read(public.document, one.id, viewer)
        for one in await alder.read(queries.all_of, ana.id)
    }

    assert {one.reach for one in page.facets} == seen
    assert fetched.total == len(seen - {"community"})
    assert {reach for reach, said in documents.items() if said} == seen - {"community"}


async def test_see_as_public_is_what_an_anonymous_fetch_gives(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    await everything(alder, ana)
    visitor = await browse(alder)

    seen = await alder.read(pages.portrait, ana, pages.AS["public"], alder.now())
    fetched = (await visitor.get("/u/ana/facets", headers=JSON)).json()
    shown = {one["id"]: one for one in fetched["orderedItems"]}

    assert fetched["totalItems"] == len(seen.facets) == len(shown) == 4
    for one in seen.facets:
        there = shown[one.id]
        assert there["name"] == one.name
        assert there.get("content", "") == wires.dump(
            writing.said(one, alder.community, await alder.read(listed.topics))
        ).get("content", "")
        assert there.get("proficiency") == one.level
        assert there.get("engagement", []) == list(one.engagement)
        assert there.get("sharingTerms", []) == list(one.terms)
        topic = there.get("skill", {}).get("id") or there.get("conformsTo")
        assert (topic or next(iter(there.get("seeks", [])), None)) == one.concept
        assert there["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
    actor = (await visitor.get("/u/ana", headers=JSON)).json()
    assert [field["name"] for field in actor["attachment"]] == ["Gift", "Skills"]


@pytest.mark.parametrize("seen_as", ["public", "trusted"])
async def test_the_page_seen_as_another_is_that_others_page(
    alder: Node, browse: Browse, seen_as: str
) -> None:
    ana = await person(alder, "ana")
    await everything(alder, ana)
    hers, visitor = await browse(alder, "ana"), await browse(alder)

    page = (await hers.get(f"/@ana?as={seen_as}")).text
    outside = (await visitor.get("/@ana")).text

    assert ("Skill trusted" in page) == (seen_as == "trusted")
    assert "Skill public" in page
    assert "Skill community" not in page
    if seen_as == "public":
        assert cards_of(page) == cards_of(outside)


def cards_of(page: str) -> str:
    return page[page.index('<div class="side gap">') : page.index("<aside")]


async def test_nobody_else_can_look_as_another(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    await person(alder, "eve")
    await everything(alder, ana)
    visitor, eve = await browse(alder), await browse(alder, "eve")

    assert "Skill trusted" not in (await visitor.get("/@ana?as=trusted")).text
    assert "Skill community" in (await eve.get("/@ana?as=public")).text


async def test_what_a_keeper_hides_leaves_the_page_and_the_wire(alder: Node) -> None:
    ana = await person(alder, "ana")
    one = await add(alder, ana, Kind.GIFT, reach="public")
    keeper = (await alder.read(members.admins))[0]

    await alder.write(moderation.api.hide, one.id, by=keeper.id, reason="It is an advertisement.")

    for viewer in (ANONYMOUS, Viewer(account=ana), Viewer(account=ana, role="member")):
        assert await alder.read(public.document, one.id, viewer) is None
        assert not (await alder.read(pages.portrait, ana, viewer, alder.now())).facets
    assert "attachment" not in await alder.read(public.on_actor, ana, alder.now())


# Changes ------------------------------------------------------------------------------------


async def test_a_second_gift_takes_the_place_of_the_first(alder: Node) -> None:
    ana = await person(alder, "ana")
    first = await add(alder, ana, Kind.GIFT)

    second = await add(alder, ana, Kind.GIFT, name="Another sentence")

    assert second.id == first.id
    assert [one.name for one in await alder.read(queries.all_of, ana.id)] == ["Another sentence"]


async def test_only_its_owner_changes_a_card(alder: Node) -> None:
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    one = await add(alder, ana, Kind.SKILL)

    with pytest.raises(Missing):
        await alder.write(changing.change, eve.id, one.id, DRAFTS[Kind.SKILL])
    with pytest.raises(Missing):
        await alder.write(changing.remove, eve.id, one.id)

    assert len(await alder.read(queries.all_of, ana.id)) == 1


async def test_only_members_have_cards(alder: Node, birch: Node) -> None:
    ben = await person(birch, "ben")

    with pytest.raises(Refused, match="E_MEMBERS_ONLY"):
        await add(alder, ben, Kind.SKILL)


def fill(unit: Any, who: str) -> None:
    for _ in range(rules.MOST):
        changing.add(unit, who, Kind.SKILL, DRAFTS[Kind.SKILL])


async def test_a_profile_holds_only_so_much(alder: Node) -> None:
    ana = await person(alder, "ana")
    await alder.write(fill, ana.id)

    with pytest.raises(Conflict):
        await add(alder, ana, Kind.SKILL)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("community", "trusted", False),
        ("community", "public", True),
        ("public", "public", True),
        ("public", "community", True),
        ("trusted", "community", False),
    ],
)
async def test_followers_hear_of_what_is_public(
    alder: Node, cedar: Node, wire: Wire, before: str, after: str, told: bool
) -> None:
    ana, ben = await person(alder, "ana"), await person(cedar, "ben")
    one = await add(alder, ana, Kind.GIFT, reach=before)
    met = await resolving.account(cedar, ana.id)
    await cedar.write(following.follow, ben, met)
    await settle(alder, cedar)
    wire.seen.clear()

    draft = Draft(**{**vars(DRAFTS[Kind.GIFT]), "name": "Now so", "reach": after})
    await alder.write(changing.change, ana.id, one.id, draft)
    await settle(alder, cedar)

    letters = [json.loads(body) for _, url, body in wire.seen if url.endswith("inbox")]
    assert [letter["type"] for letter in letters] == (["Update"] if told else [])
    known = await cedar.account(ana.id)
    assert known is not None
    fields = dict(elsewhere.said_fields(known.document))
    assert (fields.get("Gift") == "Now so") == (after == "public")


async def test_who_leaves_takes_their_cards_along(alder: Node) -> None:
    ana = await person(alder, "ana")
    made = await everything(alder, ana)

    await alder.write(accounts.leaving.leave, ana.id)

    assert await alder.read(queries.all_of, ana.id) == []
    gift = made[Kind.GIFT, "public"]
    assert await alder.read(public.document, gift.id, ANONYMOUS) is None


async def test_the_download_holds_them(alder: Node) -> None:
    ana = await person(alder, "ana")
    await everything(alder, ana)

    held = await alder.read(public.export, ana.id)

    assert len(held["cards"]) == 6
    json.dumps(held)


# At another node ----------------------------------------------------------------------------


@pytest.mark.parametrize(("there", "seen"), [("birch", True), ("cedar", False)])
async def test_a_trusted_node_shows_its_members_more(
    alder: Node, birch: Node, cedar: Node, browse: Browse, there: str, seen: bool
) -> None:
    node = {"birch": birch, "cedar": cedar}[there]
    ana = await person(alder, "ana", display="Ana")
    await everything(alder, ana)
    await person(node, "ben")
    await lookup(node, "@ana@alder.test")
    ben, visitor = await browse(node, "ben"), await browse(node)

    page = await ben.get("/@ana@alder.test")

    assert page.status_code == 200
    assert "Turning conflict into design" in page.text
    assert "Skill public" in page.text
    assert ("Skill trusted" in page.text) == seen
    assert "Skill community" not in page.text
    assert (await visitor.get("/@ana@alder.test")).status_code == 404


async def test_what_is_all_in_one_line_stands_there_once(
    alder: Node, cedar: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana", display="Ana")
    await add(alder, ana, Kind.GIFT, reach="public", name="I mend < & sew", text="")
    await person(cedar, "ben")
    await lookup(cedar, "@ana@alder.test")

    page = (await (await browse(cedar, "ben")).get("/@ana@alder.test")).text

    assert page.count("I mend &lt; &amp; sew") == 1


async def test_a_node_that_is_away_costs_only_its_cards(
    alder: Node, cedar: Node, browse: Browse, wire: Wire, clock: Clock
) -> None:
    ana = await person(alder, "ana", display="Ana")
    await add(alder, ana, Kind.GIFT, reach="public")
    await person(cedar, "ben")
    await lookup(cedar, "@ana@alder.test")
    wire.away.add(alder.origin)
    ben = await browse(cedar, "ben")

    page = await ben.get("/@ana@alder.test")

    assert page.status_code == 200
    assert "Turning conflict into design" in page.text


async def test_cards_of_somebody_else_are_not_believed(alder: Node, cedar: Node) -> None:
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    await add(alder, ana, Kind.GIFT, reach="public")
    met = await resolving.account(cedar, eve.id)
    forged = {**(met.document or {}), "facets": f"{ana.id}/facets"}
    liar = type(met)(**{**vars(met), "document": forged})

    assert await elsewhere.cards(cedar, liar) == ()


# For matching -------------------------------------------------------------------------------


async def test_only_what_its_owner_allows_is_matched_elsewhere(alder: Node) -> None:
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    quiet = await add(alder, ana, Kind.SKILL)
    hidden = await add(alder, ana, Kind.SKILL, matched=True)
    await add(alder, eve, Kind.ASSET, matched=True, concept="https://w3id.org/x#music")
    here = listings.api.HERE

    local = await alder.read(api.candidates, here, concepts=[REPAIR])
    abroad = await alder.read(api.candidates, here, concepts=[REPAIR], scopes=["trustedPeers"])
    others = await alder.read(api.candidates, here, concepts=[REPAIR], but=ana.id)

    assert {one.id for one in local} == {quiet.id, hidden.id}
    assert [one.id for one in abroad] == [hidden.id]
    assert others == []


# The pages ----------------------------------------------------------------------------------


async def test_a_gift_by_three_questions(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    assert "Say in one sentence what you like to give" in (await ana.get("/")).text

    asked = await ana.post("/me/profile/guide", {"first": "Read a lease", "second": "Listened"})
    assert "Read a lease" in asked.text
    saved = await ana.post(
        "/me/profile/gift", {"name": "I help by reading", "text": "", "reach": "public"}
    )

    assert "I help by reading" in saved.text
    assert "Say in one sentence what you like to give" not in (await ana.get("/")).text
    assert "Read a lease" not in (await ana.get("/me/profile/gift")).text
    again = await ana.post("/me/profile/guide", {"first": "Filled in a form"})
    assert "Filled in a form" in again.text
    assert "I help by reading" in again.text
    visitor = await browse(alder)
    assert "I help by reading" in (await visitor.get("/@ana")).text


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("skill", {"name": "Welding", "topic": "repair", "level": "skilled", "engagement": ["do"]}),
        ("asset", {"name": "Ladder", "topic": "tool-sharing", "terms": ["lend", "gift"]}),
        ("mission", {"name": "No bicycle is thrown away"}),
    ],
)
async def test_every_card_can_be_made_changed_and_taken_away(
    alder: Node, browse: Browse, kind: str, data: dict[str, Any]
) -> None:
    who = await person(alder, "ana")
    ana = await browse(alder, "ana")
    form = {**data, "text": "", "reach": "trusted", "matched": "yes"}

    await ana.post(f"/me/profile/{kind}", form)
    (made,) = await alder.read(queries.all_of, who.id)
    await ana.post(f"/me/profile/{kind}/{made.slug}", {**form, "name": "Changed"})
    (changed,) = await alder.read(queries.all_of, who.id)
    await ana.post(
        "/me/profile/remove", {"card": made.slug}, form=f"/me/profile/{kind}/{made.slug}"
    )

    assert (made.name, made.reach, made.match_scope) == (data["name"], "trusted", "trustedPeers")
    assert (changed.id, changed.name) == (made.id, "Changed")
    assert await alder.read(queries.all_of, who.id) == []


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("name", "", "Fill this in."),
        ("name", "x" * 201, "1 characters too long"),
        ("name", "<i>Welding</i>", "Leave the signs &lt; and &gt; away."),
        ("text", "x" * 2001, "1 characters too long"),
        ("topic", "", "Choose one."),
        ("topic", "nonsense", "Choose one of these."),
        ("level", "wizard", "Choose one of these."),
        ("engagement", "", "Choose one."),
        ("reach", "everybody", "Choose one of these."),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    alder: Node, browse: Browse, field: str, bad: str, sentence: str
) -> None:
    who = await person(alder, "ana")
    ana = await browse(alder, "ana")
    form = {"name": "Welding", "text": "Gas, not arc.", "topic": "repair", "level": "skilled",
            "engagement": ["do"], "reach": "community"}  # fmt: skip

    shown = await ana.post("/me/profile/skill", {**form, field: bad})

    assert shown.status_code == 422
    assert sentence in shown.text
    assert ("Gas, not arc." if field != "text" else "Welding") in shown.text
    assert await alder.read(queries.all_of, who.id) == []


async def test_a_card_of_somebody_else_looks_as_if_it_were_not_there(
    alder: Node, browse: Browse
) -> None:
    who = await person(alder, "ana")
    await person(alder, "eve")
    one = await add(alder, who, Kind.SKILL, reach="public")
    eve = await browse(alder, "eve")

    assert (await eve.get(f"/me/profile/skill/{one.slug}")).status_code == 404
    assert (await eve.get("/me/profile/skill/nothing")).status_code == 404
    assert (await eve.get("/me/profile/nonsense")).status_code == 404


async def test_everybody_stands_on_the_page_of_people(alder: Node, browse: Browse) -> None:
    who = await person(alder, "ana", display="Ana")
    gone = await person(alder, "zoe", display="Zoe")
    await add(alder, who, Kind.GIFT)
    await alder.write(members.suspend, gone.id)
    keeper, visitor = await browse(alder, "keeper"), await browse(alder)

    page = (await keeper.get("/people")).text

    assert "Ana" in page
    assert "Turning conflict into design" in page
    assert "Zoe" not in page
    assert (await visitor.get("/people")).status_code == 403


async def test_names_that_lead_elsewhere(alder: Node, browse: Browse) -> None:
    visitor, keeper = await browse(alder), await browse(alder, "keeper")

    assert (await visitor.get("/@alder")).url.path == "/public"
    assert (await visitor.get("/@nobody")).status_code == 404
    assert (await keeper.get("/@nobody@birch.test")).status_code == 404
    assert (await keeper.get("/@keeper@alder.test")).status_code == 200
    assert (await visitor.get("/me/profile")).status_code == 403


async def test_a_card_that_could_not_leave_is_refused_before_it_is_kept(alder: Node) -> None:
    ana = await person(alder, "ana")
    bare = Draft(name="Facilitation", reach="public")

    with pytest.raises(Invalid):
        await alder.write(changing.add, ana.id, "skill", bare)

    whole = replace(
        bare, concept="https://w3id.org/commons-node/concepts#facilitation", engagement=["do"]
    )
    made = await alder.write(changing.add, ana.id, "skill", whole)
    kept = await alder.read(queries.all_of, ana.id)
    assert [one.id for one in kept] == [made.id]
