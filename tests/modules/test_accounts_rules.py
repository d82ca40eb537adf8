"""Names, passwords and who may go: tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from node.kernel.errors import Problem
from node.modules.accounts import rules, zones
from node.modules.accounts.attempts import Attempts, TooOften, place
from web.fields import Wrong

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("handle", ["ana", "a1", "ana_2", "ana.b-c", "2ana", "a" * 30])
def test_a_handle_of_small_ascii_is_good(handle: str) -> None:
    assert rules.wrong_handle(handle) == ""


@pytest.mark.parametrize(
    "handle",
    ["", "a", "a" * 31, "Ana", "an a", ".ana", "-ana", "_ana", "ana.", "a..b", "\u0430na", "ana@b",
     "an/a", "ana\n", "ñandu", "ana\u200b", "admin", "service", "inbox", "everyone"],
)  # fmt: skip
def test_any_other_handle_is_refused_with_a_sentence(handle: str) -> None:
    assert rules.wrong_handle(handle).endswith(".")


def test_only_the_founder_may_be_called_by_an_office() -> None:
    assert rules.wrong_handle("admin", founder=True) == ""
    assert rules.wrong_handle("inbox", founder=True) != ""


def test_a_handle_is_read_as_people_type_it() -> None:
    assert rules.handle_of(" @Ana ") == "ana"
    assert rules.suggestion("Ana  María Núñez") == "ana_mar_a_n_ez"
    assert rules.suggestion("林") == ""


@pytest.mark.parametrize("password", ["a long enough one", "xk7!Qm2#pZ", "ñandú ñandú ñ"])
def test_length_is_all_a_password_needs(password: str) -> None:
    assert rules.wrong_password(password, "ana", "Ana") == ""


@pytest.mark.parametrize(
    "password",
    ["", "short", "ninechars", "password123", "Password123", "aaaaaaaaaaaa", "abababababab",
     "anastasia.b"],
)  # fmt: skip
def test_short_and_common_passwords_are_refused(password: str) -> None:
    assert rules.wrong_password(password, "anastasia.b").endswith(".")


@pytest.mark.parametrize(
    ("role", "admins", "members", "may"),
    [("member", 1, 5, True), ("admin", 2, 5, True), ("admin", 1, 5, False), ("admin", 1, 1, False)],
)
def test_the_last_keeper_stays(role: str, admins: int, members: int, may: bool) -> None:
    assert (rules.may_go(role=role, admins=admins, members=members) == "") is may


def test_of_a_browser_only_its_name_is_kept() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert rules.agent_label(agent) == "Firefox, Linux"
    assert rules.agent_label("curl/8.0") == ""


def test_the_sixth_try_waits_ten_minutes() -> None:
    tries = Attempts()
    for _ in range(5):
        tries.take(NOW, "name ana", "from 10.0.0.1")

    with pytest.raises(TooOften) as refused:
        tries.take(NOW, "name ana", "from 10.0.0.2")

    assert isinstance(refused.value, Problem)
    assert refused.value.status == 429
    with pytest.raises(TooOften):
        tries.take(NOW, "name ben", "from 10.0.0.1")
    tries.take(NOW + timedelta(minutes=10), "name ana", "from 10.0.0.1")


def test_a_right_try_does_not_count() -> None:
    tries = Attempts()
    for _ in range(9):
        tries.take(NOW, "name ana", "from 10.0.0.1")
        tries.give_back(NOW, "name ana", "from 10.0.0.1")

    tries.take(NOW, "name ana", "from 10.0.0.1")


def test_a_home_of_ipv6_is_one_place() -> None:
    assert place("2001:db8::1") == place("2001:db8::ffff:1")
    assert place("2001:db8:0:1::1") != place("2001:db8::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1") != place("192.0.2.2")


def test_a_zone_is_known_by_its_city() -> None:
    assert zones.zone("berlin") == zones.zone("Europe/Berlin") == "Europe/Berlin"
    assert zones.zone("new york") == "America/New_York"
    with pytest.raises(Wrong):
        zones.zone("Europe/Atlantis")
