"""What decides about posts and blocks, as tables of cases."""

import pytest

from node.kernel.access import Reach
from node.kernel.errors import Invalid
from node.modules.moderation import rules as moderation
from node.modules.notes import rules
from vocab import html
from vocab.model import PUBLIC

A, B = "https://a.test/u/a", "https://b.test/u/b"


@pytest.mark.parametrize(
    ("named", "ours", "peers", "reach"),
    [
        ((PUBLIC,), True, False, Reach.PUBLIC),
        ((A, PUBLIC), False, True, Reach.PUBLIC),
        ((A,), True, True, Reach.TRUSTED),
        ((A,), True, False, Reach.DIRECT),
        ((A,), False, False, Reach.DIRECT),
        ((), True, False, Reach.COMMUNITY),
        ((), False, False, None),
    ],
)
def test_the_addresses_decide_how_far_it_goes(named, ours, peers, reach) -> None:
    assert rules.reach_of(named, ours=ours, peers=peers) is reach


@pytest.mark.parametrize(
    ("parent", "may"),
    [
        (None, ["community", "trusted", "public"]),
        ("public", ["community", "trusted", "public"]),
        ("trusted", ["community", "trusted"]),
        ("community", ["community"]),
        ("direct", ["direct"]),
    ],
)
def test_an_answer_goes_no_further(parent, may) -> None:
    assert [one.value for one in rules.choices(parent)] == may


@pytest.mark.parametrize("followed", [True, False])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("answers", [True, False])
def test_what_concerns_us(followed, named, answers) -> None:
    def asked(reach: Reach) -> bool:
        return rules.concerns(reach, followed=followed, named=named, answers_us=answers)

    assert asked(Reach.PUBLIC) is (followed or named or answers)
    assert asked(Reach.DIRECT) is named
    assert asked(Reach.TRUSTED) is True


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ana", [("ana", "")]),
        ("@Ana, @ana and @ana@A.test.", [("ana", ""), ("ana", "a.test")]),
        ("(@ben@b.test:8443)", [("ben", "b.test:8443")]),
        ("mail a@b.test, see https://c.test/@d", []),
        ("@", []),
        (" ".join(f"@n{i}" for i in range(99)), [(f"n{i}", "") for i in range(rules.MENTIONS)]),
    ],
)
def test_who_is_named_in_a_text(text, found) -> None:
    assert rules.handles_in(text) == found


def test_names_become_links_but_not_inside_of_links() -> None:
    written = html.from_text("See https://a.test/@ana with @ana@a.test, <@ana>.")
    people = {("ana", "a.test"): (A, "ana")}

    linked = html.clean(rules.with_mentions(written, people))

    assert linked.count('class="u-url mention"') == 1
    assert f'href="{A}"' in linked
    assert "&lt;@ana&gt;" in linked


@pytest.mark.parametrize("tag", ["en", "de-CH", "zh-Hant-TW"])
def test_a_language_tag_is_kept(tag) -> None:
    assert rules.language_of(tag) == tag


@pytest.mark.parametrize("tag", [None, "", "e", 'en" x="', "en_US", "english please"])
def test_what_is_no_language_is_not(tag) -> None:
    assert rules.language_of(tag) is None


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("bad.example", "bad.example"),
        ("  https://Bad.Example/  ", "bad.example"),
        ("bad.example:8443", "bad.example:8443"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("@a@bad.example", None),
        ("bad", None),
        ("bad example", None),
        ("bad.example:x", None),
        ("%.example", None),
        ("", None),
    ],
)
def test_a_host_however_it_is_typed(typed, host) -> None:
    assert moderation.host_of(typed) == host


def test_a_reason_has_words() -> None:
    assert moderation.reason_of(" Spam. ") == "Spam."
    for nothing in ("", " ", "...", "123"):
        with pytest.raises(Invalid):
            moderation.reason_of(nothing)
