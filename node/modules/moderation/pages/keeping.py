"""The keepers' page about servers and accounts that are kept from the members."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Invalid, Refused
from node.modules.moderation import queries, refusing, rules
from node.modules.moderation.pages import doors
from node.modules.moderation.queries import Refusal
from node.modules.moderation.refusing import Terms
from web.forms import Choice, Day, Entry, Form, Pick, Text, Tick, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

REFUSE: Final = Form(
    doors.who(mark("Which server or account?"),
              mark("A server as bad.example, with all under it; an account as @name@bad.example")),
    Pick("level", mark("How far?"), choices=(
        Choice("silence", mark("Not shown around"),
               mark("Only who follows them sees them. If they ask to follow somebody, it waits.")),
        Choice("suspend", mark("Kept out"),
               mark("Nothing comes from there, nothing goes there, and follows end both ways.")),
    )),
    doors.reason(),
    doors.RULE,
    Text("said", mark("What may everybody know?"),
         mark("It stands beside the name in the open log. Left empty, they are not named there."),
         optional=True, at_most=rules.SAID),
    Tick("veiled", mark("Show only a part of the name there")),
    Day("until", mark("Until when?"),
        mark("It ends by itself after this day. Left empty, it stays."),
        optional=True, from_tomorrow=True),
    Tick("no_media", mark("Leave their pictures out")),
    Tick("no_reports", mark("Leave their reports aside")),
)  # fmt: skip


async def show(request: Request) -> Response:
    """Whom the community keeps from its members, and the form for it."""
    node, _who = doors.keeper(request)
    subject = request.query_params.get("who", "")
    known = await node.read(queries.refusal_of, subject) if subject else None
    return await _page(request, blank(request, REFUSE, **_opened(request, subject, known)))


def _opened(request: Request, subject: str, known: Refusal | None) -> dict[str, Any]:
    if known is None:
        return {"who": subject or None, "level": "suspend"}
    last = known.until.astimezone(voice(request).zone) if known.until else None
    return {
        "who": known.subject,
        "reason": known.reason,
        "until": (last - timedelta(days=1)).date() if last else None,
        **{name: getattr(known, name) for name in _PLAIN},
    }


_PLAIN: Final = ("level", "said", "veiled", "no_media", "no_reports")


async def refuse(request: Request) -> Response:
    """Keep a server or an account away."""
    node, who = doors.keeper(request)
    form = read(request, REFUSE)
    if not form.errors:
        try:
            subject, is_host = await doors.find(node, form.values["who"], who.id)
            said = {
                "by": who.id,
                "reason": form.values["reason"],
                "ground": doors.rule_of(form),
                "terms": _terms(request, form),
            }
            await node.write(refusing.refuse, subject, is_host=is_host, **said)
        except (Invalid, Refused) as problem:
            form = form.wrong(doors.at_who(problem))
        else:
            words = _DONE[form.values["level"]]
            return done(request, "/desk/blocks", voice(request).say(words))
    return await _page(request, form, 422)


_DONE: Final = {
    "silence": mark("They are shown only to those who follow them."),
    "suspend": mark("Nothing comes from there or goes there any more."),
}


def _terms(request: Request, form: Entry) -> Terms:
    last: date | None = form.values["until"]
    until = (
        datetime.combine(last + timedelta(days=1), time(), voice(request).zone) if last else None
    )
    return Terms(until=until, **{name: form.values[name] for name in _PLAIN})


async def allow(request: Request) -> Response:
    """Have to do with them again."""
    node, who = doors.keeper(request)
    form = read(request, doors.REASON)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Say why, in a few words, and send it again."))
    subject = doors.first(request, "subject")
    await node.write(refusing.allow, subject, by=who.id, reason=form.values["reason"])
    _ = voice(request).say
    return done(request, "/desk/blocks", _("They can reach us again. Who followed must ask anew."))


async def _page(request: Request, form: Entry, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    _ = voice(request).say
    return page(request, "moderation/blocks.html", status=status, width="narrow", form=form,
                title=_("Servers and accounts kept out"),
                found=await node.read(queries.refusals))  # fmt: skip
