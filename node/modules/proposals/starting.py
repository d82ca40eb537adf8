"""The pages on which a proposal begins, of our own or in answer to others, and is changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import (
    bringing,
    changing,
    courses,
    drafts,
    following,
    replacing,
    rules,
    standing,
    wording,
)
from node.modules.proposals.bringing import Draft
from node.modules.proposals.courses import Course
from node.modules.proposals.forms import (
    ADOPT,
    AMONG,
    CHANGE_ANSWER,
    MOST_OPTIONS,
    OBJECT,
    change_in,
    new_in,
    way_of,
    without,
)
from node.modules.proposals.replacing import replaced
from node.modules.proposals.standing import where
from node.modules.proposals.views import View, member, view
from node.modules.proposals.wording import Words
from vocab import html
from web.forms import Entry, Form, blank, done, fields_of, read
from web.language import catalogue, mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

BEFORE: Final = timedelta(days=7)
"""How far off the close is that a new form suggests."""


async def new(request: Request) -> Response:
    """How shall we go about it? Then the form for a new proposal, or for an answer to others."""
    member(request)
    about, answer = await about_of(request, request.query_params.get("record", ""),
                                 request.query_params.get("answer", ""))  # fmt: skip
    words = _answering(request, about, answer) if about is not None else {}
    asked = request.query_params
    held, how = await replaced(request, asked.get("replaces", ""), asked.get("how", ""))
    if held is not None:
        words = await replacing.words_of(request, held, how)
    return await _new(request, about, answer, words)


async def _new(
    request: Request, about: decisions.Record | None, answer: str, words: Mapping[str, str]
) -> Response:
    node, _viewer, _id = member(request)
    asked = request.query_params.get("course", "")
    held, how = await replaced(request, words.get("replaces", ""), words.get("how", ""))
    in_place = {"record": held.id, "how": how} if held is not None else None
    offered = _offered(in_place, await node.read(following.least, in_place))
    if about is None and asked not in offered:
        return _choose(request, words, offered)
    course = courses.course(asked if about is None else None)
    count = len(await node.read(lambda db: accounts.members(db, suspended=False)))
    begins = {
        "method": "consent", "share": "1/2", "months": "6", "reach": "community",
        "counts": True if count >= decisions.LARGE else None,
        "closes": _suggested(node.now(), request),
    }  # fmt: skip
    begins |= {"course": course.name} if course.name != courses.USUAL else {}
    begins["method"] = way_of(course.methods[0].value, among=course.wants_options)
    form = blank(request, await form_of(node, answer, course), **{**begins, **words})
    return form_page(request, form, about, answer)


def _offered(in_place: Mapping[str, str] | None, needed: int) -> Mapping[str, Course]:
    """The courses that what is brought may take, in place of a decision or not."""
    every = courses.COURSES.items()
    return {n: one for n, one in every if not in_place or following.may_replace(one, needed)}


def _choose(request: Request, words: Mapping[str, str], offered: Mapping[str, Course]) -> Response:
    _ = voice(request).say
    more = {name: words[name] for name in ("replaces", "how") if name in words}
    return page(
        request,
        "proposals/choose.html",
        title=_("How shall we go about it?"),
        place="decide",
        width="mid",
        courses=offered.values(),
        path=request.url.path,
        more="".join(f"&{name}={quote(value)}" for name, value in more.items()),
    )


async def begin(request: Request, *, title: str, text: str, source: str = "") -> Response:
    """The form for a new proposal that begins with some words, to be changed as one likes.

    Args:
        request: of a member.
        title: what is proposed; what is too long is cut.
        text: the whole text, plain.
        source: what it is made from, told again by `Brought` once it is brought.

    Raises:
        Refused: not a member.
    """
    words = {"title": title[:120], "text": text[:20_000], "source": source}
    return await _new(request, None, "", words)


def _suggested(now: datetime, request: Request) -> datetime:
    there = (now + BEFORE).astimezone(voice(request).zone)
    return there.replace(hour=20, minute=0, second=0, microsecond=0)


async def form_of(node: "Node", answer: str, course: Course) -> Form:
    """The form for a proposal on a course, or for an answer to others."""
    form = {"adopted": ADOPT, "ratified": ADOPT, "objected": OBJECT}.get(answer) or new_in(course)
    open_ = await node.read(bringing.may_open, course)
    return form if open_ else without(form, "open")


def _answering(request: Request, about: decisions.Record, answer: str) -> dict[str, str]:
    """The words an answer begins with; members change them as they like."""
    _ = voice(request).say
    matter = decisions.matter_of(about.name, decisions.language_of(about))
    names = {"title": matter, "name": about.owner_name[:30]}
    if answer == "adopted":
        filled = _("We adopt what %(name)s decided: %(title)s", **names)
    elif answer == "ratified":
        filled = _("We ratify what %(name)s decided: %(title)s", **names)
    else:
        filled = _("We object to what %(name)s decided: %(title)s", **names)
    return {
        "title": filled[:120],
        "text": html.to_text(str(about.document.get("content", "")))
        if answer != "objected"
        else "",
        "record": about.slug,
        "answer": answer,
    }


async def about_of(request: Request, slug: str, answer: str) -> tuple[decisions.Record | None, str]:
    """The record of another community that a form answers, if it may be answered.

    Raises:
        Missing: it is not here, is our own, its seal does not hold, or the node answers by itself.
    """
    if answer not in ("adopted", "ratified", "objected"):
        return None, ""
    node: Node = request.app.state.node
    found = await node.read(decisions.record_by_slug, slug, request.state.viewer)
    if found is None or found.ours or found.seal != "holds" or found.concludes:
        raise Missing
    return found, answer


def form_page(
    request: Request,
    form: Entry,
    about: decisions.Record | None,
    answer: str,
    status: int = 200,
) -> Response:
    """The page of a form for a proposal, as it stands."""
    _ = voice(request).say
    return page(
        request,
        "proposals/new.html",
        status=status,
        title=_("A new %(word_proposal)s"),
        place="decide",
        width="narrow",
        form=form,
        course=(course := _course(form)),
        steps=standing.plan_of(course, voice(request).now, voice(request)),
        about=about,
        answer=answer,
    )


def draft_of(form: Entry) -> str:
    """The slug of the draft that a form was opened from, or would be kept as."""
    return (form.values.get("draft") or form.once)[:64]


def _course(form: Entry) -> Course:
    """The course of a form as it stands."""
    return courses.course((form.raw.get("course") or [""])[0])


async def create(request: Request) -> Response:
    """Bring a proposal."""
    node, _viewer, me = member(request)
    _ = voice(request).say
    names = ("record", "answer", "course", "replaces", "how")
    sent = {name: fields_of(request).get(name) or [""] for name in names}
    about, answer = await about_of(request, sent["record"][0], sent["answer"][0])
    held, how = await replaced(request, sent["replaces"][0], sent["how"][0])
    asked = await form_of(node, answer, courses.course(sent["course"][0]))
    form = _judged(read(request, asked))
    if not form.errors:
        try:
            draft = _draft(form, about, answer, node.now())
            if held is not None:
                draft = replace(draft, replaces={"record": held.id, "how": how})
            slug = await node.write(drafts.bring, me, draft, once=form.once, slug=draft_of(form))
            return done(request, f"/p/{slug}", _("Your proposal is before the community."))
        except Invalid as problem:
            form = form.wrong(problem)
    return form_page(request, form, about, answer, status=422)


def _rows(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and words of each option, as they stand on the form."""
    places = range(1, MOST_OPTIONS + 1)
    return [(values.get(f"option_{n}", ""), values.get(f"words_{n}", "")) for n in places]


def _judged(form: Entry) -> Entry:
    """The form with what is wrong between its fields: options that nobody could choose."""
    method = str(form.values.get("method", ""))
    one_text = method in decisions.METHODS and not decisions.METHODS[method].among
    if not one_text or not any(name or words for name, words in _rows(form.values)):
        return form
    sentence = mark("You wrote options. Choose to decide among them, or empty them.")
    return form.wrong(Invalid({"method": sentence}))


def _words(values: Mapping[str, Any], course: Course) -> dict[str, Any]:
    """What a form says of the words of a proposal (`bringing.Words`)."""
    only = way_of(course.methods[0].value, among=course.wants_options)
    method = values.get("method", only)
    among = decisions.METHODS[method].among
    return {
        "title": values["title"],
        "text": values["text"],
        "problem": values.get("problem", ""),
        "affected": values.get("affected", ""),
        "method": decisions.Method.MAJORITY if method == AMONG else decisions.Method(method),
        "options": _rows(values) if among else None,
        "stays": not values.get("changes"),
        "settings": _settings(values, decisions.METHODS[method].name),
    }


def _settings(values: Mapping[str, Any], method: str) -> dict[str, Any]:
    """What a form says of what its method has to know."""
    if method in decisions.SEATS:
        return {"seats": values.get("seats") or 0}
    if method in decisions.BUDGETS:
        places = range(1, MOST_OPTIONS + 1)
        costs = [values.get(f"cost_{n}") or 0 for n in places if values.get(f"option_{n}")]
        return {"budget": values.get("budget") or 0, "costs": costs}
    return {"base": values["base"]} if method in decisions.BASED and values.get("base") else {}


def _draft(form: Entry, about: decisions.Record | None, answer: str, now: datetime) -> Draft:
    values, course, answers = form.values, _course(form), None
    if about is not None:
        answers = {"record": about.id, "answer": following.adopting(answer, about, values["text"])}
        answers |= {k: values[k] for k in ("ground", "request", "reason") if k in values}
    return Draft(
        **_words(values, course),
        **_terms(values, now),
        reach=values["reach"],
        named=values["named"],
        answers=answers,
        source=values.get("source", ""),
        course=course.name,
        open=bool(values.get("open")),
    )


def _terms(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a form says of quorum and times; what a course fixes is put in its place later."""
    return {
        "share": Fraction(values.get("share", "1/2")),
        "counts": values.get("counts", False),
        "opens": values.get("opens"),
        "closes": values.get("closes", now),
        "review_months": int(values.get("months", "6")),
    }


# Other words ---------------------------------------------------------------------------------


async def rewrite(request: Request) -> Response:
    """The words of a proposal, to be changed until voting opens."""
    seen = await _changeable(request)
    found, plan = seen.proposal, seen.plan
    own = [option for option in found.options if not _stays(option)]
    begins: dict[str, Any] = {
        "title": found.name,
        "text": plan.text if plan else "",
        "problem": plan.problem if plan else None,
        "affected": plan.affected if plan else None,
        "method": way_of(plan.method if plan else "", among=bool(own) or seen.course.wants_options),
        "changes": True if own and len(own) == len(found.options) else None,
    }
    known = (plan.settings if plan else None) or {}
    begins |= {name: known.get(name) for name in ("base", "seats", "budget")}
    for number, option in enumerate(own, 1):
        cost = known.get("costs", {}).get(decisions.key(option.id))
        words = _unpriced(request, option.tradeoff, cost)
        begins |= {
            f"option_{number}": option.name,
            f"words_{number}": words,
            f"cost_{number}": cost,
        }
    return _change_page(request, seen, blank(request, _change_form(seen), **begins))


def _unpriced(request: Request, words: str | None, cost: int | None) -> str | None:
    """The words of an option without the sentence of what it costs, which has its own field."""
    if cost is None or not words:
        return words
    node: Node = request.app.state.node
    said = catalogue(node.community.language).gettext(wording.COSTS) % {"cost": cost}
    return words.removesuffix(said).strip() or None


def _stays(option: decisions.Option) -> bool:
    return decisions.key(option.id) == decisions.STAY


def _change_form(seen: View) -> Form:
    return CHANGE_ANSWER if seen.plan and seen.plan.answers else change_in(seen.course)


async def _changeable(request: Request) -> View:
    """A proposal whose words the viewer may change.

    Raises:
        Missing: it is not here, or not ours.
        Refused: somebody else brought it.
        Conflict: voting has begun.
    """
    node, viewer, me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    if not seen.proposal.ours:
        raise Missing
    if not seen.mine:
        raise Refused("E_NOT_YOURS", me, safe=changing.THEIRS)
    if not rules.may_change(stage=seen.proposal.stage, author=seen.mine, joint=seen.together):
        raise Conflict("E_STAGE", safe=changing.FIXED)
    return seen


def _change_page(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "proposals/change.html",
        status=status,
        title=_("Change what is proposed"),
        place="decide",
        width="narrow",
        form=form,
        seen=seen,
        strip=where(request, seen),
    )


async def change(request: Request) -> Response:
    """Put other words in place of those of a proposal."""
    seen = await _changeable(request)
    node, _viewer, me = member(request)
    slug = seen.proposal.slug
    form = _judged(read(request, _change_form(seen)))
    if not form.errors:
        try:
            await node.write(changing.change, slug, me, Words(**_words(form.values, seen.course)))
            return done(request, f"/p/{slug}", voice(request).say("The proposal is changed."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _change_page(request, seen, form, status=422)
