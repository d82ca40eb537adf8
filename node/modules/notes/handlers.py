"""What Create, Update, Delete and Announce of a post do; the same for ours and theirs.

A post from elsewhere is kept only if it concerns somebody here. Whose it is was settled when
it first came: nobody else changes or deletes it, and no change shows it to more people.
"""

from collections.abc import Mapping
from typing import Any

from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.notes import (
    fetched,
    groups,
    hashtags,
    keeping,
    leaving,
    polls,
    queries,
    quotes,
    rules,
    stamps,
    standing,
    tagging,
)
from node.modules.notes.queries import Post
from node.modules.reactions import api as reactions
from vocab.model import Activity, Object, id_of
from vocab.types import (
    Accept,
    Announce,
    Create,
    Delete,
    Lock,
    QuoteAuthorization,
    QuoteRequest,
    Reject,
    Undo,
    Update,
)
from vocab.types import Post as Said

handlers = Handlers()


@handlers.on(Create, Said)
def made(unit: Unit, act: Act[Create, Object]) -> None:
    """Somebody writes a post; kept if it is ours or concerns us, and never twice."""
    post = act.object
    if post.id is None:
        raise Refused("E_ID", f"{act.activity.id} makes something without an id")
    if rules.is_vote(name=post.name, content=post.content, in_reply_to=post.in_reply_to):
        polls.answered(unit, act)
        return
    if queries.stored(unit.db, post.id) is not None:
        return
    if act.asked:
        fetched.keep(unit, post)
        return
    place = standing.of(unit, act)
    if place is None:
        return
    row = _row(unit, act) | {"reach": place.reach.value, "thread": place.thread}
    queries.add(unit, row, place.named)
    tagging.tag(unit, post.id, hashtags.words(row["hashtags"]))
    groups.submitted(unit, act, place.reach)
    polls.keep(unit, post.id, post)
    if row["quote"]:
        quotes.look(unit, post.id)
    fetched.look_up(unit, post)


@handlers.on(Update, Said)
def changed(unit: Unit, act: Act[Update, Object]) -> None:
    """The author changes a post; whom it answers and what it is stays, and nobody new sees it.

    Raises:
        Refused: E_OWNER, E_TYPE, E_REPLY_MOVED, E_AUDIENCE_WIDENED.
    """
    before = _own(unit, act)
    if before is None:
        _made_late(unit, act)
        return
    is_edit = not _is_old(act.object, before)
    polls.heard(unit, before, act.object, is_edit=is_edit)
    quotes.heard(unit, before, act.object)
    if not is_edit:
        return
    if keeping.type_of(act.object) != before.type:
        raise Refused("E_TYPE", f"{before.id} is a {before.type}")
    if act.object.in_reply_to not in (None, before.in_reply_to):
        raise Refused("E_REPLY_MOVED", f"{before.id} answered {before.in_reply_to}")
    narrowed = standing.narrowed(unit, act, before)
    row = _row(unit, act)
    values = {name: row[name] for name in keeping.CHANGED}
    if act.object.updated is None and not _is_other(before, {**values, **narrowed}):
        return
    values |= {"updated": act.object.updated or unit.now}
    recipients = narrowed.pop("recipients", None)
    queries.change(unit, before.id, recipients, **values, **narrowed)
    tagging.tag(unit, before.id, hashtags.words(row["hashtags"]))
    groups.changed(unit, act, before)


@handlers.on(Delete, Said)
def deleted(unit: Unit, act: Act[Delete, Object]) -> None:
    """The author deletes a post: its words go, and it cannot come again.

    Raises:
        Refused: E_OWNER.
    """
    before = _own(unit, act)
    if before is not None:
        leaving.empty(unit, [before.id])
        groups.changed(unit, act, before)


@handlers.on(Announce, Said)
def announced(unit: Unit, act: Act[Announce, Object]) -> None:
    """Somebody shares a post: it counts, and one from elsewhere is kept if we follow who shares.

    Raises:
        Wanted: nobody here has met its author.
    """
    if groups.show(unit, act.actor, act.object):
        return
    if act.object.kind is None and _is_news(unit, act):
        fetched.keep(unit, act.object)
    reactions.shared(unit, act)


@handlers.on(Announce, Create, Said)
@handlers.on(Announce, Update, Said)
def handed_on(unit: Unit, act: Act[Announce, Activity]) -> None:
    """A group hands on what was written or changed in it; the post is as its own server shows it.

    Raises:
        Wanted: nobody here has met its author.
    """
    news, thing = groups.handed_on(unit, act), act.object.object
    author = unit.account(id_of(act.object.actor) or "")
    if news is not None and author is not None and isinstance(thing, Object):
        changed(unit, Act(activity=news, object=thing, actor=author, document=act.document))


handlers.on(Announce, Delete)(groups.taken_out)
handlers.on(Announce, Lock)(groups.locked)
handlers.on(Announce, Undo, Lock)(groups.locked)


handlers.on(Accept, QuoteRequest)(quotes.accepted)
handlers.on(Reject, QuoteRequest)(quotes.rejected)
handlers.on(Delete, QuoteAuthorization)(quotes.revoked)
handlers.on(QuoteRequest, Said)(quotes.requested)


def gone(unit: Unit, event: Gone) -> None:
    """Nothing stays of what somebody wrote who is gone."""
    stamps.remove_of(unit, event.account)
    leaving.empty(unit, [post.id for post in queries.of_owner(unit.db, event.account)])


subscribers = ((Gone, gone),)


def _made_late(unit: Unit, act: Act[Update, Object]) -> None:
    """Take a change that overtook what it changes for that: letters come in any order."""
    id = act.object.id
    is_new = id is not None and not unit.ours(id) and queries.stored(unit.db, id) is None
    if is_new:
        news = Create(**vars(act.activity))
        made(unit, Act(activity=news, object=act.object, actor=act.actor, document=act.document))


def _is_news(unit: Unit, act: Act[Announce, Object]) -> bool:
    """Whether somebody here asked for what this actor shares, and it is not here."""
    if unit.ours(act.object.id or "") or act.actor.local:
        return False
    return groups.follows_from_here(unit, act.actor.id)


def _row(unit: Unit, act: Act[Any, Object]) -> dict[str, Any]:
    to, cc = standing.addresses(act)
    return keeping.row(act.object, act.actor, to, cc, unit.now)


def _own(unit: Unit, act: Act[Any, Object]) -> Post | None:
    """The stored post, if it is the actor's; None if there is none (any more)."""
    before = queries.stored(unit.db, act.object.id or "")
    if before is None or before.deleted is not None:
        return None
    if before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {before.id} of {before.owner}")
    return before


def _is_other(before: Post, values: Mapping[str, Any]) -> bool:
    """Whether a change without a time changes anything: numbers of a poll come so, too."""
    shown = {*keeping.CHANGED, "reach"} - {"words"}
    return any(getattr(before, name) != values[name] for name in shown & values.keys())


def _is_old(now: Object, before: Post) -> bool:
    """Whether a change is older than what we have; one without a time counts as new."""
    return now.updated is not None and now.updated <= (before.updated or before.published)
