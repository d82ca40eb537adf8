"""What judges thousands of pages sees what it is there for, however a page is read."""

import httpx
import pytest

from tests.boundaries.client import Answer, Asked, Cookies, url_of
from tests.boundaries.forms import forms_in
from tests.boundaries.pages import HEADERS, parsed, wrong
from tests.servers import hidden_fields

GOOD = '<h1>A</h1><script src="/static/a.js"></script><a href="/x">x</a><img src="/y.png" alt="">'
FAULTS = (
    "<script>1</script>",
    '<script src="https://a.test/x.js"></script>',
    "<style>p{}</style>",
    "<iframe></iframe>",
    '<object data="/x"></object>',
    '<meta http-equiv="refresh" content="0">',
    '<base href="/">',
    '<p onclick="x">',
    '<p style="x">',
    '<a href="javascript:x">',
    '<a href=" java&#10;script:x">',
    '<form action="//b.test/">',
    '<button formaction="data:x">',
    '<img src="//b.test/a.png">',
    "<svg><a xlink:href='javascript:x'></a></svg>",
)


def answer(text: str, **headers: str) -> Answer:
    said = {**dict.fromkeys(HEADERS, "x"), "content-type": "text/html", "vary": "Cookie, Accept",
            "cache-control": "no-store", **headers}  # fmt: skip
    asked = Asked(method="GET", url=url_of("https://alder.test/x"))
    return Answer(asked, 200, httpx.Headers(said), text.encode())


def test_a_page_as_it_should_be_is_let_pass() -> None:
    assert wrong("ana", answer(GOOD)) == []
    assert parsed(GOOD).faults == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_could_run_is_seen_by_both_ways_of_reading(fault: str) -> None:
    assert len(wrong("ana", answer(GOOD + fault))) >= 1
    assert parsed(GOOD + fault).faults


def test_a_missing_header_a_second_heading_and_a_kept_page_are_seen() -> None:
    assert "headings" in wrong("ana", answer(GOOD + "<h1>B</h1>"))[0]
    assert "Cache-Control" in wrong("ana", answer(GOOD, **{"cache-control": "public"}))[0]
    bare = answer(GOOD)
    del bare.headers["referrer-policy"]
    assert "referrer-policy" in wrong("ana", bare)[0]


def test_forms_are_found_with_their_fields() -> None:
    text = (
        '<form method="post" action="/a"><input type="hidden" name="csrf" value="t&amp;1">'
        '<select name="s"><option value="1" selected>1</option><option value="2">2</option>'
        '</select><textarea name="w"></textarea></form><input type="hidden" name="out">'
        '<form action="/b"></form>'
    )

    (found,) = forms_in("/here", text)
    assert (found.action, found.fields["csrf"], found.choices["s"]) == ("/a", ["t&1"], ["1", "2"])
    assert set(found.kinds) == {"csrf", "s", "w"}
    assert hidden_fields(text, "/a") == {"csrf": "t&1"}
    with pytest.raises(AssertionError):
        hidden_fields("", "/a")


def test_cookies_are_kept_and_ended() -> None:
    cookies = Cookies()
    cookies.take(["a=1; Path=/; HttpOnly", "__Host-b=x.y-z_; Secure", "c=3"])
    cookies.take(["a=; Max-Age=0", 'c=""; Max-Age=0'])

    assert cookies == {"__Host-b": "x.y-z_"}
