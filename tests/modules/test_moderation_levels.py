"""How far somebody is kept away: not shown around, or kept out; by whom, and until when."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

import federation
from federation import policy, resolving
from federation.origins import domain, parents
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account, account, log_entry
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.follows import api as following
from node.modules.moderation import blocking, queries, refusing, shading
from node.modules.moderation.refusing import Terms
from node.modules.moderation.rules import Level
from node.modules.moderation.tables import refusal, report, shade
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules.test_notes import feed, follow, kept, meet, put, say
from vocab.types import Flag

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]
SILENCE, OUT = Terms(level=Level.SILENCE), Terms(level=Level.SUSPEND)


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


async def refuse(node: Node, subject: str, terms: Terms = OUT) -> None:
    by = {"by": f"{node.origin}/u/keeper", "reason": "Spam."}
    is_host = "/" not in subject
    await node.write(refusing.refuse, subject, is_host=is_host, terms=terms, **by)


async def ask_to_follow(here: Node, who: Account, there: Node, whom: Account) -> Any:
    """What became of the wish to follow somebody, as the one who is followed has it."""
    await here.write(following.follow, who, await meet(here, whom))
    await settle(here, there)
    return await there.read(following.state, who.id, whom.id)


# Not shown around ---------------------------------------------------------------------------


async def test_who_is_not_shown_around_is_seen_by_followers_only(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, cleo = await person(alder, "ana"), await person(alder, "cleo")
    ben = await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    await refuse(alder, "birch.test", SILENCE)

    await meet(birch, cleo)
    id = await say(birch, ben, "Hello @cleo@alder.test.")
    await settle(alder, birch)

    assert await kept(alder, id) is not None
    assert len(await feed(alder, ana)) == 1
    assert await feed(alder, cleo) == []
    page = await (await browse(alder, "cleo")).get("/")
    assert "Hello" not in page.text
    slug = (await kept(alder, id)).slug  # type: ignore[union-attr]
    assert "Hello" in (await (await browse(alder, "cleo")).get(f"/n/{slug}")).text

    said = {"by": f"{alder.origin}/u/keeper", "reason": "They were asked, and stopped."}
    await alder.write(refusing.allow, "birch.test", **said)
    assert len(await feed(alder, cleo)) == 1


async def test_who_is_not_shown_around_waits_to_follow(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, ben, cleo = [
        await person(n, h) for n, h in ((alder, "ana"), (birch, "ben"), (birch, "cleo"))
    ]
    await refuse(alder, ben.id, SILENCE)

    states = [await ask_to_follow(birch, who, alder, ana) for who in (ben, cleo)]

    assert states == [following.State.ASKED, following.State.ACCEPTED]
    browser = await browse(alder, "ana")
    assert "asks to follow you" in (await browser.get("/")).text
    sent = {"who": ben.id, "say": "yes"}
    await browser.post("/me/following/answer", sent, form="/me/following")
    await settle(alder, birch)
    assert await birch.read(following.state, ben.id, ana.id) == following.State.ACCEPTED


async def test_keepers_answer_for_the_community(alder: Node, birch: Node, browse: Browse) -> None:
    await person(alder, "ana")
    ben = await person(birch, "ben")
    await refuse(alder, "birch.test", SILENCE)
    us = await resolving.account(birch, alder.community.id)
    assert await ask_to_follow(birch, ben, alder, us) == following.State.ASKED

    admin, ana = await browse(alder, "keeper"), await browse(alder, "ana")
    assert "Somebody asks to follow the community" in (await admin.get("/desk")).text
    assert (await ana.get("/desk/followers")).status_code == 403
    for who, say_, status in (("https://birch.test/u/nobody", "yes", 404), (ben.id, "stop", 404),
                             (ben.id, "yes", 200)):  # fmt: skip
        sent = {"who": who, "say": say_}
        answer = await admin.post("/desk/followers", sent, form="/desk/followers")
        assert answer.status_code == status, (who, say_)
    await settle(alder, birch)

    assert await birch.read(following.state, ben.id, us.id) == following.State.ACCEPTED
    assert "Nobody waits" in (await admin.get("/desk/followers")).text


async def test_reports_of_a_server_may_be_left_aside(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(birch, ana)

    async def flag(number: int) -> int:
        flagged = Flag(id=f"{birch.origin}/a/{number}", actor=ben.id, objects=(ana.id,),
                       content="Rude", to=(ana.id,))  # fmt: skip
        await birch.write(put, flagged)
        await settle(alder, birch)
        return len(await alder.read(lambda db: db.execute(select(report)).all()))

    await refuse(alder, "birch.test", Terms(level=Level.SILENCE, no_reports=True))
    assert await flag(1) == 0
    await refuse(alder, "birch.test", SILENCE)
    assert await flag(2) == 1


# Kept out -----------------------------------------------------------------------------------


async def test_nobody_sees_what_is_kept_out_even_by_its_address(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    id = await say(birch, ben, "Hello.")
    await settle(alder, birch)
    path = f"/n/{(await kept(alder, id)).slug}"  # type: ignore[union-attr]
    browser = await browse(alder, "ana")
    assert (await browser.get(path)).status_code == 200

    await refuse(alder, "birch.test")

    assert (await browser.get(path)).status_code == 404
    assert await alder.read(following.following, ana.id) == []
    await refuse(alder, "birch.test", SILENCE)
    assert (await browser.get(path)).status_code == 200
    assert await feed(alder, ana) == []


async def test_a_letter_that_waits_is_not_sent_once_its_server_is_kept_out(
    alder: Node, birch: Node, wire: Wire
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    wire.away.add(birch.origin)
    await say(alder, ana, "CANARY")
    await settle(alder)
    await refuse(alder, "birch.test")
    wire.away.clear()
    wire.seen.clear()
    alder.now.advance(days=1)  # type: ignore[attr-defined]
    await settle(alder, birch)

    assert not [url for _, url, _ in wire.seen if url.startswith(birch.origin)]


async def test_what_has_an_end_ends_by_itself(
    alder: Node, birch: Node, clock: Clock, browse: Browse
) -> None:
    ben = await person(birch, "ben")
    await meet(alder, ben)
    admin = await browse(alder, "keeper")
    out = {"who": "birch.test", "level": "suspend", "reason": "A pause.", "until": "2026-11-27"}
    assert (await admin.post("/desk/blocks", out)).status_code == 200
    (row,) = await alder.read(queries.refusals)
    assert row.until is not None
    assert row.until.isoformat() == "2026-11-27T23:00:00+00:00"

    clock.advance(days=7, hours=13)
    await settle(alder)
    assert await alder.read(policy.refuses, alder.registry, ben.id)
    clock.advance(hours=1)
    await settle(alder)

    assert not await alder.read(policy.refuses, alder.registry, ben.id)
    assert await alder.read(lambda db: db.execute(select(shade)).all()) == []
    actions = await alder.read(lambda db: list(db.scalars(select(log_entry.c.action))))
    assert actions.count("moderation.lapse") == 1


async def test_a_longer_end_is_not_cut_short_by_the_earlier_one(alder: Node, clock: Clock) -> None:
    for days in (1, 3):
        await refuse(alder, "bad.example", Terms(until=clock() + timedelta(days=days)))
    clock.advance(days=2)
    await settle(alder)
    assert await alder.read(queries.refusal_of, "bad.example") is not None
    clock.advance(days=2)
    await settle(alder)
    assert await alder.read(queries.refusal_of, "bad.example") is None


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("subject", "terms", "problem"),
    [
        ("alder.test", Terms(), Invalid),
        ("test", SILENCE, Invalid),
        ("https://alder.test/u/keeper", SILENCE, Invalid),
        ("bad.example", Terms(until=Clock().now), Invalid),
    ],
)
async def test_neither_ourselves_nor_with_an_end_that_has_passed(
    alder: Node, subject: str, terms: Terms, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        await refuse(alder, subject, terms)
    assert await alder.read(queries.refusals) == []


async def test_only_keepers_change_it_and_only_what_is_there(alder: Node) -> None:
    ana = await person(alder, "ana")
    said = {"by": ana.id, "reason": "I want to."}
    with pytest.raises(Refused):
        await alder.write(refusing.refuse, "bad.example", is_host=True, terms=SILENCE, **said)
    with pytest.raises(Missing):
        await alder.write(refusing.allow, "bad.example", by=f"{alder.origin}/u/keeper", reason="So")


async def test_the_desk_keeps_what_was_typed_and_shows_what_is(alder: Node, browse: Browse) -> None:
    admin = await browse(alder, "keeper")
    out = {"who": "Bücher.example", "level": "silence", "reason": "Noise.", "said": "Many ads.",
           "until": "1 December 2026", "veiled": "on", "no_media": "on"}  # fmt: skip
    bare = await admin.post("/desk/blocks", {**out, "reason": ""})
    assert bare.status_code == 422
    assert "Many ads." in bare.text

    page = await admin.post("/desk/blocks", out)
    (one,) = await alder.read(queries.refusals)
    assert (one.subject, one.level, one.said) == ("xn--bcher-kva.example", "silence", "Many ads.")
    assert (one.veiled, one.no_media, one.no_reports) == (True, True, False)
    assert "not shown around" in page.text
    again = await admin.get("/desk/blocks?who=xn--bcher-kva.example")
    assert 'value="2026-12-01"' in again.text
    assert "Noise." in again.text


# Who sees less of whom ----------------------------------------------------------------------


HOSTS = ("bad.example", "a.bad.example", "bad.example:8443", "x.a.bad.example:8443", "good.example",
         "notbad.example", "bad.example.org", "bcher.example", "w.bcher.example")  # fmt: skip


def strangers(unit: Any) -> list[str]:
    """Two accounts at each of the hosts."""
    ids = [f"https://{host}/u/{name}" for host in HOSTS for name in ("x", "y")]
    for id in ids:
        row = {"id": id, "local": False, "type": "Person", "handle": id[-1], "domain": domain(id),
               "inbox": f"{id}/inbox", "created": unit.now}  # fmt: skip
        unit.db.execute(insert(account).values(row))
    return ids


def level_of(id: str, rules: dict[str, str]) -> str | None:
    """What rules mean for one account, one by one."""
    levels = [rules[name] for name in (id, *parents(domain(id))) if name in rules]
    return max(levels, key=["mute", "block", "silence", "suspend"].index, default=None)


async def shaded(node: Node, who: str) -> dict[str, str]:
    mine = select(shade.c.account, shade.c.level).where(shade.c.who == who)
    return {row.account: row.level for row in await node.read(lambda db: db.execute(mine).all())}


async def test_what_is_worked_out_is_what_the_rules_say(alder: Node) -> None:
    ana = await person(alder, "ana")
    ids = await alder.write(strangers)
    chance = random.Random(5)
    names = [*HOSTS, *ids, "example.org"]
    for _ in range(25):
        chosen = chance.sample(names, chance.randint(0, 6))
        levels = {n: chance.choice(["silence", "suspend"]) for n in chosen}
        kinds = {n: chance.choice(["mute", "block"]) for n in chance.sample(names, 4)}

        def decide(unit: Any, levels: Any = levels, kinds: Any = kinds) -> None:
            unit.db.execute(refusal.delete())
            unit.db.execute(queries.block.delete())
            for name, level in levels.items():
                refusing.write(unit, name, is_host="/" not in name, by=ana.id, reason="x",
                               terms=Terms(level=level))  # fmt: skip
            shading.renew(unit)
            for name, kind in kinds.items():
                blocking.block_for(unit, ana, name, is_host="/" not in name, kind=kind)

        await alder.write(decide)
        expected = {id: level for id in ids if (level := level_of(id, levels))}
        mine = {id: kind for id in ids if (kind := level_of(id, kinds))}
        assert await shaded(alder, "") == expected
        assert await shaded(alder, ana.id) == mine

        def meet_again(unit: Any) -> None:
            unit.db.execute(shade.delete())
            for id in ids:
                shading.met(unit, unit.account(id))

        await alder.write(meet_again)
        assert await shaded(alder, "") == expected
        assert await shaded(alder, ana.id) == mine


async def test_who_becomes_known_later_is_shaded_at_once(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await refuse(alder, "birch.test", SILENCE)
    await alder.write(blocking.block_for, ana, "birch.test", is_host=True, kind="mute")
    await meet(alder, ben)

    assert await shaded(alder, "") == {ben.id: "silence"}
    assert await shaded(alder, ana.id) == {ben.id: "mute"}


async def test_a_block_hides_both_ways_but_not_what_is_decided_together(alder: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await say(alder, ana, "From Ana.", reach="community")
    await say(alder, ben, "From Ben.", reach="community")
    await alder.write(blocking.block_for, ana, ben.id, is_host=False)

    assert await feed(alder, ana) == ["<p>From Ana.</p>"]
    assert await feed(alder, ben) == ["<p>From Ben.</p>"]
    away = await alder.read(lambda db: set(db.scalars(shading.unseen(ben.id, both_ways=False))))
    assert away == set()
    await alder.write(blocking.block_for, ana, ben.id, is_host=False, kind="mute")
    assert "<p>From Ana.</p>" in await feed(alder, ben)


async def test_a_visitor_is_not_shown_who_is_not_shown_around(alder: Node, birch: Node) -> None:
    ben = await person(birch, "ben")
    await refuse(alder, "birch.test", SILENCE)
    await meet(alder, ben)

    assert await alder.read(lambda db: set(db.scalars(shading.unseen(None)))) == {ben.id}
    assert await alder.read(lambda db: set(db.scalars(shading.kept_out()))) == set()
