"""The steps of a proposal of ours, each an act of the community. Units.

It is built here, carried out by the handler that also takes the steps of other communities,
and sent if the proposal may be seen outside.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from node.kernel.errors import Conflict, Missing
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import pipeline, queries
from node.modules.proposals.objects import GovernanceProposal, StageEntry
from node.modules.proposals.queries import Plan, Proposal
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


def move(unit: Unit, found: Proposal, stage: str, *, sent: bool) -> None:
    """Carry out the Update that brings a proposal of ours to a stage; outside too if `sent`.

    Stages that lie between are passed at once. Each is in the log.

    Raises:
        Conflict: E_STAGE, no legal step leads there.
    """
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
