"""Letters between two who were matched and were not told who the other is.

Both said yes to words, and to nothing else. Each writes to their own node, and the nodes carry
it to each other under the introduction's id: on the wire every letter is of a node, to a node.
The words end with the conversation, on both sides, whoever ends it.
"""

from datetime import timedelta
from typing import Final

from node.kernel.errors import Conflict, Invalid, Missing, Refused, TryLater
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.matching import closing, introduced, queries, rules
from node.modules.matching.introduced import Introduction, Letter
from node.modules.matching.objects import Introduction as Told
from node.modules.matching.objects import RelayedNote
from node.modules.matching.rules import State, Step
from node.modules.matching.suggesting import may_meet
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers
from vocab import html
from vocab.types import Create, Delete, Tombstone
from web.language import mark

DAY: Final = timedelta(days=1)
SOON: Final = timedelta(minutes=1)
"""The same words again within that are the same letter, sent twice."""
EMPTY = mark("Write a few words first.")
LONG = mark("Write at most 1,000 characters.")
FULL = mark("You wrote ten times today. Go on tomorrow, or swap cards.")
OVER = mark("This conversation is over, and its words are erased.")
STOPPED = mark("Nothing more can be written here. End it, and its words are erased.")
MUTE = mark("Their node carries no letters without names. Ask to be introduced instead.")


def can_talk(known: Account | None) -> bool:
    """Whether a node says that it carries letters."""
    said = (known.document or {}).get("implements") if known else None
    links = said if isinstance(said, list) else [said]
    return any(isinstance(one, dict) and one.get("href") == rules.TALKS for one in links)


def goes_on(unit: Unit, held: Introduction) -> bool:
    """Whether letters may go to and fro: both agreed, nobody ended it, no block, still trusted."""
    service, ours = held.service or "", held.ours or ""
    open_ = held.is_talk and held.state is State.AGREED and held.ends > unit.now
    if not open_ or not accounts.is_member(unit.db, ours):
        return False
    return peers.trusted(unit.db, service) and may_meet(unit, ours, service)


def why_not(held: Introduction) -> str:
    """What is said where one does not go on: that words are erased only where they are."""
    return STOPPED if held.state is State.AGREED else OVER


def meant(unit: Unit, told: Told, service: str) -> tuple[str, str, str] | None:
    """Whom of ours a wish to swap cards in a conversation means: the member, notice and title.

    Returns:
        None where it is not about a conversation.

    Raises:
        Refused: E_UNKNOWN: it is with another node, or over; E_CONSENT: a conversation in a
            conversation; E_STATE: it was asked before.
    """
    held = introduced.by_id(unit.db, told.context or "")
    if held is None or told.candidate is not None:
        return None
    if held.service != service or not goes_on(unit, held):
        raise Refused("E_UNKNOWN", f"{told.context} is not open")
    if rules.is_talk(told.discloses):
        raise Refused("E_CONSENT", f"{told.id} asks to talk where they talk")
    if any(one.way == "in" for one in introduced.asks_for_cards(unit.db, held.id)):
        raise Refused("E_STATE", f"cards in {held.id} were asked for before")
    return held.ours or "", held.about_ours or "", held.title


def of(unit: Unit, member: str, slug: str) -> tuple[Introduction, list[Letter]]:
    """A conversation of a member with its letters.

    Raises:
        Missing: none of theirs, or not agreed to.
    """
    held = introduced.in_talk(unit.db, slug, member)
    if held is None or not held.answers:
        raise Missing(detail=slug)
    return held, introduced.letters(unit.db, held.id)


def write(unit: Unit, member: str, slug: str, text: str) -> None:
    """A member writes to the other side.

    Raises:
        Missing: no conversation of theirs.
        Conflict: it is over.
        Invalid: nothing, too long, or too often (field `text`).
    """
    held, before = of(unit, member, slug)
    if not goes_on(unit, held):
        raise Conflict("E_STATE", held.id, safe=why_not(held))
    if not text.strip() or len(text) > rules.MESSAGE:
        raise Invalid({"text": LONG if text.strip() else EMPTY})
    lately = [one for one in before if one.ours and one.at > unit.now - DAY]
    if len(lately) >= rules.LETTERS_A_DAY:
        raise Invalid({"text": FULL}, "E_RATE", held.id)
    us, service = accounts.service_account(unit.db), held.service or ""
    note = RelayedNote(
        id=unit.id("o"),
        attributed_to=us.id,
        context=held.id,
        content=html.from_text(text.strip()),
        published=unit.now,
        to=(service,),
        handling="recipientsOnly",
    )
    made = Create(id=unit.id("a"), actor=us.id, object=note, to=note.to, published=unit.now)
    row = {"id": note.id, "introduction": held.id, "ours": True, "activity": made.id}
    introduced.add_letter(unit, **row, text=text.strip())
    introduced.change(unit, held.id, heard=None)
    unit.perform(made, us)


def came(unit: Unit, told: RelayedNote, service: str) -> None:
    """The other side wrote: kept for our member until the conversation ends.

    Raises:
        Refused: E_UNKNOWN, E_STATE, E_TOO_LONG, E_RATE.
        TryLater: the yes it follows may still come.
    """
    held = introduced.by_id(unit.db, told.context or "")
    if held is None or held.service != service or not held.is_talk:
        raise Refused("E_UNKNOWN", f"{told.context} is no conversation with {service}")
    if held.way == "out" and held.state is State.PROPOSED and held.ends > unit.now:
        raise TryLater(f"{held.id} may still be agreed")
    if not goes_on(unit, held):
        raise Refused("E_STATE", f"a letter in {held.id}, which is {held.state}")
    text = html.to_text(told.content).strip()
    if not text or len(text) > rules.MESSAGE:
        raise Refused("E_TOO_LONG", f"{told.id} has {len(text)} characters")
    theirs = [one for one in introduced.letters(unit.db, held.id) if not one.ours]
    if len(theirs) >= rules.letters_due(held.at, unit.now):
        raise Refused("E_RATE", f"{service} writes too often in {held.id}")
    if introduced.add_letter(unit, id=told.id, introduction=held.id, ours=False, text=text):
        introduced.change(unit, held.id, heard=unit.now)


# Cards --------------------------------------------------------------------------------------


def theirs_waits(unit: Unit, held: Introduction) -> Introduction | None:
    """What the other side of a conversation asks: to swap cards; None if nothing waits."""
    found = theirs_asked(unit, held)
    return found if found is not None and found.declined is None else None


def theirs_asked(unit: Unit, held: Introduction) -> Introduction | None:
    """The same, and also what our member has said no to: nobody has learned of that."""
    for one in introduced.asks_for_cards(unit.db, held.id):
        if one.way == "in" and one.state is State.PROPOSED:
            return one if one.ends > unit.now else None
    return None


# The end ------------------------------------------------------------------------------------


def end(unit: Unit, member: str, slug: str) -> None:
    """A member ends a conversation: its words are erased here and there.

    Raises:
        Missing: none of theirs.
        Conflict: it is over already.
    """
    held = introduced.in_talk(unit.db, slug, member)
    if held is None:
        raise Missing(detail=slug)
    if held.state is not State.AGREED:
        raise Conflict("E_STATE", held.id, safe=OVER)
    hang_up(unit, held)


def hang_up(unit: Unit, held: Introduction) -> None:
    """Have the other node erase a conversation, too: each side takes back what it said yes by."""
    us = accounts.service_account(unit.db)
    own = held.id if held.way == "out" else held.reply or ""
    news = Delete(
        id=unit.id("a"),
        actor=us.id,
        object=Tombstone(id=own, former_type="Introduction", deleted=unit.now),
        to=(held.service or "",),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.perform(news, us, obj=Told(id=own, attributed_to=us.id))


def ended(unit: Unit, id: str, service: str, *, by_us: bool) -> None:
    """One side took its yes back: the words go, and so does what was asked for in it.

    Raises:
        Refused: E_OWNER, E_STATE.
    """
    held = introduced.by_either(unit.db, id)
    if held is None:
        return
    own = held.id if (held.way == "out") is by_us else held.reply
    if (not by_us and held.service != service) or own != id or not held.is_talk:
        raise Refused("E_OWNER", f"{service} takes back {id}")
    after = rules.introduction_after(held.state, Step.REVOKE)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    let_go(unit, held)
    closing.ended(unit, held, after)
    introduced.change(unit, held.id, ends=unit.now)


def let_go(unit: Unit, held: Introduction) -> None:
    """Close what waits in a conversation that is over: on both sides it is over alike."""
    for one in introduced.asks_for_cards(unit.db, held.id):
        if one.state is State.PROPOSED:
            queries.silence(unit, [one.offer])
            closing.ended(unit, one, State.WITHDRAWN)


# Keepers --------------------------------------------------------------------------------------


def report(unit: Unit, member: str, slug: str, letter: str, *, key: str, words: str,
           once: str | None = None) -> None:  # fmt: skip
    """A member shows the keepers a letter of the other side; from then on it is theirs to read.

    The same form sent twice, with one `once`, shows it once.

    Raises:
        Missing: no such letter came to them.
    """
    held, found = of(unit, member, slug)
    shown = next((one for one in found if one.id == letter and not one.ours), None)
    if shown is None:
        raise Missing(detail=letter)
    said = f"{words.strip()}\n\n“{shown.text}”".strip()
    moderation.file(unit, key, by=member, about=held.service or "", words=said, once=once)
