"""A proposal is talked through: facts, questions, objections, changes; where members stand."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.modules import deliberation, notes, pictures, reactions
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Method
from node.modules.deliberation import leaving, queries, rules, saying, slots
from node.modules.deliberation.rules import Act, Kind, Part, Stand, State
from node.modules.deliberation.saying import Said
from node.modules.deliberation.tables import Remark, position, remark, stance
from node.modules.moderation import acts as moderation
from node.modules.proposals import bringing
from node.modules.proposals import queries as proposed
from tests.conftest import Clock, person, settle
from tests.modules import moot
from tests.modules.moot import ids
from tests.modules.test_notes import meet, put
from vocab.model import PUBLIC
from vocab.types import Create, Note

MODULES = [*moot.MODULES, pictures.module, reactions.module, notes.module, deliberation.module]
NAMES = ("ana", "ben", "cleo")
AGREEMENT: dict[str, Any] = {"course": "agreement", "method": Method.SUPERMAJORITY}

# Rules ----------------------------------------------------------------------------------------

MOVES: dict[tuple[Kind, State], dict[Act, tuple[State, Part]]] = {
    (Kind.FACT, State.SAID): {Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR)},
    (Kind.MIND, State.SAID): {Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR)},
    (Kind.MINUTES, State.SAID): {Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR)},
    (Kind.QUESTION, State.SAID): {
        Act.ANSWER: (State.ANSWERED, Part.ANY),
        Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR),
    },
    (Kind.QUESTION, State.ANSWERED): {Act.ANSWER: (State.ANSWERED, Part.ANY)},
    (Kind.OBJECTION, State.SAID): {
        Act.OFFER: (State.OFFERED, Part.LEAD),
        Act.STAND: (State.STANDING, Part.AUTHOR),
        Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR),
    },
    (Kind.OBJECTION, State.OFFERED): {
        Act.AGREE: (State.INTEGRATED, Part.AUTHOR),
        Act.REFUSE: (State.SAID, Part.AUTHOR),
        Act.STAND: (State.STANDING, Part.AUTHOR),
        Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR),
    },
    (Kind.OBJECTION, State.STANDING): {Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR)},
    (Kind.AMENDMENT, State.SAID): {
        Act.ACCEPT: (State.ACCEPTED, Part.BRINGER),
        Act.DECLINE: (State.DECLINED, Part.BRINGER),
        Act.WITHDRAW: (State.WITHDRAWN, Part.AUTHOR),
    },
}


def test_every_move_is_legal_for_whom_it_belongs_to_or_refused() -> None:
    for kind, state, act in product(Kind, State, Act):
        move = MOVES.get((kind, state), {}).get(act)
        assert rules.NEXT.get((kind, state, act)) == move
        for part in Part:
            no = rules.refusal(kind, state, act, frozenset({part}))
            if move is None:
                assert no is not None
                assert no[0] == "E_STATE"
            else:
                assert (no is None) is (part is move[1])


def test_nobody_settles_an_objection_but_who_raised_it() -> None:
    ends = {State.INTEGRATED, State.WITHDRAWN, State.STANDING}
    for (kind, _state, _act), (after, part) in rules.NEXT.items():
        if kind is Kind.OBJECTION and after in ends:
            assert part is Part.AUTHOR


@given(st.lists(st.sampled_from(list(Stand)), max_size=12))
def test_where_we_stand_is_said_in_words_and_never_of_few(stands: list[Stand]) -> None:
    told = rules.mood(stands)

    assert not any(letter.isdigit() for letter in told)
    assert (told == rules.mood([])) is (len(stands) < rules.FEWEST)


@pytest.mark.parametrize(
    ("passage", "words", "text"),
    [
        ("two", "three", "One three one."),
        ("one", "x", "One two x."),
        ("", "More.", "One two one.\n\nMore."),
        ("four", "x", None),
        ("o", "x", None),
    ],
)
def test_a_passage_is_put_in_place_of_another(passage: str, words: str, text: str | None) -> None:
    assert rules.amended("One two one.", passage, words) == text


@pytest.mark.parametrize(
    ("supports", "disputes", "words"),
    [(0, 0, ""), (3, 0, "Supported."), (0, 1, "Disputed."),
     (1, 1, "Some support it, some dispute it.")],
)  # fmt: skip
def test_a_fact_is_weighed_in_words(supports: int, disputes: int, words: str) -> None:
    assert rules.held(supports, disputes) == words


# On a node ------------------------------------------------------------------------------------


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, *NAMES)
    return node


async def said(node: Node, slug: str) -> list[Remark]:
    return await node.read(queries.on, slug, moot.inside(node))


async def say(node: Node, slug: str, who: str, kind: Kind, text: str, more: str = "") -> str:
    """Say something; its id."""
    await node.write(saying.say, slug, who, kind, Said(text=text, more=more), once=text)
    return next(one.id for one in await said(node, slug) if one.text == text)


async def test_a_fact_opens_the_gate_and_is_weighed_by_others(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], reach="public", **AGREEMENT)
    clock.advance(days=6)
    await settle(alder)

    fact = await say(alder, slug, people["ben"], Kind.FACT, "62 of 90 asked for Sundays.")
    await say(alder, slug, people["ben"], Kind.FACT, "62 of 90 asked for Sundays.")
    await settle(alder)
    with pytest.raises(Refused):
        await alder.write(saying.take, fact, people["ben"], supports=True)
    for supports in (False, True):
        await alder.write(saying.take, fact, people["cleo"], supports=supports)
    await alder.write(saying.take, fact, people["ana"], supports=True)
    await alder.write(saying.take, fact, people["ana"], supports=None)

    (one,) = await said(alder, slug)
    assert (one.supports, one.disputes) == (1, 0)
    found = await alder.read(proposed.by_slug, slug, moot.inside(alder))
    assert found is not None
    assert found.stage == "deliberating"
    await alder.write(saying.move, fact, people["ben"], Act.WITHDRAW)
    assert await said(alder, slug) == []
    made = await alder.read(proposed.plan_of, found.id)
    assert made is not None
    assert made.have == {"facts": 0}


async def test_an_objection_is_integrated_with_the_yes_of_who_objects(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    id_ = await say(alder, slug, people["ben"], Kind.OBJECTION, "Too loud.", "Not after eight.")

    with pytest.raises(Refused):
        await alder.write(saying.move, id_, people["cleo"], Act.OFFER, "Until eight.")
    with pytest.raises(Invalid):
        await alder.write(saying.move, id_, people["ana"], Act.OFFER, " ")
    await alder.write(saying.move, id_, people["ana"], Act.OFFER, "Until eight.")
    with pytest.raises(Refused):
        await alder.write(saying.move, id_, people["ana"], Act.AGREE)
    assert await alder.read(queries.open_objections, slug, alder.now()) == 1
    await alder.write(saying.move, id_, people["ben"], Act.AGREE)
    with pytest.raises(Conflict):
        await alder.write(saying.move, id_, people["ben"], Act.REFUSE)

    (one,) = await said(alder, slug)
    assert (one.state, one.answer, one.answerer) == (
        State.INTEGRATED, "Until eight.", people["ana"],
    )  # fmt: skip
    assert await alder.read(queries.open_objections, slug, alder.now()) == 0


async def test_an_accepted_change_makes_a_version_and_asks_for_stands_again(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], reach="public", **AGREEMENT)
    await alder.write(saying.stand, slug, people["cleo"], Stand.FOR)
    with pytest.raises(Invalid) as odd:
        await say(alder, slug, people["ben"], Kind.AMENDMENT, "Until five.", "not in it")
    ids_ = [
        await say(alder, slug, people["ben"], Kind.AMENDMENT, *words)
        for words in (("until five", "until six"), ("until four", "until six"))
    ]

    with pytest.raises(Refused):
        await alder.write(saying.move, ids_[0], people["ben"], Act.ACCEPT)
    await alder.write(saying.move, ids_[0], people["ana"], Act.ACCEPT)
    with pytest.raises(Conflict) as gone:
        await alder.write(saying.move, ids_[1], people["ana"], Act.ACCEPT)
    await alder.write(saying.move, ids_[1], people["ana"], Act.DECLINE, "It is five now.")

    assert (set(odd.value.fields), gone.value.code) == ({"more"}, "E_CHANGED")
    found = await alder.read(proposed.by_slug, slug, moot.inside(alder))
    assert found is not None
    assert "until five" in found.content
    (before,) = await alder.read(proposed.versions, found.id)
    assert "until six" in before.text
    states = {one.id: one.state for one in await said(alder, slug)}
    assert [states[id_] for id_ in ids_] == [State.ACCEPTED, State.DECLINED]
    assert await alder.read(queries.stands, slug, 2) == []
    cleo = Viewer(account=await alder.account(people["cleo"]), role="member")
    (card,) = await slots.waiting(alder, cleo)
    assert "was changed" in card.title
    await alder.write(saying.stand, slug, people["cleo"], Stand.UNSURE)
    assert await slots.waiting(alder, cleo) == []
    assert await alder.read(queries.stands, slug, 2) == [Stand.UNSURE]


async def test_nothing_is_said_once_voting_has_opened(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"])

    for kind in set(Kind) - {Kind.MINUTES}:
        with pytest.raises(Conflict):
            await say(alder, slug, people["ben"], kind, "Late.")
    with pytest.raises(Conflict):
        await alder.write(saying.stand, slug, people["ben"], Stand.FOR)
    with pytest.raises(Refused):
        await say(alder, slug, "https://birch.test/u/eve", Kind.MINUTES, "I was there.")
    await say(alder, slug, people["ben"], Kind.MINUTES, "We met on Friday.")

    assert [one.kind for one in await said(alder, slug)] == [Kind.MINUTES]
    assert await moot.rows(alder, position) == []


async def test_what_a_keeper_hid_is_there_for_its_author_alone(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    id_ = await say(alder, slug, people["ben"], Kind.QUESTION, "Something rude?")

    await alder.write(moderation.hide, id_, reason="Rude.", by=people["keeper"])

    async def seen(who: str) -> int:
        viewer = Viewer(account=await alder.account(people[who]), role="member")
        return len(await alder.read(queries.on, slug, viewer))

    assert [await seen(who) for who in ("ana", "ben")] == [0, 1]


async def test_who_leaves_takes_along_all_they_said(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AGREEMENT)
    fact = await say(alder, slug, people["ana"], Kind.FACT, "It rains.")
    question = await say(alder, slug, people["ana"], Kind.QUESTION, "Where?")
    await say(alder, slug, people["ben"], Kind.MIND, "A roof.")
    await alder.write(saying.take, fact, people["ben"], supports=True)
    await alder.write(saying.move, question, people["ben"], Act.ANSWER, "In the yard.")
    await alder.write(saying.stand, slug, people["ben"], Stand.FOR)
    held = await alder.read(leaving.export, people["ben"])
    assert [len(held[name]) for name in ("said", "answers", "facts", "positions")] == [1] * 4

    await alder.write(leaving.erase, people["ben"])

    assert {row.author for row in await moot.rows(alder, remark)} == {people["ana"]}
    assert all(row.answer is None for row in await moot.rows(alder, remark))
    assert await moot.rows(alder, stance) == await moot.rows(alder, position) == []


async def test_a_deliberation_in_the_browser(alder: Node, browse: Callable[..., Any]) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], reach="public", **AGREEMENT)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    at = f"/deliberation/{slug}"

    before = (await ben.get(f"/p/{slug}")).text
    assert at in before
    assert moot.strip((await ben.get(at)).text) == moot.strip(before)
    assert moot.strip(before)["Your turn"] == "Say what you know about it"
    wrong = await ben.post(f"{at}/say/fact", {"text": "", "more": "nowhere"}, form=at)
    assert (wrong.status_code, "nowhere" in wrong.text) == (422, True)
    page = await ben.post(f"{at}/say/fact", {"text": "It rains.", "more": ""}, form=at)
    assert "It rains." in page.text
    page = await ben.post(f"{at}/say/objection", {"text": "Too loud.", "more": ""}, form=at)
    by_kind = {one.kind: one for one in await said(alder, slug)}
    fact, objection = by_kind[Kind.FACT], by_kind[Kind.OBJECTION]
    page = await ana.post(f"{at}/{fact.id}/take/dispute", {}, form=at)
    assert "Disputed." in page.text
    wrong = await ana.post(f"{at}/{objection.id}/do/offer", {"words": ""}, form=at)
    assert wrong.status_code == 422
    page = await ana.post(f"{at}/{objection.id}/do/offer", {"words": "Until eight."}, form=at)
    assert "Waits for who objects" in page.text
    page = await ben.post(f"{at}/{objection.id}/do/agree", {}, form=at)
    assert "Integrated" in page.text
    page = await ben.post(f"{at}/stand", {"stand": "for"}, form=at)
    assert "Too few have said" in page.text
    assert (await ben.client.get(f"{at}/nothing/do/agree")).status_code in (404, 405)
    visitor = await browse(alder)
    assert (await visitor.get(at)).status_code == 403
    seen = await visitor.get(f"/p/{slug}")
    assert "Too loud." not in seen.text
    await alder.write(bringing.withdraw, slug, people["ana"])
    assert "is not talked through now" in (await ben.get(at)).text


# Voices from elsewhere ------------------------------------------------------------------------


@pytest.mark.parametrize(("ballots", "outcome"), [(2, "noDecision"), (3, "approved")])
async def test_voices_from_elsewhere_are_shown_apart_and_never_counted(
    alder: Node,
    make_node: Any,
    clock: Clock,
    browse: Callable[..., Any],
    ballots: int,
    outcome: str,
) -> None:
    """Three of the four have to come: one who answers from birch is none of them."""
    people = await ids(alder)
    birch = await make_node("birch", modules=MODULES)
    days = [alder.now() + timedelta(days=n) for n in (3, 10)]
    slug = await moot.bring(
        alder, people["ana"], reach="public", method=Method.MAJORITY, opens=days[0], closes=days[1]
    )
    before = await counted(alder, slug)

    await answer(alder, birch, slug, "t1", "I object, it is too loud!")
    assert await counted(alder, slug) == before
    page = (await (await browse(alder, "ben")).get(f"/deliberation/{slug}")).text
    own, _heading, voices = page.partition("Voices from elsewhere")
    assert "I object, it is too loud!" in voices
    assert "I object, it is too loud!" not in own
    assert "They are read and never counted." in voices

    clock.advance(days=4)
    await settle(alder, birch)
    await answer(alder, birch, slug, "t2", "I am in favour of it.")
    await moot.vote(alder, slug, [(people[n], "inFavour") for n in NAMES[:ballots]])
    clock.advance(days=8)
    await settle(alder, birch)

    box = await alder.read(decisions.box_of, slug)
    assert (box.eligible, box.needed, len(box.receipts)) == (4, 3, ballots)
    assert (await moot.record_of(alder, slug)).outcome == outcome
    assert len(await alder.read(notes.api.replies_to, before[0], moot.inside(alder))) == 2


async def counted(node: Node, slug: str) -> tuple[Any, ...]:
    """The proposal, and all that could be counted of it: gates, objections, stands, remarks."""
    found = await node.read(proposed.by_slug, slug, moot.inside(node))
    assert found is not None
    made = await node.read(proposed.plan_of, found.id)
    assert made is not None
    told = await node.read(queries.open_objections, slug, node.now())
    stands = await node.read(queries.stands, slug, 1)
    return found.id, found.stage, made.have, told, stands, await said(node, slug)


async def answer(here: Node, there: Node, slug: str, name: str, words: str) -> None:
    """Eve at another node answers a public proposal of ours."""
    found = await here.read(proposed.by_slug, slug, moot.inside(here))
    assert found is not None
    if (eve := there.memory.get("tests.eve")) is None:
        eve = there.memory["tests.eve"] = await person(there, "eve")
    community = (await meet(there, await here.read(accounts.community_account))).id
    more: dict[str, Any] = {"to": (PUBLIC,), "cc": (community,)}
    post = Note(
        id=f"{there.origin}/o/{name}",
        attributed_to=eve.id,
        content=f"<p>{words}</p>",
        in_reply_to=found.id,
        **more,
    )
    letter = Create(id=f"{there.origin}/a/{name}", actor=eve.id, object=post, **more)
    await there.write(put, letter)
    await settle(here, there)
