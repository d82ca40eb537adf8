"""Carrying our letters to the inboxes of others: one durable job for each inbox.

A letter is sent with the same bytes and id until it is answered, refused for good, past its
end or a month old. A server in trouble waits as a whole and holds up no other.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, or_, select

from federation import (
    absence,
    addressing,
    copies,
    followers,
    hosts,
    letters,
    pairs,
    policy,
    resolving,
    returning,
    signing,
)
from federation.claims import Form
from federation.hosts import Host
from federation.letters import Letter
from federation.origins import domain
from federation.outcomes import (
    UNPROVEN_AGAIN,
    UNREACHABLE,
    Outcome,
    Verdict,
    judge,
    knock_again,
    pause,
)
from federation.signatures import Digests, digests
from node.kernel.addresses import onward
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.module import Registry
from node.kernel.network import Answer, Forbidden, Unreachable
from node.kernel.node import Node
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from vocab.model import Malformed
from vocab.values import dataclass

log = logging.getLogger(__name__)

RFC9421 = "rfc9421"
SOME = 5
"""Actors behind a shared inbox that are asked what their server reads."""
KEPT = 256
"""Digests in memory; each is used once for every inbox of its letter."""
MOVED = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, kw_only=True)
class Task:
    """Everything needed to try one inbox once."""

    letter: Letter
    inbox: str
    host: Host
    refused: bool
    form: Form
    """The spelling to begin with."""
    behind: tuple[Account, ...]
    """Some of those whose letters lie there."""
    telling: str | None
    """The letter's id, until somebody believed no signature of ours for it."""
    start: str | None
    """What goes along to a node of our kind (`copies`)."""
    displaced: bool
    """Another copy of us began later, so this one sends nothing."""


class Tries(NamedTuple):
    """What is kept with a job from one try to the next."""

    failures: int
    unproven: int
    since: str | None


# Spreading ----------------------------------------------------------------------------------


async def fan_out(
    node: Node, *, activity: str, also: Iterable[str] = (), among: str | None = None
) -> None:
    """Make one job for each inbox that a letter of ours goes to.

    Args:
        node: ours.
        activity: the letter's id.
        also: addressees that do not stand in the letter (bto, bcc).
        among: a collection; of those in others only they get it who are in this one, too.
    """
    await node.write(_spread, activity, tuple(also), among)


def _spread(unit: Unit, activity: str, also: tuple[str, ...], among: str | None) -> None:
    found = letters.outgoing(unit.db, activity)
    if found is None:
        return
    if unit.community.at_home:
        letters.end(unit, activity, "ignored", "E_AT_HOME")
        return
    to = addressing.addressees(
        unit.db, unit.registry, unit.origin, found.body, found.handling, also, among
    )
    for inbox in to.inboxes:
        letters.post(unit, activity, inbox)
        pairs.pass_on(unit, activity, inbox)
    for actor in to.unknown:
        letters.introduce(unit, activity, actor)
    if not (to.inboxes or to.unknown):
        letters.close(unit, activity)


async def introduce(node: Node, *, activity: str, actor: str, since: str | None = None) -> None:
    """Get to know an addressee nobody here has met, then deliver to them.

    Args:
        node: ours.
        activity: the letter's id.
        actor: the addressee.
        since: as of `deliver`.

    Raises:
        TryLater: their server does not answer now.
    """
    found = await node.read(letters.outgoing, activity)
    if found is None or _overdue(found, node, since):
        await node.write(letters.finish, activity, actor, "E_OVERDUE" if found else None)
        return
    try:
        met = await resolving.account(node, actor)
    except (Refused, Missing, Malformed) as refusal:
        log.info("%s is not somebody to write to: %s", actor, refusal)
        await node.write(letters.finish, activity, actor, "E_NO_ACTOR")
        return
    await node.write(_introduced, found, actor, met, again=since is not None)


def _introduced(unit: Unit, found: Letter, actor: str, met: Account, *, again: bool) -> None:
    wide = addressing.is_wide(unit.db, unit.registry, unit.origin, found.body, found.handling)
    if not met.local and addressing.reachable(unit.db, unit.registry, met):
        place = addressing.inbox_of(met, shared=wide)
        letters.post(unit, found.activity, place, again=again)
        pairs.pass_on(unit, found.activity, place)
    letters.finish(unit, found.activity, actor, None)


# Delivering ---------------------------------------------------------------------------------


async def deliver(
    node: Node,
    *,
    activity: str,
    inbox: str,
    failures: int = 0,
    unproven: int = 0,
    since: str | None = None,
) -> None:
    """Try to put one letter into one inbox.

    Args:
        node: ours.
        activity: the letter's id.
        inbox: where it goes.
        failures: how often this inbox answered with trouble of its own.
        unproven: how often it believed neither spelling of our signature.
        since: when its days began to count anew (ISO 8601), if somebody here said so.

    Raises:
        TryLater: to be tried again, after the time it names.
    """
    now = node.now()
    task = await node.read(_task, node.registry, activity, inbox, now)
    if task is not None and unproven:
        task = replace(task, telling=None)
    if task is None:
        await node.write(letters.finish, activity, inbox)
        return
    if reason := _dropped(task, node, since):
        await node.write(letters.finish, activity, inbox, reason)
        return
    if task.displaced:
        raise TryLater("another copy of this node is at work", copies.HOLD, code=copies.DISPLACED)
    if not task.host.resting(now) and not letters.is_public(task.letter.body):
        await _unless_doubted(node, task)
    if task.host.resting(now):
        assert task.host.retry_at is not None
        raise TryLater(f"{task.host.domain} is left alone", task.host.retry_at - now)
    outcome, form = await _attempt(node, task)
    if outcome.verdict is Verdict.DONE:
        await node.write(_delivered, task, form)
    elif outcome.verdict is Verdict.UNPROVEN and unproven < UNPROVEN_AGAIN:
        await _again(node, task, outcome, now, Tries(failures, unproven + 1, since))
    elif outcome.verdict is Verdict.AGAIN:
        await _again(node, task, outcome, now, Tries(failures, unproven, since))
    else:
        await node.write(_refused, task, outcome)


async def _unless_doubted(node: Node, task: Task) -> None:
    """Look who lives there now, before anything private goes to a server that was silent for long.

    Raises:
        TryLater: it is under doubt, or does not answer.
    """
    host, now = task.host, node.now()
    behind = [
        await _as_now(node, one)
        if returning.is_unread(seen=one.fetched, last_ok=host.last_ok, back=host.back, now=now)
        else one
        for one in task.behind
    ]
    if any(one.doubted for one in behind):
        raise TryLater(f"{task.host.domain} is under doubt", returning.HOLD, code=returning.DOUBTED)


async def _as_now(node: Node, one: Account) -> Account:
    try:
        return await resolving.refresh(node, one)
    except (Refused, Missing, Malformed):
        return one


async def _attempt(node: Node, task: Task) -> tuple[Outcome, Form]:
    """One try, with a second knock where the first spelling is doubted."""
    form = task.form
    outcome, status = await _send(node, task, form)
    if knock_again(outcome, status, known=task.host.form is not None):
        other = Form.CAVAGE if form is Form.RFC9421 else Form.RFC9421
        second, _ = await _send(node, task, other)
        if second.verdict is Verdict.DONE:
            return second, other
    return outcome, form


async def _send(node: Node, task: Task, form: Form) -> tuple[Outcome, int]:
    try:
        by = await signing.signer(node, task.letter.actor, telling=task.telling)
        more = dict(await followers.header(node, task.letter, task.inbox))
        if task.start:
            more[copies.HEADER] = task.start
        digested = _digested(node, task.letter)
        headers = signing.posting(node, by, task.letter.body, digested, form, more)
        answer = await node.network.post(task.inbox, task.letter.body, headers=headers)
        if answer.status in MOVED and (place := _moved(node, answer)):
            answer = await node.network.post(place, task.letter.body, headers=headers)
    except Unreachable as unreachable:
        return replace(UNREACHABLE, code=unreachable.why), 0
    except Forbidden as refusal:
        # A name may lead to a closed address for a while; a URL we cannot ask never changes.
        verdict = Verdict.FINAL if refusal.code == "E_URL" else Verdict.AGAIN
        return Outcome(verdict=verdict, code=refusal.code), 0
    except Missing as refusal:
        return Outcome(verdict=Verdict.FINAL, code=refusal.code), 0
    except Refused as refusal:
        return Outcome(verdict=Verdict.AGAIN, code=refusal.code), 0
    if answer.status == 409 and await _displaced(node, task, answer):
        return Outcome(verdict=Verdict.AGAIN, code=copies.DISPLACED), answer.status
    return judge(answer.status, answer.headers, node.now()), answer.status


async def _displaced(node: Node, task: Task, answer: Answer) -> bool:
    """Whether the answer proves that there is another copy of us."""
    said = answer.headers.get(copies.HEADER.lower())
    return await node.write(copies.told, domain(task.inbox), said)


def _moved(node: Node, answer: Answer) -> str | None:
    """Where the inbox moved on its own server; a letter is never carried to another one."""
    location = answer.headers.get("location")
    if not location:
        return None
    try:
        place = onward(answer.url, location, allow_http=node.settings.allow_http)
    except Forbidden:
        return None
    return place if domain(place) == domain(answer.url) else None


def _digested(node: Node, sent: Letter) -> Digests:
    """The digests of a letter, made once for all its inboxes."""
    kept: dict[str, Digests] = node.memory.setdefault("federation.digests", {})
    if sent.activity not in kept:
        while len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[sent.activity] = digests(sent.body)
    return kept[sent.activity]


async def _again(node: Node, task: Task, outcome: Outcome, started: datetime, tries: Tries) -> None:
    """Put the letter off, alone or with all that waits for its host."""
    luck = node.random.random()
    if outcome.whole:
        error = f"{outcome.code} {task.inbox}"
        until = await node.write(hosts.failed, task.host.domain, started, error, outcome.wait, luck)
        raise TryLater(error, max(until - node.now(), timedelta()))
    counts = tries._replace(failures=tries.failures + 1)._asdict()
    await node.write(letters.recount, task.letter.activity, task.inbox, counts)
    raise TryLater(outcome.code, pause(tries.failures, luck))


def _delivered(unit: Unit, task: Task, form: Form) -> None:
    hosts.answered(unit, task.host.domain, form)
    letters.finish(unit, task.letter.activity, task.inbox, None)


def _refused(unit: Unit, task: Task, outcome: Outcome) -> None:
    log.info("%s refused %s: %s", task.inbox, task.letter.activity, outcome.code)
    if outcome.code.startswith("E_HTTP"):
        hosts.answered(unit, task.host.domain)
    if outcome.gone:
        absence.suspect(unit, task.inbox, task.letter.activity)
    letters.finish(unit, task.letter.activity, task.inbox, outcome.code)


# Looking ------------------------------------------------------------------------------------


def _task(
    db: Connection, registry: Registry, activity: str, inbox: str, now: datetime
) -> Task | None:
    found = letters.outgoing(db, activity)
    if found is None:
        return None
    host = hosts.known(db, domain(inbox), now)
    behind = _behind(db, inbox)
    owners: list[Account | str] = [one for one in behind if one.inbox == inbox]
    return Task(
        letter=found,
        inbox=inbox,
        host=host,
        refused=all(_shut_out(db, registry, one) for one in owners or [inbox]),
        form=host.form or (Form.RFC9421 if _announced(behind) else Form.CAVAGE),
        behind=tuple(one for one in behind if one.inbox == inbox) or tuple(behind),
        telling=activity,
        start=copies.for_peer(db, domain(inbox)),
        displaced=copies.displaced(db) is not None,
    )


def _behind(db: Connection, inbox: str) -> list[Account]:
    """Some actors whose letters lie in an inbox."""
    rows = db.execute(_BEHIND, {"domain": domain(inbox), "inbox": inbox})
    return [account_of(row) for row in rows]


_BEHIND = (
    select(account)
    .where(account.c.domain == bindparam("domain"))
    .where(or_(account.c.inbox == bindparam("inbox"), account.c.shared_inbox == bindparam("inbox")))
    .limit(SOME)
)


def _shut_out(db: Connection, registry: Registry, owner: Account | str) -> bool:
    """Whether we have nothing to do with the owner of an inbox, or with its server."""
    if isinstance(owner, str):
        return policy.refuses(db, registry, owner)
    return not addressing.reachable(db, registry, owner)


def _announced(behind: Iterable[Account]) -> bool:
    """Whether an actor says that its server reads RFC 9421 (FEP-844e)."""
    return any(
        RFC9421 in href
        for one in behind
        if one.document
        for href in addressing.implemented(one.document)
    )


def _dropped(task: Task, node: Node, since: str | None) -> str | None:
    """Why a letter is not even tried; None if it is."""
    if node.community.at_home:
        return "E_AT_HOME"
    if task.refused:
        return "E_BLOCKED"
    expires = task.letter.expires
    if expires is not None and expires <= node.now():
        return "E_EXPIRED"
    return "E_OVERDUE" if _overdue(task.letter, node, since) else None


def _overdue(sent: Letter, node: Node, since: str | None = None) -> bool:
    begun = datetime.fromisoformat(since) if since else sent.at
    return node.now() - begun >= timedelta(days=node.settings.delivery_days)
