"""Somebody asks, offers, changes their mind; two nodes trust each other and a need is met."""

import pytest

from federation import resolving
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.ledger import deciding
from node.modules.ledger.pairs import Line
from node.modules.peers import api as peers
from node.stage import Stage
from tests.browser.conftest import Open, Street, Walk
from tests.browser.walking import Walker
from tests.conftest import person


@pytest.mark.thorough
async def test_somebody_asks_changes_it_and_takes_it_back(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder")
    alder = stage.nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    ana = await walk(alder, "ana")

    await ana.go("/give", "board-empty")
    await ana.press("I need something", "need-new")
    # half a minute: few things are asked, and one line is all that must be typed
    assert await ana.page.locator("form.leaf .field:visible").count() <= 5
    await ana.fill(title="A ladder for Saturday morning")
    await ana.press("Put it on the board", "need")
    await ana.sees("Your notice is on the board.", "A ladder for Saturday morning")
    need = ana.path
    await ana.press("Change it", "need-edit")
    await ana.fill(title="A long ladder for Saturday", takes="later", text="To mend the gutter.")
    await ana.press("Change it", "need-edit-errors", status=422)
    assert await ana.page.locator("[name=text]").input_value() == "To mend the gutter."
    await ana.fill(takes="1 h 30")
    await ana.press("Change it")
    await ana.sees("Changed.", "1 h 30 min")

    await ana.go("/l/new?purpose=offer", "offer-new")
    await ana.fill(title="Bread on Fridays, two loaves", text="Rye, from a slow dough.")
    await ana.choose(reach="public", kind="meal", topic="food")
    await ana.press("Put it on the board", "offer")
    await ana.go("/board", "board")
    await ana.sees("Needed", "Offered", "2 notices")
    await (await walk(alder)).go("/board", "board-visitor")

    await ana.go(need)
    await ana.open("Take it from the board")
    await ana.picture("need-asked-back")
    await ana.press("Take it down", "need-withdrawn")
    await ana.sees("It has left the board.")
    await ana.go("/l/mine", "mine")

    stage.clock.wait(days=70)
    await ana.sign_in("ana")
    await ana.go("/board")
    await ana.sees("Nothing here yet")
    await ana.go("/l/mine")
    await ana.press("Bread on Fridays, two loaves", "offer-expired")
    await ana.sees("Its time is over")


@pytest.mark.thorough
async def test_what_comes_again_is_said_and_read_out(nodes: Open, walk: Walk) -> None:
    alder = (await nodes("alder")).nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    ana = await walk(alder, "ana")

    await ana.go("/l/new?purpose=offer")
    await ana.fill(title="The repair bench is open")
    await ana.open("When and where")
    await ana.choose(rhythm="second")
    await ana.press("Put it on the board", "again-without-a-day", status=422)
    await ana.sees("Write above, as the one day, on which day it begins.")
    await ana.fill(day="Tue", opens="17:00", closes="19:00")
    await ana.press("Put it on the board", "again")
    await ana.sees("Every second Tuesday, 17:00–19:00:")


async def test_from_a_need_at_alder_to_thanks_at_birch_which_is_off_meanwhile(
    street: Street, walk: Walk
) -> None:
    stage, alder, birch = street.stage, await street.on("alder"), await street.on("birch")
    await person(alder, "mira", display="Mira Lind")
    await person(birch, "bo", display="Bo Sander")
    await trusting(stage, await walk(alder, "keeper"), await walk(birch, "keeper"))
    for node, other in ((alder, birch), (birch, alder)):
        await node.write(ten_hours, other.community.service)

    bo, mira = await walk(birch, "bo"), await walk(alder, "mira")
    await posted(bo, mira)
    await introduced(stage, bo, mira)
    await agreed(stage, bo, mira)

    await street.off("birch")
    await mira.go("/", "today-done")
    await mira.press("Look", "done-theirs")
    await mira.fill(thanks="It runs like new.")
    await mira.press("Yes, confirm 1 h", "confirmed-alone")
    await mira.sees("Confirmed")
    await mira.go("/time", "time-on-its-way")

    stage.clock.wait(days=1)
    await street.on("birch")
    await shows(stage, bo, "/agreements", "Done, with Mira Lind")
    await bo.press("Done, with Mira Lind", "confirmed-theirs")
    await bo.sees("A word of thanks", "It runs like new.", "Both say that it is done")
    assert "said that it is done" not in await bo.text()
    await shows(stage, bo, "/time", "You gave")
    await bo.go("/time", "time-given")
    await shows(stage, mira, "/time", "You received")
    await mira.go("/time", "time-received")
    for both in (bo, mira):
        await both.sees("1 h", "I mend bicycles on Sundays")


async def posted(bo: Walker, mira: Walker) -> None:
    """Bo offers what Mira needs, and can be reached by telephone."""
    await bo.go("/me/contact", "contact-new")
    await bo.fill(telephone="030 123 45 67")
    await bo.press("Save")
    await bo.go("/l/new?purpose=offer")
    await bo.fill(title="I mend bicycles on Sundays", text="Brakes and gears.", takes="1 h")
    await bo.choose(topic="repair", reach="trusted", terms="timeCredit")
    await bo.press("Put it on the board")
    await mira.go("/l/new?purpose=need")
    await mira.fill(title="Somebody to mend my bicycle", text="The brakes do not hold.")
    await mira.choose(topic="repair", reach="trusted")
    await mira.press("Put it on the board")


async def introduced(stage: Stage, bo: Walker, mira: Walker) -> None:
    """Both say yes, and each has the other's card."""
    await shows(stage, mira, "/match", "Why this may fit")
    await mira.go("/", "today-match")
    await mira.go("/match", "match")
    await mira.press("Introduce us", "match-consent")
    await mira.fill(message="Is Sunday at ten too early?")
    await mira.press("Introduce us", "match-waiting")
    await mira.sees("Your yes is on its way.")

    await shows(stage, bo, "/introductions", "asks to be introduced")
    await bo.go("/", "today-introduction")
    await bo.press("Answer", "introduction")
    await bo.sees("Is Sunday at ten too early?", "Somebody at Alder")
    assert "Mira" not in await bo.text()
    await bo.choose(means="telephone")
    await bo.press("Yes, introduce us", "introduced")
    await shows(stage, bo, "/introductions", "Mira Lind")
    await bo.go("/introductions", "cards-birch")
    await shows(stage, mira, "/introductions", "Bo Sander")
    await mira.go("/introductions", "cards")
    await mira.sees("030 123 45 67")


async def agreed(stage: Stage, bo: Walker, mira: Walker) -> None:
    """Mira answers Bo's notice, he says yes, and that he did it; each step in two taps."""
    await mira.press("Look at their notice")
    await mira.press("Answer it")
    await mira.fill(words="Sunday at ten, then.")
    await mira.press("Send my answer")
    await shows(stage, bo, "/", "Mira Lind answers your notice")
    await bo.press("Answer")
    await bo.press("Yes, agreed")
    await shows(stage, mira, "/agreements", "Agreed with Bo Sander")
    await bo.open("I did it")
    await bo.press("Tell them that it is done")
    await shows(stage, mira, "/", "says it is done")


@pytest.mark.thorough
async def test_two_write_without_names_and_then_swap_cards(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    await person(alder, "mira", display="Mira Lind")
    await person(birch, "bo", display="Bo Sander")
    await trusting(stage, await walk(alder, "keeper"), await walk(birch, "keeper"))
    bo, mira = await walk(birch, "bo"), await walk(alder, "mira")
    await posted(bo, mira)

    await shows(stage, mira, "/match", "Why this may fit")
    await mira.press("Introduce us", "match-words")
    await mira.fill(message="Are there stairs at yours?")
    await mira.press("First a few words")
    await shows(stage, bo, "/introductions", "would write with you, without names")
    await bo.go("/", "today-words-asked")
    await bo.press("Answer", "words-asked")
    await bo.sees("Are there stairs at yours?", "Somebody at Alder")
    await bo.press("Yes, let us write", "words-none")
    await bo.sees("No words yet")

    await shows(stage, mira, "/", "waits for your words")
    await mira.press("Read")
    await mira.fill(text="It is on the ground floor here. Would Sunday do?")
    await mira.press("Send these words", "words-sent")
    await shows(stage, bo, "/", "waits for your words")
    await bo.press("Read")
    await bo.fill(text="No stairs, and Sunday at ten is fine.")
    await bo.press("Send these words", "words-both")
    assert "Mira" not in await bo.text()
    await bo.open("Swap cards")
    await bo.picture("words-cards")
    await bo.press("Yes, swap cards", "words-cards-asked")

    await shows(stage, mira, "/introductions", "asks to be introduced")
    await mira.go("/introductions", "words-list")
    await mira.press("Somebody at Birch asks to be introduced", "words-cards-answer")
    await mira.press("Yes, introduce us")
    await shows(stage, mira, "/introductions", "Bo Sander")
    await shows(stage, bo, "/introductions", "Mira Lind")
    await bo.go("/introductions", "words-and-card")


@pytest.mark.thorough
async def test_a_notice_of_another_node_is_answered_and_agreed_on(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    mira = await person(alder, "mira", display="Mira Lind")
    bo = await person(birch, "bo", display="Bo Sander")
    await birch.write(follows.follow, bo, await resolving.account(birch, mira.id))
    hers, his = await walk(alder, "mira"), await walk(birch, "bo")
    await stage.until(lambda: followed(alder, mira.id))
    await hers.go("/l/new?purpose=offer")
    await hers.fill(title="A long ladder", text="Four metres, for a week.", takes="1 h")
    await hers.choose(kind="lend", reach="public", topic="tool-sharing")
    await hers.press("Put it on the board")

    await shows(stage, his, "/board?from=elsewhere", "A long ladder")
    await his.go("/board?from=elsewhere", "board-elsewhere")
    await his.press("A long ladder", "offer-elsewhere")
    await his.press("Answer it", "answer")
    await his.sees("Mira Lind learns your name, Bo Sander")
    await his.fill(words="I could fetch it on Saturday.")
    await his.press("Send my answer", "answered")
    await his.sees("Waiting for Mira Lind", "I could fetch it on Saturday.")

    await shows(stage, hers, "/", "Bo Sander answers your notice")
    await hers.go("/", "today-answer")
    await hers.press("Answer", "answer-waiting")
    await hers.open("No, not this time")
    await hers.picture("answer-no")
    await hers.press("Yes, agreed", "agreed")
    await hers.sees("Agreed with Bo Sander")
    await shows(stage, his, "/agreements", "Agreed with Mira Lind")
    await his.go("/agreements", "agreements")
    await his.press("Agreed with Mira Lind", "agreed-theirs")
    await his.open("Ask to call it off")
    await his.picture("agreed-call-off")
    await hers.open("I did it")
    await hers.press("Tell them that it is done", "delivered")
    await hers.sees("Done; waiting to be confirmed")
    await shows(stage, his, "/agreements", "Done; waiting to be confirmed")
    await his.go("/agreements")
    await his.press("Done; waiting to be confirmed", "delivered-theirs")


def ten_hours(unit: Unit, service: str) -> None:
    """The community decides how far a pair may be out of balance."""
    (keeper,) = accounts.admins(unit.db)
    deciding.agree_on(unit, keeper.id, service, Line(ours=600, theirs=600), "Decision 4")


async def followed(node: Node, who: str) -> bool:
    return bool(await node.read(follows.followers, who))


async def trusting(stage: Stage, ruth: Walker, ben: Walker) -> None:
    """Both keepers say yes, on their pages."""
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    await ruth.go("/desk/nodes")
    await ruth.fill(address="not a place")
    await ruth.press("Ask them", "nodes-wrong", status=422)
    await ruth.fill(address=birch.origin)
    await ruth.press("Ask them", "nodes-asked")
    await ruth.sees("Waiting for their answer")

    await shows(stage, ben, "/desk/nodes", "They ask us")
    await ben.go("/", "today-nodes")
    await ben.go("/desk/nodes", "nodes-asking")
    await ben.press("Trust them", "nodes-trusted")
    await stage.until(lambda: trusts(alder, birch))
    await ruth.go("/desk/nodes")
    await ruth.sees("We trust each other")


async def trusts(one: Node, other: Node) -> bool:
    return await one.read(peers.trusted, other.community.service or "")


async def shows(stage: Stage, walker: Walker, path: str, words: str) -> None:
    """Wait until a page says this, as somebody would who loads it again."""

    async def said() -> bool:
        await walker.page.goto(f"{walker.origin}{path}")
        return words in await walker.text()

    await stage.until(said)
