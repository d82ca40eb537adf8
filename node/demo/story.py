"""What happens in the demo, step by step, through the modules' own doors."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from sqlalchemy import Connection

from node.demo import carrying, choosing, lending, living, talking
from node.demo.people import (
    ADOPTED,
    BIKES,
    CORNER,
    CORNER_OPTIONS,
    GATE,
    PASSWORD,
    PLACES,
    TOOLS,
    Place,
)
from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import doing
from node.modules.agreements import queries as promised
from node.modules.agreements import settling as agreeing_on
from node.modules.agreements.tables import Agreement
from node.modules.decisions import api as decisions
from node.modules.joint import acting as inviting
from node.modules.joint import queries as joint
from node.modules.joint.rules import State
from node.modules.ledger import deciding as ledger
from node.modules.ledger.pairs import Line
from node.modules.listings import api as listings
from node.modules.matching import agreeing, digests, jobs, showing
from node.modules.matching import api as matching
from node.modules.matching import introducing as asking
from node.modules.peers import api as peers
from node.modules.proposals import bringing
from node.stage import Stage

Say = Callable[[str], None]

DAYS = 59
"""How long ago the story begins: a decision and the month after it, two of four days each, one of
all, and a week of rest."""

REST = 7
"""Days between the decisions and what is on the boards now."""


async def tell(stage: Stage, say: Say) -> None:
    """The whole story, in order; each chapter waits until the other nodes have heard of it."""
    alder, birch, cedar = (stage.nodes[name] for name in ("alder", "birch", "cedar"))
    hashed = await accounts.hash_password(PASSWORD)
    for name, node in stage.nodes.items():
        await found(node, name, hashed)
    await alder.write(choosing.begin)
    await look_back(stage, alder)
    say("A decision of Alder Street was looked at again after a month.")
    for one, other in ((alder, birch), (birch, cedar), (cedar, alder)):
        await trust(stage, one, other)
    say("Three communities are founded, and trust each other.")
    record = await decide(stage, birch, *TOOLS)
    await publish(birch, record)
    await adopt(stage, cedar, record.id)
    say("A decision of Birch Yard was adopted at Cedar Hill.")
    await together(stage, alder, birch, cedar)
    say("The three have decided on their cargo bikes together, each by its own way.")
    await live(cedar, PLACES["cedar"])
    host = await choosing.name(stage, alder)
    for _ in range(REST):
        # each topic has its day of the week, on which it is looked at
        stage.clock.wait(days=1)
        await cedar.write(digests.count)
    await choosing.take_on(stage, alder, host)
    say("Mira hosts the yard of Alder Street: she was chosen, for half a year.")
    for name, node in (("alder", alder), ("birch", birch)):
        await live(node, PLACES[name])
        await learn(stage, node)
    say("The five farms of Cedar Hill lack hands, and the others see it.")
    await meet(stage, alder, birch)
    say("A need at Alder Street has met an offer at Birch Yard.")
    await promise(stage, alder, birch)
    say("What Bo promised Mira is done, and waits for her to confirm it.")
    bell = await alder.write(talking.decide)
    stage.clock.catch_up()
    quiet = await talking.go_on(stage, alder, bell)
    say("At Alder Street one matter goes round, and another was decided and cools off.")
    await carrying.carry_out(birch, record)
    await alder.write(open_now, quiet)
    say("A jury is drawn there, and one matter is voted on with open ballots.")


def open_now(unit: Unit, quiet: str) -> None:
    """What is open at alder when the story is told: votes, things that are lent, a jury."""
    otto, lene = _member(unit, "otto"), _member(unit, "lene")
    bring(unit, otto.id, *GATE, {})
    among = {"method": decisions.Method.MAJORITY, "options": CORNER_OPTIONS}
    bring(unit, lene.id, *CORNER, among)
    lending.lend(unit)
    lending.sort(unit)
    choosing.go_on(unit, quiet)


async def found(node: Node, name: str, hashed: str) -> None:
    """Found a community with all its people."""
    place = PLACES[name]
    keeper, *others = place.people
    founding = accounts.Founding(
        origin=node.origin,
        at_home=False,
        name=place.name,
        handle=name,
        purpose=place.purpose,
        language="en",
        timezone="Europe/Berlin",
        admin=keeper.handle,
        admin_display=keeper.name,
        password_hash=hashed,
    )
    await node.write(accounts.found, founding, [node.make_keys() for _ in range(3)])
    for one in others:
        await node.write(
            accounts.add_member,
            one.handle,
            node.make_keys(),
            display=one.name,
            password_hash=hashed,
        )


async def trust(stage: Stage, one: Node, other: Node) -> None:
    """Have one community propose trust and the other accept it."""
    await peers.propose(one, other.origin)
    asking = one.community.service

    async def asked() -> bool:
        return any(p.service == asking for p in await other.read(peers.listed))

    await stage.until(asked)
    await other.write(peers.accept, asking)

    async def trusted() -> bool:
        return await one.read(peers.trusted, other.community.service)

    await stage.until(trusted)


async def learn(stage: Stage, node: Node) -> None:
    """Have a node learn what the communities that it trusts lack."""
    await jobs.learn_all(node)

    async def told() -> bool:
        return bool(await node.read(matching.lacking, node.now()))

    await stage.until(told)


async def live(node: Node, place: Place) -> None:
    """Let people say what they like to give, put up what they need and offer, and write."""
    await node.write(living.introduce, place)
    for wish in place.wishes:
        await node.write(living.wish, wish)
    for who, text in place.posts:
        await node.write(living.write, who, text)
    for thought in place.ideas:
        await node.write(living.think, thought)


async def meet(stage: Stage, alder: Node, birch: Node) -> None:
    """Mira's need finds Bo's offer; both say yes, and each has the other's card."""
    mira, bo = await alder.write(_member, "mira"), await birch.write(_member, "bo")

    def matched(db: Connection) -> str | None:
        here = Viewer(account=mira, role="member")
        found = showing.shown(db, here, alder.now())
        return next((one.match.slug for one in found if one.node == "Birch Yard"), None)

    slug = await stage.until(partial(alder.read, matched))
    words = "One evening would be enough. I bring cake, and the wheel."
    await alder.write(asking.introduce, mira.id, slug, means=("email",), message=words)

    def waiting(db: Connection) -> str | None:
        there = Viewer(account=bo, role="member")
        asking = showing.asked_of(db, there, birch.now())
        return next((one.introduction.slug for one in asking), None)

    asked = await stage.until(partial(birch.read, waiting))
    await birch.write(agreeing.agree, bo.id, asked, means=("email",))
    for node, person in ((alder, mira), (birch, bo)):
        await stage.until(partial(node.read, _card, person))


async def promise(stage: Stage, alder: Node, birch: Node) -> None:
    """Mira takes Bo's offer, both communities let time pass, Bo does it: now it is her turn."""
    for node, other in ((alder, birch), (birch, alder)):
        keeper = (await node.read(accounts.admins))[0].id
        line = Line(ours=2400, theirs=2400)
        said = "Lend our tools to the neighbouring communities"
        await node.write(ledger.agree_on, keeper, other.community.service, line, said)
    mira, bo = await alder.write(_member, "mira"), await birch.write(_member, "bo")

    def offered(db: Connection) -> listings.Notice | None:
        found = listings.open_listings(db, listings.HERE, alder.now())
        return next((one for one in found if one.owner == bo.id), None)

    notice = await stage.until(partial(alder.read, offered))
    words = "I come on Saturday with the wheel and the cake."
    await alder.write(agreeing_on.answer, mira.id, notice, words=words)

    def asked(db: Connection) -> Agreement | None:
        return next(iter(promised.with_member(db, bo.id)), None)

    there = await stage.until(partial(birch.read, asked))
    await birch.write(agreeing_on.accept, bo.id, there.slug)

    def agreed(db: Connection, state: str) -> bool:
        return any(one.state == state for one in promised.with_member(db, mira.id))

    await stage.until(partial(alder.read, agreed, "agreed"))
    words = "Two hours, four spokes, and the cake was very good."
    await birch.write(doing.deliver, bo.id, there.slug, 120, words)
    await stage.until(partial(alder.read, agreed, "delivered"))


def _card(db: Connection, person: Account) -> bool:
    return bool(showing.agreed(db, Viewer(account=person, role="member")))


async def look_back(stage: Stage, node: Node) -> None:
    """A community decides on a lamp, lives with it for a month, and says how it went."""
    author = await node.write(_member, "jon")
    slug = await node.write(bring, author.id, *carrying.LAMP, {"review_months": 1})
    await node.write(carrying.expecting, slug)
    record = await count(stage, node, slug)
    keeper = (await node.read(accounts.admins))[0].id
    await node.write(decisions.settle, record.id, "community", by=keeper)
    stage.clock.wait(days=carrying.MONTH)
    await node.write(carrying.looking_back, slug)


async def decide(
    stage: Stage, node: Node, title: str, text: str, **more: object
) -> decisions.Record:
    """Bring a proposal, have everybody consent, let its time come; the record."""
    people = [m.id for m in await node.read(accounts.members)]
    return await count(stage, node, await node.write(bring, people[-1], title, text, more))


async def count(stage: Stage, node: Node, slug: str) -> decisions.Record:
    """Have everybody consent to a proposal, and let its time come; the record."""
    people = [m.id for m in await node.read(accounts.members)]
    for member in people:
        await node.write(decisions.cast, slug, member, "consent")
    stage.clock.wait(days=4)
    for other in stage.nodes.values():
        other.wake()
    record: decisions.Record = await stage.until(partial(node.read, decisions.decided_by, slug))
    return record


async def together(stage: Stage, alder: Node, *others: Node) -> None:
    """Alder invites the others to decide on one text; each does by its own way, and all agree."""
    otto = await alder.write(_member, "otto")
    slug = await alder.write(bring, otto.id, *BIKES, {})
    now = alder.now()
    plan = inviting.Plan(
        invited=[node.community.id for node in others],
        rule=decisions.Rule(kind=decisions.Kind.SHARE, threshold=(2, 3), least=2),
        answer_by=now + timedelta(days=1, hours=1),
        ends=now + timedelta(days=4),
    )
    await alder.write(inviting.begin, otto.id, slug, plan, once="demo together")
    ways: list[tuple[Node, str, decisions.Method, Any]] = [
        (alder, slug, decisions.Method.CONSENT, "consent")
    ]
    methods = (
        (decisions.Method.MAJORITY, "inFavour"),
        (decisions.Method.SCORE, {"opt-1": 5, "opt-0": 2}),
    )
    for node, (method, mark) in zip(others, methods, strict=True):
        ways.append((node, await take_part(stage, node, method), method, mark))
    for node, proposal, _, mark in ways:
        for member in await node.read(accounts.members):
            await node.write(decisions.cast, proposal, member.id, mark)
    await stage.until(partial(alder.read, _at, State.OPEN))
    for days, there in ((3, _voted), (2, _ended)):
        stage.clock.wait(days=days)
        for node, *_ in ways:
            node.wake()
        for node, *_ in ways:
            await stage.until(partial(node.read, there))


async def take_part(stage: Stage, node: Node, method: decisions.Method) -> str:
    """Have a community take part in the joint decision it is invited to; its proposal."""

    def asked(db: Connection) -> joint.Process | None:
        found = joint.listed(db, listings.HERE)
        return next((one for one in found if one.subject), None)

    one = await stage.until(partial(node.read, asked))
    members = [m.id for m in await node.read(accounts.members)]
    draft = bringing.Draft(
        title="", text="", method=method, share=Fraction(1, 2), counts=False, opens=None,
        closes=node.now() + timedelta(days=3), review_months=12, reach="community", named=False,
    )  # fmt: skip
    return await node.write(inviting.accept, one.id, members[0], draft, once="demo together")


def _at(db: Connection, state: State) -> bool:
    return any(one.state == state for one in joint.listed(db, listings.HERE))


def _voted(db: Connection) -> bool:
    """Whether the record of everybody who takes part is here."""
    found = joint.listed(db, listings.HERE)
    return any(len(joint.case_of(db, one).votes) == len(one.participants) for one in found)


def _ended(db: Connection) -> bool:
    return any(one.outcome for one in joint.listed(db, listings.HERE))


async def publish(node: Node, record: decisions.Record) -> None:
    """Choose that everybody may see a decision."""
    keeper = (await node.read(accounts.admins))[0].id
    await node.write(decisions.settle, record.id, "public", by=keeper)


def bring(unit: Unit, member: str, title: str, text: str, more: Mapping[str, object]) -> str:
    """Bring a proposal, for consent if nothing else is said, open for three days."""
    said: dict[str, Any] = {
        "method": decisions.Method.CONSENT,
        "share": Fraction(1, 2),
        "counts": False,
        "opens": None,
        "closes": unit.now + timedelta(days=3),
        "review_months": 6,
        "reach": "public",
        "named": True,
    }
    draft = bringing.Draft(title=title, text=text, **{**said, **more})
    return bringing.bring(unit, member, draft, once=f"demo {title}")


async def adopt(stage: Stage, node: Node, record: str) -> None:
    """Have a community adopt another's record by its own process."""
    await stage.until(partial(node.read, decisions.record_by_id, record, listings.HERE))
    await decide(stage, node, *ADOPTED, answers={"record": record, "answer": "adopted"})


def _member(unit: Unit, handle: str) -> Account:
    found = accounts.by_handle(unit.db, handle)
    account = unit.account(found.id) if found else None
    assert account is not None, f"{handle} was added before"
    return account
