"""A server that nobody here wrote: a site with one account, "robin", that speaks by Pubby.

It does what it is told and keeps what reached it; tests drive it through /debug. Prints one
line of JSON when it is ready: {"origin": …, "actor": …}. Stops when its standard input ends.
Runs in an environment of its own (requirements.lock), not in that of the node.
"""

import json
import os
import socket
import sys
import tempfile
import threading
from functools import partial
from itertools import count
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pubby import (
    PUBLIC_QUOTE_POLICY,
    ActivityPubHandler,
    ActorConfig,
    Object,
    build_announce_activity,
    build_like_activity,
    build_quote_request_activity,
    build_undo_activity,
)
from pubby.crypto import generate_rsa_keypair
from pubby.server.adapters.fastapi import bind_activitypub
from pubby.storage.adapters.file import FileActivityPubStorage

ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen()  # before anybody is told of it
origin = f"http://localhost:{door.getsockname()[1]}"
received: list[dict[str, Any]] = []
"""Activities whose sender Pubby found to be who it says."""
objects: dict[str, Object] = {}
pinned: list[str] = []
"""What robin shows first; Pubby writes its address into the actor, and leaves the rest to us."""
said: dict[str, dict[str, Any]] = {}
numbers = count(1)

handler = ActivityPubHandler(
    FileActivityPubStorage(tempfile.mkdtemp()),
    ActorConfig(
        base_url=origin,
        username="robin",
        name="Robin",
        summary="Answers when told to.",
        featured=f"{origin}/ap/actor/featured",
    ),
    private_key=generate_rsa_keypair()[0],
    on_activity=lambda _activity, document: received.append(document),
    async_delivery=False,
    webfinger_domain=origin.partition("//")[2],
    allow_private_targets=True,  # the tests live on loopback
)
app = FastAPI()
bind_activitypub(app, handler)


@app.get("/objects/{number}")
def shown(number: int) -> JSONResponse:
    """What robin wrote, as others fetch it."""
    found = objects.get(f"{origin}/objects/{number}")
    if found is None:
        return JSONResponse({}, status_code=410)
    context = "https://www.w3.org/ns/activitystreams"
    return JSONResponse({"@context": context, **found.to_dict()}, media_type=ACTIVITY)


@app.get("/ap/actor/featured")
def featured() -> JSONResponse:
    """What robin shows first, as others fetch it."""
    found = {
        "@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection",
        "id": handler.actor_featured, "totalItems": len(pinned), "orderedItems": pinned,
    }  # fmt: skip
    return JSONResponse(found, media_type=ACTIVITY)


def write(content: str, reply: str | None = None, to: list[str] | None = None) -> dict[str, Any]:
    """Publish a note."""
    id = f"{origin}/objects/{next(numbers)}"
    objects[id] = Object(
        id=id, content=content, attributed_to=handler.actor_id, in_reply_to=reply,
        to=[PUBLIC], cc=[handler.followers_url, *(to or [])],
        interaction_policy=PUBLIC_QUOTE_POLICY,
    )  # fmt: skip
    return handler.publish_object(objects[id])


def change(id: str, content: str) -> dict[str, Any]:
    """Change a note."""
    objects[id].content = content
    return handler.publish_object(objects[id], "Update")


def remove(id: str) -> dict[str, Any]:
    """Delete a note."""
    return handler.publish_object(objects.pop(id), "Delete")


def act(kind: str, object: str, to: list[str], **more: str) -> dict[str, Any]:
    """Like or share something; or say what Pubby signs and sends, and has no builder for."""
    builders = {"Like": build_like_activity, "Announce": build_announce_activity}
    if kind in builders:
        done = builders[kind](handler.actor_id, object, to=[PUBLIC], cc=to)
    else:
        done = {
            "@context": "https://www.w3.org/ns/activitystreams", "type": kind,
            "id": f"{handler.actor_id}/acts/{next(numbers)}",
            "actor": handler.actor_id, "object": object, "to": to, **more,
        }  # fmt: skip
    said[done["id"]] = done
    return handler.publish_activity(done)


def pin(object: str, to: list[str], kind: str = "Add") -> dict[str, Any]:
    """Show a note first, or no more."""
    (pinned.append if kind == "Add" else pinned.remove)(object)
    return act(kind, object, to, target=handler.actor_featured)


def move(target: str, to: list[str]) -> dict[str, Any]:
    """Live elsewhere from now on, as the actor's page says, too."""
    handler.actor_moved_to = target
    handler.publish_actor_update()
    return act("Move", handler.actor_id, to, target=target)


def undo(id: str) -> dict[str, Any]:
    """Take back what robin did."""
    return handler.publish_activity(build_undo_activity(said[id], handler.actor_id))


def rename(name: str) -> dict[str, Any]:
    """Be called otherwise."""
    handler.actor_name = name
    return handler.publish_actor_update()


def quote(object: str, of: str) -> dict[str, Any]:
    """Ask to show somebody's post in one of robin's."""
    id = write("<p>Look at this.</p>")["object"]["id"]
    return handler.publish_activity(
        build_quote_request_activity(handler.actor_id, object, id, of, to=[of])
    )


ACTS = {
    "inbox": lambda: received,
    "followers": lambda: [one.actor_id for one in handler.storage.get_followers()],
    "interactions": lambda target: [
        (one.interaction_type.value, one.content or "")
        for one in handler.storage.get_interactions(target)
    ],
    "write": write,
    "change": change,
    "remove": remove,
    "act": act,
    "pin": pin,
    "move": move,
    "undo": undo,
    "rename": rename,
    "quote": quote,
}


@app.api_route("/debug/{name}", methods=["GET", "POST"])
async def debug(name: str, request: Request) -> JSONResponse:
    """Do what a test says."""
    body = await request.body()
    done = partial(ACTS[name], **(json.loads(body) if body else {}))
    return JSONResponse(await run_in_threadpool(done))


def end_with_input() -> None:
    """Stop as soon as whoever started us is gone."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    print(json.dumps({"origin": origin, "actor": handler.actor_id}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[door])
