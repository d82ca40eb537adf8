"""A running node before the rules of activitypub-testing, a judge that nobody here wrote.

Every rule passes, or stands below with the reason why there is nothing to judge.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import uvicorn

from node.kernel.node import Node
from node.modules.accounts import api
from tests.conftest import MakeNode, Wire, settle

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = "application/activity+json"

PASS = frozenset(
    {"actor-objects-must-have-inbox-outbox-properties", "actor-must-serve-as2-object-to-get",
     "outbox-must-be-an-orderedcollection", "followers-collection-must-be-a-collection",
     "following-collection-must-be-a-collection"}
)  # fmt: skip
"""What every actor passes before a stranger."""

OF_OTHERS = {
    "inbox-must-be-an-orderedcollection": "an inbox is read with its owner's token alone",
    "liked-collection-must-be-a-collection": "who likes what is told to nobody",
    "likes-collection-must-be-a-collection": "of posts; an actor has none",
    "shares-collection-must-be-a-collection": "of posts; an actor has none",
}
"""Rules that find nothing to judge at an actor, and why."""

WITHOUT_A_TYPE = "it posts without a media type, which ActivityPub 6 demands: 415"
PROGRAMS: dict[str, str | None] = {
    "outbox-post-servers-must-return-a-201-created-http-code": None,
    "outbox-post-must-accept-non-activity-object": None,
    "outbox-wraps-object-with-create-checked-using-get-location": None,
    "post-outbox-server-overwrites-id-property": WITHOUT_A_TYPE,
    "outbox-post-server-adds-to-outbox-collection-checked-by-outbox-get": WITHOUT_A_TYPE,
    "create-then-update-modifies-object-checked-by-get": (
        "its Note is for nobody, stays here, and leaves no act to be fetched"
    ),
}
"""Rules about what a member's program posts: None passes, else why there is nothing to judge."""


@pytest.fixture
async def served(make_node: MakeNode, wire: Wire) -> AsyncIterator[Node]:
    """A node that listens on loopback."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        origin = f"http://localhost:{door.getsockname()[1]}"
        node = await make_node("alder", origin=origin, allow_http=True)
        app = wire.apps[node.origin]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[door]))
        yield node
        server.should_exit = True
        await task


async def judged(program: Sequence[str], *arguments: str) -> dict[str, str]:
    """What the judge says: slug of a rule to its outcome."""
    running = await asyncio.create_subprocess_exec(
        *program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await asyncio.wait_for(running.communicate(), 60)
    assert said, wrong
    found, text = [], said.decode().strip()
    while text.startswith("{"):  # one JSON object after the other, in lines or spread over them
        one, end = json.JSONDecoder().raw_decode(text)
        found.append(one)
        text = text[end:].lstrip()
    return {one["test"]["slug"]: one["result"]["outcome"] for one in found if "result" in one}


async def rule(program: Sequence[str], slug: str, **inputs: str) -> str:
    """The outcome of one rule."""
    given = [f"--input.{name}={value}" for name, value in inputs.items()]
    [outcome] = (await judged(program, "run", "test", f"--slug={slug}", *given)).values()
    return outcome


@pytest.mark.peer
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/u/keeper", "/c/alder", "/service"])
async def test_no_rule_for_actors_is_broken(served, judge_program, path):
    results = await judged(judge_program, "test", "actor", served.origin + path)

    assert {slug for slug, was in results.items() if was == "passed"} == PASS
    assert {slug for slug in OF_OTHERS if results[slug] != "inapplicable"} == set()
    assert results.keys() == PASS | OF_OTHERS.keys() | PROGRAMS.keys()
    # what a program posts is not judged without a token: 401 at a member's outbox, else 405
    assert {results[slug] for slug in PROGRAMS} <= {"inapplicable", "cantTell"}


@pytest.mark.peer
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_no_rule_for_what_programs_post_is_broken(served, judge_program):
    keeper = f"{served.origin}/u/keeper"
    token = await served.write(api.token_for, keeper, "the judge")
    note = {"type": "Note", "content": "<p>Judge this.</p>", "to": [PUBLIC],
            "cc": [f"{keeper}/followers"], "audience": f"{served.origin}/c/alder"}  # fmt: skip

    outcomes = {
        slug: await rule(
            judge_program, slug, outbox=f"{keeper}/outbox", authorization=f"Bearer {token}",
            submission=json.dumps(note),
        )
        for slug in PROGRAMS
    }  # fmt: skip

    wanted = {slug: "inapplicable" if why else "passed" for slug, why in PROGRAMS.items()}
    assert outcomes == wanted


@pytest.mark.peer
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_no_rule_for_collections_is_broken(served, judge_program):
    keeper = f"{served.origin}/u/keeper"
    token = await served.write(api.token_for, keeper, "the judge")
    bearer = {"Authorization": f"Bearer {token}"}
    note = {"type": "Note", "content": "<p>Judge this.</p>", "to": [PUBLIC]}
    async with httpx.AsyncClient(headers={"Accept": ACTIVITY}) as client:
        posted = await client.post(
            f"{keeper}/outbox", json=note, headers={**bearer, "Content-Type": ACTIVITY}
        )
        await settle(served)
        made: dict[str, Any] = (await client.get(posted.headers["location"])).json()["object"]
        actor = (await client.get(keeper)).text

    assert await rule(
        judge_program, "inbox-must-be-an-orderedcollection", object=actor,
        authorization=bearer["Authorization"],
    ) == "passed"  # fmt: skip
    for part in ("likes", "shares"):
        slug = f"{part}-collection-must-be-a-collection"
        assert part in made
        assert await rule(judge_program, slug, object=json.dumps(made)) == "passed"
