"""From a stored letter to its effect: once, in order, and only what its sender may do."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from federation import queries, reading, receiving
from node.kernel.node import Node
from node.kernel.tables import account, job, letter
from node.modules.follows.tables import follow
from tests.conftest import Wire, person, settle
from tests.federation.strangers import (
    PUBLIC,
    Actor,
    Post,
    Server,
    heard,
    letters,
    rows,
    setting,
    times,
)
from vocab import types as words


async def outcome(
    here: Node, post: Post, actor: Actor, activity: dict[str, Any]
) -> tuple[Any, Any]:
    """What became of one letter: its state and why."""
    answer = await post(actor, activity)
    assert answer.status_code == 202, answer.text
    await settle(here)
    found = [one for one in await letters(here) if one.activity == activity["id"]]
    return found[0].state, found[0].code


# Whose a thing is


@pytest.fixture
async def carol(elm: Server, bob: Actor) -> Actor:
    return elm.actor("carol", bob.keys)


@pytest.mark.sqlite(but=8)
@pytest.mark.parametrize("owner", ["bob", "carol", "ours", "elsewhere"])
@pytest.mark.parametrize("kind", ["Update", "Delete", "Undo", "Block", "Add", "Remove"])
@pytest.mark.parametrize("form", ["id", "whole"])
async def test_nobody_changes_what_is_somebody_elses(
    here: Node,
    post: Post,
    bob: Actor,
    carol: Actor,
    mallory: Actor,
    owner: str,
    kind: str,
    form: str,
) -> None:
    """O05: the honest owner succeeds, everybody else changes nothing."""
    ours = {"id": f"{here.origin}/o/1", "attributedTo": f"{here.origin}/u/keeper"}
    thing = {
        "bob": bob.note(),
        "carol": carol.note(),
        "ours": bob.note(**ours),
        "elsewhere": mallory.note(),
    }[owner]
    row = {"id": thing["id"], "owner": thing["attributedTo"], "content": "old", "was": []}
    row["reach"] = "public"
    await here.write(lambda unit: unit.db.execute(insert(heard).values(row)))
    changed = {**thing, "content": "new"}
    if form == "whole":
        obj: Any = {"id": thing["id"], "type": "Tombstone"} if kind == "Delete" else changed
    else:
        obj = thing["id"]
    more = {"target": f"{thing['attributedTo']}/featured"} if kind in ("Add", "Remove") else {}
    bob.server.pages[thing["id"]] = changed
    await post_known(here, bob)
    await outcome(here, post, bob, bob.says(kind, obj, **more))

    kept = await rows(here, heard)
    if owner == "bob" and kind in ("Update", "Delete"):
        assert [one.content for one in kept] == (["new"] if kind == "Update" else [])
    else:
        assert [one.content for one in kept] == ["old"]


async def test_a_forged_owner_does_not_help(
    here: Node, post: Post, bob: Actor, carol: Actor
) -> None:
    """O05: the stored owner counts, not the one a letter names."""
    await outcome(here, post, carol, carol.says("Create", carol.note()))
    mine = {**carol.note(), "attributedTo": bob.id, "content": "forged"}

    assert await outcome(here, post, bob, bob.says("Update", mine)) == ("refused", "E_OWNER")
    assert await outcome(here, post, bob, bob.says("Create", mine)) == ("refused", "E_OWNER")
    assert await outcome(here, post, bob, bob.says("Delete", mine["id"])) == ("refused", "E_OWNER")
    assert [one.content for one in await rows(here, heard)] == ["<p>note 1</p>"]


@pytest.mark.parametrize(
    ("obj", "code"),
    [
        ({"attributedTo": "https://evil.test/users/mallory"}, "E_OWNER"),
        ({"id": "https://evil.test/notes/1"}, "E_OWNER"),
        ({"id": "https://alder.test/o/1"}, "E_OWNER"),
        ({"id": "https://elm.test/users/bob", "type": "Note"}, None),
    ],
)
async def test_only_own_things_are_made(
    here: Node, post: Post, bob: Actor, obj: dict[str, Any], code: str | None
) -> None:
    state, said = await outcome(here, post, bob, bob.says("Create", {**bob.note(), **obj}))

    assert state == "refused"
    assert code is None or said in (code, "E_ORIGIN_OBJECT")
    assert not await rows(here, heard)


async def test_a_thing_attributed_to_another_origin_is_refused(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    """O03, also where it is fetched."""
    odd = {**mallory.note(), "attributedTo": bob.id}
    mallory.server.pages[odd["id"]] = odd
    direct = await outcome(here, post, mallory, mallory.says("Create", odd))
    shared = await outcome(here, post, mallory, mallory.says("Announce", odd["id"]))

    assert direct[0] == shared[0] == "refused"
    assert shared[1] == "E_ORIGIN_OBJECT"
    assert not await rows(here, heard)


async def test_what_is_sent_by_reference_is_fetched_and_must_be_the_senders(
    here: Node, post: Post, bob: Actor, carol: Actor
) -> None:
    bob.server.pages |= {(mine := bob.note("m"))["id"]: mine, (hers := carol.note("h"))["id"]: hers}
    nobodys = {k: v for k, v in bob.note("n").items() if k != "attributedTo"}
    bob.server.pages[nobodys["id"]] = nobodys

    assert await outcome(here, post, bob, bob.says("Create", mine["id"])) == ("done", None)
    for other in (hers, nobodys):
        state = await outcome(here, post, bob, bob.says("Create", other["id"]))
        assert state == ("refused", "E_OWNER")
    assert [one.id for one in await rows(here, heard)] == [mine["id"]]


# Announce, and what is fetched


async def test_what_is_shared_comes_from_its_own_server(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    """O07"""
    true = bob.note(content="true")
    bob.server.pages[true["id"]] = true
    forged = {**true, "content": "forged"}

    assert await outcome(here, post, mallory, mallory.says("Announce", forged)) == ("done", None)
    assert [one.content for one in await rows(here, heard)] == ["true"]


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("status", [404, 410, 403])
async def test_what_its_own_server_does_not_show_is_not_shared(
    here: Node, post: Post, bob: Actor, mallory: Actor, status: int
) -> None:
    """O07"""
    bob.server.pages[bob.note()["id"]] = status
    state, _ = await outcome(here, post, mallory, mallory.says("Announce", bob.note()))

    assert state == "refused"
    assert not await rows(here, heard)


@pytest.mark.sqlite
async def test_a_page_that_says_it_is_another_servers_is_not_believed(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    """O01"""
    mallory.server.pages[f"{mallory.server.origin}/x"] = bob.note(content="forged")
    letter_ = mallory.says("Announce", f"{mallory.server.origin}/x")

    assert await outcome(here, post, mallory, letter_) == ("refused", "E_ORIGIN")
    assert not await rows(here, heard)


async def test_another_id_of_the_same_server_is_fetched_there(
    here: Node, post: Post, bob: Actor
) -> None:
    """O01"""
    bob.server.pages |= {
        f"{bob.server.origin}/x": bob.note("y"),
        bob.note("y")["id"]: bob.note("y"),
    }
    await outcome(here, post, bob, bob.says("Announce", f"{bob.server.origin}/x"))

    assert [one.id for one in await rows(here, heard)] == [bob.note("y")["id"]]


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("media", ["text/html", "application/json", "application/ld+json", ""])
async def test_a_page_of_another_kind_is_no_document(
    here: Node, post: Post, bob: Actor, media: str
) -> None:
    """F07"""
    bob.server.pages[bob.note()["id"]] = bob.note()
    bob.server.media[bob.note()["id"]] = media

    state = await outcome(here, post, bob, bob.says("Announce", bob.note()["id"]))
    assert state == ("refused", "E_MEDIA")


async def test_blocked_servers_are_not_heard_of_through_others(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    """S17"""
    mallory.server.pages[mallory.note()["id"]] = mallory.note()
    await setting(here, "blocked", ["evil.test"])
    state = await outcome(here, post, bob, bob.says("Announce", mallory.note()["id"]))

    assert state == ("refused", "E_BLOCKED")
    assert mallory.server.asked.total() == 0
    assert not await rows(here, heard)


async def test_who_is_blocked_after_the_letter_came_has_no_effect(
    here: Node, post: Post, bob: Actor
) -> None:
    await post(bob, bob.says("Create", bob.note()))
    await setting(here, "blocked", ["elm.test"])
    await settle(here)

    assert [(one.state, one.code) for one in await letters(here)] == [("refused", "E_BLOCKED")]
    assert not await rows(here, heard)


# Answers


async def asked_to_follow(here: Node, who: Actor) -> dict[str, Any]:
    """Our keeper follows somebody; the letter that says so."""

    def ask(unit: Any) -> None:
        keeper = unit.account(f"{here.origin}/u/keeper")
        activity = words.Follow(id=unit.id("a"), actor=keeper.id, object=who.id, to=(who.id,))
        unit.perform(activity, keeper)

    await post_known(here, who)
    await here.write(ask)
    sent = (await letters(here, "out"))[-1]
    return dict(json.loads(sent.body))


async def post_known(here: Node, *actors: Actor) -> None:
    from federation import resolving

    for one in actors:
        await resolving.account(here, one.id)


async def states(here: Node) -> dict[str, str]:
    return {one.followed: str(one.state) for one in await rows(here, follow)}


async def test_only_who_was_asked_may_answer(
    here: Node, post: Post, bob: Actor, carol: Actor, mallory: Actor
) -> None:
    """O08"""
    asked = await asked_to_follow(here, bob)
    before = await states(here)
    for other in (carol, mallory):
        state = await outcome(here, post, other, other.says("Accept", asked["id"]))
        assert state == ("refused", "E_NOT_ADDRESSED")
        state = await outcome(here, post, other, other.says("Accept", asked))
        assert state == ("refused", "E_NOT_ADDRESSED")
    assert await states(here) == before

    assert await outcome(here, post, bob, bob.says("Accept", asked)) == ("done", None)
    after = await states(here)
    assert after != before
    await outcome(here, post, bob, bob.says("Accept", asked["id"]))
    assert await states(here) == after


async def test_an_answer_to_what_nobody_asked_changes_nothing(
    here: Node, post: Post, bob: Actor
) -> None:
    """O08"""
    made_up = {
        "id": f"{here.origin}/a/made-up",
        "type": "Follow",
        "actor": f"{here.origin}/u/keeper",
        "object": bob.id,
    }
    own = bob.says("Offer", bob.note())

    assert await outcome(here, post, bob, bob.says("Accept", made_up)) == ("refused", "E_UNKNOWN")
    assert await outcome(here, post, bob, bob.says("Accept", own)) == ("refused", "E_SELF_ACCEPT")
    assert await states(here) == {}


async def test_an_answer_that_overtook_its_question_waits_ten_minutes(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    offer = mallory.says("Offer", mallory.note(), to=[PUBLIC, bob.id])
    early = bob.says("Accept", offer["id"])
    assert (await outcome(here, post, bob, early))[0] == "waiting"
    await post(mallory, offer)
    here.now.advance(minutes=2)  # type: ignore[attr-defined]
    await settle(here)
    assert [one.act for one in await rows(here, times)] == [early["id"]]

    never = bob.says("Accept", "https://evil.test/acts/never")
    assert (await outcome(here, post, bob, never))[0] == "waiting"
    for _ in range(3):
        here.now.advance(minutes=6)  # type: ignore[attr-defined]
        await settle(here)
    last = (await letters(here))[-1]
    assert (last.state, last.code) == ("refused", "E_UNKNOWN")


async def test_an_answer_after_the_end_is_too_late(here: Node, post: Post, bob: Actor) -> None:
    await post_known(here, bob)

    offer = {
        "id": f"{here.origin}/a/offer",
        "type": "Offer",
        "actor": f"{here.origin}/u/keeper",
        "object": {"id": f"{here.origin}/o/1", "type": "Note"},
        "to": [bob.id],
        "endTime": (here.now() + timedelta(days=1)).isoformat(),
    }
    row = {"way": "out", "activity": offer["id"], "actor": offer["actor"], "state": "done"}
    row |= {"body": json.dumps(offer).encode(), "at": here.now(), "due": here.now()}
    await here.write(lambda unit: unit.db.execute(insert(letter).values(row)))
    in_time = bob.says("Accept", f"{here.origin}/a/offer")
    assert await outcome(here, post, bob, in_time) == ("done", None)
    here.now.advance(days=2)  # type: ignore[attr-defined]
    late = bob.says("Accept", f"{here.origin}/a/offer")
    assert await outcome(here, post, bob, late) == ("refused", "E_EXPIRED")


async def test_a_result_is_the_answering_actors(
    here: Node, post: Post, bob: Actor, carol: Actor
) -> None:
    asked = await asked_to_follow(here, bob)
    theirs = {"id": f"{carol.id}/r", "type": "Note", "attributedTo": carol.id, "content": "x"}
    state = await outcome(here, post, bob, bob.says("Accept", asked["id"], result=theirs))

    assert state == ("refused", "E_RESULT_OWNER")
    listed = {**bob.says("Accept", asked["id"], result=theirs), "type": ["Accept"]}
    assert await outcome(here, post, bob, listed) == ("refused", "E_RESULT_OWNER")


# What goes and does not come again


async def test_what_was_deleted_stays_deleted(here: Node, post: Post, bob: Actor) -> None:
    """O16"""
    await outcome(here, post, bob, bob.says("Create", bob.note()))
    await outcome(here, post, bob, bob.says("Delete", bob.note()["id"]))
    again = await outcome(here, post, bob, bob.says("Create", bob.note()))

    assert again == ("refused", "E_UNDONE")
    assert not await rows(here, heard)


async def test_a_delete_that_comes_first_is_remembered(
    here: Node, post: Post, bob: Actor, carol: Actor
) -> None:
    """O16"""
    tombstone = {"id": bob.note()["id"], "type": "Tombstone", "formerType": "Note"}
    await post_known(here, bob, carol)
    await outcome(here, post, carol, carol.says("Delete", bob.note("2")["id"]))
    await outcome(here, post, bob, bob.says("Delete", tombstone))
    gone = await outcome(here, post, bob, bob.says("Create", bob.note()))
    there = await outcome(here, post, bob, bob.says("Create", bob.note("2")))

    assert (gone, there) == (("refused", "E_UNDONE"), ("done", None))


@pytest.mark.parametrize("origin", ["gone", "tombstone", "there"])
async def test_the_end_of_a_strangers_thing_that_comes_first_is_asked_for_at_its_server(
    here: Node, post: Post, elm: Server, bob: Actor, origin: str
) -> None:
    """O16: nobody here met bob, so nothing proves who says so; his server tells."""
    note = bob.note()
    shown = {"gone": 410, "there": {**note, "content": "<p>as it is now</p>"},
             "tombstone": {"id": note["id"], "type": "Tombstone"}}  # fmt: skip
    elm.pages[note["id"]] = shown[origin]
    said = await post(bob, bob.says("Delete", {"id": note["id"], "type": "Tombstone"}))
    unasked = elm.asked.total()

    late = await outcome(here, post, bob, bob.says("Create", note))
    other = await outcome(here, post, bob, bob.says("Create", bob.note("2")))

    assert (said.status_code, unasked, elm.asked[note["id"]]) == (202, 0, 1)
    assert other == ("done", None)
    kept = {row.id: row.content for row in await rows(here, heard)}
    if origin == "there":
        assert late == ("done", None)
        assert kept[note["id"]] == "<p>as it is now</p>"
    else:
        assert late == ("refused", {"gone": "E_GONE", "tombstone": "E_UNDONE"}[origin])
        assert set(kept) == {bob.note("2")["id"]}


async def test_an_undo_that_comes_first_is_remembered(here: Node, post: Post, bob: Actor) -> None:
    wish = bob.says("Follow", f"{here.origin}/c/alder")
    await outcome(here, post, bob, bob.says("Undo", wish))
    late = await outcome(here, post, bob, wish)

    assert late == ("refused", "E_UNDONE")
    assert not await rows(here, follow)


@pytest.mark.parametrize("form", ["id", "whole"])
async def test_a_follower_comes_and_goes(here: Node, post: Post, bob: Actor, form: str) -> None:
    wish = bob.says("Follow", f"{here.origin}/c/alder")
    assert await outcome(here, post, bob, wish) == ("done", None)
    assert await states(here) == {f"{here.origin}/c/alder": "accepted"}
    assert [one["type"] for one in bob.server.received] == ["Accept"]

    undo = bob.says("Undo", wish if form == "whole" else wish["id"])
    assert await outcome(here, post, bob, undo) == ("done", None)
    assert "accepted" not in (await states(here)).values()


async def test_nobody_ends_anothers_follow(
    here: Node, post: Post, bob: Actor, carol: Actor, mallory: Actor
) -> None:
    wish = bob.says("Follow", f"{here.origin}/c/alder")
    await outcome(here, post, bob, wish)
    for other in (carol, mallory):
        for form in (wish, wish["id"], {**wish, "actor": other.id}):
            await outcome(here, post, other, other.says("Undo", form))

    assert await states(here) == {f"{here.origin}/c/alder": "accepted"}


async def test_an_actor_that_goes_is_gone(here: Node, post: Post, bob: Actor, carol: Actor) -> None:
    await post_known(here, carol)
    await outcome(here, post, bob, bob.says("Follow", f"{here.origin}/c/alder"))
    foreign = await outcome(here, post, carol, carol.says("Delete", bob.id))
    own = await outcome(here, post, bob, bob.says("Delete", bob.id))
    after = await post(bob, bob.says("Create", bob.note()))
    await settle(here)

    assert (foreign, own) == (("refused", "E_OWNER"), ("done", None))
    found = {one.id: one.gone for one in await rows(here, account)}
    assert found[bob.id] is not None
    assert found[carol.id] is None
    assert after.status_code in (202, 401)
    assert not await rows(here, heard)


async def test_nothing_is_carried_out_that_waited_behind_its_actors_end(
    here: Node, post: Post, bob: Actor
) -> None:
    await post_known(here, bob)
    for said in (bob.says("Delete", bob.id), bob.says("Create", bob.note())):
        assert (await post(bob, said)).status_code == 202
    await settle(here)

    assert [(one.state, one.code) for one in await letters(here)] == [
        ("done", None),
        ("refused", "E_GONE"),
    ]
    assert not await rows(here, heard)


async def test_an_actor_tells_only_of_itself(
    here: Node, post: Post, bob: Actor, carol: Actor
) -> None:
    await post_known(here, bob, carol)
    new = {**bob.document(), "name": "Bob the Builder"}
    poisoned = {**new, "inbox": "https://victim.test/inbox"}
    theirs = {**carol.document(), "name": "Not Carol"}

    assert await outcome(here, post, bob, bob.says("Update", new)) == ("done", None)
    assert await outcome(here, post, bob, bob.says("Update", poisoned)) == ("refused", "E_ACTOR")
    assert await outcome(here, post, bob, bob.says("Update", theirs)) == ("refused", "E_OWNER")
    found = {one.id: one for one in await rows(here, account)}
    assert found[bob.id].name == "Bob the Builder"
    assert found[bob.id].inbox == f"{bob.id}/inbox"
    assert found[carol.id].name == ""


# Never stuck, never twice


async def test_letters_of_one_actor_are_carried_out_in_order(
    here: Node, post: Post, bob: Actor
) -> None:
    await post(bob, bob.says("Create", bob.note(content="0")))
    for number in range(1, 60):
        note = bob.note(content=str(number))
        await post(bob, bob.says("Update", note))
    await settle(here)

    assert [one.content for one in await rows(here, heard)] == ["59"]


async def test_what_nobody_here_does_is_kept_and_ignored(
    here: Node, post: Post, bob: Actor
) -> None:
    for kind in ("Listen", "Travel", "EmojiReact"):
        assert await outcome(here, post, bob, bob.says(kind, bob.note())) == ("ignored", None)
    video = {**bob.note(), "type": "Video"}
    assert await outcome(here, post, bob, bob.says("Create", video)) == ("ignored", None)


async def test_a_letter_that_breaks_its_handler_harms_no_other_and_ends(
    here: Node, post: Post, bob: Actor
) -> None:
    bad = bob.says("Like", bob.note(content="boom"))
    no = bob.says("Like", bob.note(content="no"))
    good = bob.says("Like", bob.note(content="fine"))
    for one in (bad, no, good):
        await post(bob, one)
    await settle(here)
    assert [one.state for one in await letters(here)] == ["waiting", "refused", "done"]

    for _ in range(12):
        here.now.advance(hours=2)  # type: ignore[attr-defined]
        await settle(here)
    first = (await letters(here))[0]
    assert (first.state, first.code) == ("dead", "E_INTERNAL")


async def test_a_slow_server_holds_up_nobody_else(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    await post_known(here, bob, mallory)
    mallory.server.hanging = asyncio.Event()
    await post(bob, bob.says("Announce", mallory.note()["id"]))
    await post(bob, bob.says("Create", bob.note()))
    await post(mallory, mallory.says("Create", mallory.note("2")))

    while await receiving.receive(here):
        pass

    assert [one.state for one in await letters(here)] == ["waiting", "done", "done"]
    waiting = [one for one in await rows(here, job) if one.kind == "federation.resolve"]
    assert [one.lane for one in waiting] == ["evil.test"]
    mallory.server.pages[mallory.note()["id"]] = mallory.note()
    mallory.server.hanging.set()
    await settle(here)
    assert [one.state for one in await letters(here)] == ["done"] * 3


async def test_a_server_that_is_away_is_asked_again_later(
    here: Node, post: Post, wire: Wire, bob: Actor, mallory: Actor
) -> None:
    mallory.server.pages[mallory.note()["id"]] = mallory.note()
    wire.away.add(mallory.server.origin)
    state = await outcome(here, post, bob, bob.says("Announce", mallory.note()["id"]))
    assert state == ("waiting", "E_UNREACHABLE")

    wire.away.clear()
    here.now.advance(minutes=1)  # type: ignore[attr-defined]
    await settle(here)
    assert [one.state for one in await letters(here)] == ["done"]


async def test_a_letter_whose_object_never_comes_is_given_up(
    here: Node, post: Post, wire: Wire, bob: Actor
) -> None:
    await outcome(here, post, bob, bob.says("Announce", "https://nowhere.test/1"))
    for _ in range(30):
        here.now.advance(hours=12)  # type: ignore[attr-defined]
        await settle(here)

    assert [one.state for one in await letters(here)] == ["dead"]


async def test_a_lease_that_ended_is_taken_by_another_and_the_first_has_no_effect(
    here: Node, post: Post, bob: Actor
) -> None:
    activity = bob.says("Create", bob.note())
    await post(bob, activity)
    [first] = await here.database.claim(queries.claim, here.now())
    assert await here.database.claim(queries.claim, here.now()) == []

    here.now.advance(seconds=61)  # type: ignore[attr-defined]
    [second] = await here.database.claim(queries.claim, here.now())
    read = reading.understand(first.body, here.registry.types, allow_http=False)
    await here.write(receiving.carry, first, read, {})
    assert await rows(here, times) == []
    await here.write(receiving.carry, second, read, {})
    await here.write(receiving.carry, second, read, {})
    await here.write(receiving.carry, first, read, {})
    assert len(await rows(here, times)) == 1
    assert [one.state for one in await letters(here)] == ["done"]


async def test_a_job_that_lost_its_letter_does_nothing(
    here: Node, post: Post, bob: Actor, mallory: Actor
) -> None:
    mallory.server.pages[mallory.note()["id"]] = mallory.note()
    await post_known(here, bob)
    await post(bob, bob.says("Announce", mallory.note()["id"]))
    await receiving.receive(here)
    [work] = [one for one in await rows(here, job) if one.kind == "federation.resolve"]
    await here.write(lambda unit: unit.db.execute(update(letter).values(token="other")))
    await receiving.resolve(here, **work.args)

    assert mallory.server.asked.total() == 0
    assert not await rows(here, heard)


async def test_private_letters_leave_no_words_behind(here: Node, post: Post, bob: Actor) -> None:
    note = bob.note(to=[f"{here.origin}/u/keeper"], content="canary", handling="recipientsOnly")
    private = bob.says("Create", note, to=[f"{here.origin}/u/keeper"])
    public = bob.says("Create", bob.note("2"))
    await post(bob, private)
    await post(bob, public)
    await settle(here)

    bodies = [one.body or b"" for one in await letters(here)]
    assert b"canary" not in bodies[0]
    assert b"note 2" in bodies[1]
    here.now.advance(days=31)  # type: ignore[attr-defined]
    await receiving.sweep(here)
    assert [one.body for one in await letters(here)] == [None, None]
    await post(bob, public)
    await settle(here)
    assert len(await rows(here, times)) == 2


@pytest.mark.sqlite
async def test_a_strangers_collection_is_not_opened(
    here: Node, post: Post, wire: Wire, bob: Actor, mallory: Actor
) -> None:
    """O11"""
    await post_known(here, bob, mallory)
    await settle(here)
    before = len(wire.seen)
    spread = mallory.says(
        "Create", mallory.note(to=[f"{bob.id}/followers"]), to=[f"{bob.id}/followers"]
    )
    await outcome(here, post, mallory, spread)

    assert len(wire.seen) == before


async def test_people_of_the_node_are_found_as_objects(here: Node, post: Post, bob: Actor) -> None:
    ana = await person(here, "ana")
    assert await outcome(here, post, bob, bob.says("Follow", ana.id)) == ("done", None)
    missing = bob.says("Follow", f"{here.origin}/u/nobody")
    assert await outcome(here, post, bob, missing) == ("refused", "E_MISSING")


async def test_letters_are_found_again_after_a_restart(here: Node, post: Post, bob: Actor) -> None:
    """Killed between the claim and the effect: the lease ends and the letter is taken again."""
    await post(bob, bob.says("Create", bob.note()))
    await here.database.claim(queries.claim, here.now())
    here.memory.clear()
    await settle(here)
    assert not await rows(here, heard)

    here.now.advance(minutes=2)  # type: ignore[attr-defined]
    await settle(here)
    assert len(await rows(here, heard)) == 1
    assert len(await rows(here, times)) == 1


async def test_the_known_stay_known(here: Node) -> None:
    await here.write(lambda unit: queries.forget(unit.db, "a", "b", unit.now))
    assert await here.read(queries.forgotten, "a", ["b"])
    assert not await here.read(queries.forgotten, "a", ["c"])
    assert not await here.read(queries.forgotten, "b", ["a"])
    assert (await here.read(lambda db: db.execute(select(letter)).all())) == []


async def test_a_letter_about_its_own_sender_by_reference_ends(
    here: Node, post: Post, bob: Actor
) -> None:
    for kind in ("Create", "Update", "Announce", "Like"):
        state, _ = await outcome(here, post, bob, bob.says(kind, bob.id))
        assert state in ("refused", "ignored", "done")
