"""What counts as one emoji."""

import pytest

from node.modules.reactions import rules


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("👍", "👍"), ("❤️", "❤️"), ("👍🏽", "👍🏽"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("🇩🇪", "🇩🇪"), ("1️⃣", "1️⃣"),
        (" 🔥 ", "🔥"), ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"), ("‼️", "‼️"), (":blob_cat:", ":blob_cat:"),
        (":blob@a.test:", ":blob:"), (":+1:", ":+1:"),
        ("👍👍", ""), ("🇩🇪🇫🇷", ""), ("🇩", ""), ("a", ""), ("+", ""), ("", ""), (None, ""),
        ("nice!", ""),
        (":a b:", ""), ("::", ""), (":" + "x" * 61 + ":", ""), ("👍" * 9, ""), ("<b>", ""),
        ("\u200d", ""), ("\ufe0f", ""),
    ],
)  # fmt: skip
def test_one_emoji_or_none(said: str | None, found: str) -> None:
    assert rules.emoji_of(said) == found


def test_what_we_offer_counts() -> None:
    assert [rules.emoji_of(one) for one in rules.OFFERED] == list(rules.OFFERED)
