"""Reports between servers, and their answers: who reported is named to nobody outside."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, update

import federation
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import account, letter
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.accounts import api as people
from node.modules.moderation import acts, refusing, reporting
from node.modules.moderation.tables import report
from tests.conftest import Browser, Clock, MakeNode, Wire, person, settle
from tests.modules.test_notes import follow, kept, say
from vocab.types import Flag

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


async def rows(node: Node) -> list[Any]:
    return await node.read(lambda db: list(db.execute(select(report))))


def flags(wire: Wire) -> list[dict[str, Any]]:
    """The reports that crossed."""
    bodies = [json.loads(body) for method, _, body in wire.seen if method == "POST"]
    return [one for one in bodies if one["type"] == "Flag"]


async def followed(here: Node, there: Node, name: str, text: str) -> tuple[Any, str, str]:
    """Somebody elsewhere, whom ana follows, and a post of theirs: id here, and its page."""
    ana, far = await person(here, "ana"), await person(there, name)
    await follow(here, ana, there, far)
    id = await say(there, far, text)
    await settle(here, there)
    post = await kept(here, id)
    assert post is not None
    return far, id, post.path


# Out ----------------------------------------------------------------------------------------


async def test_a_report_that_is_passed_on_names_nobody(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    """L14"""
    ben, id, path = await followed(alder, birch, "ben", "Rude.")
    browser = await browse(alder, "ana")
    form = f"/report?about={id}&next={path}"
    assert "look after their server" in (await browser.get(form)).text
    wire.seen.clear()
    said = {"ground": "harm", "words": "This hurts.", "forward": "on"}
    await browser.post("/report", said, form=form)
    await settle(alder, birch)

    (flag,) = flags(wire)
    assert flag["actor"] == alder.community.service
    assert flag["object"] == [ben.id, id]
    assert flag["content"] == "This hurts."
    assert flag["to"] == [ben.id]
    assert not [body for _, _, body in wire.seen if b"/u/ana" in body]
    (theirs,) = await rows(birch)
    assert (theirs.origin, theirs.by, theirs.about, theirs.owner) == (
        "alder.test",
        None,
        id,
        ben.id,
    )
    page = await (await browse(birch, "keeper")).get("/desk/reports")
    assert "This hurts." in page.text
    assert "Rude." in page.text
    assert "alder.test" in page.text
    mine = await browser.get("/me/reports")
    assert "without your name" in mine.text
    left = await alder.read(
        lambda db: db.execute(select(letter).where(letter.c.way == "out")).all()
    )
    assert not [one for one in left if b"This hurts" in (one.body or b"")]


async def test_a_report_that_is_not_passed_on_stays_here(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    _, id, _ = await followed(alder, birch, "ben", "Rude.")
    wire.seen.clear()
    browser = await browse(alder, "ana")
    await browser.post("/report", {"ground": "harm", "words": "CANARY"}, form=f"/report?about={id}")
    await settle(alder, birch)

    assert len(await rows(alder)) == 1
    assert not [body for _, _, body in wire.seen if b"CANARY" in body]


async def test_to_servers_that_take_one_thing_one_is_sent(
    alder: Node, birch: Node, wire: Wire
) -> None:
    ben, id, _ = await followed(alder, birch, "ben", "Rude.")
    page = {"@context": ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/x"]}
    await alder.write(
        lambda u: u.db.execute(update(account).where(account.c.id == ben.id).values(document=page))
    )
    wire.seen.clear()
    ana = f"{alder.origin}/u/ana"
    for key, about in (("a", id), ("b", ben.id)):
        await alder.write(reporting.file, key, by=ana, about=about, words="Look.", forward=True)
    await settle(alder, birch)

    assert {(f["object"], f["summary"], f["content"]) for f in flags(wire)} == {
        (id, "Look.", "Look."),
        (ben.id, "Look.", "Look."),
    }


async def test_what_cannot_be_passed_on_is_not_kept_either(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ben, _, _ = await followed(alder, birch, "ben", "Rude.")
    ana = await alder.account(f"{alder.origin}/u/ana")
    assert ana is not None
    ours = await say(alder, ana, "Mine.")
    browser = await browse(alder, "ana")
    assert "look after their server" not in (await browser.get(f"/report?about={ours}")).text
    for about in (ours, ana.id, f"{alder.origin}/o/none"):
        with pytest.raises(Invalid):
            await alder.write(reporting.file, "k", by=ana.id, about=about, words="x", forward=True)
    by = {"by": f"{alder.origin}/u/keeper", "reason": "Spam."}
    await alder.write(refusing.refuse, "birch.test", is_host=True, **by)
    with pytest.raises(Invalid):
        await alder.write(reporting.file, "k", by=ana.id, about=ben.id, words="x", forward=True)
    assert await rows(alder) == []


async def test_nobody_floods_another_server_with_reports(
    alder: Node, birch: Node, wire: Wire, clock: Clock
) -> None:
    ben, _, _ = await followed(alder, birch, "ben", "Rude.")
    ana = f"{alder.origin}/u/ana"

    async def send(key: str) -> None:
        await alder.write(reporting.file, key, by=ana, about=ben.id, words="x", forward=True)

    for number in range(reporting.PASSED_ON):
        await send(str(number))
    with pytest.raises(Invalid):
        await send("more")
    clock.advance(days=1, minutes=1)
    await send("tomorrow")
    assert len(await rows(alder)) == reporting.PASSED_ON + 1


# In -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["mastodon", "lemmy", "account", "whole"])
async def test_a_report_in_any_form_comes_to_the_desk(
    alder: Node, birch: Node, browse: Browse, shape: str
) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Rude.")
    forms = {
        "mastodon": {"objects": (ana.id, id), "content": "Spam here"},
        "lemmy": {"objects": (id,), "summary": "Spam here"},
        "account": {"objects": (ana.id,), "content": "Spam here"},
        "whole": {"objects": (id, ana.id, "https://elm.test/o/1"), "content": "<p>Spam here</p>"},
    }
    service = birch.community.service
    flag = Flag(id=f"{birch.origin}/a/f", actor=service, to=(ana.id,), **forms[shape])  # type: ignore[arg-type]
    await birch.write(lambda unit: unit.send(flag))
    await settle(birch, alder)

    (row,) = await rows(alder)
    assert row.about == (ana.id if shape == "account" else id)
    assert (row.owner, row.words, row.origin, row.by) == (ana.id, "Spam here", "birch.test", None)
    admin = await browse(alder, "keeper")
    page = await admin.get("/desk/reports")
    assert "From somebody at" in page.text
    assert ("Rude." in page.text) is (shape != "account")


async def test_what_is_not_ours_in_a_report_is_passed_over(
    alder: Node, birch: Node, browse: Browse
) -> None:
    """Also of people and posts elsewhere that are known here, whom our keepers could hide."""
    ben, id, _ = await followed(alder, birch, "ben", "Rude.")
    ana = f"{alder.origin}/u/ana"
    named = {"theirs": (ben.id, id), "both": (ben.id, id, ana)}
    for key, objects in named.items():
        flag = Flag(id=f"{birch.origin}/a/{key}", actor=birch.community.service,
                    objects=objects, content=key, to=(ana,))  # fmt: skip
        await birch.write(lambda unit, flag=flag: unit.send(flag))
        await settle(birch, alder)

    (row,) = await rows(alder)
    assert (row.words, row.about, row.more) == ("both", ana, [])
    page = await (await browse(alder, "keeper")).get("/desk/reports")
    assert "Rude." not in page.text


async def test_what_is_hidden_already_is_said_to_be(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    first, second = await say(alder, ana, "Rude."), await say(alder, ana, "Also rude.")
    by = {"by": f"{alder.origin}/u/keeper", "reason": "It hurts people."}
    await alder.write(acts.hide, second, **by)
    flag = Flag(id=f"{birch.origin}/a/f", actor=birch.community.service,
                objects=(ana.id, first, second), content="Two", to=(ana.id,))  # fmt: skip
    await birch.write(lambda unit: unit.send(flag))
    await settle(birch, alder)

    page = (await (await browse(alder, "keeper")).get("/desk/reports")).text
    assert page.count("Hidden already") == 1
    assert "It hurts people." in page
    assert page.count("Show it again") == page.count("Hide it") == 1


async def test_the_far_reporter_is_named_nowhere(alder: Node, birch: Node) -> None:
    """L14: some servers report in the name of a person; we keep only their host."""
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    flag = Flag(id=f"{birch.origin}/a/f", actor=ben.id, objects=(ana.id,), to=(ana.id,))
    await birch.write(lambda unit: unit.send(flag))
    await settle(birch, alder)

    (row,) = await rows(alder)
    assert ben.id not in str(row)


# Answers ------------------------------------------------------------------------------------


async def test_whoever_reports_reads_an_answer(alder: Node, clock: Clock, browse: Browse) -> None:
    ben = await person(alder, "ben")
    await person(alder, "ana")
    id = await say(alder, ben, "Rude.")
    browser, admin = await browse(alder, "ana"), await browse(alder, "keeper")
    await browser.post(
        "/report", {"ground": "rules", "words": "Not nice."}, form=f"/report?about={id}"
    )
    assert "waits" in (await browser.get("/me/reports")).text

    said = {"reason": "INSIDE: first time.", "answer": "Thank you. We spoke with him."}
    await admin.post("/desk/reports/close", said, form="/desk/reports")

    mine = await browser.get("/me/reports")
    assert "Thank you. We spoke with him." in mine.text
    assert "INSIDE" not in mine.text
    assert "answered what you reported" in (await browser.get("/")).text
    assert "Thank you" not in (await (await browse(alder, "ben")).get("/me/reports")).text
    assert "Thank you. We spoke" in (await admin.get("/desk/reports?closed=1")).text
    clock.advance(days=15)
    assert "answered what you reported" not in (await browser.get("/")).text


async def test_without_a_sentence_there_is_one(alder: Node, browse: Browse) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(reporting.file, "k", by=ana.id, about=ben.id, words="Look.")
    await alder.write(reporting.close, "k", by=f"{alder.origin}/u/keeper", reason="Nothing in it.")

    page = await (await browse(alder, "ana")).get("/me/reports")
    assert "looked at it" in page.text
    with pytest.raises(Missing):
        await alder.write(reporting.close, "k", by=f"{alder.origin}/u/keeper", reason="Again.")


async def test_a_keeper_neither_sees_who_reports_them_nor_answers_it(
    alder: Node, browse: Browse
) -> None:
    ana, kim = await person(alder, "ana", display="Ana L."), await person(alder, "kim")
    keeper = f"{alder.origin}/u/keeper"
    await alder.write(reporting.file, "k", by=ana.id, about=keeper, words="Unfair.")
    admin = await browse(alder, "keeper")
    page = await admin.get("/desk/reports")
    assert "Unfair." in page.text
    assert "Ana L." not in page.text

    await alder.write(people.set_role, kim.id, "admin")
    with pytest.raises(Refused):
        await alder.write(reporting.close, "k", by=keeper, reason="I was right.")
    assert "Ana L." in (await (await browse(alder, "kim")).get("/desk/reports")).text
    await alder.write(reporting.close, "k", by=kim.id, reason="Talked it over.")


async def test_a_lone_keeper_may_answer_what_is_about_them(alder: Node) -> None:
    ana, keeper = await person(alder, "ana"), f"{alder.origin}/u/keeper"
    await alder.write(reporting.file, "k", by=ana.id, about=keeper, words="Unfair.")
    await alder.write(reporting.close, "k", by=keeper, reason="I say sorry.")

    (row,) = await rows(alder)
    assert row.closed is not None


async def test_what_the_reader_may_not_see_cannot_be_reported(
    alder: Node, birch: Node, browse: Browse
) -> None:
    """V49: no words of a thing come back by reporting it."""
    ben = await person(alder, "ben")
    await person(alder, "ana")
    id = await say(alder, ben, "Secret for @keeper.", reach="direct")
    browser = await browse(alder, "ana")
    assert (await browser.get(f"/report?about={id}")).status_code == 404
    sent = {"about": id, "ground": "harm", "words": "x"}
    answer = await browser.post("/report", sent, form=f"/report?about={ben.id}")
    assert answer.status_code == 404
    assert await rows(alder) == []
