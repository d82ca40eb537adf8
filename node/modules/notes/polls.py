"""Questions for views (FEP-9967): advisory, ours and others', and never a vote of the community.

What people answer is counted, not kept: a salted hash remembers that somebody answered, until
the end. The numbers of others' polls are what their own server says.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from federation.origins import same_origin
from node.kernel.access import Viewer
from node.kernel.act import Act
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.notes import public, queries, rules, tallies
from node.modules.notes.objects import AdvisoryPoll
from node.modules.notes.queries import Post
from node.modules.notes.tallies import Poll
from vocab.model import Object
from vocab.types import Create, Note, Question, Tombstone
from web.language import mark

NEWS_AFTER = timedelta(minutes=3)
"""How long answers gather before their numbers go out."""
ASK_AFTER = timedelta(minutes=5)
"""How long after the end of another's poll its numbers are asked for."""
OVER = mark("This is over. No more answers are counted.")


# What comes with a post ---------------------------------------------------------------------


def keep(unit: Unit, id: str, asked: Object) -> None:
    """Keep what a new post asks; nothing if it asks nothing."""
    if isinstance(asked, Question) and (options := rules.options_of(asked)):
        ours = unit.ours(id)
        if ours:
            options = [replace(one, count=0) for one in options]
        ends = rules.end_of(asked)
        tallies.add(unit, id, options, several=bool(asked.any_of), ends=ends,
                    voters=0 if ours else rules.voters_of(asked),
                    advises=_advised(id, asked))  # fmt: skip
        if ours and ends is not None:
            unit.later("notes.end_poll", due=ends, once=f"notes.end_poll {id}"[:255], poll=id)


def _advised(id: str, asked: Question) -> str | None:
    """The proposal that a poll is about, if both are of one server: on another's nobody asks."""
    about = asked.advises if isinstance(asked, AdvisoryPoll) else None
    return about if about and same_origin(about, id) else None


def heard(unit: Unit, before: Post, now: Object, *, is_edit: bool) -> None:
    """Take over what the author's server says of its poll; other answers only by an edit.

    Numbers of ours are our own, whatever a letter says.
    """
    known = tallies.one(unit.db, before.id)
    if known is None or before.local or not isinstance(now, Question):
        return
    if before.updated and now.updated and now.updated < before.updated:
        return
    options = rules.options_of(now)
    same = {one.name for one in options} == set(known.names) and known.several == bool(now.any_of)
    ends, voters = rules.end_of(now), rules.voters_of(now)
    if same:
        counts = {one.name: one.count for one in options}
        tallies.set_counts(unit, before.id, counts, ends=ends, voters=voters)
    elif is_edit and options:
        several = bool(now.any_of)
        tallies.add(unit, before.id, options, several=several, ends=ends, voters=voters,
                    advises=known.advises)  # fmt: skip


# An answer ----------------------------------------------------------------------------------


def answered(unit: Unit, act: Act[Create, Object]) -> None:
    """Somebody answers a poll: counted once, if it is ours; of ours elsewhere it is remembered.

    Raises:
        Refused: E_POLL, there is no such poll for them; E_POLL_OVER; E_OPTION; E_BLOCKED.
    """
    name, id = act.object.name or "", act.object.in_reply_to or ""
    asked = _open(unit, id, act.actor)
    if name not in asked.names:
        raise Refused("E_OPTION", f"{id} has no such answer")
    new_voter = tallies.remember(unit, asked, act.actor.id)
    new = tallies.remember(unit, asked, act.actor.id, name) if asked.several else new_voter
    if unit.ours(id) and new:
        tallies.count(unit, id, name, new_voter=new_voter)
        news = f"notes.poll_news {id}"[:255]
        unit.later("notes.poll_news", due=unit.now + NEWS_AFTER, once=news, poll=id)


def _open(unit: Unit, id: str, voter: Account) -> Poll:
    """The poll that somebody answers: ours, or for our members another's."""
    kept, asked = queries.stored(unit.db, id), tallies.one(unit.db, id)
    if kept is None or asked is None or kept.deleted or not (kept.local or voter.local):
        raise Refused("E_POLL", f"{id} is no poll here")
    if not voter.local:
        shown = unit.registry.document(unit.db, id, Viewer(account=voter))
        if shown is None or isinstance(shown, Tombstone):
            raise Refused("E_POLL", f"{id} is not for {voter.id}")
    if unit.registry.blocks(unit.db, kept.owner, voter.id):
        raise Refused("E_BLOCKED", kept.owner)
    if asked.is_over(unit.now):
        raise Refused("E_POLL_OVER", id)
    return asked


def on(db: Connection, proposal: str, viewer: Viewer) -> list[tuple[Post, Poll]]:
    """The polls on a proposal that a viewer may see, with how they stand; the newest first."""
    posts = [queries.by_id(db, id, viewer) for id in tallies.about(db, proposal)]
    there = [one for one in posts if one is not None and one.deleted is None]
    held = tallies.of(db, [one.id for one in there], viewer.id)
    newest = sorted(there, key=lambda one: one.published, reverse=True)
    return [(one, held[one.id]) for one in newest]


def is_asked(db: Connection, proposal: str, now: datetime) -> bool:
    """Whether a poll on a proposal of ours is open."""
    # every reach: these are for everybody
    posts = [queries.stored(db, id) for id in tallies.about(db, proposal)]
    there = [one.id for one in posts if one is not None and one.deleted is None]
    return any(not one.is_over(now) for one in tallies.of(db, there).values())


def answer(unit: Unit, viewer: Viewer, slug: str, names: Sequence[str]) -> None:
    """Answer a poll as a member; its author's server is told, nobody else.

    Raises:
        Missing: there is no such poll for the viewer.
        Invalid: nothing was chosen, or too much (field `choice`); it was answered; it is over.
    """
    kept = queries.by_slug(unit.db, slug, viewer)
    asked = tallies.one(unit.db, kept.id, viewer.id) if kept and not kept.deleted else None
    if kept is None or asked is None or viewer.account is None or not viewer.is_member:
        raise Missing(detail=slug)
    if asked.is_over(unit.now):
        raise Invalid({"choice": OVER}, "E_POLL_OVER")
    if asked.answered:
        raise Invalid({"choice": mark("You have answered this already.")}, "E_ANSWERED")
    if not names or not set(names) <= set(asked.names) or (len(names) > 1 and not asked.several):
        raise Invalid({"choice": mark("Choose what you think.")}, "E_OPTION")
    for name in dict.fromkeys(names):
        _send(unit, viewer.account, kept, name)
    if not kept.local and asked.ends is not None:
        due, once = asked.ends + ASK_AFTER, f"notes.ask_poll {kept.id}"[:255]
        unit.later("notes.ask_poll", due=due, once=once, poll=kept.id)


def _send(unit: Unit, who: Account, kept: Post, name: str) -> None:
    """One answer as others count it: a Note with a name and no words (FEP-9967)."""
    to = () if kept.local else (kept.owner,)
    # no published: PieFed knows an answer by its having none
    said = Note(id=unit.id("o"), attributed_to=who.id, in_reply_to=kept.id, name=name, to=to,
                handling=public.RECIPIENTS_ONLY)  # fmt: skip
    done = Create(id=unit.id("a"), actor=who.id, object=said, to=to, published=unit.now,
                  handling=public.RECIPIENTS_ONLY)  # fmt: skip
    unit.perform(done, who)


# Our own, told and ended --------------------------------------------------------------------


def tell(unit: Unit, id: str) -> None:
    """Let those who have a poll of ours know its numbers."""
    tallies.tell(unit, id)
    public.tell(unit, id)


def end(unit: Unit, id: str) -> None:
    """End a poll of ours: tell its numbers, and forget that anybody answered."""
    asked = tallies.one(unit.db, id)
    if asked is not None and asked.is_over(unit.now):
        tell(unit, id)
        tallies.forget_answers(unit, id)
