"""A node in which everything that can be kept is kept, each with a word of its own.

Ana has one of everything, Ben little, the keeper judges. Words that may not leave the
node are `secret`; those of Ana, wherever they may be shown, are `anas`.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import insert, select, update

from federation import pairs, resolving
from node.kernel.access import Viewer
from node.kernel.node import Node
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.accounts import doors
from node.modules.accounts.tables import member, session
from node.modules.agreements import settling
from node.modules.challenges import queries as challenge_queries
from node.modules.decisions import api as decisions
from node.modules.decisions import guarding, hands, watching
from node.modules.decisions.tables import sighting
from node.modules.decisions.watching import Asked
from node.modules.deliberation import queries as deliberated
from node.modules.deliberation import rules as deliberating
from node.modules.deliberation import saying
from node.modules.deliveries import doing as delivering
from node.modules.deliveries import queries as delivery_queries
from node.modules.flows import pages as flow_pages
from node.modules.flows import queries as flow_queries
from node.modules.flows import suggesting
from node.modules.follows import api as follows
from node.modules.ideas import supporting
from node.modules.jury import queries as jury_queries
from node.modules.jury import rules as jury_rules
from node.modules.ledger import booking
from node.modules.listings import posting, topics
from node.modules.listings.concepts import concept
from node.modules.listings.tables import Notice
from node.modules.matching import digests, introducing, queries, questions
from node.modules.matching.objects import CapabilityDigest, DigestBucket
from node.modules.moderation import acts, blocking, refusing, reporting
from node.modules.notes import writing
from node.modules.profiles import changing
from node.modules.proposals import bringing, stepping
from node.modules.proposals import changing as rewording
from node.modules.proposals.tables import comment
from node.modules.proposals.wording import Words
from node.modules.roles import queries as role_queries
from node.modules.roles import recalling, selecting
from node.modules.rounds import going
from node.modules.shelf import lending
from node.modules.shelf.rules import Stay, Step
from tests.conftest import Clock, person, settle
from tests.modules.meeting import befriend, crowd

T = TypeVar("T")

CARD: dict[str, Any] = {
    "lang": "en",
    "concept": concept("repair"),
    "terms": ["lend"],
    "engagement": ["do"],
}
RESERVED = "consentWithReservation"
REACHES = ("community", "trusted", "public")


@dataclass
class World:
    """One node, a trusted one, and what is kept at the first."""

    node: Node
    other: Node
    clock: Clock
    secret: dict[str, str] = field(default_factory=dict)
    """What may not leave the node: what it is → the word."""
    anas: dict[str, str] = field(default_factory=dict)
    """What is gone when Ana is: what it is → the word."""
    ids: dict[str, str] = field(default_factory=dict)
    """What it is → its id or slug."""
    people: dict[str, Account] = field(default_factory=dict)
    forms: dict[str, list[Any]] = field(default_factory=dict)
    """Visitor → the forms they find as it was built; one for all that are put back of it."""
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Visitor → address → what they are answered as it was built; one for all, too."""
    secrets: int = 0
    """Which secrets are kept: the worlds 1 and 2 differ in them and in nothing else."""

    def word(
        self, name: str, *, leaves: bool = False, bound: bool = False, ana: bool = False
    ) -> str:
        """A new word of 96 random bits for one thing; in the second world, a longer one.

        What is `bound` stays here, but stands in the chain of decisions, whose digests go out.
        """
        word = secrets.token_hex(12)
        if self.secrets and not leaves and not bound:
            drawn = hashlib.sha256(f"{self.secrets} {name}".encode())
            word = drawn.hexdigest()[: 16 * (self.secrets + 1)]
        if not leaves:
            self.secret[name] = word
        if ana:
            self.anas[name] = word
        return word

    def either(self, first: T, second: T) -> T:
        """Something that is secret, as it is in the first world, and in the second."""
        return second if self.secrets > 1 else first

    @property
    def ana(self) -> Account:
        return self.people["ana"]

    @property
    def ben(self) -> Account:
        return self.people["ben"]

    @property
    def keeper(self) -> Account:
        return self.people["keeper"]


async def build(node: Node, other: Node, clock: Clock, *, secrets: int = 0) -> World:
    """Fill a node with everything; with the `secrets` of the one or the other world."""
    w = World(node=node, other=other, clock=clock, secrets=secrets)
    await _people(w)
    await befriend(node, other)
    await _followers(w)
    await node.write(_doors, w)
    await node.write(_notices, w)
    await node.write(_posts, w)
    await node.write(_cards, w)
    await node.write(_time, w)
    await settle(node, other)
    await node.write(_judgements, w)
    await node.write(_flow, w)
    await node.write(_idea, w)
    await _meet(w)
    await _vote(w)
    await node.write(_carry, w)
    await node.write(_course, w)
    await node.write(_challenge, w)
    await node.write(_loan, w)
    await node.write(_topic, w)
    await node.write(_deliberate, w)
    await node.write(_witness, w)
    await node.write(_roles, w)
    await node.write(_jury, w)
    await settle(node, other)
    return w


async def _people(w: World) -> None:
    for name in ("ana", "ben"):
        w.people[name] = await person(w.node, name)
    w.people["bo"] = await person(w.other, "bo")
    w.people["sus"] = await person(w.node, "sus")
    await crowd(w.node)
    await crowd(w.other)
    keepers = await w.node.read(accounts.admins)
    found = await w.node.account(keepers[0].id)
    assert found is not None
    w.people["keeper"] = found


def _flow(unit: Any, w: World) -> None:
    """A keeper suggests to Ana and Ben what fits; Ana says no, which nobody learns."""
    _rings, pairs = flow_pages.suggestable(unit.db, unit.now)
    pair = next(p for p in pairs if {p[0].giver, p[0].receiver} == {w.ana.id, w.ben.id})
    suggesting.suggest(unit, w.keeper.id, pair)
    (made,) = flow_queries.made_to(unit.db, w.ana.id)
    w.ids["flow"] = made.slug
    suggesting.answer(unit, w.ana.id, made.slug, yes=False)


def _idea(unit: Any, w: World) -> None:
    """Ana has an idea, and Ben puts points on it."""
    title, text = w.word("an idea", ana=True), w.word("words of an idea", ana=True)
    slug = supporting.write_down(unit, w.ana.id, title, text, once="idea")
    supporting.put(unit, w.ben.id, slug, w.either(7, 2))
    w.ids["idea"] = slug


async def _followers(w: World) -> None:
    bo = w.people["bo"]
    for whom in (w.ana.id, w.node.community.id):
        target = await resolving.account(w.other, whom)
        await w.other.write(follows.follow, bo, target)
    await settle(w.node, w.other)


def _doors(unit: Any, w: World) -> None:
    unit.keep("members_invite", True)
    note = w.word("note of an invite")
    w.secret["token of an invite"] = doors.make_invite(unit, w.keeper.id, note=note)
    mine = w.word("note of Ana's invite", ana=True)
    w.secret["token of Ana's invite"] = doors.make_invite(unit, w.ana.id, note=mine)
    name = w.word("name of a program", ana=True)
    w.secret["bearer token"] = doors.token_for(unit, w.ana.id, name)
    w.secret["sign-in link"] = doors.link_for(unit, w.ana.id)
    w.secret["session token"] = doors.sign_in(unit, w.ana.id, "Firefox")
    w.secret["Ben's session"] = doors.sign_in(unit, w.ben.id, "Firefox")
    w.secret["keeper's session"] = doors.sign_in(unit, w.keeper.id, "Firefox")
    agent = w.word("name of a browser", ana=True)
    mine_ = session.c.account == w.ana.id
    unit.db.execute(update(session).where(mine_).values(user_agent=agent))
    password = w.word("hash of a password", ana=True)
    unit.db.execute(update(member).where(member.c.account == w.ana.id).values(password=password))
    means = {"email": f"{w.word('mail', ana=True)}@mail.test"}
    means["telephone"] = w.word("telephone", ana=True)
    queries.set_contacts(unit, w.ana.id, means)


def draft(w: World, name: str, *, leaves: bool, hidden: bool = False, **more: Any) -> Any:
    """A notice with words of its own."""
    said = {
        "title": f"Build a wheel {w.word(f'title of {name}', leaves=leaves, ana=True)}",
        "text": f"Spokes {w.word(f'text of {name}', leaves=leaves, ana=True)}",
        "kind": "service",
        "topic": "repair",
        "minutes": 240,
        "ends": w.clock() + timedelta(days=28),
        "terms": ["gift"],
        "hidden": hidden,
        "lang": "en",
    }
    return posting.Draft(**{**said, **more})


def _notices(unit: Any, w: World) -> None:
    for reach in REACHES:
        leaves = reach != "community"
        made = posting.post(
            unit, w.ana.id, "request", reach, draft(w, f"a {reach} notice", leaves=leaves)
        )
        _named(w, f"{reach} notice", made)
    hidden = posting.post(
        unit, w.ana.id, "request", "community", draft(w, "a need", leaves=False, hidden=True)
    )
    _named(w, "need", hidden)
    offer = posting.post(
        unit, w.ben.id, "offer", "community", draft(w, "Ben's offer", leaves=False)
    )
    _named(w, "offer", offer)
    words = f"Saturday {w.word('words of an answer', ana=True)}"
    w.ids["agreement"] = settling.answer(unit, w.ana.id, offer, words=words).slug
    for name in ("title of Ben's offer", "text of Ben's offer"):
        del w.anas[name]


def _named(w: World, name: str, made: Notice) -> None:
    w.ids[name], w.ids[f"{name} id"] = made.slug, made.id


def _posts(unit: Any, w: World) -> None:
    for reach in (*REACHES, "direct"):
        text = f"Said {w.word(f'a {reach} post', leaves=reach in {'trusted', 'public'}, ana=True)}"
        people = {("ben", ""): w.ben} if reach == "direct" else {}
        said = f"@ben {text}" if reach == "direct" else text
        slug = writing.post(
            unit, w.ana, writing.Draft(text=said, reach=reach, lang="en", people=people)
        )
        w.ids[f"{reach} post"], w.ids[f"{reach} post id"] = slug, f"{unit.origin}/o/{slug}"


def _cards(unit: Any, w: World) -> None:
    for kind, reach in (("gift", "community"), ("skill", "trusted"), ("asset", "public")):
        leaves = reach != "community"
        name = f"Can {w.word(f'name of a {kind}', leaves=leaves, ana=True)}"
        text = f"Well {w.word(f'text of a {kind}', leaves=leaves, ana=True)}"
        made = changing.add(
            unit, w.ana.id, kind, changing.Draft(name=name, text=text, reach=reach, **CARD)
        )
        w.ids[kind], w.ids[f"{kind} id"] = made.id.rpartition("/")[2], made.id


def _time(unit: Any, w: World) -> None:
    """Ana thanked Ben, and Ben asked Ana to take something back."""
    words = f"For {w.word('words of thanks', ana=True)}"
    w.ids["entry"] = booking.thank(unit, w.ana.id, w.ben.id, w.either(90, 15), words, once="entry")
    words = f"Of {w.word('words of other thanks', ana=True)}"
    asked = booking.thank(unit, w.ben.id, w.ana.id, w.either(30, 200), words, once="asked")
    booking.ask_back(unit, w.ben.id, asked)
    w.ids["asked entry"] = asked


def _judgements(unit: Any, w: World) -> None:
    ben_said = writing.Draft(text="Something rude.", reach="public", lang="en", people={})
    slug = writing.post(unit, w.ben, ben_said)
    w.ids["Ben's post"], w.ids["Ben's post id"] = slug, f"{unit.origin}/o/{slug}"
    rude = w.ids["Ben's post id"]
    by = {"by": w.keeper.id}
    acts.hide(unit, rude, reason=f"Too {w.word('reason of hiding')}", **by)
    acts.suspend(unit, w.people["sus"].id, reason=f"For {w.word('reason of suspending')}", **by)
    reason = f"For {w.word('reason of keeping out')}"
    refusing.refuse(unit, "bad.test", is_host=True, reason=reason, **by)
    words = f"See {w.word('words of a report', ana=True)}"
    w.ids["report"] = secrets.token_urlsafe(16)
    reporting.file(unit, w.ids["report"], by=w.ana.id, about=rude, words=words)
    blocking.block_for(unit, w.ana, f"{w.word('a blocked host', ana=True)}.test", is_host=True)
    unit.log("test.word", w.ana.id, subject=w.ana.id, words=w.word("words of the log", ana=True))


async def _meet(w: World) -> None:
    """Ana has a match here that she put aside, and one that became an introduction."""
    await settle(w.node, w.other)
    offers = [draft(w, f"Ben's {n}. offer", leaves=False) for n in ("2", "3")]
    for one in offers:
        await w.node.write(posting.post, w.ben.id, "offer", "community", one)
    for name in [n for n in w.anas if "Ben's" in n]:
        del w.anas[name]
    await settle(w.node, w.other)
    first, second, third, *_ = await w.node.read(
        queries.matches_for, w.ana.id, w.node.now(), limit=20
    )
    w.ids["aside"], w.ids["match"] = first.slug, third.slug
    await w.node.write(queries.change_match, first.slug, state="aside", why=w.either("far", "time"))
    words = f"Hello {w.word('words of an introduction', ana=True)}"
    made = await w.node.write(
        introducing.introduce, w.ana.id, second.slug, means=("email",), message=words
    )
    w.ids["introduction"] = made.slug
    await w.node.write(_ask_around, first.mine, w.other.community.service)


def _ask_around(unit: Unit, need: str, service: str) -> None:
    """Another community was asked for Ana's need, and asks itself."""
    day = unit.now.date()
    for way in ("in", "out"):
        questions.note(unit, way, service, day, concept("repair"), asked=2, named=1)
    digests.count(unit)
    owner = f"https://{service.partition('://')[2].partition('/')[0]}/c/told"
    bucket = DigestBucket(concept=concept("repair"), offer_band="none", need_band="few")
    told = CapabilityDigest(id=f"{owner}/digest", attributed_to=owner, as_of=unit.now,
                            buckets=(bucket,))  # fmt: skip
    digests.keep(unit, service, owner, told)
    queries.add_request(
        unit, id=unit.id("a"), way="out", service=service, need=need, state="standing", most=3,
        ends=unit.now + timedelta(days=1),
    )  # fmt: skip


async def _vote(w: World) -> None:
    """A public proposal that is being voted on, and one that stays here and has its comments."""
    for name, reach in (("here", "community"), ("public", "public")):
        leaves = reach == "public"
        w.ids[name] = await w.node.write(
            bring,
            w,
            w.ben.id,
            reach,
            w.word(f"title of what is decided {name}", leaves=leaves, bound=True),
        )
        words = w.word(f"comment on {name}", ana=True)
        await w.node.write(bringing.say, w.ids[name], w.ana.id, words, once=secrets.token_hex(8))
        reason = f"Harm {w.word(f'reason of a ballot on {name}')}"
        reserved, agreed = w.either((w.ana, w.keeper), (w.keeper, w.ana))
        await w.node.write(decisions.cast, w.ids[name], reserved.id, RESERVED, reason)
        for one in (agreed, w.ben):
            await w.node.write(decisions.cast, w.ids[name], one.id, "consent")
        w.ids[f"comment on {name}"] = await w.node.read(_comment, words)
    await _vote_openly(w)
    title, *options = [
        w.word(f"{what} of a choice", bound=True) for what in ("title", "option", "another")
    ]
    among = {"method": decisions.Method.MAJORITY, "options": [(o, f"As {o}") for o in options]}
    choice = w.ids["choice here"] = await w.node.write(
        partial(bring, **among), w, w.ben.id, "community", title
    )
    await w.node.write(decisions.cast, choice, w.ana.id, w.either("opt-2", "opt-1"))
    why = w.word("reason of what is asked of a vote")
    asked = Asked(kind=hands.Kind.LEAVE_OUT, reason=why, member=w.ben.id)
    await w.node.write(watching.ask, choice, w.keeper.id, asked, once="asked of a vote")
    await w.node.write(guarding.promise, choice, w.keeper.id, "0" * 64)


async def _vote_openly(w: World) -> None:
    """An open vote on something public; the keeper has Ana vote for them in it."""
    for name in ("decisions.open", "decisions.delegation"):
        await w.node.write(lambda unit, name=name: unit.keep(name, True))
    given = await w.node.write(decisions.offer, w.keeper.id, w.ana.handle, "", once="given")
    await w.node.write(decisions.act, given, w.ana.id, decisions.Act.ACCEPT)
    title = w.word("title of what is decided openly", leaves=True)
    slug = w.ids["public openly"] = await w.node.write(
        partial(bring, open=True), w, w.ben.id, "public", title
    )
    reason = f"Noise {w.word('reason of an open ballot')}"
    said = w.either((RESERVED, reason), ("consent", ""))
    await w.node.write(decisions.cast, slug, w.ana.id, *said)


def _course(unit: Any, w: World) -> None:
    """A proposal that takes its course: Ben changed it, Ana leads it and wrote down an option."""
    title = w.word("title of what takes its course")
    more: dict[str, Any] = {"course": "options", "method": decisions.Method.APPROVAL}
    slug = w.ids["course"] = bring(unit, w, w.ben.id, "community", title, **more)
    text = w.word("changed text of what takes its course")
    words = Words(title=title, text=text, method=decisions.Method.APPROVAL)
    rewording.change(unit, slug, w.ben.id, words)
    stepping.ask_to_lead(unit, slug, w.ben.id, "ana")
    row = (w.word("an option of what takes its course"), "")
    rewording.add_option(unit, slug, w.ana.id, row, None)


def _challenge(unit: Any, w: World) -> None:
    """What was decided here cools off no more; while it did, Ana challenged it."""
    w.ids["challenge"] = "challenge-of-ana"
    text = w.word("words of a challenge", ana=True)
    row = {"id": w.ids["challenge"], "matter": w.ids["here"], "author": w.ana.id}
    challenge_queries.add(unit, ground="fact", text=text, once="challenge", **row)
    challenge_queries.back(unit, w.ids["challenge"], w.ben.id)


def _deliberate(unit: Any, w: World) -> None:
    """What Ana said to a matter, how Ben answered, where she stands; rounds go on in another."""
    slug, once = w.ids["course"], secrets.token_hex
    for kind in deliberating.Kind:
        words = {"text": w.word(f"{kind} that was said", ana=True)}
        if kind is not deliberating.Kind.AMENDMENT:
            words["more"] = f"https://ana.test/{w.word(f'more of a {kind}', ana=True)}"
        said = saying.Said(**words)
        saying.say(unit, slug, w.ana.id, kind, said, once=once(8))
    found = {one.kind.value: one.id for one in deliberated.on(unit.db, slug, Viewer())}
    w.ids["remark"] = found["question"]
    answer = w.word("answer to a question")
    saying.move(unit, found["question"], w.ben.id, deliberating.Act.ANSWER, answer)
    saying.take(unit, found["fact"], w.ben.id, supports=w.either(False, True))
    stand = w.either(deliberating.Stand.UNSURE, deliberating.Stand.AGAINST)
    saying.stand(unit, slug, w.ana.id, stand)
    more: dict[str, Any] = {"course": "consent"}
    title = w.word("title of what goes round")
    around = w.ids["round"] = bring(unit, w, w.ben.id, "community", title, **more)
    words_ = w.word("words of a round", ana=True)
    going.say(unit, around, w.ana.id, going.Round.CLARIFY, words_, once=once(8))


def _roles(unit: Any, w: World) -> None:
    """Ana holds a role, and some ask to recall her; for another, somebody is being chosen."""
    for name in ("held", "open"):
        purpose = w.word(f"purpose of a role that is {name}")
        role_queries.add_role(unit, {
            "slug": f"role-{name}", "key": name, "name": name, "purpose": purpose,
            "powers": ["speak"], "months": 6, "seats": 1, "record": "", "at": unit.now,
        })  # fmt: skip
    w.ids["role"], w.ids["holding"] = "role-held", "holding-of-ana"
    role_queries.add_holding(unit, {
        "id": w.ids["holding"], "role": "role-held", "member": w.ana.id, "kind": "seat",
        "state": "held", "begins": unit.now, "ends": unit.now + timedelta(days=180),
        "handover": w.word("what the next should know", ana=True),
    })  # fmt: skip
    why = w.word("reason of a recall")
    asked = recalling.ask(unit, w.ids["holding"], w.ben.id, why, once="recall")
    w.ids["petition"] = asked
    recalling.reply(unit, asked, w.ana.id, w.word("answer to a recall", ana=True))
    slug = w.ids["selection"] = selecting.begin(unit, "role-open", w.ben.id, once="selection")
    reason = w.word("reason of a nomination", ana=True)
    said = selecting.Said(handle="ben", reason=reason)
    selecting.say(unit, slug, w.ana.id, selecting.Stage.NOMINATE, said)


def _jury(unit: Any, w: World) -> None:
    """Ana and Ben sit on a jury about what others may see; it has written something."""
    matter = w.ids["public"]
    row = {
        "id": "jury-public", "matter": matter, "asker": w.keeper.id, "seats": 3,
        "question": w.word("question to a jury"), "stage": "sits", "seed": "0" * 64,
        "ends": unit.now + timedelta(days=14), "list_digest": "0" * 64, "lot": "0" * 64,
        "lot_word": w.word("word of a lot"), "text": w.word("what a jury wrote"),
    }  # fmt: skip
    people = [(who.id, jury_rules.Part.SITS, None) for who in (w.ana, w.ben)]
    jury_queries.add(unit, row, people)
    (mine,) = [p.id for p in jury_queries.on(unit.db, matter).people if p.member == w.ana.id]
    jury_queries.place(unit, mine, otherwise=w.word("what a juror sees differently", ana=True))
    # the draw rests on it, so it stays when somebody leaves: it is Ben's
    jury_queries.promise(unit, "jury-public", w.ben.id, "0" * 64)
    jury_queries.tell(unit, "jury-public", w.ben.id, w.word("word told for a lot"))


def _witness(unit: Any, w: World) -> None:
    """The other community's chain does not go on from what was seen of it."""
    seen = {"witness": w.node.community.id, "community": w.other.community.id, "checked": False}
    seen |= {"at": unit.now, "number": 1, "link": "zQm" + "a" * 43}
    wrong = {"code": "E_WITNESS_CUT", "seen": 2, "by": w.node.community.id}
    unit.db.execute(insert(sighting).values(id="sighting", **seen, **wrong))


def _carry(unit: Any, w: World) -> None:
    """What is expected of a decision, by what it is judged, and a step of it that Ana has done."""
    here = w.ids["here"]
    said = [
        f"{what} {w.word(f'{what} of a measure', bound=True)}" for what in ("Sundays", "Counted")
    ]
    w.ids["measure"], w.ids["step"] = "measure-of-ben", "step-of-ana"
    delivering.measure(unit, here, w.ben.id, *said, once=w.ids["measure"])
    day = unit.now.date() + timedelta(days=30)
    for text, who in ((f"Rain {w.word('an expectation', ana=True)}", w.ana), ("Snow", w.ben)):
        said = delivering.Otherwise(text=text, day=day, publish=who is w.ben)
        delivering.expect(unit, here, who.id, said)
    step = {
        "id": w.ids["step"], "matter": here, "what": w.word("title of a step"), "state": "shown",
        "done_when": w.word("how a step looks when it is done"), "due": unit.now.date(),
        "owner": w.ana.id, "maker": w.ben.id, "proof": w.word("proof of a step", ana=True),
        "link": f"https://ana.test/{w.word('link of a step', ana=True)}",
    }  # fmt: skip
    delivery_queries.add_step(unit, step)
    review = {
        "verdict": "failed", "reasons": w.word("reasons of a review", ana=True),
        "found": {w.ids["measure"]: w.word("what a review found", ana=True)}, "came": {},
        "by": w.ana.id,
    }  # fmt: skip
    delivery_queries.keep_review(unit, here, review)


def _loan(unit: Any, w: World) -> None:
    """Ana asks for a thing of Ben's, and he says yes."""
    said = draft(w, "Ben's thing", leaves=False, kind="lend", terms=["lend"], topic="tool-sharing")
    thing = posting.post(unit, w.ben.id, "offer", "community", said)
    for name in ("title of Ben's thing", "text of Ben's thing"):
        del w.anas[name]
    first = unit.now.date() + timedelta(days=3)
    words = f"For {w.word('words of a loan', ana=True)}"
    stay = Stay(first=first, last=first + timedelta(days=1))
    w.ids["loan"] = lending.ask(unit, w.ana.id, thing.slug, stay, words)
    lending.take(unit, w.ben.id, w.ids["loan"], Step.YES)
    w.ids["thing"] = thing.slug


def _topic(unit: Any, w: World) -> None:
    """A keeper adds a topic, which anybody may read of."""
    said = topics.Said(labels={"en": "Wheels"}, broader=concept("repair"), also=("rims",))
    w.ids["topic id"] = topics.add(unit, w.keeper.id, said, ())


def _comment(db: Any, words: str) -> str:
    return str(db.scalar(select(comment.c.id).where(comment.c.text == words)))


def bring(unit: Any, w: World, who: str, reach: str, words: str, **more: Any) -> str:
    """Bring a proposal that goes to the vote at once; its slug."""
    values: dict[str, Any] = {
        "title": f"Open the workshop {words}",
        "text": "From two until six.",
        "method": decisions.Method.CONSENT,
        "share": Fraction(1, 4),
        "counts": True,
        "opens": None,
        "closes": unit.now + timedelta(days=7),
        "review_months": 6,
        "reach": reach,
        "named": False,
        "settings": {"extends": False},
    }
    return bringing.bring(
        unit, who, bringing.Draft(**{**values, **more}), once=secrets.token_hex(8)
    )


def dump(leave_out: frozenset[str] = frozenset()) -> Callable[[Any], dict[str, list[str]]]:
    """A unit's view of every row of every table, to compare before and after."""

    def look(unit: Any) -> dict[str, list[str]]:
        found = {}
        for metadata in unit.registry.metadatas:
            for table in metadata.sorted_tables:
                columns = [c for c in table.c if f"{table.name}.{c.name}" not in leave_out]
                rows = unit.db.execute(select(*columns))
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
        return found

    return look


SEEN = frozenset({"session.seen", "session.expires", "member.last_seen"})
"""What is written down when somebody is here; the one thing that a reading changes."""


async def rows(node: Node, leave_out: frozenset[str] = SEEN) -> dict[str, list[str]]:
    """Everything the node keeps."""
    return await node.write(dump(leave_out))


async def at_rest(w: World) -> dict[str, list[str]]:
    """All rows, once nothing waits; letters for peers are numbered at the first question else."""
    await settle(w.node, w.other)
    await w.node.write(pairs.seal, w.other.community.domain)
    return await rows(w.node)


__all__ = ["account"]
