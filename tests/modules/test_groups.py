"""The community as a group: what is put before it, to whom it goes in which form, what it keeps."""

import json
from datetime import timedelta
from typing import Any

import pytest

import federation
from node.kernel.access import Viewer
from node.kernel.module import Module
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules import accounts, follows, groups, moderation, notes, pictures, reactions
from node.modules.accounts import api as people
from node.modules.groups import announcing, jobs, pinning, queries, rules
from node.modules.groups.queries import Manners
from node.modules.groups.rules import Fate, State, Who
from node.modules.moderation import api as moderating
from node.modules.notes import queries as posts
from node.modules.notes import writing
from node.modules.notes.writing import Draft
from tests.conftest import Browser, Wire, person, settle
from tests.federation.strangers import PUBLIC, Actor, Server
from tests.modules.strange import MakeNode, Stage, follow

MODULES: list[Module] = [federation.module, accounts.module, follows.module, moderation.module,
                         pictures.module, reactions.module, notes.module,
                         groups.module]  # fmt: skip
INFO = "http://nodeinfo.diaspora.software/ns/schema/2.0"


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return Stage(await make_node("alder", modules=MODULES), wire)


def program(server: Server, name: str) -> None:
    """Let a server say by NodeInfo what it is."""
    link = {"rel": INFO, "href": f"{server.origin}/nodeinfo/2.0"}
    server.pages[f"{server.origin}/.well-known/nodeinfo"] = {"links": [link]}
    server.pages[link["href"]] = {"version": "2.0", "software": {"name": name, "version": "1"}}


async def keeping(node: Node) -> Account:
    """Whoever founded the node, and keeps it."""
    found = await node.read(people.by_handle, "keeper")
    who = await node.account(found.id)
    assert who is not None
    return who


async def follower(here: Stage, name: str, software: str) -> Actor:
    """Somebody at a server of their own who follows the community."""
    server = here.server(f"{name}.test")
    program(server, software)
    who = here.actor(server, name)
    us = here.node.community.id
    await here.node.write(daily)
    assert await here.hear(who, who.says("Follow", us, to=[us])) == ("done", None)
    server.received.clear()
    return who


def daily(unit: Unit) -> None:
    """As at every node that runs: all servers are asked once a day, and today's turn is over."""
    unit.later("groups.look", due=unit.now + timedelta(days=1), once="groups.look")


async def kept(here: Stage, who: Who, *, held: bool) -> None:
    ben = await keeping(here.node)
    manners = Manners(who=who, held=held)
    await here.node.write(announcing.arrange, manners, openly=False, by=ben.id)
    await settle(here.node)
    for app in here.wire.apps.values():
        if isinstance(app, Server):
            app.received.clear()


def heard(who: Actor, *kinds: str) -> list[dict[str, Any]]:
    return [one for one in who.server.received if one["type"] in (kinds or ("Announce",))]


def put(who: Actor, us: str, name: str = "1", **more: Any) -> dict[str, Any]:
    """A post that names the community, as Mastodon writes it."""
    tag = [{"type": "Mention", "href": us, "name": "@alder@alder.test"}]
    post = who.note(name, cc=[us, f"{us}/followers"], tag=tag, **more)
    who.server.pages[post["id"]] = post
    return post


async def state(here: Stage, post: str) -> State | None:
    found = await here.node.read(queries.found, post)
    return found.state if found else None


# Rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "is_", "held", "becomes"),
    [
        ("keepers", "member", False, "left"),
        ("keepers", "keeper", True, "shown"),
        ("members", "member", True, "shown"),
        ("members", "follower", False, "left"),
        ("followers", "follower", False, "shown"),
        ("followers", "follower", True, "waits"),
        ("followers", "stranger", False, "left"),
        ("anybody", "stranger", False, "shown"),
        ("anybody", "stranger", True, "waits"),
        ("anybody", "silenced", False, "waits"),
        ("anybody", "often", False, "waits"),
    ],
)
def test_what_becomes_of_a_post(who: str, is_: str, held: bool, becomes: str) -> None:
    said = {
        "keeper": is_ == "keeper",
        "member": is_ in ("keeper", "member"),
        "follower": is_ == "follower",
        "silenced": is_ == "silenced",
        "often": is_ == "often",
    }

    assert rules.fate(Who(who), held=held, **said) is Fate(becomes)


# Two forms --------------------------------------------------------------------------------------


async def test_a_post_that_names_the_community_goes_to_each_follower_in_their_form(
    here: Stage,
) -> None:
    lena, max_ = await follower(here, "lemmy", "lemmy"), await follower(here, "mast", "mastodon")
    await kept(here, Who.FOLLOWERS, held=False)
    us = here.node.community.id
    post = put(max_, us)

    create = max_.says("Create", post, cc=[us])
    assert (await here.twice(max_, create)) == ("done", None)

    (by_act,), (by_id,) = heard(lena), heard(max_)
    assert by_act["object"] == create
    assert by_id["object"] == post["id"]
    assert by_act["id"] != by_id["id"]
    for one in (by_act, by_id):
        assert (one["actor"], one["to"]) == (us, [PUBLIC])
        assert f"{us}/followers" in one["cc"]
        assert (await asked(here, one["id"]))["object"] == one["object"]
    assert (await here.node.read(posts.stored, post["id"])).audience == us
    outbox = await asked(here, f"{us}/outbox")
    assert [one["object"] for one in outbox["orderedItems"]] == [post["id"]]


async def asked(here: Stage, id: str) -> dict[str, Any]:
    answer = await Browser(here.node, here.wire.apps[here.node.origin]).get(
        id.removeprefix(here.node.origin), headers={"accept": "application/activity+json"}
    )
    return dict(answer.json()) if answer.content else {}


async def test_changes_answers_and_the_end_go_on_in_the_same_forms(here: Stage) -> None:
    lena, max_ = await follower(here, "lemmy", "lemmy"), await follower(here, "mast", "mastodon")
    await kept(here, Who.FOLLOWERS, held=False)
    us = here.node.community.id
    post = put(max_, us)
    await here.hear(max_, max_.says("Create", post))
    first = heard(max_)[0]

    said = [
        max_.says("Update", {**post, "content": "<p>b</p>", "updated": "2026-11-20T10:00:00Z"}),
        lena.says("Create", lena.note("2", inReplyTo=post["id"], cc=[max_.id])),
        lena.says("Like", post["id"], audience=us, to=[us]),
    ]
    said.append(lena.says("Undo", said[2], audience=us, to=[us]))
    said.append(max_.says("Delete", {"id": post["id"], "type": "Tombstone"}))
    for one in said:
        who = max_ if one["actor"] == max_.id else lena
        assert await here.hear(who, one) == ("done", None)

    assert [one["object"] for one in heard(lena)[1:]] == said
    assert heard(max_) == [first]
    (undo,) = heard(max_, "Undo")
    assert undo["object"]["id"] == first["id"]
    assert await asked(here, first["id"]) == {} or (await asked(here, first["id"])).get("status")
    assert await state(here, post["id"]) is State.OUT


async def test_members_put_posts_and_answers_before_the_community(here: Stage) -> None:
    lena, max_ = await follower(here, "lemmy", "lemmy"), await follower(here, "mast", "mastodon")
    ana = await person(here.node, "ana")
    us, origin = here.node.community.id, here.node.origin
    draft = Draft(text="The tap is on.", reach="public", people={}, group=True)

    slug = await here.node.write(writing.post, ana, draft)
    await settle(here.node)
    answer = Draft(text="And warm.", reach="public", people={}, parent=f"{origin}/o/{slug}")
    await here.node.write(writing.post, ana, answer)
    own = Draft(text="Just mine.", reach="public", people={})
    await here.node.write(writing.post, ana, own)
    await settle(here.node)

    first, second = heard(lena)
    assert first["object"]["object"]["audience"] == us
    assert second["object"]["object"]["inReplyTo"] == f"{origin}/o/{slug}"
    assert [one["object"] for one in heard(max_)] == [f"{origin}/o/{slug}"]


async def test_what_may_not_is_not_shown(here: Stage) -> None:
    """A stranger, an answer out of nowhere, a private word, one not to be passed on."""
    max_ = await follower(here, "mast", "mastodon")
    bob = here.actor(here.server("elm.test"), "bob")
    await kept(here, Who.FOLLOWERS, held=False)
    us = here.node.community.id
    ana = await person(here.node, "ana")
    above = await here.node.write(
        writing.post, ana, Draft(text="Just mine.", reach="public", people={})
    )

    cases = [
        (bob, put(bob, us)),
        (max_, put(max_, us, "2", inReplyTo=f"{here.node.origin}/o/{above}")),
        (max_, {**put(max_, us, "3"), "to": [us], "cc": []}),
        (max_, put(max_, us, "5", interactionPolicy={"canAnnounce": {"always": [max_.id]}})),
    ]
    for who, post in cases:
        await here.hear(who, who.says("Create", post, to=post["to"]))
        assert await state(here, post["id"]) is None, post
    good = put(max_, us, "4")
    await here.hear(max_, max_.says("Create", good))
    assert await state(here, good["id"]) is State.SHOWN


async def test_a_keeper_looks_first(here: Stage) -> None:
    """Held, looked at in the browser, shown or left; who was blocked meanwhile is never shown."""
    max_ = await follower(here, "mast", "mastodon")
    await kept(here, Who.ANYBODY, held=True)
    us = here.node.community.id
    one, two, three = (put(max_, us, name) for name in "123")
    for post in (one, two, three):
        await here.hear(max_, max_.says("Create", post))
    assert {await state(here, post["id"]) for post in (one, two, three)} == {State.WAITS}
    assert heard(max_) == []
    browser = Browser(here.node, here.wire.apps[here.node.origin])
    await browser.sign_in("keeper")
    page = await browser.get("/desk/group")
    assert page.text.count('value="show"') == 3

    for post, say in ((one, "show"), (two, "leave")):
        sent = {"about": post["id"], "say": say, "next": "desk"}
        assert (await browser.post("/group/post", sent, form="/desk/group")).status_code == 200
    await settle(here.node)

    assert [act["object"] for act in heard(max_)] == [one["id"]]
    assert await state(here, two["id"]) is State.DECLINED
    by = (await here.node.read(people.by_handle, "keeper")).id
    await here.node.write(moderating.block_for, await here.node.read(people.community_account),
                          max_.id, is_host=False)  # fmt: skip
    with pytest.raises(Exception, match="E_GONE"):
        await here.node.write(announcing.admit, three["id"], by=by)
    assert [act["object"] for act in heard(max_)] == [one["id"]]


async def test_a_post_is_taken_out_and_its_answers_locked(here: Stage) -> None:
    lena, max_ = await follower(here, "lemmy", "lemmy"), await follower(here, "mast", "mastodon")
    await kept(here, Who.FOLLOWERS, held=False)
    us, by = here.node.community.id, (await here.node.read(people.by_handle, "keeper")).id
    post = put(max_, us)
    await here.hear(max_, max_.says("Create", post))

    await here.node.write(announcing.lock, post["id"], by=by, locked=True)
    late = lena.note("2", inReplyTo=post["id"])
    await here.hear(lena, lena.says("Create", late))
    assert await state(here, late["id"]) is None
    await here.node.write(announcing.take_out, post["id"], by=by, reason="It is off our street.")
    await settle(here.node)

    assert [act["object"]["type"] for act in heard(lena)] == ["Create", "Lock", "Delete"]
    assert [act["object"]["object"] for act in heard(max_, "Undo")] == [post["id"]]
    stored = await here.node.read(posts.stored, post["id"])
    assert (stored.audience, stored.deleted) == (None, None)
    await jobs.tidy(here.node)
    assert await here.node.read(queries.with_words) == []


# No circles, nothing forged -----------------------------------------------------------------------


async def test_three_groups_that_follow_each_other_do_not_go_round(
    make_node: MakeNode, wire: Wire
) -> None:
    """O12: each group announces one post at most once, whoever hands it on."""
    nodes = [await make_node(name, modules=MODULES) for name in ("alder", "birch", "cedar")]
    from federation import resolving
    from node.modules.follows import api as following

    for node in nodes:
        us = await node.read(people.community_account)
        for other in nodes:
            if other is not node:
                them = await resolving.account(node, other.community.id)
                await node.write(following.follow, us, them)
        await settle(*nodes)
    for node in nodes:
        keeper = await keeping(node)
        manners = Manners(who=Who.ANYBODY, held=False)
        await node.write(announcing.arrange, manners, openly=False, by=keeper.id)
    await settle(*nodes)
    ana = await person(nodes[0], "ana")
    named = {}
    for node in nodes[1:]:
        them = await resolving.account(nodes[0], node.community.id)
        named[them.handle, them.domain] = them
    wire.seen.clear()

    text = "To all of you: " + " ".join(f"@{h}@{d}" for h, d in named)
    draft = Draft(text=text, reach="public", people=named, group=True)
    await nodes[0].write(writing.post, ana, draft)
    await settle(*nodes)

    told = [json.loads(body) for method, _, body in wire.seen if method == "POST"]
    announced = [one for one in told if one["type"] == "Announce"]
    assert {one["actor"] for one in announced} == {node.community.id for node in nodes}
    forms = {one["id"]: (one["actor"], isinstance(one["object"], dict)) for one in announced}
    assert len(set(forms.values())) == len(forms)
    # the context of a proof would have the one inside refused by who reads JSON-LD strictly
    assert all(("proof" in one) is isinstance(one["object"], str) for one in announced)
    assert len(told) <= 12


async def test_a_group_is_believed_about_itself_only(here: Stage) -> None:
    """O07, S17: what a group hands on is as its author's own server shows it, or it is nothing."""
    lem, elm, fen = (here.server(f"{name}.test") for name in ("lem", "elm", "fen"))
    club, bob, eve = here.actor(lem, "club"), here.actor(elm, "bob"), here.actor(fen, "eve")
    lem.pages[club.id]["type"] = "Group"
    await follow(here, "ana", club)
    real = bob.note("1", cc=[club.id], audience=club.id)
    elm.pages[real["id"]] = real
    forged = {**real, "content": "<p>FORGED</p>"}
    other = bob.note("2", cc=[club.id])
    elsewhere = {**club.note("3", cc=[club.id]), "attributedTo": bob.id}

    for thing in (forged, other, elsewhere):
        inner = bob.says("Create", thing, cc=[club.id])
        await here.hear(club, club.says("Announce", inner, cc=[f"{club.id}/followers"]))
    stored = await here.node.read(posts.stored, real["id"])
    assert (stored.content, stored.audience) == (real["content"], club.id)
    for thing in (other, elsewhere):
        assert await here.node.read(posts.stored, thing["id"]) is None
    later = {**real, "content": "<p>new</p>", "updated": "2026-11-20T11:00:00Z"}
    wrong = bob.says("Update", {**later, "content": "<p>FORGED</p>"})
    elm.pages[real["id"]] = later
    await here.hear(club, club.says("Announce", wrong))
    assert (await here.node.read(posts.stored, real["id"])).content == "<p>new</p>"
    gone = bob.says("Delete", real["id"])
    await here.hear(club, club.says("Announce", gone))
    stored = await here.node.read(posts.stored, real["id"])
    assert (stored.audience, stored.deleted) == (None, None)
    keeper = (await keeping(here.node)).id
    terms = {"reason": "Hate.", "ground": "harm", "terms": moderating.Terms(level="suspend")}
    lie = eve.note("1", cc=[club.id])
    fen.pages[lie["id"]] = lie
    await here.node.write(moderating.refuse, "fen.test", is_host=True, by=keeper, **terms)
    told = club.says("Announce", eve.says("Create", lie))
    assert (await here.hear(club, told))[1] == "E_BLOCKED"
    assert (fen.asked[lie["id"]], await here.node.read(posts.stored, lie["id"])) == (0, None)
    elm.pages[real["id"]] = 410
    await here.node.write(posts.place, real["id"], club.id)
    await here.hear(club, club.says("Announce", gone))
    assert (await here.node.read(posts.stored, real["id"])).deleted


async def test_who_is_no_group_changes_nothing_of_a_neighbour_s(here: Stage) -> None:
    """V13: a group speaks for posts of its own server, a person there for their own alone."""
    lem = here.server("lem.test")
    bob, eve, club = (here.actor(lem, name) for name in ("bob", "eve", "club"))
    lem.pages[club.id]["type"] = "Group"
    await follow(here, "ana", bob)
    real = bob.note("1", updated="2026-11-20T08:00:00Z")
    lem.pages[real["id"]] = real
    assert await here.hear(bob, bob.says("Create", real)) == ("done", None)
    changed = {**real, "content": "<p>new</p>", "updated": "2026-11-20T11:00:00Z"}

    told = bob.says("Update", changed)
    await here.hear(eve, eve.says("Announce", told))
    assert (await here.node.read(posts.stored, real["id"])).content == real["content"]
    await here.hear(club, club.says("Announce", told))
    assert (await here.node.read(posts.stored, real["id"])).content == "<p>new</p>"


# What groups elsewhere show -----------------------------------------------------------------------


def page(server: Server, number: str, club: str, **more: Any) -> dict[str, Any]:
    """A post of Lemmy's."""
    return {
        "type": "Page",
        "id": f"{server.origin}/post/{number}",
        "attributedTo": f"{server.origin}/users/una",
        "to": [club, PUBLIC],
        "cc": [],
        "name": "A ladder that folds",
        "content": "<p>Look at this.</p>",
        "mediaType": "text/html",
        "attachment": [{"type": "Link", "href": "https://maker.test/ladder"}],
        "audience": club,
        "published": "2026-11-19T10:00:00Z",
        **more,
    }


async def test_a_lemmy_community_is_read_as_people_expect(here: Stage) -> None:
    lem = here.server("lem.test")
    club, una = here.actor(lem, "club"), here.actor(lem, "una")
    lem.pages[club.id] |= {"type": "Group", "name": "Tools", "featured": f"{club.id}/featured"}
    await follow(here, "ana", club)
    first, second = page(lem, "1", club.id), page(lem, "2", club.id, name="A saw")
    comment = {**una.note("c1", cc=[club.id], audience=club.id), "inReplyTo": first["id"]}
    for thing in (first, second, comment):
        inner = una.says("Create", thing, cc=[club.id], audience=club.id)
        announce = club.says("Announce", inner, cc=[f"{club.id}/followers"])
        assert await here.hear(club, announce) == ("done", None)
    lem.pages[second["id"]] = second
    await here.hear(club, club.says("Announce", second["id"]))
    browser = Browser(here.node, here.wire.apps[here.node.origin])
    await browser.sign_in("ana")

    feed = (await browser.get("/notes")).text
    assert feed.count("A ladder that folds") == 1
    assert feed.count(">A saw<") == 1
    assert "note c1" not in feed
    assert "in <a" in feed
    assert "https://maker.test/ladder" in feed
    slug = (await here.node.read(posts.stored, first["id"])).slug
    thread = (await browser.get(f"/n/{slug}")).text
    assert "note c1" in thread
    lock = una.says("Lock", first["id"], cc=[club.id])
    assert await here.hear(club, club.says("Announce", lock)) == ("done", None)
    assert "No more answers" in (await browser.get(f"/n/{slug}")).text
    assert 'action="/n/' + slug + '/reply"' not in (await browser.get(f"/n/{slug}")).text
    back = club.says("Announce", una.says("Undo", lock))
    assert await here.hear(club, back) == ("done", None)
    assert 'action="/n/' + slug + '/reply"' in (await browser.get(f"/n/{slug}")).text
    pin = una.says("Add", first["id"], target=f"{club.id}/featured")
    await here.hear(club, club.says("Announce", pin))
    assert await here.node.read(queries.pins, club.id) == [first["id"]]
    removed = una.says("Delete", first["id"], summary="Off topic")
    await here.hear(club, club.says("Announce", removed))
    assert "A ladder that folds" not in (await browser.get("/notes")).text


async def test_a_member_answers_in_a_group_elsewhere(here: Stage) -> None:
    lem = here.server("lem.test")
    club, una = here.actor(lem, "club"), here.actor(lem, "una")
    lem.pages[club.id]["type"] = "Group"
    ana = await follow(here, "ana", club)
    first = page(lem, "1", club.id)
    await here.hear(club, club.says("Announce", una.says("Create", first)))
    lem.received.clear()

    draft = Draft(text="I have one.", reach="public", people={}, parent=first["id"])
    await here.node.write(writing.post, ana, draft)
    await settle(here.node)

    sent = [one for one in lem.received if one["type"] == "Create"]
    assert len(sent) == 1 or {one["id"] for one in sent} == {sent[0]["id"]}
    said = sent[0]["object"]
    assert said["audience"] == club.id
    assert {club.id, una.id} <= set(said["cc"])
    await here.hear(club, club.says("Announce", sent[0]))
    assert (await here.node.read(posts.stored, said["id"])).audience == club.id


# Pins -------------------------------------------------------------------------------------------


async def test_pins_are_told_shown_and_taken_back(here: Stage) -> None:
    max_ = await follower(here, "mast", "mastodon")
    ana, keeper = await person(here.node, "ana"), await keeping(here.node)
    us, origin = here.node.community.id, here.node.origin
    draft = Draft(text="The tap is on.", reach="public", people={}, group=True)
    slug = await here.node.write(writing.post, ana, draft)
    await settle(here.node)
    id = f"{origin}/o/{slug}"
    browser = Browser(here.node, here.wire.apps[origin])
    await browser.sign_in("keeper")
    where = f"/group/post?about={id}"
    max_.server.received.clear()

    sent = await browser.post("/group/post", {"about": id, "say": "pin-all"}, form=where)
    await settle(here.node)
    (add,) = heard(max_, "Add")

    assert sent.status_code == 200
    assert (add["actor"], add["object"], add["target"]) == (us, id, f"{us}/featured")
    featured = await asked(here, f"{us}/featured")
    assert [one["id"] for one in featured["orderedItems"]] == [id]
    assert "The tap is on." in (await browser.get("/public")).text
    mine = Viewer(account=ana, role="member")
    with pytest.raises(Exception, match="E_KEEPERS_ONLY"):
        await here.node.write(pinning.pin, mine, id, as_community=True)
    others = Viewer(account=keeper, role="admin")
    with pytest.raises(Exception, match="E_MISSING"):
        await here.node.write(pinning.pin, others, id, as_community=False)
    await here.node.write(pinning.unpin, others, id, as_community=True)
    await settle(here.node)
    assert len(heard(max_, "Remove")) == 1
    assert (await asked(here, f"{us}/featured"))["totalItems"] == 0


async def test_only_their_own_pins_are_believed(here: Stage) -> None:
    elm = here.server("elm.test")
    bob, eve = here.actor(elm, "bob"), here.actor(elm, "eve")
    for who in (bob, eve):
        elm.pages[who.id]["featured"] = f"{who.id}/featured"
    # not below their id, as WordPress has it
    into = elm.pages[bob.id]["featured"] = "https://elm.test/wp-json/users/1/featured"
    await follow(here, "ana", bob)
    post = bob.note("1")
    elm.pages[post["id"]] = post
    theirs = eve.note("2")
    elm.pages[theirs["id"]] = theirs

    assert (await here.hear(eve, eve.says("Add", post["id"], target=into)))[1] == "E_OWNER"
    assert (await here.hear(bob, bob.says("Add", theirs["id"], target=into)))[1] == "E_OWNER"
    wrong = bob.says("Add", post["id"], target=f"{eve.id}/featured")
    assert (await here.hear(bob, wrong))[1] == "E_OWNER"
    assert await here.node.read(queries.pins, bob.id) == []
    assert await here.twice(bob, bob.says("Add", post["id"], target=into)) == ("done", None)
    assert await here.node.read(queries.pins, bob.id) == [post["id"]]
    assert (await here.hear(eve, eve.says("Remove", post["id"], target=into)))[1] == "E_OWNER"
    assert await here.node.read(queries.pins, bob.id) == [post["id"]]
    assert await here.hear(bob, bob.says("Remove", post["id"], target=into)) == ("done", None)
    assert await here.node.read(queries.pins, bob.id) == []


async def test_pins_of_whom_somebody_follows_are_fetched(here: Stage) -> None:
    elm = here.server("elm.test")
    bob = here.actor(elm, "bob")
    place = f"{bob.id}/featured"
    post, theirs = bob.note("1"), {**bob.note("2"), "attributedTo": f"{elm.origin}/users/eve"}
    elm.pages |= {one["id"]: one for one in (post, theirs)}
    elm.pages[bob.id]["featured"] = place
    elm.pages[place] = {"id": place, "type": "OrderedCollection", "orderedItems": [post]}

    await follow(here, "ana", bob)
    await settle(here.node)

    assert await here.node.read(queries.pins, bob.id) == [post["id"]]
    browser = Browser(here.node, here.wire.apps[here.node.origin])
    await browser.sign_in("ana")
    assert "note 1" in (await browser.get("/notes")).text


# How it is kept -----------------------------------------------------------------------------------


async def test_keepers_say_how_it_is_kept_and_are_named_if_they_wish(here: Stage) -> None:
    await person(here.node, "ana")
    await keeping(here.node)
    us, app = here.node.community.id, here.wire.apps[here.node.origin]
    assert "attributedTo" not in await asked(here, us)
    browser, member = Browser(here.node, app), Browser(here.node, app)
    await browser.sign_in("keeper")
    await member.sign_in("ana")

    said = {"who": "keepers", "openly": "on"}
    assert (await browser.post("/desk/group", said)).status_code == 200
    refused = await member.get("/desk/group")

    assert refused.status_code == 403
    now = await asked(here, us)
    assert (now["attributedTo"], now["postingRestrictedToMods"]) == (f"{us}/moderators", True)
    keeper = await here.node.read(people.by_handle, "keeper")
    assert (await asked(here, f"{us}/moderators"))["orderedItems"] == [keeper.id]
    kept_so = await here.node.read(queries.manners)
    assert kept_so == Manners(who=Who.KEEPERS, held=False)
    post = {"text": "The tap is on.", "reach": "public", "group": "on", "lang": "en"}
    said = await member.post("/notes", post)
    assert (said.status_code, "The tap is on." in said.text) == (422, True)
    assert "Only keepers put posts" in said.text
    await browser.post("/desk/group", {"who": "anybody", "held": "on"})
    assert (await member.post("/notes", {**post, "reach": "community"})).status_code == 422
    assert (await member.post("/notes", post)).status_code == 200
    now = await asked(here, us)
    assert ("attributedTo" in now, now["postingRestrictedToMods"]) == (False, False)
