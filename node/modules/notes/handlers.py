"""What Create, Update and Delete of a post do; the same for ours and theirs.

A post from elsewhere is kept only if it concerns somebody here. Whose it is was settled when
it first came: nobody else changes or deletes it, and no change shows it to more people.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from federation.origins import domain, same_origin
from node.kernel.access import Reach, Viewer
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.follows import api as follows
from node.modules.notes import queries, rules
from node.modules.notes.queries import Post
from vocab import html
from vocab.model import Object, id_of
from vocab.types import Article, Create, Delete, Document, Link, Mention, Note, Tombstone, Update

handlers = Handlers()

LONGEST_ADDRESSES = 500
"""Ids in `to` and `cc` that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a post belongs: how far it goes, for whom it is, what it answers."""

    reach: Reach
    named: tuple[str, ...]
    """Accounts of ours."""
    thread: str


@handlers.on(Create, Note)
@handlers.on(Create, Article)
def made(unit: Unit, act: Act[Create, Object]) -> None:
    """Somebody writes a post; kept if it is ours or concerns us, and never twice."""
    post = act.object
    if post.id is None:
        raise Refused("E_ID", f"{act.activity.id} makes something without an id")
    if rules.is_vote(name=post.name, content=post.content, in_reply_to=post.in_reply_to):
        return
    if queries.stored(unit.db, post.id) is not None:
        return
    standing = _standing(unit, act)
    if standing is None:
        return
    row = _row(unit, act) | {"reach": standing.reach.value, "thread": standing.thread}
    queries.add(unit, row, standing.named)


@handlers.on(Update, Note)
@handlers.on(Update, Article)
def changed(unit: Unit, act: Act[Update, Object]) -> None:
    """The author changes a post; whom it answers stays, and nobody new sees it.

    Raises:
        Refused: E_OWNER, E_REPLY_MOVED, E_AUDIENCE_WIDENED.
    """
    before = _own(unit, act)
    if before is None or _is_old(act.object, before):
        return
    if act.object.in_reply_to not in (None, before.in_reply_to):
        raise Refused("E_REPLY_MOVED", f"{before.id} answered {before.in_reply_to}")
    narrowed = _narrowed(unit, act, before)
    row = _row(unit, act)
    kept = ("title", "content", "source", "summary", "sensitive", "lang", "attachments", "mentions")
    values = {name: row[name] for name in kept}
    values |= {"updated": act.object.updated or unit.now}
    recipients = narrowed.pop("recipients", None)
    queries.change(unit, before.id, recipients, **values, **narrowed)


@handlers.on(Delete, Note)
@handlers.on(Delete, Article)
def deleted(unit: Unit, act: Act[Delete, Object]) -> None:
    """The author deletes a post: its words go, and it cannot come again.

    Raises:
        Refused: E_OWNER.
    """
    before = _own(unit, act)
    if before is not None:
        queries.empty(unit, [before.id])


def gone(unit: Unit, event: Gone) -> None:
    """Nothing stays of what somebody wrote who is gone."""
    queries.empty(unit, [post.id for post in queries.of_owner(unit.db, event.account)])


subscribers = ((Gone, gone),)


def _own(unit: Unit, act: Act[Any, Object]) -> Post | None:
    """The stored post, if it is the actor's; None if there is none (any more)."""
    before = queries.stored(unit.db, act.object.id or "")
    if before is None or before.deleted is not None:
        return None
    if before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {before.id} of {before.owner}")
    return before


def _is_old(now: Object, before: Post) -> bool:
    """Whether a change is older than what we have; one without a time counts as new."""
    return now.updated is not None and now.updated <= (before.updated or before.published)


# Where a post belongs -----------------------------------------------------------------------


def _addresses(act: Act[Any, Object]) -> tuple[list[str], list[str]]:
    """`to` and `cc` of a post, or of its activity where the post says nothing."""
    of: Object = act.object if act.object.to or act.object.cc else act.activity
    return list(of.to)[:LONGEST_ADDRESSES], list(of.cc)[:LONGEST_ADDRESSES]


def _reach(unit: Unit, act: Act[Any, Object]) -> Reach | None:
    to, cc = _addresses(act)
    named = {*to, *cc}
    ours = act.actor.local
    peers = unit.community.peers in named if ours else _among_peers(unit, act, named)
    return rules.reach_of(named, ours=ours, peers=peers)


def _among_peers(unit: Unit, act: Act[Any, Object], named: set[str]) -> bool:
    """Whether somebody of a node that we trust writes to all nodes that it trusts."""
    if act.object.handling != "trustedPeers":
        return False
    at_home = any(id.endswith("/peers") and same_origin(id, act.actor.id) for id in named)
    return at_home and queries.is_trusted(unit.db, unit.registry, act.actor)


def _standing(unit: Unit, act: Act[Create, Object]) -> Standing | None:
    """Where a new post belongs; None if it is nothing to us.

    Raises:
        Refused: E_AUDIENCE_WIDENED, an answer of ours that goes further than what it answers.
    """
    reach = _reach(unit, act)
    parent = act.object.in_reply_to
    if reach is None:
        return None
    kept = queries.stored(unit.db, parent) if parent else None
    if kept is not None and unit.registry.blocks(unit.db, kept.owner, act.actor.id):
        return None
    asked = _asked(unit, act, parent)
    named = _named(unit, act, reach)
    if reach is not Reach.DIRECT and asked is not None and asked not in named:
        named = (*named, asked)
    thread = (kept.thread if kept else parent) or act.object.id or ""
    standing = Standing(reach=reach, named=named, thread=thread)
    if act.actor.local:
        if kept is not None and rules.is_wider(reach, kept.reach):
            raise Refused("E_AUDIENCE_WIDENED", f"{parent} is {kept.reach}, its answer {reach}")
        return standing
    followed = any(unit.ours(id) for id in follows.followers(unit.db, act.actor.id))
    mine = rules.concerns(reach, followed=followed, named=bool(named), answers_us=asked is not None)
    return standing if mine else None


def _asked(unit: Unit, act: Act[Create, Object], parent: str | None) -> str | None:
    """The account of ours that a post answers, if its author may see what it answers."""
    if parent is None or not unit.ours(parent):
        return None
    trusted = queries.is_trusted(unit.db, unit.registry, act.actor)
    viewer = Viewer(account=act.actor, trusted=trusted)
    seen = unit.registry.document(unit.db, parent, viewer)
    if seen is None or isinstance(seen, Tombstone):
        return None
    owner = id_of(seen.attributed_to)
    known = unit.account(owner) if owner else None
    if known is None or not known.local:
        return None
    return None if unit.registry.blocks(unit.db, known.id, act.actor.id) else known.id


def _named(unit: Unit, act: Act[Any, Object], reach: Reach) -> tuple[str, ...]:
    """The accounts of ours that a post is for: addressed, or mentioned where all may read it."""
    to, cc = _addresses(act)
    ids = [*to, *cc]
    if act.actor.local:
        ids += [*act.activity.bto, *act.activity.bcc]
    if reach is Reach.DIRECT:
        ids += _followers(unit, act.actor, ids)
    else:
        ids += [one.href for one in act.object.tag if isinstance(one, Mention) and one.href]
    found: dict[str, None] = {}
    for id in dict.fromkeys(ids):
        if id == act.actor.id or not unit.ours(id):
            continue
        known = unit.account(id)
        wanted = known is not None and known.local and known.gone is None
        if wanted and not unit.registry.blocks(unit.db, id, act.actor.id):
            found[id] = None
    return tuple(found)


def _followers(unit: Unit, actor: Account, named: list[str]) -> list[str]:
    """Who of us follows an author who writes to their followers."""
    if actor.followers is None or actor.followers not in named:
        return []
    return [id for id in follows.followers(unit.db, actor.id) if unit.ours(id)]


def _narrowed(unit: Unit, act: Act[Update, Object], before: Post) -> dict[str, Any]:
    """What an Update changes in who sees a post: nothing, or fewer people."""
    reach = _reach(unit, act)
    to, cc = _addresses(act)
    if reach is None or (not (to or cc)):
        return {}
    if rules.is_wider(reach, before.reach):
        raise Refused("E_AUDIENCE_WIDENED", f"{before.id} was {before.reach}, and would be {reach}")
    if reach is not Reach.DIRECT:
        return {"reach": reach.value, "to": to, "cc": cc}
    named = _named(unit, act, reach)
    if before.reach == Reach.DIRECT:
        had = queries.recipients_of(unit.db, before.id)
        named = tuple(id for id in named if id in had)
    return {"reach": reach.value, "to": to, "cc": cc, "recipients": named}


# What is kept of a post ---------------------------------------------------------------------


def _row(unit: Unit, act: Act[Any, Object]) -> dict[str, Any]:
    """The values of a post, all words cleaned; without its place (`Standing`)."""
    post, ours = act.object, act.actor.local
    id = post.id or ""
    to, cc = _addresses(act)
    is_article = isinstance(post, Article)
    return {
        "id": id,
        "slug": id.rpartition("/")[2][:64] if ours else secrets.token_urlsafe(16),
        "owner": act.actor.id,
        "local": ours,
        "type": "Article" if is_article else "Note",
        "title": html.line(post.name, 500) if is_article else "",
        "content": _words(post),
        "source": _source(post) if ours else "",
        "summary": html.line(post.summary, 500),
        "sensitive": bool(post.sensitive),
        "lang": rules.language_of(post.lang),
        "in_reply_to": post.in_reply_to,
        "url": None if ours else _page(post, id),
        "attachments": _attachments(post),
        "mentions": _mentions(post),
        "to": to,
        "cc": cc,
        "published": min(post.published or unit.now, unit.now),
    }


def _words(post: Object) -> str:
    if post.media_type in ("text/plain", "text/markdown"):
        return html.from_text(post.content or "")
    return html.clean(post.content)


def _source(post: Object) -> str:
    """What a member typed; of a program that sends only HTML, its words."""
    if isinstance(post.source, Mapping) and isinstance(post.source.get("content"), str):
        return str(post.source["content"])[: html.TEXT_SIZE]
    return html.to_text(post.content)


def _page(post: Object, id: str) -> str:
    """Where a stranger's post can be seen: at its own server, or else its id."""
    return post.url if post.url and same_origin(post.url, id) else id


def _attachments(post: Object) -> list[dict[str, str]]:
    """Files and links beside the words; only where they lie is kept, nothing is fetched."""
    found = []
    for one in post.attachment[: rules.PICTURES]:
        if not isinstance(one, Document | Link):
            continue
        url = one.url or (one.href if isinstance(one, Link) else None)
        if url and domain(url):
            found.append({"url": url, "name": html.line(one.name, 300), "host": domain(url)})
    return found


def _mentions(post: Object) -> list[dict[str, str]]:
    tags = [one for one in post.tag if isinstance(one, Mention) and one.href]
    named = [{"href": one.href or "", "name": html.line(one.name, 300)} for one in tags]
    return named[: rules.MENTIONS * 2]
