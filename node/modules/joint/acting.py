"""What our community does in joint decisions: invite, answer, leave, take back. Units.

Every step is an act of the community: built here, carried out by the handler that also takes the
steps of others, and sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.joint import queries, rules, telling
from node.modules.joint.objects import JointProcess, NodeWeight
from node.modules.joint.queries import Process
from node.modules.joint.rules import State
from node.modules.joint.tables import process
from node.modules.proposals import api as proposals
from vocab import proofs, wire
from vocab.model import PUBLIC, Activity
from vocab.types import Accept, Invite, Leave, Reject, Update
from vocab.values import dataclass
from web.language import catalogue, mark


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How several communities decide: who is invited, by what rule, and until when."""

    invited: Sequence[str]
    rule: decisions.Rule
    answer_by: datetime
    ends: datetime


def begin(unit: Unit, member: str, slug: str, plan: Plan, *, once: str) -> str:
    """Invite other communities to decide on a proposal of ours together with us.

    Args:
        unit: the unit.
        member: who brought the proposal, or a keeper.
        slug: a public proposal of ours on one text that is not decided.
        plan: with whom and how.
        once: the key of the form; a second sending has no second effect.

    Returns:
        The slug of the process.

    Raises:
        Missing, Conflict, Invalid, Refused: it is no such proposal, or can not be so.
    """
    if (before := queries.made_by(unit.db, once)) is not None:
        return before
    found, made = proposals.ours(unit, slug)
    if not (made.author == member or accounts.is_admin(unit.db, member)):
        raise Refused("E_NOT_YOURS", member, safe=THEIRS)
    _fit(unit, found, plan, made.closes)
    us = accounts.community_account(unit.db)
    subject = {"id": found.id, "name": found.name, "content": found.content}
    digest = proofs.subject_digest(subject)
    value = _value(unit, us, found, plan, digest)
    document = decisions.signed(unit, us, value)
    asking = Invite(
        id=unit.id("a"), actor=us.id, object=wire.load(document, unit.registry.types),
        to=tuple(plan.invited), published=unit.now, end_time=plan.answer_by,
    )  # fmt: skip
    unit.perform(asking, us, document=document)
    kept = {"once": once, "proposal": slug, "subject": subject}
    change_rows(unit.db, process.c.id, value.id, **kept)
    together = proposals.Together(
        process=value.id or "", subject=subject, digest=digest, others=list(plan.invited)
    )
    proposals.bind(unit, slug, together)
    unit.log("joint.invite", member, subject=value.id)
    return decisions.slug_of(value.id or "")


def _fit(unit: Unit, found: proposals.Proposal, plan: Plan, closes: datetime) -> None:
    """Whether a proposal can be decided so.

    Raises:
        Refused: E_AT_HOME, E_REACH, E_OPTIONS; Invalid: a field of the form.
    """
    if unit.community.at_home:
        raise Refused("E_AT_HOME", safe=AT_HOME)
    if found.reach != "public":
        raise Refused("E_REACH", found.id, safe=NOT_PUBLIC)
    if found.options:
        raise Refused("E_OPTIONS", found.id, safe=OPTIONS)
    wrong = rules.times(unit.now, answer_by=plan.answer_by, ends=plan.ends, closes=closes)
    known = {one.id for one in queries.communities(unit.db)}
    if not plan.invited or len(plan.invited) > rules.MOST or not set(plan.invited) <= known:
        wrong["invited"] = mark("Choose at least one community, and at most 20.")
    if plan.rule.least > len(plan.invited) + 1:
        wrong["least"] = mark("So many are not invited. Choose a smaller number.")
    if plan.rule.kind is decisions.Kind.SOME and plan.rule.threshold[0] > len(plan.invited) + 1:
        wrong["needed"] = mark("So many are not invited. Choose a smaller number.")
    if wrong:
        raise Invalid(wrong)


def _value(
    unit: Unit, us: Account, found: proposals.Proposal, plan: Plan, digest: str
) -> JointProcess:
    id_ = unit.id("o")
    words = telling.invitation(unit.community, found.name, plan.rule, plan.ends)
    table = plan.rule.table if plan.rule.weighting is decisions.Weighting.TABLE else {}
    return JointProcess(
        id=id_,
        name=words.title,
        summary=words.summary,
        content=words.content,
        lang=unit.community.language,
        url=f"{unit.origin}/j/{decisions.slug_of(id_)}",
        published=unit.now,
        start_time=unit.now,
        end_time=plan.ends,
        attributed_to=us.id,
        audience=us.id,
        subject_text=found.id,
        subject_digest=digest,
        participants=(us.id, *plan.invited),
        aggregate_rule=decisions.AggregateRule(**decisions.written_rule(plan.rule)),
        weights=tuple(NodeWeight(community=c, weight=n) for c, n in sorted(table.items())),
        lifecycle=State.INVITING.value,
        revision=1,
        handling="public",
        to=(PUBLIC,),
        cc=(*((us.followers,) if us.followers else ()), *plan.invited),
    )


def change(unit: Unit, one: Process, state: State, *, participants: Sequence[str] = ()) -> None:
    """Say as convener where a process of ours stands now."""
    us = accounts.community_account(unit.db)
    value = wire.load(one.document, unit.registry.types)
    assert isinstance(value, JointProcess), "what lies in a process"
    now_is = replace(
        value, lifecycle=state.value, revision=one.revision + 1, updated=unit.now, proof=None,
        participants=tuple(participants) or value.participants,
    )  # fmt: skip
    document = decisions.signed(unit, us, now_is)
    told = Update(
        id=unit.id("a"), actor=us.id, object=wire.load(document, unit.registry.types),
        to=now_is.to, cc=now_is.cc, published=unit.now,
    )  # fmt: skip
    unit.perform(told, us, document=document)
    unit.log("joint.state", us.id, subject=one.id, words=state.value)


def cancel(unit: Unit, id: str, keeper: str) -> None:
    """Take back a process of ours before it ends.

    Raises:
        Missing, Refused, Conflict.
    """
    one = _live(unit, id)
    if not one.ours:
        raise Missing
    _keeper(unit, keeper)
    if unit.now > one.ends:
        raise Conflict("E_STATE", id, safe=OVER)
    change(unit, one, State.CANCELLED)


# Invited --------------------------------------------------------------------------------------


def accept(unit: Unit, id: str, member: str, draft: proposals.Draft, *, once: str) -> str:
    """Take part: bring the text before our community, and say so to the convener.

    Args:
        unit: the unit.
        id: a process that we are invited to.
        member: who brings it.
        draft: how we decide on it; what it says of words is not looked at.
        once: the key of the form.

    Returns:
        The slug of our proposal.

    Raises:
        Missing, Conflict, Refused, Invalid: it can not be answered, or not so.
    """
    one = _asked(unit, id)
    if one.proposal is not None:
        return one.proposal
    if one.subject is None:
        raise Conflict("E_SUBJECT", id, safe=NO_TEXT)
    if draft.closes > one.ends:
        raise Invalid({"closes": TOO_LATE})
    us = unit.community.id
    together = proposals.Together(
        process=id,
        subject=one.subject,
        digest=str(one.document.get("subjectDigest")),
        others=[each for each in one.invited if each != us],
    )
    among = draft.method not in {choice.value for choice in proposals.ONE_TEXT}
    slug = proposals.bring(
        unit,
        member,
        replace(
            draft,
            title=str(one.subject["name"]),
            text="",
            options=[(_say(unit, YES), "")] if among else None,
            reach="community",
            named=False,
            joint=together,
        ),
        once=once,
    )
    change_rows(unit.db, process.c.id, id, proposal=slug)
    _send(unit, one, Accept)
    unit.log("joint.accept", member, subject=id)
    return slug


def decline(unit: Unit, id: str, keeper: str) -> None:
    """Take no part.

    Raises:
        Missing, Conflict, Refused: it can not be answered; not a keeper.
    """
    one = _asked(unit, id)
    _keeper(unit, keeper)
    if one.proposal is not None:
        raise Conflict("E_ANSWERED", id, safe=mark("We take part already. We can still leave."))
    _send(unit, one, Reject)
    unit.log("joint.decline", keeper, subject=id)


def leave(unit: Unit, id: str, keeper: str) -> None:
    """Take part no more; what we decided on it counts as if we had said nothing.

    Raises:
        Missing, Conflict, Refused.
    """
    one = _live(unit, id)
    us = accounts.community_account(unit.db)
    _keeper(unit, keeper)
    if one.ours or us.id not in one.invited:
        raise Missing
    if unit.now > one.ends:
        raise Conflict("E_STATE", id, safe=OVER)
    gone = Leave(
        id=unit.id("a"), actor=us.id, object=id, published=unit.now,
        to=tuple(each for each in one.invited if each != us.id),
    )  # fmt: skip
    unit.perform(gone, us, JointProcess(id=id))
    unit.log("joint.leave", keeper, subject=id)


def _send(unit: Unit, one: Process, kind: type[Activity]) -> None:
    us = accounts.community_account(unit.db)
    said = kind(
        id=unit.id("a"), actor=us.id, object=one.invite, to=(one.owner,), published=unit.now
    )
    unit.perform(said, us, Invite(id=one.invite, actor=one.owner, object=JointProcess(id=one.id)))


def _asked(unit: Unit, id: str) -> Process:
    """A process that we can answer.

    Raises:
        Missing, Conflict.
    """
    one = _live(unit, id)
    if one.ours or one.invite is None or unit.community.id not in one.invited:
        raise Missing
    if not rules.may_answer(state=one.state, now=unit.now, answer_by=one.answer_by):
        raise Conflict("E_EXPIRED", id, safe=mark("This can not be answered any more."))
    return one


def _live(unit: Unit, id: str) -> Process:
    one = queries.by_id(unit.db, id)
    if one is None:
        raise Missing
    if one.state not in rules.LIVE or one.outcome is not None:
        raise Conflict("E_STATE", id, safe=OVER)
    if one.conflict:
        raise Conflict("E_STATE", id, safe=TWICE)
    return one


def _keeper(unit: Unit, member: str) -> None:
    if not accounts.is_admin(unit.db, member):
        raise Refused("E_KEEPERS_ONLY", member, safe=KEEPERS)


def _say(unit: Unit, sentence: str) -> str:
    return catalogue(unit.community.language).gettext(sentence)


YES = mark("We say yes to it")
THEIRS = mark("Only who brought the proposal, or a %(word_keeper)s, invites others to it.")
KEEPERS = mark("A %(word_keeper)s does this.")
AT_HOME = mark("This node has no public address yet. Set one first, then ask others.")
NOT_PUBLIC = mark("Others can only decide on what everybody can see. Bring it as a public one.")
OPTIONS = mark("Together you decide on one text. Bring one without options.")
NO_TEXT = mark("The text has not come from their server yet. Try again in a few minutes.")
TOO_LATE = mark("By then it is over for all. Choose an earlier time.")
OVER = mark("This is over.")
TWICE = mark("The community that invites has signed two things. We say nothing more in this.")
