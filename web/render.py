"""From a template and some values to a page.

Templates are escaped always, strict about unknown names, and end in ``.html``.
A module's templates are called ``<module>/x.html`` and extend ``layout.html``;
the parts of `parts.html` stand ready in every template as ``ui``.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import vocab.html
from node.kernel.access import ANONYMOUS
from node.kernel.tables import Account
from vocab import focal
from web import csrf, flash, sessions
from web.colour import accent_of
from web.faces import initial
from web.files import Files
from web.finds import around
from web.language import mark
from web.links import page_of, safe_href
from web.loading import HERE, Pages, Templates, compiled
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

PLACES: Final = (
    ("today", "/", "today", mark("Today")),
    ("give", "/give", "swap", mark("Give & ask")),
    ("decide", "/decide", "decide", mark("Decide")),
    ("me", "/me", "me", mark("Me")),
)
REACHES: Final = {
    "community": ("here", "reach1", mark("This community")),
    "trusted": ("trusted", "reach2", mark("Trusted nodes")),
    "public": ("public", "reach3", mark("Public")),
    "direct": ("here", "reach1", mark("Only those named")),
}
_ACTIVITIES: Final = ("application/activity+json", "application/ld+json")
_SYMBOL: Final = re.compile(r'<symbol id="(\w+)" viewBox="0 0 24 24"([^>]*)>(.*?)</symbol>')


def environment(node: "Node", files: Files) -> Pages:
    """Everything that templates may use, made once at start."""
    made = Pages(
        loader=Templates(node),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=bool(node.settings.development),
        bytecode_cache=compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals.update(
        gettext=_gettext,
        ngettext=_ngettext,
        _=_say,
        icon=_icons(HERE / "static" / "icons.svg"),
        static=files.address,
        csrf_token=_csrf_token,
        once_key=sessions.token,
        **{name: functools.partial(look, node) for name, look in _PICTURES.items()},
        actor_href=_actor_href,
        PLACES=PLACES,
        REACHES=REACHES,
    )
    made.filters.update(
        when=_when,
        day=_day,
        short=_short,
        clock=_clock,
        duration=_duration,
        tell=_tell,
        clean=_clean,
        pictured=functools.partial(_pictured, node),
        **_PLAIN,
    )
    return made


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    title: str = "",
    **context: object,
) -> Response:
    """A page of this site, in the reader's language.

    Args:
        request: whose viewer, language and cookies the page is for.
        template: ``<module>/x.html`` (or one of ours).
        status: the HTTP status.
        title: in the reader's language; the community's name is put behind it.
        context: what the template needs. Some names have a meaning: ``place`` (today, give,
            decide, me) marks the place in the bar, ``width`` is "", ``mid`` or ``narrow``,
            ``form`` is an Entry (its errors put "Error:" before the title), ``document`` the id
            of what the page shows, if it is ours: whoever asks for that and for no page is sent
            there.
    """
    document = context.get("document")
    if isinstance(document, str) and _is_server(request):
        return RedirectResponse(document, 303)
    made: Pages = request.app.state.templates
    values = _common(request, title) | context
    values["ui"] = made.parts(values)
    body = made.get_template(template).render(values)
    response = HTMLResponse(body, status)
    response.headers["Content-Language"] = voice(request).language
    csrf.keep(request, response)
    flash.forget(request, response)
    return response


def _is_server(request: Request) -> bool:
    accept = request.headers.get("accept", "").lower()
    return "html" not in accept and any(media in accept for media in _ACTIVITIES)


def _common(request: Request, title: str) -> dict[str, Any]:
    node = request.app.state.node
    spoken = voice(request)
    return {
        **spoken.words,
        "request": request,
        "node": node,
        "community": node.community,
        "viewer": getattr(request.state, "viewer", ANONYMOUS),
        "voice": spoken,
        "title": title,
        "place": _place(request.scope["path"]),
        "width": "",
        "form": None,
        "document": None,
        "said": flash.heard(request),
        "accent": accent_of(node.community.accent).lstrip("#"),
        "path": request.scope["path"],
    }


def _place(path: str) -> str:
    for name, start, _, _ in PLACES:
        if path == start or (start != "/" and path.startswith(f"{start}/")):
            return name
    return ""


@pass_context
def _gettext(context: Context, message: str, **values: object) -> Markup:
    """For ``{% trans %}`` only: the sentence stands in our template, its values are escaped."""
    spoken: Voice = context["voice"]
    return Markup(spoken.catalogue.gettext(message)) % {**spoken.words, **values}  # noqa: S704


@pass_context
def _ngettext(context: Context, one: str, more: str, num: int, **values: object) -> Markup:
    spoken: Voice = context["voice"]
    text = Markup(spoken.catalogue.ngettext(one, more, num))  # noqa: S704
    return text % {**spoken.words, "num": num, **values}


@pass_context
def _say(context: Context, message: str, **values: object) -> str:
    spoken: Voice = context["voice"]
    return spoken.say(message, **values)


@pass_context
def _tell(context: Context, message: str) -> str:
    spoken: Voice = context["voice"]
    return spoken.tell(message)


@pass_context
def _csrf_token(context: Context) -> str:
    return csrf.token(context["request"])


@pass_context
def _actor_href(context: Context, one: Account) -> str:
    """Where a reader sees an actor: here, or for visitors at a remote actor's own server."""
    if one.local or context["viewer"].is_member:
        return page_of(one)
    return safe_href(one.url) or safe_href(one.id)


def _time(machine: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, words)


@pass_context
def _when(context: Context, moment: datetime, zone: bool = True) -> Markup:  # noqa: FBT001, FBT002
    return _time(_exact(moment), context["voice"].when(moment, zone=zone))


@pass_context
def _day(context: Context, moment: date) -> Markup:
    return _time(_exact(moment), context["voice"].day(moment))


@pass_context
def _short(context: Context, moment: date) -> Markup:
    return _time(_exact(moment), context["voice"].short(moment))


@pass_context
def _clock(context: Context, moment: datetime) -> Markup:
    return _time(_exact(moment), context["voice"].clock(moment))


@pass_context
def _duration(context: Context, minutes: int) -> str:
    spoken: Voice = context["voice"]
    return spoken.duration(minutes)


def _exact(moment: date) -> str:
    return moment.isoformat("T", "minutes") if isinstance(moment, datetime) else moment.isoformat()


def _picture(node: "Node", url: str | None, whose: str = "") -> str | None:
    """Where our copy of a picture of others is, if some module keeps such copies."""
    return node.registry.picture(node, url, whose, False) if url and node.registry.picture else None


def _face(node: "Node", who: Account | str | None, big: bool = False) -> str | None:  # noqa: FBT001, FBT002
    """Where the picture of somebody is, small or large enough for their own page.

    Args:
        node: whose copies of pictures are shown.
        who: an account, or the path of a picture here.
        big: large enough for their own page.
    """
    if isinstance(who, str):
        return who
    if who is None or who.face is None or who.suspended or who.gone:
        return None
    if who.local:
        return who.face
    return (_picture if big else _thumb)(node, who.face, who.domain)


def _thumb(node: "Node", url: str | None, whose: str = "") -> str | None:
    """Where a small picture of one is, for lists."""
    return node.registry.picture(node, url, whose, True) if url and node.registry.picture else None


def _called(node: "Node", who: Account) -> Markup:
    """What somebody is called, with the small pictures that a name from elsewhere may hold."""
    named = [] if who.local or ":" not in who.label else _emoji_of(who)
    return Markup("<bdi>{}</bdi>").format(_pictured(node, escape(who.label), named, who.domain))


def _emoji_of(who: Account) -> list[Mapping[str, str]]:
    """The custom emoji that an actor's own page names (FEP-9098)."""
    said = (who.document or {}).get("tag")
    found = []
    for one in (said if isinstance(said, list) else [said])[:50]:
        if not isinstance(one, Mapping) or one.get("type") != "Emoji":
            continue
        icon, name = one.get("icon"), one.get("name")
        url = icon.get("url") if isinstance(icon, Mapping) else icon
        if isinstance(url, str) and isinstance(name, str):
            found.append({"name": f":{name.strip(':')}:"[:100], "url": url})
    return [one for one in found if len(one["name"]) > 2]


_PLAIN: Final[Mapping[str, Callable[..., str]]] = {
    "around": around,
    "focus": focal.classes,
    "initial": initial,
    "safe_href": safe_href,
}
"""What a template does to words without asking anything."""

_PICTURES: Final[Mapping[str, Callable[..., str | None]]] = {
    "picture": _picture,
    "face_of": _face,
    "called": _called,
    "thumb": _thumb,
}
"""What templates ask for pictures, each of a node."""


def _pictured(
    node: "Node", words: Markup, emoji: Sequence[Mapping[str, str]], whose: str = ""
) -> Markup:
    """Words in which custom emoji are pictures, or where we have none, names with a title.

    Args:
        node: whose copies of pictures are shown; nothing is loaded from elsewhere.
        words: clean HTML, or escaped text.
        emoji: each with its `name` (a `:shortcode:`) and the `url` where its picture lies.
        whose: the host of who wrote them.
    """
    shown = {one["name"]: _emoji(one["name"], _thumb(node, one["url"], whose)) for one in emoji}
    return Markup(vocab.html.replaced(str(escape(words)), shown))  # noqa: S704


def _emoji(name: str, kept: str | None) -> str:
    if kept is None:
        return Markup('<span title="{0}">{0}</span>').format(name)
    start = Markup('<img class="emoji" src="{1}" alt="{0}" title="{0}" loading="lazy">')
    return start.format(name, kept)


def _clean(html: str | None) -> Markup:
    """What others wrote as HTML: cleaned once more, whatever was done before."""
    return Markup(vocab.html.clean(html))  # noqa: S704


@functools.cache
def _icons(sprite: Path) -> Callable[..., Markup]:
    symbols: Mapping[str, tuple[str, str]] = {
        name: (attributes, inner)
        for name, attributes, inner in _SYMBOL.findall(sprite.read_text("utf-8"))
    }

    def icon(name: str, css: str = "icon") -> Markup:
        """A picture from our set, always beside a word."""
        attributes, inner = symbols[name]
        start = f'<svg class="{css}" viewBox="0 0 24 24"{attributes} aria-hidden="true">'
        return Markup(f"{start}{inner}</svg>")  # noqa: S704 (our own file, names from templates)

    return icon
