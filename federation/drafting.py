"""What a member's program asks for, made into an activity that we can carry out.

Ids, owners and times are ours to give; what the member may not speak of is refused. Only
what a member's own page could do is open to programs: posts, follows, and answers to follows.

Source: ActivityPub section 6.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from federation import queries
from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from vocab import html, wire
from vocab.model import Activity, Object, id_of
from vocab.types import (
    Accept,
    Article,
    Create,
    Delete,
    Follow,
    Note,
    Reject,
    Tombstone,
    Undo,
    Update,
)

POSTS: tuple[type[Object], ...] = (Note, Article)
"""What programs may create; a module's own classes are made on its pages."""

KEPT = frozenset({"id", "attributed_to", "published", "to", "cc", "bto", "bcc", "url"})
"""What an Update leaves as it was."""

Draft = tuple[Activity, Object | None]
"""The activity to perform, and its object if that is not the activity's own."""


def asked_by(value: Object, member: Account) -> Activity:
    """What a member's program asks for, as an activity; a bare object is to be created.

    Raises:
        Refused: E_ACTOR, it speaks as somebody else.
    """
    asked = value if isinstance(value, Activity) else Create(object=value)
    if asked.actor is not None and id_of(asked.actor) != member.id:
        raise Refused("E_ACTOR", f"{member.id} speaks as {id_of(asked.actor)}")
    return asked


def draft(unit: Unit, asked: Activity, member: Account) -> Draft:
    """Make what was asked ready to be performed.

    Raises:
        Refused: E_OWNER, E_UNSUPPORTED, E_OBJECT, E_NOT_ADDRESSED.
        Missing: its object is not here.
    """
    make = _MAKERS.get(type(asked))
    if make is None:
        raise Refused("E_UNSUPPORTED", f"{asked.type} is not open to programs")
    whole = replace(asked, id=unit.id("a"), actor=member.id, published=unit.now, updated=None)
    return make(unit, whole, member)


def _create(unit: Unit, activity: Activity, member: Account) -> Draft:
    given = activity.object
    if type(given) not in POSTS or not isinstance(given, Object):
        raise Refused("E_UNSUPPORTED", f"a {type(given).__name__} is not made by programs")
    if given.attributed_to is not None and id_of(given.attributed_to) != member.id:
        raise Refused("E_OWNER", f"{member.id} writes for {id_of(given.attributed_to)}")
    if not given.content and not given.name:
        raise Refused("E_OBJECT", "there is nothing in it")
    to, cc = _joined(activity.to, given.to), _joined(activity.cc, given.cc)
    bto, bcc = _joined(activity.bto, given.bto), _joined(activity.bcc, given.bcc)
    if (bto or bcc) and not (to or cc):
        to = (member.id,)  # a letter needs an addressee that may be seen
    id = unit.id("o")
    made = replace(
        _cleaned(given),
        id=id,
        url=f"{unit.origin}/n/{id.rpartition('/')[2]}",
        attributed_to=member.id,
        published=unit.now,
        updated=None,
        **_audience(to, cc),
    )
    group = activity.audience or given.audience
    thing = replace(made, audience=group)
    whole = replace(activity, object=thing, to=to, cc=cc, bto=bto, bcc=bcc, audience=group)
    return whole, None


def _update(unit: Unit, activity: Activity, member: Account) -> Draft:
    given = activity.object
    before = _own(unit, given, member)
    if type(given) is Object and "type" not in vars(given):
        given = type(before)(**vars(given))  # only what is to change (ActivityPub 6.3.1)
    if type(before) not in POSTS or type(given) is not type(before):
        raise Refused("E_UNSUPPORTED", f"a {type(before).__name__} is not changed by programs")
    said = {k: v for k, v in _cleaned(given).__dict__.items() if k not in KEPT}
    after = replace(before, **{**said, "updated": unit.now})
    whole = replace(activity, object=after, to=before.to, cc=before.cc, bto=(), bcc=())
    return whole, None


def _delete(unit: Unit, activity: Activity, member: Account) -> Draft:
    before = _own(unit, activity.object, member)
    if type(before) not in POSTS:
        raise Refused("E_UNSUPPORTED", f"a {type(before).__name__} is not deleted by programs")
    left = Tombstone(id=before.id, former_type=before.type, deleted=unit.now)
    whole = replace(activity, object=left, to=before.to, cc=before.cc, bto=(), bcc=())
    return whole, before


def _follow(unit: Unit, activity: Activity, member: Account) -> Draft:
    whom = id_of(activity.object)
    if not whom or unit.account(whom) is None:
        raise Missing(detail=f"{whom} is nobody we know")
    if whom == member.id:
        raise Refused("E_OBJECT", "nobody follows themselves")
    return replace(activity, object=whom, **_audience((whom,), ())), None


def _undo(unit: Unit, activity: Activity, member: Account) -> Draft:
    row = queries.sent(unit.db, id_of(activity.object) or "")
    if row is None or row.body is None or row.actor != member.id:
        raise Missing(detail=f"{id_of(activity.object)} is no act of {member.id}")
    done = wire.load(json.loads(row.body), unit.registry.types)
    if not isinstance(done, Follow):
        raise Refused("E_UNSUPPORTED", f"a {done.type} is not undone by programs")
    return replace(activity, object=done, **_audience(done.to, done.cc)), None


def _answer(unit: Unit, activity: Activity, member: Account) -> Draft:
    row = queries.came(unit.db, id_of(activity.object) or "")
    if row is None or row.body is None:
        raise Missing(detail=f"{id_of(activity.object)} did not come here")
    put = wire.load(json.loads(row.body), unit.registry.types)
    if not isinstance(put, Follow):
        raise Refused("E_UNSUPPORTED", f"a {put.type} is not answered by programs")
    if id_of(put.object) != member.id:
        raise Refused("E_NOT_ADDRESSED", f"{put.id} was not put to {member.id}")
    return replace(activity, object=put, **_audience((row.actor,), ())), None


_MAKERS: Mapping[type[Activity], Callable[[Unit, Activity, Account], Draft]] = {
    Create: _create,
    Update: _update,
    Delete: _delete,
    Follow: _follow,
    Undo: _undo,
    Accept: _answer,
    Reject: _answer,
}


def _own(unit: Unit, given: Object | str | None, member: Account) -> Object:
    """A thing of the member's as it is now; what is not theirs is not here."""
    id = id_of(given)
    found = unit.registry.document(unit.db, id, Viewer(account=member)) if id else None
    if found is None or id_of(found.attributed_to) != member.id:
        raise Missing(detail=f"{id} is nothing of {member.id}")
    return found


def _cleaned(given: Object | str | None) -> Any:
    """Only HTML that we would show ourselves."""
    if not isinstance(given, Object):
        raise Refused("E_OBJECT", "it is only named, not there")
    texts = {
        name: html.clean(held) or None
        for name, held in (("content", given.content), ("summary", given.summary))
        if held
    }
    made: Any = replace(given, **texts, proof=None)  # type: ignore[arg-type]
    if isinstance(made, Note) and made.summary:  # W5: there it is a warning, in plain words
        words = html.untagged(html.line(made.summary))
        made = replace(made, summary=words or None, sensitive=bool(words) or made.sensitive)
    return made


def _joined(*lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in lists for one in part))


def _audience(to: tuple[str, ...], cc: tuple[str, ...]) -> dict[str, Any]:
    return {"to": to, "cc": cc, "bto": (), "bcc": ()}
