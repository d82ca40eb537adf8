"""What other modules and the commands may use of accounts."""

from node.modules.accounts.attempts import place
from node.modules.accounts.doors import (
    link_for,
    make_invite,
    setup_code,
    sign_in,
    token_for,
)
from node.modules.accounts.members import (
    Founding,
    Gone,
    Joined,
    Left,
    Suspended,
    add_member,
    change_community,
    end_sessions,
    found,
    set_password,
    set_role,
    suspend,
    unsuspend,
)
from node.modules.accounts.passwords import check_password, hash_password
from node.modules.accounts.powers import may
from node.modules.accounts.proving import prove
from node.modules.accounts.queries import (
    active_members,
    admins,
    by_handle,
    community_account,
    founded,
    is_admin,
    is_member,
    members,
    names_of,
    service_account,
)
from node.modules.accounts.queries import member_of as member
from node.modules.accounts.rules import wrong_handle, wrong_password
from node.modules.accounts.tables import Member
from node.modules.accounts.telling import tell_changed
from node.modules.accounts.zones import zone

__all__ = [
    "Founding", "Gone", "Joined", "Left", "Member", "Suspended", "active_members", "add_member",
    "admins", "by_handle", "change_community", "check_password", "community_account",
    "end_sessions", "found", "founded", "hash_password", "is_admin", "is_member", "link_for",
    "make_invite", "may", "member", "members", "names_of", "place", "prove", "service_account",
    "set_password", "set_role", "setup_code", "sign_in", "suspend", "tell_changed", "token_for",
    "unsuspend", "wrong_handle", "wrong_password", "zone",
]  # fmt: skip
