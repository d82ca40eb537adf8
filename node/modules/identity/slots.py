"""What identity puts on the first pages: who moved, and that one has moved oneself."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.kernel.node import find_account
from node.modules.identity import pages_returned, queries
from web.links import page_of
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Somebody whom one follows lives elsewhere now; or one does so oneself."""
    if not viewer.is_member or viewer.account is None:
        return []
    _ = speak(node, viewer).say
    found = [
        Card(
            title=_("%(name)s has moved", name=one.old.label),
            href="/me/moved",
            text=_("They write from %(address)s now.", address=one.new.address),
            icon="nodes",
            act=_("Follow them there?"),
            about=one.old.label,
            by=one.at,
            order=45,
        )
        for one in await node.read(queries.told, viewer.account.id)
    ]
    if viewer.account.moved:
        found += _own(viewer, _("You have moved"))
    return [*await pages_returned.waiting(node, viewer), *found]


def _own(viewer: Viewer, title: str) -> list[Card]:
    assert viewer.account is not None
    return [
        Card(title=title, href="/me/moving", text=viewer.account.moved or "", icon="nodes", order=5)
    ]


async def of_person(node: "Node", viewer: Viewer) -> list[Card]:
    """Where somebody lives now, and who else they are, if both accounts say so (slot `person`).

    Args:
        node: ours.
        viewer: whom the page is about.
    """
    who = viewer.account
    if who is None:
        return []
    _ = speak(node, viewer).say
    found = []
    if who.doubted:
        words = _("Nothing private goes there until a %(word_keeper)s has looked.")
        title = _("Their server was silent for long and came back with other keys")
        found.append(Card(title=title, text=words, icon="alert", order=0))
    if who.moved:
        new = await node.read(find_account, who.moved)
        title = _("Has moved to %(address)s", address=new.address if new else who.moved)
        # the page here of somebody from elsewhere is for members; one's own is for everybody
        href = page_of(new) if new and (new.local or not who.local) else who.moved
        found.append(Card(title=title, href=href, icon="nodes", order=1))
    for one in await node.read(queries.aliases, who.id) if who.local else ():
        if one.mutual and one.other != who.moved:
            words = one.known.address if one.known else one.other
            href = (one.known.url if one.known else None) or one.other
            found.append(Card(title=_("Also %(address)s", address=words), href=href, order=2))
    return found


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to one's accounts elsewhere."""
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Your accounts elsewhere"),
            href="/me/moving",
            text=_("Say which are yours, move there, or move here"),
            icon="nodes",
            order=70,
        ),
        Card(
            title=_("Your keys"),
            href="/me/keys",
            text=_("What proves to other servers that it is you"),
            icon="key",
            order=72,
        ),
    ]
