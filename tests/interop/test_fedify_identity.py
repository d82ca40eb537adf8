"""Who is who, and how it is proven, between a Fedify server and us: both ways."""

import json
import re
from functools import partial
from typing import Any

import httpx
from sqlalchemy import select

from federation import finding, resolving
from federation.told import digest
from node import stage
from node.kernel.access import ANONYMOUS
from node.kernel.node import Node
from node.kernel.tables import letter
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.follows import api as follows
from node.modules.identity import aliases, renewing
from node.modules.identity import queries as moves
from node.modules.notes import queries as posts
from node.modules.reactions import acting
from tests.conftest import person
from tests.interop.acting import follow, followed, heard, is_about, kept, posted, said, sound
from tests.interop.peer import Peer
from vocab.model import PUBLIC

ACTIVITY = "application/activity+json"


def host(origin: str) -> str:
    return origin.partition("//")[2]


async def test_each_finds_the_other_by_a_handle(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    hal = await person(alder, "hal", display="Hal")

    found = await finding.lookup(alder, f"@frank@{host(frank.origin)}", by=hal.id)
    # by an id: for a handle alone Fedify would ask by https
    named = await frank.ask("finger", about=hal.id)
    jrd = await frank.ask("finger", about=alder.community.id)
    info = await frank.ask("nodeinfo", origin=alder.origin)

    assert (found.id, found.type) == (frank.actor, "Person")
    assert named["subject"] == f"acct:hal@{host(alder.origin)}"
    links = {one["rel"]: one for one in jrd["links"]}
    assert links["self"]["href"] == alder.community.id
    assert "{uri}" in links["http://ostatus.org/schema/1.0/subscribe"]["template"]
    assert {"https://w3id.org/fep/3b86/Follow", "https://w3id.org/fep/3b86/Create"} <= set(links)
    assert (info["software"], info["protocols"]) == ("folkmoot", ["activitypub"])
    assert await frank.ask("finger", about=f"{alder.origin}/u/nobody") is None


async def test_frank_finds_the_community_by_its_handle_alone(frank: Peer, secured: Node) -> None:
    """For a handle Fedify asks by https and no other way."""
    handle = f"acct:elder@{host(secured.origin)}"

    named = await frank.ask("finger", about=handle)
    seen = await frank.ask("lookup", id=handle)

    assert (named or {}).get("subject") == handle, await frank.show("errors")
    assert (seen["type"], seen["document"]["id"]) == ("Group", secured.community.id)
    assert secured.origin.startswith("https://")
    assert await frank.ask("lookup", id=f"acct:nobody@{host(secured.origin)}") is None


async def test_a_visitor_of_franks_site_follows_from_there(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    place = f"{alder.origin}/from-elsewhere?about={alder.community.id}"
    mine = {"from": f"frank@{host(frank.origin)}", "about": alder.community.id}

    async with httpx.AsyncClient(verify=False) as visitor:
        page = await visitor.get(place)
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found, page.text
        mine["csrf"] = found[1]
        answer = await visitor.post(place, data=mine, headers={"origin": alder.origin})

    assert (page.status_code, answer.status_code) == (200, 200)
    assert f"{frank.origin}/follow?who=" in answer.text


async def test_franks_neighbour_moves_and_a_member_goes_along(
    here: stage.Stage, frank: Peer
) -> None:
    alder, fern = here.nodes["alder"], frank.neighbour()
    await frank.ask("be", who="mona")
    old = frank.actor.replace("/frank", "/mona")
    ida, _ = await follow(here, "ida", old)
    move = said(frank, "Move", old, by=old, target=fern.actor, to=[f"{old}/followers"])

    await frank.ask("send", by="mona", activity=move, to=[ida.id])
    await over(here, move["id"])
    unproven = await alder.read(moves.told, ida.id)
    await fern.ask("be", who="fern", aliases=[old])
    await frank.ask("be", who="mona", movedTo=fern.actor)
    again = said(frank, "Move", old, by=old, target=fern.actor, to=[f"{old}/followers"])
    await frank.ask("send", by="mona", activity=again, to=[ida.id])

    async def told() -> list[str]:
        return [one.new.id for one in await alder.read(moves.told, ida.id)]

    assert unproven == []
    assert await here.until(told) == [fern.actor]
    await alder.write(follows.follow, ida, await resolving.account(alder, fern.actor))

    async def goes_along() -> bool:
        return ida.id in await fern.show("followers")

    await here.until(goes_along)
    await sound(frank, alder)


async def over(here: stage.Stage, activity: str) -> str | None:
    """Wait until a letter that came is carried out; its code."""
    alder = here.nodes["alder"]
    row = select(letter.c.state, letter.c.code).where(
        letter.c.activity == activity, letter.c.way == "in"
    )

    async def done() -> Any:
        found = await alder.read(lambda db: db.execute(row).one_or_none())
        return found if found is not None and found.state != "waiting" else None

    found = await here.until(done)
    assert found is not None
    return found.code


async def test_a_member_moves_to_franks_site_and_followers_are_told(
    here: stage.Stage, frank: Peer
) -> None:
    alder, fern = here.nodes["alder"], frank.neighbour()
    jon = await person(alder, "jon", display="Jon")
    await frank.ask("follow", actor=jon.id)
    await here.until(partial(heard, frank, "Accept", lambda one: jon.id in str(one)))
    await fern.ask("be", who="gale", aliases=[jon.id])
    new = fern.actor.replace("/fern", "/gale")

    await aliases.leave_for(alder, jon, new)

    move = await here.until(partial(heard, frank, "Move", is_about(jon.id)))
    assert (move["actor"], move["target"]) == (jon.id, new)
    # signed, because Fedify keeps for minutes what it asked for otherwise
    seen = await frank.ask("lookup", id=jon.id, by="frank")
    assert seen["document"]["movedTo"] == new
    await sound(frank, alder)


async def test_both_change_their_names_and_leave(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    kai = await person(alder, "kai", display="Kai")
    await frank.ask("be", who="nina")
    nina = frank.actor.replace("/frank", "/nina")
    await frank.ask("follow", by="nina", actor=kai.id)
    await here.until(partial(heard, frank, "Accept", lambda one: kai.id in str(one)))
    lou, _ = await follow(here, "lou", nina)
    note = (await frank.ask("note", by="nina", content="<p>Hello.</p>", to=[lou.id]))["id"]
    await here.until(partial(kept, alder, note))

    await frank.ask("be", who="nina", display="Nina of the mill")
    page = (await frank.ask("lookup", id=nina))["document"]
    await frank.ask("send", by="nina", activity=said(frank, "Update", page, by=nina), to=[lou.id])
    await alder.write(lambda unit: accounts.tell_changed(unit, kai, name="Kai of the tap"))

    async def renamed() -> bool:
        one = await alder.account(nina)
        return one is not None and one.name == "Nina of the mill"

    await here.until(renamed)
    update = await here.until(partial(heard, frank, "Update", is_about(kai.id)))
    assert update["object"]["name"] == "Kai of the tap"

    await alder.write(leaving.leave, kai.id)
    delete = await here.until(partial(heard, frank, "Delete", is_about(kai.id)))
    goes = said(frank, "Delete", nina, by=nina, to=[PUBLIC])
    await frank.ask("send", by="nina", activity=goes, to=[lou.id])

    async def left() -> bool:
        one = await alder.account(nina)
        return one is not None and one.gone is not None

    await here.until(left)

    async def cleared() -> bool:
        return not await kept(alder, note, "Hello")

    await here.until(cleared)
    assert (delete["actor"], delete["to"]) == (kai.id, [PUBLIC])
    await sound(frank, alder)

    async def is_gone() -> bool:
        return await frank.ask("lookup", id=kai.id, by="frank") is None

    await here.until(is_gone)
    assert "410" in str(await frank.show("errors"))


async def test_new_keys_of_either_are_asked_for(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    await frank.ask("be", who="olga")
    olga = frank.actor.replace("/frank", "/olga")
    max_, viewer = await follow(here, "max", olga)
    await frank.ask("follow", by="olga", actor=max_.id)
    await here.until(partial(heard, frank, "Accept", lambda one: max_.id in str(one)))
    note = (await frank.ask("note", by="olga", content="<p>One.</p>", to=[max_.id]))["id"]
    await here.until(partial(kept, alder, note))

    await frank.ask("be", who="olga", keys=None)
    after = (await frank.ask("note", by="olga", content="<p>Two.</p>", to=[max_.id]))["id"]
    await here.until(partial(kept, alder, after))
    await renewing.renew(alder, max_.id)
    update = await here.until(partial(heard, frank, "Update", is_about(max_.id)))
    await alder.write(acting.like, viewer, after)
    await here.until(partial(heard, frank, "Like", is_about(after)))

    assert update["object"]["publicKey"]["id"] == f"{max_.id}#main-key-2"
    assert await frank.show("errors") == []


async def test_our_letters_bear_proofs_that_hold(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)
    post = await posted(alder, text="The oven is warm at four.")
    await here.until(partial(heard, frank, "Create", is_about(post)))
    sent = [one["body"] for one in await frank.show("wire") if post in one["body"]]

    document = json.loads(sent[0])
    changed = {**document, "published": "2026-01-01T00:00:00Z"}

    assert document["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert await frank.ask("verify", document=document) == {"holds": True}
    assert await frank.ask("verify", document=changed) == {"holds": False}


async def test_franks_letter_that_a_neighbour_brings_is_his_by_its_proof(
    here: stage.Stage, frank: Peer
) -> None:
    alder, fern = here.nodes["alder"], frank.neighbour()
    nora, _ = await follow(here, "nora", frank.actor)
    await resolving.account(alder, fern.actor)

    def letter_of(words: str) -> dict[str, Any]:
        note = {
            "id": f"{frank.origin}/notes/{words}", "type": "Note", "attributedTo": frank.actor,
            "content": f"<p>{words}</p>", "to": [PUBLIC], "published": "2026-11-20T09:00:00Z",
        }  # fmt: skip
        return said(frank, "Create", note, to=[PUBLIC])

    await frank.ask("send", activity=letter_of("proven"), to=[fern.actor])
    await here.until(partial(fern.received, "Create"))
    [sent] = [one for one in await frank.show("wire") if "notes/proven" in one["body"]]
    proven = json.loads(sent["body"])
    changed = {**proven, "object": letter_of("changed")["object"]}
    letters = (proven, changed, letter_of("bare"))
    answers = [await fern.ask("pass", activity=one, to=[nora.id]) for one in letters]

    assert [one["status"] for one in answers] == [202, 403, 403]
    await here.until(partial(kept, alder, f"{frank.origin}/notes/proven", "proven"))
    assert await kept(alder, f"{frank.origin}/notes/changed") is None
    assert await kept(alder, f"{frank.origin}/notes/bare") is None


async def test_both_forms_of_signature_and_what_is_asked_for(
    here: stage.Stage, frank: Peer
) -> None:
    alder = await followed(here, frank)
    async with httpx.AsyncClient(verify=False) as stranger:
        refused = await stranger.post(
            f"{alder.origin}/inbox", json=said(frank, "Like", alder.community.id),
            headers={"content-type": ACTIVITY},
        )  # fmt: skip

    for form, name in (("cavage", "signature-input"), ("rfc9421", "digest")):
        await frank.ask("understand", but=form)
        post = await posted(alder, text=f"Said so that {form} is not needed.")
        await here.until(partial(heard, frank, "Create", is_about(post)))
        mine = [one for one in await frank.show("wire") if post in one["body"]]
        assert name in mine[-1]["headers"]
        assert ("signature-input" in mine[-1]["headers"]) is (form == "cavage")
    await frank.ask("understand")

    assert refused.status_code == 401
    wanted = await frank.ask("challenge", challenge=refused.headers["accept-signature"])
    # what Fedify covers of itself it would cover twice if asked
    assert {"@method", "@target-uri"} == {
        one["value"] if isinstance(one, dict) else one for one in wanted["components"]
    }


async def test_pages_that_are_shown_only_to_who_signs(here: stage.Stage, frank: Peer) -> None:
    alder, fern = here.nodes["alder"], frank.neighbour()
    await fern.ask("is", secure=True)
    await fern.ask("be", who="wren")
    wren = fern.actor.replace("/fern", "/wren")
    async with httpx.AsyncClient(verify=False) as anyone:
        unsigned = await anyone.get(wren, headers={"accept": ACTIVITY})

    pia, viewer = await follow(here, "pia", wren)
    note = await fern.ask("note", by="wren", content="<p>For you.</p>", to=[pia.id], public=False)
    await here.until(partial(kept, alder, note["id"]))
    secret = await posted(alder, pia, text="And for you.", reach="direct", people={
        ("wren", host(fern.origin)): await resolving.account(alder, wren),
    }, parent=note["id"])  # fmt: skip
    await here.until(partial(heard, fern, "Create", is_about(secret)))

    assert unsigned.status_code == 401
    assert await fern.ask("lookup", id=secret) is None
    seen = await fern.ask("lookup", id=secret, by="wren")
    assert "And for you." in seen["document"]["content"]
    assert await frank.ask("lookup", id=secret, by="frank") is None
    assert await alder.read(posts.by_id, secret, ANONYMOUS) is None
    assert await alder.read(posts.by_id, secret, viewer) is not None
    await fern.ask("is", secure=False)


async def test_both_see_who_follows_whom(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)
    us = alder.community.id
    qui, _ = await follow(here, "qui", frank.actor)
    ours = await alder.read(follows.followers, frank.actor)
    post = await posted(alder, text="Who hears this?")
    await here.until(partial(heard, frank, "Create", is_about(post)))

    sent = next(
        one for one in await frank.show("wire")
        if post in one["body"] and one["headers"]["host"] == host(frank.origin)
    )  # fmt: skip
    header = sent["headers"]["collection-synchronization"]
    theirs = [one for one in await alder.read(follows.followers, us) if frank.origin in one]
    assert f'digest="{(await frank.ask("digest", ids=theirs))["digest"]}"' in header
    assert (await frank.ask("digest", ids=ours))["digest"] == digest(ours)

    # of a follow that has ended here he was never told
    await alder.write(lambda unit: forget(unit, qui.id, frank.actor))
    await frank.ask("tell", activity=said(frank, "Like", us, to=[f"{frank.actor}/followers"]))

    async def repaired() -> bool:
        return qui.id not in await frank.show("followers")

    await here.until(repaired)
    assert set(ours) - {qui.id} == set(await alder.read(follows.followers, frank.actor))


def forget(unit: Any, follower: str, followed: str) -> None:
    from node.modules.follows import queries

    queries.end(unit.db, follower, followed)
