"""What the page of a joint decision says: where it stands, who said what, whether it counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.decisions import api as decisions
from node.modules.joint import queries, rules, telling
from node.modules.joint.queries import Answered, Ended, Process
from node.modules.joint.rules import Answer, Case, Standing, State
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice

UNKNOWN: Final = mark("In a way that we do not know")
OUTCOMES: Final = {
    "approved": mark("Decided together: yes"),
    "rejected": mark("Decided together: no"),
    "blocked": mark("Stopped by an objection"),
    "noDecision": mark("Nothing decided together"),
}
STATES: Final[Mapping[str, str]] = {
    State.INVITING: mark("Invited"),
    State.OPEN: mark("Each decides"),
    State.CONCLUDED: mark("Decided together"),
    State.FAILED: mark("Nothing came of it"),
    State.CANCELLED: mark("Taken back"),
}
ANSWERS: Final = {
    Answer.ACCEPTED: mark("Takes part"),
    Answer.TENTATIVE: mark("Does not know yet"),
    Answer.REJECTED: mark("Takes no part"),
    Answer.LEFT: mark("Left"),
}
STANDINGS: Final = {
    Standing.COUNTS: mark("counts"),
    Standing.LATE: mark("came too late, so it does not count"),
    Standing.REPLACED: mark("a newer one stands in its place"),
    Standing.LEFT: mark("left, so it does not count"),
    Standing.OUTSIDE: mark("takes no part, so it does not count"),
}
FAULTS: Final = {
    "E_LATE": mark("It names a record that was not here in time, so we say nothing to it."),
    "E_SECOND": mark("We came to the same as another one before, and say nothing to it."),
    "E_MISSING": mark("It leaves out a record that was here in time."),
    "E_LEFT": mark("It counts a community that had left."),
    "E_SILENT": mark("It names others as silent than are."),
    "E_RULE": mark("By the rule it is another outcome."),
    "E_RECORD": mark("It tells a record otherwise than it is."),
    "E_UNKNOWN": mark("It names a record that nobody shows us."),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One community on the page; `record` is the address of its record."""

    name: str
    ours: bool
    answer: str
    voice: str
    standing: str
    counts: bool
    weight: int | None
    record: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Word:
    """Somebody's word for what came of it; `same`: who came to the same."""

    name: str
    outcome: str
    state: str
    fault: str
    same: Sequence[str]
    agreed: bool
    record: str


@dataclass(frozen=True, kw_only=True)
class View:
    """All that a page of one process shows."""

    process: Process
    case: Case
    answers: Mapping[str, Answered]
    rows: Sequence[Row]
    words: Sequence[Word]
    here: str
    invited: bool
    """We are asked, and have not answered."""
    inside: bool
    """We take part."""
    so_far: str
    voted: bool = False
    """The viewer's ballot on it is in our box."""


def view(db: Connection, slug: str, viewer: Viewer, here: str, now: datetime) -> View:
    """What this node knows of a process.

    Raises:
        Missing: there is none.
    """
    one = queries.by_slug(db, slug, viewer)
    if one is None:
        raise Missing
    case, said = queries.case_of(db, one), queries.answers(db, one.id)
    names = queries.names(db, one.invited)
    open_ = rules.may_answer(state=one.state, now=now, answer_by=one.answer_by)
    asked, mine = open_ and not one.ours and not one.conflict, said.get(here)
    return View(
        process=one,
        case=case,
        answers=said,
        rows=[_row(db, one, case, said, c, names[c], here) for c in one.invited],
        words=[_word(db, one, each, names) for each in queries.ends(db, one.id)],
        here=here,
        invited=asked and here in one.invited and mine is None,
        inside=one.ours or (mine is not None and mine.answer == Answer.ACCEPTED),
        so_far=rules.outcome(case) if rules.counted(case) else "",
        voted=bool(one.proposal and decisions.voted(db, one.proposal, viewer.id or "")),
    )


def _row(
    db: Connection,
    one: Process,
    case: Case,
    said: Mapping[str, Answered],
    community: str,
    name: str,
    here: str,
) -> Row:
    votes = [v for v in case.votes if v.community == community]
    last = next((v for v in votes if rules.standing(case, v) is Standing.COUNTS), None)
    shown = last or (votes[-1] if votes else None)
    standing = rules.standing(case, shown) if shown else None
    answer = said.get(community)
    return Row(
        name=name,
        ours=community == here,
        answer=ANSWERS[Answer(answer.answer)] if answer else _told(one, community),
        voice=telling.VOICES[shown.voice] if shown else "",
        standing=STANDINGS[standing] if standing else "",
        counts=standing is Standing.COUNTS,
        weight=_weight(case, community, shown),
        record=_page_of(db, shown.record) if shown else "",
        at=shown.said if shown else None,
    )


def _told(one: Process, community: str) -> str:
    """What the community that invites says of another one, which answered to it alone."""
    if community == one.owner:
        return mark("Invites the others")
    if one.state in (State.OPEN, State.CONCLUDED) or one.outcome is not None:
        takes_part = community in one.participants
        return ANSWERS[Answer.ACCEPTED] if takes_part else mark("Takes no part, or never answered")
    return mark("No answer yet")


def _weight(case: Case, community: str, shown: rules.Vote | None) -> int | None:
    weighting = case.rule.weighting
    if weighting is decisions.Weighting.TABLE:
        return case.rule.table.get(community)
    return shown.members if shown and weighting is decisions.Weighting.MEMBERS else None


def _word(db: Connection, one: Process, each: Ended, names: Mapping[str, str]) -> Word:
    record = decisions.any_record(db, each.record)
    same = queries.same(db, each)
    return Word(
        name=names.get(each.community, each.community),
        outcome=OUTCOMES.get(record.outcome if record else "", ""),
        state=each.state,
        fault=FAULTS.get(each.code, "") if each.code else "",
        same=sorted(names[c] for c in same if c in names),
        agreed=each.record == one.concluded,
        record=_page_of(db, each.record),
    )


def _page_of(db: Connection, record: str) -> str:
    """Where a record can be read here."""
    found = decisions.any_record(db, record)
    if found is None:
        return ""
    return f"/d/{found.slug}" if found.ours else f"/decisions/elsewhere/{found.slug}"


def strip(seen: View, spoken: Voice, viewer: Viewer, now: datetime) -> tuple[str, str, str, str]:
    """Now, next, your turn, by when."""
    _, one = spoken.say, seen.process
    if one.outcome is not None:
        return _(OUTCOMES.get(one.outcome, UNKNOWN)), _("Nothing more"), "", ""
    if one.conflict:
        return _("The community that invites has said two things"), _("Nothing more"), "", ""
    if one.state == State.INVITING:
        turn = _("Say whether we take part") if seen.invited and viewer.is_member else ""
        by = spoken.short(one.answer_by) if one.answer_by else ""
        return _("Others are invited"), _("Each decides by its own way"), turn, by
    if one.state != State.OPEN:
        return _(STATES.get(one.state, UNKNOWN)), _("Nothing more"), "", ""
    if now <= one.ends:
        mine = one.proposal and one.ballot is None and viewer.is_member
        turn = _("Decide on it here") if mine and not seen.voted else ""
        return _("Each decides by its own way"), _("The outcome"), turn, spoken.short(one.ends)
    next_ = _("More than half have to come to the same") if seen.words else _("The outcome")
    return _("The time is over; it is counted"), next_, "", ""
