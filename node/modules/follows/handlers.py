"""What Follow, its answers and its end do; the same for ours and theirs."""

from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.follows import queries
from node.modules.follows.rules import State, answer
from vocab.model import Object, id_of
from vocab.types import Accept, Follow, Reject, Undo
from vocab.values import dataclass
from web.language import mark

handlers = Handlers()


@dataclass(frozen=True, kw_only=True)
class Followed:
    """Somebody here follows somebody elsewhere from now on."""

    follower: str
    followed: str


@dataclass(frozen=True, kw_only=True)
class Gained:
    """Somebody elsewhere follows a group of ours from now on."""

    follower: str
    followed: str


@handlers.on(Follow, Object)
def asked(unit: Unit, act: Act[Follow, Object]) -> None:
    """Somebody asks to follow somebody; our own unlocked accounts answer at once.

    Whom the community shows to nobody else has to wait for an answer of ours.
    """
    target = unit.account(act.object.id or "")
    if target is None:
        raise Refused("E_UNKNOWN", f"{act.object.id} is not known here")
    if target.id == act.actor.id:
        raise Refused("E_SELF_FOLLOW", target.id)
    if act.actor.local:
        _may_ask(unit, act.actor.id, target)
    if target.local and unit.registry.blocks(unit.db, target.id, act.actor.id):
        queries.keep(unit, act.actor.id, target.id, act.activity.id or "", State.REFUSED)
        send_answer(unit, Reject, target, act.actor.id, act.activity.id or "")
        return
    before = queries.state(unit.db, act.actor.id, target.id)
    waits = target.locked or (target.local and unit.registry.silences(unit.db, act.actor.id))
    now_is = answer(target_is_ours=target.local, target_is_locked=waits, already=before)
    queries.keep(unit, act.actor.id, target.id, act.activity.id or "", now_is)
    if target.local and now_is is State.ACCEPTED:
        send_answer(unit, Accept, target, act.actor.id, act.activity.id or "")
        if target.type == "Group" and before is not now_is:
            unit.tell(Gained(follower=act.actor.id, followed=target.id))


def _may_ask(unit: Unit, who: str, target: Account) -> None:
    """Let one of ours ask nobody whom they block, nor elsewhere who blocks them."""
    if unit.registry.blocks(unit.db, who, target.id):
        safe = mark("You block them. End that first, under “Whom I do not want to see”.")
        raise Refused("E_BLOCKED", target.id, safe=safe)
    if not target.local and unit.registry.blocks(unit.db, target.id, who):
        raise Refused("E_BLOCKED", target.id, safe=mark("They do not want to be followed by you."))


@handlers.on(Accept, Follow)
def accepted(unit: Unit, act: Act[Accept, Follow]) -> None:
    """The one who was asked says yes."""
    _answered(unit, act, State.ACCEPTED)


@handlers.on(Reject, Follow)
def rejected(unit: Unit, act: Act[Reject, Follow]) -> None:
    """The one who was asked says no, or takes back an earlier yes."""
    _answered(unit, act, State.REFUSED)


def _answered(unit: Unit, act: Act[Accept | Reject, Follow], now_is: State) -> None:
    follower, followed = id_of(act.object.actor), id_of(act.object.object)
    if followed != act.actor.id or follower is None:
        raise Refused("E_NOT_ADDRESSED", f"{act.actor.id} answers for {followed}")
    if not queries.settle(unit, follower, followed, now_is):
        raise Refused("E_UNKNOWN", f"{follower} did not ask to follow {followed}")
    if now_is is State.ACCEPTED and unit.ours(follower):
        unit.tell(Followed(follower=follower, followed=followed))


@handlers.on(Undo, Follow)
def ended(unit: Unit, act: Act[Undo, Follow]) -> None:
    """A follower goes; whoever was followed is told nothing."""
    follower, followed = id_of(act.object.actor), id_of(act.object.object)
    if follower != act.actor.id or followed is None:
        raise Refused("E_OWNER", f"{act.actor.id} takes back a follow of {follower}")
    queries.end(unit.db, follower, followed)


def send_answer(
    unit: Unit, kind: type[Accept | Reject], target: Account, follower: str, activity: str
) -> None:
    """Send our account's answer to a Follow."""
    asked_ = Follow(id=activity, actor=follower, object=target.id)
    unit.send(kind(id=unit.id("a"), actor=target.id, object=asked_, to=(follower,)))


def gone(unit: Unit, event: Gone) -> None:
    """Nobody follows or is followed by an account that is gone."""
    queries.end_all(unit.db, event.account)


def erase(unit: Unit, account: str) -> None:
    """Forget a leaving member's follows."""
    queries.end_all(unit.db, account)


subscribers = ((Gone, gone),)
