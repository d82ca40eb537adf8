"""What members do about a decision in force: measures before it, steps in it. Units."""

from datetime import date

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliveries import queries, rules
from node.modules.deliveries.matters import INSIDE, Matter, matter
from node.modules.deliveries.rules import Act, Part, Phase, State
from node.modules.deliveries.tables import Step
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.language import catalogue, mark


def found(unit: Unit, slug: str, member: str, *phases: Phase) -> Matter:
    """A decision for what a member wants to do in some phases of it.

    Raises:
        Refused: not a member.
        Missing: there is no such decision.
        Conflict: E_PHASE, it is in another phase.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    one = matter(unit.db, slug, INSIDE, unit.now)
    if one.phase not in phases:
        raise Conflict("E_PHASE", f"{slug} is {one.phase}", safe=rules.NOW[one.phase])
    return one


# Before it is in force ----------------------------------------------------------------------


def measure(unit: Unit, slug: str, member: str, what: str, how: str, *, once: str) -> None:
    """Fix one thing by which a decision will be judged.

    Args:
        unit: the unit.
        slug: the decision.
        member: who writes it.
        what: a sentence, as in "The room is used on three days a week".
        how: how that is looked at.
        once: the key of the form.

    Raises:
        Refused, Missing: as `found`.
        Conflict: E_PHASE, it is in force; E_MANY, there are enough.
    """
    found(unit, slug, member, Phase.BEFORE)
    if len(queries.measures(unit.db, slug)) >= rules.MOST_MEASURES:
        raise Conflict("E_MANY", safe=ENOUGH_MEASURES)
    values = {"id": once, "matter": slug, "what": what, "how": how, "by": member}
    queries.add_measure(unit, values)


ENOUGH_MEASURES = mark("Five are enough to judge by. Take one away to write another.")


def unmeasure(unit: Unit, slug: str, member: str, id: str) -> None:
    """Take a measure away again: who wrote it or a keeper, until the decision is in force.

    Raises:
        Refused: E_NOT_YOURS; and as `found`.
        Missing, Conflict: as `found`.
    """
    found(unit, slug, member, Phase.BEFORE)
    one = next((m for m in queries.measures(unit.db, slug) if m.id == id), None)
    if one is None:
        return
    if one.by != member and not accounts.is_admin(unit.db, member):
        sentence = mark("Who wrote it, or one of the %(word_keepers)s, takes it away.")
        raise Refused("E_NOT_YOURS", member, safe=sentence)
    queries.drop_measure(unit, id)


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """What somebody expects who would decide otherwise, by when it will show, and who reads it.

    `publish`: it is to stand in the record of the decision, without their name.
    """

    text: str
    day: date | None
    publish: bool = False


def expect(unit: Unit, slug: str, member: str, said: Otherwise | None) -> None:
    """Say what one expects of a decision that one would not take; None takes it back.

    Raises:
        Refused, Missing, Conflict: as `found`.
        Invalid: `day` is missing; `publish`, the record is written.
    """
    one = found(unit, slug, member, Phase.BEFORE)
    if said is not None and said.day is None:
        raise Invalid({"day": mark("Say by when. Without a day nobody can look whether it came.")})
    if said is not None and said.publish and one.closed:
        raise Invalid({"publish": decisions.WRITTEN})
    if before := queries.expectation_of(unit.db, slug, member):
        decisions.unstate(unit, before.id)
    if said is None or said.day is None:
        queries.expect(unit, slug, member, {})
        return
    id, text = _new(unit), said.text.strip()
    kept = {"id": id, "text": text, "day": said.day, "publish": said.publish}
    queries.expect(unit, slug, member, kept)
    if said.publish:
        decisions.state(unit, slug, id, f"{text}\n\n{_seen_by(unit, said.day)}")


def _seen_by(unit: Unit, day: date) -> str:
    """By when something will show, in the community's language: the record is in it."""
    say = catalogue(unit.community.language).gettext
    return say(mark("This will show by %(day)s.")) % {"day": decisions.in_full(day, say)}


# Steps --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A step as a member writes it down; `owner` and `checker` are short names, or empty."""

    what: str
    done_when: str
    due: date
    owner: str = ""
    checker: str = ""


def add(unit: Unit, slug: str, member: str, draft: Draft, *, once: str) -> None:
    """Write down a step of a decision in force.

    Raises:
        Refused, Missing: as `found`.
        Conflict: E_PHASE, it is not in force; E_MANY, enough steps are open.
        Invalid: `owner` or `checker` is nobody here, or both are one.
    """
    found(unit, slug, member, Phase.IN_FORCE, Phase.REVIEW)
    people = {"owner": _somebody(unit, draft.owner), "checker": _somebody(unit, draft.checker)}
    wrong = {
        name: mark("Nobody here has this short name. Look under %(word_members)s.")
        for name, id in people.items()
        if getattr(draft, name) and id is None
    }
    if people["owner"] and people["owner"] == people["checker"]:
        wrong["checker"] = mark("Who carries it out does not check it. Name somebody else.")
    if wrong:
        raise Invalid(wrong)
    if queries.open_steps(unit.db, slug) >= rules.MOST_STEPS:
        raise Conflict("E_MANY", safe=ENOUGH_STEPS)
    state = rules.begins(maker=member, owner=people["owner"])
    words = {"what": draft.what, "done_when": draft.done_when, "due": draft.due}
    row = {"id": _new(unit), "matter": slug, "maker": member, "state": state, "once": once}
    queries.add_step(unit, {**row, **words, **people})
    proposals.follow(unit, slug, "acting", by=proposals.Who.MEMBERS)


ENOUGH_STEPS = mark("Seven steps are open. Finish or drop one before you add another.")


def _somebody(unit: Unit, name: str) -> str | None:
    """The id of a member by their short name."""
    one = accounts.by_handle(unit.db, name.strip().lstrip("@")) if name else None
    return one.id if one is not None and one.suspended is None else None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with a move: words and a link as proof, or the reason for sending it back."""

    words: str = ""
    link: str = ""


def move(unit: Unit, slug: str, id: str, member: str, act: Act, said: Said | None = None) -> State:
    """Move a step by the table of `rules.NEXT`; the state it is in then.

    Raises:
        Refused: E_NOT_YOURS, it is somebody else's to do; and as `found`.
        Missing: there is no such decision or step.
        Conflict: E_STATE, it cannot be done now; E_PHASE, the decision is over.
        Invalid: `words` are needed.
    """
    phases = (Phase.IN_FORCE, Phase.REVIEW, Phase.REVIEWED)
    found(unit, slug, member, *phases)
    one = queries.step_by_id(unit.db, id)
    if one is None or one.matter != slug:
        raise Missing(detail=id)
    keeper = accounts.is_admin(unit.db, member)
    if no := rules.refusal(one.state, act, seats(one, member, keeper=keeper)):
        code, sentence = no
        raise (Conflict if code == "E_STATE" else Refused)(code, f"{act} {id}", safe=sentence)
    given = said or Said()
    if act in NEEDED and not given.words.strip():
        raise Invalid({"words": NEEDED[act]})
    after = rules.NEXT[one.state, act][0]
    queries.change_step(unit, id, state=after, **_changed(act, member, given))
    return after


NEEDED = {
    Act.SHOW: mark("Say in a sentence what was done, so that somebody can look at it."),
    Act.RETURN: mark("Say what is still missing, so that it can be done."),
}
"""Acts that need words, and what to say."""


def seats(one: Step, member: str, *, keeper: bool) -> frozenset[Part]:
    """What a member is to a step."""
    return rules.parts(member, owner=one.owner, checker=one.checker, maker=one.maker, keeper=keeper)


def _changed(act: Act, member: str, said: Said) -> dict[str, str | None]:
    """The values that a move gives to a step, but for its state."""
    free: dict[str, str | None] = {"owner": None, "proof": None, "link": None, "returned": None}
    match act:
        case Act.TAKE:
            return {"owner": member}
        case Act.DECLINE | Act.LEAVE:
            return free
        case Act.SHOW:
            return {"proof": said.words, "link": said.link or None, "returned": None}
        case Act.CONFIRM:
            return {"checker": member}
        case Act.RETURN:
            return {"checker": member, "returned": said.words}
        case _:
            return {}


def _new(unit: Unit) -> str:
    return unit.id("x").rpartition("/")[2]
