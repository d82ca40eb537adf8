"""From a count to being in force: cooling off, a challenge, an end by itself, a replacement."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node, find_account
from node.kernel.tables import letter
from node.modules import challenges
from node.modules.challenges import challenging, leaving, rules, slots
from node.modules.challenges import queries as challenge_queries
from node.modules.challenges.rules import Ground
from node.modules.challenges.tables import backing, challenge
from node.modules.decisions import api as decisions
from node.modules.decisions import forcing, hands, watched, watching
from node.modules.decisions import jobs as decision_jobs
from node.modules.decisions import queries as decided
from node.modules.decisions.api import Method
from node.modules.decisions.tables import ballot, record, roster
from node.modules.proposals import bringing, changing, following, stepping
from node.modules.proposals.tables import proposal
from tests.conftest import Clock, settle
from tests.modules import moot
from tests.modules.moot import at, ids
from vocab.html import to_text

MODULES = [*moot.MODULES, challenges.module]
AGREEMENT: dict[str, Any] = {"course": "consent", "method": Method.CONSENT}
EMERGENCY: dict[str, Any] = {"course": "emergency", "method": Method.CONSENT}


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def decide(node: Node, clock: Clock, slug: str, position: str = "consent") -> Any:
    """Let a proposal come to its vote, have all say the same, and let it be counted."""
    await node.write(stepping.came, slug, {"rounds": 1})
    for _ in range(30):
        await settle(node)
        box = await node.read(decisions.box_of, slug)
        if box is not None and box.counted is None:
            break
        clock.advance(days=1)
    members = (await ids(node)).values()
    await moot.vote(node, slug, [(member, position) for member in members])
    assert box is not None
    clock.now = max(clock.now, box.closes)
    await settle(node)
    return await moot.record_of(node, slug)


async def chosen(node: Node, slug: str, reach: str = "community") -> None:
    await node.write(bringing.choose_reach, slug, await moot.keeper(node), reach)
    await settle(node)


def told(rows: list[Any]) -> list[str]:
    """What was sent, in order: the type of each activity and the stage it tells, if it does."""
    said = [json.loads(row.body) for row in rows]
    return [
        f"{one['type']} {one['object'].get('stage', '')}".strip()
        if isinstance(one["object"], dict)
        else one["type"]
        for one in said
    ]


async def test_a_decision_is_in_force_once_it_has_cooled_off(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, reach="public", **AGREEMENT)
    made = await decide(alder, clock, slug)

    await chosen(alder, slug, "public")
    sent = await moot.record_of(alder, slug)
    assert (sent.sent is not None, sent.in_force) == (True, None)
    ends = forcing.cools_until(sent)
    assert ends is not None
    assert ends - clock() == timedelta(days=2)
    assert "Members can challenge it until" in sent.document["content"]
    assert await alder.read(decided.register, moot.inside(alder), as_of=clock()) == []
    clock.advance(days=1, hours=23)
    await settle(alder)
    assert (await moot.record_of(alder, slug)).in_force is None
    clock.advance(hours=1)
    await settle(alder)

    held = await moot.record_of(alder, slug)
    assert (held.id, held.in_force) == (made.id, clock())
    assert [r.id for r in await alder.read(decided.register, moot.inside(alder), as_of=clock())] \
        == [made.id]  # fmt: skip
    assert told(await moot.rows(alder, letter))[-3:] == ["Create", "Update decided", "Add"]


async def test_what_nobody_settled_waits_though_it_has_cooled_off(
    alder: Node, clock: Clock
) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, **AGREEMENT)
    await decide(alder, clock, slug)
    clock.advance(days=3)
    await settle(alder)
    assert (await moot.record_of(alder, slug)).in_force is None

    await chosen(alder, slug)

    assert (await moot.record_of(alder, slug)).in_force == clock()


async def test_two_who_back_a_challenge_bring_it_back_once(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], reach="public", **AGREEMENT)
    first = await decide(alder, clock, slug)
    await chosen(alder, slug, "public")

    await alder.write(
        challenging.challenge, slug, people["ben"], Ground.FACT, "The key is lost.", once="c"
    )
    await alder.write(
        challenging.challenge, slug, people["ben"], Ground.FACT, "The key is lost.", once="c"
    )
    (one,) = await alder.read(challenge_queries.on, slug, moot.inside(alder))
    with pytest.raises(Refused):
        await alder.write(challenging.back, one.id, people["ben"])
    with pytest.raises(Refused):
        await alder.write(challenging.back, one.id, "https://birch.test/u/eve")
    assert not await alder.write(challenging.back, one.id, people["cleo"])
    with pytest.raises(Conflict):
        await alder.write(challenging.back, one.id, people["cleo"])
    assert (await at(alder, slug))[0].stage == "decided"
    assert await alder.write(challenging.back, one.id, people["keeper"])
    await settle(alder)

    found, made = await at(alder, slug)
    assert (found.stage, made.side) == ("deliberating", "challenged")
    assert await alder.read(decisions.box_of, slug) is None
    stopped = await alder.read(decided.any_record, first.id)
    assert stopped is not None
    assert (stopped.in_force, stopped.ended, stopped.box) == (None, clock(), f"{slug}-1")
    assert len([r for r in await moot.rows(alder, ballot) if r.box == f"{slug}-1"]) == 4
    assert told(await moot.rows(alder, letter))[-1] == "Update deliberating"
    with pytest.raises(Conflict, match="E_EARLY"):
        await alder.write(stepping.by_hand, slug, people["ana"])
    assert (await at(alder, slug))[0].stage == "deliberating"
    clock.advance(days=2)
    await settle(alder)
    assert (await alder.read(decided.any_record, first.id)).in_force is None  # type: ignore[union-attr]

    second = await decide(alder, clock, slug)
    assert second.document["supersedes"] == first.id
    assert {row.box for row in await moot.rows(alder, roster)} == {slug, f"{slug}-1"}
    with pytest.raises(Conflict) as once:
        await alder.write(
            challenging.challenge, slug, people["ben"], Ground.FACT, "Again.", once="d"
        )
    assert once.value.code == "E_ONCE"
    with pytest.raises(Conflict):
        await alder.write(following.reopen, slug)
    await chosen(alder, slug)
    clock.advance(days=2)
    await settle(alder)
    assert (await moot.record_of(alder, slug)).in_force == clock()


async def test_a_keeper_hides_words_and_no_challenge(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    await decide(alder, clock, slug)
    said = (slug, people["ben"], Ground.FACT, "The key is lost.")
    await alder.write(challenging.challenge, *said, once="c")
    here = update(challenge).values(hidden=clock())
    await alder.write(lambda unit: unit.db.execute(here))

    seen = {}
    for name, role in (("ben", "member"), ("cleo", "member"), ("keeper", "admin")):
        viewer = Viewer(account=await alder.read(find_account, people[name]), role=role)
        (one,) = await alder.read(challenge_queries.on, slug, viewer)
        seen[name] = one.text
    assert seen == {"ben": "The key is lost.", "cleo": "", "keeper": "The key is lost."}
    assert len(await slots.waiting(alder, moot.inside(alder))) == 1
    for name in ("cleo", "keeper"):
        await alder.write(challenging.back, one.id, people[name])
    assert (await at(alder, slug))[0].stage == "deliberating"


async def test_nothing_is_challenged_that_does_not_cool_off(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"])

    said = (slug, people["ben"], Ground.PROCESS, "So.")
    with pytest.raises(Missing):
        await alder.write(challenging.challenge, *said, once="e")
    await decide(alder, clock, slug)
    with pytest.raises(Conflict):
        await alder.write(challenging.challenge, *said, once="e")
    with pytest.raises(Conflict):
        await alder.write(following.reopen, slug)

    assert await moot.rows(alder, challenge) == []
    assert (await at(alder, slug))[0].stage == "decided"


async def test_a_confirmation_says_the_same_or_is_as_strict(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, **EMERGENCY)
    made = await decide(alder, clock, slug)
    await chosen(alder, slug, "community")
    more: dict[str, Any] = {"replaces": {"record": made.id, "how": "confirm"},
                            "opens": alder.now() + timedelta(days=2),
                            "closes": alder.now() + timedelta(days=5)}  # fmt: skip
    many = len(await moot.rows(alder, proposal))
    with pytest.raises(Invalid) as refused:
        await moot.bring(alder, ana, method=Method.MAJORITY, text="Everybody may.", **more)
    assert set(refused.value.fields) == {"method"}
    assert len(await moot.rows(alder, proposal)) == many

    assert await moot.bring(alder, ana, method=Method.CONSENT, text="Everybody may.", **more)
    filled = to_text(str(made.document["content"]))
    assert await moot.bring(alder, ana, method=Method.MAJORITY, text=filled, **more)
    same = await moot.bring(alder, ana, method=Method.MAJORITY, **more)
    with pytest.raises(Conflict) as later:
        await alder.write(changing.reword, same, ana, "Everybody may.")

    assert later.value.code == "E_OTHER_WORDS"
    assert (await at(alder, same))[1].text.startswith("From two until six.")


@pytest.mark.parametrize("confirmed", [False, True])
async def test_an_emergency_ends_by_itself_unless_it_is_confirmed(
    alder: Node, clock: Clock, confirmed: bool
) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, reach="public", **EMERGENCY)
    made = await decide(alder, clock, slug)
    await chosen(alder, slug, "public")
    begun = clock()
    assert (await moot.record_of(alder, slug)).in_force == begun
    if confirmed:
        more = {"record": made.id, "how": "confirm"}
        other = await moot.bring(alder, ana, title="We confirm it", replaces=more)
        await decide(alder, clock, other)
        await chosen(alder, other)

    clock.now = max(clock.now, begun + timedelta(days=13))
    await settle(alder)
    early = await moot.record_of(alder, slug)
    clock.now = begun + timedelta(days=14)
    await settle(alder)

    ended = await moot.record_of(alder, slug)
    found, plan = await at(alder, slug)
    assert "ends by itself 14 days" in ended.document["content"]
    assert told(await moot.rows(alder, letter)).count("Remove") == 1
    held = await alder.read(decided.register, moot.inside(alder), as_of=clock())
    if confirmed:
        assert (plan.side, len(held)) == ("amended", 1)
        assert ended.ended == early.ended
        assert held[0].document["supersedes"] == made.id
    else:
        assert (early.ended, ended.ended, held) == (None, clock(), [])
        assert (found.stage, plan.side) == ("ended", "lapsed")
    was = await alder.read(decided.register, moot.inside(alder), as_of=begun)
    assert [one.id for one in was] == [made.id]


async def test_what_is_taken_back_is_out_of_force(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community")
    more = {"record": old.id, "how": "repeal"}
    slug = await moot.bring(alder, ana, title="We take it back", replaces=more)

    assert (await alder.read(decided.any_record, old.id)).holds  # type: ignore[union-attr]
    await decide(alder, clock, slug)
    await chosen(alder, slug)

    gone = await alder.read(decided.any_record, old.id)
    assert gone is not None
    assert gone.ended == clock()
    with pytest.raises(Missing):
        await moot.bring(alder, ana, title="Once more", replaces=more)
    found, plan = await at(alder, old.box or "")
    assert (found.stage, plan.side) == ("ended", "repealed")


async def rivals(alder: Node, clock: Clock, *courses: dict[str, Any]) -> tuple[Any, list[str]]:
    """A decision in force, and the proposals that are brought to take its place."""
    ana = (await ids(alder))["ana"]
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community")
    held = {"record": old.id, "how": "amend"}
    return old, [
        await moot.bring(alder, ana, title=f"Change {number}", replaces=held, **course)
        for number, course in enumerate(courses, 1)
    ]


async def test_of_two_that_replace_the_same_the_first_holds(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    old, (one, two) = await rivals(alder, clock, {}, {})
    late = await moot.bring(
        alder, (await ids(alder))["ana"], title="Later", opens=clock() + timedelta(days=8),
        closes=clock() + timedelta(days=15), replaces={"record": old.id, "how": "repeal"},
    )  # fmt: skip
    for slug in (one, two):
        await moot.vote(alder, slug, [(who, "consent") for who in (await ids(alder)).values()])
    clock.advance(days=7)
    await settle(alder)
    await chosen(alder, one)
    await chosen(alder, two, "public")

    first, second = [await moot.record_of(alder, slug) for slug in (one, two)]
    assert [r.id for r in await alder.read(decided.holding, moot.inside(alder))] == [first.id]
    assert (second.outcome, second.in_force, second.ended) == ("approved", None, clock())
    assert await alder.read(forcing.never, second) == forcing.OVERTAKEN
    assert await alder.read(forcing.never, first) == ""
    found, made = await at(alder, two)
    assert (found.stage, made.side) == ("ended", "lapsed")
    assert "Remove" not in told(await moot.rows(alder, letter))

    ana, nobody = await browse(alder, "ana"), await browse(alder)
    page = (await ana.get(f"/p/{two}")).text
    assert "Another decision came first" in page
    assert f"/p/again/{one}" in page
    assert "another decision came first in its place" in (await ana.get(f"/d/{second.slug}")).text
    outside = (await nobody.get(f"/d/{second.slug}")).text
    assert "another decision came first in its place" in outside
    assert first.name not in outside
    assert "Another decision came first" not in (await ana.get(f"/p/{one}")).text
    assert "never in force" in (await ana.get("/decisions")).text
    assert "Never in force" in (await ana.get("/decisions/register.md")).text
    assert "Another decision came first" in (await ana.get(f"/p/{late}")).text
    clock.advance(days=2)
    await settle(alder)
    found, made = await at(alder, late)
    assert (found.stage, made.side) == ("ended", "lapsed")
    assert await alder.read(decisions.box_of, late) is None


async def test_a_course_ends_before_its_vote_when_another_came_first(
    alder: Node, clock: Clock
) -> None:
    old, (one,) = await rivals(alder, clock, {})
    await moot.vote(alder, one, [(who, "consent") for who in (await ids(alder)).values()])
    clock.advance(days=6)
    held = {"record": old.id, "how": "amend"}
    ana = (await ids(alder))["ana"]
    two = await moot.bring(alder, ana, title="Change 2", replaces=held, **AGREEMENT)
    await alder.write(stepping.came, two, {"rounds": 1})
    clock.advance(days=1)
    await settle(alder)
    await chosen(alder, one)
    assert (await at(alder, two))[0].stage == "deliberating"
    clock.advance(days=4)
    await settle(alder)

    found, made = await at(alder, two)
    assert (found.stage, made.side) == ("ended", "lapsed")
    assert await alder.read(decisions.box_of, two) is None


async def test_what_was_declared_void_takes_no_place(alder: Node, clock: Clock) -> None:
    _old, (one, two) = await rivals(alder, clock, {}, {})
    for slug in (one, two):
        await moot.vote(alder, slug, [(who, "consent") for who in (await ids(alder)).values()])
    clock.advance(days=7)
    await settle(alder)
    await chosen(alder, one)
    keeper, first = await moot.keeper(alder), await moot.record_of(alder, one)
    asked = watching.Asked(kind=hands.Kind.ANNUL, reason="The list was wrong.")
    wanted = await alder.write(watching.ask, one, keeper, asked, once="void")
    box = await alder.read(decisions.box_of, one)
    request = await alder.read(watched.one_request, wanted)
    (second, *_) = await alder.read(watched.seconds, box, request, clock())
    await alder.write(watching.confirm, wanted, second)
    await chosen(alder, two)

    held = await alder.read(decided.holding, moot.inside(alder))
    assert [r.box for r in held] == [two]
    assert await alder.read(forcing.in_place_of, first.id) is None


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"course": "emergency", "method": Method.SUPERMAJORITY}, Conflict),
        ({"course": "advice", "method": Method.ADVICE}, Conflict),
        ({"method": Method.ADVICE}, Invalid),
        ({"method": Method.SENSE_CHECK}, Invalid),
    ],
)
@pytest.mark.parametrize("how", following.HOW)
async def test_what_does_not_last_takes_no_decision_back(
    alder: Node, clock: Clock, more: dict[str, Any], refused: type[Exception], how: str
) -> None:
    """An emergency neither renews another nor ends what was decided in peace; nor does advice."""
    ana = (await ids(alder))["ana"]
    ends = EMERGENCY if how == "confirm" else {}
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community", **ends)
    held = {"record": old.id, "how": how}
    with pytest.raises(refused):
        await moot.bring(alder, ana, title="Another", replaces=held, **more)

    assert [one.id for one in await alder.read(decided.holding, moot.inside(alder))] == [old.id]
    assert await moot.bring(alder, ana, title="Another", replaces=held)
    assert await moot.bring(alder, ana, title="Another", **more)


async def test_the_clock_does_what_a_lost_job_would_have(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, **EMERGENCY)
    made = await decide(alder, clock, slug)
    here = {"settled": clock()}
    await alder.write(lambda unit: unit.db.execute(update(record).values(here)))

    await decision_jobs.keep_time(alder)
    assert (await moot.record_of(alder, slug)).in_force == clock()
    clock.advance(days=14)
    await decision_jobs.keep_time(alder)
    await decision_jobs.keep_time(alder)

    assert (await moot.record_of(alder, slug)).ended == clock()
    await alder.write(forcing.end, made.id, "expired")
    assert (await moot.record_of(alder, slug)).ended == clock()


async def test_a_member_who_leaves_takes_their_challenge_along(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    await decide(alder, clock, slug)
    said = (Ground.ABSENT, "Nobody asked them.")
    await alder.write(challenging.challenge, slug, people["ben"], *said, once="c")
    (one,) = await alder.read(challenge_queries.on, slug, moot.inside(alder))
    await alder.write(challenging.back, one.id, people["cleo"])
    held = await alder.read(leaving.export, people["ben"])
    assert [row["text"] for row in held["challenged"]] == ["Nobody asked them."]

    for name in ("cleo", "ben"):
        await alder.write(leaving.erase, people[name])

    assert await moot.rows(alder, backing) == await moot.rows(alder, challenge) == []


async def test_a_challenge_in_the_browser(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    record = await decide(alder, clock, slug)
    ana, ben, cleo, keeper = [await browse(alder, n) for n in ("ana", "ben", "cleo", "keeper")]

    page = await ben.get(f"/p/{slug}")
    assert "it cools off" in page.text
    assert f"/challenges/{slug}" in page.text
    wrong = await ben.post(f"/challenges/{slug}", {"ground": "fact", "text": ""})
    assert wrong.status_code == 422
    assert moot.strip(wrong.text)["Your turn"] == "Say so if something went wrong"
    await ben.post(f"/challenges/{slug}", {"ground": "fact", "text": "The key is lost."})
    strips = [moot.strip((await who.get(f"/challenges/{slug}")).text) for who in (ben, ana)]
    assert strips[0]["Now"] == strips[1]["Now"] == "Decided, and it cools off"
    assert [one["Your turn"] for one in strips] == [
        "Say so if something went wrong", "Say whether you back it",
    ]  # fmt: skip
    assert strips[0]["By when"] == strips[1]["By when"] != "No day set"
    cards = await slots.waiting(alder, Viewer(account=await alder.account(people["ana"]),
                                              role="member"))  # fmt: skip
    assert [card.title for card in cards] == ["Somebody challenges “Open the workshop on Sundays”"]
    (one,) = await alder.read(challenge_queries.on, slug, moot.inside(alder))
    path = f"/challenges/{slug}/{one.id}/back"
    for browser in (ana, cleo):
        page = await browser.post(path, {}, form=f"/challenges/{slug}")
    assert page.url.path == f"/p/{slug}"
    assert "It was challenged" in page.text
    page = await keeper.get(f"/d/{record.slug}")
    assert "Stopped by a challenge" in page.text
    strip = moot.strip((await keeper.get(f"/challenges/{slug}")).text)
    assert strip["Now"] == "It was challenged, so we talk it through again"
    assert strip["Your turn"] != "Say whether you back it"


async def test_another_is_brought_in_place_of_a_decision(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community")
    ana = await browse(alder, "ana")

    page = await ana.get(f"/d/{old.slug}")
    assert f"/p/again/{old.box}" in page.text
    page = await ana.get(f"/p/again/{old.box}")
    assert "how=repeal" in page.text
    assert "how=confirm" not in page.text
    asked = f"/p/new?replaces={old.slug}&how=repeal"
    page = await ana.get(asked)
    assert f"?course=consent&amp;replaces={old.slug}&amp;how=repeal" in page.text
    assert "?course=emergency" not in page.text
    assert "?course=emergency" not in (await ana.get(f"{asked}&course=emergency")).text
    form = await ana.get(f"{asked}&course=consent")
    assert "is not in force any more" in form.text
    said = {"title": "We take it back", "text": "It did not work.", "reach": "community"}
    page = await ana.post("/p/new", said, form=f"{asked}&course=consent")
    _, made = await at(alder, page.url.path.rpartition("/")[2])
    assert made.replaces == {"record": old.id, "how": "repeal"}
    odd = await ana.get(f"/p/new?replaces={old.slug}&how=burn")
    assert odd.status_code == 404
    assert (await ana.get("/p/new?replaces=nothing&how=amend")).status_code == 404


async def test_a_change_of_a_decision_begins_with_its_words_part_by_part(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    why = {"problem": "Three do not sleep.", "affected": "The children"}
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community", **why)
    ana, asked = await browse(alder, "ana"), f"/p/new?replaces={old.slug}&course=consent&how="

    amended, repealed = [(await ana.get(asked + how)).text for how in ("amend", "repeal")]

    for words in (*why.values(), "From two until six.\n\nNo saw before three."):
        assert f">{words}</textarea>" in amended.replace(">\n", ">")
        assert words not in repealed
    assert "What is proposed?\n" not in amended


@pytest.mark.parametrize(
    ("cooling", "before", "author", "member", "backers", "code"),
    [
        (True, False, None, "a", (), ""),
        (True, False, "b", "a", (), ""),
        (False, False, "b", "a", (), "E_STAGE"),
        (True, True, "b", "a", (), "E_ONCE"),
        (True, False, "a", "a", (), "E_OWN"),
        (True, False, "b", "a", ("a",), "E_TWICE"),
    ],
)
def test_who_may_back_a_challenge(
    cooling: bool,
    before: bool,
    author: str | None,
    member: str,
    backers: tuple[str, ...],
    code: str,
) -> None:
    found = rules.refusal(
        cooling=cooling, before=before, author=author, member=member, backers=backers
    )

    assert found == code
    assert [rules.enough(n) for n in range(4)] == [False, False, True, True]
