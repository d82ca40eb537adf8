"""Reading a form and showing it again.

A page declares a `Form` once. `blank` opens it, `read` reads what was sent; an
`Entry` keeps what was typed, the typed values, and an error per field. After its
effect a form is answered with `done` (303), so that reloading repeats nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request

from node.kernel.errors import Invalid, Problem
from vocab.values import dataclass
from web import csrf, sessions
from web.fields import (
    Address,
    Choice,
    Clock,
    Day,
    Field,
    Hidden,
    Line,
    Minutes,
    Moment,
    Number,
    Pick,
    Secret,
    Text,
    Tick,
    Wrong,
    reach,
)
from web.flash import done, say
from web.language import mark
from web.uploads import files_of
from web.voice import Voice, voice

__all__ = (
    "Address", "Choice", "Clock", "Day", "Entry", "Field", "Form", "Hidden", "Line", "Minutes",
    "Moment", "Number", "Pick", "Secret", "Shown", "Text", "Tick", "Wrong", "blank", "done",
    "fields_of", "mark", "reach", "read", "say",
)  # fmt: skip

ONCE: Final = "once"
NO_TEXT: Final = mark(
    "This file is too large, or it is no text. Choose another, or paste what is in it."
)
_KEY_LENGTH: Final = 64


class NoForm(Problem):
    """What was sent is not a form of a page."""

    status = 415


class Form:
    """Some fields, in the order in which they stand on the page."""

    def __init__(self, *fields: Field) -> None:
        self.fields: Mapping[str, Field] = {field.name: field for field in fields}
        if taken := self.fields.keys() & {"form", "raw", "values", "errors", "once", "wrong"}:
            raise ValueError(f"a field may not be called {taken}")  # form.<name> in templates


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field as a template needs it."""

    id: str
    name: str
    kind: str
    type: str
    label: str
    help: str
    optional: bool
    short: bool
    unit: str
    dir: str
    many: bool
    value: str
    chosen: tuple[str, ...]
    file: bool
    choices: tuple[Choice, ...]
    error: str
    attributes: Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A form as it stands: what was typed, what it means, what is wrong with it.

    `once` is the key that this form was opened with: two sendings with one key are
    meant to have one effect. Values of fields in error are absent.
    """

    form: Form
    raw: Mapping[str, Sequence[str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    once: str

    def __contains__(self, name: object) -> bool:
        return name in self.form.fields

    def __getitem__(self, name: str) -> Shown:
        """The field, as a template shows it."""
        return _shown(self.form.fields[name], self.raw.get(name, ()), self.errors.get(name, ""))

    def wrong(self, problem: Problem) -> "Entry":
        """The same form with what a unit found wrong; in pages: ``except Invalid as problem``.

        A sentence for no field of this form stands in the summary alone.
        """
        found = dict(problem.fields) if isinstance(problem, Invalid) else {}
        if not found:
            found = {"": problem.safe or mark("Look at this again, please.")}
        return replace(self, errors={**self.errors, **found})


def blank(request: Request, form: Form, **values: Any) -> Entry:
    """The form as it is opened, with the values it begins with."""
    spoken = voice(request)
    raw = {
        name: _opened(field, values[name], spoken)
        for name, field in form.fields.items()
        if values.get(name) is not None
    }
    return Entry(form=form, raw=raw, values=values, errors={}, once=sessions.token())


def read(request: Request, form: Form) -> Entry:
    """What was sent, field by field; every field is judged, so that all errors show at once.

    Raises:
        NoForm: the request carries no form.
    """
    sent, spoken = fields_of(request), voice(request)
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    raw = {name: sent.get(name, ()) for name in form.fields}
    for name, field in form.fields.items():
        try:
            raw[name] = _given(request, field, sent.get(name, ()))
            values[name] = field.read(raw[name], spoken)
        except Wrong as wrong:
            errors[name] = spoken.say(wrong.sentence, **wrong.values).replace("%", "%%")
    entry = Entry(form=form, raw=raw, values=values, errors=errors, once=_key(sent))
    request.state.entry = entry
    return entry


def _given(request: Request, field: Field, sent: Sequence[str]) -> Sequence[str]:
    """What came for a field: what was typed, or where nothing was, the text of its file."""
    files = files_of(getattr(request.state, "files", None), f"{field.name}-file")
    if not (isinstance(field, Text) and field.file and files) or any(map(str.strip, sent)):
        return sent
    try:
        return [(files[0].body or b"\xff").decode("utf-8-sig")]
    except UnicodeDecodeError as error:
        raise Wrong(NO_TEXT) from error


def typed(request: Request) -> list[tuple[str, str]]:
    """Label and words of all text in the form that was read, for a page on which it failed."""
    entry: Entry | None = getattr(request.state, "entry", None)
    return [
        (field.label, words)
        for name, field in (entry.form.fields if entry else {}).items()
        if isinstance(field, Line | Text) and not isinstance(field, Hidden)
        if entry and (words := "\n".join(entry.raw[name]).strip())
    ]


def once_more(request: Request) -> list[tuple[str, str]]:
    """The form that was read, name by name as it was sent; nothing if it holds a secret."""
    entry: Entry | None = getattr(request.state, "entry", None)
    if entry is None or any(isinstance(f, Secret) for f in entry.form.fields.values()):
        return []
    sent = fields_of(request).items()
    return [(name, one) for name, held in sent for one in held if name != csrf.FIELD]


def fields_of(request: Request) -> Mapping[str, Sequence[str]]:
    """The bare fields of a form that was believed (see `web.guards`): name to what was sent.

    Raises:
        NoForm: the request carries no form.
    """
    sent: Mapping[str, Sequence[str]] | None = getattr(request.state, "fields", None)
    if sent is None:
        raise NoForm("E_NO_FORM", safe=mark("Use the form on the page, please."))
    return sent


def _key(sent: Mapping[str, Sequence[str]]) -> str:
    key = (sent.get(ONCE) or [""])[0]
    plain = len(key) <= _KEY_LENGTH and key.replace("-", "").replace("_", "").isalnum()
    return key if plain and key.isascii() else sessions.token()


def _opened(field: Field, value: Any, spoken: Voice) -> Sequence[str]:
    if isinstance(field, Pick) and not isinstance(value, str):
        return [str(each) for each in value]
    return [field.show(value, spoken)]


def _shown(field: Field, raw: Sequence[str], error: str) -> Shown:
    return Shown(
        id=f"f-{field.name}",
        name=field.name,
        kind=field.kind,
        type=field.type,
        label=field.label,
        help=field.help,
        optional=field.optional and field.kind not in {"tick", "hidden"},
        short=field.short,
        unit=field.unit,
        dir=field.dir,
        many=field.many,
        value="" if isinstance(field, Secret) or not raw else raw[0],
        chosen=tuple(raw),
        file=isinstance(field, Text) and field.file,
        choices=field.choices if isinstance(field, Pick) else (),
        error=error,
        attributes=_attributes(field),
    )


def _attributes(field: Field) -> Mapping[str, str | int]:
    found: dict[str, str | int] = {}
    if isinstance(field, Number):
        found["inputmode"] = "numeric"
    if complete := getattr(field, "autocomplete", ""):
        found["autocomplete"] = complete
    if isinstance(field, Line) and not field.spell:
        found |= {"autocapitalize": "none", "spellcheck": "false"}
    if isinstance(field, Clock | Day | Moment | Minutes):
        found["autocomplete"] = "off"
    return found | dict(field.attributes or {})
