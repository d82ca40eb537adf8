"""What posts put on the first page, and on the page for visitors."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from node.kernel.access import ANONYMOUS, Viewer
from node.modules.notes import queries, stamps
from node.modules.notes.queries import Post
from node.modules.notes.rules import Consent
from node.modules.reactions.api import Reactions
from vocab import html
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

FEW: Final = 6
RECENT: Final = timedelta(days=7)


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What people wrote this week, and the way to write."""
    if not viewer.is_member:
        return []
    found = await node.read(queries.feed, viewer, None, FEW)
    spoken = speak(node, viewer)
    recent = [one for one in found if node.now() - one.published < RECENT]
    touched = await node.read(queries.touched, viewer.id or "", node.now() - RECENT)
    _ = spoken.say
    more = _("Read the rest, or write a few words yourself")
    write = Card(title=_("What people write"), href="/notes", text=more, icon="talk", order=90)
    said = (_told(one, found, spoken) for one, found in touched[:FEW])
    return [*(_card(one, spoken, viewer.id) for one in recent), *said, write]


def _told(one: Post, found: Reactions, spoken: Voice) -> Card:
    """How many people liked or shared a post of the member's; not who."""
    many = spoken.many
    people = found.likes + sum(each.count for each in found.emoji)
    kicks = (
        many("One person likes this", "%(num)s people like this", people) if people else "",
        many("shared once", "shared %(num)s times", found.shares) if found.shares else "",
    )
    kick = " · ".join(filter(None, kicks))
    title = opening(one) or spoken.say("A post")
    return Card(title=title, href=one.path, kick=kick, icon="heart", order=70, language=one.lang)


def _card(one: Post, spoken: Voice, reader: str | None = None) -> Card:
    _, name = spoken.say, one.author.label
    to_reader = reader in (*one.to, *(each["href"] for each in one.mentions))
    kick = _("%(name)s wrote to you", name=name) if to_reader else _("%(name)s wrote", name=name)
    return Card(
        title=opening(one) or _("A post"),
        href=one.path,
        kick=kick,
        icon="talk",
        order=60,
        language=one.lang,
    )


def opening(one: Post) -> str:
    """The first words of a post: its title, its warning, or how it begins."""
    return one.title or one.summary or html.line(one.content, 140)


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Who asks to show a post of the member's in theirs."""
    if not viewer.is_member:
        return []
    mine = [one for one in (viewer.id, node.community.id if viewer.is_admin else None) if one]
    asked = await node.read(stamps.of_owner, mine, Consent.ASKED)
    spoken = speak(node, viewer)
    words = spoken.many(
        "Somebody asks to show a post of yours",
        "%(num)d people ask to show a post of yours",
        len(asked),
    )
    act = spoken.say("Answer")
    return [Card(title=words, href="/notes/quotes", icon="talk", act=act)] if asked else []


async def public(node: "Node", viewer: Viewer) -> list[Card]:
    """What was written here for everybody."""
    found = await node.read(queries.public, ANONYMOUS)
    spoken = speak(node, viewer)
    return [_card(one, spoken) for one in found]
