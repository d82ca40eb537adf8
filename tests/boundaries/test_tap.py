"""The search for words finds them however they are written, or the tests by it would be blind."""

import secrets

import pytest

from tests.boundaries.tap import hidden_ways, leaks


@pytest.mark.parametrize("way", list(hidden_ways("")))
def test_a_word_is_found_however_it_is_written(way: str) -> None:
    word = secrets.token_hex(12)

    assert leaks({"it": word}, [("there", hidden_ways(word)[way])]) == ["it in there"]


def test_a_word_that_is_not_there_is_not_found() -> None:
    others = hidden_ways(secrets.token_hex(12)).items()

    assert leaks({"it": secrets.token_hex(12)}, others) == []
