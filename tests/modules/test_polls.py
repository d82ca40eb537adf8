"""Questions for views: others' are shown and answered, ours are counted once and decide nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.errors import Problem
from node.modules.notes import keeping, polls, queries, rules, tallies
from node.modules.notes.tables import answer
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.federation.strangers import Actor
from tests.modules.strange import MakeNode, Stage, follow, stage
from tests.modules.test_notes import member, say
from vocab.model import PUBLIC
from vocab.types import CORE, Question
from vocab.wire import claims, load

JSON = {"accept": "application/activity+json"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


def options(counts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in counts.items()
    ]


def question(who: Actor, clock: Clock, name: str = "q", **more: Any) -> dict[str, Any]:
    said = {
        "type": "Question", "oneOf": options({"yes": 3, "no": 1}), "votersCount": 4,
        "endTime": (clock() + timedelta(days=1)).isoformat(),
        "published": clock().isoformat(), **more,
    }  # fmt: skip
    return who.note(name, **said)


async def counts(here: Stage, id: str) -> tuple[dict[str, int], int | None]:
    found = await here.node.read(tallies.one, id)
    assert found is not None
    return {one.name: one.count for one in found.options}, found.voters


# Others' ------------------------------------------------------------------------------------


async def test_the_numbers_are_those_of_the_authors_server(here: Stage, clock: Clock) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    asked = question(bob, clock)
    await here.twice(bob, bob.says("Create", asked))
    assert await counts(here, asked["id"]) == ({"yes": 3, "no": 1}, 4)

    def now(said: dict[str, Any], minutes: int = 0, **more: Any) -> dict[str, Any]:
        time = {"updated": (clock() + timedelta(minutes=minutes)).isoformat()} if minutes else {}
        return bob.says("Update", {**asked, "oneOf": options(said), **time, **more})

    steps = [
        (now({"yes": 5, "no": 1}, votersCount=6), ({"yes": 5, "no": 1}, 6)),
        (now({"no": 2, "yes": 5}, 10, votersCount=7), ({"yes": 5, "no": 2}, 7)),
        (now({"yes": 0, "no": 0}, 5), ({"yes": 5, "no": 2}, 7)),
        (now({"yes": -1, "no": "x"}, 20), ({"yes": 0, "no": 0}, 4)),
        (now({"yes": 9, "perhaps": 9}, 15), ({"yes": 0, "no": 0}, 4)),
        (now({"yes": 9, "perhaps": 8}, 30, votersCount=17), ({"yes": 9, "perhaps": 8}, 17)),
    ]
    clock.advance(hours=1)
    for letter, wanted in steps:
        await here.twice(bob, letter)
        assert await counts(here, asked["id"]) == wanted
    mallory = here.actor(here.server("evil.test"), "mallory")
    forged = {**now({"yes": 99, "perhaps": 0}, 40), "actor": mallory.id,
              "id": "https://evil.test/acts/f"}  # fmt: skip
    assert (await here.hear(mallory, forged))[1] == "E_OWNER"
    assert await counts(here, asked["id"]) == wanted


async def test_a_member_answers_once_and_tells_the_author_alone(here: Stage, clock: Clock) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    many = {"anyOf": options({"a": 0, "b": 0, "c": 0}), "oneOf": None}
    one, some = question(bob, clock), question(bob, clock, "some", **many)
    late = question(bob, clock, "late", endTime=(clock() - timedelta(hours=1)).isoformat())
    for each in (one, some, late):
        await here.hear(bob, bob.says("Create", each))
    slugs = {}
    for each in (one, some, late):
        kept = await here.node.read(queries.stored, each["id"])
        assert kept
        slugs[each["id"]] = kept.slug
    bob.server.received.clear()

    async def reply(to: dict[str, Any], *names: str) -> str | None:
        try:
            await here.node.write(polls.answer, member(ana), slugs[to["id"]], names)
        except Problem as problem:
            return problem.code
        return None

    assert (
        await reply(one) == await reply(one, "maybe") == await reply(one, "yes", "no") == "E_OPTION"
    )
    assert await reply(late, "yes") == "E_POLL_OVER"
    assert (await reply(one, "yes"), await reply(some, "a", "c")) == (None, None)
    assert await reply(one, "no") == await reply(some, "b") == "E_ANSWERED"
    await settle(here.node)

    votes = [one_["object"] for one_ in bob.server.received]
    assert sorted((v["inReplyTo"], v["name"]) for v in votes) == sorted(
        [(one["id"], "yes"), (some["id"], "a"), (some["id"], "c")]
    )
    for letter in bob.server.received:
        assert letter["to"] == letter["object"]["to"] == [bob.id]
        assert not {"content", "published", "cc"} & set(letter["object"])
    assert await counts(here, one["id"]) == ({"yes": 3, "no": 1}, 4), "not ours to count"
    bob.server.pages[one["id"]] = {**one, "oneOf": options({"yes": 8, "no": 2}), "votersCount": 10}
    clock.advance(days=1, hours=1)
    await settle(here.node)
    assert await counts(here, one["id"]) == ({"yes": 8, "no": 2}, 10), "asked for at its end"


# Ours ---------------------------------------------------------------------------------------


def vote(who: Actor, poll: str, name: str, number: int = 1, **more: Any) -> dict[str, Any]:
    to = ["https://alder.test/u/ana"]
    id = f"{who.server.origin}/votes/{who.id[-3:]}{number}"
    said = {"id": id, "type": "Note", "name": name, "attributedTo": who.id, "inReplyTo": poll}
    return who.says("Create", {**said, "to": to, **more}, to=to)


async def ask(here: Stage, who: Any, clock: Clock, reach: str = "public", **more: Any) -> str:
    said = {"options": ("yes", "no"), "ends": clock() + timedelta(days=1), **more}
    return await say(here.node, who, "Shall we?", reach, **said)


async def test_answers_from_elsewhere_count_once(here: Stage, clock: Clock) -> None:
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    ana, ben = await person(here.node, "ana"), await person(here.node, "ben")
    id = await ask(here, ana, clock)
    some = await ask(here, ana, clock, several=True, options=("a", "b", "c"))

    assert await here.twice(bob, vote(bob, id, "yes")) == ("done", None)
    await here.hear(bob, vote(bob, id, "no", 2))
    await here.hear(carol, vote(carol, id, "no"))
    slug = id.rpartition("/")[2]
    await here.node.write(polls.answer, member(ben), slug, ["yes"])
    for number, name in enumerate(("a", "b", "a"), start=5):
        await here.twice(bob, vote(bob, some, name, number))

    assert await counts(here, id) == ({"yes": 2, "no": 1}, 3)
    assert await counts(here, some) == ({"a": 1, "b": 1, "c": 0}, 1)
    rows = str(await here.node.read(lambda db: db.execute(select(answer)).all()))
    assert bob.id not in rows
    assert await here.node.read(queries.of_owner, bob.id) == [], "no answer is a post"


async def test_what_may_not_count_is_refused(here: Stage, clock: Clock) -> None:
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    ana = await person(here.node, "ana")
    id, hidden = await ask(here, ana, clock), await ask(here, ana, clock, "community")
    plain = await say(here.node, ana, "No question.")
    far = question(carol, clock)
    await here.hear(
        carol, carol.says("Create", {**far, "tag": [{"type": "Mention", "href": ana.id}]})
    )
    cases = [
        (vote(bob, id, "perhaps", 1), "E_OPTION"),
        (vote(bob, id, "YES", 2), "E_OPTION"),
        (vote(bob, hidden, "yes", 3), "E_POLL"),
        (vote(bob, plain, "yes", 4), "E_POLL"),
        (vote(bob, f"{here.node.origin}/o/none", "yes", 5), "E_POLL"),
        (vote(bob, far["id"], "yes", 6), "E_POLL"),
        (vote(bob, id, "yes", 7, attributedTo=carol.id), "E_OWNER"),
    ]

    for letter, code in cases:
        assert await here.hear(bob, letter) == ("refused", code)
    clock.advance(days=1)
    assert await here.hear(bob, vote(bob, id, "yes", 8)) == ("refused", "E_POLL_OVER")

    assert await counts(here, id) == await counts(here, hidden) == ({"yes": 0, "no": 0}, 0)
    assert await counts(here, far["id"]) == ({"yes": 3, "no": 1}, 4)


async def test_followers_hear_the_numbers_and_the_end(here: Stage, clock: Clock) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await person(here.node, "ana")
    await here.hear(bob, bob.says("Follow", ana.id))
    id = await ask(here, ana, clock)
    await settle(here.node)
    bob.server.received.clear()

    await here.hear(bob, vote(bob, id, "yes"))
    assert bob.server.received == []
    clock.advance(minutes=4)
    await settle(here.node)
    clock.advance(days=1)
    await settle(here.node)

    first, last = bob.server.received
    for letter in (first, last):
        said = letter["object"]
        assert (letter["type"], said["type"], said["votersCount"]) == ("Update", "Question", 1)
        assert [one["replies"]["totalItems"] for one in said["oneOf"]] == [1, 0]
        assert said["updated"] > said["published"]
    assert await here.node.read(lambda db: db.execute(select(answer)).all()) == []
    kept = await here.node.read(queries.stored, id)
    assert kept
    assert kept.updated is None, "numbers are no edit"


async def test_from_the_form_to_the_numbers(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    await person(here.node, "ana")
    await person(here.node, "ben")
    ana, ben, visitor = (await browse(here.node, "ana"), await browse(here.node, "ben"),
                         await browse(here.node))  # fmt: skip
    words = {"text": "Which day?", "lang": "en", "reach": "public", "quotes": "ask"}
    for wrong in ({"options": "only one", "ends": "1 December"}, {"options": "a\nb", "ends": ""}):
        assert (await ana.post("/notes", {**words, **wrong})).status_code == 422

    asked = await ana.post("/notes", {**words, "options": "Friday\n\nSunday\nFriday\n",
                                      "ends": "1 December", "several": "yes"})  # fmt: skip
    path = asked.url.path
    assert "it decides nothing" in asked.text
    nothing = await ben.post(f"{path}/answer", {}, form=path)
    assert "Choose what you think." in nothing.text
    done = await ben.post(f"{path}/answer", {"choice": ["Friday", "Sunday"]}, form=path)
    assert "One person has answered." in done.text
    assert "You too." in done.text
    assert f"{path}/answer" not in done.text
    found = (await visitor.get(path.replace("/n/", "/o/"), headers=JSON)).json()
    assert [(o["name"], o["replies"]["totalItems"]) for o in found["anyOf"]] == [
        ("Friday", 1), ("Sunday", 1),
    ]  # fmt: skip
    assert found["votersCount"] == 1
    assert "/answer" not in (await visitor.get(path)).text


async def test_wherever_it_is_read_it_says_that_it_decides_nothing(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    """On another server it would look as any poll does: as if we voted there."""
    await person(here.node, "ana")
    ana, visitor = await browse(here.node, "ana"), await browse(here.node)
    words = {"text": "Welcher Tag?", "reach": "public", "quotes": "ask", "lang": "de"}
    poll = {"options": "Freitag\nSonntag", "ends": "1 December"}

    async def read(path: str) -> dict[str, Any]:
        return (await visitor.get(path.replace("/n/", "/o/"), headers=JSON)).json()

    path = (await ana.post("/notes", {**words, **poll})).url.path
    caveat = '<p class="advisory">Eine Frage nach Meinungen: Sie entscheidet nichts.</p>'
    assert (await read(path))["content"] == f"<p>Welcher Tag?</p>{caveat}"
    assert "advisory" not in (await ana.get(path)).text
    await ana.post(f"{path}/edit", {**words, "text": "Was nun?"})
    assert (await read(path))["content"] == f"<p>Was nun?</p>{caveat}"

    plain = (await ana.post("/notes", words)).url.path
    assert (await read(plain))["content"] == "<p>Welcher Tag?</p>"


# Shapes -------------------------------------------------------------------------------------


def test_odd_polls_are_read_as_far_as_they_go() -> None:
    types = claims(CORE)
    cases: list[tuple[dict[str, Any], list[tuple[str, int]]]] = [
        ({"oneOf": options({"a": 1, "b": 2})}, [("a", 1), ("b", 2)]),
        ({"anyOf": options({"a": 1, "b": 2}), "oneOf": []}, [("a", 1), ("b", 2)]),
        ({"oneOf": options({"a": 1, "b": 2}) + options({"a": 7})}, [("a", 1), ("b", 2)]),
        ({"oneOf": options({"a": 10**12, "b": None})}, [("a", 0), ("b", 0)]),
        ({"oneOf": options({"a": True, "b": 1.5})}, [("a", 0), ("b", 1)]),
        ({"oneOf": [{"name": "a"}, {"type": "Note", "name": "b"}, "c", None, {"name": 7}]},
         [("a", 0), ("b", 0)]),
        ({"oneOf": options({"a": 1})}, []),
        ({"oneOf": options({"": 1, "b": 1})}, []),
        ({"oneOf": options({"x" * 501: 1, "b": 1})}, []),
        ({}, []),
    ]  # fmt: skip
    for said, wanted in cases:
        asked = load({"type": "Question", **said}, types)
        assert isinstance(asked, Question)
        assert [(one.name, one.count) for one in rules.options_of(asked)] == wanted
    long = load({"type": "Question", "oneOf": options({str(n): 0 for n in range(500)})}, types)
    assert isinstance(long, Question)
    assert len(rules.options_of(long)) == rules.OPTIONS


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("a\nb", ("a", "b")), (" a  b \n\n c\r\n", ("a b", "c")), ("a\na\nb", ("a", "b")),
        ("a", ()), ("", ()), ("\n".join("abcdefghi"), ()), ("a\n" + "b" * 101, ()),
    ],
)  # fmt: skip
def test_what_a_member_types_is_two_to_eight_answers(typed: str, found: tuple[str, ...]) -> None:
    assert rules.typed_options(typed) == found
    assert keeping.type_of(Question()) == "Question"
    assert PUBLIC
