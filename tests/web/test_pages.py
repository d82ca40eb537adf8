"""Pages: what they say, in which language, and what they never let through."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from starlette.requests import Request
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused, TryLater, Unsendable
from node.kernel.module import Module
from tests.web.conftest import NOW, hidden
from web.colour import WOAD, accent_of, contrast, nearest, readable
from web.errors import SAID
from web.forms import Form, Hidden, Line, Number, Secret, Text, read
from web.home import greeting
from web.language import languages, mark
from web.links import local_path, safe_href
from web.slots import Card, gather
from web.voice import speak
from web.words import WORDS

# links -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/give", "/give/1?a=b&c=d#e", "/%2f%2fevil", "/a//b"])
def test_a_path_of_this_site_is_followed(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [None, "", "//evil.test", "///evil.test", "/\\evil.test", "\\/evil.test", "https://evil.test",
     "evil.test", "javascript:alert(1)", " /x", "/\tevil", "/x\n", "/x\r\nSet-Cookie: a=b", "/\x00",
     "/x\u202e", "/" + "x" * 3000, "?x", "#x"],
)  # fmt: skip
def test_a_path_elsewhere_is_not_followed(path):
    assert local_path(path, "/home") == "/home"


@pytest.mark.parametrize(
    "address",
    ["https://birch.example/a?b=c", "http://birch.example:8080", "/give", "#here", "?page=2",
     "https://bücher.example/"],
)  # fmt: skip
def test_a_safe_address_may_be_clicked(address):
    assert safe_href(address) == address


@pytest.mark.parametrize(
    "address",
    [None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
     "data:text/html,x", "//evil.test", "vbscript:x", "file:///etc/passwd", "https://", "https:///x",
     "https://a@evil.test", "https://evil.test\\@alder.test", "https://evil.test:x", "\x01https://a.b",
     'https://a.b/"onclick="x', "blob:https://a.b", "mailto:ana@alder.test", "http://[::1"],
)  # fmt: skip
def test_an_unsafe_address_is_never_clickable(address):
    assert safe_href(address) == ""


# time ------------------------------------------------------------------------------------------

MOMENT = datetime(2027, 3, 18, 8, 15, tzinfo=UTC)


def spoken(site, language=None, timezone=None, role=None):
    return speak(site.node, Viewer(language=language, timezone=timezone, role=role))


def test_a_moment_is_told_in_the_communitys_zone(site):
    assert spoken(site).when(MOMENT) == "Thursday 18 March, 9:15 (Berlin)"
    assert spoken(site, "de").when(MOMENT) == "Donnerstag, 18. März, 9:15 Uhr (Berlin)"


def test_a_member_may_live_in_another_zone(site):
    voice = spoken(site, timezone="America/New_York")

    assert voice.when(MOMENT) == "Thursday 18 March, 4:15 (New York)"
    assert (
        voice.when(datetime(2027, 3, 18, 2, tzinfo=UTC)) == "Wednesday 17 March, 22:00 (New York)"
    )


def test_summer_time_is_kept(site):
    voice = spoken(site)

    assert voice.clock(datetime(2027, 3, 28, 0, 59, tzinfo=UTC)) == "1:59"
    assert voice.clock(datetime(2027, 3, 28, 1, 0, tzinfo=UTC)) == "3:00"


def test_the_year_is_told_when_it_is_another(site):
    assert spoken(site).day(date(2028, 1, 2)) == "Sunday 2 January 2028"
    assert spoken(site).short(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "Fri 1 January, 0:30"


def test_an_unknown_zone_is_told_in_the_communitys(site):
    assert spoken(site, timezone="Mars/Olympus").zone == ZoneInfo("Europe/Berlin")
    assert spoken(site, timezone="../../etc/passwd").zone == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (-120, "−2 h"), (1440, "24 h")],
)
def test_a_length_is_told_in_hours_and_minutes(site, minutes, words):
    assert spoken(site).duration(minutes) == words


def test_the_greeting_fits_the_readers_hour(site):
    assert greeting(spoken(site), "Ana") == "Good morning, Ana"
    assert greeting(spoken(site, timezone="Asia/Tokyo"), "Ana") == "Good afternoon, Ana"
    assert greeting(spoken(site, "de", "Asia/Tokyo"), "100%") == "Guten Tag, 100%"


# templates -------------------------------------------------------------------------------------


def environment(site):
    return site.client._transport.app.state.templates


def test_an_unknown_name_stops_a_template(site):
    with pytest.raises(UndefinedError):
        environment(site).from_string("{{ nothing }}").render()


@pytest.mark.parametrize(
    "name",
    ["x.html.j2", "x.txt", "../render.py", "ours/../layout.html", "nobody/x.html", "/etc/passwd",
     "ours//x.html", "..\\layout.html"],
)  # fmt: skip
def test_no_other_template_is_found(site, name):
    with pytest.raises(TemplateNotFound):
        environment(site).get_template(name)


def test_what_others_write_is_escaped_in_every_sentence(site):
    evil = "<script>alert(1)</script>"
    template = environment(site).from_string(
        "{{ x }}{{ _('Good morning, %(name)s', name=x) }}{% trans x=x %}A {{ x }}{% endtrans %}"
        "{{ _(x) }}{{ x|tell }}"
    )

    shown = template.render(voice=spoken(site), x=evil)

    assert "<script>" not in shown
    assert shown.count("&lt;script&gt;") == 5


async def test_parts_that_are_defined_once_speak_for_whoever_reads(make_site):
    one, other = (make_site(settings={"development": True}) for _ in range(2))
    await one.get("/style", headers={"accept-language": "en"})

    after, alone = [
        await site.get("/style", headers={"accept-language": "de"}) for site in (one, other)
    ]

    own = re.compile(r'name="(csrf|once)" value="[^"]*"')
    assert own.sub("", after.text) == own.sub("", alone.text)
    assert hidden(after.text)["csrf"] != hidden(alone.text)["csrf"]


def test_parts_of_one_thread_never_speak_for_a_page_of_another(site):
    pages = environment(site)
    ours = pages.parts({"csrf_token": lambda: "ours"})

    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(pages.parts, {"csrf_token": lambda: "theirs"}).result()

    assert "ours" in ours.token()
    assert "theirs" in theirs.token()
    assert pages.parts({}) is ours


def test_html_of_others_is_cleaned_once_more(site):
    evil = '<p onclick="x">Hello</p><script>alert(1)</script><a href="javascript:x">y</a>'

    shown = environment(site).from_string("{{ x|clean }}{{ none|clean }}").render(x=evil)

    assert shown.startswith("<p>Hello</p><a")
    assert not re.search(r"script|onclick", shown)


def test_no_template_calls_what_does_not_escape(site):
    forbidden = re.compile(r"gettext\(|\|\s*safe\b|autoescape|\sstyle=|<script|\son\w+=|data:")
    from web.render import HERE

    for path in (HERE / "templates").glob("*.html"):
        assert not forbidden.search(path.read_text()), path


class Outline(HTMLParser):
    """The elements of a page; those that stay open."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "rect", "path", "circle", "line"})

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.ids, self.headings = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        assert not {name for name in values if name == "style" or name.startswith("on")}
        self.seen.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


PAGES = ["/", "/public", "/style", "/nothing"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("member", [False, True])
async def test_a_page_is_whole_light_and_asks_nobody_else(site, path, member):
    if member:
        site.sign_in()

    page = (await site.get(path)).text
    outline = Outline(page)

    assert outline.open == []
    assert len(page) < 100_000
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    for tag, values in outline.seen:
        assert tag not in {"script", "style", "iframe", "object", "embed"}
        for name in ("src", "action", "srcset", "formaction"):
            assert (values.get(name) or "/").startswith("/")
        assert tag != "link" or values["href"].startswith(("/", "https://alder.test/c/"))
    described = {i for _, v in outline.seen for i in (v.get("aria-describedby") or "").split()}
    assert described <= set(outline.ids)
    labels = {v["for"] for tag, v in outline.seen if tag == "label" and "for" in v}
    assert labels <= set(outline.ids)


async def test_a_member_has_four_places_and_knows_where(site):
    site.sign_in()

    page = (await site.get("/")).text
    bar = page.partition('<nav class="bar"')[2].partition("</nav>")[0]

    assert re.findall(r'href="([^"]*)"', bar) == ["/", "/give", "/decide", "/me"]
    assert bar.count('aria-current="page"') == 1


async def test_a_visitor_has_no_places_and_a_way_in(site):
    page = (await site.get("/")).text

    assert '<nav class="bar"' not in page
    assert 'href="/sign-in"' in page
    assert "We share tools." in page


async def test_what_a_community_writes_of_itself_is_escaped(make_site):
    site = make_site(name="<b>Alder</b> & 100%", purpose='"><script>alert(1)</script>')

    page = (await site.get("/")).text

    assert "<script>" not in page
    assert "<b>Alder" not in page
    assert "&lt;b&gt;Alder&lt;/b&gt; &amp; 100%" in page


async def test_the_page_of_all_parts_is_for_development_only(make_site):
    assert (await make_site().get("/style")).status_code == 404


async def test_the_page_of_all_parts_keeps_what_was_typed(site):
    answer = await site.post("/style", {"title": "Kept", "until": "Sat"})

    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    Outline(answer.text)


# language --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr,de;q=0.5,en;q=0.2", "de"),
     ("fr", "en"), ("en;q=0.1,de;q=0.9", "de"), ("de;q=0,en", "en"), ("*", "en"),
     ("de;q=x", "en"), ("," * 5000, "en")],
)  # fmt: skip
async def test_a_visitor_is_answered_in_a_language_they_asked_for(site, header, language):
    answer = await site.get("/", headers={"accept-language": header})

    assert f'<html lang="{language}" dir="ltr">' in answer.text
    assert answer.headers["content-language"] == language


async def test_without_a_wish_the_community_chooses(make_site):
    site = make_site(language="de")

    answer = await site.get("/", headers={"accept-language": "fr"})

    assert '<html lang="de"' in answer.text
    assert "Anmelden" in answer.text


async def test_a_members_own_language_wins(site):
    site.sign_in()
    site.node.memory["language"] = "de"

    answer = await site.get("/", headers={"accept-language": "en"})

    assert '<html lang="de"' in answer.text


async def test_a_community_renames_its_nouns(make_site):
    site = make_site(words={"keeper": "steward", "members": "neighbours"})

    page = (await site.get("/")).text
    german = (await site.get("/", headers={"accept-language": "de"})).text
    missing = (await site.get("/x", headers={"accept-language": "en"})).text

    assert "stays among the neighbours" in page
    assert "Mitglieder" in german
    assert "neighbours" not in german
    assert "member" not in re.sub(r"<[^>]*>", "", page).replace("every member", "")
    assert missing


def test_a_module_adds_nouns(make_site):
    site = make_site(Module(name="ledger", words={"hour": "time credit"}))

    voice = spoken(site)

    assert voice.say("%(word_Hour)s and %(word_hour)s") == "Time credit and time credit"


@pytest.mark.parametrize("language", languages())
def test_every_noun_has_a_word_in_every_language(site, language):
    voice = spoken(site, language)

    for noun in WORDS:
        assert voice.words[f"word_{noun}"]
        start = voice.words[f"word_{noun[:1].upper()}{noun[1:]}"]
        assert start[:1] == start[:1].upper()


# errors ----------------------------------------------------------------------------------------

PROBLEMS = {
    "refused": Refused("E_X", "secret detail", safe=mark("Fill this in.")),
    "missing": Missing("E_X", "secret detail", safe="secret safe"),
    "conflict": Conflict("E_X", "secret detail"),
    "invalid": Invalid({"until": mark("This day has passed. Choose one from tomorrow on.")}),
    "later": TryLater("secret detail"),
    "full": TryLater("secret detail", code="E_DATABASE"),
    "unsendable": Unsendable("E_SCHEMA", "secret detail", "object"),
    "broken": RuntimeError("secret detail"),
    "percent": Refused("E_X", safe="100% %(no)s <b>"),
}


async def raising(request: Request):
    raise PROBLEMS[request.path_params["name"]]


@pytest.fixture
def troubled(make_site):
    return make_site(routes=[Route("/raise/{name}", raising)])


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("name", "status"),
    [("refused", 403), ("missing", 404), ("conflict", 409), ("invalid", 422), ("later", 503),
     ("full", 503), ("unsendable", 422), ("broken", 500), ("percent", 403)],
)  # fmt: skip
async def test_an_error_says_what_to_do_and_no_more(troubled, name, status, language):
    answer = await troubled.get(f"/raise/{name}", headers={"accept-language": language})

    assert answer.status_code == status
    assert answer.text.count("<li>") >= 1
    assert 'class="btn"' in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    Outline(answer.text)


async def test_what_a_problem_says_is_translated_and_escaped(troubled):
    german = await troubled.get("/raise/refused", headers={"accept-language": "de"})
    percent = await troubled.get("/raise/percent")

    assert "Fülle dies aus." in german.text
    assert "100% %(no)s &lt;b&gt;" in percent.text


async def test_json_is_answered_where_only_json_is_asked_for(troubled):
    json = await troubled.get("/raise/invalid", headers={"accept": "application/activity+json"})
    html = await troubled.get("/raise/invalid", headers={"accept": "text/html,application/json"})
    none = await troubled.get("/raise/invalid", headers={"accept": "*/*"})

    assert json.headers["content-type"] == "application/problem+json"
    assert json.json() == {
        "type": "about:blank",
        "title": "Something in it cannot be used",
        "status": 422,
        "detail": "Nothing was changed.",
        "code": "E_INVALID",
        "fields": {"until": "This day has passed. Choose one from tomorrow on."},
    }
    assert html.headers["content-type"].startswith("text/html")
    assert none.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_missing_and_hidden_look_the_same(troubled, accept):
    hidden = await troubled.get("/raise/missing", headers={"accept": accept})
    missing = await troubled.get("/raise/nothing/there", headers={"accept": accept})

    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert dict(hidden.headers) == dict(missing.headers)


async def test_a_broken_page_takes_nobody_down(troubled, caplog):
    broken = await troubled.get("/raise/broken")
    after = await troubled.get("/")
    number = re.search(r"<code>([0-9a-f-]+)</code>", broken.text)

    assert after.status_code == 200
    assert number
    assert number[1] in caplog.text


LETTER = Form(
    Hidden("to"), Line("title", mark("Title")), Text("text", mark("Text")), Number("count", "Count")
)
DOOR = Form(Line("name", "Name"), Secret("password", "Password"))


@pytest.fixture
def sending(make_site):
    """Two forms; whatever is sent fails in the way the path names."""
    forms = {"letter": LETTER, "door": DOOR}

    async def send(request: Request):
        read(request, forms[request.path_params["form"]])
        raise PROBLEMS[request.path_params["name"]]

    route = Route("/{form}/{name}", send, methods=["POST"])
    return make_site(settings={"development": True}, routes=[route])


@pytest.mark.parametrize("name", ["later", "full", "broken", "conflict", "unsendable"])
async def test_what_was_typed_stands_on_the_page_of_the_error(sending, name):
    said = {"to": "secret id", "title": "A <b>wheel</b>", "text": "one\n\ntwo", "count": "3"}

    answer = await sending.post(f"/letter/{name}", said, form="/style")

    assert answer.status_code == {"conflict": 409, "unsendable": 422, "broken": 500}.get(name, 503)
    shown = answer.text[answer.text.index("What you typed") :]
    assert "A &lt;b&gt;wheel&lt;/b&gt;" in shown
    assert "<p>one</p>" in shown
    assert "secret id" not in shown
    again = hidden(answer.text)
    if name in ("conflict", "unsendable"):
        assert "title" not in again
    else:
        assert {**again, **said} == {**again}
        assert "once" in again
    Outline(answer.text)


async def test_a_password_is_never_shown_again(sending):
    said = {"name": "ana", "password": "a secret one"}

    answer = await sending.post("/door/later", said, form="/style")

    assert "a secret one" not in answer.text
    assert "What you typed" in answer.text
    assert "name" not in hidden(answer.text)


async def test_if_even_the_error_page_breaks_something_plain_is_said(troubled):
    environment(troubled).loader._ours = troubled.node.settings.data
    environment(troubled).cache.clear()

    answer = await troubled.get("/raise/missing")

    assert answer.status_code == 500
    assert "Please try again" in answer.text
    assert "content-security-policy" in answer.headers


async def test_a_visitor_is_shown_the_way_in_and_back(troubled):
    visitor = await troubled.get("/raise/refused")
    troubled.sign_in()
    member = await troubled.get("/raise/refused")

    assert 'href="/sign-in?next=/raise/refused"' in visitor.text
    assert "/sign-in" not in member.text


async def test_a_path_with_a_slash_too_many_leads_nowhere_else(troubled):
    answer = await troubled.get("/public/", headers={"host": "evil.test"})

    assert answer.status_code == 404
    assert "evil.test" not in answer.text


def test_every_error_has_a_heading_a_sentence_and_a_next_step():
    for heading, sentence, hints in SAID.values():
        assert heading
        assert sentence.endswith(".")
        assert hints


# slots -----------------------------------------------------------------------------------------


async def waits(node, viewer):
    say = speak(node, viewer).say
    return [
        Card(title="Later", href="/later", order=60),
        Card(title="<b>Soon</b>", href="/soon", act=say(mark("Have a look")), by=NOW),
        Card(title="Bad", href="javascript:alert(1)", act="Go"),
    ]


async def breaks(node, viewer):
    raise RuntimeError("not today")


async def hangs(node, viewer):
    await asyncio.Event().wait()


async def test_modules_fill_the_places_of_a_page(make_site):
    site = make_site(Module(name="waiting", slots={"today.waiting": waits}))
    site.sign_in()
    site.node.memory["language"] = "de"

    page = (await site.get("/")).text

    assert page.index("Soon") < page.index("Later")
    assert "&lt;b&gt;Soon" in page
    assert ">Ansehen</a>" in page
    assert "javascript" not in page
    Outline(page)


@pytest.mark.parametrize(("many", "said"), [(5, ""), (6, "One more waits"), (8, "3 more wait")])
async def test_what_waits_is_all_there_however_much_it_is(make_site, many, said):
    async def much(node, viewer):
        return [Card(title=f"Matter {number}", href=f"/m/{number}") for number in range(many)]

    site = make_site(Module(name="waiting", slots={"today.waiting": much}))
    site.sign_in()

    page = (await site.get("/")).text

    assert [page.count(f'"/m/{number}"') for number in range(many)] == [1] * many
    folded = page.partition("more wait")[2]
    assert said in page
    assert ('"/m/5"' in folded) is (many > 5)
    assert '"/m/4"' not in folded
    Outline(page)


async def test_a_module_that_breaks_leaves_a_banner_and_the_rest(make_site, caplog):
    broken = Module(name="broken", slots={"today.waiting": breaks, "public": breaks})
    site = make_site(broken, Module(name="waiting", slots={"today.waiting": waits}))

    visitor = await site.get("/")
    site.sign_in()
    member = await site.get("/")

    for answer in (visitor, member):
        assert answer.status_code == 200
        assert "does not answer just now: broken" in answer.text
        assert "not today" not in answer.text
    assert "Soon" in member.text
    assert "not today" in caplog.text


async def test_a_module_that_hangs_is_not_waited_for(make_site):
    site = make_site(
        Module(name="slow", slots={"x": hangs}), Module(name="quick", slots={"x": waits})
    )
    app = site.client._transport.app
    request = Request({"type": "http", "app": app, "headers": [], "path": "/", "state": {}})

    filled = await gather(request, "x", seconds=0.01)

    assert filled.failed == ["slow"]
    assert len(filled.cards) == 3


# colour ----------------------------------------------------------------------------------------


async def test_the_theme_is_the_communitys_colour(make_site):
    chosen = await make_site(accent="#8A3B12").get("/theme.css")
    evil = await make_site(accent="red}body{display:none").get("/theme.css")

    assert chosen.text == ":root{--accent:#8a3b12}\n"
    assert evil.text == f":root{{--accent:{WOAD}}}\n"
    assert chosen.headers["content-type"].startswith("text/css")


def test_contrast_is_as_wcag_says():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("accent", ["#ffee00", "#ffffff", "#00ff00", "#ff69b4"])
def test_a_colour_that_cannot_be_read_has_a_near_one_that_can(accent):
    assert not readable(accent)
    assert readable(nearest(accent))


def test_a_readable_colour_stays_as_it_is():
    assert readable("#8a3b12")
    assert nearest("#8a3b12") == "#8a3b12"
    assert accent_of(None) == accent_of("blue") == WOAD
    with pytest.raises(ValueError, match="not a colour"):
        nearest("blue")
