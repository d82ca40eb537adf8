"""Coming in and going out: sign in, one-time links, joining by invite, sign out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from node.kernel.errors import Invalid, Refused, TryLater
from node.kernel.keys import Keys
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import attempts, doors, members, passwords, queries, rules
from node.modules.accounts.attempts import TooOften
from node.modules.accounts.pages import fields, shut
from node.modules.accounts.tables import Invite, Member
from web import sessions
from web.forms import Entry, Form, Hidden, Line, Secret, Tick, blank, done, read
from web.guards import client
from web.language import mark
from web.links import local_path
from web.render import page
from web.voice import voice

SIGN_IN: Final = Form(
    Hidden("next"),
    Line("name", mark("Your name here"), mark("The short one, as in ana"), autocomplete="username",
         spell=False),
    Secret("password", mark("Password")),
)  # fmt: skip
WRONG: Final = mark("The name and the password do not belong together. Capitals count.")


# Signing in ---------------------------------------------------------------------------------


async def sign_in(request: Request) -> Response:
    """The form for name and password."""
    to = local_path(request.query_params.get("next"))
    if request.state.viewer.is_member:
        return RedirectResponse(to, 303)
    if request.state.viewer.suspended:
        return RedirectResponse(shut.PATH, 303)
    return _sign_in_page(request, blank(request, SIGN_IN, next=to))


async def signed_in(request: Request) -> Response:
    """Compare name and password; both wrong, one wrong, nobody called so: the same answer."""
    node: Node = request.app.state.node
    form = read(request, SIGN_IN)
    if form.errors:
        return _sign_in_page(request, form, 422)
    handle = rules.handle_of(form.values["name"])
    try:
        found = await _proven(node, request, handle, form.values["password"])
        if found is None:
            return _sign_in_page(request, form.wrong(Invalid({"password": WRONG})), 422)
        if found.suspended is not None:
            return await shut.let_in(request, found) or await _shut_page(request, form, found)
        token = await node.write(_open, found.id, fields.agent(request), sessions.given(request))
    except (TooOften, Refused, TryLater) as problem:
        return _sign_in_page(request, form.wrong(problem), problem.status)
    response = done(request, local_path(form.values["next"]))
    sessions.give(response, node, token, max_age=fields.AGES)
    return response


async def _proven(node: Node, request: Request, handle: str, password: str) -> Member | None:
    """The member whose name and password these are.

    Raises:
        TooOften: this name or this place tried five times.
    """
    about = (f"name {handle[:60]}", attempts.place(client(request)))
    tries, now = attempts.of(node), node.now()
    tries.take(now, *about)
    found, hashed = await node.read(_kept, handle)
    if not await passwords.check_password(password, hashed) or found is None:
        return None
    tries.give_back(now, *about)
    tries.forget(about[0])
    return found


def _kept(db: Connection, handle: str) -> tuple[Member | None, str | None]:
    found = queries.by_handle(db, handle)
    return found, queries.password_of(db, found.id) if found else None


def _open(unit: Unit, account_id: str, agent: str, old: str | None) -> str:
    """A new session; the one this browser had before ends."""
    if old:
        doors.sign_out(unit, old)
    return doors.sign_in(unit, account_id, agent)


async def _shut_page(request: Request, form: Entry, who: Member) -> Response:
    """Tell a member who is suspended why, and whom to ask; they have proven who they are."""
    why, keepers = await shut.why(request, who.id)
    return _sign_in_page(request, form, 403, why=why, ask=keepers)


def _sign_in_page(
    request: Request,
    form: Entry,
    status: int = 200,
    why: Sequence[str] = (),
    ask: Sequence[str] = (),
) -> Response:
    _ = voice(request).say
    name = request.app.state.node.community.name
    return page(
        request,
        "accounts/sign_in.html",
        status=status,
        title=_("Sign in to %(name)s", name=name),
        width="narrow",
        form=form,
        why=why,
        ask=ask,
    )


async def sign_out(request: Request) -> Response:
    """End this browser's session."""
    node: Node = request.app.state.node
    if token := sessions.given(request):
        await node.write(doors.sign_out, token)
    _ = voice(request).say
    response = done(request, "/", _("You are signed out."))
    sessions.take(response, node)
    return response


# One-time links -----------------------------------------------------------------------------

LINK: Final = Form(
    Hidden("token"),
    Secret(
        "password",
        mark("A new password"),
        mark("At least 10 characters; empty keeps the one you have"),
        optional=True,
        autocomplete="new-password",
        check=fields.fit_password,
    ),
)


async def link(request: Request) -> Response:
    """A page with a button: opening a link alone, as previews do, uses nothing up."""
    token = request.query_params.get("token", "")
    return await _link_page(request, blank(request, LINK, token=token), token)


async def _link_page(request: Request, form: Entry, token: str) -> Response:
    node: Node = request.app.state.node
    whom = await node.read(_whom, token, node.now())
    status = 422 if whom and form.errors else 200 if whom else 403
    title = voice(request).say("Sign in to %(name)s", name=node.community.name)
    return page(
        request,
        "accounts/link.html",
        status=status,
        title=title,
        width="narrow",
        form=form,
        whom=whom,
    )


def _whom(db: Connection, token: str, now: datetime) -> Member | None:
    account_id = queries.link_of(db, token, now)
    return queries.member_of(db, account_id) if account_id else None


async def linked(request: Request) -> Response:
    """Sign in by the link, which is then used up; a new password may be set with it."""
    node: Node = request.app.state.node
    form = read(request, LINK)
    if form.errors:
        return await _link_page(request, form, form.values["token"])
    chosen = form.values["password"]
    hashed = await passwords.hash_password(chosen) if chosen else None
    agent = fields.agent(request)
    token, inside = await node.write(_by_link, form.values["token"], hashed, agent)
    _ = voice(request).say
    to = ("/", _("You are signed in.")) if inside else (shut.PATH, "")
    response = done(request, *to)
    sessions.give(response, node, token, max_age=fields.AGES)
    return response


def _by_link(unit: Unit, token: str, hashed: str | None, agent: str) -> tuple[str, bool]:
    """The session that a link opens, and whether it is that of somebody who is not suspended."""
    whom = doors.use_link(unit, token)
    if not queries.is_member(unit.db, whom):
        return doors.let_in_to_vote(unit, whom), False
    if hashed:
        members.set_password(unit, whom, hashed)
    return doors.sign_in(unit, whom, agent), True


# Joining ------------------------------------------------------------------------------------


def _join_form(has_rules: bool) -> Form:  # noqa: FBT001
    parts = [
        Hidden("invite"),
        Line("display", mark("Your name"), mark("As your neighbours call you"), at_most=80,
             check=fields.plain_name, autocomplete="name"),
        fields.handle("handle", mark("Your short name"),
                      mark("You sign in with it, as in ana; it stays. Empty: made from your name"),
                      optional=True, autocomplete="username"),
        fields.new_password(),
    ]  # fmt: skip
    if has_rules:
        parts.append(
            Tick(
                "agreed",
                mark("I will keep to the house rules"),
                optional=False,
                missing=mark("Read the house rules above and tick this box."),
            )
        )
    return Form(*parts)


async def join(request: Request) -> Response:
    """The form for who was invited."""
    node: Node = request.app.state.node
    token = request.query_params.get("invite", "")
    found, house_rules = await node.read(_invited, token, node.now())
    if request.state.viewer.is_member:
        _ = voice(request).say
        return done(request, "/", _("You are a member here already."), "")
    form = blank(request, _join_form(bool(house_rules)), invite=token)
    return _join_page(request, form, found, house_rules, 200 if found else 403)


def _invited(db: Connection, token: str, now: datetime) -> tuple[Member | None, str]:
    """Who invited, if the invite still lets somebody in, and the house rules."""
    found = queries.invite_of(db, token, now)
    by = queries.member_of(db, found.made_by) if found else None
    house_rules = queries.setting_of(db, "house_rules")
    valid = by if by and by.suspended is None else None
    return valid, house_rules if isinstance(house_rules, str) else ""


async def joined(request: Request) -> Response:
    """Make the member and let them in."""
    node: Node = request.app.state.node
    sent = read(request, Form(Hidden("invite")))
    token = str(sent.values.get("invite", ""))
    by, house_rules = await node.read(_invited, token, node.now())
    if by is None:
        raise Refused("E_INVITE_OVER", safe=doors.OVER)
    form = read(request, _join_form(bool(house_rules)))
    handle = _handle_of(form)
    if not form.errors and (sentence := rules.wrong_password(
        form.values["password"], handle, form.values["display"]
    )):  # fmt: skip
        form = form.wrong(Invalid({"password": sentence}))
    if form.errors:
        return _join_page(request, form, by, house_rules, 422)
    hashed = await passwords.hash_password(form.values["password"])
    keys = await asyncio.to_thread(node.make_keys)
    try:
        session = await node.write(
            _join, token, handle, form.values["display"], hashed, keys, fields.agent(request)
        )
    except Invalid as problem:
        return _join_page(request, form.wrong(problem), by, house_rules, 422)
    _ = voice(request).say
    words = _("Welcome. Here is what is going on; say what you need or can give.")
    response = done(request, "/", words)
    sessions.give(response, node, session, max_age=fields.AGES)
    return response


def _handle_of(form: Entry) -> str:
    """The handle that was typed, or the one we made from the name."""
    typed = rules.handle_of(str(form.values.get("handle", "")))
    return typed or rules.suggestion(str(form.values.get("display", "")))


def _join(
    unit: Unit, token: str, handle: str, display: str, hashed: str, keys: Keys, agent: str
) -> str:
    taken: Invite = doors.use_invite(unit, token)
    who: Account = members.add_member(
        unit, handle, keys, display=display, role=taken.role, password_hash=hashed,
        invited_by=taken.made_by,
    )  # fmt: skip
    return doors.sign_in(unit, who.id, agent)


def _join_page(
    request: Request, form: Entry, by: Member | None, house_rules: str, status: int
) -> Response:
    _ = voice(request).say
    name = request.app.state.node.community.name
    return page(
        request,
        "accounts/join.html",
        status=status,
        title=_("Join %(name)s", name=name),
        width="narrow",
        form=form,
        by=by,
        house_rules=house_rules,
    )
