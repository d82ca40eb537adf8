"""Who asks for a document: proven by the request's signature or a bearer token, else nobody.

Nothing here refuses: a request that proves nothing is answered as anybody's.
"""

from starlette.requests import Request

from federation import policy, senders, signatures
from federation.claims import BadSignature
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.node import Node, find_account
from node.kernel.tables import Account
from vocab.model import Malformed


async def viewer_of(request: Request) -> Viewer:
    """Whoever asks by machine: an actor that signed, the member of a token, or nobody known.

    A member is an actor here, not a member: what is for the community alone has no wire form.
    """
    node: Node = request.app.state.node
    if "signature" in request.headers or "signature-input" in request.headers:
        actor = await _signer(node, request)
    else:
        actor = await _bearer(node, request)
    if actor is None:
        return ANONYMOUS
    return await node.read(
        lambda db: Viewer(account=actor, trusted=node.registry.trusts(db, actor.id))
    )


async def _bearer(node: Node, request: Request) -> Account | None:
    said = request.headers.get("authorization", "")
    if node.registry.identify is None or not said.lower().startswith("bearer "):
        return None
    try:
        return (await node.registry.identify(node, request)).account
    except (Refused, Missing):
        return None


async def _signer(node: Node, request: Request) -> Account | None:
    try:
        asked = as_signed(node, request)
        proven = await senders.of(node).prove(asked, signatures.parse(asked), None)
    except (BadSignature, Refused, Missing, TryLater, Malformed):
        return None
    if await node.read(policy.refuses, node.registry, proven.owner):
        return None
    found = await node.read(find_account, proven.owner)
    return found if found is not None and found.doubted is None else None


def as_signed(node: Node, request: Request) -> signatures.Request:
    """A GET as its signature covers it: our own origin, the raw target, headers joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    target = raw.split(b"?")[0] + (b"?" + query if query else b"")
    scheme, _, authority = node.origin.partition("://")
    return signatures.Request(
        method=request.method,
        target=target.decode("latin-1"),
        headers=headers,
        body=b"",
        authority=authority,
        scheme=scheme,
    )
