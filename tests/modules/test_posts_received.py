"""What strangers send as posts: kept within limits, changed by their author, gone for good."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from node.kernel.module import Module
from node.kernel.node import Node
from node.modules.notes import leaving as own
from node.modules.notes import queries, rules
from node.modules.notes.tables import note, option, poll, quoting
from node.modules.reactions.tables import reaction
from tests.conftest import Browser, Wire, person, settle
from tests.federation.test_the_wild import _activities, _as_of
from tests.modules.strange import MODULES, MakeNode, Stage, follow, stage
from tests.modules.test_notes import say
from vocab.model import PUBLIC

LATER = "2026-11-20T10:00:00Z"


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


async def kept(here: Stage, id: str) -> queries.Post:
    found = await here.node.read(queries.stored, id)
    assert found
    return found


async def test_only_words_and_a_narrower_audience_can_change(here: Stage) -> None:
    """O15, V16: the same Update, honest and with each thing that may not change."""
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    ana = await follow(here, "ana", bob)
    first = bob.note("0")
    await here.hear(bob, bob.says("Create", first))
    post = bob.note("1", inReplyTo=first["id"], to=[f"{bob.id}/followers"])
    await here.hear(bob, bob.says("Create", post))
    before = await kept(here, post["id"])
    now = {**post, "content": "<p>FORGED</p>", "updated": LATER}
    cases = [
        (bob, {**now, "type": "Article", "name": "x"}, "E_TYPE"),
        (bob, {**now, "type": "Question", "oneOf": [{"name": "a"}, {"name": "b"}]}, "E_TYPE"),
        (bob, {**now, "inReplyTo": f"{elm.origin}/notes/2"}, "E_REPLY_MOVED"),
        (bob, {**now, "attributedTo": carol.id}, "E_OWNER"),
        (bob, {**now, "to": [PUBLIC]}, "E_AUDIENCE_WIDENED"),
        (bob, {**now, "cc": ["as:Public"]}, "E_AUDIENCE_WIDENED"),
        (carol, now, "E_OWNER"),
        (carol, {**now, "attributedTo": carol.id}, "E_OWNER"),
        (bob, {**now, "updated": "2026-11-19T10:00:00Z", "published": "x"}, None),
    ]

    for number, (who, said, code) in enumerate(cases):
        assert (await here.hear(who, who.says("Update", said)))[1] == code, number
        assert await kept(here, post["id"]) == before, number
    assert (await here.twice(bob, bob.says("Update", now)))[1] is None
    changed = await kept(here, post["id"])
    assert (changed.content, changed.reach) == ("<p>FORGED</p>", "direct")
    narrow = {**now, "to": [ana.id], "updated": "2026-11-20T11:00:00Z"}
    await here.hear(bob, bob.says("Update", narrow))
    assert (await kept(here, post["id"])).to == [ana.id]


async def test_a_change_that_comes_first_stands(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    stranger = here.actor(here.server("fir.test"), "eve")
    await follow(here, "ana", bob)
    post = bob.note("1", published="2026-11-20T08:00:00Z")
    times = ("2026-11-20T08:30:00Z", "2026-11-20T08:10:00Z")
    news, older = ({**post, "content": f"<p>{at}</p>", "updated": at} for at in times)

    for letter in (bob.says("Update", news), bob.says("Create", post), bob.says("Update", older)):
        assert await here.hear(bob, letter) == ("done", None)

    assert (await kept(here, post["id"])).content == f"<p>{times[0]}</p>"
    theirs = stranger.note("2", updated=times[0])
    await here.hear(stranger, stranger.says("Update", theirs))
    assert await here.node.read(queries.stored, theirs["id"]) is None


async def test_what_is_deleted_before_or_after_it_comes_stays_away(here: Stage) -> None:
    """O16"""
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    forms = (lambda one: one, lambda one: {"id": one, "type": "Tombstone"},
             lambda one: {"id": one, "type": "Tombstone", "formerType": "Note"})  # fmt: skip

    for number, form in enumerate(forms):
        early, late = bob.note(f"early{number}"), bob.note(f"late{number}")
        await here.hear(bob, bob.says("Create", late))
        for one in (early, late):
            await here.twice(bob, bob.says("Delete", form(one["id"])))
            await here.twice(bob, bob.says("Create", one))
            bob.server.pages[one["id"]] = one
            await here.hear(bob, bob.says("Announce", one["id"]))
        assert await here.node.read(queries.stored, early["id"]) is None
        assert (await kept(here, late["id"])).deleted
        assert not (await kept(here, late["id"])).content


async def test_what_is_too_much_is_cut(here: Stage) -> None:
    """J06, H03: of everything that a post can hold too much of, as much as is shown is kept."""
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    emoji = [{"type": "Emoji", "name": f":e{n}:", "icon": {"url": f"https://elm.test/{n}.png"}}
             for n in range(300)]  # fmt: skip
    bad = [
        {"type": "Emoji", "name": ":bad:", "icon": {"url": "javascript:alert(1)"}},
        {"type": "Emoji", "name": "<b>", "icon": {"url": "https://elm.test/x.png"}},
        {"type": "Emoji", "name": ":none:"},
        {"type": "Emoji", "icon": "https://elm.test/i"},
    ]
    mentions = [{"type": "Mention", "href": f"https://elm.test/u/{n}", "name": "x" * 500}
                for n in range(300)]  # fmt: skip
    files = [{"type": "Image", "url": url, "name": "y" * 5000} for url in (
        "javascript:alert(1)", "data:text/html,x", "//elm.test/x", "https://user@elm.test/x",
        *(f"https://elm.test/{n}.png" for n in range(50)))]  # fmt: skip
    post = bob.note(
        "1", content="<p>" + "x" * 300_000 + "</p>", summary="s" * 5000,
        tag=[*bad, *emoji, *mentions], attachment=files, to=[PUBLIC] + [f"{ana.id}{n}" for n in
        range(2000)], url="javascript:alert(1)", context="https://evil.test/c",
        replies="https://evil.test/r", quote="javascript:alert(1)",
    )  # fmt: skip

    assert (await here.hear(bob, bob.says("Create", post)))[0] == "done"

    found = await kept(here, post["id"])
    assert len(found.content) <= 100_100
    assert len(found.summary) <= 500
    assert len(found.emoji) == rules.EMOJI
    assert {one["url"].partition(":")[0] for one in found.emoji} == {"https"}
    assert len(found.mentions) <= rules.MENTIONS * 2
    assert len(found.attachments) <= rules.PICTURES
    assert all(one["url"].startswith("https://elm.test/") for one in found.attachments)
    assert all(len(one["name"]) <= 1500 for one in found.attachments)
    assert len(found.to) <= 500
    assert (found.url, found.context, found.answers, found.quote) == (post["id"], None, None, None)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"contentMap": {"de": "<p>Hallo</p>"}}, ("<p>Hallo</p>", "de")),
        ({"content": "<p>Hi</p>", "contentMap": {"de": "<p>Hallo</p>", "en": "<p>Hi</p>"}},
         ("<p>Hi</p>", "en")),
        ({"content": "<p>Hi</p>", "contentMap": {'en" x="': "<p>Hi</p>"}}, ("<p>Hi</p>", None)),
        ({"content": "<p>Hi</p>", "contentMap": []}, ("<p>Hi</p>", None)),
        ({"content": "a *b*", "mediaType": "text/markdown"}, ("<p>a *b*</p>", None)),
    ],
)  # fmt: skip
async def test_words_keep_their_language(
    here: Stage, said: dict[str, Any], wanted: tuple[str, str | None]
) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    post = {k: v for k, v in bob.note("1").items() if k != "content"} | said
    await here.hear(bob, bob.says("Create", post))

    found = await kept(here, post["id"])
    assert (found.content, found.lang) == wanted


async def test_copies_of_pictures_are_shown_where_a_module_keeps_them(
    make_node: MakeNode, wire: Wire, browse: Callable[..., Awaitable[Browser]]
) -> None:
    """H04: what is shown lies here; without such a module there are links and names."""
    copies = Module(name="copies", picture=lambda _node, url, *_: f"/copy?of={quote(url, safe='')}")
    here = Stage(await make_node("alder", modules=[*MODULES, copies]), wire)
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    tag = {
        "type": "Emoji",
        "name": ":x:",
        "icon": {"type": "Image", "url": "https://elm.test/x.png"},
    }
    files = [{"type": "Image", "url": 'https://elm.test/"1.png', "name": 'A "shed"'},
             {"type": "Document", "url": "https://elm.test/2.pdf", "name": "Plan"}]  # fmt: skip
    post = bob.note("1", content="<p>:x: a</p>", tag=[tag], attachment=files)
    await here.hear(bob, bob.says("Create", post))
    ana = await browse(here.node, "ana")

    text = (await ana.get((await kept(here, post["id"])).path)).text.partition("<main")[2]

    sources = re.findall(r'<img[^>]* src="([^"]*)"', text)
    assert sorted(sources) == [f"/copy?of={quote(one, safe='')}" for one in (
        'https://elm.test/"1.png', "https://elm.test/x.png")]  # fmt: skip
    assert 'alt="A &#34;shed&#34;"' in text
    assert "2.pdf" in text


async def test_who_leaves_takes_questions_and_quotes_along(here: Stage) -> None:
    from node.modules.accounts import leaving

    ana, ben = await person(here.node, "ana"), await person(here.node, "ben")
    ends = here.node.now() + timedelta(days=1)
    asked = await say(here.node, ana, "When?", options=("CANARY-1", "b"), ends=ends, warning="W")
    await say(here.node, ben, "CANARY-2", quote=asked)
    taken = await here.node.read(own.export, ana.id)
    assert [(one["answers"], one["warning"]) for one in taken["posts"]] == [
        (["CANARY-1", "b"], "W")
    ]

    await here.node.write(leaving.leave, ana.id)

    for table in (option, poll, quoting):
        assert not await here.node.read(lambda db, table=table: db.execute(select(table)).all())


async def test_an_event_is_a_post_with_a_time(here: Stage) -> None:
    """FEP-8a8e, as Mobilizon and Gancio write it."""
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    event = bob.note("e", type="Event", startTime="2026-12-01T18:00:00Z",
                     location={"type": "Place", "name": "Hall", "latitude": 52.5201})  # fmt: skip
    event["name"] = "Seed swap"
    await here.twice(bob, bob.says("Create", event))

    found = await kept(here, event["id"])
    assert (found.type, found.title, found.place) == ("Event", "Seed swap", "Hall")
    assert found.starts
    assert found.starts.hour == 18


async def test_the_letters_of_other_programs_are_posts_and_reactions_once(here: Stage) -> None:
    """Every activity of the corpus, as if a followed stranger sent it, twice."""
    bob = here.actor(here.server("elm.test"), "bob")
    await follow(here, "ana", bob)
    await person(here.node, "ben")
    sent = [_as_of(one, bob, number) for number, one in enumerate(_activities())]
    sent = [one for one in sent if one["type"] != "Delete" or one["object"] != bob.id]
    outcomes: dict[str, int] = {}
    for one in sent:
        answer = await here.post(bob, one)
        assert answer.status_code in (202, 400, 403)
    await settle(here.node)
    once = await rows(here.node)
    for one in sent:
        await here.post(bob, {**one, "id": f"{one['id']}-again"})
    await settle(here.node)

    assert await rows(here.node) == once
    states = await here.node.write(_states)
    for state, code in states:
        outcomes[state] = outcomes.get(state, 0) + 1
        assert code != "E_INTERNAL"
    assert len(json.loads(once)["note"]) > 10, outcomes
    assert outcomes["done"] > 50


def _states(unit: Any) -> list[tuple[str, str | None]]:
    from node.kernel.tables import letter

    return [(r.state, r.code) for r in unit.db.execute(select(letter).where(letter.c.way == "in"))]


async def rows(node: Node) -> str:
    """What is kept of posts and reactions, without what is new by chance."""
    names = {
        "note": (note.c.id, note.c.owner, note.c.content, note.c.reach, note.c.thread),
        "reaction": (reaction.c.actor, reaction.c.object, reaction.c.verb, reaction.c.content),
    }

    def look(unit: Any) -> str:
        found = {name: sorted(map(list, unit.db.execute(select(*columns)).all()))
                 for name, columns in names.items()}  # fmt: skip
        return json.dumps(found)

    return await node.write(look)
