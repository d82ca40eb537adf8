"""From what a member types to an activity: the units behind the forms, and the post as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import Reach, Viewer
from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.notes import groups, hashtags, public, queries, quotes, rules, standing
from node.modules.notes.hashtags import Marked
from node.modules.notes.objects import AdvisoryPoll
from node.modules.notes.queries import Post
from node.modules.notes.standing import Answered
from node.modules.notes.tables import note
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Chosen
from vocab import html, policy
from vocab.model import PUBLIC, Object
from vocab.policy import Leave, Verb
from vocab.types import Create, Delete, Emoji, Hashtag, Mention, Note, Question, Tombstone, Update
from vocab.values import dataclass
from web.language import mark

LONGEST_WARNING = 200
SHORTEST, LONGEST = timedelta(minutes=59), timedelta(days=366)
"""How long a poll may be open."""
NEWER = timedelta(seconds=1)
"""How much later a change says it is, at least: others take no other for news."""
NO_QUOTES = mark("Whoever wrote this does not want it shown in the posts of others.")
NO_ANSWERS = mark("This person takes no answers from you.")
LOCKED = mark("The group takes no more answers to this.")
ONLY_KEEPERS = mark(
    "Only %(word_keepers)s put posts before all who follow. Ask one, or leave this."
)
ONLY_PUBLIC = mark("Only what everybody may see can go to all who follow the community.")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What was typed, with the people it names as they were found before the unit."""

    text: str
    reach: str
    lang: str | None = None
    people: Mapping[tuple[str, str], Account]
    """(handle, host) as of `rules.handles_in` → the account."""
    parent: str | None = None
    """The id of what it answers."""
    warning: str = ""
    """What stands before the words, which are then opened by who wants to."""
    options: Sequence[str] = ()
    """Of a poll: its answers."""
    several: bool = False
    ends: datetime | None = None
    advises: str | None = None
    """The id of a proposal of ours, where the community asks for views on it."""
    quote: str | None = None
    """The id of a post that it shows."""
    quotes: Leave = Leave.ASK
    """Whether others may show it in a post of their own, if it is public."""
    group: bool = False
    """It is put before all who follow the community."""
    pictures: Sequence[Chosen] = ()


# Writing ------------------------------------------------------------------------------------


def post(unit: Unit, author: Account, draft: Draft, once: str | None = None) -> str:
    """Write a post as one of our accounts.

    Returns:
        The slug of its page; that of the first if the form was sent twice.

    Raises:
        Invalid: no words (field `text`), or it would go further than what it answers (`reach`).
        Missing: what it answers is not there.
        Refused: they take no answers.
    """
    if once is not None and (slug := queries.sent_before(unit.db, once)):
        return slug
    if not html.from_text(draft.text):
        raise Invalid({"text": mark("Write something first.")})
    parent = _parent(unit, author, draft)
    _may_quote(unit, author, draft)
    if draft.group and draft.reach != Reach.PUBLIC:
        raise Invalid({"group": ONLY_PUBLIC}, "E_NOT_PUBLIC")
    if draft.group and not groups.may_put(unit, author):
        raise Invalid({"group": ONLY_KEEPERS}, "E_KEEPERS_ONLY")
    said = _value(unit, author, draft, parent)
    made = Create(
        id=unit.id("a"),
        actor=author.id,
        object=said,
        to=said.to,
        cc=said.cc,
        audience=said.audience,
        published=unit.now,
        handling=said.handling,
    )
    unit.perform(made, author)
    pictures.attach(unit, said.id or "", author.id, draft.pictures)
    quotes.ask(unit, said)
    slug = (said.id or "").rpartition("/")[2]
    if once is not None:
        change_rows(unit.db, note.c.id, said.id, once=once)
    return slug


def _parent(unit: Unit, author: Account, draft: Draft) -> Answered | None:
    if draft.parent is None:
        return None
    role = "member" if accounts.is_member(unit.db, author.id) else None
    found = standing.answered(unit, draft.parent, Viewer(account=author, role=role))
    if found is None:
        raise Missing(detail=draft.parent)
    if found.owner and unit.registry.blocks(unit.db, found.owner, author.id):
        raise Refused("E_BLOCKED", found.owner, safe=NO_ANSWERS)
    if found.locked:
        raise Refused("E_LOCKED", found.id, safe=LOCKED)
    if standing.allowed(unit.db, author, found.owner, found.policy, Verb.REPLY) is Leave.NO:
        raise Refused("E_POLICY", found.id, safe=NO_ANSWERS)
    if draft.reach not in rules.choices(found.reach):
        words = mark("An answer cannot go further than what it answers.")
        raise Invalid({"reach": words}, "E_AUDIENCE_WIDENED")
    return found


def _may_quote(unit: Unit, author: Account, draft: Draft) -> None:
    """Refuse a quote that nobody would see, or that the quoted post's author does not want."""
    if draft.quote is None:
        return
    found = queries.by_id(unit.db, draft.quote, Viewer(account=author))
    if found is None or found.deleted is not None or found.reach != Reach.PUBLIC:
        raise Missing(detail=draft.quote)
    blocked = unit.registry.blocks(unit.db, found.owner, author.id)
    leave = standing.allowed(unit.db, author, found.owner, found.policy, Verb.QUOTE)
    if blocked or leave is Leave.NO:
        raise Refused("E_POLICY", found.id, safe=NO_QUOTES)
    if not found.local and draft.reach != Reach.PUBLIC:
        words = mark("Its author has to be asked, so only what is public can show it.")
        raise Invalid({"reach": words}, "E_NOT_PUBLIC")


def _value(unit: Unit, author: Account, draft: Draft, parent: Answered | None) -> Note | Question:
    """The post as it travels (W1 to W11)."""
    people = {one.id: one for one in draft.people.values()}
    owner = unit.account(parent.owner) if parent and parent.owner else None
    if owner is not None:
        people.setdefault(owner.id, owner)
    people.pop(author.id, None)
    group = _group(unit, author, draft, parent)
    named = [*people, *([group] if group and not unit.ours(group) else [])]
    to, cc = _audience(unit, author, draft.reach, named, parent)
    said = _written(unit.origin, draft.text, draft.people)
    id = unit.id("o")
    return _class(draft)(
        id=id,
        url=f"{unit.origin}/n/{id.rpartition('/')[2]}",
        attributed_to=author.id,
        content=public.worded(said.content, draft.quote, asks=bool(draft.options), lang=draft.lang),
        quote=draft.quote,
        source=public.source(draft.text),
        lang=draft.lang,
        **_warned(draft.warning),
        **_asking(unit, draft),
        in_reply_to=draft.parent,
        attachment=pictures.documents(unit.db, unit.origin, draft.pictures),
        tag=(
            *(Mention(href=one.id, name=f"@{_called(one)}") for one in people.values()),
            *hashtags.tags(said.names, unit.origin),
            *pictures.tags(unit.db, unit.origin, unit.community.id, draft.text),
        ),
        to=to,
        cc=cc,
        audience=author.id if draft.advises else group,
        published=unit.now,
        updated=unit.now if draft.advises else None,
        handling=public.handling(draft.reach, advises=draft.advises),
        interaction_policy=_policy(draft, author),
        **(_around(unit, id, draft) if draft.reach == Reach.PUBLIC else {}),
    )


def _class(draft: Draft) -> type[Note | Question]:
    if draft.advises:
        return AdvisoryPoll
    return Question if draft.options else Note


def _group(unit: Unit, author: Account, draft: Draft, parent: Answered | None) -> str | None:
    """The group that a public post is for: of what it answers, our own, or one that it names."""
    if draft.reach != Reach.PUBLIC or author.id == unit.community.id:
        return None
    if parent is not None:
        return parent.group
    if draft.group:
        return unit.community.id
    named = {one.id for one in draft.people.values() if one.type == "Group"}
    return named.pop() if len(named) == 1 else None


def _around(unit: Unit, id: str, draft: Draft) -> dict[str, Any]:
    """The collections that a public post belongs to, and those that belong to it."""
    kept = queries.stored(unit.db, draft.parent) if draft.parent else None
    context = f"{id}/context" if draft.parent is None else None
    if kept is not None:
        context = public.context_of(unit.db, kept.thread)
    return {**public.parts(id), "context": context}


def _warned(warning: str) -> dict[str, Any]:
    """A content warning as others read it: `summary` and `sensitive` together."""
    words = html.untagged(html.line(warning, LONGEST_WARNING))
    return {"summary": words, "sensitive": True} if words else {}


def _asking(unit: Unit, draft: Draft) -> dict[str, Any]:
    """The fields of a poll.

    Raises:
        Invalid: it ends at once, or in more than a year (field `ends`).
    """
    if not draft.options:
        return {}
    if draft.ends is None or not SHORTEST <= draft.ends - unit.now <= LONGEST:
        raise Invalid({"ends": mark("Choose a time within a year, an hour from now or later.")})
    names = dict.fromkeys(draft.options, 0)
    asking = public.asking(names, several=draft.several, ends=draft.ends, voters=0)
    return asking | (public.advising(draft.advises) if draft.advises else {})


def _policy(draft: Draft, author: Account) -> Mapping[str, Any] | None:
    """Who may do what with a public post."""
    return policy.advertised(draft.quotes, author.id) if draft.reach == Reach.PUBLIC else None


def _written(origin: str, text: str, people: Mapping[tuple[str, str], Account]) -> Marked:
    pages = {key: (one.url or one.id, one.handle) for key, one in people.items()}
    made = hashtags.marked(rules.with_mentions(html.from_text(text), pages), origin)
    return replace(made, content=html.clean(made.content))


def _audience(
    unit: Unit, author: Account, reach: str, people: list[str], parent: Answered | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`to` and `cc` by the reach that was chosen; both empty where nothing leaves."""
    if reach == Reach.PUBLIC:
        return (PUBLIC,), tuple(dict.fromkeys([*filter(None, (author.followers,)), *people]))
    if reach == Reach.TRUSTED:
        return (unit.community.peers,), tuple(people)
    if reach == Reach.DIRECT:
        also = parent.to if parent and parent.owner == author.id else ()
        named = dict.fromkeys([*people, *(id for id in also if id != author.id)])
        if not named:
            raise Invalid({"text": mark("Name somebody, as in @ana, or choose another reach.")})
        return tuple(named), ()
    return (), ()


# Changing and taking back -------------------------------------------------------------------


def may_change(db: Connection, viewer: Viewer, kept: Post) -> bool:
    """Whether somebody may change a post: its author, for the community's the keepers."""
    if not kept.local or kept.deleted is not None:
        return False
    return kept.owner == viewer.id or (viewer.is_admin and kept.author.kind == "Community")


def edit(
    unit: Unit,
    viewer: Viewer,
    slug: str,
    text: str,
    lang: str | None,
    warning: str = "",
    shown: Sequence[Chosen] | None = None,
) -> None:
    """Change the words and pictures of a post; whom it names and reaches stays, and what it asks.

    `shown` are its pictures from now on; None leaves them as they are.

    Raises:
        Conflict: it was deleted.
        Invalid: no words (field `text`).
        Missing: not there, or not theirs.
    """
    kept = _theirs(unit, viewer, slug)
    if not html.from_text(text):
        raise Invalid({"text": mark("Write something, or delete the post.")})
    known = [unit.account(one["href"]) for one in kept.mentions]
    people = {key: one for one in known if one for key in _keys(unit, one)}
    before = public.value(unit.db, kept)
    said = _written(unit.origin, text, people)
    fields = {name: held for name, held in before.__dict__.items() if held is not None}
    fields |= {
        "summary": None,
        "sensitive": None,
        **_warned(warning),
        "content": public.worded(said.content, kept.quote, asks=kept.type == "Question", lang=lang),
        "source": public.source(text),
        "lang": lang,
        **_shown(unit, before, text, said.names, shown),
        "updated": max(unit.now, (kept.updated or kept.published) + NEWER),
    }
    now = type(before)(**fields)
    change = Update(
        id=unit.id("a"),
        actor=kept.owner,
        object=now,
        to=now.to,
        cc=now.cc,
        published=unit.now,
        handling=now.handling,
    )
    unit.perform(change, kept.author)
    if shown is not None:
        pictures.attach(unit, kept.id, kept.owner, shown)


def _shown(
    unit: Unit, before: Object, text: str, names: Sequence[str], shown: Sequence[Chosen] | None
) -> dict[str, Any]:
    """The hashtags and emoji that the words name now, and the pictures beside them."""
    others = tuple(one for one in before.tag if not isinstance(one, Emoji | Hashtag))
    tag = (
        *others,
        *hashtags.tags(names, unit.origin),
        *pictures.tags(unit.db, unit.origin, unit.community.id, text),
    )
    if shown is None:
        return {"tag": tag}
    return {"tag": tag, "attachment": pictures.documents(unit.db, unit.origin, shown)}


def _keys(unit: Unit, one: Account) -> list[tuple[str, str]]:
    """The ways in which somebody may be named."""
    handle, _, host = _called(one).lower().partition("@")
    return [(handle, host), (handle, "")] if one.local else [(handle, host)]


def _called(one: Account) -> str:
    """How others write somebody's name: the proven one, else what the actor says."""
    return one.acct or f"{one.handle}@{one.domain}"


def remove(unit: Unit, viewer: Viewer, slug: str) -> None:
    """Delete a post: here, and wherever it was sent.

    Raises:
        Conflict: it was deleted already.
        Missing: not there, or not theirs.
    """
    kept = _theirs(unit, viewer, slug)
    unit.perform(farewell(unit, kept), kept.author, public.value(unit.db, kept))


def farewell(unit: Unit, kept: Post, to: Sequence[str] | None = None) -> Delete:
    """The Delete of a post, to whom it was addressed or to those named here."""
    remains = Tombstone(id=kept.id, former_type=kept.type, deleted=unit.now)
    return Delete(
        id=unit.id("a"),
        actor=kept.owner,
        object=remains,
        to=tuple(kept.to if to is None else to),
        cc=tuple(kept.cc if to is None else ()),
        published=unit.now,
    )


def _theirs(unit: Unit, viewer: Viewer, slug: str) -> Post:
    kept = queries.by_slug(unit.db, slug, viewer)
    if kept is not None and kept.deleted is not None and kept.owner == viewer.id:
        raise Conflict("E_DELETED", safe=mark("This post is deleted already."))
    if kept is None or not may_change(unit.db, viewer, kept):
        raise Missing(detail=slug)
    return kept
