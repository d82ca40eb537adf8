"""Who is a member: founding, invites, signing in, roles, leaving; the keeper's desk."""

from datetime import timedelta

from starlette.routing import Route

from node.kernel.module import Module
from node.modules.accounts import leaving, members, queries, slots
from node.modules.accounts.choices import CHOICES
from node.modules.accounts.handlers import handlers
from node.modules.accounts.pages import desk, door, faces, me, setup, shut
from node.modules.accounts.tables import metadata
from node.modules.accounts.viewing import identify
from web.language import mark

_ROUTES = (
    ("/setup", setup.show, setup.send),
    ("/sign-in", door.sign_in, door.signed_in),
    ("/sign-in/link", door.link, door.linked),
    ("/sign-out", None, door.sign_out),
    (shut.PATH, shut.show, None),
    ("/join", door.join, door.joined),
    ("/me", me.hub, None),
    ("/me/account", me.account, me.save),
    ("/me/password", None, me.change_password),
    ("/me/sessions", None, me.end_session),
    ("/me/tokens", None, me.end_token),
    ("/me/invites", me.invites, me.invite),
    ("/me/invites/withdraw", None, me.withdraw),
    ("/me/data", me.data, me.download),
    ("/me/leave", me.leave, me.left),
    ("/desk", desk.hub, None),
    ("/desk/members", desk.people, None),
    ("/desk/members/role", None, desk.role),
    ("/desk/members/link", None, desk.link),
    ("/desk/invites", desk.invites, desk.invite),
    ("/desk/invites/withdraw", None, me.withdraw),
    ("/desk/community", desk.community, desk.save_community),
    ("/desk/address", desk.address, desk.take_address),
    ("/face/{file}", faces.face, None),
)

module = Module(
    name="accounts",
    title="Accounts",
    package=__name__,
    metadata=metadata,
    handlers=handlers,
    routes=tuple(
        Route(path, page, methods=[method])
        for path, shown, sent in _ROUTES
        for page, method in ((shown, "GET"), (sent, "POST"))
        if page is not None
    ),
    jobs={"sweep": leaving.sweep},
    every={"sweep": timedelta(days=1)},
    slots={"today.next": slots.next_step, "today.waiting": slots.waiting},
    menu=(
        ("/desk/members", mark("%(word_Members)s and roles")),
        ("/desk/invites", mark("Invites")),
        ("/desk/community", mark("Name, words and colour")),
        ("/desk/address", mark("Public address")),
    ),
    identify=identify,
    choices=CHOICES,
    export=queries.exported,
    erase=leaving.erase,
    rehome=members.rehome,
    essential=True,
)
