"""What is kept of a post, all words cleaned."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from federation.origins import LONGEST, domain, same_origin
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.notes import hashtags, queries, rules
from vocab import focal, html, policy
from vocab.model import Object, id_of
from vocab.types import Article, Document, Emoji, Event, Image, Link, Mention, Post, Question

DESCRIPTION = 1500
"""Characters of what is said about a picture."""
WIDEST = 20_000


def row(
    post: Object, owner: Account, to: Sequence[str], cc: Sequence[str], now: datetime
) -> dict[str, Any]:
    """The values of a post, without its place (`standing.Standing`).

    Args:
        post: what somebody wrote.
        owner: its author, ours or not.
        to: whom it is for.
        cc: the rest of them.
        now: the latest moment at which it can have been published.
    """
    id, ours, words = post.id or "", owner.local, _words(post)
    title = html.line(post.name, 500) if isinstance(post, Article | Event) else ""
    summary = html.line(post.summary, 500)
    return {
        "id": id,
        "slug": id.rpartition("/")[2][:64] if ours else secrets.token_urlsafe(16),
        "owner": owner.id,
        "local": ours,
        "type": type_of(post),
        "title": title,
        "content": words,
        "source": _source(post) if ours else "",
        "summary": summary,
        "words": html.folded(title, summary, html.to_text(words)),
        "sensitive": bool(post.sensitive),
        "lang": rules.language_of(post.lang),
        "in_reply_to": post.in_reply_to,
        "url": None if ours else _page(post, id),
        "attachments": _attachments(post),
        "mentions": _mentions(post),
        "to": list(to),
        "cc": list(cc),
        "published": min(post.published or now, now),
        "updated": _updated(post, now),
        "policy": policy.kept(post.interaction_policy) if isinstance(post, Post) else None,
        "emoji": _emoji(post),
        "hashtags": hashtags.named(post),
        "starts": post.start_time if isinstance(post, Event) else None,
        "place": _place(post) if isinstance(post, Event) else "",
        "context": _collection(post.context, id),
        "answers": None if ours else _collection(id_of(post.replies), id),
        "quote": _address(rules.quoted_by(post)),
        "audience": _address(post.audience) if ours else None,
        "stamp": _address(post.quote_authorization) if isinstance(post, Post) else None,
    }


CHANGED = (
    "title", "content", "source", "summary", "words", "sensitive", "lang", "attachments",
    "mentions", "policy", "emoji", "hashtags", "starts", "place",
)  # fmt: skip
"""What an Update may give other values, besides who sees the post."""


def type_of(post: Object) -> str:
    """What a post is kept as: a Page is an Article, what is of no other class a Note."""
    for cls in (Article, Question, Event):
        if isinstance(post, cls):
            return cls.type
    return "Note"


def _updated(post: Object, now: datetime) -> datetime | None:
    """When it was changed last, so that a change of before then does nothing when it comes late."""
    when = post.updated
    is_later = when is not None and when > min(post.published or now, now)
    return min(when, now) if is_later and when else None


def _words(post: Object) -> str:
    if post.media_type in ("text/plain", "text/markdown"):
        return html.from_text(post.content or "")
    words = (post.content or "")[: html.SIZE]
    if isinstance(post, Question):
        words = rules.without_caveat(words)
    return html.clean(rules.without_link(words) if rules.quoted_by(post) else words)


def _source(post: Object) -> str:
    """What a member typed; of a program that sends only HTML, its words."""
    if isinstance(post.source, Mapping) and isinstance(post.source.get("content"), str):
        return str(post.source["content"])[: html.TEXT_SIZE]
    return html.to_text(post.content)


def _page(post: Object, id: str) -> str:
    """Where a stranger's post can be seen: at its own server, or else its id."""
    return post.url if post.url and same_origin(post.url, id) else id


def _attachments(post: Object) -> list[dict[str, Any]]:
    """Files and links beside the words; only where they lie is kept, nothing is fetched."""
    found = []
    for one in post.attachment[: rules.PICTURES]:
        if not isinstance(one, Document | Link):
            continue
        url = one.url or (one.href if isinstance(one, Link) else None)
        if url and domain(url):
            media = "image/" if isinstance(one, Image) else (one.media_type or "")[:100]
            name = html.line(one.name or one.summary, DESCRIPTION)
            is_page = isinstance(one, Link) and not media.startswith(("image/", "audio/", "video/"))
            kind = {"kind": "link"} if is_page else {}
            said = {"url": url, "name": name, "host": domain(url), "media": media, **kind}
            focus = focal.point(getattr(one, "focal_point", None))
            found.append({**said, **_drawing(one), **({"focus": focus} if focus else {})})
    return [*found, *_picture(post, found)][: rules.PICTURES]


def _picture(post: Object, found: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What a post of a group shows beside its title, if it is not among its files."""
    held = post.image.url if isinstance(post.image, Object) else post.image
    if not isinstance(post, Article) or not held or not domain(held):
        return []
    if any(one["url"] == held for one in found):
        return []
    name = html.line(post.image.name, DESCRIPTION) if isinstance(post.image, Object) else ""
    return [{"url": held, "name": name, "host": domain(held), "media": "image/"}]


def _drawing(one: Object) -> dict[str, Any]:
    """Width, height and blur of a picture, so that the page around it does not jump."""
    width, height = getattr(one, "width", None), getattr(one, "height", None)
    if not (isinstance(width, int) and isinstance(height, int)):
        return {}
    is_sane = 0 < width <= WIDEST and 0 < height <= WIDEST
    blurhash = (getattr(one, "blurhash", None) or "")[:120]
    return {"width": width, "height": height, "blurhash": blurhash} if is_sane else {}


def _mentions(post: Object) -> list[dict[str, str]]:
    tags = [one for one in post.tag if isinstance(one, Mention) and one.href]
    named = [{"href": one.href or "", "name": html.line(one.name, 300)} for one in tags]
    return named[: rules.MENTIONS * 2]


def _emoji(post: Object) -> list[dict[str, str]]:
    """The pictures that the words name by a `:shortcode:`, and where they lie (FEP-9098)."""
    found: dict[str, str] = {}
    for one in post.tag[: rules.EMOJI * 2]:
        if isinstance(one, Emoji) and (name := rules.shortcode(one.name)):
            url = one.icon.url if isinstance(one.icon, Object) else one.icon
            if url and domain(url):
                found.setdefault(name, url)
    return [{"name": name, "url": url} for name, url in list(found.items())[: rules.EMOJI]]


def _place(post: Object) -> str:
    place = post.location
    return html.line(place.name, 300) if isinstance(place, Object) else ""


def _address(id: str | None) -> str | None:
    return id if id and domain(id) else None


def _collection(id: str | None, of: str) -> str | None:
    """A collection at the server of the post that it is said to belong to."""
    return id if id and same_origin(id, of) and len(id) <= LONGEST else None


def thread_of(unit: Unit, post: Object) -> str:
    """The first post of a conversation, as far as it is known here."""
    parent = queries.stored(unit.db, post.in_reply_to) if post.in_reply_to else None
    return (parent.thread if parent else post.in_reply_to) or post.id or ""
