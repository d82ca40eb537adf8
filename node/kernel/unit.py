"""A unit: one all-or-nothing change, as a plain function.

    def change(unit, ...):
        unit.db.execute(...)                   # change rows
        unit.send(activity)                    # have an activity of ours delivered
        unit.later("matching.ask", need=id)    # have something done
        unit.tell(Followed(...))               # let other modules know

    await node.write(change, ...)

send(), later() and tell() only write rows, so either everything happens or nothing
does. A unit may be called again, so it changes nothing but rows.
"""

import dataclasses
import functools
import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from node.kernel.act import Act
from node.kernel.causes import Cause
from node.kernel.community import Community
from node.kernel.database import insert_in, upsert
from node.kernel.errors import Refused, Unsendable
from node.kernel.keys import EDWARDS, edwards
from node.kernel.keys import method as key_of
from node.kernel.tables import (
    Account,
    account,
    account_of,
    actor_key,
    job,
    letter,
    log_entry,
    log_words,
    setting,
)
from vocab import proofs, wire
from vocab.leaving import Door, Leaving, Sign
from vocab.model import PUBLIC, Activity, Carried, Malformed, Object, id_of

if TYPE_CHECKING:
    from node.kernel.module import Registry

log = logging.getLogger(__name__)

DEEPEST = 5
"""Events told while handling events, before a loop is assumed."""

OURS = "within the rights of the role"
"""The authority of an act that needs no decision."""


# Built once: building a statement takes longer than carrying it out.
ONE_ACCOUNT = select(account).where(account.c.id == bindparam("id"))
_ENTRY, _WORDS = insert(log_entry), insert(log_words)
_JOB, _LETTER = insert(job), insert(letter).values(way="out")
_SETTING = select(setting.c.value).where(setting.c.name == bindparam("name"))
_PROVING = (
    select(actor_key.c.ed25519, account.c.assertion_keys)
    .join(account, account.c.id == actor_key.c.account)
    .where(actor_key.c.account == bindparam("id"))
)


class Unit:
    """The one way to change anything. `now` is the same instant for the whole unit."""

    def __init__(
        self,
        db: Connection,
        now: datetime,
        community: Community,
        registry: "Registry",
        *,
        door: Door,
    ) -> None:
        self.db = db
        self.now = now
        self.community = community
        self.registry = registry
        self.door = door
        self.depth = 0
        self.cause: Cause | None = None
        self.woken = False
        self.settings_changed = False

    @property
    def origin(self) -> str:
        """The base address of this node, `https://alder.example`, without a slash."""
        return self.community.origin

    def id(self, kind: str) -> str:
        """A new id of ours, `<origin>/<kind>/<128 random bits>`."""
        return f"{self.origin}/{kind}/{secrets.token_urlsafe(16)}"

    def ours(self, id: str) -> bool:
        """Whether this id is of this node."""
        return id == self.origin or id.startswith(self.origin + "/")

    def account(self, id: str) -> Account | None:
        """The actor with this id, if we know it."""
        row = self.db.execute(ONE_ACCOUNT, {"id": id}).one_or_none()
        return account_of(row) if row else None

    def perform(
        self,
        activity: Activity,
        actor: Account,
        obj: Object | None = None,
        document: Mapping[str, Any] | None = None,
        *,
        asked: bool = False,
        among: str | None = None,
    ) -> bool:
        """Carry out an activity, whoever it came from; send it if it is ours.

        Args:
            activity: of an actor that is proven, by signature or session.
            actor: that actor.
            obj: its object, resolved and trusted; the activity's own if left out.
            document: the object as JSON as it came.
            asked: a member here looked the object up.
            among: who gets it if it is ours, as `send` takes it.

        Returns:
            False if no module handles such a thing.

        Raises:
            Refused: an account of ours may not do this any more.
        """
        target = obj if obj is not None else activity.object
        resolved = target if isinstance(target, Object) else Object(id=target)
        handler = self.registry.handler(activity, resolved)
        if handler is None:
            return False
        if actor.local:
            for judge in (each for m in self.registry.modules for each in m.bars):
                judge(self, actor, activity, resolved)
        if document is None and actor.local and isinstance(activity.object, Object):
            document = wire.dump(activity.object) if addressed(activity) else None
        act = Act(activity=activity, object=resolved, actor=actor, document=document, asked=asked)
        handler(self, act)
        if actor.local:
            self.send(activity, among=among)
        return True

    def send(self, activity: Activity, *, among: str | None = None) -> None:
        """Record an activity of ours and have it carried to everyone it is addressed to.

        What is addressed to nobody stays here and leaves no letter. With `among`, the id of a
        collection, of those in other collections only they get it who are in that one, too.

        Raises:
            Unsendable: the document may not leave (the producer schema refuses it).
        """
        if not addressed(activity):
            return
        document = self._fit(activity)
        handling = activity.object.handling if isinstance(activity.object, Object) else None
        values = {
            "activity": activity.id,
            "actor": document["actor"],
            "body": json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
            "handling": handling or activity.handling or "public",
            "at": self.now,
            "due": self.now,
            "expires": activity.end_time,
        }
        self.db.execute(_LETTER, values)
        unnamed = [*activity.bto, *activity.bcc]
        only: dict[str, Any] = {} if among is None else {"among": among}
        self.later("federation.fan_out", activity=activity.id, also=unnamed, **only)

    def _fit(self, activity: Activity) -> Leaving:
        try:
            return self.door.write(activity, sign=self._sign(activity))
        except Malformed as fault:
            # ours is the mistake: no form should let somebody write what cannot be said
            log.exception("%s of %s may not leave", activity.id, activity.actor)
            raise Unsendable(fault.code, fault.message, fault.where) from fault

    def _sign(self, activity: Activity) -> Sign | None:
        """How a letter for everybody is signed for good (FEP-8b32); None for any other (W16).

        While the node is at home its ids will change, and with them all that is signed. What
        hands on another's letter, word for word, is not signed: the context of proofs protects
        its terms, so a reader of JSON-LD refuses any context inside that names them again.
        """
        if isinstance(activity.object, Carried):
            return None
        held = activity.object.handling if isinstance(activity.object, Object) else None
        hidden = {held, activity.handling} - {None, "public"}
        if hidden or PUBLIC not in (*activity.to, *activity.cc) or self.community.at_home:
            return None
        who = id_of(activity.actor) or ""
        row = self.db.execute(_PROVING, {"id": who}).one_or_none()
        method = key_of(row.assertion_keys, EDWARDS) if row is not None else None
        if row is None or method is None:
            return None
        key = edwards(row.ed25519)
        return lambda document: proofs.sign(document, key=key, method=method, created=self.now)

    def later(
        self,
        kind: str,
        *,
        due: datetime | None = None,
        lane: str | None = None,
        once: str | None = None,
        apart: bool = False,
        **args: Any,
    ) -> None:
        """Have a job done after the commit, at least once.

        Args:
            kind: `<module>.<job>`.
            due: not before then; at once if left out.
            lane: what must not be crowded, such as a host.
            once: while a job with this name waits, a second one is not added; one that is
                running, or failed for good, runs again.
            apart: the letter at hand is only its occasion, and not the reason for it: what it
                asks of other servers is not that letter's.
            **args: plain JSON.
        """
        values = {
            "kind": kind,
            "args": args,
            "lane": lane,
            "once": once,
            "at": self.now,
            "due": due or self.now,
            "cause": self.cause.onward() if self.cause and not apart else None,
        }
        again(self.db, values) if once else self.db.execute(_JOB, values)
        self.woken = True

    def tell(self, event: Any) -> None:
        """Let every subscriber know, each in a unit of its own, later.

        Args:
            event: a frozen dataclass of plain JSON values.

        Raises:
            Refused: told while handling an event told while handling … five deep.
        """
        if self.depth >= DEEPEST:
            message = f"{type(event).__name__} told {DEEPEST} deep"
            raise Refused("E_EVENT_DEPTH", message)
        for name in self.registry.listening(event):
            self.later(f"event:{name}", event=dataclasses.asdict(event), depth=self.depth + 1)

    def log(
        self,
        action: str,
        actor: str,
        *,
        subject: str | None = None,
        words: str = "",
        authority: str = OURS,
    ) -> None:
        """Write down who did what by which authority; words can be erased, the rest stays."""
        salt = secrets.token_hex(16)
        commitment = hashlib.sha256((salt + words).encode()).hexdigest() if words else None
        values = {
            "at": self.now,
            "actor": actor,
            "action": action,
            "subject": subject,
            "authority": authority,
            "commitment": commitment,
        }
        entry = self.db.execute(_ENTRY, values).inserted_primary_key
        if words and entry is not None:
            row = {"entry": entry[0], "salt": salt, "words": words}
            self.db.execute(_WORDS, row)

    def setting(self, name: str) -> Any:
        """The value of a setting made in the browser or by command, None if there is none."""
        return self.db.scalar(_SETTING, {"name": name})

    def set(self, name: str, value: Any) -> None:
        """Give a setting a value (plain JSON), or remove it with None.

        Raises:
            Refused: E_CHOICE, it is a choice about people: `choosing.change` is the way.
        """
        if name in self.registry.chosen:
            raise Refused("E_CHOICE", name)
        self.keep(name, value)

    def keep(self, name: str, value: Any) -> None:
        """Write a setting down, whatever it is; for `set` and `choosing` alone."""
        if value is None:
            self.db.execute(delete(setting).where(setting.c.name == name))
        else:
            upsert(self.db, setting, {"name": name, "value": value}, key=["name"])
        self.settings_changed = True


def again(db: Connection, values: Mapping[str, Any]) -> None:
    """Add a job that waits once; take it from whoever is at it now, so that it runs again."""
    db.execute(_again(db.dialect.name), dict(values))


# Built once: each letter that goes out asks for it twice for each inbox.
@functools.cache
def _again(dialect: str) -> Any:
    made = insert_in(dialect, job)
    new = {name: made.excluded[name] for name in ("due", "args", "cause")}
    fresh = {**new, "tries": 0, "dead": False, "token": None, "leased_until": None}
    busy = or_(job.c.token.is_not(None), job.c.dead.is_(True))
    return made.on_conflict_do_update(index_elements=["once"], set_=fresh, where=busy)


def addressed(activity: Activity) -> bool:
    """Whether an activity is addressed to anybody at all; if not, it stays here."""
    return bool(activity.to or activity.cc)
