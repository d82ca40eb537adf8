"""A Fedify server follows the community, reads what we publish, and is heard here."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from federation import resolving
from node import stage
from node.demo import living, story
from node.demo.people import Wish
from node.kernel.access import ANONYMOUS
from node.modules.agreements import queries as agreements
from node.modules.agreements import settling
from node.modules.agreements.rules import State
from node.modules.follows import api as follows
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.moderation import queries as moderation
from node.modules.notes import api as notes
from node.modules.notes import tagging, tallies
from node.modules.reactions import acting
from node.modules.reactions import queries as reactions
from node.modules.reactions.rules import Verb
from tests.conftest import found, person
from tests.interop.acting import follow, followed, heard, is_about, kept, posted, said, sound
from tests.interop.peer import Peer
from vocab.model import PUBLIC


async def test_frank_follows_the_community(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)

    assert frank.actor in await alder.read(follows.followers, alder.community.id)
    await sound(frank, alder)


async def test_frank_understands_our_actors(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    ana = await person(alder, "ada", display="Ada")

    for id, kind in (
        (alder.community.id, "Group"), (alder.community.service, "Application"), (ana.id, "Person"),
    ):  # fmt: skip
        seen = await frank.ask("lookup", id=id)
        assert seen is not None, await frank.show("errors")
        assert seen["type"] == kind


async def test_we_follow_frank_and_no_more(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    ben, _ = await follow(here, "ben", frank.actor)
    assert ben.id in await frank.show("followers")

    await alder.write(follows.unfollow, ben, await resolving.account(alder, frank.actor))

    async def left() -> bool:
        return ben.id not in await frank.show("followers")

    await here.until(left)
    await sound(frank, alder)


async def test_frank_reads_a_post_and_his_reply_is_shown_here(
    here: stage.Stage, frank: Peer
) -> None:
    alder = await followed(here, frank)
    us = await alder.account(alder.community.id)
    assert us is not None

    text = "The tap in the yard runs again. #Water"
    words = notes.Draft(text=text, reach="public", people={})
    slug = await alder.write(notes.post, us, words)
    mine = lambda one: text.partition(" #")[0] in str(one)  # noqa: E731
    create = await here.until(partial(heard, frank, "Create", mine))
    await frank.ask(
        "note", content="<p>Well mended!</p>", inReplyTo=create["object"]["id"], to=[us.id]
    )

    async def shown() -> bool:
        async with httpx.AsyncClient() as visitor:
            page = await visitor.get(f"{alder.origin}/n/{slug}")
        return page.status_code == 200 and "Well mended!" in page.text

    await here.until(shown)
    assert create["object"]["type"] == "Note"
    assert "The tap in the yard runs again." in create["object"]["content"]
    href = f"{alder.origin}/tags/water"
    assert create["object"]["tag"] == [{"type": "Hashtag", "name": "#Water", "href": href}]


async def test_frank_reads_an_offer(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)
    ana = await person(alder, "ana", display="Ana")

    wish = Wish(
        who="ana", purpose="offer", title="Bean plants", text="Two trays.", kind="give",
        topic="gardening", minutes=10, terms=("gift",), reach="public",
    )  # fmt: skip
    await alder.write(living.wish, wish)

    # The offer is Ana's; her community shows it to those who follow the community.
    announce = await here.until(partial(heard, frank, "Announce", lambda one: "/o/" in str(one)))
    offer = await frank.ask("lookup", id=announce["object"])
    assert offer["type"] == "Note"
    assert offer["document"]["attributedTo"] == ana.id
    assert "Bean plants" in offer["document"]["content"]


async def test_frank_reads_a_decision(tmp_path: Path, frank: Peer) -> None:
    async with stage.opened(tmp_path, ("alder",), clock=stage.Behind(days=4)) as here:
        alder = here.nodes["alder"]
        await found(alder, "alder", alder.origin)
        for name in ("ana", "ben"):
            await person(alder, name)
        record = await story.decide(here, alder, "Open on Sundays", "From two until six.")
        await followed(here, frank)

        await story.publish(alder, record)

        async def decided() -> bool:
            return record.id in [a["object"]["id"] for a in await frank.received("Create")]

        await here.until(decided)
        decision = await frank.ask("lookup", id=record.id)
        assert decision["type"] == "Article"
        assert "Open on Sundays" in decision["document"]["name"]
        listed = await frank.ask("collection", id=f"{alder.community.id}/outbox")
        assert any(one.startswith(f"{alder.origin}/a/") for one in listed)
        await sound(frank, alder)


async def test_we_agree_on_what_frank_offers(here: stage.Stage, frank: Peer) -> None:
    alder = here.nodes["alder"]
    ana = await person(alder, "carl", display="Carl")
    made = await frank.ask("propose", name="I mend wheels", hours="2.5", to=alder.community.id)

    async def kept() -> Notice | None:
        return await alder.read(listings.listing, made["id"], listings.HERE)

    notice = await here.until(kept)
    assert (notice.foreign, notice.title) == ("fep-0837", "I mend wheels")
    assert (notice.unit, notice.amount, notice.unit_based) == ("hour", "2.5", False)

    answer = await alder.write(settling.answer, ana.id, notice, words="Saturday?")
    (understood,) = await here.until(partial(frank.show, "offers"))
    assert understood == {
        "id": answer.offer, "satisfies": notice.primary, "unit": "hour", "amount": "2.5",
    }  # fmt: skip

    said = {"offer": answer.offer, "satisfies": notice.primary, "hours": "2.5"}
    final = await frank.ask("agree", **said, to=ana.id)

    async def agreed() -> bool:
        (held,) = await alder.read(agreements.with_member, ana.id)
        return held.state is State.AGREED and held.id == final["id"]

    await here.until(agreed)
    await sound(frank, alder)


async def test_frank_likes_reacts_shares_and_takes_it_back(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)
    us = alder.community.id
    post = await posted(alder, text="The tap in the yard runs again.")
    acts = [
        said(frank, "Like", post),
        said(frank, "EmojiReact", post, content="🎉"),
        said(frank, "Announce", post, to=[PUBLIC], cc=[us]),
    ]

    async def counted(likes: int, emoji: int, shares: int) -> bool:
        found = (await alder.read(reactions.of, [post], ANONYMOUS)).get(post, reactions.Reactions())
        return (found.likes, sum(e.count for e in found.emoji), found.shares) == (
            likes, emoji, shares,
        )  # fmt: skip

    for act in acts:
        await frank.ask("send", activity=act, to=[us])
    await here.until(partial(counted, 1, 1, 1))
    for act in acts:
        await frank.ask("send", activity=said(frank, "Undo", act, to=[us]), to=[us])
    await here.until(partial(counted, 0, 0, 0))
    await sound(frank, alder)


async def test_frank_answers_a_poll_and_reports_a_post(here: stage.Stage, frank: Peer) -> None:
    alder = await followed(here, frank)
    us = alder.community.id
    ends = alder.now() + timedelta(days=2)
    poll = await posted(alder, text="Soup or bread?", options=("Soup", "Bread"), ends=ends)
    asked = (await here.until(partial(heard, frank, "Create", is_about(poll))))["object"]
    vote = {
        "id": f"{frank.actor}#votes/1", "type": "Note", "attributedTo": frank.actor,
        "name": "Soup", "inReplyTo": poll, "to": us,
    }  # fmt: skip
    await frank.ask("send", activity=said(frank, "Create", vote, to=us), to=[us])

    async def counted() -> bool:
        found = await alder.read(tallies.one, poll)
        return found is not None and [one.count for one in found.options] == [1, 0]

    await here.until(counted)
    before = await alder.read(moderation.open_count)
    flag = said(frank, "Flag", [us, poll], content="This is no soup.", to=[us])
    await frank.ask("send", activity=flag, to=[us])

    async def reported() -> bool:
        return await alder.read(moderation.open_count) > before

    await here.until(reported)
    assert asked["type"] == "Question"
    await sound(frank, alder)


async def test_frank_hears_what_a_member_thinks_of_his_posts_and_changes_them(
    here: stage.Stage, frank: Peer
) -> None:
    alder = here.nodes["alder"]
    ana, viewer = await follow(here, "dora", frank.actor)
    note = (await frank.ask("note", content="<p>Rain at last.</p>", to=[ana.id]))["id"]

    await here.until(partial(kept, alder, note, "Rain at last."))
    await alder.write(acting.like, viewer, note)
    await alder.write(acting.share, viewer, note)
    await alder.write(acting.like, viewer, note, "❤️")
    await here.until(partial(heard, frank, "Like", is_about(note)))
    await here.until(partial(heard, frank, "Announce", is_about(note)))

    async def said_with(content: str | None) -> bool:
        likes = [one for one in await frank.received("Like") if one["object"] == note]
        return content in [one.get("content") for one in likes]

    await here.until(partial(said_with, "❤️"))
    await alder.write(acting.take_back, viewer, note, Verb.LIKE)
    await alder.write(acting.take_back, viewer, note, Verb.LIKE, "❤️")
    await alder.write(acting.take_back, viewer, note, Verb.SHARE)

    async def undone() -> bool:
        back = [one["object"] for one in await frank.received("Undo")]
        kinds = [one["type"] for one in back if one["object"] == note]
        return sorted(kinds) == ["Announce", "Like", "Like"]

    await here.until(undone)
    changed = {
        "id": note, "type": "Note", "attributedTo": frank.actor, "to": [PUBLIC],
        "content": "<p>Rain since noon.</p>", "updated": alder.now().isoformat(),
        "tag": [{"type": "Hashtag", "name": "#Rain", "href": f"{frank.origin}/tags/Rain"}],
    }  # fmt: skip
    update = said(frank, "Update", changed, to=[PUBLIC], cc=[ana.id])
    await frank.ask("send", activity=update, to=[ana.id])
    await here.until(partial(kept, alder, note, "Rain since noon."))
    assert [one.id for one in await alder.read(tagging.tagged_with, "rain", viewer, None, 9)] == [
        note
    ]
    gone = said(frank, "Delete", {"id": note, "type": "Tombstone"}, to=[PUBLIC], cc=[ana.id])
    await frank.ask("send", activity=gone, to=[ana.id])

    async def withdrawn() -> bool:
        return not await kept(alder, note, "Rain")

    await here.until(withdrawn)
    await frank.ask("send", activity=said(frank, "Block", ana.id, to=[ana.id]), to=[ana.id])

    async def parted() -> bool:
        return await alder.read(follows.state, ana.id, frank.actor) is None

    await here.until(parted)
    await sound(frank, alder)
