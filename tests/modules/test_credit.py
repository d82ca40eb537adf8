"""Time between two nodes: two legs, one chain, exactly once whatever happens on the way."""

import json
import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.agreements import doing, settling
from node.modules.agreements import queries as agreed
from node.modules.ledger import between, booking, credit, deciding, jobs, pairs, queries, wiring
from node.modules.ledger.pairs import Chain, Leg, Line, Side, Way
from node.modules.ledger.tables import entry, leg
from node.modules.listings import api as listings
from node.modules.peers import api as peers
from tests.conftest import Clock, Wire, settle
from tests.modules.meeting import befriend, member, post
from tests.modules.test_ledger import Browse, stands


class Pair:
    """Ana at alder, Bo at birch; both communities decided on ten hours each way."""

    def __init__(self, alder: Node, birch: Node) -> None:
        self.alder, self.birch = alder, birch

    async def begin(self, hours: int = 10) -> None:
        await befriend(self.alder, self.birch)
        self.ana, self.bo = await member(self.alder, "ana"), await member(self.birch, "bo")
        for node, other in ((self.alder, self.birch), (self.birch, self.alder)):
            await self.line(node, other, hours)

    async def line(self, node: Node, other: Node, hours: int) -> None:
        keeper = (await node.read(accounts.admins))[0].id
        line = Line(ours=hours * 60, theirs=hours * 60)
        service = other.community.service
        await node.write(deciding.agree_on, keeper, service, line, "Decision 4")

    async def pay(self, minutes: int, **more: Any) -> None:
        """Bo did something for Ana."""
        await self.alder.write(
            plan, self.birch.community.service, self.ana.id, self.bo.id, minutes, more
        )

    async def owe(self, minutes: int) -> None:
        """Ana did something for Bo."""
        await self.birch.write(
            plan, self.alder.community.service, self.bo.id, self.ana.id, minutes, {}
        )

    async def settle(self) -> None:
        await settle(self.alder, self.birch)

    async def balances(self) -> tuple[int, int]:
        """How Ana and Bo stand; the mirrors and the owed minutes say the same."""
        (ana,), (bo,) = await stands(self.alder, self.ana), await stands(self.birch, self.bo)
        here = await self.alder.read(mirror, self.birch.community.service)
        there = await self.birch.read(mirror, self.alder.community.service)
        assert (here, there) == (-ana, -bo)
        assert await self.alder.read(queries.total) == await self.birch.read(queries.total) == 0
        return ana, bo

    async def frozen(self) -> tuple[bool, bool]:
        one = await self.alder.read(between.pair_with, self.birch.community.service)
        other = await self.birch.read(between.pair_with, self.alder.community.service)
        assert one is not None
        assert other is not None
        return one.frozen is not None, other.frozen is not None


def plan(unit: Unit, service: str, payer: str, payee: str, minutes: int, more: Any) -> None:
    credit.plan(unit, service, payer, payee, minutes, **more)


def mirror(db: Connection, service: str) -> int:
    held = queries.held(db, service)
    return queries.balance(db, held.id) if held else 0


def legs(db: Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(leg.select().order_by(leg.c.way, leg.c.seq))]


@pytest.fixture
async def pair(alder: Node, birch: Node) -> Pair:
    made = Pair(alder, birch)
    await made.begin()
    return made


def test_every_step_of_a_leg() -> None:
    """statemachines.json, CreditTransfer: reserved by the payer, settled by the payee."""
    allowed = {(b, a, s) for b in (None, *Leg) for a in Leg for s in Side if pairs.may(b, a, s)}
    assert (Leg.RESERVED, Leg.SETTLED, Side.PAYEE) in allowed
    assert (Leg.RESERVED, Leg.SETTLED, Side.PAYER) not in allowed
    assert not [one for one in allowed if one[0] in (Leg.SETTLED, Leg.VOID)]
    assert len(allowed) == 8


@pytest.mark.parametrize(
    ("way", "owed", "minutes", "fits"),
    [
        (Way.OUT, 0, 600, True), (Way.OUT, 1, 600, False), (Way.OUT, -600, 1200, True),
        (Way.IN, 0, 300, True), (Way.IN, 0, 301, False), (Way.IN, 300, 600, True),
    ],
)  # fmt: skip
def test_how_far_a_pair_may_go(way: Way, owed: int, minutes: int, fits: bool) -> None:
    assert pairs.within(Line(ours=600, theirs=300), way, owed, minutes) is fits


@pytest.mark.parametrize(
    ("last", "digest", "seq", "previous", "known", "found"),
    [
        (0, None, 1, None, False, Chain.NEXT),
        (1, "one", 2, "one", False, Chain.NEXT),
        (1, "one", 2, "other", False, Chain.BROKEN),
        (1, "one", 2, None, False, Chain.BROKEN),
        (0, None, 1, "one", False, Chain.BROKEN),
        (1, "one", 1, None, False, Chain.BROKEN),
        (1, "one", 3, "one", False, Chain.BROKEN),
        (1, "one", None, "one", False, Chain.BROKEN),
        (1, "one", 1, None, True, Chain.KNOWN),
    ],
)
def test_a_link_follows_by_its_number_and_by_its_digest(
    last: int, digest: str | None, seq: int | None, previous: str | None, known: bool, found: Chain
) -> None:
    assert pairs.link(last, digest, seq=seq, previous=previous, known=known) is found


@pytest.mark.parametrize(("minutes", "hours"), [(90, "1.5"), (60, "1"), (3, "0.05"), (20, None)])
def test_hours_are_decimals_or_minutes(minutes: int, hours: str | None) -> None:
    assert pairs.hours(minutes) == hours


async def test_a_digest_is_over_all_that_a_leg_says(pair: Pair) -> None:
    await pair.pay(30)
    await pair.pay(60)
    await pair.settle()
    one = await pair.birch.read(between.last, pair.alder.community.service, Way.IN)
    assert one is not None
    origin = pair.birch.origin
    assert wiring.digest_of(one, origin) == one.digest
    others = {"minutes": 61, "payer": "https://alder.test/u/eve", "payee": "https://birch.test/u/eve",
              "seq": 3, "settled": 3, "previous": one.digest, "transfer": "another"}  # fmt: skip

    digests = {wiring.digest_of(replace(one, **{k: v}), origin) for k, v in others.items()}

    assert len(digests - {one.digest}) == len(others)


async def test_from_a_need_to_time_on_both_nodes(pair: Pair) -> None:
    """Ana asks, Bo does it and says so, Ana confirms: 90 minutes pass, once."""
    notice = await post(pair.alder, pair.ana, "request", reach="trusted", minutes=90)
    await pair.settle()
    seen = await pair.birch.read(listings.listing, notice.id, listings.HERE)
    held = await pair.birch.write(settling.answer, pair.bo.id, seen)
    await pair.settle()
    (mine,) = await pair.alder.read(agreed.with_member, pair.ana.id)
    await pair.alder.write(settling.accept, pair.ana.id, mine.slug)
    await pair.settle()
    await pair.birch.write(doing.deliver, pair.bo.id, held.slug, 90)
    await pair.settle()
    assert await pair.balances() == (0, 0)
    await pair.alder.write(doing.confirm, pair.ana.id, mine.slug)
    await pair.settle()

    assert await pair.balances() == (-90, 90)
    (there,) = await pair.birch.read(legs)
    (mine,) = await pair.alder.read(agreed.with_member, pair.ana.id)
    assert there[11] == mine.id
    (line,) = await pair.birch.read(statement, pair.bo.id)
    assert (line.title, line.away) == ("Build a wheel", pair.ana.id)


def statement(db: Connection, who: str) -> Any:
    held = queries.held(db, who)
    return queries.statement(db, held.id) if held else []


async def test_many_both_ways_chain_up(pair: Pair) -> None:
    for minutes in (30, 45, 20):
        await pair.pay(minutes)
        await pair.owe(minutes * 2)
    await pair.settle()

    assert await pair.balances() == (95, -95)
    here, there = await pair.alder.read(legs), await pair.birch.read(legs)
    for way, other in ((Way.OUT, Way.IN), (Way.IN, Way.OUT)):
        mine = [(r[0], r[5], r[14], r[15]) for r in here if r[2] == way]
        theirs = [(r[0], r[5], r[14], r[15]) for r in there if r[2] == other]
        assert mine == theirs
        assert [one[1] for one in mine] == [1, 2, 3]
        assert [one[2] for one in mine] == [None, mine[0][3], mine[1][3]]


async def test_what_came_from_elsewhere_is_given_back_by_a_transfer(pair: Pair) -> None:
    await pair.pay(60)
    await pair.settle()
    (given,) = await pair.birch.read(statement, pair.bo.id)
    (got,) = await pair.alder.read(statement, pair.ana.id)
    with pytest.raises(Missing):
        await pair.alder.write(booking.take_back, pair.ana.id, got.id)
    with pytest.raises(Conflict):
        await pair.alder.write(booking.ask_back, pair.ana.id, got.id)

    await pair.birch.write(booking.take_back, pair.bo.id, given.id)
    with pytest.raises(Conflict):
        await pair.birch.write(booking.take_back, pair.bo.id, given.id)
    await pair.settle()

    assert await pair.balances() == (0, 0)
    assert await pair.alder.read(between.owed, pair.birch.community.service) == 0


async def test_past_the_limit_it_waits_for_a_keeper(pair: Pair) -> None:
    await pair.pay(540)
    await pair.pay(90)
    await pair.settle()
    assert await pair.balances() == (-540, 540)

    (waits,) = await pair.alder.read(between.waiting, pair.birch.community.service)
    keeper = (await pair.alder.read(accounts.admins))[0].id
    service = pair.birch.community.service
    await pair.alder.write(deciding.allow, keeper, service, waits.transfer)
    await pair.settle()
    assert await pair.balances() == (-540, 540)
    refused = await pair.alder.read(between.by_transfer, waits.transfer)
    assert (refused.state, refused.code) == (Leg.VOID, "policy")

    await pair.line(pair.birch, pair.alder, 20)
    await pair.alder.write(deciding.allow, keeper, service, waits.transfer)
    await pair.settle()
    assert await pair.balances() == (-630, 630)
    assert await pair.frozen() == (False, False)


async def test_only_keepers_say_how_far_it_may_go(pair: Pair, browse: Browse) -> None:
    await pair.line(pair.alder, pair.birch, 1)
    await pair.pay(90)
    await pair.settle()
    service = pair.birch.community.service
    (waits,) = await pair.alder.read(between.waiting, service)
    before = await pair.alder.read(between.pair_with, service)
    acts: list[tuple[Any, ...]] = [
        (deciding.agree_on, pair.ana.id, service, Line(ours=6000, theirs=6000), "Mine"),
        (deciding.thaw, pair.ana.id, service, "All is well."),
        (partial(deciding.settle_up, once="a"), pair.ana.id, service, 60, "Mine"),
        (deciding.allow, pair.ana.id, service, waits.transfer),
    ]

    for act, *said in acts:
        with pytest.raises(Refused, match="E_KEEPERS_ONLY"):
            await pair.alder.write(act, *said)
    ana = await browse(pair.alder, "ana")
    assert (await ana.get("/desk/time/nodes/birch.test")).status_code == 403

    await pair.settle()
    assert await pair.alder.read(between.pair_with, service) == before
    assert await pair.balances() == (0, 0)


async def test_what_waits_does_not_go_out_when_the_trust_ends(pair: Pair) -> None:
    await pair.line(pair.alder, pair.birch, 1)
    await pair.pay(30)
    await pair.pay(90)
    await pair.settle()
    await peers.end(pair.alder, pair.birch.origin)
    await pair.settle()

    settled, waited = sorted(await pair.alder.read(legs), key=lambda row: row[6])
    assert (settled[3], waited[3], waited[17]) == (Leg.SETTLED, Leg.VOID, "notTrusted")
    assert await pair.balances() == (-30, 30)


async def test_communities_settle_what_is_owed(pair: Pair) -> None:
    await pair.pay(240)
    await pair.settle()
    keeper = (await pair.birch.read(accounts.admins))[0].id
    service = pair.alder.community.service
    settle_up = partial(deciding.settle_up, once="one form")
    for _ in "ab":  # a form that is sent twice pays once
        await pair.birch.write(settle_up, keeper, service, 240, "Forgiven, decision 9")
        await pair.settle()

    assert await pair.alder.read(between.owed, pair.birch.community.service) == 0
    assert await pair.alder.read(mirror, pair.birch.community.service) == 0
    assert await pair.alder.read(queries.balance, queries.FUND) == 240
    assert await pair.birch.read(queries.balance, queries.FUND) == -240


@pytest.mark.parametrize("seed", range(4))
async def test_exactly_once_whatever_the_wire_does(
    pair: Pair, wire: Wire, clock: Clock, seed: int
) -> None:
    """Letters are lost at any boundary, come twice, and in another order."""
    chance, app = random.Random(seed), dict(wire.apps)
    for origin, whole in app.items():
        wire.apps[origin] = unreliable(whole, chance)
    for _ in range(5):
        await pair.pay(chance.choice((15, 20, 60)))
        await pair.owe(chance.choice((15, 30)))
        await pair.settle()
        clock.advance(minutes=20)
    wire.apps.update(app)
    for _ in range(8):
        clock.advance(hours=13)
        await jobs.late(pair.alder)
        await jobs.late(pair.birch)
        await pair.settle()

    done = [row for row in await pair.alder.read(legs) if row[3] == Leg.SETTLED]
    paid = sum(row[6] for row in done if row[2] == Way.OUT)
    got = sum(row[6] for row in done if row[2] == Way.IN)
    assert len(done) == 10
    assert await pair.balances() == (got - paid, paid - got)
    assert await pair.frozen() == (False, False)


def unreliable(app: Any, chance: random.Random) -> Any:
    """An application that drops what comes, answers with silence, or takes it twice."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or chance.random() < 0.5:
            await app(scope, receive, send)
            return
        message = await receive()

        async def again() -> Any:
            return message

        async def nothing(_message: Any) -> None:
            return None

        if chance.random() < 0.6:  # it came; the answer is lost
            await app(scope, again, nothing)
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return asked


async def test_never_answered_is_given_up_only_after_asking(
    pair: Pair, wire: Wire, clock: Clock
) -> None:
    wire.away.add(pair.birch.origin)
    await pair.pay(60)
    await pair.settle()
    clock.advance(days=4)
    await jobs.late(pair.alder)
    await pair.settle()
    (one,) = await pair.alder.read(legs)
    assert one[3] == Leg.RESERVED

    wire.away.clear()
    clock.advance(hours=3)
    await jobs.late(pair.alder)
    await pair.settle()

    (one,) = await pair.alder.read(legs)
    assert (one[3], one[17]) == (Leg.VOID, "expired")
    assert await pair.balances() == (0, 0)
    assert await pair.frozen() == (False, False)


async def test_what_is_still_in_its_time_is_not_given_up_whatever_they_show(
    pair: Pair, wire: Wire, clock: Clock
) -> None:
    """The other may yet have the letter; an hour is left for clocks that go wrong."""
    service = pair.birch.community.service

    async def compared() -> Leg:
        await pair.alder.write(credit.compared, service, None)
        ((*_, state),) = [row[:4] for row in await pair.alder.read(legs)]
        return Leg(state)

    await sent_while_away(pair, wire, 60)
    assert await compared() is Leg.RESERVED
    clock.advance(days=3, minutes=1)
    assert await compared() is Leg.RESERVED
    clock.advance(hours=1)
    assert await compared() is Leg.VOID


@pytest.mark.parametrize("who", ["payer", "payee"])
async def test_between_a_frozen_pair_nothing_passes_until_keepers_let_it(
    pair: Pair, who: str
) -> None:
    here, there = pair.alder, pair.birch
    node, other = (here, there) if who == "payer" else (there, here)
    await node.write(credit.freeze, other.community.service, credit.DIFFERS)
    assert await pair.frozen() == (who == "payer", who == "payee")

    await pair.pay(60)
    await pair.settle()
    assert await pair.balances() == (0, 0)
    (one,) = await here.read(legs)
    assert (one[3], one[17]) == {"payer": (Leg.WAITING, ""), "payee": (Leg.VOID, "policy")}[who]

    keeper = (await node.read(accounts.admins))[0].id
    await node.write(deciding.thaw, keeper, other.community.service, "We have compared.")
    if who == "payee":
        keeper = (await here.read(accounts.admins))[0].id
        await here.write(deciding.allow, keeper, there.community.service, one[0])
    await pair.settle()
    assert await pair.balances() == (-60, 60)


async def test_a_third_node_settles_nothing(pair: Pair, cedar: Node, wire: Wire) -> None:
    await befriend(pair.alder, cedar)
    sent = await sent_while_away(pair, wire, 60)
    told = {**sent["object"], "id": f"{cedar.origin}/ledger/t/1", "lifecycle": "settled",
            "attributedTo": cedar.community.service, "creditSeq": 1}  # fmt: skip
    yes = {"@context": sent["@context"], "id": f"{cedar.origin}/a/1", "type": "Accept",
           "actor": cedar.community.service, "object": sent["id"], "result": told,
           "to": [pair.alder.community.service], "published": sent["published"]}  # fmt: skip
    no = {**yes, "id": f"{cedar.origin}/a/2", "type": "Reject", "reasonCode": "invalid"}
    del no["result"]

    for document in (yes, no):
        await deliver(cedar, pair.alder, document)
        assert (await pair.alder.read(outcome, document["id"]))[0] == "refused"

    assert [row[3] for row in await pair.alder.read(legs)] == [Leg.RESERVED]
    assert await stands(pair.alder, pair.ana) == [0]
    assert await pair.frozen() == (False, False)


async def test_a_lost_answer_is_found_by_asking(pair: Pair, clock: Clock) -> None:
    await pair.pay(60)
    await pair.settle()
    await pair.alder.write(forget_the_answer)
    await jobs.compare(pair.alder)
    await pair.settle()

    assert await pair.balances() == (-60, 60)
    assert await pair.frozen() == (False, False)


def forget_the_answer(unit: Unit) -> None:
    """As after a backup that was made before the answer came."""
    unit.db.execute(delete(entry))
    unit.db.execute(update(leg).values(state=Leg.RESERVED, settled=None, digest=None))


@pytest.mark.parametrize("who", ["payer", "payee"])
async def test_an_old_backup_is_noticed(pair: Pair, who: str) -> None:
    await pair.pay(60)
    await pair.settle()
    old = pair.alder if who == "payer" else pair.birch
    await old.write(forget_it)
    if who == "payee":
        await jobs.compare(pair.alder)
        assert await pair.frozen() == (True, False)
    await pair.pay(30)
    await pair.settle()

    if who == "payer":
        assert await pair.frozen() == (True, True)
    assert 30 not in [row[6] for row in await pair.birch.read(legs)]


def forget_it(unit: Unit) -> None:
    unit.db.execute(delete(entry))
    unit.db.execute(delete(leg))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "-1"}}, "E_SCHEMA"),
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": 1.5}}, "E_SCHEMA"),
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "NaN"}}, "E_SCHEMA"),
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "0"}}, "E_SCHEMA"),
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "0.01"}}, "E_QUANTITY"),
    ({"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "999999999"}}, "E_QUANTITY"),
    ({"resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "1"}}, "E_QUANTITY"),
    ({"exchangeRate": "3"}, "E_LEDGER"),
    ({"resourceConformsTo": "https://birch.test/currency/hours"}, "E_LEDGER"),
    ({"provider": "https://birch.test/u/bo"}, "E_LEDGER"),
    ({"debitLedger": "https://birch.test/ledger"}, "E_LEDGER"),
    (
        {"creditLedger": "https://cedar.test/ledger", "receiver": "https://cedar.test/u/eve"},
        "E_LEDGER",
    ),
    ({"lifecycle": "settled", "creditSeq": 1}, "E_LEDGER"),
]


async def test_odd_transfers_move_nothing(pair: Pair, wire: Wire) -> None:
    wire.away.add(pair.birch.origin)
    await pair.pay(60)
    await pair.settle()
    (sent,) = [json.loads(body) for body in await pair.alder.read(bodies)]
    wire.away.clear()
    for number, (odd, code) in enumerate(BAD):
        document = {**sent, "id": f"{sent['id']}{number}",
                    "object": {**sent["object"], **odd}}  # fmt: skip
        await deliver(pair.alder, pair.birch, document)
        found = await pair.birch.read(outcome, document["id"])
        assert found == ("refused", code), (odd, found)
    assert await pair.birch.read(legs) == []
    assert await pair.frozen() == (False, False)


async def sent_while_away(pair: Pair, wire: Wire, minutes: int) -> dict[str, Any]:
    """What alder reserves while birch is away; birch is back, and has not had it yet."""
    wire.away.add(pair.birch.origin)
    await pair.pay(minutes)
    await pair.settle()
    wire.away.clear()
    found: dict[str, Any] = json.loads((await pair.alder.read(bodies))[-1])
    return found


async def test_what_follows_another_history_moves_nothing_and_stops_the_pair(
    pair: Pair, wire: Wire
) -> None:
    """The number is right, the digest of what was before is another."""
    await pair.pay(30)
    await pair.settle()
    sent = await sent_while_away(pair, wire, 60)
    before = sent["object"]["previousDigest"]
    forged = {**sent["object"], "previousDigest": before[:-4] + before[-4:][::-1]}
    assert forged["previousDigest"] != before

    await deliver(pair.alder, pair.birch, {**sent, "id": f"{sent['id']}1", "object": forged})

    assert (await pair.frozen())[1]
    assert await stands(pair.birch, pair.bo) == [30]
    assert len(await pair.birch.read(legs)) == 1


async def test_one_transfer_in_two_letters_passes_once_and_another_amount_stops_the_pair(
    pair: Pair, wire: Wire
) -> None:
    sent = await sent_while_away(pair, wire, 60)
    for number in "12":
        await deliver(pair.alder, pair.birch, {**sent, "id": f"{sent['id']}{number}"})
        assert await stands(pair.birch, pair.bo) == [60]
    assert await pair.frozen() == (False, False)

    more = {**sent["object"], "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "2"}}
    await deliver(pair.alder, pair.birch, {**sent, "id": f"{sent['id']}3", "object": more})

    assert (await pair.frozen())[1]
    assert await stands(pair.birch, pair.bo) == [60]


async def test_an_answer_about_another_amount_moves_nothing_and_stops_the_pair(
    pair: Pair, wire: Wire
) -> None:
    wire.away.add(pair.birch.origin)
    await pair.pay(60)
    await pair.settle()
    (sent,) = [json.loads(body) for body in await pair.alder.read(bodies)]
    wire.away.clear()
    service, id = pair.birch.community.service, f"{pair.birch.origin}/ledger/t/1"
    result = {**sent["object"], "id": id, "attributedTo": service, "lifecycle": "settled",
              "creditSeq": sent["object"]["debitSeq"],
              "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "40"}}  # fmt: skip
    yes = {"@context": sent["@context"], "id": f"{pair.birch.origin}/a/1", "type": "Accept",
           "actor": service, "object": sent["id"], "result": result,
           "to": [pair.alder.community.service], "published": sent["published"]}  # fmt: skip

    await deliver(pair.birch, pair.alder, yes)

    assert (await pair.frozen())[0]
    assert await stands(pair.alder, pair.ana) == [0]
    assert [row[3] for row in await pair.alder.read(legs)] == [Leg.RESERVED]


def bodies(db: Connection) -> list[bytes]:
    from node.kernel.tables import letter

    wanted = letter.select().where(letter.c.way == "out", letter.c.body.is_not(None))
    return [row.body for row in db.execute(wanted) if b"CreditTransfer" in row.body]


def outcome(db: Connection, activity: str) -> tuple[str, str]:
    from node.kernel.tables import letter

    row = db.execute(letter.select().where(letter.c.activity == activity)).one()
    return row.state, row.code


async def deliver(one: Node, other: Node, document: dict[str, Any]) -> None:
    """Send a document as a node's service, signed as it signs."""
    from federation import signing
    from federation.signatures import Form, digests

    by = await signing.signer(one, one.community.service)
    body = json.dumps(document).encode()
    headers = signing.posting(one, by, body, digests(body), Form.CAVAGE)
    answer = await one.network.post(f"{other.origin}/inbox", body, headers=headers)
    assert answer.status == 202, answer.body
    await settle(other)


async def test_without_trust_or_members_nothing_passes(pair: Pair) -> None:
    gone = await member(pair.birch, "eve")
    await pair.birch.write(leaving.leave, gone.id)
    await pair.alder.write(plan, pair.birch.community.service, pair.ana.id, gone.id, 60, {})
    await pair.settle()
    (one,) = await pair.alder.read(legs)
    assert (one[3], one[17]) == (Leg.VOID, "declined")

    await pair.birch.write(lambda unit: unit.keep("ledger", {"on": False}))
    await pair.pay(60)
    await pair.settle()
    codes = [row[17] for row in await pair.alder.read(legs)]
    assert sorted(codes) == ["declined", "unsupported"]
    assert await pair.balances() == (0, 0)


async def test_who_leaves_takes_the_name_along_and_the_chain_holds(pair: Pair) -> None:
    await pair.pay(60)
    await pair.settle()
    await pair.birch.write(leaving.leave, pair.bo.id)
    await pair.settle()
    await jobs.compare(pair.alder)

    assert pair.bo.id not in repr(await pair.birch.read(legs))
    assert await pair.birch.read(queries.total) == 0
    assert await pair.frozen() == (False, False)


async def test_in_the_browser(pair: Pair, browse: Browse) -> None:
    keeper, ana = await browse(pair.alder, "keeper"), await browse(pair.alder, "ana")
    await pair.pay(60)
    await pair.settle()
    assert "We owe them 1 h" in (await keeper.get("/desk/time/nodes")).text
    at = "/desk/time/nodes/birch.test"
    assert (await keeper.get("/desk/time/nodes/nobody.test")).status_code == 404
    odd = {"say": "line", "ours": "5000", "theirs": "1", "decision": "No"}
    assert (await keeper.post(at, odd)).status_code == 422
    fine = {"say": "line", "ours": "1", "theirs": "1", "decision": "Decision 12"}
    assert (await keeper.post(at, fine)).status_code == 200
    assert (await keeper.post(at, {"say": "odd"})).status_code == 422
    pays = {"say": "settle", "minutes": "60", "decision": "Decision 13", "once": "one-form"}
    for _ in "ab":
        assert (await keeper.post(at, pays)).status_code == 200
        await pair.settle()
    assert await pair.alder.read(between.owed, pair.birch.community.service) == 120
    await pair.alder.write(credit.freeze, pair.birch.community.service, credit.DIFFERS)
    assert "Nothing passes between us and Birch" in (await keeper.get("/desk")).text
    page = await browse_text(ana, "/time/nodes")
    assert "Decision 12" in page
    assert "do not have the same written down" in page
    assert (await keeper.post(at, {"say": "thaw", "decision": "Same again."})).status_code == 200
    assert await pair.frozen() == (False, False)


async def browse_text(who: Any, path: str) -> str:
    return str((await who.get(path)).text)
