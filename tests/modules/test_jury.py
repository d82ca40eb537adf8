"""A jury: drawn by lot so that nobody can steer it, replaced in order, and what it recommends."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.modules import jury
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.decisions.methods import lots
from node.modules.jury import jobs, leaving, queries, rules, sitting, slots
from node.modules.jury.rules import Part, Stage
from node.modules.jury.tables import Jury, juror, word
from node.modules.jury.tables import jury as juries
from tests.conftest import Clock, settle
from tests.modules import moot
from tests.modules.moot import ids

MODULES = [*moot.MODULES, jury.module]
NAMES = ("ana", "ben", "cleo", "dora", "eli", "fay", "gus", "hal")


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, *NAMES)
    return node


async def matter(node: Node, clock: Clock) -> str:
    """A proposal of Ana's that is talked through."""
    people = await ids(node)
    return await moot.bring(node, people["ana"], opens=clock() + timedelta(days=20),
                            closes=clock() + timedelta(days=27))  # fmt: skip


@pytest.mark.parametrize(("here", "seats"), [(9, 3), (10, 4), (13, 5)])
async def test_the_form_asks_for_no_more_than_there_are(
    alder: Node, clock: Clock, browse: Any, here: int, seats: int
) -> None:
    """Of those who are here the author and who asks are left out; half of the others is drawn."""
    await moot.people(alder, *(f"more{n}" for n in range(here - len(NAMES) - 1)))
    slug = await matter(alder, clock)
    ben = await browse(alder, "ben")

    page = await ben.get(f"/juries/{slug}")

    assert f'value="{seats}"' in page.text
    assert "Ask a jury" in page.text


async def test_too_few_are_not_asked_to_ask(alder: Node, clock: Clock, browse: Any) -> None:
    for name in NAMES[4:]:
        await alder.write(accounts.suspend, (await ids(alder))[name])
    slug = await matter(alder, clock)
    ben = await browse(alder, "ben")

    page = await ben.get(f"/juries/{slug}")

    assert "There are too few of us for a jury" in page.text
    assert "Ask a jury" not in page.text


async def held(node: Node, slug: str) -> Jury:
    found = await node.read(queries.on, slug)
    assert found is not None
    return found


async def test_no_page_reads_the_nodes_word_before_the_draw(alder: Node, clock: Clock) -> None:
    before = await held(alder, await asked(alder, clock))
    assert before.lot_word == ""
    after = await held(alder, await drawn(alder, clock))
    assert after.seed
    assert lots.commitment(after.lot_word) == after.lot


async def asked(node: Node, clock: Clock, *, seats: int = 3) -> str:
    """Ben has asked a jury about a matter of Ana's."""
    slug = await matter(node, clock)
    people = await ids(node)
    await node.write(sitting.ask, slug, people["ben"], "Is it too loud?", seats)
    return slug


async def drawn(node: Node, clock: Clock, *, seats: int = 3) -> str:
    """… and it was drawn, with a word of Cleo's in the lot."""
    slug, people = await asked(node, clock, seats=seats), await ids(node)
    await node.write(sitting.promise, slug, people["cleo"], decisions.commitment("c" * 32))
    clock.advance(days=2)
    await jobs.due(node)
    await node.write(sitting.tell, slug, people["cleo"], "C" * 32)
    return slug


def being(found: Jury, *parts: Part) -> list[str]:
    order = sorted(found.people, key=lambda one: one.place or 0)
    return [one.member for one in order if one.part in parts and one.member]


# The lot --------------------------------------------------------------------------------------


async def test_anybody_who_has_list_and_words_draws_the_same(alder: Node, clock: Clock) -> None:
    slug = await drawn(alder, clock)
    found = await held(alder, slug)

    # as a stranger to the program would
    members = sorted(one.member for one in found.people if one.member)
    digest = hashlib.sha256("\n".join(members).encode()).hexdigest()
    words = sorted([found.lot_word, *(w.word for w in found.words if w.word)])
    seed = hashlib.sha256("\x1f".join((*words, digest)).encode()).hexdigest()
    order = sorted(members, key=lambda m: hashlib.sha256(f"{seed}\x1f{m}".encode()).digest())
    out = being(found, Part.OUT)
    assert (digest, seed) == (found.list_digest, found.seed)
    assert hashlib.sha256(found.lot_word.encode()).hexdigest() == found.lot
    assert [one.member for one in sorted(found.people, key=lambda p: p.place or 0)] == order
    assert being(found, Part.ASKED) == [who for who in order if who not in out][:3]
    assert tuple(being(found, Part.ASKED)) == lots.jury(members, 3, seed, out)
    people = await ids(alder)
    assert {(one.member, one.reason) for one in found.people if one.part is Part.OUT} == {
        (people["ana"], "brought"), (people["ben"], "asks")
    }  # fmt: skip


async def test_without_anybodys_word_the_node_draws_after_two_days(
    alder: Node, clock: Clock
) -> None:
    slug = await asked(alder, clock)
    clock.advance(days=1)
    await jobs.due(alder)
    assert (await held(alder, slug)).stage is Stage.PROMISE
    clock.advance(days=1)
    await jobs.due(alder)

    assert (await held(alder, slug)).stage is Stage.SITS


async def test_a_word_that_is_kept_back_is_waited_for_two_days(alder: Node, clock: Clock) -> None:
    slug, people = await asked(alder, clock), await ids(alder)
    for name in ("cleo", "dora"):
        await alder.write(sitting.promise, slug, people[name], decisions.commitment(name * 8))
    with pytest.raises(Conflict):
        await alder.write(sitting.tell, slug, people["cleo"], "cleo" * 8)
    clock.advance(days=2)
    await jobs.due(alder)
    with pytest.raises(Invalid):
        await alder.write(sitting.tell, slug, people["cleo"], "dora" * 8)
    await alder.write(sitting.tell, slug, people["cleo"], "cleo" * 8)
    assert (await held(alder, slug)).stage is Stage.TELL
    clock.advance(days=2)
    await jobs.due(alder)

    found = await held(alder, slug)
    assert found.stage is Stage.SITS
    assert found.seed == lots.seed([found.lot_word, "cleo" * 8], found.list_digest)


async def test_who_may_promise_what(alder: Node, clock: Clock) -> None:
    slug, people = await asked(alder, clock), await ids(alder)
    digest = decisions.commitment("a" * 32)
    with pytest.raises(Refused):
        await alder.write(sitting.promise, slug, "https://birch.test/u/eve", digest)
    with pytest.raises(Invalid):
        await alder.write(sitting.promise, slug, people["ana"], "a word")
    assert await moot.rows(alder, word) == []

    await alder.write(sitting.promise, slug, people["ana"], digest)
    with pytest.raises(Conflict):
        await alder.write(sitting.promise, slug, people["ana"], decisions.commitment("b"))
    with pytest.raises(Conflict):
        await alder.write(sitting.promise, slug, people["ben"], digest)
    clock.advance(days=2)
    with pytest.raises(Conflict):
        await alder.write(sitting.promise, slug, people["cleo"], decisions.commitment("c"))
    assert [row.member for row in await moot.rows(alder, word)] == [people["ana"]]


# Who may be asked -----------------------------------------------------------------------------


async def test_who_may_ask_a_jury_about_what(alder: Node, clock: Clock) -> None:
    slug, people = await matter(alder, clock), await ids(alder)
    open_ = await moot.bring(alder, people["ana"])
    with pytest.raises(Refused):
        await alder.write(sitting.ask, slug, "https://birch.test/u/eve", "So?", 3)
    with pytest.raises(Missing):
        await alder.write(sitting.ask, "nothing", people["ben"], "So?", 3)
    with pytest.raises(Conflict) as voted:
        await alder.write(sitting.ask, open_, people["ben"], "So?", 3)
    with pytest.raises(Conflict) as few:
        await alder.write(sitting.ask, slug, people["ben"], "So?", 4)
    assert (voted.value.code, few.value.code) == ("E_MATTER", "E_FEW")
    assert await moot.rows(alder, juries) == []

    await alder.write(sitting.ask, slug, people["ben"], "So?", 3)
    with pytest.raises(Conflict) as once:
        await alder.write(sitting.ask, slug, people["cleo"], "Again?", 3)
    assert once.value.code == "E_ONCE"


async def test_who_has_a_stake_says_so_before_the_draw(alder: Node, clock: Clock) -> None:
    slug, people = await asked(alder, clock), await ids(alder)
    await alder.write(sitting.stake, slug, people["cleo"])
    with pytest.raises(Refused):
        await alder.write(sitting.stake, slug, people["ana"])
    clock.advance(days=2)
    await jobs.due(alder)
    found = await held(alder, slug)

    assert people["cleo"] not in being(found, Part.ASKED)
    assert next(p.reason for p in found.people if p.member == people["cleo"]) == "stake"
    with pytest.raises(Conflict):
        await alder.write(sitting.stake, slug, people["dora"])


async def test_three_who_cannot_are_replaced_in_the_order_of_the_lot(
    alder: Node, clock: Clock
) -> None:
    slug = await drawn(alder, clock)
    found = await held(alder, slug)
    order = [who for who in lots.order([p.member for p in found.people if p.member],
             found.seed or "") if who not in being(found, Part.OUT)]  # fmt: skip
    with pytest.raises(Refused):
        await alder.write(sitting.answer, slug, order[3], yes=True)

    for who in order[:3]:
        await alder.write(sitting.answer, slug, who, yes=False)

    found = await held(alder, slug)
    assert being(found, Part.ASKED) == order[3:6]
    assert being(found, Part.DECLINED) == order[:3]
    with pytest.raises(Refused):
        await alder.write(sitting.answer, slug, order[0], yes=True)
    await alder.write(sitting.answer, slug, order[3], yes=True)
    clock.advance(days=3)
    await jobs.due(alder)
    found = await held(alder, slug)
    assert being(found, Part.SILENT) == order[4:6]
    assert (being(found, Part.SITS), being(found, Part.ASKED)) == ([order[3]], [order[6]])


async def test_a_jury_of_which_nobody_is_left_ends(alder: Node, clock: Clock) -> None:
    slug = await drawn(alder, clock)
    while (found := await held(alder, slug)).stage is Stage.SITS:
        await alder.write(sitting.answer, slug, being(found, Part.ASKED)[0], yes=False)

    assert found.stage is Stage.LAPSED


async def test_the_next_is_asked_for_who_leaves_or_is_suspended(alder: Node, clock: Clock) -> None:
    slug = await drawn(alder, clock)
    # the lot may draw the keeper, whom nobody can suspend
    keeper = await moot.keeper(alder)
    asked_ = being(await held(alder, slug), Part.ASKED)
    first, second, third = sorted(asked_, key=lambda who: who == keeper)
    await alder.write(sitting.answer, slug, first, yes=True)

    await alder.write(leaving.erase, first)
    found = await held(alder, slug)
    assert (len(being(found, Part.ASKED)), first in being(found, *Part)) == (3, False)
    await alder.write(accounts.suspend, second)
    with pytest.raises(Refused):
        await alder.write(sitting.answer, slug, second, yes=True)
    await alder.write(sitting.answer, slug, third, yes=False)

    found = await held(alder, slug)
    assert second in being(found, Part.GONE)
    assert len(being(found, Part.ASKED)) == 3


# At work --------------------------------------------------------------------------------------


async def test_what_more_than_half_stand_behind_is_what_it_recommends(
    alder: Node, clock: Clock
) -> None:
    slug = await drawn(alder, clock)
    one, two, three = being(await held(alder, slug), Part.ASKED)
    for who in (one, two, three):
        await alder.write(sitting.answer, slug, who, yes=True)
    with pytest.raises(Conflict):
        await alder.write(sitting.stand, slug, two, "")
    with pytest.raises(Refused):
        await alder.write(sitting.write, slug, (await ids(alder))["ana"], "It is mine.")
    await alder.write(sitting.write, slug, one, "Close at eight.")
    with pytest.raises(Conflict):
        await alder.write(sitting.hand_in, slug, one)
    await alder.write(sitting.stand, slug, two, "")
    assert sitting.stands(await held(alder, slug))
    await alder.write(sitting.write, slug, three, "Close at nine.")
    assert not sitting.stands(await held(alder, slug)), "other words are stood behind anew"
    await alder.write(sitting.stand, slug, one, "")
    await alder.write(sitting.stand, slug, two, "It is late.")
    await alder.write(sitting.hand_in, slug, one)

    found = await held(alder, slug)
    assert (found.stage, found.text, found.said) == (Stage.SAID, "Close at nine.", clock())
    assert [p.otherwise for p in found.people if p.otherwise] == ["It is late."]
    for change in (sitting.write, sitting.stand):
        with pytest.raises(Conflict):
            await alder.write(change, slug, one, "Other words.")
    assert (await held(alder, slug)).text == "Close at nine."


@pytest.mark.parametrize("behind", [True, False])
async def test_after_two_weeks_it_is_handed_in_or_came_to_nothing(
    alder: Node, clock: Clock, behind: bool
) -> None:
    slug = await drawn(alder, clock)
    three = being(await held(alder, slug), Part.ASKED)
    for who in three:
        await alder.write(sitting.answer, slug, who, yes=True)
    await alder.write(sitting.write, slug, three[0], "Close at eight.")
    if behind:
        await alder.write(sitting.stand, slug, three[1], "")
    clock.advance(days=13)
    await jobs.due(alder)
    assert (await held(alder, slug)).stage is Stage.SITS
    clock.advance(days=1)
    await jobs.due(alder)

    assert (await held(alder, slug)).stage is (Stage.SAID if behind else Stage.LAPSED)


async def test_what_stands_is_not_written_anew_at_the_last_minute(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    slug = await drawn(alder, clock)
    one, two, three = being(await held(alder, slug), Part.ASKED)
    for who in (one, two, three):
        await alder.write(sitting.answer, slug, who, yes=True)
    await alder.write(sitting.write, slug, one, "Close at eight.")
    clock.advance(days=12, hours=-1)
    await alder.write(sitting.write, slug, three, "Close at nine.")
    clock.advance(hours=1)
    await alder.write(sitting.write, slug, one, "Close at eight.")
    await alder.write(sitting.stand, slug, two, "")

    with pytest.raises(Conflict) as refused:
        await alder.write(sitting.write, slug, three, "Close at ten.")
    assert refused.value.code == "E_STILL"
    names = {id_: name for name, id_ in (await ids(alder)).items()}
    page = (await (await browse(alder, names[three])).get(f"/juries/{slug}")).text
    assert "so it stays as it is written" in page
    assert f"/juries/{slug}/write" not in page
    assert f"/juries/{slug}/stand" in page
    await alder.write(sitting.stand, slug, three, "I would say ten.")
    clock.advance(days=2)
    await jobs.due(alder)
    assert (await held(alder, slug)).stage is Stage.SAID


async def test_who_leaves_takes_their_words_along(alder: Node, clock: Clock) -> None:
    slug, people = await drawn(alder, clock), await ids(alder)
    who = being(await held(alder, slug), Part.ASKED)[0]
    await alder.write(sitting.answer, slug, who, yes=True)
    await alder.write(sitting.write, slug, who, "Close at eight.")
    await alder.write(sitting.stand, slug, who, "It is late.")
    mine = await alder.read(leaving.export, who)
    assert [one["otherwise"] for one in mine["listed"]] == ["It is late."]
    assert len((await alder.read(leaving.export, people["cleo"]))["words"]) == 1
    assert len((await alder.read(leaving.export, people["ben"]))["asked"]) == 1

    for one in (who, people["cleo"], people["ben"]):
        await alder.write(leaving.erase, one)

    (told,) = await moot.rows(alder, word)
    found = await held(alder, slug)
    assert (told.member, told.word) == (None, "c" * 32), "the draw rests on it"
    assert found.seed == lots.seed([found.lot_word, told.word], found.list_digest)
    rows = await moot.rows(alder, juror)
    assert {row.otherwise for row in rows} == {""}
    assert not {who, people["cleo"], people["ben"]} & {row.member for row in rows}
    assert [row.asker for row in await moot.rows(alder, juries)] == [None]


async def test_a_word_that_is_told_counts_when_its_member_leaves_before_the_draw(
    alder: Node, clock: Clock
) -> None:
    slug, people = await asked(alder, clock), await ids(alder)
    for name in ("cleo", "dora", "ben"):
        await alder.write(sitting.promise, slug, people[name], decisions.commitment(name * 8))
    clock.advance(days=2)
    await jobs.due(alder)
    await alder.write(sitting.tell, slug, people["cleo"], "cleo" * 8)
    for name in ("cleo", "dora"):
        await alder.write(leaving.erase, people[name])
    assert [one.digest for one in await moot.rows(alder, word) if one.member is None] == [
        decisions.commitment("cleo" * 8)
    ]
    await alder.write(sitting.tell, slug, people["ben"], "ben" * 8)

    found = await held(alder, slug)
    assert found.stage is Stage.SITS
    said = [found.lot_word, "cleo" * 8, "ben" * 8]
    assert found.seed == lots.seed(said, found.list_digest)


async def test_a_jury_in_the_browser(alder: Node, clock: Clock, browse: Callable[..., Any]) -> None:
    slug = await matter(alder, clock)
    path = f"/juries/{slug}"
    ben, cleo = [await browse(alder, name) for name in ("ben", "cleo")]
    assert f'href="{path}"' in (await ben.get(f"/p/{slug}")).text
    assert (await (await browse(alder)).get(path)).status_code == 403
    assert (await ben.post(path, {"question": "", "seats": "3"})).status_code == 422
    page = await ben.post(path, {"question": "Is it too loud?", "seats": "3"})
    assert "The lot is being made" in page.text
    assert moot.strip(page.text)["Your turn"] == "Guard the lot, if you like"
    shown = await cleo.post(f"{path}/promise", {"digest": ""}, form=path)
    secret = shown.text.partition('class="gift"><code>')[2].partition("<")[0]
    assert secret not in (await cleo.get(path)).text
    clock.advance(days=2)
    wrong = await cleo.post(f"{path}/tell", {"word": "wrong"}, form=path)
    assert wrong.status_code == 422
    turns = [moot.strip(p.text)["Your turn"] for p in (wrong, await ben.get(path))]
    assert turns == ["Tell the word", "Nothing today"]
    people = await ids(alder)
    viewer = Viewer(account=await alder.account(people["cleo"]), role="member")
    assert len(await slots.waiting(alder, viewer)) == 1
    page = await cleo.post(f"{path}/tell", {"word": secret}, form=path)
    assert "The jury is at work" in page.text
    assert "The jury is at work" in (await ben.get(f"/p/{slug}")).text

    names = {id: handle for handle, id in people.items()}
    jurors = [names[one] for one in being(await held(alder, slug), Part.ASKED)]
    for name in jurors:
        sits = await browse(alder, name)
        page = await sits.get(path)
        assert "You were drawn" in page.text
        assert moot.strip(page.text)["Your turn"] == "Say whether you take part"
        await sits.post(f"{path}/answer", {"say": "yes"}, form=path)
    assert (await sits.post(f"{path}/write", {"text": ""}, form=path)).status_code == 422
    await sits.post(f"{path}/write", {"text": "Close at eight."}, form=path)
    other = await browse(alder, jurors[0])
    asked = moot.strip((await other.get(path)).text)
    assert asked["Your turn"] == "Say whether you stand behind it"
    page = await other.post(f"{path}/stand", {"behind": "yes"}, form=path)
    assert "Hand it in" in page.text
    page = await other.post(f"{path}/hand-in", {}, form=path)
    assert page.url.path == f"/p/{slug}"
    assert "Close at eight." in page.text
    assert "Close at eight." not in (await (await browse(alder)).get(f"/p/{slug}")).text
    strip = moot.strip((await ben.get(path)).text)
    assert list(strip.values()) == [
        "The jury has spoken", "Nothing more", "Nothing today", "No day set",
    ]  # fmt: skip
    await settle(alder)


# Rules ----------------------------------------------------------------------------------------


def test_what_a_jury_said_stays_so() -> None:
    legal = {(a, b) for a, b in product(Stage, Stage) if rules.legal(a, b)}

    assert not [pair for pair in legal if pair[0] in (Stage.SAID, Stage.LAPSED)]
    assert (Stage.PROMISE, Stage.SAID) not in legal
    assert all((one, Stage.LAPSED) in legal for one in rules.GOES_ON)
