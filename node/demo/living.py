"""What people of the demo put up: who they are, offers and needs, posts and ideas."""

from datetime import timedelta

from node.demo.people import Place, Thought, Wish
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.ideas import supporting
from node.modules.listings import posting
from node.modules.matching import api as matching
from node.modules.notes import api as notes
from node.modules.profiles import changing
from node.modules.profiles.changing import Draft


def introduce(unit: Unit, place: Place) -> None:
    """Give everybody their gift sentence and a way to be reached."""
    for one in place.people:
        member = _member(unit, one.handle)
        gift = Draft(name=one.gift, reach="public", lang="en")
        changing.add(unit, member.id, "gift", gift)
        address = {"email": f"{one.handle}@{place.name.lower().replace(' ', '-')}.example"}
        matching.set_contacts(unit, member.id, address)


def write(unit: Unit, who: str, text: str) -> None:
    """Write one post."""
    said = notes.Draft(text=text, reach="public", lang="en", people={})
    notes.post(unit, _member(unit, who), said)


def think(unit: Unit, thought: Thought) -> None:
    """Write down one idea, and have others put their points on it."""
    author = _member(unit, thought.who).id
    said = supporting.write_down(unit, author, thought.title, thought.text, once=thought.title)
    for who, points in thought.points.items():
        supporting.put(unit, _member(unit, who).id, said, points)


def wish(unit: Unit, said: Wish) -> None:
    """Post one offer or need."""
    draft = posting.Draft(
        title=said.title,
        text=said.text,
        kind=said.kind,
        topic=said.topic,
        minutes=said.minutes,
        ends=unit.now + timedelta(days=60),
        terms=said.terms,
        hidden=said.hidden,
        lang="en",
    )
    posting.post(unit, _member(unit, said.who).id, said.purpose, said.reach, draft)


def _member(unit: Unit, handle: str) -> Account:
    found = accounts.by_handle(unit.db, handle)
    account = unit.account(found.id) if found else None
    assert account is not None, f"{handle} was added before"
    return account
