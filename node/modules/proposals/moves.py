"""The steps of a proposal of ours, each an act of the community. Units.

It is built here, carried out by the handler that also takes the steps of other communities,
and sent if the proposal may be seen outside.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import pipeline, queries
from node.modules.proposals.objects import GovernanceProposal, StageEntry
from node.modules.proposals.pipeline import State, Who
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import plan
from vocab.types import Update
from web.language import mark


def ours(unit: Unit, slug: str) -> tuple[Proposal, Plan]:
    """A proposal of ours and its plan.

    Raises:
        Missing: there is none.
    """
    found = queries.any_by_slug(unit.db, slug)
    made = queries.plan_of(unit.db, found.id) if found else None
    if found is None or made is None:
        raise Missing
    return found, made


def unname(unit: Unit, found: Proposal) -> None:
    """Take the name of who brought it from a proposal, here and outside."""
    move(unit, replace(found, proposed_by=None), found.stage, sent=True)


AS_BEFORE: Final = "as before"
"""What brought it where it is beside the usual steps stays as it was."""


def move(
    unit: Unit,
    found: Proposal,
    stage: str,
    *,
    sent: bool,
    by: Who | None = None,
    side: str | None = AS_BEFORE,
) -> None:
    """Carry out the Update that brings a proposal of ours to a stage; outside too if `sent`.

    Stages that lie between are passed at once. Each is in the log.

    Args:
        unit: the unit.
        found: the proposal, with what else is to be said of it.
        stage: on the wire.
        sent: whether it is told outside.
        by: who takes the step; nobody, if it stays in its state.
        side: what brings it there beside the usual steps (`State`); None: nothing does.

    Raises:
        Conflict: E_STAGE, no step leads there, or it is not theirs to take (`pipeline.STEPS`).
    """
    _step(unit, found, stage, by, side)
    us = accounts.community_account(unit.db)
    value = as_object(unit.community.peers, us.followers, found)
    way = pipeline.path(found.stage, stage)
    if way is None:
        raise Conflict("E_STAGE", f"{found.stage} to {stage}", safe=NO_STEP)
    passed = tuple(StageEntry(stage=one, start_time=unit.now) for one in way)
    history = (*value.stage_history, *passed)
    moved = replace(
        value,
        stage=stage,
        stage_history=history,
        revision=found.revision + 1,
        updated=unit.now,
    )
    told = Update(
        id=unit.id("a"),
        actor=us.id,
        object=moved,
        to=moved.to if sent else (),
        cc=moved.cc if sent else (),
        published=unit.now,
    )
    unit.perform(told, us)
    for one in way:
        unit.log("proposal.stage", us.id, subject=found.id, words=one)


NO_STEP: Final = mark("From where this stands now it cannot go there.")


def _step(unit: Unit, found: Proposal, stage: str, by: Who | None, side: str | None) -> None:
    """Refuse a step that the table of steps does not have, else note what brings it there."""
    made = queries.plan_of(unit.db, found.id)
    held = made.side if made else None
    then = held if side == AS_BEFORE else side
    before, after = standing(unit.db, found, held), standing(unit.db, found, then, stage)
    if before is not after and not may_step(before, after, by):
        told = f"{before} to {after} by {by}"
        raise Conflict("E_STAGE", told, safe=NO_STEP)
    if then != held:
        change_rows(unit.db, plan.c.proposal, found.id, side=then)


def may_step(before: State | None, after: State | None, by: Who | None) -> bool:
    """Whether somebody may take a matter from one state to another; nobody takes none."""
    if before is None or after is None or by is None:
        return False
    return pipeline.legal(before, after, by)


def standing(
    db: Connection, found: Proposal, side: str | None, stage: str | None = None
) -> State | None:
    """Where a proposal of ours stands, or would stand at another stage.

    What was in force once was so before it ended, whatever ends it now.
    """
    box, record = decisions.box_of(db, found.slug), decisions.decided_by(db, found.slug)
    return pipeline.state(
        stage or found.stage,
        side=side,
        outcome=box.outcome if box else None,
        in_force=record is not None and record.in_force is not None,
    )


def as_object(peers: str, followers: str | None, found: Proposal) -> GovernanceProposal:
    """A proposal of ours as it stands, for the wire."""
    where = decisions.address(found.reach, followers=followers, peers=peers)
    return GovernanceProposal(
        id=found.id,
        attributed_to=found.owner,
        audience=found.owner,
        proposed_by=found.proposed_by,
        name=found.name,
        summary=found.summary,
        content=found.content,
        options=found.options,
        lang=found.lang,
        url=found.url,
        published=found.published,
        updated=found.updated,
        revision=found.revision,
        stage=found.stage,
        stage_history=tuple(
            StageEntry(stage=stage, start_time=datetime.fromisoformat(at))
            for stage, at in found.history
        ),
        decision_scope="local",
        voting_starts=found.voting_starts,
        voting_ends=found.voting_ends,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
    )
