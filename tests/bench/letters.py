"""Signed letters of strangers to the node, ready to be sent."""

import functools
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from federation import signatures
from tests.bench.world import Stranger, World

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
AS2 = "https://www.w3.org/ns/activitystreams"
OFFER = Path(__file__).parents[1] / "samples/vocab/examples/10-offer-create.json"

Make = Callable[[str, str, str], dict[str, Any]]
"""Actor, a name that is used once, what it is about → activity."""


def note(actor: str, name: str, about: str) -> dict[str, Any]:
    """A post that mentions somebody of ours."""
    to, cc = [PUBLIC], [about]
    post = {
        "id": f"{actor}/o/{name}", "type": "Note", "attributedTo": actor, "to": to, "cc": cc,
        "content": f"<p>Good morning to all of you, from further away. {'x' * 900}</p>",
        "published": "2026-11-20T08:00:00Z",
        "tag": [{"type": "Mention", "href": about, "name": "@keeper"}],
    }  # fmt: skip
    return _act("Create", actor, name, post, to=to, cc=cc)


def like(actor: str, name: str, about: str) -> dict[str, Any]:
    """Of a post of ours."""
    return _act("Like", actor, name, about, to=[PUBLIC])


def announce(actor: str, name: str, about: str) -> dict[str, Any]:
    """Of a post of ours."""
    return _act("Announce", actor, name, about, to=[PUBLIC])


def follow(actor: str, name: str, about: str) -> dict[str, Any]:
    """Of somebody of ours."""
    return _act("Follow", actor, name, about, to=[about])


def delete(actor: str, name: str, about: str) -> dict[str, Any]:
    """Of an actor by themselves, as whole servers send it when somebody leaves them."""
    return _act("Delete", actor, name, actor, to=[PUBLIC])


def offer(actor: str, name: str, about: str) -> dict[str, Any]:
    """Our own kind of offer, from another node of ours."""
    host = actor.rpartition("/u/")[0]
    text = OFFER.read_text("utf-8").replace("https://north.example/u/ana", actor)
    text = text.replace("offer-51c2", name).replace("https://north.example", host)
    document: dict[str, Any] = json.loads(text)
    ends = datetime.now(UTC) + timedelta(days=60)
    document["object"]["endTime"] = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    return document


def _act(kind: str, actor: str, name: str, about: Any, **more: Any) -> dict[str, Any]:
    id = f"{actor}/a/{name}"
    return {"@context": AS2, "id": id, "type": kind, "actor": actor, "object": about, **more}


def signed(
    world: World, senders: Sequence[Stranger], make: Make, about: Sequence[str], count: int,
    *, run: str, broken: int = 0,
) -> list[bytes]:  # fmt: skip
    """Requests to the shared inbox.

    Args:
        world: whose inbox.
        senders: take turns.
        make: what they say.
        about: what it is about; the next one once every sender had their turn.
        count: how many.
        run: makes the ids of this run its own.
        broken: every so manieth has a signature that proves nothing; 0 for none.
    """
    made = []
    for number in range(count):
        who = senders[number % len(senders)]
        subject = about[number // len(senders) % len(about)]
        body = json.dumps(make(who.id, f"{run}{number}", subject)).encode()
        spoilt = broken and number % broken == 0
        made.append(_request(world, who, body, spoilt=bool(spoilt)))
    return made


def _request(world: World, who: Stranger, body: bytes, *, spoilt: bool) -> bytes:
    headers = signatures.sign(
        "POST", f"{world.origin}/inbox", body, key_id=f"{who.id}#main-key",
        private_key=_key(who.keys.rsa), now=datetime.now(UTC),
    )  # fmt: skip
    if spoilt:
        begun, _, rest = headers["Signature"].partition('signature="')
        headers["Signature"] = f'{begun}signature="{"B" if rest[0] != "B" else "C"}{rest[1:]}'
    headers = {"Content-Type": "application/activity+json", **headers}
    head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
    return f"POST /inbox HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@functools.cache
def _key(pem: str) -> Any:
    return load_pem_private_key(pem.encode(), None)
