"""Who signed a request: keys in memory, then in our rows, then from their owner's page."""

import asyncio
import contextlib
from collections import Counter, OrderedDict
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from federation import keyring, queries, resolving
from federation.claims import BadSignature, Claim, Request
from federation.keys import load_public_pem
from federation.limits import Bucket
from federation.origins import LONGEST, base, domain, same_origin
from federation.signatures import PublicKey, VerifiedSender, verify
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.node import Node
from node.kernel.tables import Account
from vocab.model import Malformed
from vocab.multikey import from_multikey

MOST = 10_000
"""Keys in memory."""

PATIENCE = 5.0
"""Seconds in which an unknown key must be there."""

AGAIN = timedelta(seconds=60)
"""A key that could not be had, or that did not verify, is not asked for again so soon."""

SOON = timedelta(seconds=10)
"""When somebody is asked to come again who found us asking for as many keys as we ever do."""

FRESH = timedelta(seconds=60)
"""After so long a key in memory is compared with our rows: another process may know better."""

AT_ONCE = 64
"""Keys that are fetched at once, from all hosts together: nothing is proven of who has us ask."""

QUEUE = 32
"""Keys of one host that may be waited for; who wants another is asked to come again."""


class Unknown(Refused):
    """Nobody here knows this key, and nobody may be asked now."""

    status = 401


class Senders:
    """The keys of those who write to one node. One for each node: `of(node)`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._keys: OrderedDict[str, tuple[PublicKey, datetime]] = OrderedDict()
        self._refused: OrderedDict[str, datetime] = OrderedDict()
        self._asked: OrderedDict[str, datetime] = OrderedDict()
        self._doors: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, Counter[str]] = {}
        self._fetches = Bucket(burst=30, each_second=0.5)
        self._going = 0

    async def known(self, claim: Claim) -> PublicKey | None:
        """The key of a claim if we have it, in memory or in our rows."""
        key, since = self._keys.get(claim.key_id, (None, None))
        if since is not None and self._node.now() - since < FRESH:
            self._keys.move_to_end(claim.key_id)
            return key
        page = base(claim.key_id)
        account = await self._node.read(queries.with_key, claim.key_id, page)
        return self._keep(account, claim.key_id) if account else None

    async def prove(self, request: Request, claim: Claim, owner: str | None) -> VerifiedSender:
        """Prove who signed, asking for the key if need be.

        Args:
            request: as it came.
            claim: what it says about its signature.
            owner: who the document says it is from; None if there is no document (a GET).

        Raises:
            BadSignature: it does not prove anything.
            Unknown: E_KEY, there is no such key of this owner.
            TryLater: the owner's server does not answer now.
        """
        now = self._node.now()
        key = await self.known(claim)
        if key is None:
            return verify(request, claim, await self._ask(claim.key_id, owner, None), now=now)
        try:
            return verify(request, claim, key, now=now)
        except BadSignature as refusal:
            if refusal.code != "E_SIGNATURE" or not self._may_ask_again(claim.key_id, now):
                raise
            newer = await self._ask(claim.key_id, key.owner, key)
            return verify(request, claim, newer, now=now)

    async def meet(self, key_id: str, owner: str) -> None:
        """Have the page of a key's owner read, within what may be asked for keys.

        Raises:
            Unknown: there is no such key of this owner.
            TryLater: the owner's server does not answer now.
        """
        with contextlib.suppress(BadSignature):  # it may be a key for documents alone
            await self._ask(key_id, owner, None)

    def forget(self, owner: str) -> None:
        """Drop the keys in memory of an account, because its page is newer or gone."""
        for key_id in [id for id, (key, _) in self._keys.items() if key.owner == owner]:
            del self._keys[key_id]

    async def _ask(self, key_id: str, owner: str | None, tried: PublicKey | None) -> PublicKey:
        """Fetch a key, one at a time for each host; all who wait for it share it."""
        host = domain(key_id)
        if not host or len(key_id) > LONGEST or (owner and not same_origin(key_id, owner)):
            raise Unknown("E_KEY", f"{key_id[:200]} is no key of {owner}")
        line = self._waiting.setdefault(host, Counter())
        if key_id not in line and len(line) >= QUEUE:
            raise TryLater(f"many wait for keys of {host}", AGAIN)
        line[key_id] += 1
        try:
            async with asyncio.timeout(PATIENCE), self._doors.setdefault(host, asyncio.Lock()):
                have, _ = self._keys.get(key_id, (None, None))
                if have is not None and have is not tried:
                    return have
                return await self._fetched(key_id, owner)
        except TimeoutError:
            raise TryLater(f"no key from {host} within {PATIENCE:g} s") from None
        finally:
            line[key_id] -= 1
            if not line[key_id]:
                del line[key_id]
            if not line:
                self._waiting.pop(host, None)
                self._doors.pop(host, None)

    async def _fetched(self, key_id: str, owner: str | None) -> PublicKey:
        now = self._node.now()
        refused = self._refused.get(key_id)
        if refused is not None and now - refused < AGAIN:
            raise Unknown("E_KEY", f"{key_id} was asked for a moment ago")
        if self._going >= AT_ONCE:
            raise TryLater(f"{AT_ONCE} keys are on their way", SOON)
        if not self._fetches.take(domain(key_id)):
            raise TryLater(f"too many keys of {domain(key_id)}", AGAIN)
        self._going += 1
        try:
            account = await resolving.key(self._node, key_id, owner=owner)
        except (Missing, Malformed, Refused) as refusal:
            if refusal.code == "E_BLOCKED":
                raise
            _note(self._refused, key_id, now)
            raise Unknown("E_KEY", f"{key_id}: {refusal}") from refusal
        finally:
            self._going -= 1
        key = self._keep(account, key_id)
        if key is None:
            raise Unknown("E_KEY", f"{key_id} has ended")
        return key

    def _keep(self, account: Account, key_id: str) -> PublicKey | None:
        loaded = loaded_key(account, key_id, self._node.now())
        if loaded is not None:
            self._keys[key_id] = loaded, self._node.now()
            if len(self._keys) > MOST:
                self._keys.popitem(last=False)
        return loaded

    def _may_ask_again(self, key_id: str, now: datetime) -> bool:
        asked = self._asked.get(key_id)
        if asked is not None and now - asked < AGAIN:
            return False
        _note(self._asked, key_id, now)
        return True


def loaded_key(account: Account, key_id: str, now: datetime) -> PublicKey | None:
    """The key of an account under this id, loaded; None if it does not list it, or it has ended.

    Raises:
        BadSignature: E_KEY, it is no key or a weak one.
    """
    if key_id == account.key_id and account.public_key:
        key = load_public_pem(account.public_key)
        return PublicKey(id=key_id, owner=account.id, key=key)
    written = account.assertion_keys.get(key_id)
    if written is None or not keyring.holds(account, key_id, now):
        return None
    try:
        loaded = from_multikey(written)
    except Malformed as fault:
        raise BadSignature("E_KEY", fault.message) from None
    if isinstance(loaded, MLDSA44PublicKey):
        raise BadSignature("E_KEY", "ML-DSA signs documents, not requests")
    return PublicKey(id=key_id, owner=account.id, key=loaded)


def of(node: Node) -> Senders:
    """The senders of a node."""
    found = node.memory.get("federation.senders")
    if not isinstance(found, Senders):
        found = node.memory["federation.senders"] = Senders(node)
    return found


def _note(where: OrderedDict[str, datetime], name: str, now: datetime) -> None:
    where[name] = now
    where.move_to_end(name)
    if len(where) > MOST:
        where.popitem(last=False)
