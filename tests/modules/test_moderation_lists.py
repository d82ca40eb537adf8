"""Lists of servers: read in the forms that go around, looked at, taken in whole, taken back."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import federation
from federation import resolving
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.follows import api as following
from node.modules.moderation import importing, lists, queries, refusing
from node.modules.moderation.lists import Entry
from node.modules.moderation.refusing import Terms
from node.modules.moderation.tables import batch, refusal, taken
from tests.conftest import Browser, MakeNode, person, settle
from tests.federation.names import KEPT_OUT
from tests.modules.neighbours import neighbours
from tests.modules.test_notes import follow
from tests.servers import hidden_fields
from web import uploads

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
Browse = Callable[..., Awaitable[Browser]]
HEAD = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    trusted = neighbours("https://birch.test/service")
    return await make_node("alder", modules=[*MODULES, trusted])


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


# Reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + 'bad.example,suspend,TRUE,FALSE,"Spam, much",true\n',
         [Entry(host="bad.example", said="Spam, much", no_media=True, veiled=True)]),
        (HEAD.replace("#", "") + "Bad.Example,silence,f,t,,0\r\n",
         [Entry(host="bad.example", level="silence", no_reports=True)]),
        ("private_comment,severity,domain\nsaw it,limit,*.bad.example\n",
         [Entry(host="bad.example", level="silence", reason="saw it")]),
        ("#domain\nbad.example\nworse.example:8443\n",
         [Entry(host="bad.example"), Entry(host="worse.example:8443")]),
        ("bad.example.\n\n# a word\nhttps://Worse.example/ # why\n",
         [Entry(host="bad.example"), Entry(host="worse.example")]),
        ("\ufeffbücher.test", [Entry(host=KEPT_OUT)]),
        ('[{"domain": "bad.example", "suspended_at": "2020", "public_comment": "Spam"}]',
         [Entry(host="bad.example", said="Spam")]),
        ('[{"domain": "bad.example", "severity": "silence", "comment": "Spam", "digest": "00"}]',
         [Entry(host="bad.example", level="silence", said="Spam")]),
        ('[{"domain": "bad.example", "silenced_at": "2020", "obfuscate": true}, "b.example"]',
         [Entry(host="bad.example", level="silence", veiled=True), Entry(host="b.example")]),
        ('{"domain": "bad.example"}', [Entry(host="bad.example")]),
        (HEAD + '"bad.example","suspend",,,"two\nlines",\n',
         [Entry(host="bad.example", said="two lines")]),
        ("", []), (HEAD, []), ("[]", []),
    ],
)  # fmt: skip
def test_lists_are_read_as_they_go_around(text: str, expected: list[Entry]) -> None:
    found = lists.read(text)

    assert list(found.entries) == expected
    assert found.unread == ()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ex*mple.com,suspend", lists.STARRED),
        ("nonsense,suspend", lists.NO_NAME),
        ("@ana@bad.example,suspend", lists.NO_NAME),
        ("https://bad.example/@ana,suspend", lists.NO_NAME),
        ("bad..example,suspend", lists.NO_NAME),
        (",suspend", lists.NO_NAME),
        ("-bad.example,suspend", lists.NO_NAME),
        ("=cmd|' /C calc'!A0,suspend", lists.NO_NAME),
        ("bad.example:99999999,suspend", lists.NO_NAME),
        ("bad.example,noop,true", lists.NO_LEVEL),
        ("bad.example,defederate", lists.UNKNOWN),
        ("good.example,suspend\ngood.example,silence", lists.TWICE),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_why(line: str, why: str) -> None:
    found = lists.read(f"{HEAD}first.example,silence\n{line}\n")

    assert found.entries[0] == Entry(host="first.example", level="silence")
    assert [(one.line, one.why) for one in found.unread] == [(3 + line.count("\n"), why)]


@pytest.mark.parametrize(
    "text",
    ["[", '{"a":', "[1, null, []]", "[" * 5000, '[{"domain": 5}]', HEAD + '"' + "x" * 140_000,
     HEAD + '"unclosed,suspend\n'],
)  # fmt: skip
def test_what_is_no_list_is_said_to_be_none(text: str) -> None:
    found = lists.read(text)

    assert found.entries == ()
    assert found.unread


def test_of_a_server_named_twice_the_stricter_line_counts() -> None:
    for order in (("silence", "suspend"), ("suspend", "silence")):
        text = HEAD + "".join(f"bad.example,{level}\n" for level in order)
        assert [one.level for one in lists.read(text).entries] == ["suspend"]


def test_what_is_written_is_read_again() -> None:
    chance = random.Random(3)
    words = ["", "Spam", 'quoted "so", and more', "=1+1", "Bücher; 日本", "#first"]
    entries = [
        Entry(
            host=f"s{number}.example",
            level=chance.choice(["silence", "suspend"]),
            said=chance.choice(words),
            no_media=chance.random() < 0.5,
            no_reports=chance.random() < 0.5,
            veiled=chance.random() < 0.5,
        )
        for number in range(200)
    ]

    assert list(lists.read(lists.as_csv(entries)).entries) == entries
    assert [one.host for one in lists.read(lists.as_text(entries)).entries] == [
        one.host for one in entries
    ]
    out = [replace(e, no_media=False, no_reports=False) for e in entries if e.level == "suspend"]
    assert list(lists.read(lists.as_json(entries)).entries) == out


def test_bytes_of_chance_are_read_without_a_fault() -> None:
    chance = random.Random(4)
    signs = 'abc.,"\n\r#[]{}:*@ ü\\\t0'
    for _ in range(500):
        text = chance.choice(["", HEAD, "["]) + "".join(chance.choices(signs, k=60))
        found = lists.read(text)
        assert len({one.host for one in found.entries}) == len(found.entries)


# Taking in ----------------------------------------------------------------------------------


async def plan(node: Node, text: str) -> importing.Plan:
    return await node.read(importing.plan, node.registry, node.origin, text)


async def take(node: Node, text: str, key: str = "k", *, digest: str = "") -> importing.Plan:
    seen = digest or (await plan(node, text)).digest
    by = {"by": f"{node.origin}/u/keeper", "reason": "A shared list."}
    return await node.write(importing.take, key, text, digest=seen, **by)


async def undo(node: Node, key: str = "k") -> int:
    by = {"by": f"{node.origin}/u/keeper", "reason": "Too much."}
    return await node.write(importing.undo, key, **by)


async def refuse(node: Node, host: str, terms: Terms) -> None:
    by = {"by": f"{node.origin}/u/keeper", "reason": "Ours."}
    await node.write(refusing.refuse, host, is_host=True, terms=terms, **by)


async def present(node: Node) -> dict[str, tuple[str, str, str]]:
    found = await node.read(queries.refusals)
    return {one.subject: (one.level, one.said, one.reason) for one in found}


async def rows(node: Node, table: Any) -> list[Any]:
    return await node.read(lambda db: list(db.execute(select(table))))


async def test_a_list_is_taken_in_and_taken_back_whole(alder: Node) -> None:
    await refuse(alder, "mild.example", Terms(level="silence", said="Loud."))
    await refuse(alder, "strict.example", Terms())
    before = await rows(alder, refusal)
    text = HEAD + (
        "new.example,suspend,,,Ads,\nquiet.example,silence,,,,\n"
        "mild.example,suspend,,,Also ads,\nstrict.example,silence,,,,\n"
    )

    found = await plan(alder, text)
    assert [one.host for one in found.added] == ["new.example", "quiet.example"]
    assert [one.host for one in found.changed] == ["mild.example"]
    assert found.same == 1
    assert await rows(alder, refusal) == before
    await take(alder, text)

    assert await present(alder) == {
        "new.example": ("suspend", "Ads", "A shared list."),
        "quiet.example": ("silence", "", "A shared list."),
        "mild.example": ("suspend", "Loud.", "Ours."),
        "strict.example": ("suspend", "", "Ours."),
    }
    assert (await plan(alder, text)).steps == ()
    assert await undo(alder) == 0
    assert sorted(map(str, await rows(alder, refusal))) == sorted(map(str, before))
    with pytest.raises(Missing):
        await undo(alder)


async def test_what_was_changed_since_stays_when_a_list_is_taken_back(alder: Node) -> None:
    await take(alder, "a.example\nb.example\nc.example")
    await refuse(alder, "b.example", Terms(level="silence"))
    by = {"by": f"{alder.origin}/u/keeper", "reason": "Fine now."}
    await alder.write(refusing.allow, "c.example", **by)

    assert await undo(alder) == 2
    assert (await present(alder)).keys() == {"b.example"}


async def test_follows_end_and_ours_are_asked_for_again(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, cleo = await person(alder, "ana"), await person(alder, "cleo")
    ben = await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    await follow(birch, ben, alder, cleo)
    await resolving.account(alder, birch.community.service)
    admin = await browse(alder, "keeper")

    sent = {"text": "birch.test\nelse.example\nnon*sense.example", "reason": "A shared list."}
    page = await admin.post("/desk/blocks/list", sent)
    assert "ana</bdi> follows <bdi>@ben@birch.test" in page.text
    assert "@ben@birch.test</bdi> follows <bdi>cleo" in page.text
    assert "servers that you trust: birch.test" in page.text
    assert "A part of the name is left out" in page.text
    assert not await rows(alder, refusal)

    done = await admin.client.post(
        "/desk/blocks/list/take",
        data=hidden_fields(page.text, "/desk/blocks/list/take"),
        headers={"origin": alder.origin},
    )
    assert "2 servers were changed" in done.text
    assert await alder.read(following.following, ana.id) == []
    assert await alder.read(following.followers, cleo.id) == []

    answer = await admin.post(
        "/desk/blocks/list/undo", {"reason": "Too much."}, form="/desk/blocks/list"
    )
    assert "It is taken back" in answer.text
    await settle(alder, birch)
    assert await alder.read(following.following, ana.id) == [ben.id]
    assert await alder.read(following.followers, cleo.id) == []


async def test_what_has_changed_since_the_look_is_not_taken_in(alder: Node) -> None:
    text = "a.example\nb.example"
    seen = (await plan(alder, text)).digest
    await refuse(alder, "b.example", Terms(level="silence"))

    with pytest.raises(Conflict):
        await take(alder, text, digest=seen)
    with pytest.raises(Conflict):
        await take(alder, "c.example", digest=seen)
    assert (await present(alder)).keys() == {"b.example"}
    assert not await rows(alder, batch)
    assert not await rows(alder, taken)


async def test_a_list_sent_twice_is_taken_in_once(alder: Node) -> None:
    digest = (await plan(alder, "a.example")).digest
    for _ in range(2):
        await take(alder, "a.example", digest=digest)

    assert len(await rows(alder, batch)) == 1


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("text", ["", "alder.test", "test", "nonsense", "ALDER.test:443"])
async def test_neither_ourselves_nor_nothing_is_taken_in(alder: Node, text: str) -> None:
    with pytest.raises(Invalid):
        await take(alder, text)
    assert not await rows(alder, refusal)


async def test_a_list_may_be_chosen_as_a_file(alder: Node, browse: Browse) -> None:
    admin = await browse(alder, "keeper")
    path, why = "/desk/blocks/list", {"text": "", "reason": "A shared list."}

    page = await admin.post(path, why, files={"text-file": b"\xef\xbb\xbf#domain\nbad.example\n"})
    assert page.status_code == 200
    assert "<bdi>bad.example</bdi>" in page.text
    mine = {"what": "blocked_domains", "text": ""}
    page = await admin.post("/me/blocks/list", mine, files={"text-file": b"worse.example\n"})
    assert "<bdi>worse.example</bdi>" in page.text

    # what was typed is not lost to a file, and what is no text is refused in words
    both = {**why, "text": "typed.example"}
    page = await admin.post(path, both, files={"text-file": b"bad.example"})
    assert "<bdi>typed.example</bdi>" in page.text
    assert "bad.example" not in page.text.replace("typed.example", "")
    for wrong in (b"\x89PNG\xff", b"x" * (uploads.FILE_BYTES + 1)):
        page = await admin.post(path, why, files={"text-file": wrong})
        assert (page.status_code, "it is no text" in page.text) == (422, True)
        assert "A shared list." in page.text
    page = await admin.post(path, why, files={"text-file": b"x.example\n" * 30_000})
    assert (page.status_code, "A shared list." in page.text) == (422, True)


async def test_only_keepers_take_in_and_hand_out(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    digest = (await plan(alder, "a.example")).digest
    said = {"by": ana.id, "reason": "I want to."}
    with pytest.raises(Refused):
        await alder.write(importing.take, "k", "a.example", digest=digest, **said)
    with pytest.raises(Refused):
        await alder.write(importing.undo, "k", **said)
    browser, visitor = await browse(alder, "ana"), await browse(alder)
    for path in ("/desk/blocks/list", "/desk/blocks/list.csv", "/desk/blocks/list.json"):
        assert (await browser.get(path)).status_code == 403
        assert (await visitor.get(path)).status_code == 403


async def test_what_is_handed_out_holds_no_reason_of_ours(alder: Node, browse: Browse) -> None:
    await refuse(alder, "bad.example", Terms(said="Spam.", veiled=True))
    await refuse(alder, "loud.example", Terms(level="silence"))
    admin = await browse(alder, "keeper")

    csv, text, plain = [
        await admin.get(f"/desk/blocks/list.{kind}") for kind in ("csv", "txt", "json")
    ]

    assert csv.text == HEAD + (
        "bad.example,suspend,false,false,Spam.,true\nloud.example,silence,false,false,,false\n"
    )
    assert text.text == "bad.example\nloud.example\n"
    assert json.loads(plain.text) == [
        {"domain": "bad.example", "public_comment": "Spam.", "obfuscate": True}
    ]
    assert "attachment" in csv.headers["content-disposition"]
    assert (await admin.get("/desk/blocks/list.exe")).status_code == 404
