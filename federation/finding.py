"""From what people type to an account: `@ben@birch.example`, or a web address.

WebFinger only says where to look: what is believed is the actor's own page, and whoever is
found is called by the host of that page (security.md V20). Nothing here runs inside a unit.

Source: RFC 7033; FEP-2c59.
"""

from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, and_, func, or_, select

from federation import ourselves, policy, resolving
from federation.origins import LONGEST, domain
from node.kernel.errors import Missing, TryLater
from node.kernel.node import Node
from node.kernel.tables import Account, account, account_of
from vocab import reader

LIMIT = 65_536
"""Bytes of a WebFinger answer."""
EACH = 10.0
"""Seconds for asking it."""


async def lookup(node: Node, typed: str) -> Account:
    """The account that somebody means, asked for at its own server if nobody here met it.

    Args:
        node: asks.
        typed: a handle with its host, with or without @ or `acct:`; a handle of ours alone; or
            the web address of an actor or their page.

    Raises:
        Missing: nobody is there.
        Refused: E_BLOCKED and what `resolving.fetch` refuses.
        TryLater: their server does not answer.
        Malformed: it answers something else.
    """
    text = typed.strip()
    if "://" in text:
        return await _at(node, text)
    handle, _, host = text.removeprefix("acct:").removeprefix("@").partition("@")
    if not handle or len(text) > LONGEST:
        raise Missing(detail=text[:100])
    place = domain(f"https://{host}") if host else ""
    if host and not place:
        raise Missing(detail=text[:100])
    known = await node.read(_known, node.community.domain, handle, place)
    if known is not None:
        return await _welcome(node, known)
    if not place or place == node.community.domain:
        raise Missing(detail=text)
    return await resolving.account(node, await _asked(node, handle, place))


async def _welcome(node: Node, known: Account) -> Account:
    """An account that we know, if we have to do with it.

    Raises:
        Refused: E_BLOCKED.
    """
    if not known.local:
        await policy.check(node, known.id)
    return known


def _known(db: Connection, here: str, handle: str, host: str) -> Account | None:
    if not host or host == here:
        return ourselves.named(db, handle)
    same = and_(
        func.lower(account.c.handle) == handle.lower(),
        account.c.domain == host,
        account.c.gone.is_(None),
    )
    row = db.execute(select(account).where(same).order_by(account.c.id)).first()
    return account_of(row) if row else None


async def _at(node: Node, url: str) -> Account:
    """The account of an id or a page."""
    known = await node.read(_by_address, url)
    if known is not None:
        return await _welcome(node, known)
    found = await resolving.fetch(node, url)
    id = found.get("id")
    if not isinstance(id, str):
        raise Missing(detail=url[:200])
    return await resolving.account(node, id)


def _by_address(db: Connection, url: str) -> Account | None:
    here = and_(or_(account.c.id == url, account.c.url == url), account.c.gone.is_(None))
    row = db.execute(select(account).where(here).order_by(account.c.id)).first()
    return account_of(row) if row else None


async def _asked(node: Node, handle: str, host: str) -> str:
    """The actor that a host's WebFinger names.

    Raises:
        Missing, Refused, TryLater: see `lookup`.
    """
    scheme = "http" if node.origin.startswith("http:") and node.settings.allow_http else "https"
    place = f"{scheme}://{host}"
    await policy.check(node, place)
    resource = quote(f"acct:{handle}@{host}", safe="")
    url = f"{place}/.well-known/webfinger?resource={resource}"
    headers = {"Accept": "application/jrd+json, application/json"}
    answer = await node.network.get(
        url, headers=headers, limit=LIMIT, deadline=EACH, may=lambda url: policy.check(node, url)
    )
    if answer.status == 429 or answer.status >= 500:
        raise TryLater(f"{host}: {answer.status}")
    actor = _self(reader.read_object(answer.body)) if answer.status == 200 else None
    if actor is None:
        raise Missing(detail=f"{handle}@{host}")
    return actor


def _self(found: dict[str, Any]) -> str | None:
    """The id of the actor in a WebFinger answer (`rel` self, an ActivityPub media type)."""
    links = found.get("links")
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, dict) or link.get("rel") != "self":
            continue
        href, media = link.get("href"), link.get("type")
        if isinstance(href, str) and isinstance(media, str) and resolving.is_activity(media):
            return href if domain(href) else None
    return None
