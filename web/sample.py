"""The page of all parts, `/style`: for whoever builds pages, in development only."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from web.forms import (
    Choice,
    Day,
    Form,
    Line,
    Minutes,
    Number,
    Pick,
    Secret,
    Text,
    Tick,
    blank,
    reach,
    read,
)
from web.render import page

SAMPLE: Final = Form(
    Line("title", "A field", "Help stands between label and field"),
    Text("text", "A few words", optional=True),
    Day("until", "Until when?", from_tomorrow=True),
    Minutes("takes", "How long?", optional=True),
    Number("count", "How many of you?", most=50, of="people"),
    Secret("password", "Password", at_least=12),
    reach(),
    Pick("days", "Which days?", choices=(Choice("sat", "Saturday"), Choice("sun", "Sunday"))),
    Tick("agreed", "I have read it", optional=False),
)


async def show(request: Request) -> Response:
    """Every part with its states."""
    form = blank(request, SAMPLE, title="What was typed", reach="trusted", takes=90)
    errors = {"until": "This day has passed. Choose one from tomorrow on.", "count": "Choose one."}
    return _page(request, 200, replace(form, errors=errors))


async def send(request: Request) -> Response:
    """The same, with what was typed and what is wrong with it."""
    form = read(request, SAMPLE)
    return _page(request, 422 if form.errors else 200, form)


def _page(request: Request, status: int, form: object) -> Response:
    return page(request, "style.html", status=status, title="The whole set", place="", sample=form)
