"""How much is taken from one server and one actor, and what the others notice of it: nothing."""

from dataclasses import dataclass

import pytest

import federation
from federation import limits, resolving
from federation.inbox import Inbox
from federation.limits import Bucket, Limits
from node.kernel.node import Node
from node.modules import accounts
from tests.conftest import MakeNode, settle
from tests.federation.strangers import Actor, Post, letters
from tests.modules.neighbours import neighbours


@dataclass
class Seconds:
    """What stands for the time that passes."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    made = Seconds()
    monkeypatch.setattr(limits, "monotonic", made)
    return made


def test_a_bucket_fills_again_and_never_above_its_brim(seconds: Seconds) -> None:
    bucket = Bucket(burst=3, each_second=0.5)

    assert [bucket.take("a") for _ in range(4)] == [True, True, True, False]
    seconds.now += 2
    assert [bucket.take("a") for _ in range(2)] == [True, False]
    seconds.now += 1000
    assert [bucket.take("a") for _ in range(4)] == [True, True, True, False]
    assert bucket.take("b")


def test_what_is_remembered_is_bounded() -> None:
    bucket = Bucket(burst=2, each_second=0, names=100)
    bucket.take("loud")
    for number in range(10_000):
        bucket.take(str(number))
        bucket.take("loud")

    assert len(bucket._left) == 100
    assert not bucket.take("loud")


@pytest.mark.parametrize(("burst", "rate", "seconds"),
                         [(10, 0, 3600), (10, 100, 5), (6000, 10, 60), (1e9, 1, 3600)])  # fmt: skip
def test_who_is_turned_away_is_told_when_to_come_again(
    burst: float, rate: float, seconds: int
) -> None:
    assert Bucket(burst=burst, each_second=rate).patience == seconds


# At the inbox -------------------------------------------------------------------------------


def few(node: Node, *, hosts: int = 100, actors: int = 100) -> Inbox:
    """An inbox that takes so many from a server and from an actor, and then no more."""
    by_host, by_actor = (Bucket(burst=n, each_second=0) for n in (hosts, actors))
    return Inbox(node, limits=Limits(node, hosts=by_host, actors=by_actor))


async def test_an_actor_who_sends_too_much_waits_and_others_do_not(
    here: Node, bob: Actor, mallory: Actor
) -> None:
    carol = bob.server.actor("carol", bob.keys)
    post = Post(here, few(here, actors=3))

    many = [await post(bob, bob.says("Create", bob.note(str(n)))) for n in range(5)]
    others = [await post(one, one.says("Create", one.note("x"))) for one in (carol, mallory)]

    assert [a.status_code for a in many] == [202, 202, 202, 429, 429]
    assert many[-1].headers["retry-after"] == "3600"
    assert many[-1].json()["type"] == "https://w3id.org/fep/c180#rate-limit-exceeded"
    assert [a.status_code for a in others] == [202, 202]
    assert len(await letters(here)) == 5


async def test_a_server_that_sends_too_much_waits_whoever_it_speaks_as(
    here: Node, bob: Actor, mallory: Actor
) -> None:
    people = [bob.server.actor(f"p{n}", bob.keys) for n in range(4)]
    post = Post(here, few(here, hosts=3))

    many = [await post(one, one.says("Create", one.note(one.id[-2:]))) for one in people]
    other = await post(mallory, mallory.says("Create", mallory.note()))

    assert [a.status_code for a in many] == [202, 202, 202, 429]
    assert other.status_code == 202


async def test_what_was_turned_away_is_taken_later(
    here: Node, bob: Actor, seconds: Seconds
) -> None:
    limit = Bucket(burst=1, each_second=0.1)
    post = Post(here, Inbox(here, limits=Limits(here, actors=limit)))
    said = [bob.says("Create", bob.note(n)) for n in "ab"]

    first = [await post(bob, one) for one in said]
    seconds.now += int(first[1].headers["retry-after"]) + 5
    again = await post(bob, said[1])
    await settle(here)

    assert [a.status_code for a in (*first, again)] == [202, 429, 202]
    assert [one.state for one in await letters(here)] == ["done", "done"]


async def test_a_forger_uses_up_nobodys_share(here: Node, bob: Actor, mallory: Actor) -> None:
    post = Post(here, few(here, hosts=1, actors=1))
    forged = Actor(server=bob.server, id=bob.id, keys=mallory.keys, key_id=bob.key_id)

    lies = [await post(forged, bob.says("Create", bob.note(str(n)))) for n in range(3)]
    true = await post(bob, bob.says("Create", bob.note("true")))

    assert [a.status_code for a in lies] == [401, 401, 401]
    assert true.status_code == 202


async def test_a_trusted_node_may_send_ten_times_as_much(make_node: MakeNode) -> None:
    service = "https://birch.test/service"
    modules = [federation.module, accounts.module, neighbours(service)]
    alder = await make_node("alder", modules=modules)
    birch = await make_node("birch", modules=modules)
    await resolving.account(alder, birch.community.service)
    limit = Limits(alder, actors=Bucket(burst=1, each_second=0),
                   hosts=Bucket(burst=1, each_second=0))  # fmt: skip

    said = [await limit.wait(f"{birch.origin}/u/ana") for _ in range(13)]
    strange = [await limit.wait("https://cedar.test/u/ana") for _ in range(2)]

    assert said == [0] * 11 + [3600] * 2
    assert strange == [0, 3600]
