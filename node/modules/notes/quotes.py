"""A post that shows another, with the consent of its author (FEP-044f).

A quote is shown only if the quoted post is of the same author, names the quoting one, or bears
a stamp of its author's own server. The stamp can be fetched, and taken back by its Delete.
"""

from collections.abc import Sequence

from federation.origins import same_origin
from federation.queries import forgotten
from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.notes import public, queries, rules, stamps, standing
from node.modules.notes.queries import Post
from node.modules.notes.rules import Consent
from node.modules.notes.stamps import Asked
from vocab import html
from vocab.model import Object, id_of
from vocab.policy import Leave, Verb
from vocab.types import Accept, Delete, QuoteAuthorization, QuoteRequest, Reject
from vocab.types import Post as Said

WAITING = 20
"""Requests of one account that nobody has answered yet."""
OF_HOST = 100
"""And of all accounts of its server."""


# Others', and ours, as they come ------------------------------------------------------------


def look(unit: Unit, id: str) -> None:
    """See whether a post may show what it quotes; ask its author's server, if that can tell."""
    post = queries.stored(unit.db, id)
    if post is None or post.quote is None or post.consent is not None:
        return
    quoted = queries.stored(unit.db, post.quote)
    if quoted is not None and is_free(post, quoted):
        _settle(unit, post, Consent.GIVEN)
    elif quoted is not None and quoted.local:
        asked = stamps.about(unit.db, quoted.id, post.id)
        if asked is not None and asked.state == Consent.GIVEN and asked.id == post.stamp:
            _settle(unit, post, Consent.GIVEN)
    elif not post.local and (post.stamp or same_origin(post.quote, post.id)):
        unit.later("notes.check_quote", once=_checking(id), post=id)


def _checking(id: str) -> str:
    return f"notes.check_quote {id}"[:255]


def is_free(post: Post, quoted: Post) -> bool:
    """Whether a quote needs no stamp: one's own post, or one in which one is named."""
    return post.owner == quoted.owner or any(one["href"] == post.owner for one in quoted.mentions)


def heard(unit: Unit, before: Post, now: Object) -> None:
    """Take over what an author says of a quote; a stamp comes without a newer time."""
    older = before.updated and now.updated and now.updated < before.updated
    if before.local or older or not isinstance(now, Said):
        return
    quote, stamp = rules.quoted_by(now), now.quote_authorization
    if (quote, stamp) != (before.quote, before.stamp):
        queries.change(unit, before.id, None, quote=quote, stamp=stamp, consent=None)
        look(unit, before.id)


def checked(unit: Unit, id: str, stamp: QuoteAuthorization | None) -> None:
    """Believe a stamp that its own server showed; nothing if it says something else.

    Args:
        unit: the unit.
        id: of the post that quotes.
        stamp: as fetched; None where it needs none.
    """
    post = queries.stored(unit.db, id)
    quoted = queries.stored(unit.db, post.quote or "") if post else None
    if post is None or quoted is None or post.consent is not None:
        return
    if is_free(post, quoted) or (stamp is not None and _is_for(unit, stamp, post, quoted)):
        _settle(unit, post, Consent.GIVEN)


def _is_for(unit: Unit, stamp: QuoteAuthorization, post: Post, quoted: Post) -> bool:
    id = stamp.id or ""
    return (
        id == post.stamp
        and same_origin(id, quoted.owner)
        and id_of(stamp.attributed_to) == quoted.owner
        and stamp.interacting_object == post.id
        and stamp.interaction_target == quoted.id
        and not forgotten(unit.db, quoted.owner, [id])
    )


def _settle(unit: Unit, post: Post, consent: Consent, stamp: str | None = None) -> None:
    values = {"consent": consent.value} | ({"stamp": stamp} if stamp else {})
    queries.change(unit, post.id, None, **values)


# Somebody asks ------------------------------------------------------------------------------


def requested(unit: Unit, act: Act[QuoteRequest, Object]) -> None:
    """Somebody asks to show a post: of ours it is answered as its author has chosen.

    Raises:
        Refused: E_OWNER, the post that quotes is not the asking one's; E_QUOTE; E_TOO_MANY.
    """
    quoted = queries.stored(unit.db, act.object.id or "")
    if quoted is None or not quoted.local or quoted.deleted or quoted.reach != Reach.PUBLIC:
        return
    post = _instrument(act, quoted.id)
    asked = stamps.about(unit.db, quoted.id, post) or _new(unit, act, quoted, post)
    leave = standing.allowed(unit.db, act.actor, quoted.owner, quoted.policy, Verb.QUOTE)
    if unit.registry.blocks(unit.db, quoted.owner, act.actor.id):
        leave = Leave.NO
    if asked.state == Consent.ASKED and leave is not Leave.ASK:
        answer(unit, asked, yes=leave is Leave.YES)
    elif asked.state != Consent.ASKED:
        _send_answer(unit, asked, yes=asked.state == Consent.GIVEN)


def _instrument(act: Act[QuoteRequest, Object], quoted: str) -> str:
    """The id of the post that would quote; it must be of who asks."""
    given = act.activity.instrument
    id = id_of(given)
    if id is None or not same_origin(id, act.actor.id):
        raise Refused("E_OWNER", f"{act.actor.id} asks for {id}")
    if isinstance(given, Object):
        if id_of(given.attributed_to) not in (None, act.actor.id):
            raise Refused("E_OWNER", f"{id} is of {id_of(given.attributed_to)}")
        if rules.quoted_by(given) not in (None, quoted):
            raise Refused("E_QUOTE", f"{id} quotes {rules.quoted_by(given)}")
    return id


def _new(unit: Unit, act: Act[QuoteRequest, Object], quoted: Post, post: str) -> Asked:
    own, of_host = stamps.waiting_of(unit.db, act.actor)
    if own >= WAITING or of_host >= OF_HOST:
        raise Refused(
            "E_TOO_MANY", f"{act.actor.id} waits for {own} answers, its server for {of_host}"
        )
    given = act.activity.instrument
    said = given.content if isinstance(given, Object) else None
    words = html.line(rules.without_link((said or "")[: html.SIZE]), 500)
    row = {
        "id": unit.id("o"), "note": quoted.id, "post": post, "actor": act.actor.id,
        "request": act.activity.id, "words": words, "state": Consent.ASKED.value,
    }  # fmt: skip
    stamps.add(unit, row)
    kept = stamps.about(unit.db, quoted.id, post)
    assert kept is not None, "it was just written"
    return kept


def answer(unit: Unit, asked: Asked, *, yes: bool) -> None:
    """Say yes or no to who asks, as the author of the quoted post."""
    stamps.settle(unit, asked.id, Consent.GIVEN if yes else Consent.REFUSED)
    _send_answer(unit, asked, yes=yes)


def _send_answer(unit: Unit, asked: Asked, *, yes: bool) -> None:
    author = unit.account(asked.owner)
    assert author is not None, "a post has an author"
    to = () if asked.actor.local else (asked.actor.id,)
    request = QuoteRequest(id=asked.request, actor=asked.actor.id, object=asked.note,
                           instrument=asked.post)  # fmt: skip
    cls, result = (Accept, asked.id) if yes else (Reject, None)
    said = cls(id=unit.id("a"), actor=author.id, object=request, result=result, to=to,
               published=unit.now)  # fmt: skip
    unit.perform(said, author, request)


def withdraw(unit: Unit, asked: Asked) -> None:
    """Take a stamp back: who has it, and who follows the author, is told (FEP-044f)."""
    author = unit.account(asked.owner)
    assert author is not None, "a post has an author"
    to = () if asked.actor.local else (asked.actor.id,)
    cc = (author.followers,) if author.followers else ()
    done = Delete(id=unit.id("a"), actor=author.id, object=asked.id, to=to, cc=cc,
                  published=unit.now)  # fmt: skip
    stamp = QuoteAuthorization(id=asked.id, attributed_to=author.id)
    unit.perform(done, author, stamp)


# What we asked ------------------------------------------------------------------------------


def ask(unit: Unit, said: Object) -> None:
    """Ask the author of what a new post of ours quotes, if they have to be asked."""
    post = queries.stored(unit.db, said.id or "")
    quoted = queries.stored(unit.db, post.quote) if post and post.quote else None
    if post is None or quoted is None or post.consent is not None:
        return
    _settle(unit, post, Consent.ASKED)
    to = () if quoted.local else (quoted.owner,)
    request = QuoteRequest(id=unit.id("a"), actor=post.owner, object=quoted.id, instrument=said,
                           to=to, published=unit.now)  # fmt: skip
    unit.perform(request, post.author, public.value(unit.db, quoted))


def accepted(unit: Unit, act: Act[Accept, QuoteRequest]) -> None:
    """The author of a quoted post agrees, with a stamp of their own server.

    Raises:
        Refused: E_OWNER, E_RESULT_OWNER.
    """
    post = _ours(unit, act)
    if post is None:
        return
    stamp = id_of(act.activity.result)
    if stamp is None or not same_origin(stamp, act.actor.id):
        raise Refused("E_RESULT_OWNER", f"{stamp} is no stamp of {act.actor.id}")
    if post.stamp != stamp and not forgotten(unit.db, act.actor.id, [stamp]):
        _settle(unit, post, Consent.GIVEN, stamp)
        public.tell(unit, post.id)


def rejected(unit: Unit, act: Act[Reject, QuoteRequest]) -> None:
    """The author of a quoted post does not agree.

    Raises:
        Refused: E_OWNER.
    """
    post = _ours(unit, act)
    if post is not None and post.consent != Consent.REFUSED:
        queries.change(unit, post.id, None, stamp=None, consent=Consent.REFUSED.value)
        public.tell(unit, post.id)


def _ours(unit: Unit, act: Act[Accept | Reject, QuoteRequest]) -> Post | None:
    """The post of ours that an answer is about, if its author was the one to ask."""
    post = queries.stored(unit.db, id_of(act.object.instrument) or "")
    if post is None or not post.local or post.deleted or post.quote != id_of(act.object.object):
        return None
    quoted = queries.stored(unit.db, post.quote or "")
    if quoted is None or quoted.owner != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} answers for {post.quote}")
    return post


def revoked(unit: Unit, act: Act[Delete, QuoteAuthorization]) -> None:
    """The author of a quoted post takes a stamp back; whose it was is known by now."""
    id = act.object.id or ""
    asked = stamps.by_id(unit.db, id)
    if asked is not None:
        stamps.settle(unit, id, Consent.WITHDRAWN)
    for post in stamps.stamped(unit.db, id):
        queries.change(unit, post, None, stamp=None, consent=Consent.REFUSED.value)
        public.tell(unit, post)


def decide(unit: Unit, owners: Sequence[str], id: str, said: str) -> None:
    """A member says yes or no to somebody who asked, or takes a stamp back.

    Raises:
        Missing: nobody asked for a post of theirs.
    """
    asked = stamps.by_id(unit.db, id)
    if asked is None or asked.owner not in owners:
        raise Missing(detail=id)
    if said == "withdraw" and asked.state == Consent.GIVEN:
        withdraw(unit, asked)
    elif said in ("yes", "no") and asked.state == Consent.ASKED:
        answer(unit, asked, yes=said == "yes")
