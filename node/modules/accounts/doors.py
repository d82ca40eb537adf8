"""What opens a door: sessions, invites, one-time links, tokens, the setup code; as units.

Each is 256 random bits that we give once and keep as a hash.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update

from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import queries, rules
from node.modules.accounts.tables import Invite, Session, bearer, invite, link, member, session
from web.language import mark


def _new() -> tuple[str, bytes]:
    token = secrets.token_urlsafe(32)
    return token, queries.hashed(token)


def sign_in(unit: Unit, account_id: str, agent: str = "") -> str:
    """Open a session.

    Args:
        unit: the unit.
        account_id: who proved to be this member.
        agent: the User-Agent header; only a short label is kept.

    Returns:
        The session's token, for the cookie.

    Raises:
        Refused: no member, or suspended.
    """
    if not queries.is_member(unit.db, account_id):
        raise Refused("E_NO_MEMBER", account_id, safe=NOT_IN)
    token, kept = _new()
    unit.db.execute(
        insert(session).values(
            hash=kept,
            account=account_id,
            created=unit.now,
            seen=unit.now,
            expires=unit.now + rules.SESSION,
            user_agent=rules.agent_label(agent[:500])[:60],
        )
    )
    seen_on(unit, account_id)
    return token


def let_in_to_vote(unit: Unit, account_id: str) -> str:
    """Open a session of somebody who is suspended, in which they are nobody but to a vote.

    That they came is written nowhere: not the day on which they were here, and not in the log.

    Raises:
        Refused: no member, or one who can sign in.
    """
    found = queries.member_of(unit.db, account_id)
    if found is None or found.suspended is None:
        raise Refused("E_NOT_SUSPENDED", account_id)
    token, kept = _new()
    span = {"created": unit.now, "seen": unit.now, "expires": unit.now + rules.TO_VOTE}
    row = {"hash": kept, "account": account_id, "user_agent": "", **span}
    unit.db.execute(insert(session), row)
    return token


def sign_out(unit: Unit, token: str) -> None:
    """End the session this token opens."""
    unit.db.execute(delete(session).where(session.c.hash == queries.hashed(token)))


def end_session(unit: Unit, account_id: str, key: str) -> None:
    """End one of a member's own sessions, by `Session.key`.

    Raises:
        Missing: no such session of this member.
    """
    _one(unit.db.execute(
        delete(session).where(session.c.hash == _key(key), session.c.account == account_id)
    ).rowcount)  # fmt: skip


def seen(unit: Unit, found: Session) -> None:
    """Write down that a session is in use, so that it lives on."""
    unit.db.execute(
        update(session)
        .where(session.c.hash == found.hash)
        .values(seen=unit.now, expires=unit.now + rules.SESSION)
    )
    seen_on(unit, found.account)


def seen_on(unit: Unit, account_id: str) -> None:
    """Write down the day (UTC) on which a member was here."""
    change = update(member).where(member.c.account == account_id)
    unit.db.execute(change.values(last_seen=unit.now.date()))


def link_for(unit: Unit, account_id: str, *, by: str | None = None) -> str:
    """The token of a link that signs a member in once, within a day; one who is suspended, to vote.

    Args:
        unit: the unit.
        account_id: whom.
        by: the keeper who makes it, for the log; left out by commands.

    Raises:
        Refused: no member.
    """
    if queries.member_of(unit.db, account_id) is None:
        raise Refused("E_NO_MEMBER", account_id, safe=NOT_IN)
    token, kept = _new()
    expires = unit.now + rules.LINK
    unit.db.execute(
        insert(link).values(hash=kept, account=account_id, created=unit.now, expires=expires)
    )
    unit.log("member.link", by or unit.community.service, subject=account_id)
    return token


def use_link(unit: Unit, token: str) -> str:
    """Use a one-time link up.

    Returns:
        Whom it signs in.

    Raises:
        Refused: used, too old, or no link at all.
    """
    account_id = queries.link_of(unit.db, token, unit.now)
    if account_id is None or queries.member_of(unit.db, account_id) is None:
        raise Refused("E_LINK", safe=USED)
    unit.db.execute(delete(link).where(link.c.hash == queries.hashed(token)))
    return account_id


def token_for(unit: Unit, account_id: str, name: str) -> str:
    """A bearer token for a member's own programs.

    Raises:
        Refused: no member, or suspended.
    """
    if not queries.is_member(unit.db, account_id):
        raise Refused("E_NO_MEMBER", account_id, safe=NOT_IN)
    token, kept = _new()
    unit.db.execute(
        insert(bearer).values(hash=kept, account=account_id, name=name[:200], created=unit.now)
    )
    return token


def end_token(unit: Unit, account_id: str, key: str) -> None:
    """End one of a member's own tokens, by `Bearer.key`.

    Raises:
        Missing: no such token of this member.
    """
    _one(unit.db.execute(
        delete(bearer).where(bearer.c.hash == _key(key), bearer.c.account == account_id)
    ).rowcount)  # fmt: skip


def make_invite(
    unit: Unit,
    made_by: str,
    *,
    uses: int = 1,
    lasts: timedelta = rules.INVITE,
    role: str = "member",
    note: str = "",
) -> str:
    """The token of a link by which somebody may join.

    Args:
        unit: the unit.
        made_by: a member.
        uses: how many may join by it, at least 1.
        lasts: how long it holds.
        role: what they become; only keepers make keepers.
        note: for whom, seen by the keepers and whoever made it.

    Raises:
        Refused: this member may not invite (so).
    """
    inviter = queries.member_of(unit.db, made_by)
    if inviter is None or inviter.suspended is not None:
        raise Refused("E_NO_MEMBER", made_by, safe=NOT_IN)
    open_to_all = queries.setting_of(unit.db, "members_invite") is True
    if not inviter.is_admin and (role != rules.Role.MEMBER or not open_to_all):
        raise Refused("E_INVITE", made_by, safe=KEEPERS)
    token, kept = _new()
    unit.db.execute(
        insert(invite).values(
            hash=kept,
            made_by=made_by,
            at=unit.now,
            expires=unit.now + lasts,
            uses_left=uses,
            role=rules.Role(role).value,
            note=note,
        )
    )
    if inviter.is_admin:
        unit.log("invite.make", made_by)
    return token


def use_invite(unit: Unit, token: str) -> Invite:
    """Take one use of an invite; call it in the unit that makes the member.

    Raises:
        Refused: used up, too old, withdrawn or no invite; or whoever made it is no member now.
    """
    found = queries.invite_of(unit.db, token, unit.now)
    if found is None or not queries.is_member(unit.db, found.made_by):
        raise Refused("E_INVITE_OVER", safe=OVER)
    taken = unit.db.execute(
        update(invite)
        .where(invite.c.hash == found.hash, invite.c.uses_left > 0)
        .values(uses_left=invite.c.uses_left - 1)
    )
    if taken.rowcount != 1:
        raise Refused("E_INVITE_OVER", safe=OVER)
    unit.db.execute(delete(invite).where(invite.c.hash == found.hash, invite.c.uses_left <= 0))
    return found


def withdraw_invite(unit: Unit, key: str, by: str) -> None:
    """Make an invite useless: one's own, or any if one keeps the node.

    Raises:
        Missing: none such, or somebody else's.
    """
    gone = delete(invite).where(invite.c.hash == _key(key))
    admin = queries.is_admin(unit.db, by)
    if not admin:
        gone = gone.where(invite.c.made_by == by)
    _one(unit.db.execute(gone).rowcount)
    if admin:
        unit.log("invite.withdraw", by)


def setup_code(unit: Unit) -> str:
    """The code that opens the first-run wizard; the same until the community is founded.

    Raises:
        Refused: the community is founded.
    """
    if unit.community.ready:
        raise Refused("E_FOUNDED", safe=mark("This node has its community already. Sign in."))
    kept = unit.setting("setup_code")
    if isinstance(kept, str):
        return kept
    code = secrets.token_urlsafe(32)
    unit.set("setup_code", code)
    return code


def sweep(unit: Unit, before: datetime) -> None:
    """Remove what no longer opens anything."""
    for table in (session, link, invite):
        unit.db.execute(delete(table).where(table.c.expires <= before))


NOT_IN = mark("This account cannot be used now. Ask one of the %(word_keepers)s.")
USED = mark(
    "This link was used already, or is older than a day. "
    "Ask one of the %(word_keepers)s for a new one."
)
KEEPERS = mark("Here the %(word_keepers)s invite. Ask one of them.")
OVER = mark("This invite was used already, withdrawn, or is too old. Ask for a new one.")


def _key(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise Missing from None


def _one(rows: int) -> None:
    if rows != 1:
        raise Missing
