"""What the steps of a proposal do; the same for ours and for other communities'."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert

from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.database import change_rows
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.proposals import queries, rules
from node.modules.proposals.objects import GovernanceProposal, Option
from node.modules.proposals.queries import Proposal
from node.modules.proposals.tables import proposal
from vocab import proofs
from vocab.html import clean
from vocab.model import PUBLIC, Activity, id_of
from vocab.types import Create, Delete, Update
from vocab.wire import moment

handlers = Handlers()

FROZEN = frozenset({"voting", "decided", "acting", "reviewing", "monitoring", "ended"})
"""Stages in which the text and the options stand."""


@handlers.on(Create, GovernanceProposal)
def made(unit: Unit, act: Act[Create, GovernanceProposal]) -> None:
    """A community has a new proposal."""
    id_ = _own(act)
    if queries.any_by_id(unit.db, id_) is None:
        _insert(unit, act, id_)


@handlers.on(Update, GovernanceProposal)
def moved(unit: Unit, act: Act[Update, GovernanceProposal]) -> None:
    """A proposal has come to another stage, or its text has changed before voting."""
    id_ = _own(act)
    known = queries.any_by_id(unit.db, id_)
    if known is None:
        _insert(unit, act, id_)
        return
    if known.owner != act.actor.id:
        raise Refused("E_OWNER", f"{id_} is of {known.owner}")
    if not rules.newer(known.revision, act.object.revision):
        raise Refused("E_REVISION", f"{id_} is at {known.revision} here")
    _follows(known, act.object)
    values = _values(unit, act) | {"updated": unit.now}
    values.pop("reach" if act.actor.local else "published")
    change_rows(unit.db, proposal.c.id, id_, **values)


@handlers.on(Delete, GovernanceProposal)
def gone(unit: Unit, act: Act[Delete, GovernanceProposal]) -> None:
    """Another community takes a proposal away; ours stay, withdrawn or decided."""
    theirs = (proposal.c.id == act.object.id) & (proposal.c.owner == act.actor.id)
    if not act.actor.local:
        unit.db.execute(delete(proposal).where(theirs))


def _own(act: Act[Any, GovernanceProposal]) -> str:
    """The id of a proposal that is its sender's own, with a legal history.

    Raises:
        Refused: E_OWNER, E_STAGE.
    """
    value = act.object
    if value.id is None or id_of(value.attributed_to) != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {value.id}")
    if value.audience not in (None, act.actor.id):
        raise Refused("E_AUDIENCE", f"put to {value.audience}")
    history = [(e.stage or "", e.start_time) for e in value.stage_history]
    steps = [(stage, at) for stage, at in history if at is not None]
    legal = len(steps) == len(history) and rules.lawful(steps)
    if not legal or steps[-1][0] != value.stage:
        raise Refused("E_STAGE", f"{value.id} at {value.stage}")
    return value.id


def _follows(known: Proposal, value: GovernanceProposal) -> None:
    """Whether an Update goes on from what we know.

    Raises:
        Refused: E_STAGE, a step that is not legal; E_SUBJECT, another text once voting began.
    """
    stages = [str(entry.stage) for entry in value.stage_history]
    if not rules.continues([stage for stage, _ in known.history], stages):
        raise Refused("E_STAGE", f"{known.id} takes back its history")
    before = {"name": known.name, "content": known.content, "options": _kept(known.options)}
    now = {
        "name": value.name or "",
        "content": clean(value.content),
        "options": _kept(value.options),
    }
    if known.stage in FROZEN and proofs.subject_digest(before) != proofs.subject_digest(now):
        raise Refused("E_SUBJECT", f"{known.id} changed its text in {known.stage}")


def _insert(unit: Unit, act: Act[Any, GovernanceProposal], id_: str) -> None:
    slug = id_.rpartition("/")[2] if act.actor.local else proofs.digest({"id": id_})[-22:]
    unit.db.execute(insert(proposal), {"id": id_, "slug": slug, **_values(unit, act)})


def _values(unit: Unit, act: Act[Any, GovernanceProposal]) -> dict[str, Any]:
    value, here = act.object, act.actor.local
    return {
        "owner": act.actor.id,
        "reach": reach_of(act.activity, value),
        "name": (value.name or "")[:500],
        "summary": (value.summary if here else clean(value.summary)) or "",
        "content": (value.content if here else clean(value.content)) or "",
        "options": _kept(value.options),
        "lang": value.lang,
        "url": value.url,
        "stage": value.stage,
        "history": [
            [str(e.stage), moment(e.start_time)] for e in value.stage_history if e.start_time
        ],
        "revision": value.revision or 0,
        "proposed_by": value.proposed_by,
        "voting_starts": value.voting_starts,
        "voting_ends": value.voting_ends,
        "published": value.published or unit.now,
    }


def _kept(options: Iterable[Option]) -> list[dict[str, str]]:
    return [decisions.kept(option) for option in options]


def reach_of(activity: Activity, value: GovernanceProposal) -> Reach:
    """How far a proposal may be shown: it says so by whom it is addressed to."""
    everybody = (*activity.to, *activity.cc, *value.to, *value.cc)
    if PUBLIC in everybody:
        return Reach.PUBLIC if value.handling in (None, "public") else Reach.TRUSTED
    return Reach.TRUSTED if everybody else Reach.COMMUNITY
