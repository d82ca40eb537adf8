"""From an id to what its own server says it is: the only way to anything of a stranger's.

Each fetch is signed by the node's own actor, asks nobody we refuse, and believes a document
only about ids of the server that it came from (FEP-fe34). Nothing here runs inside a unit.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from federation import actors, hosts, keyring, pairs, policy, queries, returning, signing
from federation.budget import SPENT, Budget
from federation.origins import LONGEST, base, domain, same_origin
from federation.signatures import Form
from node.kernel.database import upsert
from node.kernel.errors import Missing, Problem, Refused, TryLater, Unread, Unwritten
from node.kernel.network import Answer, Busy
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.tables import account as accounts
from node.kernel.unit import Unit
from vocab import jsonld, reader, wire
from vocab.model import Actor, Key, Malformed, Object

__all__ = ["Document", "account", "document", "fetch", "keep", "key", "put", "refresh"]

Document = Mapping[str, Any]

ABSENT = timedelta(seconds=60)
AWAY = timedelta(seconds=10)
MOST = 10_000
AS2 = "https://www.w3.org/ns/activitystreams"
_PROFILE = re.compile(r';\s*profile\s*=\s*"([^"]*)"', re.IGNORECASE)


async def document(node: Node, id: str, *, budget: Budget | None = None) -> tuple[Object, Document]:
    """Fetch a thing of another server: as a value, and as JSON for its digest and proof.

    Raises:
        Missing, Refused, TryLater, Malformed: as `fetch`; E_ORIGIN_OBJECT, it is attributed
            to somebody of another server.
    """
    found = await fetch(node, id, budget=budget)
    value = wire.load(found, node.registry.types)
    owner = value.attributed_to
    who = owner.id if isinstance(owner, Object) else owner
    if who is not None and not same_origin(who, value.id):
        raise Refused("E_ORIGIN_OBJECT", f"{value.id} is attributed to {who}")
    return value, found


async def account(
    node: Node, id: str, *, budget: Budget | None = None, fresh: bool = False
) -> Account:
    """The account with this id; a stranger's is fetched and kept if we have none.

    Args:
        node: asks.
        id: of an actor.
        budget: of the letter for which it is asked.
        fresh: fetch it even if we have it.

    Raises:
        Missing, Refused, TryLater, Malformed: as `fetch`; E_ACTOR, E_KEY.
    """
    known = await node.account(id)
    if known is not None and (known.local or not (fresh or known.gone)):
        return known
    found = await fetch(node, id, budget=budget)
    return await keep(node, id, found)


async def tried(node: Node, id: str) -> None:
    """Fetch an account for its name, where its server shows one; what waits for it does without.

    Raises:
        TryLater: its server does not answer now.
    """
    try:
        await account(node, id)
    except TryLater:
        raise
    except (Problem, Malformed):
        return


async def refresh(node: Node, known: Account) -> Account:
    """An account as its server shows it now; a stranger's only.

    Raises:
        Missing, Refused, TryLater, Malformed: as `account`.
    """
    return await account(node, known.id, fresh=True)


async def key(node: Node, key_id: str, *, owner: str | None = None) -> Account:
    """The account that a key belongs to, fetched just now; its page must list the key.

    Args:
        node: asks.
        key_id: on its owner's page (a fragment), or a page of its own (as GoToSocial has it).
        owner: who claims the key, if somebody does; then only their page is asked for.

    Raises:
        Missing, Refused, TryLater, Malformed: as `account`; E_KEY, they do not belong together.
    """
    budget = Budget(fetches=4)
    if owner is None:
        owner, found = await _owner(node, key_id, budget)
        if found is not None:
            return _listing(await keep(node, owner, found), key_id)
    if not same_origin(owner, key_id):
        raise Refused("E_KEY", f"{key_id} is not at the server of {owner}")
    return _listing(await account(node, owner, budget=budget, fresh=True), key_id)


async def _owner(node: Node, key_id: str, budget: Budget) -> tuple[str, Document | None]:
    """Whose a key says it is; with the owner's page, if that is where the key stands."""
    found = await fetch(node, key_id, budget=budget)
    value = wire.load({"type": "Key", **found}, node.registry.types)
    if isinstance(value, Actor):
        return value.id or "", found
    page = wire.load({"type": "Person", "publicKey": found}, node.registry.types)
    shown = page.public_key if isinstance(page, Actor) else None
    if not isinstance(shown, Key) or shown.id != key_id or not shown.owner:
        raise Refused("E_KEY", f"{key_id} shows something else")
    return shown.owner, None


def _listing(known: Account, key_id: str) -> Account:
    if key_id != known.key_id and key_id not in known.assertion_keys:
        raise Refused("E_KEY", f"{known.id} does not list {key_id}")
    return known


async def keep(node: Node, id: str, found: Document) -> Account:
    """Keep the account whose page was fetched at this id.

    Raises:
        Refused: E_ID, the page has another id; E_OURS, E_GONE, E_ACTOR, E_KEY.
    """
    plain = jsonld.plain(found) if jsonld.is_foreign(found) else found
    value = wire.load(plain, node.registry.types)
    if value.id != id:
        raise Refused("E_ID", f"{id} says it is {value.id}")
    kept = await node.write(put, actors.row(value, plain, node.now()))
    senders = node.memory.get("federation.senders")
    if senders is not None:
        senders.forget(kept.id)
    return kept


def put(unit: Unit, row: Mapping[str, Any], *, told: bool = False) -> Account:
    """Keep what an actor's own server says of it; a new name is yet to be proven (`naming`).

    Args:
        unit: the unit.
        row: of `actors.row`.
        told: the actor said so itself, in a letter that a known key signed.

    Raises:
        Refused: E_OURS, it is one of ours; E_GONE, it said itself that it goes for good.
    """
    id = str(row["id"])
    before = unit.account(id)
    if queries.forgotten(unit.db, id, [id]):
        raise Refused("E_GONE", id)
    if unit.ours(id) or (before is not None and before.local):
        raise Refused("E_OURS", id)
    since = before.created if before else unit.now
    new = _called(row["handle"], row["document"])
    acct = before.acct if before and _called(before.handle, before.document) == new else None
    upsert(unit.db, accounts, {**row, "acct": acct, "created": since}, key=["id"])
    kept = unit.account(id)
    assert kept is not None, "it was just written"
    keyring.renewed(unit, before, kept)
    kept = returning.look(unit, before, kept, told=told)
    if before is None:
        unit.registry.met(unit, kept)
    else:
        for take in (each for m in unit.registry.modules for each in m.renewed):
            take(unit, before, kept)
    pairs.meet(unit, kept)
    if acct is None:
        once = f"federation.name {id}"[:255]
        unit.later("federation.name", lane=kept.domain, once=once, account=id)
    return kept


def _called(handle: str, document: Document | None) -> tuple[str, Any]:
    """What an actor's page says that it is called."""
    return handle, (document or {}).get("webfinger")


async def fetch(node: Node, id: str, *, budget: Budget | None = None) -> Document:
    """The document that an id's own server gives for it.

    A document that says it has another id of the same server is fetched once more there.

    Raises:
        Missing: E_MISSING, E_GONE; its server says so.
        Refused: E_OURS, E_BLOCKED, E_ID, E_ORIGIN, E_MEDIA, E_FETCH, E_BUDGET, E_SPENT, Forbidden.
        TryLater: its server does not answer, or asks for patience.
        Malformed: E_JSON.
    """
    budget = budget or Budget()
    url = base(id)
    for _ in range(2):
        answer = await _get(node, url, budget)
        found = reader.read_object(answer.body)
        told = found.get("id")
        if told == base(answer.url) or told == id:
            return _same_server(found, id)
        if not isinstance(told, str) or not same_origin(told, id):
            raise Refused("E_ORIGIN", f"{url} says it is {str(told)[:200]}")
        url = base(told)
    raise Refused("E_ID", f"{id} leads to {url}, which has another id")


def _same_server(found: dict[str, Any], id: str) -> Document:
    if not same_origin(found.get("id"), id):
        raise Refused("E_ORIGIN", f"{id} leads to {found.get('id')}")
    return found


async def _get(node: Node, url: str, budget: Budget) -> Answer:
    """One signed GET, remembered for a while if it is in vain."""
    if not domain(url) or len(url) > LONGEST:
        raise Refused("E_URL", url[:200])
    if same_origin(url, node.origin):
        raise Refused("E_OURS", url)
    await policy.check(node, url)
    vain: dict[str, tuple[datetime, Problem]] = node.memory.setdefault("federation.absent", {})
    if url in vain and vain[url][0] > node.now():
        raise vain[url][1]
    try:
        return await _asked(node, url, budget)
    except (Missing, Refused, TryLater) as problem:
        # that we have no more time, or no room, says nothing of the other server
        if problem.code not in SPENT and not isinstance(problem, Unwritten | Unread | Busy):
            for old in list(vain)[: len(vain) - MOST + 1]:
                del vain[old]
            wait = AWAY if isinstance(problem, TryLater) else ABSENT
            vain[url] = (node.now() + wait, problem)
        raise


async def _asked(node: Node, url: str, budget: Budget) -> Answer:
    by = await signing.signer(node, node.community.service)
    kept = (await node.read(hosts.known, domain(url), node.now())).form
    first = kept or Form.CAVAGE
    second = Form.RFC9421 if first is Form.CAVAGE else Form.CAVAGE
    for form in (first, second):
        headers = signing.fetching(node, by, form)
        answer = await budget.get(node, url, headers=headers, may=lambda to: _onward(url, to))
        if answer.status not in (400, 401, 403):
            break
    _judge(url, answer)
    if form is not kept:
        await node.write(hosts.answered, domain(url), form)
    return answer


async def _onward(url: str, to: str) -> None:
    """Follow a redirect on the id's own server only: another one has no say about it."""
    if not same_origin(url, to):
        raise Refused("E_ORIGIN", f"{url} leads to {to}")


def _judge(url: str, answer: Answer) -> None:
    if answer.status in (404, 410):
        raise Missing("E_GONE" if answer.status == 410 else "E_MISSING", url)
    if answer.status == 429 or answer.status >= 500:
        raise TryLater(f"{url}: {answer.status}")
    if answer.status != 200:
        raise Refused("E_FETCH", f"{url}: {answer.status}")
    if not is_activity(answer.headers.get("content-type", "")):
        raise Refused("E_MEDIA", f"{url}: {answer.headers.get('content-type', '')[:100]}")


def is_activity(media: str) -> bool:
    """Whether a media type is one of the two that ActivityPub is spoken in."""
    plain = media.partition(";")[0].strip().lower()
    if plain == "application/activity+json":
        return True
    profile = _PROFILE.search(media[:500])
    named = profile is not None and AS2 in profile[1].split()
    return plain == "application/ld+json" and named
