"""What the operator sets: the file, the environment, the command line, and what is refused."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from node.kernel.settings import Settings, Unusable, is_public, load, safe_for


@pytest.fixture
def write(tmp_path: Path):
    def put(text: str) -> Path:
        (tmp_path / "folkmoot.toml").write_text(text)
        return tmp_path

    return put


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    found = load(tmp_path / "not yet there", {})

    assert found == Settings(data=tmp_path / "not yet there")
    assert found.database_url == f"sqlite:///{tmp_path / 'not yet there' / 'folkmoot.db'}"


def test_the_file_then_the_environment_then_the_command_line(write) -> None:
    data = write('port = 1\nhost = "file"\norigin = "http://file.test"\n')
    environ = {"FOLKMOOT_PORT": "2", "FOLKMOOT_HOST": "environment"}

    found = load(data, environ, port=3, host=None)

    assert (found.port, found.host, found.origin) == (3, "environment", "http://file.test")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://192.168.1.5:8080", "http://192.168.1.5:8080"),
        ("http://Alder.local/", "http://alder.local"),
        ("http://alder.local:80", "http://alder.local"),
        ("https://[::1]:443", "https://[::1]"),
        ("", ""),
    ],
)
def test_the_address_at_home_is_kept_as_browsers_write_it(
    tmp_path: Path, given: str, kept: str
) -> None:
    assert load(tmp_path, {}, origin=given).origin == kept


@pytest.mark.parametrize(
    ("toml", "environ", "name", "value"),
    [
        ("worker = false", "0", "worker", False),
        ("allow_http = true", "yes", "allow_http", True),
        ("delivery_days = 7", "7", "delivery_days", 7),
        ("match_delay_least_seconds = 2", "2", "match_delay_least_seconds", 2.0),
        (
            'allow_addresses = ["127.0.0.0/8", "::1"]',
            "127.0.0.0/8, ::1",
            "allow_addresses",
            (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")),
        ),
        ('disabled = ["notes", "peers"]', "notes,peers", "disabled", {"notes", "peers"}),
        ("trusted_proxies = []", "", "trusted_proxies", ()),
    ],
)
def test_values_have_their_kind_wherever_they_come_from(
    write, tmp_path: Path, toml: str, environ: str, name: str, value: Any
) -> None:
    assert getattr(load(tmp_path, {f"FOLKMOOT_{name.upper()}": environ}), name) == value
    assert getattr(load(write(toml), {}), name) == value


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('port = "eighty"', "port: 'eighty' cannot be used"),
        ("port = true", "port: True cannot be used"),
        ("port = 70000", "port: 70000 cannot be used"),
        ("port = -1", "port: -1 cannot be used"),
        ("worker = 2", "worker: 2 cannot be used"),
        ('worker = "perhaps"', "write 1 or 0"),
        ("database = 5", "database: 5 cannot be used"),
        ('database = "mysql://x"', "write postgresql"),
        ('origin = "alder.example"', "write http:// or https://"),
        ('origin = "ftp://alder.example"', "write http:// or https://"),
        ('origin = "http://alder.example/x"', "nothing behind its port"),
        ('origin = "http://a@alder.example"', "nothing behind its port"),
        ('origin = "http://alder.example:70000"', "origin: "),
        ('allow_addresses = ["127.0.0.1/8"]', "host bits set"),
        ('trusted_proxies = ["proxy"]', "trusted_proxies: "),
        ("disabled = 5", "disabled: 5 cannot be used"),
        ('context_mode = "both"', "write inline or url"),
        ('log_level = "LOUD"', "write DEBUG or INFO or WARNING or ERROR"),
        ('colour = "red"', "nobody knows colour"),
        ('data = "/elsewhere"', "nobody knows data"),
        ("port = ", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_name(write, toml: str, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        load(write(toml), {})


def test_a_file_that_is_no_text_is_refused(write, tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_bytes(b"\xff\xfe port = 1")

    with pytest.raises(Unusable, match="cannot be read"):
        load(tmp_path, {})


def test_a_variable_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    load(tmp_path, {"FOLKMOOT_TEST_STRICT": "1", "PORT": "5", "FOLKMOOT_SHARED": "/x"})

    with pytest.raises(Unusable, match="nobody knows FOLKMOOT_DATABSE"):
        load(tmp_path, {"FOLKMOOT_DATABSE": "postgresql+asyncpg://"})


@pytest.mark.parametrize(
    ("origin", "public"),
    [
        ("https://alder.town", True),
        ("https://alder.town:8443", True),
        ("https://alder.co.uk", True),
        ("https://ALDER.TOWN.", True),
        ("https://test.town", True),
        ("https://alder.test", False),
        ("https://alder.TEST.", False),
        ("https://a.b.test", False),
        ("https://alder.localhost", False),
        ("http://localhost:8080", False),
        ("https://alder.local", False),
        ("https://alder.internal", False),
        ("https://alder.home.arpa", False),
        ("https://home.arpa", False),
        ("https://other.arpa", True),
        ("https://alder.invalid", False),
        ("https://alder.example", False),
        ("https://alder.example.com", True),
        ("https://alder.onion", False),
        ("https://alder", False),
        ("http://192.168.1.5:8080", False),
        ("https://8.8.8.8", False),
        ("https://[2001:4860:4860::8888]", False),
        ("https://[::1]:443", False),
        ("", False),
    ],
)
def test_a_public_name(origin: str, public: bool) -> None:
    assert is_public(origin) is public


@pytest.mark.parametrize(
    "given",
    [{"allow_http": True}, {"allow_addresses": (ipaddress.ip_network("127.0.0.0/8"),)}],
    ids=lambda given: next(iter(given)),
)
def test_a_public_name_and_an_open_guard_do_not_go_together(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    safe_for(Settings(data=tmp_path), "https://alder.town")
    safe_for(Settings(data=tmp_path, **given), "https://alder.test")

    with pytest.raises(Unusable, match=r"alder\.town is a public name: remove"):
        safe_for(Settings(data=tmp_path, **given), "https://alder.town")
