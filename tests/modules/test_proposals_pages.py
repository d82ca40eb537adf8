"""The pages of proposals and decisions, walked through in a browser without scripts."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.decisions import queries as decided_queries
from node.modules.decisions.tables import ballot, roster
from node.modules.proposals.tables import proposal
from tests.conftest import Browser, Clock, Wire, settle
from tests.modules import moot

Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben")
    return node


NEW = {
    "title": "Open the workshop on Sundays",
    "text": "From two until six.\n\n<b>No saw</b> before three.",
    "method": "consent",
    "share": "1/2",
    "opens": "",
    "closes": "2026-11-27 20:00",
    "months": "6",
    "reach": "public",
}


async def brought(browser: Browser, **more: str) -> str:
    answer = await browser.post("/p/new?course=usual", {**NEW, **more})
    assert answer.status_code == 200, answer.text
    return answer.url.path.rpartition("/")[2]


async def test_from_a_proposal_to_its_record(alder: Node, browse: Browse, clock: Clock) -> None:
    ana, ben, keeper = [await browse(alder, name) for name in ("ana", "ben", "keeper")]
    slug = await brought(ana)
    shown = await ben.get(f"/p/{slug}")
    assert "Open the workshop on Sundays" in shown.text
    assert "&lt;b&gt;No saw" in shown.text
    assert "Fri 27 November, 20:00" in shown.text

    said = await ben.post(f"/p/{slug}/say", {"text": "Who has the key?"}, form=f"/p/{slug}")
    assert "Who has the key?" in said.text
    stands = ((ana, "consent"), (ben, "consentWithReservation"), (keeper, "consent"))
    for browser, position in stands:
        review = await browser.post(f"/p/{slug}/vote", {"position": position, "reason": "The key."})
        assert "Is this how you vote?" in review.text
        kept = {"position": position, "reason": "The key."}
        receipt = await browser.client.post(
            f"/p/{slug}/cast",
            data={**kept, **_token(review.text)},
            headers={"origin": alder.origin, "sec-fetch-site": "same-origin"},
        )
        assert "Your ballot is in the box" in receipt.text
        assert re.search(r"<code>[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{2}</code>", receipt.text)
    again = await ana.get(f"/p/{slug}/vote")
    assert "The code of your ballot" in again.text
    wrong = {"position": "consent", "code": "aaaa-bbbb-cccc-dddd-eeee", **_token(again.text)}
    refused = await ana.client.post(
        f"/p/{slug}/cast", data=wrong,
        headers={"origin": alder.origin, "sec-fetch-site": "same-origin"},
    )  # fmt: skip
    assert refused.status_code == 409
    assert "You have voted already" in refused.text
    assert "Something changed meanwhile" not in refused.text

    clock.advance(days=8)
    closed = await ana.get(f"/p/{slug}")
    assert "Read the record" in closed.text
    sent = await ana.post(f"/p/{slug}/reach", {"reach": "public"})
    assert "Decided: Open the workshop on Sundays" in sent.text
    assert "The signature holds" in sent.text
    assert "The key." in sent.text

    visitor = await browse(alder)
    record = await visitor.get(sent.url.path)
    assert "The signature holds" in record.text
    assert "The key." not in record.text
    assert "The list of counted ballots" not in record.text
    public = await visitor.get(f"/p/{slug}")
    assert public.status_code == 200
    assert "Who has the key?" not in public.text
    file = await visitor.get(f"{sent.url.path}/signed.json")
    assert json.loads(file.text)["proof"]["cryptosuite"] == "eddsa-jcs-2022"


def _token(text: str) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return {"csrf": found[1]}


async def test_looking_at_a_ballot_casts_nothing(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    slug = await brought(ana)

    await ana.post(f"/p/{slug}/vote", {"position": "consent"})

    assert await moot.rows(alder, ballot) == []
    assert not any(row.voted for row in await moot.rows(alder, roster))


async def test_a_ballot_can_be_changed_before_it_is_cast(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    slug = await brought(ana)

    back = await ana.post(
        f"/p/{slug}/vote", {"position": "block", "reason": "My long words.", "change": "yes"}
    )

    assert "My long words." in back.text
    assert re.search(r'value="block" checked', back.text)


async def test_an_objection_without_a_reason_is_asked_for_one(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    slug = await brought(ana)

    answer = await ana.post(f"/p/{slug}/vote", {"position": "block", "reason": ""})

    assert answer.status_code == 422
    assert "An objection needs a reason" in answer.text
    assert "<title>Error" in answer.text


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"title": ""}, "Fill this in."),
        ({"closes": "2026-11-20 20:00"}, "at least a day"),
        ({"closes": "some day"}, "Write the day"),
        ({"opens": "2026-11-19 20:00"}, "This time has passed"),
        ({"reach": ""}, "Choose who can see it."),
    ],
)
async def test_a_wrong_form_says_what_to_do(
    alder: Node, browse: Browse, more: dict[str, str], words: str
) -> None:
    ana = await browse(alder, "ana")

    answer = await ana.post("/p/new?course=usual", {**NEW, **more})

    assert answer.status_code == 422
    assert words in answer.text
    assert more.get("title") == "" or "Open the workshop on Sundays" in answer.text
    assert await moot.rows(alder, proposal) == []


async def test_strangers_see_no_proposal_of_the_community(alder: Node, browse: Browse) -> None:
    ana, visitor = await browse(alder, "ana"), await browse(alder)
    slug = await brought(ana, reach="community")

    for path in (f"/p/{slug}", f"/p/{slug}/vote", f"/p/{slug}/reach", "/p/nothing", "/d/nothing"):
        answer = await visitor.get(path)
        assert answer.status_code in (403, 404), path
        assert "workshop" not in answer.text
    assert (await visitor.get(f"/p/{slug}")).status_code == 404
    assert (await visitor.get("/decide")).status_code == 403
    assert (await visitor.get("/decisions/elsewhere")).status_code == 403


async def test_today_says_what_waits(alder: Node, browse: Browse, clock: Clock) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    slug = await brought(ana)

    before = await ben.get("/")
    assert "Your vote on “Open the workshop on Sundays”" in before.text
    listed = await ben.get("/decide")
    assert f"/p/{slug}/vote" in listed.text
    members = [m.id for m in await alder.read(accounts.members)]
    await moot.vote(alder, slug, [(m, "consent") for m in members])
    after = await ben.get("/")
    assert "Your vote on" not in after.text

    clock.advance(days=8)
    await settle(alder)
    ben_today, ana_today = await ben.get("/"), await ana.get("/")
    assert "Who may see the decision on" in ana_today.text
    assert "Who may see the decision on" not in ben_today.text
    assert "Decided: Open the workshop on Sundays" in ben_today.text


async def test_the_record_says_as_the_matter_does_what_is_to_be_chosen(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    ana, keeper = await browse(alder, "ana"), await browse(alder, "keeper")
    slug = await brought(ana)
    await ana.post(f"/p/{slug}/say", {"text": "It is time."}, form=f"/p/{slug}")
    for one, asks in ((ana, False), (keeper, True)):
        assert ("what ana said" in _hushed((await one.get(f"/p/{slug}")).text)) is asks
    members = [m.id for m in await alder.read(accounts.members)]
    await moot.vote(alder, slug, [(m, "consent") for m in members])
    clock.advance(days=8)
    await settle(alder)
    record = await moot.record_of(alder, slug)

    matter, told = [
        moot.strip((await keeper.get(path)).text) for path in (f"/p/{slug}", f"/d/{record.slug}")
    ]
    assert told["Next"] == matter["Next"]
    assert told["By when"] == matter["By when"]
    assert told["Your turn"] == matter["Your turn"] == "Choose who may see the decision"
    assert moot.strip((await ana.get(f"/d/{record.slug}")).text)["By when"] == told["By when"]


def _hushed(text: str) -> str:
    """What is said beside links, for those who do not see where they stand."""
    return " ".join(re.findall(r'>Report<span class="hush"> ([^<]*)<', text))


async def test_nothing_tells_how_it_stands_before_the_close(alder: Node, browse: Browse) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    slug = await brought(ana)
    members = [m.id for m in await alder.read(accounts.members)]
    pages = (f"/p/{slug}", "/decide", "/")
    before = [_plain((await ben.get(path)).text) for path in pages]

    await moot.vote(alder, slug, [(m, "consent") for m in members if not m.endswith("/ben")])

    assert [_plain((await ben.get(path)).text) for path in pages] == before


def _plain(text: str) -> str:
    """A page without its tokens, which are new each time."""
    return re.sub(r'name="(?:csrf|once)" value="[^"]*"', "", text)


async def test_taking_a_proposal_back(alder: Node, browse: Browse) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    slug = await brought(ana, opens="2026-11-22 20:00")
    assert "take it back" not in (await ben.get(f"/p/{slug}")).text
    assert (await ben.get(f"/p/{slug}/close")).status_code == 403

    done = await ana.post(f"/p/{slug}/withdraw", {}, form=f"/p/{slug}/close")

    assert "The proposal is taken back." in done.text


@pytest.mark.parametrize(("opens", "talked"), [("", False), ("2026-11-22 20:00", True)])
async def test_only_what_was_talked_through_says_so(
    alder: Node, browse: Browse, clock: Clock, opens: str, talked: bool
) -> None:
    ana = await browse(alder, "ana")
    slug = await brought(ana, opens=opens)
    clock.advance(days=3)

    page = await ana.get(f"/p/{slug}")

    assert "We vote" in page.text
    assert ("Talked through" in page.text) is talked


async def test_a_close_by_hand_needs_the_clock(alder: Node, browse: Browse, clock: Clock) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    slug = await brought(ana)

    assert "Not yet: voting is still open." in (await ana.get(f"/p/{slug}/close")).text
    assert (await ana.post(f"/p/{slug}/close", {})).status_code == 409
    token = _token((await ben.get(f"/p/{slug}")).text)
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    refused = await ben.client.post(f"/p/{slug}/close", data=token, headers=headers)
    assert refused.status_code == 403
    clock.advance(days=8)
    assert "Voting goes on once more." in (await ana.post(f"/p/{slug}/close", {})).text
    clock.advance(days=8)
    assert "Read the record" in (await ana.post(f"/p/{slug}/close", {})).text


@pytest.mark.parametrize("method", ["consent", "majority"])
async def test_every_page_of_a_vote_is_there(alder: Node, browse: Browse, method: str) -> None:
    ana = await browse(alder, "ana")
    slug = await brought(ana, method=method)

    for path in (f"/p/{slug}", f"/p/{slug}/vote", "/p/new", "/decide", "/decisions/elsewhere"):
        assert (await ana.get(path)).status_code == 200, path


# Two nodes ----------------------------------------------------------------------------------


async def test_a_decision_of_birch_is_adopted_at_cedar(
    make_node: Any, browse: Browse, clock: Clock
) -> None:
    birch, cedar = [await make_node(name, modules=moot.MODULES) for name in ("birch", "cedar")]
    await moot.people(birch, "ana", "ben")
    await moot.people(cedar, "ana", "ben")
    await moot.follow(cedar, birch)
    found = await moot.decided(birch, clock, ["consent"] * 3, to="public")
    await settle(birch, cedar)
    ana = await browse(cedar, "ana")

    today = await ana.get("/")
    assert "Decided: Open the workshop on Sundays" in today.text
    assert "Birch" in today.text
    there = await cedar.read(decided_queries.any_record, found.id)
    assert there is not None
    page = await ana.get(f"/decisions/elsewhere/{there.slug}")
    assert "The signature holds" in page.text
    noted = await ana.post(
        f"/decisions/elsewhere/{there.slug}/note", {}, form=f"/decisions/elsewhere/{there.slug}"
    )
    assert "We took note" in noted.text
    form = await ana.get(f"/p/new?answer=adopted&record={there.slug}")
    assert "We adopt what Birch decided: Open the workshop on Sundays" in form.text
    closes = (clock() + timedelta(days=3)).strftime("%Y-%m-%d 20:00")
    new = {**NEW, "title": "Adopt their Sundays?", "closes": closes, "reach": "community"}
    answer = await ana.post("/p/new", new, form=f"/p/new?answer=adopted&record={there.slug}")
    slug = answer.url.path.rpartition("/")[2]
    members = [m.id for m in await cedar.read(accounts.members)]
    await moot.vote(cedar, slug, [(m, "consent") for m in members])
    clock.advance(days=4)
    await settle(cedar, birch)

    visitor = await browse(birch)
    record = await visitor.get(f"/d/{found.slug}")
    assert "Cedar adopted this decision" in record.text
    adopted = await ana.get(f"/decisions/elsewhere/{there.slug}")
    assert "We adopted this" in adopted.text


async def test_a_failing_record_is_not_shown_as_theirs(
    make_node: Any, browse: Browse, clock: Clock, wire: Wire
) -> None:
    from tests.modules.test_decisions import receive, tampered, unheard

    birch, cedar = [await make_node(name, modules=moot.MODULES) for name in ("birch", "cedar")]
    await moot.people(birch, "ana", "ben")
    await moot.follow(cedar, birch)
    found = await unheard(birch, cedar, clock, wire)
    await receive(cedar, birch, tampered(dict(found.document)))
    there = await cedar.read(decided_queries.any_record, found.id)
    assert there is not None
    keeper = await browse(cedar, "keeper")

    for path in ("/decisions/elsewhere", f"/decisions/elsewhere/{there.slug}", "/"):
        answer = await keeper.get(path)
        assert answer.status_code == 200
        assert "workshop" not in answer.text, path
    form = await keeper.get(f"/p/new?answer=adopted&record={there.slug}")
    assert form.status_code == 404
