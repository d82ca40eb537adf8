"""Posts of every kind between a Fedify server and us: polls, quotes, pins, the group, answers."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from federation import resolving
from node import stage
from node.kernel.access import ANONYMOUS, Viewer
from node.modules.groups import announcing, pinning
from node.modules.groups import queries as groups
from node.modules.groups.rules import State
from node.modules.moderation import blocking, reporting
from node.modules.notes import polls, quotes, stamps, tallies, writing
from node.modules.notes import queries as posts
from node.modules.notes.rules import Consent
from tests.conftest import person
from tests.interop.acting import (
    CONTEXT,
    follow,
    followed,
    heard,
    is_about,
    kept,
    posted,
    said,
    sound,
)
from tests.interop.peer import Peer
from vocab.model import PUBLIC
from vocab.policy import Leave

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "a post": ("notes", {"type": "Note", "content": "<p>Leaves.</p>"}),
    "in a language": ("notes", {"type": "Note", "contentMap": {"de": "<p>Leaves.</p>"}}),
    "under a warning": ("notes", {"type": "Note", "content": "<p>Leaves.</p>", "summary": "Wet",
                                  "sensitive": True}),
    "an article": ("articles", {"type": "Article", "name": "On rakes",
                                "content": "<p>Leaves.</p>"}),
    "a page": ("pages", {"type": "Page", "name": "On rakes", "content": "<p>Leaves.</p>"}),
    "an event": ("events", {"type": "Event", "name": "Raking", "content": "<p>Leaves.</p>",
                            "startTime": "2026-12-05T13:00:00Z",
                            "location": {"type": "Place", "name": "The green"}}),
    "with an emoji": ("notes", {"type": "Note", "content": "<p>Leaves. :rake:</p>", "tag": [
        {"type": "Emoji", "id": "https://elm.test/e/1", "name": ":rake:",
         "icon": {"type": "Image", "mediaType": "image/png", "url": "https://elm.test/e/1.png"}},
        {"type": "Hashtag", "name": "#Leaves", "href": "https://elm.test/tags/leaves"}]}),
    "with a picture": ("notes", {"type": "Note", "content": "<p>Leaves.</p>", "attachment": [
        {"type": "Image", "mediaType": "image/png", "name": "A heap",
         "url": "https://elm.test/heap.png"}]}),
    "with a link": ("notes", {"type": "Note", "content": "<p>Leaves.</p>", "attachment": [
        {"type": "Link", "href": "https://elm.test/rakes"}]}),
}  # fmt: skip


async def test_every_kind_of_post_is_read_as_one(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    uma, viewer = await follow(here, "uma", frank.actor)
    ids: dict[str, str] = {}

    for name, (place, thing) in KINDS.items():
        written = {"@context": CONTEXT, "to": [PUBLIC], **thing}
        answer = await frank.ask("publish", thing=written, at=place, to=[uma.id])
        ids[name] = answer["id"]

    found: dict[str, Any] = {}
    for name, id in ids.items():
        found[name] = await here.until(partial(kept, alder, id, "Leaves."))
        assert await alder.read(posts.by_id, id, viewer) is not None
    assert found["in a language"].lang == "de"
    assert (found["under a warning"].summary, found["under a warning"].folded) == ("Wet", True)
    assert (found["an article"].title, found["a page"].title) == ("On rakes", "On rakes")
    event = found["an event"]
    assert (event.title, event.place, event.starts.day) == ("Raking", "The green", 5)
    assert [one["name"] for one in found["with an emoji"].emoji] == [":rake:"]
    assert found["with a picture"].attachments[0]["name"] == "A heap"
    assert len(found["with a link"].attachments) == 1
    await sound(frank, alder)


async def test_what_frank_wrote_before_is_found_when_a_member_follows(
    here: stage.Stage, frank: Peer
) -> None:
    alder = here.nodes["alder"]
    await frank.ask("be", who="paul")
    before = {"@context": CONTEXT, "type": "Note", "to": [PUBLIC], "content": "<p>Older.</p>"}
    first = (await frank.ask("publish", thing=before, by="paul"))["id"]
    second = (await frank.ask("publish", thing=before, by="paul"))["id"]
    await frank.ask("be", who="paul", pinned=[second])
    paul = frank.actor.replace("/frank", "/paul")

    vera, _ = await follow(here, "vera", paul)
    await here.until(partial(kept, alder, first, "Older."))
    await here.until(partial(kept, alder, second, "Older."))

    async def pinned() -> list[str]:
        return await alder.read(groups.pins, paul)

    assert await here.until(pinned) == [second]
    featured = f"{paul}/featured"
    add = said(frank, "Add", first, by=paul, target=featured, to=[PUBLIC])
    await frank.ask("send", by="paul", activity=add, to=[vera.id])
    remove = said(frank, "Remove", second, by=paul, target=featured, to=[PUBLIC])
    await frank.ask("send", by="paul", activity=remove, to=[vera.id])

    async def changed() -> bool:
        return await pinned() == [first]

    await here.until(changed)
    await sound(frank, alder)


async def test_frank_sees_what_a_member_pins_and_changes(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    wim = await person(alder, "wim", display="Wim")
    viewer = Viewer(account=wim, role="member")
    await frank.ask("follow", actor=wim.id)
    await here.until(partial(heard, frank, "Accept", lambda one: wim.id in str(one)))
    post = await posted(alder, wim, text="Keys hang by the door.")

    await alder.write(pinning.pin, viewer, post, as_community=False)
    add = await here.until(partial(heard, frank, "Add", is_about(post)))
    shown = await frank.ask("collection", id=f"{wim.id}/featured")
    await alder.write(pinning.unpin, viewer, post, as_community=False)
    remove = await here.until(partial(heard, frank, "Remove", is_about(post)))

    slug = post.rpartition("/")[2]
    await alder.write(writing.edit, viewer, slug, "Keys hang by the oven.", "en")
    update = await here.until(partial(heard, frank, "Update", is_about(post)))
    await alder.write(writing.remove, viewer, slug)
    delete = await here.until(partial(heard, frank, "Delete", is_about(post)))

    assert "by the oven" in update["object"]["content"]
    assert delete["object"]["type"] == "Tombstone"
    assert add["target"] == remove["target"] == f"{wim.id}/featured"
    assert shown == [post]
    await sound(frank, alder)


async def test_frank_asks_a_poll_and_a_member_answers(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    xia, viewer = await follow(here, "xia", frank.actor)
    ends = (alder.now() + timedelta(days=2)).isoformat().replace("+00:00", "Z")

    def question(*counts: int) -> dict[str, Any]:
        return {
            "@context": CONTEXT, "type": "Question", "to": [PUBLIC], "content": "<p>When?</p>",
            "endTime": ends, "votersCount": sum(counts), "attributedTo": frank.actor,
            "oneOf": [
                {"type": "Note", "name": name,
                 "replies": {"type": "Collection", "totalItems": count}}
                for name, count in zip(("Noon", "Dusk"), counts, strict=True)
            ],
        }  # fmt: skip

    made = await frank.ask("publish", thing=question(0, 0), at="questions", to=[xia.id])
    poll = await here.until(partial(kept, alder, made["id"], "When?"))
    await alder.write(polls.answer, viewer, poll.slug, ["Dusk"])
    vote = await here.until(
        partial(heard, frank, "Create", lambda one: one.get("inReplyTo") == made["id"])
    )
    now = {**question(0, 1), "id": made["id"], "updated": alder.now().isoformat()}
    await frank.ask("send", activity=said(frank, "Update", now, to=[PUBLIC]), to=[xia.id])

    async def counted() -> bool:
        found = await alder.read(tallies.one, made["id"])
        return found is not None and [one.count for one in found.options] == [0, 1]

    await here.until(counted)
    assert (vote["object"]["name"], vote["object"]["type"]) == ("Dusk", "Note")
    assert "content" not in vote["object"]
    await sound(frank, alder)


async def test_a_member_quotes_frank_with_his_stamp_until_he_takes_it_back(
    here: stage.Stage, frank: Peer
) -> None:
    alder = here.nodes["alder"]
    yan, _ = await follow(here, "yan", frank.actor)
    everybody = {"canQuote": {"automaticApproval": [PUBLIC]}}
    thing = {"@context": CONTEXT, "type": "Note", "to": [PUBLIC], "content": "<p>Rain.</p>",
             "interactionPolicy": everybody}  # fmt: skip
    note = (await frank.ask("publish", thing=thing, to=[yan.id]))["id"]
    await here.until(partial(kept, alder, note))

    mine = await posted(alder, yan, text="So it is here.", quote=note)
    request = await here.until(partial(heard, frank, "QuoteRequest", is_about(note)))

    async def stamped() -> str | None:
        post = await kept(alder, mine)
        return post.stamp if post and post.consent == Consent.GIVEN else None

    stamp = await here.until(stamped)
    seen = await frank.ask("lookup", id=mine, by="frank")
    await frank.ask("send", activity=said(frank, "Delete", stamp, to=[PUBLIC]), to=[yan.id])

    async def withdrawn() -> bool:
        post = await kept(alder, mine)
        return post is not None and post.consent == Consent.REFUSED

    await here.until(withdrawn)
    assert request["instrument"]["id"] == mine
    assert seen["document"]["quoteAuthorization"] == stamp
    await sound(frank, alder)


@pytest.mark.parametrize("leave", [Leave.YES, Leave.NO])
async def test_frank_asks_to_quote_a_member(here: stage.Stage, frank: Peer, leave: Leave) -> None:
    alder = here.nodes["alder"]
    zoe = await person(alder, f"zoe_{leave.value}", display="Zoe")
    post = await posted(alder, zoe, text="Quote me, or do not.", quotes=leave)
    quoting = {"@context": CONTEXT, "type": "Note", "to": [PUBLIC], "quote": post,
               "content": "<p>Look.</p>"}  # fmt: skip
    id = (await frank.ask("publish", thing=quoting))["id"]

    request = said(frank, "QuoteRequest", post, instrument=id, to=[zoe.id])
    await frank.ask("send", activity=request, to=[zoe.id])
    kind = "Accept" if leave is Leave.YES else "Reject"
    answer = await here.until(partial(heard, frank, kind, is_about(request["id"])))

    if leave is Leave.YES:
        stamp = await frank.ask("lookup", id=answer["result"])
        assert stamp["type"] == "QuoteAuthorization"
        told = stamp["document"]
        assert (told["interactingObject"], told["interactionTarget"]) == (id, post)
        asked = await alder.read(stamps.by_id, answer["result"])
        assert asked is not None
        await alder.write(quotes.decide, [zoe.id], asked.id, "withdraw")
        await here.until(partial(heard, frank, "Delete", is_about(asked.id)))
    else:
        assert "result" not in answer
    await sound(frank, alder)


@pytest.mark.parametrize("software", ["frank", "lemmy"])
async def test_frank_writes_to_the_group(here: stage.Stage, frank: Peer, software: str) -> None:
    alder, fern = await followed(here, frank), frank.neighbour()
    us = alder.community.id
    who, name = (frank, "frank") if software == "frank" else (fern, "fern")
    await who.ask("is", software=software)
    if software == "lemmy":
        await who.ask("follow", actor=us)

        async def is_known() -> bool:
            return (await alder.read(groups.count_readers, us))[0] > 0

        await here.until(is_known)
    mention = {"type": "Mention", "href": us, "name": "@alder"}
    thing = {"@context": CONTEXT, "type": "Note", "to": [PUBLIC], "tag": [mention],
             "content": f"<p>A cart to lend, by {name}.</p>"}  # fmt: skip
    note = (await who.ask("publish", thing=thing, to=[us]))["id"]

    async def waits() -> bool:
        found = await alder.read(groups.found, note)
        return found is not None and found.state == State.WAITS

    await here.until(waits)
    keeper = await alder.account(f"{alder.origin}/u/keeper")
    assert keeper is not None
    await alder.write(announcing.admit, note, by=keeper.id)
    by_id = await here.until(partial(heard, frank, "Announce", is_about(note)))
    await alder.write(announcing.take_out, note, by=keeper.id, reason="It is lent.")

    def is_undo(one: Any) -> bool:
        return isinstance(one, dict) and one.get("id") == by_id["id"]

    await here.until(partial(heard, frank, "Undo", is_undo))
    if software == "lemmy":
        # a server of groups gets what happened, word for word, and that it was taken out
        whole = await here.until(
            partial(heard, fern, "Announce", lambda one: is_a("Create", note, one))
        )
        assert whole["object"]["actor"] == fern.actor
        await here.until(partial(heard, fern, "Announce", lambda one: is_a("Delete", note, one)))
    assert (by_id["actor"], by_id["to"]) == (us, PUBLIC if by_id["to"] == PUBLIC else [PUBLIC])
    await sound(frank, alder)


def is_a(kind: str, about: str, one: Any) -> bool:
    """Whether an object is an activity of this kind about something."""
    return isinstance(one, dict) and one.get("type") == kind and about in str(one.get("object"))


async def test_a_word_between_two_and_what_is_gone(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    abe, viewer = await follow(here, "abe", frank.actor)
    word = await frank.ask("note", content="<p>Between us.</p>", to=[abe.id], public=False)
    await here.until(partial(kept, alder, word["id"]))
    assert await alder.read(posts.by_id, word["id"], ANONYMOUS) is None

    people = {
        ("frank", frank.origin.partition("//")[2]): await resolving.account(alder, frank.actor)
    }
    answer = await posted(alder, abe, text="Thanks.", reach="direct", parent=word["id"],
                          people=people)  # fmt: skip
    got = await here.until(partial(heard, frank, "Create", is_about(answer)))
    assert (got["at"], got["object"]["inReplyTo"]) == ("frank", word["id"])
    assert "proof" not in got

    post = await posted(alder, abe, text="Soon gone.", people=people)
    assert (await frank.ask("lookup", id=post, by="frank"))["type"] == "Note"
    await alder.write(writing.remove, viewer, post.rpartition("/")[2])
    assert await frank.ask("lookup", id=post, by="frank") is None
    assert "410" in str(await frank.show("errors"))


async def test_a_report_and_a_block_are_told(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    await frank.ask("be", who="rude")
    rude = frank.actor.replace("/frank", "/rude")
    bea, _ = await follow(here, "bea", rude)
    note = (await frank.ask("note", by="rude", content="<p>Bah.</p>", to=[bea.id]))["id"]
    await here.until(partial(kept, alder, note))

    await alder.write(reporting.file, "k1", by=bea.id, about=note, words="Bah.", forward=True)
    flag = await here.until(partial(heard, frank, "Flag", lambda one: note in str(one)))
    await alder.write(blocking.block_for, bea, rude, is_host=False, tell=True)
    await here.until(partial(heard, frank, "Block", is_about(rude)))
    await alder.write(blocking.unblock, bea, rude)

    def is_block(one: Any) -> bool:
        return isinstance(one, dict) and one.get("type") == "Block"

    await here.until(partial(heard, frank, "Undo", is_block))
    assert (flag["actor"], flag["content"]) == (alder.community.service, "Bah.")
    assert bea.id not in str(flag)
    await sound(frank, alder)
