"""Opening a box and putting a ballot in. Units.

A secret ballot and the flag of its voter are written together and share nothing; no event, no log
entry, no notice tells of either. What leads from a voter to their ballot is a code that the
voter alone has: with it they may change it until the close, and nobody else can find it.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, update

from node.kernel import choices
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import delegating, opened, queries, rules, voices, watched
from node.modules.decisions.choices import EXACT, FEWEST, FLOOR
from node.modules.decisions.methods import lots
from node.modules.decisions.methods.face import ABSTAIN, Marks, Paper
from node.modules.decisions.methods.ways import AMONG_OPTIONS, ONE_TEXT, Method, Position
from node.modules.decisions.options import options_of
from node.modules.decisions.tables import audit, ballot, box, roster
from vocab import proofs
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How one thing is decided, fixed before voting opens.

    `share` of those who are active must take part; `counts`: sums are shown where they may;
    `review`: when the decision is looked at again; `settings`: what the method has to know
    (`methods.ways.setup`), and `extends`: whether it stays open once more if too few take part.
    `open`: members see after the close who voted how; `kind`: of matter, for whoever has somebody
    vote for them in it, None where nobody can.
    """

    method: Method
    share: Fraction
    counts: bool
    closes: datetime
    review: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)
    open: bool = False
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a voter takes home: a word that will stand in the list, and the code of the ballot.

    Both are empty in an open vote, where the ballot stands beside its voter's name.
    """

    word: str
    code: str


def open_box(
    unit: Unit,
    box_id: str,
    terms: Terms,
    *,
    subject: Mapping[str, Any],
    members: Sequence[str],
    active: Collection[str] | None = None,
) -> None:
    """Open a box: freeze the text and the list of those who may vote.

    Args:
        unit: the unit.
        box_id: any name of the caller's, at most 64 characters.
        terms: how it is decided.
        subject: `id`, `name`, `content` (and `options`) as on the wire: what is decided.
        members: the ids of those who may vote.
        active: those among them who were here lately, of whom the quorum is a share; None: all.

    Raises:
        Refused: nobody may vote; the method cannot choose among options, or needs some.
    """
    among = bool(options_of(subject))
    if terms.method not in (AMONG_OPTIONS if among else ONE_TEXT):
        raise Refused("E_METHOD", f"{terms.method} with options: {among}")
    if not members:
        raise Refused("E_NO_MEMBERS", safe=mark("There is nobody who could vote."))
    salt, word = secrets.token_hex(16), secrets.token_hex(16)
    frozen = rules.roster_hash(members, salt)
    here = set(members if active is None else active)
    counted, fewest = sum(m in here for m in members), choices.now(unit.db, FEWEST)
    base = {"eligible": len(members), "active": counted, "lot": lots.commitment(word),
            "needed": rules.required(terms.share, counted, len(members), fewest=fewest),
            "roster_hash": frozen}  # fmt: skip
    unit.db.execute(insert(box), {**_row(unit, box_id, terms, subject, fewest), **base})
    unit.db.execute(insert(audit), {"box": box_id, "salt": salt, "lot": word})
    _list(unit, box_id, members, here)
    if terms.open and terms.kind is not None and voices.fits(terms.method):
        delegating.freeze(unit, box_id, terms.kind, members)
    unit.log("decision.open", unit.community.id, subject=box_id, words=f"roster {frozen}")
    unit.log("decision.lot", unit.community.id, subject=box_id, words=f"lot {base['lot']}")


def _row(
    unit: Unit, box_id: str, terms: Terms, subject: Mapping[str, Any], fewest: int
) -> dict[str, Any]:
    """What is fixed of a vote, as it stands in its row."""
    more = {"fewest": fewest, "open": terms.open, "floor": choices.now(unit.db, FLOOR),
            "exact": choices.now(unit.db, EXACT)}  # fmt: skip
    return {
        "id": box_id,
        "method": terms.method.value,
        "share": str(terms.share),
        "counts": terms.counts,
        "opened": unit.now,
        "closes": terms.closes,
        "review": terms.review,
        "subject": dict(subject),
        "subject_digest": proofs.subject_digest(subject),
        "settings": {**terms.settings, **more},
    }


def _list(unit: Unit, box_id: str, members: Sequence[str], here: Collection[str]) -> None:
    slots: list[dict[str, Any]] = [
        {"slot": secrets.token_hex(16), "box": box_id, "member": m, "active": m in here}
        for m in members
    ]
    unit.db.execute(insert(roster), sorted(slots, key=lambda slot: slot["slot"]))


def cast(
    unit: Unit,
    box_id: str,
    member: str,
    said: str | Marks,
    reason: str = "",
    *,
    publish: bool = False,
    code: str = "",
) -> Receipt:
    """Put a ballot into a box; with its code, put another in its place.

    Args:
        unit: the unit.
        box_id: which box.
        member: whose flag is set; nothing else of them is kept, unless the vote is an open one.
        said: what the ballot says, or one word of it: a position, or the key of an option.
        reason: kept only beside a reservation or an objection, which needs one.
        publish: the member wants the reason to stand in the record, without their name.
        code: of the ballot that the member cast before.

    Raises:
        Missing: there is no such box.
        Conflict: E_CLOSED, E_VOTED (there is no ballot of theirs with this code).
        Refused: E_MEMBERS_ONLY, E_NOT_ON_ROSTER, E_RECUSED. Whoever was suspended since is
            still on its list, until two hands take them off it.
        Invalid: what it says (as the field `position`) or `reason` cannot be used.
    """
    found = _open(unit, box_id)
    marks = {said: 1} if isinstance(said, str) else said
    if wrong := rules.fault(found.method, marks, reason, found.setup):
        sentence = found.way.fault(marks, found.setup) or FAULTS[wrong]
        raise Invalid({wrong: sentence})
    if accounts.member(unit.db, member) is None:
        raise Refused("E_MEMBERS_ONLY", member)
    kept = reason.strip() if rules.WITH_REASON & set(marks) else ""
    row = _written(found, marks) | {"reason": kept or None, "publish": bool(kept) and publish}
    if found.open:
        admit(unit.db, box_id, member, again=True)
        opened.put(unit, box_id, member, row)
        return Receipt(word="", code="")
    if code:
        admit(unit.db, box_id, member, again=True)
        return _replace(unit, box_id, member, rules.read_code(code), row)
    _flag(unit, box_id, member)
    code = rules.new_code()
    key = rules.ballot_key(box_id, member, code)
    unit.db.execute(insert(ballot), {"key": key, "box": box_id, **row})
    return Receipt(word=rules.receipt(key), code=code)


FAULTS: Final = {"reason": mark("An objection needs a reason. Say what harm you see.")}


def _open(unit: Unit, box_id: str) -> queries.Box:
    found = queries.box_of(unit.db, box_id)
    if found is None:
        raise Missing
    if found.counted or unit.now >= found.closes:
        raise Conflict("E_CLOSED", safe=mark("Voting has closed. The result is on its page."))
    return found


def _written(found: queries.Box, marks: Marks) -> dict[str, Any]:
    """What a ballot says, as it stands in its row."""
    if found.way.paper is not Paper.ONE:
        given = json.dumps(dict(sorted(marks.items())), separators=(",", ":"))
        return {"position": "", "option": None, "marks": given}
    (word,) = marks
    if not found.options:
        return {"position": word, "option": None, "marks": None}
    if word == ABSTAIN:
        return {"position": word, "option": None, "marks": None}
    return {"position": Position.IN_FAVOUR.value, "option": word, "marks": None}


# Built once: building takes longer than asking.
_VOTES = (
    update(roster)
    .where(roster.c.box == bindparam("of"), roster.c.member == bindparam("who"))
    .where(~roster.c.recused, ~roster.c.voted)
    .values(voted=True)
)


def _flag(unit: Unit, box_id: str, member: str) -> None:
    if unit.db.execute(_VOTES, {"of": box_id, "who": member}).rowcount != 1:
        admit(unit.db, box_id, member)


def _replace(unit: Unit, box_id: str, member: str, code: str, row: dict[str, Any]) -> Receipt:
    key = rules.ballot_key(box_id, member, code)
    mine = (ballot.c.key == key) & (ballot.c.box == box_id)
    if unit.db.execute(update(ballot).where(mine).values(row)).rowcount != 1:
        raise Conflict("E_VOTED", safe=CAST)
    return Receipt(word=rules.receipt(key), code=code)


CAST: Final = mark(
    "Your ballot is in the box. To change it, write the code that you got with the receipt."
)


def admit(db: Connection, box_id: str, member: str, *, again: bool = False) -> None:
    """Let somebody pass who may vote in a box and has not, or `again` who has.

    Nobody whom two hands took off its list: the row of one who had voted stays there.

    Raises:
        Refused: E_NOT_ON_ROSTER, E_RECUSED.
        Conflict: E_VOTED.
    """
    voted = queries.voted(db, box_id, member)
    if voted is None or member in watched.left_out(db, box_id):
        sentence = mark(
            "You are not on its list: you joined after it had opened, or two of us took you off it."
        )
        raise Refused("E_NOT_ON_ROSTER", safe=sentence)
    if queries.recused(db, box_id, member):
        sentence = mark("You said that you have a stake in this, so it goes on without you.")
        raise Refused("E_RECUSED", safe=sentence)
    if voted and not again:
        raise Conflict("E_VOTED", safe=CAST)


def recuse(unit: Unit, box_id: str, member: str) -> None:
    """Leave a member out who says that they have a stake in it: of the ballots and of the base.

    Raises:
        Missing, Conflict, Refused: as `cast`; who has voted can no longer stay out.
    """
    _open(unit, box_id)
    admit(unit.db, box_id, member)
    mine = (roster.c.box == box_id) & (roster.c.member == member) & ~roster.c.voted
    unit.db.execute(update(roster).where(mine).values(recused=True))
