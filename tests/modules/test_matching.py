"""Matching among the members of one community, and its pages."""

from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import delete

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.listings import posting
from node.modules.listings.api import Cell, When
from node.modules.matching import (
    agreeing,
    cards,
    introduced,
    introducing,
    jobs,
    leaving,
    pages,
    queries,
    showing,
    suggesting,
    wishing,
)
from node.modules.matching.filters import Wishes
from node.modules.matching.rules import State
from node.modules.matching.tables import match, side, term
from node.modules.moderation import api as moderation
from tests.conftest import Clock, Wire, person, settle
from tests.modules.meeting import asked_by, asked_of, befriend, crowd, matches, member, post


@pytest.fixture
async def two(alder: Node) -> tuple[Account, Account]:
    return await member(alder, "ana", "Ana"), await member(alder, "ben", "Ben")


async def meet(alder: Node, two: tuple[Account, Account]) -> None:
    """Ben offers what Ana needs."""
    await post(alder, two[1], "offer", hidden=False, title="Bicycle wheels mended")
    await post(alder, two[0], "request", hidden=False, title="A bicycle wheel, bent")
    await settle(alder)


async def propose(alder: Node, two: tuple[Account, Account], **other: Any) -> str:
    await meet(alder, two)
    (found,) = await matches(alder, two[0])
    said = {"means": (), "message": "", **other}
    held = await alder.write(introducing.introduce, two[0].id, found.slug, **said)
    return held.slug


async def test_both_sides_see_why_they_may_fit(alder: Node, two: tuple[Account, Account]) -> None:
    await meet(alder, two)

    (for_ana,), (for_ben,) = await matches(alder, two[0]), await matches(alder, two[1])
    assert for_ana.other == for_ben.mine
    assert [one["part"] for one in for_ana.reasons] == [
        "topic", "words", "kind", "terms", "near", "language",
    ]  # fmt: skip
    assert for_ana.score == for_ben.score


@pytest.mark.parametrize(
    "other",
    [
        {"topic": "music", "kind": "lend", "title": "A guitar", "text": "Six strings."},
        {"purpose": "request"},
    ],
)
async def test_what_does_not_fit_is_not_shown(
    alder: Node, two: tuple[Account, Account], other: dict[str, Any]
) -> None:
    said = {"purpose": "offer", **other}
    await post(alder, two[1], **said)
    await post(alder, two[0], "request")
    await settle(alder)

    assert await matches(alder, two[0]) == []


async def test_nobody_is_matched_with_themselves(alder: Node, two: tuple[Account, Account]) -> None:
    await post(alder, two[0], "offer")
    await post(alder, two[0], "request")
    await settle(alder)

    assert await matches(alder, two[0]) == []


async def test_who_blocks_somebody_is_never_matched_with_them(
    alder: Node, two: tuple[Account, Account]
) -> None:
    await alder.write(moderation.block_for, two[1], two[0].id, is_host=False)
    await meet(alder, two)

    assert await matches(alder, two[0]) == await matches(alder, two[1]) == []


async def test_what_is_over_is_matched_no_more(alder: Node, two: tuple[Account, Account]) -> None:
    offer = await post(alder, two[1], "offer")
    await post(alder, two[0], "request")
    await settle(alder)
    assert len(await matches(alder, two[0])) == 1

    await alder.write(posting.end, two[1].id, offer.id, met=False)
    await settle(alder)

    assert await matches(alder, two[0]) == await matches(alder, two[1]) == []


async def test_a_notice_that_says_something_else_is_looked_at_again(
    alder: Node, two: tuple[Account, Account]
) -> None:
    offer = await post(alder, two[1], "offer")
    await post(alder, two[0], "request")
    await settle(alder)
    draft = posting.Draft(
        title="A guitar", text="Six strings.", kind="lend", topic="music", minutes=None,
        ends=offer.ends, terms=["gift"], hidden=False, lang="en",
    )  # fmt: skip

    await alder.write(posting.edit, two[1].id, offer.id, draft)
    await settle(alder)

    assert await matches(alder, two[0]) == []


async def test_a_yes_of_both_gives_each_the_card_of_the_other(
    alder: Node, two: tuple[Account, Account], wire: Wire
) -> None:
    ana, ben = two
    await alder.write(queries.set_contacts, ana.id, {"email": "ana@mail.test"})
    await alder.write(queries.set_contacts, ben.id, {"telephone": "030 1", "email": "b@mail.test"})
    slug = await propose(alder, two, means=("email",), message="This week?")
    assert await alder.read(introduced.held_by, ana.id) == {}

    await alder.write(agreeing.agree, ben.id, slug, means=("telephone",))
    await settle(alder)

    (for_ana,) = (await alder.read(introduced.held_by, ana.id)).values()
    (for_ben,) = (await alder.read(introduced.held_by, ben.id)).values()
    assert (for_ana.name, for_ana.means) == ("Ben", {"telephone": "030 1"})
    assert (for_ben.name, for_ben.means) == ("Ana", {"email": "ana@mail.test"})
    assert wire.seen == []


async def test_a_question_back_is_the_answer(alder: Node, two: tuple[Account, Account]) -> None:
    """Ben had the page of the match open when Ana asked him."""
    ana, ben = two
    await alder.write(queries.set_contacts, ben.id, {"telephone": "030 1"})
    await meet(alder, two)
    (for_ana,), (for_ben,) = await matches(alder, ana), await matches(alder, ben)
    said: Any = {"means": ("telephone",), "message": ""}

    first = await alder.write(introducing.introduce, ana.id, for_ana.slug, **said)
    second = await alder.write(introducing.introduce, ben.id, for_ben.slug, **said)

    assert (second.id, second.state) == (first.id, State.DISCLOSED)
    assert await asked_of(alder, ana) == await asked_of(alder, ben) == []
    (card,) = (await alder.read(introduced.held_by, ana.id)).values()
    assert card.means == {"telephone": "030 1"}
    assert len(await alder.read(introduced.held_by, ben.id)) == 1


@pytest.mark.parametrize("answer", ["yes", "no", "none", "taken back"])
async def test_who_is_asked_sees_the_question_and_not_the_match_as_well(
    alder: Node, two: tuple[Account, Account], clock: Clock, answer: str
) -> None:
    ana, ben = two
    slug = await propose(alder, two)
    viewer = Viewer(account=ben, role="member")

    async def next_steps() -> int:
        return len(await alder.read(showing.shown, viewer, alder.now()))

    assert len(await matches(alder, ben)) == 1
    assert await next_steps() == 0
    if answer == "yes":
        await alder.write(agreeing.agree, ben.id, slug, means=())
    elif answer == "no":
        await alder.write(agreeing.decline, ben.id, slug)
    elif answer == "none":
        clock.advance(days=15)
    else:
        await alder.write(introducing.withdraw, ana.id, slug)
    await settle(alder)

    assert await next_steps() == (0 if answer in ("yes", "no") else 1)


async def test_a_no_shows_to_nobody(
    alder: Node, two: tuple[Account, Account], clock: Clock
) -> None:
    slug = await propose(alder, two)
    before = await asked_by(alder, two[0])

    await alder.write(agreeing.decline, two[1].id, slug)
    await settle(alder)

    assert await asked_of(alder, two[1]) == []
    (after,) = await asked_by(alder, two[0])
    assert {**asdict(after), "declined": None} == asdict(before[0])
    clock.advance(days=14, minutes=1)
    await settle(alder)
    (closed,) = await asked_by(alder, two[0])
    assert closed.state is State.EXPIRED


async def test_only_who_is_asked_can_answer(alder: Node, two: tuple[Account, Account]) -> None:
    slug = await propose(alder, two)

    for who in (two[0], await member(alder, "eve")):
        with pytest.raises(Missing):
            await alder.write(agreeing.agree, who.id, slug, means=())
        with pytest.raises(Missing):
            await alder.write(agreeing.decline, who.id, slug)

    assert len(await asked_of(alder, two[1])) == 1


async def test_somebody_elses_match_is_not_there(alder: Node, two: tuple[Account, Account]) -> None:
    await meet(alder, two)
    (found,) = await matches(alder, two[0])

    with pytest.raises(Missing):
        await alder.write(introducing.introduce, two[1].id, found.slug, means=(), message="")


async def test_an_answer_after_the_end_is_refused(
    alder: Node, two: tuple[Account, Account], clock: Clock
) -> None:
    slug = await propose(alder, two)
    clock.advance(days=14, minutes=1)

    with pytest.raises(Conflict):
        await alder.write(agreeing.agree, two[1].id, slug, means=())

    assert await alder.read(introduced.held_by, two[0].id) == {}


async def test_a_card_taken_back_is_erased(alder: Node, two: tuple[Account, Account]) -> None:
    ana, ben = two
    slug = await propose(alder, two)
    await alder.write(agreeing.agree, ben.id, slug, means=())

    await alder.write(cards.revoke, ana.id, slug)

    assert await alder.read(introduced.held_by, ben.id) == {}
    assert len(await alder.read(introduced.held_by, ana.id)) == 1


async def test_a_member_who_leaves_leaves_nothing(
    alder: Node, two: tuple[Account, Account]
) -> None:
    ana, ben = two
    slug = await propose(alder, two)
    await alder.write(agreeing.agree, ben.id, slug, means=())

    await alder.write(leaving.erase, ana.id)

    assert await alder.read(introduced.held_by, ben.id) == {}
    assert await matches(alder, ana) == []
    told = await alder.read(leaving.export, ana.id)
    nothing = {"farthest": None, "not_days": [], "languages": []}
    assert told == {"contact": {}, "wishes": nothing, "introductions": [], "asked_elsewhere": []}


async def test_the_copy_of_my_data_holds_cards_and_no_secret_no(
    alder: Node, two: tuple[Account, Account]
) -> None:
    slug = await propose(alder, two, message="This week?")
    await alder.write(agreeing.decline, two[1].id, slug)

    held = await alder.read(leaving.export, two[0].id)

    (one,) = held["introductions"]
    assert (one["message"], one["state"], one["card"]) == ("This week?", "proposed", None)


# Pages --------------------------------------------------------------------------------------


@pytest.fixture
async def people(alder: Node) -> tuple[Account, Account]:
    return await person(alder, "ana", display="Ana"), await person(alder, "ben", display="Ben")


async def test_from_a_match_to_a_card_in_the_browser(
    alder: Node, people: tuple[Account, Account], browse: Any
) -> None:
    await alder.write(queries.set_contacts, people[1].id, {"telephone": "030 555"})
    await meet(alder, people)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    assert "One may fit: Ben" in (await ana.get("/")).text
    page = (await ana.get("/match")).text
    assert "About <strong>Repair</strong>, as you" in page
    assert "as you do" in page

    (found,), (other,) = await matches(alder, people[0]), await matches(alder, people[1])
    path = f"/match/{found.slug}"
    # nothing is told that was not chosen: no way to be reached is ticked before
    await alder.write(queries.set_contacts, people[0].id, {"email": "ana@mail.test"})
    consent = (await ana.get(path)).text
    assert 'value="email"' in consent
    assert "checked" not in consent
    assert "your name, Ana, your address, @ana@alder.test" in consent
    sent = await ana.post(path, {"message": "Have you time this week?"})
    assert "Waiting for an answer." in sent.text
    assert "Ana asks to be introduced" in (await ben.get("/")).text

    assert "may fit" not in (await ben.get("/")).text
    (asked,) = await asked_of(alder, people[1])
    path = f"/introductions/{asked.slug}"
    assert str((await ben.get(f"/match/{other.slug}")).url).endswith(path)
    asks = (await ben.get(path)).text
    assert "Have you time this week?" in asks
    assert 'value="telephone"' in asks
    assert "checked" not in asks
    done = await ben.post(path, {"say": "yes", "means": "telephone"})
    assert "Ana" in done.text
    assert "030 555" in (await ana.get("/introductions")).text


async def test_whoever_posted_is_led_to_what_fits_and_told_of_the_yes(
    alder: Node, people: tuple[Account, Account], browse: Any, clock: Clock
) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    need = await post(alder, people[0], "request", hidden=False, title="A bicycle wheel, bent")
    await settle(alder)
    assert '<a class="chip" href="/match">' in (await ana.get("/board")).text
    assert "What fits it stands under “For you”." in (await ana.get(need.path)).text
    assert "For you" not in (await ben.get(need.path)).text

    await post(alder, people[1], "offer", hidden=False, title="Bicycle wheels mended")
    await settle(alder)
    assert '<a href="/match">One may fit: Ben</a>' in (await ana.get(need.path)).text

    (found,) = await matches(alder, people[0])
    await ana.post(f"/match/{found.slug}", {"message": ""})
    assert "are introduced" not in (await ana.get("/")).text
    (asked,) = await asked_of(alder, people[1])
    await ben.post(f"/introductions/{asked.slug}", {"say": "yes"})
    assert "You and Ben are introduced" in (await ana.get("/")).text
    assert "You and Ana are introduced" in (await ben.get("/")).text
    clock.advance(days=8)
    ana = await browse(alder, "ana")
    assert "are introduced" not in (await ana.get("/")).text


async def test_not_now_and_not_a_fit(
    alder: Node, people: tuple[Account, Account], browse: Any, clock: Clock
) -> None:
    await meet(alder, people)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    (found,), (other,) = await matches(alder, people[0]), await matches(alder, people[1])

    later = await ana.post(f"/match/{found.slug}/aside", {"say": "later"}, form="/match")
    said = {"say": "no", "why": "when"}
    aside = await ben.post(f"/match/{other.slug}/aside", said, form="/match")

    assert "It comes back in a week." in later.text
    assert "It is put aside." in aside.text
    assert "Nothing fits just now" in (await ana.get("/match")).text
    clock.advance(days=7, minutes=1)
    assert len(await matches(alder, people[0])) == 1
    assert await matches(alder, people[1]) == []


async def test_a_silent_no_in_the_browser(
    alder: Node, people: tuple[Account, Account], browse: Any
) -> None:
    slug = await propose(alder, people)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    before = (await ana.get("/introductions")).text

    said = await ben.post(f"/introductions/{slug}", {"say": "no"})

    assert "Nobody is told." in said.text
    assert "asks to be introduced" not in (await ben.get("/introductions")).text
    waits = '<li class="notice">'
    after = (await ana.get("/introductions")).text
    assert before[before.index(waits) :].split("</li>")[0].count("Waiting for an answer.") == 1
    assert after.count("Waiting for an answer.") == before.count("Waiting for an answer.")
    assert (await ben.get(f"/introductions/{slug}")).status_code == 404


async def test_ways_to_be_reached_are_kept_and_shown_to_nobody_else(
    alder: Node, people: tuple[Account, Account], browse: Any
) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")

    await ana.post("/me/contact", {"email": "ana@mail.test", "telephone": ""})

    assert "ana@mail.test" in (await ana.get("/me/contact")).text
    assert "ana@mail.test" not in (await ben.get("/me/contact")).text
    assert await alder.read(queries.contacts, people[0].id) == {"email": "ana@mail.test"}


@pytest.mark.parametrize(
    "said",
    [
        {"email": "ana"},
        {"email": "ana@mail"},
        {"email": "<b>ana</b>@mail.test"},
        {"telephone": "call me"},
        {"telephone": "☎️ 12"},
    ],
)
async def test_what_reaches_nobody_is_said_so(
    alder: Node, people: tuple[Account, Account], browse: Any, said: dict[str, str]
) -> None:
    ana = await browse(alder, "ana")
    right = {"email": "ana@mail.test", "telephone": "+49 (0)30 123-45 (evenings)"}
    assert (await ana.post("/me/contact", right)).status_code == 200

    answer = await ana.post("/me/contact", {**right, **said})

    assert answer.status_code == 422
    assert "This is no " in answer.text
    assert await alder.read(queries.contacts, people[0].id) == right


@pytest.mark.parametrize("path", ["/match", "/introductions", "/me/contact", "/match/none"])
async def test_strangers_see_none_of_it(alder: Node, browse: Any, path: str) -> None:
    anybody = await browse(alder)

    assert (await anybody.get(path)).status_code in (403, 404)


async def test_somebody_at_another_node_has_no_name(alder: Node, birch: Node, browse: Any) -> None:
    ana, ben = await person(alder, "ana", display="Ana"), await person(birch, "ben", display="Ben")
    for node in (alder, birch):
        await crowd(node)
    await befriend(alder, birch)
    await post(birch, ben, "offer")
    await settle(alder, birch)
    await post(alder, ana, "request")
    await settle(alder, birch)
    here, there = await browse(alder, "ana"), await browse(birch, "ben")

    page = (await here.get("/match")).text
    assert "Somebody at Birch" in page
    assert "Ben" not in page
    (found,) = await matches(alder, ana)
    await here.post(f"/match/{found.slug}", {"message": "One evening?"})
    await settle(alder, birch)

    (asked,) = await asked_of(birch, ben)
    page = (await there.get(f"/introductions/{asked.slug}")).text
    assert "Somebody at Alder asks to be introduced" in page
    assert "One evening?" in page
    assert "Ana" not in page
    await there.post(f"/introductions/{asked.slug}", {"say": "yes"})
    await settle(alder, birch)
    assert "Ben" in (await here.get("/introductions")).text
    assert "Ana" in (await there.get("/introductions")).text


async def test_who_was_a_candidate_is_told_so_at_home(
    alder: Node, birch: Node, browse: Any
) -> None:
    ana, ben = await member(alder, "ana"), await person(birch, "ben")
    await crowd(alder)
    await crowd(birch)
    await befriend(alder, birch)
    await post(birch, ben, "offer")
    await settle(alder, birch)
    there = await browse(birch, "ben")
    assert "was told" not in (await there.get("/match")).text

    await post(alder, ana, "request")
    await settle(alder, birch)

    assert "Somebody at Alder was told once this week" in (await there.get("/match")).text


async def test_a_small_community_is_told_what_that_means(
    alder: Node, birch: Node, browse: Any
) -> None:
    await person(alder, "ana")
    await befriend(alder, birch)
    here = await browse(alder, "ana")
    assert "Fewer than five of you" in (await here.get("/match")).text

    await crowd(alder)

    assert "Fewer than five of you" not in (await here.get("/match")).text


async def test_a_message_that_is_too_long_is_said_so(
    alder: Node, people: tuple[Account, Account], browse: Any
) -> None:
    await meet(alder, people)
    ana = await browse(alder, "ana")
    (found,) = await matches(alder, people[0])

    answer = await ana.post(f"/match/{found.slug}", {"message": "a" * 1001})

    assert answer.status_code == 422
    assert len(await matches(alder, people[0])) == 1


async def test_the_best_ten_are_kept_and_the_next_comes_when_one_goes(
    alder: Node, two: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "KEPT", 2)
    ana, ben = two
    need = await post(alder, ana, "request", hidden=False, title="A bicycle wheel, bent")
    poor = await post(alder, ben, "offer", hidden=False, title="Wheels", terms=["rent"])
    await settle(alder)
    good = [await post(alder, ben, "offer", hidden=False, title="Bicycle wheels") for _ in "ab"]
    await settle(alder)
    assert {one.other for one in await matches(alder, ana)} == {one.id for one in good}

    await alder.write(posting.end, ben.id, good[0].id, met=False)
    await settle(alder)

    assert {one.other for one in await matches(alder, ana)} == {good[1].id, poor.id}
    assert need.id in {one.mine for one in await matches(alder, ana)}


async def test_a_notice_that_meets_many_at_once_keeps_its_best(
    alder: Node, two: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "KEPT", 2)
    ana, ben = two
    await post(alder, ben, "offer", hidden=False, title="Wheels", terms=["rent"])
    good = [await post(alder, ben, "offer", hidden=False, title="Bicycle wheels") for _ in "ab"]
    await settle(alder)

    await post(alder, ana, "request", hidden=False, title="A bicycle wheel, bent")
    await settle(alder)

    assert {one.other for one in await matches(alder, ana)} == {one.id for one in good}


async def test_who_people_are_changes_nothing(alder: Node) -> None:
    found = []
    for first, second in (("ana", "ben"), ("zoe", "abe")):
        one, other = await member(alder, first), await member(alder, second)
        await meet(alder, (one, other))
        found.append([(m.score, m.reasons, m.but) for m in await matches(alder, one)])

    assert found[0][0] == found[1][0]


async def test_what_never_was_looked_at_is_found_by_the_daily_look(
    alder: Node, two: tuple[Account, Account]
) -> None:
    await meet(alder, two)
    await alder.write(_forget_words)

    await jobs.catch_up(alder)

    assert len(await matches(alder, two[0])) == len(await matches(alder, two[1])) == 1
    assert await alder.read(suggesting.overlooked, alder.now()) == []


def _forget_words(unit: Unit) -> None:
    for table in (term, side, match):
        unit.db.execute(delete(table))


HERE, THERE = Cell(north=5252, east=1340), Cell(north=5252, east=1370)


async def test_too_far_is_learnt_shown_and_can_be_undone(
    alder: Node, people: tuple[Account, Account], browse: Any
) -> None:
    await post(alder, people[1], "offer", hidden=False, title="Bicycle wheels", cell=THERE)
    await post(alder, people[0], "request", hidden=False, title="A bicycle wheel", cell=HERE)
    await settle(alder)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    assert "It is about 20 km away" in (await ana.get("/match")).text
    (found,) = await matches(alder, people[0])

    said = {"say": "no", "why": "far"}
    shown = await ana.post(f"/match/{found.slug}/aside", said, form="/match")

    assert "From now on this is what is looked for" in shown.text
    assert 'value="19"' in shown.text
    await post(alder, people[1], "offer", hidden=False, title="Bicycle wheels", cell=THERE)
    await settle(alder)
    assert await matches(alder, people[0]) == []
    assert "It is about 20 km away" in (await ben.get("/match")).text  # his wishes are his
    await ana.post("/match/wishes", {"farthest": ""}, form="/match/wishes")
    assert len(await matches(alder, people[0])) == 1


async def test_days_that_do_not_suit_are_learnt_and_what_is_a_mere_no_is_not(
    alder: Node, two: tuple[Account, Account]
) -> None:
    monday = When(days=(0,))
    await post(alder, two[1], "offer", hidden=False, title="Bicycle wheels", when=monday)
    await post(alder, two[0], "request", hidden=False, title="A bicycle wheel")
    await settle(alder)
    (found,) = await matches(alder, two[0])
    assert not await alder.write(pages._put_aside, two[0].id, found.slug, "no", "what")
    assert await alder.read(wishing.of, two[0].id) == Wishes()

    assert await alder.write(pages._put_aside, two[0].id, found.slug, "no", "when")

    assert await alder.read(wishing.of, two[0].id) == Wishes(not_days=frozenset({0}))
    assert await matches(alder, two[0]) == []


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("field", "bad"),
    [("farthest", "0"), ("farthest", "101"), ("not_days", "8"), ("languages", "x")],
)
async def test_wishes_that_cannot_be_are_refused(
    alder: Node, people: tuple[Account, Account], browse: Any, field: str, bad: str
) -> None:
    ana = await browse(alder, "ana")

    shown = await ana.post("/match/wishes", {field: bad}, form="/match/wishes")

    assert shown.status_code == 422
    assert await alder.read(wishing.of, people[0].id) == Wishes()


async def test_nobody_else_reads_what_suits_a_member(alder: Node, browse: Any) -> None:
    visitor = await browse(alder)

    assert (await visitor.get("/match/wishes")).status_code == 403
