"""A jury on a matter: asked for, drawn by lot, at work, and what it recommends. Units."""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.jury import queries, rules
from node.modules.jury.rules import Part, Reason, Stage
from node.modules.jury.tables import Jury, Person
from node.modules.proposals import api as proposals

BEFORE_VOTE: Final = frozenset({"researching", "formingPositions", "deliberating"})
"""Stages of a matter in which a jury can be asked."""
DIGEST: Final = 64


def _no(code: str, matter: str) -> Conflict:
    return Conflict(code, matter, safe=rules.SENTENCES[code])


def ask(unit: Unit, matter: str, member: str, question: str, seats: int) -> None:
    """Ask a jury about a proposal: the list is frozen, and the lot begins to be made.

    Raises:
        Refused: not a member.
        Missing: there is no such proposal.
        Conflict: E_ONCE, E_MATTER (its vote is open), E_FEW.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    found, made = proposals.ours(unit, matter)
    if queries.on(unit.db, matter) is not None:
        raise _no("E_ONCE", matter)
    if found.stage not in BEFORE_VOTE:
        raise _no("E_MATTER", matter)
    out = _left_out(made, member)
    listed = proposals.active(unit.db, unit.now)
    if not rules.fits(sum(who not in out for who in listed), seats):
        raise _no("E_FEW", matter)
    word = secrets.token_hex(16)
    row = {
        "id": secrets.token_urlsafe(16), "matter": matter, "asker": member, "question": question,
        "seats": seats, "stage": Stage.PROMISE.value, "ends": unit.now + rules.PROMISE,
        "list_digest": rules.digest(listed), "lot": decisions.commitment(word), "lot_word": word,
    }  # fmt: skip
    queries.add(unit, row, [
        (who, Part.OUT if who in out else Part.LISTED, out[who].value if who in out else None)
        for who in listed
    ])  # fmt: skip
    unit.log("jury.ask", member, subject=found.id, words=f"list {row['list_digest']}")
    unit.log("jury.lot", unit.community.id, subject=found.id, words=f"lot {row['lot']}")


def _left_out(made: proposals.Plan, asker: str) -> dict[str, Reason]:
    return {asker: Reason.ASKS, made.lead or "": Reason.LEADS, made.author or "": Reason.BROUGHT}


def seats(db: Connection, made: proposals.Plan, asker: str, now: datetime) -> int:
    """How many can be drawn at most if this member asks now; 0 if no jury is large enough."""
    out = _left_out(made, asker)
    listed = sum(who not in out for who in proposals.active(db, now))
    room = min(listed // rules.TIMES, rules.MOST)
    return room if rules.fits(listed, room) else 0


def on(unit: Unit, matter: str) -> Jury:
    """The jury on a matter.

    Raises:
        Missing: there is none.
    """
    found = queries.on(unit.db, matter)
    if found is None:
        raise Missing(detail=matter)
    return found


def _mine(unit: Unit, found: Jury, member: str, *parts: Part) -> Person:
    """A member's place on the list, if they are one of these there."""
    mine = next((one for one in found.people if one.member == member), None)
    if mine is None or mine.part not in parts or not accounts.is_member(unit.db, member):
        raise Refused("E_NOT_YOURS", member, safe=rules.SENTENCES["E_NOT_YOURS"])
    return mine


def _in(found: Jury, *stages: Stage) -> None:
    if found.stage not in stages:
        raise _no("E_STAGE", found.matter)


# The lot --------------------------------------------------------------------------------------


def stake(unit: Unit, matter: str, member: str) -> None:
    """Say, before the draw, that one has a stake in it and is not to be drawn.

    Raises:
        Missing: there is no jury.
        Refused: E_NOT_YOURS, one is not on the list.
        Conflict: E_STAGE, it was drawn.
    """
    found = on(unit, matter)
    _in(found, Stage.PROMISE, Stage.TELL)
    mine = _mine(unit, found, member, Part.LISTED)
    queries.place(unit, mine.id, part=Part.OUT.value, reason=Reason.STAKE.value)


def promise(unit: Unit, matter: str, member: str, digest: str) -> None:
    """Promise a word for the lot by its digest.

    Raises:
        Refused: not a member.
        Missing: there is no jury.
        Conflict: E_STAGE; E_PROMISED.
        Invalid: `digest`.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    found, said = on(unit, matter), digest.strip().lower()
    _in(found, Stage.PROMISE)
    if unit.now >= found.ends:
        raise _no("E_STAGE", matter)
    if len(said) != DIGEST or set(said) - set("0123456789abcdef"):
        raise Invalid({"digest": rules.SENTENCES["E_DIGEST"]})
    if any(one.member == member or one.digest == said for one in found.words):
        raise _no("E_PROMISED", matter)
    queries.promise(unit, found.id, member, said)
    unit.log("jury.lot", member, subject=matter, words=f"lot {said}")


def tell(unit: Unit, matter: str, member: str, word: str) -> None:
    """Tell the word that one has promised; with the last of them the jury is drawn.

    Raises:
        Missing: there is no jury, or one has promised none.
        Conflict: E_STAGE, it is not time for it.
        Invalid: `word` is not the one.
    """
    found = on(unit, matter)
    _in(found, Stage.TELL)
    mine = next((one for one in found.words if one.member == member), None)
    if mine is None:
        raise Missing(detail=member)
    said = decisions.plain(word)
    if not decisions.kept_word(said, mine.digest):
        raise Invalid({"word": rules.SENTENCES["E_WORD"]})
    queries.tell(unit, found.id, member, said)
    after = on(unit, matter)
    if all(one.word for one in after.words):
        _draw(unit, after)


def _draw(unit: Unit, found: Jury) -> None:
    """Draw the jury: the order of the whole list, and then whom it falls on first."""
    for one in found.words:
        if one.word is None:
            unit.log("jury.lot.withheld", one.member or "", subject=found.matter, words=one.digest)
    told = [queries.lot_word(unit, found.id), *(one.word for one in found.words if one.word)]
    seed = decisions.lot_seed(told, found.list_digest)
    names = {one.member: one for one in found.people if one.member}
    for number, who in enumerate(decisions.lot_order(names, seed), 1):
        queries.place(unit, names[who].id, place=number)
    _to(unit, found, Stage.SITS, seed=seed, ends=unit.now + rules.SITS)
    unit.log("jury.draw", unit.community.id, subject=found.matter, words=f"seed {seed}")
    call(unit, found.matter)


def call(unit: Unit, matter: str) -> None:
    """Ask the next in the order of the lot for each seat that is empty; end it without anybody."""
    found = on(unit, matter)
    names = {one.member: one for one in found.people if one.member}
    for who, one in names.items():
        live = one.part in (Part.LISTED, Part.ASKED, Part.SITS)
        if live and not accounts.is_member(unit.db, who):
            queries.place(unit, one.id, part=Part.GONE.value, until=None)
    found = on(unit, matter)
    names = {one.member: one for one in found.people if one.member}
    out = [who for who, one in names.items() if one.part in rules.ASIDE]
    drawn = decisions.lot_jury(names, found.seats, found.seed or "", out)
    until = min(unit.now + rules.ANSWER, found.ends)
    for who in drawn:
        if names[who].part is Part.LISTED:
            queries.place(unit, names[who].id, part=Part.ASKED.value, until=until)
            unit.log("jury.call", who, subject=matter)
    if not drawn:
        _to(unit, found, Stage.LAPSED)


def _to(unit: Unit, found: Jury, stage: Stage, **values: object) -> None:
    if not rules.legal(found.stage, stage):
        raise _no("E_STAGE", found.matter)
    queries.change(unit, found.id, stage=stage.value, **values)
    unit.log("jury.stage", unit.community.id, subject=found.matter, words=stage.value)


# At work --------------------------------------------------------------------------------------


def answer(unit: Unit, matter: str, member: str, *, yes: bool) -> None:
    """Say whether one takes part; who said yes may still step back. No reason is asked.

    Raises:
        Missing: there is no jury.
        Refused: E_NOT_YOURS, one was not drawn.
        Conflict: E_STAGE, it is over.
    """
    found = on(unit, matter)
    _in(found, Stage.SITS)
    mine = _mine(unit, found, member, *((Part.ASKED,) if yes else (Part.ASKED, Part.SITS)))
    part = Part.SITS if yes else Part.DECLINED
    queries.place(unit, mine.id, part=part.value, until=None, stands=False)
    if not yes:
        call(unit, matter)


def write(unit: Unit, matter: str, member: str, text: str) -> None:
    """Write what the jury recommends; who stood behind other words says so anew.

    Raises:
        Missing, Refused, Conflict: as `answer`; E_STILL, it stands and the end is near.
    """
    found = on(unit, matter)
    _in(found, Stage.SITS)
    mine = _mine(unit, found, member, Part.SITS)
    if text != found.text and still(found, unit.now):
        raise _no("E_STILL", matter)
    if text != found.text:
        queries.change(unit, found.id, text=text)
        queries.nobody_stands(unit, found.id)
    queries.place(unit, mine.id, stands=True, otherwise="")


def stand(unit: Unit, matter: str, member: str, otherwise: str) -> None:
    """Stand behind what is written, or say what one sees differently; it stands beside it.

    Raises:
        Missing, Refused: as `answer`.
        Conflict: E_STAGE; E_EMPTY, nothing is written.
    """
    found = on(unit, matter)
    _in(found, Stage.SITS)
    mine = _mine(unit, found, member, Part.SITS)
    if not found.text:
        raise _no("E_EMPTY", matter)
    queries.place(unit, mine.id, stands=not otherwise, otherwise=otherwise)


def stands(found: Jury) -> bool:
    """Whether the recommendation has more than half of those who take part behind it."""
    sits = [one.id for one in found.people if one.part is Part.SITS]
    behind = [one.id for one in found.people if one.stands]
    return bool(found.text) and rules.agreed(behind, sits)


def still(found: Jury, now: datetime) -> bool:
    """Whether what a jury has written stays as it is until its end."""
    return rules.still(now, found.ends, stands=stands(found))


def hand_in(unit: Unit, matter: str, member: str) -> None:
    """Hand the recommendation in; nobody may still be asked whether they take part.

    Raises:
        Missing, Refused: as `answer`.
        Conflict: E_STAGE; E_EMPTY, not more than half stand behind it, or some are asked.
    """
    found = on(unit, matter)
    _in(found, Stage.SITS)
    _mine(unit, found, member, Part.SITS)
    if not stands(found) or any(one.part is Part.ASKED for one in found.people):
        raise _no("E_STAGE", matter)
    _to(unit, found, Stage.SAID, said=unit.now)


def by_clock(unit: Unit, matter: str) -> None:
    """Take a jury on whose time is over; nothing if it is not."""
    found = on(unit, matter)
    over = unit.now >= found.ends
    if found.stage is Stage.PROMISE and over and found.words:
        _to(unit, found, Stage.TELL, ends=unit.now + rules.TELL)
    elif found.stage in (Stage.PROMISE, Stage.TELL) and over:
        _draw(unit, found)
    elif found.stage is Stage.SITS and over:
        done = {"said": unit.now} if stands(found) else {}
        _to(unit, found, Stage.SAID if done else Stage.LAPSED, **done)
    elif found.stage is Stage.SITS:
        late = [one for one in found.people
                if one.part is Part.ASKED and one.until and one.until <= unit.now]  # fmt: skip
        for one in late:
            queries.place(unit, one.id, part=Part.SILENT.value, until=None)
        call(unit, matter)
