"""A post as others fetch it: the object that travels, and the collections that belong to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from federation.origins import domain
from node.kernel.access import Reach, Viewer
from node.kernel.unit import Unit
from node.modules.notes import hashtags, queries, stamps, tallies
from node.modules.notes.objects import AdvisoryPoll
from node.modules.notes.queries import Post
from node.modules.notes.rules import Consent
from node.modules.notes.tallies import Poll
from node.modules.reactions import api as reactions
from node.modules.reactions.api import Verb
from vocab import html
from vocab.model import Collection, Object, OrderedCollection
from vocab.types import (
    Article,
    Document,
    Emoji,
    Event,
    Image,
    Mention,
    Note,
    Question,
    Tombstone,
    Update,
)
from web.language import catalogue, mark

TRUSTED_PEERS = "trustedPeers"
RECIPIENTS_ONLY = "recipientsOnly"
FOR_ALL = "public"
_CLASSES: Mapping[str, type[Note | Article | Question | Event]] = {
    cls.type: cls for cls in (Note, Article, Question, Event)
}


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The post or stamp with this id for who may fetch it, or a part; a Tombstone of a deleted one.

    What is for this community is shown to its members alone (a member's own program among
    them), and others' posts that are not public only to their authors: nothing of theirs is
    handed on.
    """
    # most that are asked for here are new, or of another module: one query tells
    kept = _readable(db, id, viewer) if queries.is_here(db, id) else None
    if kept is None:
        whole, _, part = id.rpartition("/")
        if part in _PARTS and (of := _readable(db, whole, viewer)):
            return _PARTS[part](db, of, viewer) if of.local and not of.deleted else None
        return stamps.document(db, id, viewer)
    if kept.deleted is not None:
        return Tombstone(id=id, former_type=kept.type, deleted=kept.deleted)
    return value(db, kept)


def _readable(db: Connection, id: str, viewer: Viewer) -> Post | None:
    kept = queries.by_id(db, id, viewer) or _sent_to(db, id, viewer)
    if kept is None or viewer.is_member or viewer.id == kept.owner:
        return kept
    stranger = not kept.local and kept.reach != Reach.PUBLIC
    return None if stranger or kept.reach == Reach.COMMUNITY else kept


def value(db: Connection, kept: Post) -> Object:
    """A post as the object that travels."""
    poll = tallies.one(db, kept.id) if kept.type == "Question" else None
    told = (kept.updated, poll.told if poll else None)
    open_ = kept.local and kept.reach == Reach.PUBLIC
    quote = kept.quote if kept.consent != Consent.REFUSED else None
    origin = kept.id.rpartition("/o/")[0]
    tags = (
        *(Mention(href=one["href"], name=one["name"]) for one in kept.mentions),
        *(_emoji(one) for one in kept.emoji if kept.local),
        *(hashtags.tags(kept.hashtags, origin) if kept.local else ()),
    )
    advises = poll.advises if poll and kept.local else None
    return (AdvisoryPoll if advises else _CLASSES[kept.type])(
        id=kept.id,
        name=kept.title or None,
        url=origin + kept.path if kept.local else kept.url,
        attributed_to=kept.owner,
        content=worded(kept.content, quote, asks=poll is not None, lang=kept.lang),
        summary=kept.summary or None,
        sensitive=kept.sensitive or None,
        source=source(kept.source),
        lang=kept.lang,
        in_reply_to=kept.in_reply_to,
        tag=tags,
        attachment=_pictures(kept),
        to=tuple(kept.to),
        cc=tuple(kept.cc),
        published=kept.published,
        updated=max(filter(None, told), default=kept.published if advises else None),
        start_time=kept.starts,
        interaction_policy=kept.policy,
        handling=handling(kept.reach, advises=advises),
        audience=kept.audience if kept.reach == Reach.PUBLIC else None,
        **(parts(kept.id) if open_ else {}),
        context=context_of(db, kept.thread) if open_ else kept.context,
        quote=quote,
        quote_authorization=kept.stamp if kept.consent == Consent.GIVEN else None,
        **(_asked(poll) if poll else {}),
        **(advising(advises) if advises else {}),
    )


def _pictures(kept: Post) -> tuple[Document, ...]:
    """The pictures of a post of ours, as they lie here (W8)."""
    here = f"{kept.id.rpartition('/o/')[0]}/pictures/"
    return tuple(
        Document(
            url=one["url"],
            media_type=one["media"],
            name=one["name"] or None,
            width=one.get("width"),
            height=one.get("height"),
            blurhash=one.get("blurhash") or None,
            focal_point=one.get("focus"),
        )
        for one in kept.attachments
        if kept.local and one["url"].startswith(here)
    )


def _emoji(one: Mapping[str, str]) -> Emoji:
    """An emoji of the community's own (FEP-9098)."""
    return Emoji(name=one["name"], icon=Image(url=one["url"], media_type="image/png"))


def shows(db: Connection, id: str, viewer: Viewer) -> bool:
    """Whether a viewer may see a post, so that its pictures are for them too (hook `shows`).

    What was sent to somebody elsewhere by name is known at their server: it may ask as itself.
    """
    kept = _readable(db, id, viewer)
    if kept is None and viewer.account is not None and not viewer.account.local:
        sent = queries.stored(db, id)
        places = {domain(one) for one in (*sent.to, *sent.cc)} if sent and sent.local else set()
        kept = sent if viewer.account.domain in places and sent and not sent.hidden else None
    return kept is not None and kept.deleted is None


def with_link(content: str, quote: str | None) -> str:
    """Words with a link to what they quote, for who does not show it (FEP-044f)."""
    if quote is None:
        return content
    link = html.from_text(quote).removeprefix("<p>").removesuffix("</p>")
    return f'{content}<p class="quote-inline">RE: {link}</p>'


CAVEAT = mark("A question for views: it decides nothing.")


def worded(content: str, quote: str | None, *, asks: bool, lang: str | None) -> str:
    """Words as they travel: with a link to what they quote, and under a poll that it is no vote.

    Elsewhere a poll looks as any other; our own pages say it beside each (vocabulary.md 6.8).
    """
    said = with_link(content, quote)
    if not asks:
        return said
    caveat = html.from_text(catalogue(lang or "en").gettext(CAVEAT))
    return said + caveat.replace("<p>", '<p class="advisory">', 1)


def _asked(poll: Poll) -> dict[str, Any]:
    """What a poll asks, and how it stands."""
    names = {one.name: one.count for one in poll.options}
    return asking(names, several=poll.several, ends=poll.ends, voters=poll.voters)


def asking(
    options: Mapping[str, int], *, several: bool, ends: datetime | None, voters: int | None
) -> dict[str, Any]:
    """The fields of a poll (FEP-9967): its answers, and how often each was given."""
    said = tuple(
        Note(name=name, replies=Collection(total_items=count)) for name, count in options.items()
    )
    kind = "any_of" if several else "one_of"
    return {kind: said, "end_time": ends, "voters_count": voters}


def advising(proposal: str) -> dict[str, Any]:
    """The fields by which a poll says what it is about, and that it decides nothing."""
    return {"advises": proposal, "binding": False}


def tell(unit: Unit, id: str) -> None:
    """Let those who have a post of ours know how it stands now, without calling it changed."""
    kept = queries.stored(unit.db, id)
    if kept is None or not kept.local or kept.deleted or kept.reach == Reach.COMMUNITY:
        return
    now = value(unit.db, kept)
    news = Update(id=unit.id("a"), actor=kept.owner, object=now, to=now.to, cc=now.cc,
                  published=unit.now, handling=now.handling)  # fmt: skip
    unit.send(news)


def parts(id: str) -> dict[str, Any]:
    """The addresses of the collections of a public post of ours."""
    return {name: f"{id}/{name}" for name in _PARTS if name != "context"}


def context_of(db: Connection, thread: str) -> str | None:
    """The collection of a conversation (FEP-7888): of its first post's server, if that has one."""
    root = queries.stored(db, thread)
    if root is None or root.reach != Reach.PUBLIC:
        return None
    return f"{root.id}/context" if root.local else root.context


def source(text: str) -> Mapping[str, str] | None:
    """What was typed, unless others would take it for markup; the content says it too."""
    if not text or not html.may_leave(text):
        return None
    return {"content": text, "mediaType": "text/plain"}


def handling(reach: str, *, advises: str | None = None) -> str | None:
    """How far others may pass on what has this reach; a poll on a proposal says it of all."""
    if advises:
        return FOR_ALL
    if reach == Reach.TRUSTED:
        return TRUSTED_PEERS
    return RECIPIENTS_ONLY if reach == Reach.DIRECT else None


def _sent_to(db: Connection, id: str, viewer: Viewer) -> Post | None:
    """A post of ours to single people elsewhere, for one of those: it was sent to them anyway."""
    kept = queries.stored(db, id) if viewer.id is not None else None
    if kept is None or not kept.local or kept.reach != Reach.DIRECT or kept.hidden:
        return None
    return kept if viewer.id in (*kept.to, *kept.cc) else None


# What belongs to a post ---------------------------------------------------------------------


def _likes(db: Connection, kept: Post, viewer: Viewer) -> Collection:
    """How many people like it; who they are is told to nobody."""
    total = reactions.total(db, kept.id, Verb.LIKE)
    owner, id = kept.owner, f"{kept.id}/likes"
    return Collection(id=id, attributed_to=owner, total_items=total, likes_of=kept.id)


def _shares(db: Connection, kept: Post, viewer: Viewer) -> Collection:
    total = reactions.total(db, kept.id, Verb.SHARE)
    owner, id = kept.owner, f"{kept.id}/shares"
    return Collection(id=id, attributed_to=owner, total_items=total, shares_of=kept.id)


def _replies(db: Connection, kept: Post, viewer: Viewer) -> OrderedCollection:
    """The answers that the asker may read, from wherever they came."""
    found = tuple(one.id for one in queries.replies_to(db, kept.id, viewer) if _open(one))
    return OrderedCollection(
        id=f"{kept.id}/replies",
        replies_of=kept.id,
        attributed_to=kept.owner,
        total_items=len(found),
        ordered_items=found,
    )


def _context(db: Connection, kept: Post, viewer: Viewer) -> OrderedCollection | None:
    """A whole conversation that began here, as far as it is for all (FEP-7888, FEP-f228)."""
    if kept.thread != kept.id or not _open(kept):
        return None
    rest = (one.id for one in queries.thread(db, kept.id, viewer) if _open(one))
    found = tuple(dict.fromkeys((kept.id, *rest)))
    return OrderedCollection(
        id=f"{kept.id}/context",
        attributed_to=kept.owner,
        total_items=len(found),
        ordered_items=found,
    )


def _open(one: Post) -> bool:
    return one.reach == Reach.PUBLIC


_PARTS = {"context": _context, "likes": _likes, "replies": _replies, "shares": _shares}
