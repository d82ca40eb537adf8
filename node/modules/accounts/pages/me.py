"""A member's own pages: name, language, password, sessions, invites, data, leaving."""

import json
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, update
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Conflict, Invalid
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import doors, leaving, members, passwords, queries, rules
from node.modules.accounts import zones as time_zones
from node.modules.accounts.pages import fields
from node.modules.accounts.proving import NOT_YOURS, prove
from node.modules.accounts.tables import member
from node.modules.accounts.telling import tell_changed
from web import sessions
from web.forms import Entry, Form, Hidden, Line, Number, Secret, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import gather
from web.voice import voice

SELF: Final = Form(
    Line("display", mark("Your name"),
         mark("As your neighbours call you; who follows you elsewhere sees it"), at_most=80,
         check=fields.plain_name, autocomplete="name", optional=True),
    fields.language(),
    fields.timezone(optional=True),
)  # fmt: skip
PASSWORD: Final = Form(
    Secret("old", mark("The password you have")),
    fields.new_password(label=mark("The new one")),
)
INVITE: Final = Form(
    Hidden("shown"),
    Line("note", mark("For whom?"), mark("Only you and the %(word_keepers)s see it"), at_most=120,
         optional=True),
    Number("uses", mark("How many people may use it?"), least=1, most=50),
    Number("days", mark("How many days does it hold?"), least=1, most=90),
)  # fmt: skip
GO: Final = Form(fields.old_password())


async def hub(request: Request) -> Response:
    """What is the member's own, with what the modules add (slot `me`)."""
    node, _who = fields.member(request)
    filled = await gather(request, "me")
    _ = voice(request).say
    may_invite = await node.read(_may_invite, request.state.viewer.is_admin)
    return page(
        request,
        "accounts/me.html",
        title=_("Me"),
        cards=filled.cards,
        failed=filled.failed,
        may_invite=may_invite,
    )


def _may_invite(db: Connection, is_admin: bool) -> bool:  # noqa: FBT001
    return is_admin or queries.setting_of(db, "members_invite") is True


# Account ------------------------------------------------------------------------------------


async def account(request: Request) -> Response:
    """Name, language, time zone, password, sessions, programs."""
    return await _account_page(request)


def _self(request: Request, who: Account) -> Entry:
    viewer, community = request.state.viewer, request.app.state.node.community
    return blank(
        request,
        SELF,
        display=who.name,
        language=viewer.language or community.language,
        timezone=viewer.timezone or community.timezone,
    )


async def _account_page(
    request: Request,
    *,
    status: int = 200,
    yourself: Entry | None = None,
    password: Entry | None = None,
) -> Response:
    node, who = fields.member(request)
    _ = voice(request).say
    return page(
        request,
        "accounts/account.html",
        status=status,
        title=_("Your account"),
        width="narrow",
        form=yourself or password,
        yourself=yourself or _self(request, who),
        password=password or blank(request, PASSWORD),
        who=who,
        open=await node.read(queries.sessions_of, who.id, node.now()),
        programs=await node.read(queries.bearers_of, who.id),
        current=request.state.viewer.session,
        zones=time_zones.names(),
    )


async def save(request: Request) -> Response:
    """Keep name, language and time zone; others learn of a new name."""
    node, who = fields.member(request)
    form = read(request, SELF)
    if form.errors:
        return await _account_page(request, status=422, yourself=form)
    await node.write(_save, who.id, **form.values)
    _ = voice(request).say
    return done(request, "/me/account", _("Saved."))


def _save(unit: Unit, account_id: str, *, display: str, language: str, timezone: str) -> None:
    unit.db.execute(
        update(member)
        .where(member.c.account == account_id)
        .values(language=language, timezone=timezone or None)
    )
    who = unit.account(account_id)
    if who is None or who.name == display:
        return
    tell_changed(unit, who, name=display)


async def change_password(request: Request) -> Response:
    """Set a new password; every other browser and program is signed out."""
    node, who = fields.member(request)
    form = read(request, PASSWORD)
    if form.errors:
        return await _account_page(request, status=422, password=form)
    new = form.values["password"]
    try:
        await prove(node, who, form.values["old"])
    except Invalid:
        return await _account_page(request, status=422, password=_wrong(form, "old", NOT_YOURS))
    if sentence := rules.wrong_password(new, who.handle, who.name):
        return await _account_page(request, status=422, password=_wrong(form, "password", sentence))
    hashed = await passwords.hash_password(new)
    token = await node.write(_set_password, who.id, hashed, fields.agent(request))
    _ = voice(request).say
    words = _("You have a new password. All other browsers and programs are signed out.")
    response = done(request, "/me/account", words)
    sessions.give(response, node, token, max_age=fields.AGES)
    return response


def _wrong(form: Entry, field: str, sentence: str) -> Entry:
    return form.wrong(Invalid({field: sentence}))


def _set_password(unit: Unit, account_id: str, hashed: str, agent: str) -> str:
    members.set_password(unit, account_id, hashed)
    return doors.sign_in(unit, account_id, agent)


async def end_session(request: Request) -> Response:
    """End one of one's sessions, or all of them."""
    node, who = fields.member(request)
    sent = fields_of(request)
    _ = voice(request).say
    if "all" in sent:
        await node.write(members.end_sessions, who.id, tokens=True)
        response = done(request, "/sign-in", _("You are signed out everywhere."))
        sessions.take(response, node)
        return response
    key = (sent.get("session") or [""])[0]
    await node.write(doors.end_session, who.id, key)
    return done(request, "/me/account", _("That browser is signed out."))


async def end_token(request: Request) -> Response:
    """End the token of one of one's programs."""
    node, who = fields.member(request)
    key = (fields_of(request).get("token") or [""])[0]
    await node.write(doors.end_token, who.id, key)
    _ = voice(request).say
    return done(request, "/me/account", _("That program is shut out."))


# Invites ------------------------------------------------------------------------------------


async def invites(request: Request) -> Response:
    """The invites one has made, and the form for another."""
    return await invites_page(request, blank(request, INVITE, uses=1, days=14))


async def invites_page(
    request: Request, form: Entry, *, status: int = 200, link: str = "", desk: bool = False
) -> Response:
    """The page of invites: a member's own, or all of them on the desk."""
    node, who = fields.keeper(request) if desk else fields.member(request)
    found = await node.read(queries.invites, node.now(), None if desk else who.id)
    _ = voice(request).say
    return page(
        request,
        "accounts/invites.html",
        status=status,
        title=_("Invites"),
        width="mid",
        form=form,
        link=link,
        found=found,
        names=await node.read(queries.names_of, [i.made_by for i in found]),
        desk=desk,
        base="/desk/invites" if desk else "/me/invites",
        may_invite=await node.read(_may_invite, request.state.viewer.is_admin),
    )


async def invite(request: Request) -> Response:
    """Make an invite and show its link, this once."""
    return await make_invite(request, desk=False)


async def make_invite(request: Request, *, desk: bool) -> Response:
    """Make an invite from the form, for either page."""
    node, who = fields.keeper(request) if desk else fields.member(request)
    form = read(request, INVITE)
    if form.errors:
        return await invites_page(request, form, status=422, desk=desk)
    token = await node.write(
        doors.make_invite,
        who.id,
        uses=form.values["uses"],
        lasts=timedelta(days=form.values["days"]),
        note=form.values["note"],
    )
    link = f"{node.origin}/join?invite={token}"
    new = blank(request, INVITE, uses=1, days=14)
    return await invites_page(request, new, link=link, desk=desk)


async def withdraw(request: Request) -> Response:
    """Make one of one's invites useless."""
    node, who = fields.member(request)
    key = (fields_of(request).get("invite") or [""])[0]
    await node.write(doors.withdraw_invite, key, who.id)
    _ = voice(request).say
    back = "/desk/invites" if request.scope["path"].startswith("/desk/") else "/me/invites"
    return done(request, back, _("The invite is withdrawn. Whoever joined by it stays."))


# Data and leaving ---------------------------------------------------------------------------


async def data(request: Request) -> Response:
    """What the download holds, and its button."""
    fields.member(request)
    _ = voice(request).say
    return page(request, "accounts/data.html", title=_("Your data"), width="narrow")


async def download(request: Request) -> Response:
    """Everything the modules hold of the member, as one JSON file."""
    node, who = fields.member(request)
    found = await node.write(leaving.downloaded, who.id)
    document = {
        "community": {"name": node.community.name, "address": node.origin},
        "account": who.id,
        "made": node.now().isoformat(),
        "modules": found,
    }
    body = json.dumps(document, ensure_ascii=False, indent=1)
    name = f"{node.community.handle}-{who.handle}-{node.now():%Y-%m-%d}.json"
    return Response(
        body,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def leave(request: Request) -> Response:
    """What leaving does, and the button, last."""
    return await _leave_page(request, blank(request, GO))


async def _leave_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, who = fields.member(request)
    _ = voice(request).say
    return page(
        request,
        "accounts/leave.html",
        status=status,
        title=_("Leave %(name)s for good", name=node.community.name),
        width="narrow",
        form=form,
        stays=await node.read(_stays, who.id),
    )


def _stays(db: Connection, account_id: str) -> str:
    """Why this member cannot leave now, as a sentence."""
    found = queries.member_of(db, account_id)
    keepers, everybody = len(queries.admins(db)), queries.count(db)
    return rules.may_go(role=found.role if found else "", admins=keepers, members=everybody)


async def left(request: Request) -> Response:
    """Delete the account."""
    node, who = fields.member(request)
    form = read(request, GO)
    if form.errors:
        return await _leave_page(request, form, 422)
    try:
        await prove(node, who, form.values["password"])
        await node.write(leaving.leave, who.id)
    except Invalid:
        return await _leave_page(request, _wrong(form, "password", NOT_YOURS), 422)
    except Conflict as problem:
        return await _leave_page(request, form.wrong(problem), problem.status)
    _ = voice(request).say
    response = done(request, "/public", _("Your account is deleted. Farewell, and thank you."))
    sessions.take(response, node)
    return response
