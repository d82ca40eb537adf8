"""Hiding, suspending, keeping out, blocking, reporting: each with its refusal."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, update

import federation
from federation import policy
from federation.tables import host
from node.kernel.access import ANONYMOUS
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import job, letter, log_entry, log_words
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.follows import api as following
from node.modules.moderation import (
    acts,
    blocking,
    queries,
    queue,
    refusing,
    reporting,
    shading,
    stuck,
)
from node.modules.moderation.tables import block, refusal, report
from node.modules.notes import public
from node.modules.notes import queries as posts
from tests import servers
from tests.conftest import PASSWORD, Browser, Clock, Wire, person, settle
from tests.modules.test_notes import feed, follow, kept, meet, put, say
from vocab.types import Block, Flag

MODULES = [federation.module, accounts.module, follows.module, moderation.module, reactions.module,
           notes.module, pictures.module]  # fmt: skip
MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


def keeper(node: Node) -> str:
    return f"{node.origin}/u/keeper"


async def rows(node: Node, table: Any) -> list[Any]:
    return await node.read(lambda db: list(db.execute(select(table))))


async def logged(node: Node) -> dict[str, str]:
    """Action → words, of everything in the log that has words."""
    both = select(log_entry.c.action, log_words.c.words).join(log_words)
    return {r.action: r.words for r in await node.read(lambda db: list(db.execute(both)))}


# Hiding -------------------------------------------------------------------------------------


async def test_a_hidden_post_is_seen_by_its_author_and_the_keepers_with_the_reason(
    alder: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    await person(alder, "ben")
    id = await say(alder, ana, "Something rude.")
    path = f"/n/{id.rpartition('/')[2]}"
    about = f"/moderate?about={id}&next={path}"
    admin = await browse(alder, "keeper")

    sent = await admin.post("/moderate/hide", {"reason": "It hurts people."}, form=about)
    assert sent.status_code == 200

    for handle, status in (("ana", 200), ("keeper", 200), ("ben", 404), (None, 404)):
        answer = await (await browse(alder, handle)).get(path)
        assert answer.status_code == status, handle
        assert ("It hurts people." in answer.text) is (status == 200)
    assert await alder.read(public.document, id, ANONYMOUS) is None
    assert (await logged(alder))["moderation.hide"] == "It hurts people."

    sent = await admin.post("/moderate/show", {"reason": "Settled."}, form=about)
    assert sent.status_code == 200
    assert "Something rude." in (await (await browse(alder, "ben")).get(path)).text
    assert (await logged(alder))["moderation.show"] == "Settled."


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("reason", ["", "   ", "…!", "\n"])
async def test_no_keeper_acts_without_a_reason(alder: Node, reason: str) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Fine.")
    said = {"by": keeper(alder), "reason": reason}
    before = len(await rows(alder, log_entry))

    for act in (
        lambda unit: acts.hide(unit, id, **said),
        lambda unit: acts.show(unit, id, **said),
        lambda unit: acts.suspend(unit, ana.id, **said),
        lambda unit: acts.unsuspend(unit, ana.id, **said),
        lambda unit: refusing.refuse(unit, "bad.example", is_host=True, **said),
        lambda unit: refusing.allow(unit, "bad.example", **said),
        lambda unit: reporting.close(unit, "x", **said),
        lambda unit: queue.ask_again(unit, "bad.example", **said),
        lambda unit: queue.drop_letters(unit, "bad.example", **said),
        lambda unit: queue.revive(unit, "bad.example", **said),
        lambda unit: queue.let_go(unit, "bad.example", **said),
        lambda unit: queue.letter_again(unit, "deliver x y", **said),
        lambda unit: queue.letter_gone(unit, "deliver x y", **said),
        lambda unit: queue.again(unit, 1, **said),
        lambda unit: queue.drop(unit, 1, **said),
    ):
        with pytest.raises(Invalid):
            await alder.write(act)

    assert len(await rows(alder, log_entry)) == before
    found = await kept(alder, id)
    assert found
    assert found.hidden is None


async def test_only_keepers_act(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Fine.")
    said = {"by": ana.id, "reason": "I want to."}
    for act in (
        lambda unit: acts.hide(unit, id, **said),
        lambda unit: acts.suspend(unit, keeper(alder), **said),
        lambda unit: refusing.refuse(unit, "bad.example", is_host=True, **said),
        lambda unit: queue.drop(unit, 1, **said),
    ):
        with pytest.raises(Refused):
            await alder.write(act)

    browser = await browse(alder, "ana")
    for path in (f"/moderate?about={id}", "/desk/suspend", "/desk/blocks", "/desk/reports",
                 "/desk/queue"):  # fmt: skip
        answer = await browser.get(path)
        assert answer.status_code == 403, path
    visitor = await browse(alder)
    for path in ("/report", "/me/blocks", "/desk/queue"):
        assert (await visitor.get(path)).status_code == 403


async def test_what_is_not_there_cannot_be_hidden(alder: Node) -> None:
    with pytest.raises(Missing):
        await alder.write(acts.hide, f"{alder.origin}/o/none", by=keeper(alder), reason="Why not")


# Suspending ---------------------------------------------------------------------------------


async def test_a_suspended_member_is_out_at_once_and_comes_in_again(
    alder: Node, browse: Browse
) -> None:
    await person(alder, "ana")
    admin, ana = await browse(alder, "keeper"), await browse(alder, "ana")
    assert (await ana.get("/me")).status_code == 200

    page = "/desk/suspend?who=ana"
    sent = await admin.post("/desk/suspend", {"reason": "Threats."}, form=page)
    assert "Threats." in sent.text
    out = await ana.get("/me")
    right = await ana.post("/sign-in", {"name": "ana", "password": PASSWORD})
    wrong = await ana.post("/sign-in", {"name": "ana", "password": "another password"})
    again = await admin.post("/desk/suspend", {"reason": "Talked it over."}, form=page)

    assert (out.status_code, right.status_code, wrong.status_code) == (403, 403, 422)
    assert "Threats." in right.text
    assert "Ask keeper" in right.text
    assert "Threats." not in wrong.text
    assert "suspended" not in wrong.text
    assert again.status_code == 200
    await ana.sign_in("ana")
    assert (await ana.get("/me")).status_code == 200
    words = await logged(alder)
    assert words["moderation.suspend"] == "Threats."
    assert words["moderation.unsuspend"] == "Talked it over."


async def test_the_last_keeper_is_not_suspended(alder: Node, browse: Browse) -> None:
    admin = await browse(alder, "keeper")
    page = "/desk/suspend?who=keeper"
    answer = await admin.post("/desk/suspend", {"reason": "Myself."}, form=page)

    assert answer.status_code == 422
    assert "Nobody else keeps this node" in answer.text


# Keeping out --------------------------------------------------------------------------------


async def test_nothing_comes_from_or_goes_to_a_host_that_is_kept_out(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    await follow(alder, ana, birch, ben)
    early = await say(birch, ben, "Before.")
    await settle(alder, birch)
    assert "<p>Before.</p>" in await feed(alder, ana)

    admin = await browse(alder, "keeper")
    sent = await admin.post(
        "/desk/blocks", {"who": "https://Birch.test/", "level": "suspend", "reason": "Spam."}
    )
    assert "birch.test" in sent.text
    wire.seen.clear()
    late = await say(birch, ben, "After.")
    await say(alder, ana, "CANARY to my followers.")
    await settle(alder, birch)

    assert await kept(alder, late) is None
    assert not any(b"CANARY" in body for _, _, body in wire.seen)
    assert await feed(alder, ana) == ["<p>CANARY to my followers.</p>"]
    assert await alder.read(following.followers, ana.id) == []
    assert await alder.read(following.following, ana.id) == []
    assert await alder.read(posts.stored, early) is not None

    ended = await admin.post(
        "/desk/blocks/end", {"reason": "They cleaned up."}, form="/desk/blocks"
    )
    assert ended.status_code == 200
    assert not await rows(alder, refusal)
    assert "<p>Before.</p>" not in await feed(alder, ana)


@pytest.mark.parametrize(
    ("host_", "kept_out"),
    [
        ("bad.example", True),
        ("a.bad.example", True),
        ("deep.a.bad.example", True),
        ("bad.example:8443", True),
        ("notbad.example", False),
        ("example", False),
        ("bad.example.org", False),
    ],
)
async def test_a_host_is_kept_out_with_all_under_it(
    alder: Node, host_: str, kept_out: bool
) -> None:
    by = {"by": keeper(alder), "reason": "Spam."}
    await alder.write(refusing.refuse, "bad.example", is_host=True, **by)

    actor = f"https://{host_}/u/x"
    assert await alder.read(policy.refuses, alder.registry, actor) is kept_out


async def test_one_account_is_kept_out_and_others_of_its_server_are_not(
    alder: Node, birch: Node
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    cleo = await person(birch, "cleo")
    for who in (ben, cleo):
        await follow(alder, ana, birch, who)
    by = {"by": keeper(alder), "reason": "Threats."}
    await alder.write(refusing.refuse, ben.id, is_host=False, **by)

    bad, good = await say(birch, ben, "Bad."), await say(birch, cleo, "Good.")
    await settle(alder, birch)

    assert await kept(alder, bad) is None
    assert await kept(alder, good) is not None


async def test_we_do_not_keep_ourselves_out(alder: Node, browse: Browse) -> None:
    admin = await browse(alder, "keeper")
    for who in ("alder.test", "https://alder.test/", "@keeper@alder.test", "nonsense"):
        answer = await admin.post(
            "/desk/blocks", {"who": who, "level": "suspend", "reason": "Oops."}
        )
        assert answer.status_code == 422, who
    assert not await rows(alder, refusal)


# A member's own -----------------------------------------------------------------------------


async def test_who_is_muted_is_not_seen_by_one_and_seen_by_the_other(
    alder: Node, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    cleo = await person(alder, "cleo")
    id = await say(alder, ben, "Loud.", reach="community")
    path = f"/n/{id.rpartition('/')[2]}"

    browser = await browse(alder, "ana")
    sent = await browser.post("/me/blocks", {"who": "@ben@alder.test", "kind": "mute"})
    assert "not shown" in sent.text

    assert await feed(alder, ana) == []
    assert await feed(alder, cleo) == ["<p>Loud.</p>"]
    assert "Loud." not in (await browser.get("/")).text
    alone = await browser.get(path)
    assert ("Loud." in alone.text, "In answer to" in alone.text) == (True, False)

    await browser.post("/me/blocks/end", {}, form="/me/blocks")
    assert await feed(alder, ana) == ["<p>Loud.</p>"]


async def test_who_is_blocked_cannot_follow_or_answer(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    await follow(alder, ana, birch, ben)
    id = await say(alder, ana, "Hello.")
    await settle(alder, birch)

    await alder.write(blocking.block_for, ana, ben.id, is_host=False)
    await settle(alder, birch)
    assert await alder.read(following.followers, ana.id) == []
    assert await birch.read(following.state, ben.id, ana.id) == following.State.REFUSED

    await birch.write(following.follow, ben, await meet(birch, ana))
    answer = await say(birch, ben, "You!", parent=id)
    await settle(alder, birch)

    assert await birch.read(following.state, ben.id, ana.id) == following.State.REFUSED
    assert await kept(alder, answer) is None


async def test_a_neighbour_who_is_blocked_gets_a_sentence(alder: Node, browse: Browse) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    id = await say(alder, ana, "Hello.")
    await alder.write(blocking.block_for, ana, ben.id, is_host=False)

    path = f"/n/{id.rpartition('/')[2]}"
    browser = await browse(alder, "ben")
    answer = await browser.post(
        f"{path}/reply", {"text": "You!", "reach": "community", "lang": "en"}, form=path
    )
    assert answer.status_code == 403
    assert "takes no answers" in answer.text


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("who", ["@ana@alder.test", "alder.test", "@alder@alder.test"])
async def test_nobody_blocks_themselves_or_home(alder: Node, browse: Browse, who: str) -> None:
    await person(alder, "ana")
    browser = await browse(alder, "ana")
    answer = await browser.post("/me/blocks", {"who": who, "kind": "block"})

    assert answer.status_code == 422
    assert not await rows(alder, block)


async def test_a_block_from_elsewhere_ends_the_follow(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    away = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=ana.id, to=(ana.id,))
    await birch.write(lambda unit: unit.send(away))
    await settle(alder, birch)

    assert await alder.read(following.following, ana.id) == []


# Reports ------------------------------------------------------------------------------------


async def test_a_report_comes_to_the_desk_and_is_closed_with_what_came_of_it(
    alder: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    await person(alder, "ben")
    id = await say(alder, ana, "Rude.")
    browser, admin = await browse(alder, "ben"), await browse(alder, "keeper")

    sent = await browser.post(
        "/report",
        {"ground": "harm", "words": "This hurts."},
        form=f"/report?about={id}&next=/notes",
    )
    assert sent.status_code == 200
    assert "A report waits" in (await admin.get("/desk")).text
    desk = await admin.get("/desk/reports")
    assert "This hurts." in desk.text
    assert "From" in desk.text
    assert "Hidden already" not in desk.text
    await admin.post("/moderate/hide", {"reason": "Too rude."}, form=f"/moderate?about={id}")
    desk = await admin.get("/desk/reports")
    assert "Hidden already" in desk.text
    assert "Too rude." in desk.text

    closed = await admin.post(
        "/desk/reports/close", {"reason": "Spoke with both."}, form="/desk/reports"
    )
    assert "This hurts." not in closed.text
    (one,) = await alder.read(lambda db: queries.reports(db, closed=True))
    assert (one.outcome, one.closed_by, one.owner) == ("Spoke with both.", keeper(alder), ana.id)
    assert (await logged(alder))["moderation.close"] == "Spoke with both."


async def test_nobody_is_asked_to_report_themselves(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    await person(alder, "ben")
    id = await say(alder, ana, "Fine.", reach="community")

    for handle, asked in (("ben", True), ("keeper", True), ("ana", False)):
        page = await (await browse(alder, handle)).get(f"/n/{id.rpartition('/')[2]}")
        assert (page.status_code, "/report?about=" in page.text) == (200, asked), handle


async def test_a_report_needs_words_and_something_to_be_about(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Fine.")
    browser = await browse(alder, "ana")

    bare = await browser.post("/report", {"words": ""}, form=f"/report?about={id}")
    assert bare.status_code == 422
    assert (await browser.get("/report?about=https://alder.test/o/none")).status_code == 404
    assert not await rows(alder, report)


async def test_a_form_sent_twice_makes_one_report(alder: Node) -> None:
    ana = await person(alder, "ana")
    for key in ("one", "two"):
        await alder.write(reporting.file, key, by=ana.id, about=ana.id, once="same")

    assert len(await rows(alder, report)) == 1


async def test_a_report_from_elsewhere_names_only_its_host(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(birch, ana)
    id = await say(alder, ana, "Rude.")
    for number in range(3):
        flag = Flag(id=f"{birch.origin}/a/f{number}", actor=ben.id, objects=(ana.id, id),
                    content="<p>Look <script>x</script>here</p>", to=(ana.id,))  # fmt: skip
        await birch.write(put, flag)
    elsewhere = Flag(id=f"{birch.origin}/a/g", actor=ben.id, objects=("https://elm.test/o/1",),
                     to=(ana.id,))  # fmt: skip
    await birch.write(put, elsewhere)
    await settle(alder, birch)

    (one,) = await rows(alder, report)
    assert (one.by, one.origin, one.about, one.owner) == (None, "birch.test", id, ana.id)
    assert one.words == "Look here"
    assert ben.id not in str(one)


# The queue ----------------------------------------------------------------------------------


async def test_the_desk_shows_who_is_away_and_asks_again_or_gives_up(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    wire.away.add(birch.origin)
    id = await say(alder, ana, "Late news.")
    await settle(alder)
    admin = await browse(alder, "keeper")
    at = "/desk/queue?at=birch.test"

    page = (await admin.get("/desk/queue")).text
    assert "birch.test" in page
    assert "One letter waits for it" in page
    assert "It cannot be reached." in page
    assert "Something new" in (await admin.get(at)).text

    wire.away.discard(birch.origin)
    data = {"reason": "It is back.", "say": "again", "domain": "birch.test"}
    assert (await admin.post("/desk/queue", data, form=at)).status_code == 200
    await settle(alder, birch)
    assert await kept(birch, id) is not None
    assert "See the letters" not in (await admin.get("/desk/queue")).text

    wire.away.add(birch.origin)
    await say(alder, ana, "Lost news.")
    await settle(alder)
    data = {"reason": "It is gone for good.", "say": "drop", "domain": "birch.test"}
    assert (await admin.post("/desk/queue", data, form=at)).status_code == 200
    await settle(alder)
    waiting = [one for one in await rows(alder, job) if one.kind == "federation.deliver"]
    assert not waiting
    codes = {one.code for one in await rows(alder, letter) if one.way == "out"}
    assert "E_DROPPED" in codes
    assert (await rows(alder, host))[0].domain == "birch.test"


async def test_what_was_given_up_is_shown_after_a_restart_and_can_be_tried_again(
    alder: Node, birch: Node, wire: Wire, browse: Browse, make_node: MakeNode, clock: Clock
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    wire.away.add(birch.origin)
    late = [await say(alder, ana, f"News {n}.") for n in range(3)]
    await settle(alder)
    clock.advance(days=31)
    await settle(alder)
    at = "/desk/queue?at=birch.test"

    restarted = await make_node("alder", data=alder.settings.data, modules=MODULES)
    admin = await browse(restarted, "keeper")
    page = (await admin.get(at)).text
    assert "3 letters were given up: It was tried for 30 days." in page
    names = [one.name for one in await restarted.read(stuck.given_up, "birch.test")]
    clear = {"reason": "Old news.", "say": "drop", "domain": "", "letter": names[0]}
    assert (await admin.post("/desk/queue", clear, form=at)).status_code == 200
    wire.away.discard(birch.origin)
    one = {"reason": "They are back.", "say": "again", "domain": "", "letter": names[1]}
    assert (await admin.post("/desk/queue", one, form=at)).status_code == 200
    all_ = {"reason": "They are back.", "say": "revive", "domain": "birch.test"}
    assert (await admin.post("/desk/queue", all_, form=at)).status_code == 200
    await settle(restarted, birch)

    arrived = [id for id in late if await kept(birch, id) is not None]
    assert len(arrived) == 2
    assert "See the letters" not in (await admin.get("/desk/queue")).text
    for odd in ({"letter": "deliver x y"}, {"domain": "elm.test"}, {"letter": "x" * 300}):
        token = servers.hidden_fields((await admin.get("/me")).text, "/sign-out")
        gone = {**token, "reason": "Why not.", "say": "again", **odd}
        ours = {"origin": restarted.origin, "sec-fetch-site": "same-origin"}
        answer = await admin.client.post("/desk/queue", data=gone, headers=ours)
        assert answer.status_code == 404
    assert (await admin.get("/desk/queue?at=elm.test")).status_code == 404


async def test_a_dead_job_is_tried_again_or_given_up(alder: Node, browse: Browse) -> None:
    def make(unit: Any) -> None:
        unit.later("federation.sweep", once="dead one")
        unit.db.execute(update(job).where(job.c.once == "dead one").values(dead=True, error="Boom"))

    await alder.write(make)
    admin = await browse(alder, "keeper")
    assert "Boom" in (await admin.get("/desk/queue")).text
    bare = await admin.post("/desk/queue", {"reason": "", "say": "drop"})
    assert bare.status_code == 422
    await admin.post("/desk/queue", {"reason": "Try it.", "say": "again"})
    again = [one for one in await rows(alder, job) if one.once == "dead one"]
    assert [one.dead for one in again] == [False]

    await alder.write(lambda unit: unit.db.execute(update(job).values(dead=True)))
    (one,) = [one for one in await alder.read(stuck.dead) if one.kind == "federation.sweep"][:1]
    await alder.write(queue.drop, one.id, by=keeper(alder), reason="Enough.")
    assert one.id not in {each.id for each in await rows(alder, job)}


# Leaving ------------------------------------------------------------------------------------


async def test_who_leaves_takes_their_blocks_and_reports_along(alder: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(blocking.block_for, ana, ben.id, is_host=False)
    await alder.write(reporting.file, "k", by=ana.id, about=ben.id, words="CANARY")
    told = await alder.read(queries.export, ana.id)
    assert told["blocks"][0]["subject"] == ben.id
    assert told["reports"][0]["words"] == "CANARY"

    await alder.write(acts.erase, ana.id)

    assert not await rows(alder, block)
    (left,) = await rows(alder, report)
    assert left.by is None
    assert left.words == ""


async def test_unseen_names_whom_a_viewer_does_not_see(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)
    await alder.write(blocking.block_for, ana, "birch.test", is_host=True)

    def unseen(db: Any, who: str | None) -> set[str]:
        return set(db.scalars(shading.unseen(who)))

    assert await alder.read(unseen, ana.id) == {ben.id}
    assert await alder.read(unseen, keeper(alder)) == set()
    assert await alder.read(unseen, None) == set()
