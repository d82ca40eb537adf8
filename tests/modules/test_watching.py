"""Two hands: no keeper alone changes who may vote, when it closes, or what came of it."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import log_entry
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving as accounts_leaving
from node.modules.decisions import api as decisions
from node.modules.decisions import guarding, hands, leaving, queries, watched, watching
from node.modules.decisions.api import Method
from node.modules.decisions.hands import Kind, State
from node.modules.decisions.methods import lots
from node.modules.decisions.tables import ballot, roster
from node.modules.decisions.watching import Asked
from node.modules.proposals import jobs as proposals_jobs
from tests.conftest import Clock, person, settle
from tests.modules.moot import bring, people, record_of, rows, strip, vote

Browse = Callable[..., Any]
NAMES = ("ana", "ben", "cleo", "dora")
WHY = "Dora moved in after it had opened."


async def ask(node: Node, slug: str, who: str, kind: Kind, **more: Any) -> str:
    once = f"{who}{kind}{more.get('member')}{node.now()}"[-64:]
    asked = Asked(kind=kind, reason=more.pop("reason", WHY), **more)
    return await node.write(watching.ask, slug, who, asked, once=once)


async def box(node: Node, slug: str) -> queries.Box:
    found = await node.read(queries.box_of, slug)
    assert found is not None
    return found


async def keeper(node: Node) -> str:
    """Whoever founded the community; Ana keeps it, too."""
    found = await node.read(accounts.by_handle, "keeper")
    assert found is not None
    return found.id


async def on_list(node: Node, slug: str) -> set[str]:
    return {row.member for row in await rows(node, roster) if row.box == slug}


async def states(node: Node, slug: str) -> list[State]:
    return [one.state for one in await node.read(watched.requests, slug)]


@pytest.fixture
async def us(alder: Node) -> list[str]:
    """Ana, Ben and Cleo; Ana keeps the node with whoever founded it."""
    found = [one.id for one in await people(alder, *NAMES[:3])]
    await alder.write(accounts.set_role, found[0], "admin")
    return found


@pytest.fixture
async def slug(alder: Node, us: list[str], clock: Clock) -> str:
    clock.advance(seconds=5)
    return await bring(alder, us[1], method=Method.MAJORITY)


# Rules --------------------------------------------------------------------------------------


def test_who_is_the_second_hand() -> None:
    def of(keepers: str, others: str, but: str, days: int = 0) -> list[str]:
        waited = timedelta(days=days)
        return list(hands.seconds(keepers, others, but=but, seed="s", waited=waited))

    assert of("kl", "abc", "k") == ["l"]
    assert of("kl", "abc", "kl") == of("k", "abc", "kl")
    first = of("k", "abck", "k")
    assert len(first) == 1
    assert first[0] in "abc"
    drawn = lots.order("abc", "s")
    assert [len(of("k", "abc", "k", days)) for days in (0, 1, 2, 3, 4, 400)] == [1, 1, 2, 2, 3, 3]
    assert tuple(of("k", "abc", "k", 400)) == drawn
    assert of("k", "abc", f"k{drawn[0]}") == [drawn[1]]
    assert of("k", "k", "k") == []


def test_what_was_answered_stays_so() -> None:
    for before in State:
        for after in State:
            assert hands.legal(before, after) is (before is State.WAITS and after is not before)


# On a node ----------------------------------------------------------------------------------


async def test_one_keeper_alone_changes_nothing(
    alder: Node, us: list[str], slug: str, clock: Clock
) -> None:
    """G-08: roster, deadline and result wait for a second hand, and the log says who asked."""
    me, (ana, ben, cleo) = await keeper(alder), us
    dora = (await person(alder, "dora")).id
    before, listed = await box(alder, slug), await on_list(alder, slug)
    asked = [
        await ask(alder, slug, me, Kind.ADMIT, member=dora),
        await ask(alder, slug, me, Kind.LEAVE_OUT, member=cleo),
        await ask(alder, slug, me, Kind.PROLONG, closes=before.closes + timedelta(days=3)),
    ]
    for one in asked:
        for who in (me, ben, cleo, dora):
            for step in (watching.confirm, watching.decline):
                with pytest.raises(Refused, match="E_NOT_SECOND"):
                    await alder.write(step, one, who)
    with pytest.raises(Refused, match="E_KEEPERS_ONLY"):
        await ask(alder, slug, ben, Kind.ADMIT, member=dora)

    assert (await box(alder, slug), await on_list(alder, slug)) == (before, listed)
    assert await states(alder, slug) == [State.WAITS] * 3
    said = [one for one in await rows(alder, log_entry) if one.action == "vote.ask"]
    assert {one.actor for one in said} == {me}

    await vote(alder, slug, [(ben, "inFavour"), (cleo, "inFavour"), (ana, "oppose")])
    clock.advance(days=8)
    await settle(alder)
    with pytest.raises(Invalid):
        await alder.write(watching.confirm, asked[0], ana)
    record = await record_of(alder, slug)
    annul = await ask(alder, slug, me, Kind.ANNUL)
    with pytest.raises(Refused, match="E_NOT_SECOND"):
        await alder.write(watching.confirm, annul, me)
    assert await record_of(alder, slug) == record
    assert dora not in await on_list(alder, slug)


async def test_two_keepers_change_the_list_and_the_deadline(
    alder: Node, us: list[str], slug: str, clock: Clock
) -> None:
    me, (ana, ben, cleo) = await keeper(alder), us
    dora = (await person(alder, "dora")).id
    first = await box(alder, slug)
    receipt = await alder.write(decisions.cast, slug, ben, "inFavour")
    for kind, member in ((Kind.ADMIT, dora), (Kind.LEAVE_OUT, cleo), (Kind.LEAVE_OUT, ben)):
        await alder.write(watching.confirm, await ask(alder, slug, me, kind, member=member), ana)
    later = first.closes + timedelta(days=3)
    await alder.write(watching.confirm, await ask(alder, slug, ana, Kind.PROLONG, closes=later), me)
    await settle(alder)

    assert await on_list(alder, slug) == {me, ana, ben, dora}
    assert (await box(alder, slug)).roster_hash == first.roster_hash
    with pytest.raises(Refused, match="E_NOT_ON_ROSTER"):
        await vote(alder, slug, [(cleo, "inFavour")])
    with pytest.raises(Refused, match="E_NOT_ON_ROSTER"):
        await alder.write(decisions.cast, slug, ben, "oppose", code=receipt.code)
    clock.advance(days=8)
    await settle(alder)
    await vote(alder, slug, [(dora, "inFavour"), (me, "oppose")])
    clock.advance(days=3)
    await settle(alder)

    record = await record_of(alder, slug)
    assert record.outcome == "approved"
    assert record.document["electorate"] == {
        **record.document["electorate"], "eligible": 4, "participated": 3
    }  # fmt: skip
    assert (await box(alder, slug)).roster_hash != first.roster_hash


async def test_what_was_asked_wrongly_is_refused(alder: Node, us: list[str], slug: str) -> None:
    me, (ana, ben, _cleo) = await keeper(alder), us
    dora, closes = (await person(alder, "dora")).id, (await box(alder, slug)).closes
    for kind, more in (
        (Kind.ADMIT, {"member": ben}), (Kind.ADMIT, {"member": "https://birch.test/u/bo"}),
        (Kind.ADMIT, {}), (Kind.LEAVE_OUT, {"member": dora}), (Kind.ANNUL, {}),
        (Kind.ADMIT, {"member": dora, "reason": " "}),
        (Kind.PROLONG, {}), (Kind.PROLONG, {"closes": closes}),
        (Kind.PROLONG, {"closes": closes - timedelta(days=1)}),
        (Kind.PROLONG, {"closes": closes + timedelta(days=31)}),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            await ask(alder, slug, me, kind, **more)
    one = await ask(alder, slug, me, Kind.ADMIT, member=dora)
    with pytest.raises(Conflict, match="E_ASKED"):
        await ask(alder, slug, ana, Kind.ADMIT, member=dora)
    with pytest.raises(Refused):
        await alder.write(watching.take_back, one, ana)
    await alder.write(watching.take_back, one, me)
    with pytest.raises(Conflict):
        await alder.write(watching.confirm, one, ana)
    with pytest.raises(Missing):
        await alder.write(watching.confirm, "none", ana)

    assert await states(alder, slug) == [State.BACK]


async def test_a_keeper_alone_has_a_witness_drawn_by_lot(alder: Node, clock: Clock) -> None:
    """Made a keeper since the opening, a friend is no second hand; a member is who was drawn."""
    me = await keeper(alder)
    ids = [one.id for one in await people(alder, *NAMES[:3])]
    clock.advance(seconds=5)
    slug = await bring(alder, ids[0], method=Method.MAJORITY)
    dora = (await person(alder, "dora")).id
    clock.advance(seconds=5)
    await alder.write(accounts.set_role, ids[0], "admin")
    one = await ask(alder, slug, me, Kind.ADMIT, member=dora)
    drawn = lots.order(set(ids), (await box(alder, slug)).lot or "")

    for who in set(ids) - {drawn[0]}:
        with pytest.raises(Refused, match="E_NOT_SECOND"):
            await alder.write(watching.confirm, one, who)
    clock.advance(days=2)
    with pytest.raises(Refused, match="E_NOT_SECOND"):
        await alder.write(watching.confirm, one, drawn[2])
    await alder.write(watching.confirm, one, drawn[1])

    assert dora in await on_list(alder, slug)


async def test_whoever_is_suspended_keeps_their_place_in_the_lot(alder: Node, clock: Clock) -> None:
    """A keeper cannot suspend one after the other until the lot falls on a friend."""
    me = await keeper(alder)
    ids = [one.id for one in await people(alder, *NAMES[:3])]
    slug = await bring(alder, ids[0], method=Method.MAJORITY)
    dora = (await person(alder, "dora")).id
    drawn = lots.order(set(ids), (await box(alder, slug)).lot or "")
    await alder.write(accounts.suspend, drawn[0])
    one = await ask(alder, slug, me, Kind.ADMIT, member=dora)

    for who in (*drawn, me):
        with pytest.raises(Refused, match="E_NOT_SECOND"):
            await alder.write(watching.confirm, one, who)
    clock.advance(days=2)
    with pytest.raises(Refused, match="E_NOT_SECOND"):
        await alder.write(watching.confirm, one, drawn[2])
    assert dora not in await on_list(alder, slug)
    await alder.write(watching.confirm, one, drawn[1])
    assert dora in await on_list(alder, slug)


async def test_no_request_tells_who_has_voted(
    alder: Node, us: list[str], slug: str, clock: Clock
) -> None:
    """Who is taken off the list reads the same to all, whether or not they had voted."""
    me, (ana, ben, cleo) = await keeper(alder), us
    await vote(alder, slug, [(ben, "inFavour")])

    async def both(kind: Kind, member: str) -> None:
        clock.advance(seconds=1)
        await alder.write(watching.confirm, await ask(alder, slug, me, kind, member=member), ana)

    seen = []
    for member in (ben, cleo):
        await both(Kind.LEAVE_OUT, member)
        clock.advance(seconds=1)
        with pytest.raises(Invalid) as again:
            await ask(alder, slug, me, Kind.LEAVE_OUT, member=member)
        off = await box(alder, slug)
        await both(Kind.ADMIT, member)
        clock.advance(seconds=1)
        with pytest.raises(Invalid) as twice:
            await ask(alder, slug, me, Kind.ADMIT, member=member)
        back = await box(alder, slug)
        seen.append((again.value.fields, off, twice.value.fields, back))

    assert seen[0] == seen[1]
    assert len([one for one in await rows(alder, roster) if one.member == ben]) == 1
    with pytest.raises(Conflict, match="E_VOTED"):
        await vote(alder, slug, [(ben, "inFavour")])
    await vote(alder, slug, [(cleo, "inFavour")])
    assert len(await rows(alder, ballot)) == 2


async def test_a_deadline_is_moved_once(
    alder: Node, us: list[str], slug: str, clock: Clock
) -> None:
    me, ana, first = await keeper(alder), us[0], (await box(alder, slug)).closes
    more = {"closes": first + timedelta(days=30)}
    await alder.write(watching.confirm, await ask(alder, slug, me, Kind.PROLONG, **more), ana)
    clock.advance(days=1)
    with pytest.raises(Invalid):
        await ask(alder, slug, me, Kind.PROLONG, closes=first + timedelta(days=60))
    assert (await box(alder, slug)).closes == first + timedelta(days=30)


async def test_where_nobody_else_is_nothing_is_changed(alder: Node) -> None:
    me = await keeper(alder)
    slug = await bring(alder, me, method=Method.MAJORITY)
    dora = (await person(alder, "dora")).id
    with pytest.raises(Refused, match="E_NO_SECOND"):
        await ask(alder, slug, me, Kind.ADMIT, member=dora)
    assert await states(alder, slug) == []


@pytest.mark.parametrize("reach", ["", "community", "public"])
async def test_two_keepers_declare_a_result_void(
    alder: Node, us: list[str], slug: str, clock: Clock, reach: str
) -> None:
    from node.modules.proposals import bringing

    me, (ana, ben, cleo) = await keeper(alder), us
    await vote(alder, slug, [(ben, "inFavour"), (cleo, "inFavour"), (ana, "oppose")])
    clock.advance(days=8)
    await settle(alder)
    if reach:
        await alder.write(bringing.choose_reach, slug, me, reach)
        await settle(alder)
        assert (await record_of(alder, slug)).holds
    before = await record_of(alder, slug)

    await alder.write(watching.confirm, await ask(alder, slug, ana, Kind.ANNUL), me)
    await settle(alder)

    after = await record_of(alder, slug)
    assert (after.holds, after.document) == (False, before.document)
    assert after.ended is not None
    if reach != "public":
        await alder.write(bringing.choose_reach, slug, me, "community")
        await settle(alder)
        assert not (await record_of(alder, slug)).holds
    with pytest.raises(Invalid):
        await ask(alder, slug, me, Kind.ANNUL)


# The lot ------------------------------------------------------------------------------------

OPTIONS = (("One", ""), ("Two", ""))


async def tied(node: Node, who: list[str], clock: Clock) -> str:
    """A vote among two options that has tied and is voted on again."""
    slug = await bring(node, who[0], method=Method.APPROVAL, options=OPTIONS, stays=False)
    await _both(node, slug, who)
    clock.advance(days=8)
    await settle(node)
    assert (await box(node, slug)).run_off == ["opt-1", "opt-2"]
    return slug


async def _both(node: Node, slug: str, who: list[str]) -> None:
    for one in who:
        await node.write(decisions.cast, slug, one, {"opt-1": 1, "opt-2": 1})


async def test_the_lot_is_of_the_words_of_two_and_of_the_node(
    alder: Node, us: list[str], clock: Clock
) -> None:
    me, (ana, ben, _cleo) = await keeper(alder), us
    slug = await tied(alder, us, clock)
    with pytest.raises(Invalid):
        await alder.write(guarding.promise, slug, me, "no digest")
    words = {ana: "a word of ana", me: "a word of mine"}
    for who, word in words.items():
        digest = hashlib.sha256(guarding.plain(word).encode()).hexdigest()
        await alder.write(guarding.promise, slug, who, digest)
        with pytest.raises(Conflict, match="E_PROMISED"):
            await alder.write(guarding.promise, slug, who, "0" * 64)
        with pytest.raises(Conflict, match="E_OPEN"):
            await alder.write(guarding.reveal, slug, who, word)
    with pytest.raises(Refused, match="E_NO_GUARD"):
        await alder.write(guarding.promise, slug, ben, "1" * 64)
    third = await box(alder, slug)
    assert [len(one.digest) for one in await alder.read(watched.guards, third.id)] == [64, 64]
    await _both(alder, slug, us)
    clock.advance(days=2)
    await proposals_jobs.due(alder)
    assert (await box(alder, slug)).counted is None
    with pytest.raises(Conflict):
        await vote(alder, slug, [(me, "abstain")])
    with pytest.raises(Invalid):
        await alder.write(guarding.reveal, slug, ana, "another word")
    for who, word in words.items():
        await alder.write(guarding.reveal, slug, who, f" {word.upper()} ")
    await settle(alder)

    found, record = await box(alder, slug), await record_of(alder, slug)
    seed = lots.seed(
        [found.lot_word or "", *map(guarding.plain, words.values())],
        record.document["auditCommitment"],
    )
    first = lots.order(("opt-1", "opt-2"), seed)[0]
    assert record.document["chosenOption"].endswith(first)
    assert set(record.document["counting"]["lot"].split()) == {
        found.lot_word, *map(guarding.plain, words.values())
    }  # fmt: skip


async def test_a_word_that_is_not_told_holds_nobody_up_for_long(
    alder: Node, us: list[str], clock: Clock
) -> None:
    slug = await tied(alder, us, clock)
    await alder.write(guarding.promise, slug, us[0], "0" * 64)
    await _both(alder, slug, us)
    clock.advance(days=3)
    await proposals_jobs.due(alder)
    assert (await box(alder, slug)).counted is None
    clock.advance(days=2)
    await settle(alder)

    assert (await record_of(alder, slug)).outcome == "approved"
    assert [o.actor for o in await rows(alder, log_entry) if o.action == "decision.lot.withheld"]
    assert len(await rows(alder, ballot)) == 3


async def test_who_leaves_leaves_no_name(alder: Node, us: list[str], slug: str) -> None:
    me, dora = await keeper(alder), (await person(alder, "dora")).id
    await ask(alder, slug, us[0], Kind.ADMIT, member=dora)
    told = await alder.read(leaving.export, us[0])
    assert [one["reason"] for one in told["asked_of_votes"]] == [WHY]

    await alder.write(accounts_leaving.leave, us[0])

    (one,) = await alder.read(watched.requests, slug)
    assert (one.asked_by, one.reason) == (None, "")
    with pytest.raises(Conflict):
        await alder.write(watching.confirm, one.id, me)


@pytest.mark.sqlite
async def test_asking_and_confirming_in_the_browser(
    alder: Node, us: list[str], slug: str, browse: Browse, clock: Clock
) -> None:
    desk, ana, ben = [await browse(alder, who) for who in ("keeper", "ana", "ben")]
    await person(alder, "dora", display="Dora")
    at = f"/votes/{slug}"
    assert f'href="{at}"' in (await ben.get(f"/p/{slug}")).text
    assert "Ask for a change" not in (await ben.get(at)).text
    bad = await desk.post(f"{at}/ask", {"kind": "admit", "member": "zoe", "reason": WHY}, form=at)
    assert (bad.status_code, WHY in bad.text) == (422, True)
    sent = {"kind": "admit", "member": "@dora", "reason": WHY}
    assert "Let Dora vote" in (await desk.post(f"{at}/ask", sent, form=at)).text
    assert "A second hand is asked for" in (await ana.get("/")).text
    assert "A second hand is asked for" not in (await ben.get("/")).text
    assert "Confirm it" not in (await desk.get(at)).text
    turns = [strip((await who.get(at)).text)["Your turn"] for who in (desk, ana)]
    assert turns == ["Nothing today", "Confirm or decline what is asked for"]

    done = await ana.post(f"{at}/answer", {"say": "confirm"}, form=at)

    assert "Done" in done.text
    assert len(await on_list(alder, slug)) == 5
    assert (await ben.get("/votes/none")).status_code == 200
    visitor = await browse(alder)
    assert (await visitor.get(at)).status_code == 403

    await ask(alder, slug, await keeper(alder), Kind.LEAVE_OUT, member=us[2])
    assert "A second hand is asked for" in (await ana.get("/")).text
    clock.advance(days=8)
    assert "A second hand is asked for" not in (await ana.get("/")).text
    assert "Lapsed" in (await ana.get(at)).text


@pytest.mark.sqlite
async def test_who_could_vote_is_told_after_the_count(
    alder: Node, us: list[str], slug: str, browse: Browse, clock: Clock
) -> None:
    """G08: nobody hides a made-up voter behind the secrecy of ballots."""
    at, told = f"/votes/{slug}", ("ana", "ben", "cleo", "keeper")
    ben = await browse(alder, "ben")
    await vote(alder, slug, [(us[1], "inFavour")])
    request = await ask(alder, slug, await keeper(alder), Kind.LEAVE_OUT, member=us[2])
    await alder.write(watching.confirm, request, us[0])

    def names(page: str) -> list[str]:
        _, begun, rest = page.partition("Who could vote</summary>")
        return (
            re.findall(r"<li><bdi>([^<]*)</bdi>", rest.partition("</details>")[0]) if begun else []
        )

    assert names((await ben.get(at)).text) == []
    clock.advance(days=7)
    before = (await ben.get(at)).text
    await settle(alder)
    assert names(before) == []
    assert names((await ben.get(at)).text) == [one for one in told if one != "cleo"]
    assert (await (await browse(alder)).get(at)).status_code == 403


@pytest.mark.sqlite
async def test_a_drawn_word_is_shown_once_and_told_after_the_close(
    alder: Node, us: list[str], browse: Browse, clock: Clock
) -> None:
    slug = await tied(alder, us, clock)
    ana, at = await browse(alder, "ana"), f"/votes/{slug}"
    shown = await ana.post(f"{at}/lot", {}, form=at)
    word = shown.text.split('<p class="gift"><code>')[1].split("<")[0]
    assert "no-store" in shown.headers["cache-control"]
    assert word not in (await ana.get(at)).text
    await _both(alder, slug, us)
    clock.advance(days=2)
    assert "Tell your word" in (await ana.get("/")).text
    told = strip((await ana.get(at)).text)
    assert (told["Now"], told["Your turn"]) == ("Voting has closed", "Tell your word")
    assert (await ana.post(f"{at}/word", {"word": "no"}, form=at)).status_code == 422
    assert (await ana.post(f"{at}/word", {"word": word}, form=at)).status_code == 200
    await settle(alder)
    page = (await ana.get(at)).text
    assert guarding.plain(word) in page
    assert strip(page)["Next"] == "Nothing more"
