"""The pages of the review: how it went, whether that is so, and the proposal that may follow."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Conflict, Invalid, Missing
from node.modules.decisions import api as decisions
from node.modules.deliveries import reviewing, rules
from node.modules.deliveries.matters import Expected
from node.modules.deliveries.reviewing import Finding
from node.modules.deliveries.rules import Came, Phase, Verdict
from node.modules.deliveries.views import CAME, VERDICTS, View, member, plain, view, where
from node.modules.proposals import api as proposals
from vocab.html import quoted, to_text
from web.forms import Choice, Entry, Field, Form, Pick, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

VERDICT: Final = Pick(
    "verdict",
    mark("All in all"),
    choices=tuple(Choice(each, words) for each, (words, _) in VERDICTS.items()),
)
REASONS: Final = Text(
    "reasons", mark("Why?"), mark("What happened, what it brought, what it cost"), at_most=5000
)
BECAME: Final = tuple(Choice(each, words) for each, words in CAME.items())


def form_of(seen: View) -> Form:
    """The form of a review: a field for each measure, one for each thing that was expected."""
    found: list[Field] = [
        Text(f"found-{one.id}", plain(one.what), plain(one.how), at_most=1000)
        for one in seen.measures
    ]
    came = [Pick(f"came-{one.key}", plain(_dated(one)), choices=BECAME) for one in seen.expected]
    return Form(*found, *came, VERDICT, REASONS)


def _dated(one: Expected) -> str:
    """What was expected, and by when it was to show; what stands in the record says it itself."""
    return f"{one.text} ({one.day.isoformat()})" if one.day else one.text


async def _seen(request: Request) -> View:
    """A decision whose day has come.

    Raises:
        Conflict: it has not, or the verdict stands.
    """
    node, viewer, _me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer, node.now())
    if seen.one.phase is not Phase.REVIEW:
        raise Conflict("E_PHASE", seen.one.slug, safe=rules.NOW[seen.one.phase])
    return seen


async def look(request: Request) -> Response:
    """The form for the review; it begins with what somebody wrote that does not stand yet."""
    seen = await _seen(request)
    begins: dict[str, Any] = {}
    if held := seen.one.review:
        begins = {"verdict": held.verdict, "reasons": held.reasons}
        begins |= {f"found-{id}": words for id, words in held.found.items()}
        begins |= {f"came-{key}": came for key, came in held.came.items()}
    return _page(request, seen, blank(request, form_of(seen), **begins))


def _page(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    title = voice(request).say("How did it go?")
    return page(request, "deliveries/review.html", status=status, title=title, place="decide",
                width="narrow", seen=seen, one=seen.one, form=form,
                strip=where(request, seen))  # fmt: skip


async def write(request: Request) -> Response:
    """Write the review."""
    node, _viewer, me = member(request)
    seen = await _seen(request)
    form = read(request, form_of(seen))
    if not form.errors:
        try:
            await node.write(reviewing.write, seen.one.slug, me, _finding(form))
            words = voice(request).say("Written. It stands once somebody else says that it is so.")
            return done(request, f"{seen.one.path}#review", words)
        except Invalid as problem:
            form = form.wrong(problem)
    return _page(request, seen, form, 422)


def _finding(form: Entry) -> Finding:
    values = form.values

    def under(prefix: str) -> dict[str, str]:
        return {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}

    return Finding(
        verdict=Verdict(values["verdict"]),
        reasons=values["reasons"],
        found=under("found-"),
        came={key: Came(value) for key, value in under("came-").items()},
    )


async def second(request: Request) -> Response:
    """Say that the review is so; after a failure a proposal is begun."""
    node, _viewer, me = member(request)
    slug = request.path_params["slug"]
    written = (fields_of(request).get("written") or [""])[0]
    verdict = await node.write(reviewing.second, slug, me, written)
    _ = voice(request).say
    if verdict is Verdict.FAILED:
        words = _("The verdict stands: it failed. Here is a draft of what may come next.")
        return done(request, f"/deliveries/{slug}/again", words)
    return done(request, f"/deliveries/{slug}#review", _("The verdict stands."))


# What may follow ----------------------------------------------------------------------------


async def again(request: Request) -> Response:
    """A proposal that begins with the decision, what came of it, and what the minority said."""
    node, viewer, _me = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer, node.now())
    if seen.one.phase is not Phase.REVIEWED or seen.one.review is None:
        raise Missing(detail=slug)
    box = await node.read(decisions.box_of, slug)
    spoken = voice(request)
    decided = to_text(str(box.subject["content"])) if box else ""
    title = spoken.say("Once more, and better: %(title)s", title=seen.one.title)
    return await proposals.begin(request, title=title, text=_draft(seen, decided, spoken))


def _draft(seen: View, decided: str, spoken: Voice) -> str:
    """The words of the draft: the decision, the verdict, and the minority, quoted."""
    _, review = spoken.say, seen.one.review
    assert review is not None, "its verdict stands"
    verdict = _(VERDICTS[review.verdict][0])
    parts = [
        _("What we would do instead:"),
        "…",
        _("What we had decided, “%(title)s”:", title=seen.one.title),
        quoted(decided),
        _("What we found when we looked at it again. %(verdict)s:", verdict=verdict),
        quoted(review.reasons),
    ]
    public = [one for one in seen.expected if one.public]
    among = [one for one in seen.expected if not one.public]
    for heading, those in (
        (_("What the minority had said:"), public),
        (_("What some of us had expected, as written among us. Take it out before others may "
           "read this:"), among),
    ):  # fmt: skip
        parts += [heading] if those else []
        for one in those:
            became = review.came.get(one.key)
            parts += [quoted(one.text)] + ([_(CAME[Came(became)]) + "."] if became else [])
    return "\n\n".join(parts)


routes = (
    Route("/deliveries/{slug}/review", look, methods=["GET"]),
    Route("/deliveries/{slug}/review", write, methods=["POST"]),
    Route("/deliveries/{slug}/review/so", second, methods=["POST"]),
    Route("/deliveries/{slug}/again", again, methods=["GET"]),
)
