"""What of a stranger's HTML we keep."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab import html


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<p>Hi <strong>you</strong><br>there</p>", "<p>Hi <strong>you</strong><br>there</p>"),
        ("<p onclick='x()' style='color:red' class='big' id='a'>x</p>", "<p>x</p>"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>p{}</style><iframe src='https://e.test'></iframe>x", "x"),
        ("<img src='https://e.test/pixel.gif'>x", "x"),
        ("<svg><a href='https://e.test'>y</a></svg>x", "x"),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="nofollow noopener ugc">x</a>'),
        ("<a href='/local'>x</a>", '<a rel="nofollow noopener ugc">x</a>'),
        ("<a href='data:text/html,x'>x</a>", '<a rel="nofollow noopener ugc">x</a>'),
        (
            "<a href='https://a.test/' class='u-url mention evil' target='_blank' rel='me'>x</a>",
            '<a href="https://a.test/" class="u-url mention" rel="nofollow noopener ugc">x</a>',
        ),
        ("<!-- secret -->x", "x"),
        ("<p>unclosed", "<p>unclosed</p>"),
        ("a\u202ebc\u2066\u200f", "abc"),
        ("a\x00b\x08c", "abc"),
        ("<custom-tag>x</custom-tag>", "x"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("", ""),
        (None, ""),
    ],
)
def test_only_the_small_set_is_kept(source: str | None, kept: str) -> None:
    assert html.clean(source) == kept


def test_html_has_a_length() -> None:
    assert len(html.clean("<p>" + "x" * 300_000)) <= html.SIZE + len("<p></p>")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>One<br>two</p><p>three &amp; four</p>", "One\ntwo\n\nthree & four"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<script>x</script><b>y</b>", "y"),
        ("&lt;b&gt;", "<b>"),
        ("", ""),
    ],
)
def test_html_has_its_words(source: str, words: str) -> None:
    assert html.to_text(source) == words


def test_a_line_is_cut_with_an_ellipsis() -> None:
    assert html.line("<p>one\ntwo</p><p>three</p>") == "one two three"
    assert html.line("x" * 300, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(("leads", "shown", "told"), [
    ("https://evil.test/x", "https://bank.example/login", "evil.test"),
    ("https://evil.test", "bank.example", "evil.test"),
    ("https://evil.test", "https://b&#97;nk.example", "evil.test"),
    ("https://bank.example.evil.test/", "https://bank.example", "bank.example.evil.test"),
    ("https://b\u0430nk.example/", "bank.example", "xn--bnk-6cd.example"),
    ("https://www.bank.example/x", "bank.example", ""),
    ("https://xn--bcher-kva.example/", "bücher.example", ""),
    ("https://evil.test", "Look at this", ""), ("https://evil.test", "3.11", ""),
])  # fmt: skip
def test_a_link_that_says_another_address_tells_where_it_leads(
    leads: str, shown: str, told: str
) -> None:
    made = html.clean(f'<p><a href="{leads}">{shown}</a>.</p>')

    assert made.endswith(f"</a> ({told}).</p>" if told else "</a>.</p>")
    assert html.clean(made) == made
    mention = f'<a href="{leads}" class="u-url mention">@bo@bank.example</a>'
    assert "(" not in html.clean(mention)


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("Hello\nyou\n\nNext", "<p>Hello<br>you</p><p>Next</p>"),
        ("a\r\n\r\n\r\nb", "<p>a</p><p>b</p>"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
        (
            "see https://a.test/x?y=1&z=2.",
            (
                '<p>see <a href="https://a.test/x?y=1&amp;z=2" rel="nofollow noopener ugc">'
                "a.test/x?y=1&amp;z=2</a>.</p>"
            ),
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ('https://a.test/"onclick="x', None),
        ("  ", ""),
    ],
)
def test_what_is_typed_becomes_paragraphs_and_links(typed: str, made: str | None) -> None:
    found = html.from_text(typed)

    assert html.clean(found) == found
    if made is not None:
        assert found == made


@given(st.text(max_size=200))
def test_what_is_typed_is_never_more_than_text(typed: str) -> None:
    made = html.from_text(typed)

    assert html.to_text(html.clean(made)) == html.to_text(made)
    assert "<script" not in html.clean(made).lower()


@given(st.text(alphabet="<>/abp script='\"=:&;", max_size=80))
def test_cleaning_twice_changes_nothing(source: str) -> None:
    once = html.clean(source)

    assert html.clean(once) == once


def test_words_that_look_like_a_handler_of_an_event_may_leave() -> None:
    made = html.from_text("We meet once = always, and ON DAYS=any.")

    assert made == "<p>We meet once &#61; always, and ON DAYS=any.</p>"
    assert html.to_text(made) == "We meet once = always, and ON DAYS=any."


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("<p>:x: and :xy:</p>", "<p>[X] and [XY]</p>"),
        ('<a href="https://a.test/:x:" rel=":x:">:x:</a>',
         '<a href="https://a.test/:x:" rel=":x:">[X]</a>'),
        ('<a href="https://a.test/>:x:">:x:</a>', '<a href="https://a.test/>:x:">[X]</a>'),
        ("1 &lt; :x:", "1 &lt; [X]"),
        (":x:", "[X]"),
        ("", ""),
    ],
)  # fmt: skip
def test_names_are_replaced_in_words_alone(written: str, found: str) -> None:
    assert html.replaced(written, {":x:": "[X]", ":xy:": "[XY]"}) == found
    assert html.replaced(written, {}) == written


@given(st.text(alphabet="<>/ab ", max_size=12))
def test_nothing_in_untagged_words_looks_like_a_tag(text: str) -> None:
    assert not re.search("<[a-zA-Z/]", html.untagged(text))
