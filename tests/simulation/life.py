"""What people on several nodes do to each other, at random, and what must hold afterwards."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from node import keeping
from node.kernel.errors import Problem
from node.kernel.node import Node
from node.kernel.tables import Account, job, letter
from node.modules.follows.tables import follow
from node.modules.notes import writing
from node.modules.notes.tables import note
from node.modules.reactions import acting
from node.modules.reactions.rules import Verb
from node.modules.reactions.tables import reaction
from tests.conftest import Clock
from tests.modules.test_notes import member, say
from tests.simulation.weather import Weather
from workers import running

SECRET = "Nobody elsewhere reads this"
PARTS = ("follow", "say", "say", "edit", "delete", "like", "unlike", "whisper")


@dataclass(kw_only=True)
class Life:
    """People, by their node, and what they wrote."""

    weather: Weather
    clock: Clock
    people: Mapping[Node, Sequence[Account]]
    chance: random.Random
    written: list[tuple[Node, Account, str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    """What happened, for whoever looks for the reason of a fault."""

    async def step(self) -> None:
        """Somebody does something, some nodes work, time passes, late letters arrive."""
        node = self.chance.choice(list(self.people))
        who = self.chance.choice(self.people[node])
        part = self.chance.choice(PARTS)
        self.done.append(f"{who.handle}@{node.community.domain} {part}")
        try:
            await getattr(self, f"_{part}")(node, who)
        except Problem as problem:
            self.done.append(f"  {problem.code}")
        await self.weather.blow(self.chance.randint(0, 3))
        for one in self.chance.sample(list(self.people), self.chance.randint(0, len(self.people))):
            await running.settle(one)
        self.clock.advance(seconds=self.chance.choice((1, 30, 300, 4000)))
        if self.chance.random() < 0.1:
            self.weather.away ^= {self.chance.choice(list(self.people)).origin}

    async def rest(self) -> None:
        """The weather is fair again, and there is time for everything to arrive."""
        self.weather.away.clear()
        self.weather.calm = True
        await self.weather.blow(len(self.weather.late))
        for _ in range(12):
            await running.settle(*self.people)
            self.clock.advance(hours=25)
        await running.settle(*self.people)

    # What people do -------------------------------------------------------------------------

    async def _follow(self, node: Node, who: Account) -> None:
        other = self.chance.choice([n for n in self.people if n is not node])
        whom = self.chance.choice(self.people[other])
        await follows(node, who, whom)

    async def _say(self, node: Node, who: Account) -> None:
        words = f"Word {len(self.written)} of {who.handle}"
        self.written.append((node, who, await say(node, who, words)))

    async def _whisper(self, node: Node, who: Account) -> None:
        await say(node, who, SECRET, "community")

    async def _edit(self, node: Node, who: Account) -> None:
        if mine := [id for _, author, id in self.written if author is who]:
            slug = self.chance.choice(mine).rpartition("/")[2]
            words = f"Changed {len(self.done)}"
            await node.write(writing.edit, member(who), slug, words, None)

    async def _delete(self, node: Node, who: Account) -> None:
        if mine := [id for _, author, id in self.written if author is who]:
            slug = self.chance.choice(mine).rpartition("/")[2]
            await node.write(writing.remove, member(who), slug)

    async def _like(self, node: Node, who: Account) -> None:
        if self.written:
            about = self.chance.choice(self.written)[2]
            await node.write(acting.like, member(who), about)

    async def _unlike(self, node: Node, who: Account) -> None:
        if self.written:
            about = self.chance.choice(self.written)[2]
            await node.write(acting.take_back, member(who), about, Verb.LIKE)


async def follows(node: Node, who: Account, whom: Account) -> None:
    """Have somebody follow somebody, as the page of following does."""
    from federation import resolving
    from node.modules.follows import api

    await node.write(api.follow, who, await resolving.account(node, whom.id))


# What must hold -----------------------------------------------------------------------------


async def faults(life: Life) -> list[str]:
    """Every invariant that does not hold, in sentences."""
    found = []
    for node in life.people:
        found += [f"{node.origin}: {one}" for one in await _of_one(node)]
    posts = {node: await _posts(node) for node in life.people}
    for home, _, id in life.written:
        found += _of_post(id, home, posts)
    for node in life.people:
        for other in life.people:
            if node is not other:
                found += await _between(node, other)
    return found


async def _of_one(node: Node) -> list[str]:
    waits = select(letter.c.state, func.count()).where(letter.c.way == "in")
    states = await node.read(lambda db: db.execute(waits.group_by(letter.c.state)).all())
    jobs = await node.read(lambda db: db.execute(select(job.c.kind, job.c.dead)).all())
    came = await node.read(
        lambda db: db.scalars(select(letter.c.activity).where(letter.c.way == "in")).all()
    )
    words = await node.read(
        lambda db: db.execute(select(note.c.content).where(note.c.local.is_(False))).scalars().all()
    )
    return [
        *(f"{n} letters are {state}" for state, n in states if state in ("waiting", "dead")),
        *(f"a job {kind} failed for good" for kind, dead in jobs if dead),
        *("a delivery waits still" for kind, _ in jobs if kind == "federation.deliver"),
        *(f"{id} came {n} times" for id, n in Counter(came).items() if n > 1),
        *("what is for one community reached another" for one in words if SECRET in one),
        *await node.read(keeping.problems, node.registry),
    ]


async def _posts(node: Node) -> dict[str, tuple[str, bool]]:
    """Id → words, and whether it is deleted."""
    rows = await node.read(
        lambda db: db.execute(select(note.c.id, note.c.content, note.c.deleted)).all()
    )
    return {row.id: (row.content, row.deleted is not None) for row in rows}


def _of_post(id: str, home: Node, posts: Mapping[Node, Mapping[str, Any]]) -> list[str]:
    """A post is the same wherever it is, and gone everywhere once it is gone."""
    words, deleted = posts[home][id]
    copies = {node: held[id] for node, held in posts.items() if node is not home and id in held}
    return [
        f"{id} at {node.origin} is {copy}, at home {(words, deleted)}"
        for node, copy in copies.items()
        if copy[1] != deleted or (not deleted and copy[0] != words)
    ]


async def _between(node: Node, other: Node) -> list[str]:
    """What people of one node did to things of the other is known there, and nothing else."""
    theirs = f"{other.origin}/%"
    ours = f"{node.origin}/%"

    def bonds(db: Any) -> set[tuple[str, str, str]]:
        both = follow.c.follower.like(ours), follow.c.followed.like(theirs)
        rows = db.execute(select(follow.c.follower, follow.c.followed, follow.c.state).where(*both))
        return {tuple(row) for row in rows}

    def likes(db: Any) -> set[tuple[str, str]]:
        both = reaction.c.actor.like(ours), reaction.c.object.like(theirs)
        rows = db.execute(select(reaction.c.actor, reaction.c.object).where(*both))
        return {tuple(row) for row in rows}

    found = []
    for what, look in (("follows", bonds), ("likes", likes)):
        here, there = await node.read(look), await other.read(look)
        if here != there:
            found.append(f"{what} of {node.origin} at {other.origin}: {sorted(here ^ there)}")
    return found
