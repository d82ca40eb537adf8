"""A server has one name, however it is written, and what no server is called is none."""

import pytest

from federation.origins import domain, parents
from tests.federation.names import KEPT_OUT, NO_NAMES, OTHERS, SPELLINGS


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_name_has_one_spelling(host: str) -> None:
    assert KEPT_OUT in parents(domain(f"https://{host}/u/x"))


@pytest.mark.parametrize("host", NO_NAMES)
def test_what_no_server_is_called_has_no_name(host: str) -> None:
    assert domain(f"https://{host}/u/x") == ""


@pytest.mark.parametrize("host", OTHERS)
def test_other_names_are_others(host: str) -> None:
    assert KEPT_OUT not in parents(domain(f"https://{host}/u/x"))
