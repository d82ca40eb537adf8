"""Joint decisions on pages, and in a file that anybody can count again."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.joint import exporting, verifying
from node.modules.joint.queries import Process
from tests.conftest import Browser, Clock, settle
from tests.modules import moot
from tests.modules.together import (
    METHODS,
    YES,
    ballots,
    decide,
    over,
    towns,
)


@pytest.fixture
async def three(make_node: Any) -> list[Node]:
    return await towns(make_node)


# Pages, and the file ---------------------------------------------------------------------------

Browse = Callable[..., Awaitable[Browser]]


async def test_a_joint_decision_is_walked_through_on_pages(
    three: list[Node], browse: Browse, clock: Clock
) -> None:
    first, second = three[:2]
    ana, ben = await browse(first, "ana"), await browse(second, "ben")
    me = (await first.read(accounts.members))[0].id
    slug = await moot.bring(first, me, reach="public", title="Share the van")
    assert f"/j/new/{slug}" in (await ana.get(f"/p/{slug}")).text
    asked = {
        "invited": second.community.id, "rule": "majorityOfNodes", "answer_by": "2026-11-25 20:00",
        "ends": "2026-12-05 20:00", "share": "2/3", "least": "2", "veto": "yes",
        "silence": "notCounted", "weighs": "equal",
    }  # fmt: skip
    wrong = await ana.post(f"/j/new/{slug}", {**asked, "ends": "2026-11-26 08:00"})
    assert wrong.status_code == 422
    shown = await ana.post(f"/j/new/{slug}", asked)
    assert "The others are invited." in shown.text
    path = shown.url.path
    await settle(*three)

    assert "do we decide on this together?" in (await ben.get("/")).text
    assert "Decide on it here" in (await ben.get(path)).text
    form = {"method": "majority", "closes": "2026-12-01 20:00", "share": "1/2"}
    late = await ben.post(f"{path}/answer", {**form, "closes": "2026-12-07 20:00"})
    assert late.status_code == 422
    there = await ben.post(f"{path}/answer", form)
    assert there.url.path.startswith("/p/"), there.text
    await settle(*three)
    await ballots(first, slug, YES[METHODS[0]])
    clock.advance(days=4)
    await settle(*three)
    turns = [moot.strip((await ben.get(path)).text)["Your turn"]]
    await ballots(second, there.url.path.rpartition("/")[2], YES[METHODS[1]])
    turns += [moot.strip((await ben.get(path)).text)["Your turn"]]
    assert turns == ["Decide on it here", "Nothing today"]
    clock.advance(days=8)
    await settle(*three)
    await over(three, clock, days=4)

    for browser in (ana, ben, await browse(first), await browse(second)):
        page = (await browser.get(path)).text
        assert page.count("Decided together: yes") >= 2, browser.node.origin
        assert "Silence is never a yes." in page
    assert "Counted again on this node: the same." in (await ben.get(path)).text
    assert (await ana.get(f"{path}/answer")).status_code == 404
    over_ = await ana.get(f"/j/new/{slug}")
    assert over_.status_code == 409
    assert "Others can be invited while" in over_.text
    assert "Share the van" in (await ben.get("/j")).text


async def file_of(node: Node, one: Process) -> dict[str, Any]:
    return await node.read(exporting.joint, one.slug, moot.inside(node))


def said_of(held: dict[str, Any]) -> dict[str, str]:
    body = json.dumps(held).encode()
    return {f.part: f.code for f in verifying.verify(body, now=None)}


@pytest.mark.sqlite
async def test_anybody_can_count_again_from_one_file(three: list[Node], clock: Clock) -> None:
    one = await decide(three, clock, "yyn")
    await over(three, clock)
    names = [node.community.id for node in three]

    for node in three:
        found = verifying.verify(json.dumps(await file_of(node, one)).encode())
        assert [f.code for f in found if f.wrong] == []
        assert "approved" in next(f.words for f in found if f.part == "outcome")
    held = await file_of(three[1], one)

    def changed(**parts: Any) -> dict[str, str]:
        return said_of({**json.loads(json.dumps(held)), **parts})

    other = [{**r, "ballot": "approve"} for r in held["records"]]
    assert changed(records=other)[f"record of {names[2]}"] == "E_PROOF_INVALID"
    fewer = [r for r in held["records"] if r["attributedTo"] != names[2]]
    assert changed(records=fewer)[f"end by {names[0]}"] == "E_UNKNOWN"
    turned = [{**held["ends"][0], "outcome": "rejected"}]
    assert changed(ends=turned)[f"end by {names[0]}"] == "E_PROOF_INVALID"
    ruled = {**held["process"], "endTime": "2027-01-01T00:00:00Z"}
    assert changed(process=ruled)["process"] == "E_PROOF_INVALID"
    strange = [{**k, "id": "https://x.test/c/x#key"} for k in held["keys"]]
    assert changed(keys=strange)["key https://x.test/c/x#key"] == "E_KEY_OWNER"
    gone = [{"community": names[1], "at": "2026-11-21T09:00:00Z"}]
    assert changed(left=gone)[f"end by {names[0]}"] == "E_LEFT"
    assert changed(records=7) == {"file": "E_FORM"}
    assert verifying.verify(b"{}") == []
