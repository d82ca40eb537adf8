"""What units do about pictures of ours: keep one, let it stand in a thing, take it away."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection

from node.kernel.errors import Refused
from node.kernel.unit import Unit
from node.modules.pictures import queries
from node.modules.pictures.rules import FOCUS, Use
from node.modules.pictures.tables import Picture
from node.modules.pictures.workshop import Drawn, Size
from vocab.types import Document
from vocab.values import dataclass
from web.language import mark

SHOWN: Final = (Size(side=1600, format="JPEG", clear="WEBP"), Size(side=400))
"""A picture in a post or notice: JPEG, which every server shows, and a small one for lists."""
MOST_WAITING: Final = 40


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A picture for a thing that is being written, with what is said about it."""

    slug: str
    words: str = ""
    focus: str = ""
    """Of `rules.FOCUS`."""


def put(unit: Unit, owner: str, drawn: Drawn, use: Use, about: str | None = None) -> str:
    """Keep a picture that somebody brought; its slug.

    Raises:
        Refused: too many of theirs wait for a form to be sent.
    """
    if use == Use.WAITING and queries.waiting(unit.db, owner) >= MOST_WAITING:
        words = mark("You have brought many pictures and used none of them. Try again tomorrow.")
        raise Refused("E_PICTURES_WAITING", owner, safe=words)
    large, small = drawn.bodies
    hashes = [hashlib.sha256(one.body).digest() for one in drawn.bodies]
    new = Picture(
        slug=secrets.token_urlsafe(16),
        owner=owner,
        use=use,
        about=about,
        number=0,
        description="",
        width=large.width,
        height=large.height,
        blurhash=drawn.blurhash,
        large=hashes[0],
        small=hashes[1],
        media=large.media,
        at=unit.now,
    )
    queries.add(unit, new, dict(zip(hashes, (large.body, small.body), strict=True)))
    return new.slug


def documents(db: Connection, origin: str, chosen: Sequence[Chosen]) -> tuple[Document, ...]:
    """Pictures as they travel with a post or a notice (W8)."""
    kept = queries.several(db, [one.slug for one in chosen])
    return tuple(_document(kept[one.slug], origin, one) for one in chosen if one.slug in kept)


def _document(one: Picture, origin: str, chosen: Chosen) -> Document:
    return Document(
        url=origin + one.path,
        media_type=one.media,
        name=chosen.words or None,
        width=one.width,
        height=one.height,
        blurhash=one.blurhash or None,
        focal_point=list(FOCUS[chosen.focus]) if chosen.focus else None,
    )


def attach(unit: Unit, about: str, owner: str, chosen: Sequence[Chosen]) -> None:
    """Let these pictures stand in a thing; what stood in it before and is not among them goes."""
    before = queries.about(unit.db, [about]).get(about, [])
    wanted = {one.slug for one in chosen}
    queries.remove(unit, [one for one in before if one.slug not in wanted])
    for number, one in enumerate(chosen):
        place = {"use": Use.SHOWN, "about": about, "number": number}
        said = {"description": one.words, "focus": one.focus}
        queries.change(unit, one.slug, {**place, **said, "owner": owner})


def remove_about(unit: Unit, ids: Collection[str]) -> None:
    """Remove the pictures of things that are deleted."""
    found = queries.about(unit.db, ids)
    queries.remove(unit, [one for several in found.values() for one in several])
