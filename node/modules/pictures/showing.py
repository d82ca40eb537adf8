"""What actors of ours show of themselves: a face, the community's header, its own emoji."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, update

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.pictures import queries
from node.modules.pictures.keeping import put
from node.modules.pictures.rules import Use
from node.modules.pictures.tables import Picture
from node.modules.pictures.workshop import Drawn, Size
from vocab.types import Emoji, Image
from web.language import mark

FACE: Final = (
    Size(side=400, format="JPEG", shape="square"),
    Size(side=160, shape="square"),
)
HEADER: Final = (Size(side=1500, format="JPEG"), Size(side=500))
EMOJI: Final = (Size(side=128, format="PNG"), Size(side=128))
SIZES: Final = {Use.FACE: FACE, Use.HEADER: HEADER, Use.EMOJI: EMOJI}
MOST: Final = 50
"""Emoji of a community's own."""


def change(unit: Unit, who: str, use: Use, drawn: Drawn | None) -> None:
    """Give an actor of ours another face or header, or none, and let its followers know.

    Raises:
        Missing: it is none of ours.
    """
    one = unit.account(who)
    if one is None or not one.local:
        raise Missing(detail=who)
    queries.remove(unit, queries.of_owner(unit.db, who, use))
    slug = put(unit, who, drawn, use) if drawn is not None else None
    kept = queries.one(unit.db, slug) if slug else None
    if use == Use.FACE:
        path = kept.thumb if kept else None
        unit.db.execute(update(account).where(account.c.id == who).values(face=path))
    if who == unit.community.id:
        _brand(unit, use, kept)
    accounts.tell_changed(unit, unit.account(who) or one, name=one.name)


def _brand(unit: Unit, use: Use, kept: Picture | None) -> None:
    """Put the community's pictures where every page finds them."""
    if use == Use.FACE:
        now = replace(unit.community, face=kept.thumb if kept else "")
    else:
        now = replace(unit.community, header=kept.path if kept else "")
    unit.set("community", now.row())


def on_actor(db: Connection, who: Account, _now: datetime) -> Mapping[str, Any]:
    """The pictures of an actor as it travels (hook `actor`)."""
    if who.face is None and who.kind != "Community":
        return {}
    origin = "/".join(who.id.split("/", 3)[:3])
    found = {one.use: one for one in queries.of_owner(db, who.id) if one.use in SIZES}
    shown = {"icon": found.get(Use.FACE), "image": found.get(Use.HEADER)}
    return {name: _image(one, origin) for name, one in shown.items() if one is not None}


def _image(one: Picture, origin: str, name: str | None = None) -> Image:
    return Image(
        url=origin + one.path, media_type=one.media, name=name, width=one.width, height=one.height
    )


# Emoji --------------------------------------------------------------------------------------


def add_emoji(unit: Unit, name: str, drawn: Drawn) -> None:
    """Let a word between colons stand for a picture, from now on.

    Raises:
        Conflict: there are enough.
        Invalid: the word is taken (field `name`).
    """
    mine = emoji(unit.db, unit.community.id)
    if len(mine) >= MOST:
        words = mark("There are fifty already. Remove one that nobody uses.")
        raise Conflict("E_EMOJI", safe=words)
    if any(one.description == name for one in mine):
        raise Invalid({"name": mark("There is one of this name already.")})
    slug = put(unit, unit.community.id, drawn, Use.EMOJI)
    queries.change(unit, slug, {"description": name})


def remove(unit: Unit, slug: str) -> None:
    """Take an emoji of the community's away; where it stood, its word stands."""
    queries.remove(unit, [o for o in emoji(unit.db, unit.community.id) if o.slug == slug])


def emoji(db: Connection, community: str) -> list[Picture]:
    """The community's own emoji; `description` is the word, without colons."""
    return queries.of_owner(db, community, Use.EMOJI)


def tags(db: Connection, origin: str, community: str, text: str) -> tuple[Emoji, ...]:
    """The emoji that a text names, as they travel with it (FEP-9098)."""
    if text.count(":") < 2:
        return ()
    return tuple(
        Emoji(name=f":{one.description}:", icon=_image(one, origin), updated=one.at)
        for one in emoji(db, community)
        if f":{one.description}:" in text
    )
