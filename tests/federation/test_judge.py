"""Our actors before the rules of activitypub-testing, a judge that nobody here wrote."""

import asyncio
import json
import socket

import pytest
import uvicorn

from node.modules.accounts import api
from tests.federation.outside import Feature


@pytest.fixture
async def served(make_node, wire):
    """A node that listens on loopback."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        origin = f"http://localhost:{door.getsockname()[1]}"
        node = await make_node("alder", origin=origin, modules=Feature().modules(), allow_http=True)
        app = wire.apps[node.origin]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[door]))
        yield node
        server.should_exit = True
        await task


async def judged(program, *arguments):
    """What the judge says: name of a rule to its outcome."""
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
    return {one["test"]["name"]: one["result"]["outcome"] for one in found if "result" in one}


@pytest.mark.peer
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/u/keeper", "/c/alder", "/service"])
async def test_no_rule_for_actors_is_broken(served, judge_program, path):
    results = await judged(judge_program, "test", "actor", served.origin + path)

    assert list(results.values()).count("passed") >= 5, results
    assert not {name: was for name, was in results.items() if was == "failed"}


@pytest.mark.peer
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "rule",
    [
        "outbox-post-servers-must-return-a-201-created-http-code",
        "outbox-post-must-accept-non-activity-object",
    ],
)
# Its other two rules post without a media type, or read what is for nobody without a token.
async def test_no_rule_for_outboxes_is_broken(served, judge_program, rule):
    keeper = f"{served.origin}/u/keeper"
    token = await served.write(api.token_for, keeper, "the judge")

    results = await judged(
        judge_program, "run", "test", f"--slug={rule}",
        f"--input.outbox={keeper}/outbox", f"--input.authorization=Bearer {token}",
    )  # fmt: skip

    assert list(results.values()) == ["passed"], results
