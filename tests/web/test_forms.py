"""Forms: what is typed is kept, what it means is typed, what is wrong says what to do."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Invalid
from tests.web.conftest import NOW, hidden
from web.dates import Unreadable, names, read_day, read_moment
from web.fields import tidy
from web.forms import (
    Address,
    Choice,
    Day,
    Form,
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
    blank,
    done,
    mark,
    reach,
    read,
)
from web.language import catalogue
from web.render import page
from web.voice import Voice
from web.words import WORDS, placed

BERLIN = ZoneInfo("Europe/Berlin")


def voice(language: str = "en", now: datetime = NOW) -> Voice:
    known = catalogue(language)
    return Voice(
        language=language,
        zone=BERLIN,
        now=now,
        words=placed(WORDS, {}, known.gettext),
        catalogue=known,
    )


# days and times (11 March 2027 is a Thursday) --------------------------------------------------

DAYS = [
    ("2027-03-13", date(2027, 3, 13)),
    ("13.3.", date(2027, 3, 13)),
    ("13.3", date(2027, 3, 13)),
    ("13. 3. 2028", date(2028, 3, 13)),
    ("10.3.", date(2028, 3, 10)),
    ("11.3.", date(2027, 3, 11)),
    ("29.2.", date(2028, 2, 29)),
    ("Sat", date(2027, 3, 13)),
    ("saturday", date(2027, 3, 13)),
    ("Thu", date(2027, 3, 11)),
    ("Wed", date(2027, 3, 17)),
    ("Samstag", date(2027, 3, 13)),
    ("Sa", date(2027, 3, 13)),
    ("today", date(2027, 3, 11)),
    ("morgen", date(2027, 3, 12)),
    ("13 March", date(2027, 3, 13)),
    ("March 13", date(2027, 3, 13)),
    ("13. März 2029", date(2029, 3, 13)),
    ("1 Mar", date(2028, 3, 1)),
]


@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_a_day_may_be_written_in_many_ways(text, expected):
    assert read_day(text, date(2027, 3, 11), names(voice("de"))) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "3/13", "31.2.", "2027-13-01", "S", "M", "Ma 13", "13 14 March", "99.99.",
     "Sat Sun", "13.3.27", "1" * 500, "-1.3."],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(Unreadable):
        read_day(text, date(2027, 3, 11), names(voice()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun 20:00", datetime(2027, 3, 14, 20, 0, tzinfo=BERLIN)),
        ("14.3. 9.15", datetime(2027, 3, 14, 9, 15, tzinfo=BERLIN)),
        ("14 March, 8 pm", datetime(2027, 3, 14, 20, 0, tzinfo=BERLIN)),
        ("2027-03-14T20:30", datetime(2027, 3, 14, 20, 30, tzinfo=BERLIN)),
        ("2027-03-14 20:30", datetime(2027, 3, 14, 20, 30, tzinfo=BERLIN)),
        ("14.3.", datetime(2027, 3, 14, 18, 0, tzinfo=BERLIN)),
        ("So, 20 Uhr", datetime(2027, 3, 14, 20, 0, tzinfo=BERLIN)),
        ("Sonntag, 14. März, 20:00 Uhr", datetime(2027, 3, 14, 20, 0, tzinfo=BERLIN)),
        ("20:00", datetime(2027, 3, 11, 20, 0, tzinfo=BERLIN)),
        ("Sat 12 am", datetime(2027, 3, 13, 0, 0, tzinfo=BERLIN)),
    ],
)
def test_a_moment_is_a_day_and_a_time_in_the_readers_zone(text, expected):
    found = read_moment(text, date(2027, 3, 11), BERLIN, names(voice("de")), time(18))

    assert found == expected
    assert found.tzinfo is BERLIN


@pytest.mark.parametrize("text", ["Sun 25:00", "Sun 20:61", "Sun 13 pm", "Sun 0 pm"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(Unreadable):
        read_moment(text, date(2027, 3, 11), BERLIN, names(voice()), time(18))


# kinds of field --------------------------------------------------------------------------------

TWO = (Choice("a", "A"), Choice("b", "B"))

GOOD = [
    (Line("x"), [" Two  words\t"], "Two words"),
    (Line("x", optional=True), [], ""),
    (Line("x"), ["a\x00\u202ab\u0000"], "ab"),
    (Text("x"), ["one\r\ntwo\rthree"], "one\ntwo\nthree"),
    (Text("x"), ["e\u0301"], "\u00e9"),
    (Secret("x"), [" as typed "], " as typed "),
    (Number("x", most=9), ["8"], 8),
    (Number("x", optional=True), [""], None),
    (Number("x", least=-5), ["-5"], -5),
    (Minutes("x"), ["90"], 90),
    (Minutes("x"), ["1 h 30"], 90),
    (Minutes("x"), ["1h"], 60),
    (Minutes("x"), ["1:30"], 90),
    (Minutes("x"), ["1,5 h"], 90),
    (Minutes("x"), ["1.25 h"], 75),
    (Minutes("x"), ["45 Minuten"], 45),
    (Minutes("x"), ["2 h 5 min"], 125),
    (Day("x", from_tomorrow=True), ["Fri"], date(2027, 3, 12)),
    (Moment("x", in_future=True), ["Fri 9:00"], datetime(2027, 3, 12, 9, tzinfo=BERLIN)),
    (Pick("x", choices=TWO), ["b"], "b"),
    (Pick("x", choices=TWO, optional=True), [], None),
    (Pick("x", choices=TWO, several=True), ["b", "a", "b"], ["b", "a"]),
    (Tick("x"), [], False),
    (Tick("x", optional=False), ["yes"], True),
    (Address("x"), ["birch.example/a"], "https://birch.example/a"),
    (Address("x"), ["http://birch.example"], "http://birch.example"),
    (Hidden("x"), ["7"], "7"),
    (reach(), ["trusted"], "trusted"),
]

BAD = [
    (Line("x"), [], "Fill this in."),
    (Line("x"), ["  "], "Fill this in."),
    (Line("x", at_most=3), ["12345"], "This is %(over)d characters too long."),
    (Line("x", at_least=3), ["1"], "This is too short."),
    (Secret("x"), [""], "Fill this in."),
    (Secret("x", at_least=10), ["short"], "This is too short."),
    (Number("x"), ["1.5"], "Write a whole number"),
    (Number("x"), ["١٢"], "Write a whole number"),
    (Number("x"), ["9" * 40], "Write a whole number"),
    (Number("x", most=9), ["10"], "Choose a number"),
    (Minutes("x"), ["long"], "Write it as in"),
    (Minutes("x"), ["1:75"], "Write it as in"),
    (Minutes("x"), ["0"], "Choose a time"),
    (Day("x"), ["soon"], "Write the day"),
    (Day("x", from_tomorrow=True), ["today"], "This day has passed."),
    (Moment("x", in_future=True), ["today 9:00"], "This time has passed."),
    (Pick("x", choices=TWO), [], "Choose one."),
    (Pick("x", choices=TWO), ["c"], "Choose one of these."),
    (Pick("x", choices=TWO), ["a", "b"], "Choose one of these."),
    (Pick("x", choices=TWO, several=True), ["a", "c"], "Choose one of these."),
    (Tick("x", optional=False), [], "Tick this box"),
    (Address("x"), ["javascript:alert(1)"], "This is no web address."),
    (Address("x"), ["ftp://birch.example"], "This is no web address."),
    (Address("x"), ["https://ana@birch.example"], "This is no web address."),
    (reach(), ["direct"], "Choose one of these."),
]


@pytest.mark.parametrize(("field", "sent", "expected"), GOOD)
def test_a_field_gives_a_typed_value(field, sent, expected):
    assert field.read(sent, voice()) == expected


@pytest.mark.parametrize(("field", "sent", "sentence"), BAD)
def test_a_field_says_what_to_do(field, sent, sentence):
    with pytest.raises(Wrong) as wrong:
        field.read(sent, voice())

    assert wrong.value.sentence.startswith(sentence)
    assert voice().say(wrong.value.sentence, **wrong.value.values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Minutes("x"), 90),
        (Day("x"), date(2027, 3, 13)),
        (Moment("x"), datetime(2027, 3, 14, 19, tzinfo=UTC)),
        (Number("x"), 8),
        (Line("x"), "Two words"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_field_shows_it_reads_back(field, value, language):
    spoken = voice(language)

    assert field.read([field.show(value, spoken)], spoken) == value


def test_text_loses_what_cannot_be_seen_or_stored():
    assert tidy("a\x00b\x1b[31m\ud800c\r\n") == "ab[31mc"


def test_nobody_types_what_turns_the_text_around_it_or_is_not_seen():
    assert tidy("Ana\u202e rofakO") == "Ana rofakO"
    assert tidy("\u2066\u200b \u2060") == ""
    assert tidy("न\u200cद") == "न\u200cद"


# a page with a form ----------------------------------------------------------------------------

NEW = Form(
    Line("title", mark("What do you need?")),
    Text("text", mark("A few words"), optional=True),
    Day("until", mark("Until when?"), from_tomorrow=True),
    reach(),
    Pick("days", "Days", choices=TWO, several=True, optional=True),
    Secret("password", "Password", optional=True),
    Tick("agreed", "Agreed"),
)
SEEN: list[str] = []


def judge(title: str) -> None:
    if title == "taken":
        raise Invalid({"title": mark("Fill this in.")})
    if title == "late":
        raise Invalid({}, safe="Too late: 100% gone.")


async def take(request: Request) -> Response:
    form = read(request, NEW)
    SEEN.append(form.once)
    if not form.errors:
        try:
            judge(form.values["title"])
            return done(request, "/form", "Posted: <b>100%</b>")
        except Invalid as problem:
            form = form.wrong(problem)
    return page(request, "ours/form.html", status=422, title="New", form=form)


async def opened(request: Request) -> Response:
    return page(request, "ours/form.html", title="New", form=blank(request, NEW, reach="trusted"))


@pytest.fixture
def site(make_site, tmp_path, monkeypatch):
    package = tmp_path / "ours_package"
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "templates" / "form.html").write_text(
        '{% extends "layout.html" %}{% block main %}<form method="post" action="/form">'
        "{{ ui.token() }}{{ ui.once(form) }}{{ ui.field(form.title) }}{{ ui.field(form.text) }}"
        "{{ ui.field(form.until) }}{{ ui.field(form.reach) }}{{ ui.field(form.days) }}"
        "{{ ui.field(form.password) }}{{ ui.field(form.agreed) }}</form>{% endblock %}"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = make_site(routes=[Route("/form", opened), Route("/form", take, methods=["POST"])])
    templates = made.client._transport.app.state.templates
    templates.loader._theirs["ours"] = package / "templates"
    return made


async def test_what_was_typed_is_kept(site):
    typed = {
        "title": "<A & B>", "text": "one\n\n two", "until": "yesterday", "reach": "public",
        "days": ["a", "b"], "agreed": "yes", "password": "a secret",
    }  # fmt: skip

    answer = await site.post("/form", typed)

    assert answer.status_code == 422
    assert 'value="&lt;A &amp; B&gt;"' in answer.text
    assert "\none\n\n two</textarea>" in answer.text
    assert 'value="yesterday"' in answer.text
    assert answer.text.count(" checked") == 4
    assert "a secret" not in answer.text


async def test_an_error_stands_in_title_summary_and_field(site):
    answer = await site.post("/form", {"title": "", "until": "Sat", "reach": "public"})

    assert "<title>Error: New · Alder Street</title>" in answer.text
    assert '<div class="flash bad" role="alert"' in answer.text
    assert '<a href="#f-title">What do you need? Fill this in.</a>' in answer.text
    assert 'aria-describedby="f-title-e" aria-invalid="true"' in answer.text
    assert 'id="f-title-e"' in answer.text


async def test_every_error_shows_at_once(site):
    answer = await site.post("/form", {})

    assert "3 things need another look" in answer.text


async def test_what_a_unit_found_wrong_stands_at_its_field(site):
    answer = await site.post("/form", {"title": "taken", "until": "Sat", "reach": "public"})

    assert answer.status_code == 422
    assert '<a href="#f-title">' in answer.text


async def test_a_refusal_of_no_field_stands_in_the_summary(site):
    answer = await site.post("/form", {"title": "late", "until": "Sat", "reach": "public"})

    assert "<li>Too late: 100% gone.</li>" in answer.text


async def test_after_its_effect_a_form_leads_on_and_says_so_once(site):
    sent = {"title": "Ladder", "until": "Sat", "reach": "community"}

    answer = await site.post("/form", sent)
    first = await site.get(answer.headers["location"])
    second = await site.get(answer.headers["location"])

    assert answer.status_code == 303
    assert "Posted: &lt;b&gt;100%&lt;/b&gt;" in first.text
    assert 'role="status"' in first.text
    assert "Posted" not in second.text


async def test_a_sentence_that_we_did_not_sign_is_not_said(site):
    await site.post("/form", {"title": "Ladder", "until": "Sat", "reach": "community"})
    name = next(n for n in site.client.cookies if "said" in n)
    payload, _, seal = site.client.cookies[name].rpartition(".")
    site.client.cookies.set(name, f"{payload[:-4]}AAAA.{seal}", domain="alder.test")

    answer = await site.get("/form")

    assert 'role="status"' not in answer.text


async def test_one_opened_form_keeps_one_key(site):
    SEEN.clear()
    first = await site.get("/form")
    other = await site.get("/form")
    key = hidden(first.text)["once"]

    answer = await site.post("/form", {"once": key, "title": ""})
    await site.post("/form", {"once": "<script>", "title": ""})

    assert key != hidden(other.text)["once"]
    assert SEEN[0] == key == hidden(answer.text)["once"]
    assert SEEN[1] != "<script>"


async def test_a_form_opens_with_what_it_begins_with(site):
    answer = await site.get("/form")

    assert 'value="trusted" checked' in answer.text
    assert "Error:" not in answer.text
    assert "if you like" in answer.text


def test_a_field_may_not_hide_what_an_entry_has():
    with pytest.raises(ValueError, match="values"):
        Form(Line("values"))
