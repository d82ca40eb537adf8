"""The keeper's desk: its menu, members, invites, and what the community is called."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from node.kernel import choices, choosing, moving
from node.kernel.errors import Invalid, Refused
from node.kernel.node import Node
from node.kernel.settings import Unusable
from node.kernel.unit import Unit
from node.modules.accounts import doors, members, queries, zones
from node.modules.accounts.choices import HOUSE_RULES
from node.modules.accounts.pages import fields, me
from node.modules.accounts.tables import Member
from node.modules.accounts.telling import tell_changed
from web.colour import WOAD, nearest, readable
from web.forms import Entry, Form, Line, Text, Wrong, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import gather
from web.voice import table, voice

_WORD: Final = "word_"


# The desk -----------------------------------------------------------------------------------


async def hub(request: Request) -> Response:
    """All places of the desk, and what waits there (slot `desk`)."""
    node, _who = fields.keeper(request)
    filled = await gather(request, "desk")
    _ = voice(request).say
    return page(
        request,
        "accounts/desk.html",
        title=_("%(word_Keeper)s’s desk"),
        cards=filled.cards,
        failed=filled.failed,
        menu=[place for module in node.registry.modules for place in module.menu],
    )


# Members ------------------------------------------------------------------------------------


async def people(request: Request) -> Response:
    """Everybody who is a member."""
    return await _people_page(request)


async def _people_page(request: Request, *, link: str = "", whom: str = "") -> Response:
    node, who = fields.keeper(request)
    _ = voice(request).say
    return page(
        request,
        "accounts/members.html",
        title=_("%(word_Members)s and roles"),
        width="mid",
        found=await node.read(queries.members),
        me=who.id,
        link=link,
        whom=whom,
    )


async def role(request: Request) -> Response:
    """Make a member a keeper, or a keeper a member."""
    node, who = fields.keeper(request)
    found = await _chosen(request, node)
    to = "admin" if (fields_of(request).get("role") or [""])[0] == "admin" else "member"
    await node.write(members.set_role, found.id, to, by=who.id)
    _ = voice(request).say
    words = (
        _("%(name)s keeps this node now, and signs in anew.", name=found.label)
        if to == "admin"
        else _("%(name)s no longer keeps this node.", name=found.label)
    )
    return done(request, "/desk/members", words)


async def link(request: Request) -> Response:
    """Make a link that signs a member in once, and show it, this once."""
    node, who = fields.keeper(request)
    found = await _chosen(request, node)
    token = await node.write(doors.link_for, found.id, by=who.id)
    address = f"{node.origin}/sign-in/link?token={token}"
    return await _people_page(request, link=address, whom=found.label)


async def _chosen(request: Request, node: Node) -> Member:
    """The member a row's button is about.

    Raises:
        Invalid: nobody is called so.
    """
    handle = (fields_of(request).get("handle") or [""])[0]
    found: Member | None = await node.read(queries.by_handle, handle)
    if found is None:
        raise Invalid({"handle": mark("Nobody here is called so. Load the page again.")})
    return found


# Invites ------------------------------------------------------------------------------------


async def invites(request: Request) -> Response:
    """All invites that still let somebody in."""
    fields.keeper(request)
    return await me.invites_page(request, blank(request, me.INVITE, uses=1, days=14), desk=True)


async def invite(request: Request) -> Response:
    """Make an invite."""
    return await me.make_invite(request, desk=True)


ADDRESS = Form(
    Line("address", mark("Public address"), mark("As in https://alder.example, nothing behind it"),
         at_most=200, spell=False)
)  # fmt: skip


async def address(request: Request) -> Response:
    """Where this node is to be found, and how it gets a public address."""
    fields.keeper(request)
    return _address_page(request, blank(request, ADDRESS))


def _address_page(request: Request, form: Entry, status: int = 200) -> Response:
    title = voice(request).say("Public address")
    return page(
        request, "accounts/address.html", status=status, title=title, width="narrow", form=form
    )


async def take_address(request: Request) -> Response:
    """Look at an address from outside and move there; the browser goes along."""
    node, who = fields.keeper(request)
    form = read(request, ADDRESS)
    if form.errors:
        return _address_page(request, form, 422)
    try:
        await moving.take(node, form.values["address"])
    except (Refused, Unusable) as problem:
        said = problem.safe if isinstance(problem, Refused) else problem.args[0]
        return _address_page(request, form.wrong(Invalid({"address": said})), 422)
    await node.write(_noted, who.id)
    return RedirectResponse(f"{node.origin}/sign-in", 303)


def _noted(unit: Unit, who: str | None) -> None:
    unit.log("address.take", who or unit.community.id, subject=unit.community.id)


# The community ------------------------------------------------------------------------------


def _colour(typed: str) -> str:
    """An accent that can be read on our pages.

    Raises:
        Wrong: it cannot; the sentence names the nearest that can.
    """
    text = typed.lower() if typed.startswith("#") else f"#{typed.lower()}"
    try:
        close = nearest(text)
    except ValueError:
        raise Wrong(mark("Write the colour as six digits, as in #2b4f7c.")) from None
    if not readable(text):
        raise Wrong(
            mark("Text in this colour is hard to read. The nearest that works is %(colour)s."),
            colour=close,
        )
    return text


def _form(node: Node) -> Form:
    words = (
        Line(f"{_WORD}{noun}", english, at_most=40, optional=True)
        for noun, english in table(node).items()
    )
    return Form(
        Line("name", mark("Name of the community"), at_most=80, check=fields.plain_name),
        Text("purpose", mark("What are you together for?"), at_most=1000, optional=True),
        fields.language(),
        fields.timezone(),
        Line("accent", mark("Your colour"), mark("Six digits, as in #2b4f7c; blue if empty"),
             spell=False, optional=True, check=_colour),
        Text("house_rules", mark("House rules"),
             mark("Whoever joins reads and accepts them"), optional=True),
        Line("rules_why", mark("If you change the house rules: why?"),
             mark("It is written into the log."), at_most=300, optional=True),
        *words,
    )  # fmt: skip


async def community(request: Request) -> Response:
    """How the community is called, looks and speaks."""
    node, _who = fields.keeper(request)
    kept = node.community
    house_rules = await node.read(choices.now, HOUSE_RULES)
    form = blank(
        request,
        _form(node),
        name=kept.name,
        purpose=kept.purpose,
        language=kept.language,
        timezone=kept.timezone,
        accent=kept.accent,
        house_rules=house_rules,
        **{f"{_WORD}{noun}": word for noun, word in kept.words.items()},
    )
    return _community_page(request, form)


def _community_page(request: Request, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "accounts/community.html",
        status=status,
        title=_("Name, words and colour"),
        width="narrow",
        form=form,
        words=[f"{_WORD}{noun}" for noun in table(request.app.state.node)],
        zones=zones.names(),
        woad=WOAD,
    )


async def save_community(request: Request) -> Response:
    """Keep it; other servers learn of a new name."""
    node, who = fields.keeper(request)
    form = read(request, _form(node))
    if form.errors:
        return _community_page(request, form, 422)
    try:
        await node.write(_save, who.id, dict(form.values))
    except Invalid as problem:
        return _community_page(request, form.wrong(problem), 422)
    _ = voice(request).say
    return done(request, "/desk/community", _("Saved."))


def _save(unit: Unit, by: str, values: dict[str, Any]) -> None:
    house_rules, why = values.pop("house_rules") or "", values.pop("rules_why") or ""
    if house_rules != choices.now(unit.db, HOUSE_RULES):
        if not why:
            raise Invalid({"rules_why": choosing.UNSAID})
        choosing.change(unit, HOUSE_RULES, house_rules, by=by, words=why)
    words = {
        name.removeprefix(_WORD): values.pop(name)
        for name in [n for n in values if n.startswith(_WORD)]
    }
    before = unit.community
    members.change_community(
        unit, by, **values, words={noun: word for noun, word in words.items() if word}
    )
    if (before.name, before.purpose) != (values["name"], values["purpose"]):
        whole = queries.community_account(unit.db)
        tell_changed(unit, whole, name=values["name"], summary=values["purpose"])
