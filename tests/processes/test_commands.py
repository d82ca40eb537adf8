"""The commands as scripts use them, beside a node that runs."""

import signal
import stat
from pathlib import Path

import pytest

from tests.processes.conftest import House, Said, Town, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def here(alder: House) -> House:
    alder.serve()
    return alder


def test_a_member_added_beside_a_running_node_is_there(here: House, town: Town) -> None:
    said = here.run("member", "add", "ana", "--display", "Ana Lima")

    assert said.code == 0, said.err
    id, link = said.out.split()
    assert id == "https://alder.test/u/ana"
    assert link.startswith("https://alder.test/sign-in/link?token=")
    answer = town.ask("GET", id, accept="application/activity+json")
    assert answer.status == 200
    assert "Ana Lima" in answer.body
    assert town.ask("GET", link).status == 200


def test_a_member_who_cannot_be_added_is_refused_in_words(here: House) -> None:
    here.run("member", "add", "twice")

    again = here.run("member", "add", "twice")
    odd = here.run("member", "add", "not a name!")

    for said in (again, odd):
        assert said.code == 1
        assert said.err.strip()
        assert "Traceback" not in said.err
        assert said.out == ""


def test_members_are_listed_in_columns(here: House) -> None:
    here.run("member", "add", "listed", "--display", "Li Sted")

    said = here.run("member", "list")

    assert said.code == 0
    lines = [line.split("\t") for line in said.out.splitlines()]
    assert ["keeper", "admin", "keeper"] in lines
    assert ["listed", "member", "Li Sted"] in lines


def test_a_link_for_nobody_is_refused_in_words(here: House) -> None:
    said = here.run("member", "link", "keeper")
    assert said.code == 0
    assert said.out.startswith("https://alder.test/sign-in/link?token=")

    for what in (("member", "link"), ("token",)):
        said = here.run(*what, "nobody")
        assert (said.code, said.out) == (1, "")
        assert "folkmoot member list" in said.err


def test_a_token_opens_its_own_box_and_no_other(here: House, town: Town) -> None:
    here.run("member", "add", "tia")
    token = here.run("token", "tia").out.strip()
    bearer = {"authorization": f"Bearer {token}"}

    assert town.ask("GET", "https://alder.test/u/tia/inbox", None, **bearer).status == 200
    assert town.ask("GET", "https://alder.test/u/keeper/inbox", None, **bearer).status == 403
    assert town.ask("GET", "https://alder.test/u/tia/inbox").status == 401


def test_a_second_copy_and_a_migration_beside_it_are_refused(here: House) -> None:
    for words in (("serve", "--host", "127.0.0.11", "--port", "8443"), ("migrate",)):
        said = here.run(*words)
        assert said.code == 1
        assert "is running already" in said.err
        assert "Traceback" not in said.err
    assert here.answers()


def test_a_separate_worker_is_refused_on_sqlite(here: House) -> None:
    said = here.run("work")

    assert said.code == 1
    assert "With SQLite the serving process does the background work itself" in said.err


def test_a_community_is_founded_once(here: House) -> None:
    said = here.run(
        "init", "--origin", "https://other.test", "--community", "Other",
        "--handle", "other", "--admin", "other",
    )  # fmt: skip

    assert said.code == 1
    assert "community already" in said.err


def test_the_address_is_set_once(here: House) -> None:
    said = here.run("origin", "https://birch.test")

    assert said.code == 1
    assert "Traceback" not in said.err
    assert here.rows("SELECT count(*) FROM account WHERE id LIKE 'https://birch%'") == [(0,)]


def test_check_says_that_everything_holds(here: House) -> None:
    said = here.run("check")

    assert (said.code, said.out) == (0, "Everything holds.\n")


def test_the_version(here: House) -> None:
    assert here.town.start("version").out.strip().count(".") == 2


@pytest.mark.parametrize("words", [(), ("member",), ("member", "add"), ("dance",)])
def test_what_is_called_wrongly_ends_with_2(town: Town, words: tuple[str, ...]) -> None:
    said = town.run(*words)

    assert said.code == 2
    assert "usage:" in said.err


def test_a_setting_nobody_knows_stops_every_command(town: Town, tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text("colour = 'red'")

    said = town.run("check", "--data", str(tmp_path))

    assert said.code == 1
    assert "nobody knows colour" in said.err


def test_a_command_without_a_community_says_what_to_do(town: Town, tmp_path: Path) -> None:
    town.run("migrate", "--data", str(tmp_path / "new"))

    said = town.run("member", "list", "--data", str(tmp_path / "new"))

    assert said.code == 1
    assert "folkmoot init" in said.err


def test_a_folder_without_a_node_is_no_node_and_stays_empty(town: Town, tmp_path: Path) -> None:
    data, file = tmp_path / "mistyped", tmp_path / "nothing.backup"

    for words in (("check",), ("backup", str(file)), ("token", "ana"), ("peer", "list")):
        said = town.run(*words, "--data", str(data))
        assert (said.code, said.out) == (1, "")
        assert "There is no node in" in said.err
    assert not data.exists()
    assert not file.exists()


INIT = {
    "origin": "https://elm.test", "timezone": "Europe/Berlin", "language": "en", "community": "Elm"
}  # fmt: skip


@pytest.mark.parametrize(
    ("option", "given", "sentence"),
    [
        ("origin", "elm.test:99999", "Write the address like"),
        ("origin", "https://elm.test/x", "Write the address like"),
        ("origin", "ftp://elm.test", "Write the address like"),
        ("origin", "https://elm.example.org", "remove allow_addresses"),
        ("timezone", "Mars/Olympus", "We do not know this time zone"),
        ("language", "xx", "We speak: de, en."),
    ],
)
def test_a_community_is_founded_only_with_what_can_be(
    town: Town, tmp_path: Path, option: str, given: str, sentence: str
) -> None:
    said = init(town, tmp_path, **{option: given})

    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert not (tmp_path / "folkmoot.db").exists()


@pytest.mark.parametrize(
    ("option", "given", "sentence"),
    [
        ("community", "", "name: Fill this in."),
        ("community", "a" * 81, "name: This is 1 characters too long."),
        ("community", "<b>", "name: Leave the signs"),
        ("purpose", "a" * 1001, "purpose: This is 1 characters too long."),
    ],
)
def test_a_community_is_called_what_the_first_page_would_take(
    town: Town, tmp_path: Path, option: str, given: str, sentence: str
) -> None:
    said = init(town, tmp_path, **{option: given})

    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert init(town, tmp_path).code == 0


def test_what_a_node_keeps_is_for_its_owner_alone(town: Town, tmp_path: Path) -> None:
    data, given = tmp_path / "new", tmp_path / "given"
    given.mkdir(mode=0o755)

    for folder in (data, given):
        assert init(town, folder).code == 0

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for folder in (data, given):
        kept = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.db*")}
        assert set(kept.values()) == {0o600}, kept


def test_where_it_cannot_listen_it_says_so_before_it_begins(
    here: House, town: Town, tmp_path: Path
) -> None:
    keys = town.folder / "alder"
    tls = ("--tls-cert", f"{keys}.pem", "--tls-key", f"{keys}.key")

    for words, sentence in (
        (("--host", "127.0.0.11", "--port", "443"), "Another program is at port 443 of 127.0.0.11"),
        (("--host", "203.0.113.9", "--port", "443"), "This machine has no address 203.0.113.9"),
        (("--tls-cert", f"{keys}.pem", "--tls-key", f"{keys}.pem"), "cannot be used for TLS"),
        (("--tls-cert", "/nowhere.pem", "--tls-key", f"{keys}.key"), "/nowhere.pem and"),
        (tls[2:], "there is no certificate with it"),
    ):
        said = town.run("serve", "--data", str(tmp_path), *words)
        assert (said.code, said.out) == (1, ""), words
        assert sentence in said.err
        assert "Traceback" not in said.err
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize(
    ("words", "link"),
    [
        (("--tls-cert", "alder.pem", "--tls-key", "alder.key"), "https://localhost:8443"),
        (("--origin", "http://192.168.1.5:8443"), "http://192.168.1.5:8443"),
        ((), "http://localhost:8443"),
    ],
)
def test_the_setup_link_is_where_the_node_believes_to_be(
    town: Town, tmp_path: Path, words: tuple[str, ...], link: str
) -> None:
    given = [str(town.folder / word) if word.startswith("alder.") else word for word in words]
    log, data = tmp_path / "log", tmp_path / "data"

    child = town.leave("serve", "--data", str(data), "--port", "8443", *given, log=log)
    try:
        said = wait_until(
            lambda: (found := log.read_text()).count("/setup?code=") and found, "the link"
        )
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0

    assert f"Folkmoot is at {link}\n" in said
    assert f"    {link}/setup?code=" in said


def test_an_address_is_kept_in_one_spelling_and_a_password_as_on_the_pages(
    town: Town, tmp_path: Path
) -> None:
    short = init(town, tmp_path, password="short")
    kept = init(town, tmp_path, origin="ELM.test/", password="a long enough password")

    assert short.code == 1
    assert "Use at least 10 characters" in short.err
    assert kept.out == "Elm is founded at https://elm.test.\n"


def init(town: Town, data: Path, *, password: str = "", **given: str) -> Said:
    """Found Elm with these options."""
    options = [word for name, value in {**INIT, **given}.items() for word in (f"--{name}", value)]
    secret = ("--admin-password-stdin",) if password else ()
    return town.run(
        "init", "--handle", "elm", "--admin", "keeper", *options, *secret,
        "--data", str(data), typed=password,
    )  # fmt: skip


def test_a_backup_while_it_runs_is_restored_elsewhere(
    here: House, town: Town, tmp_path: Path
) -> None:
    here.run("member", "add", "kept")
    file, data = tmp_path / "alder.backup", tmp_path / "restored"

    said = here.run("backup", str(file))
    assert said.code == 0, said.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert here.run("backup", str(file)).code == 1
    assert here.answers()

    said = town.run("restore", str(file), "--data", str(data))
    assert said.code == 0, said.err
    assert town.run("check", "--data", str(data)).code == 0
    assert "kept\tmember" in town.run("member", "list", "--data", str(data)).out
    again = town.run("restore", str(file), "--data", str(data))
    assert again.code == 1
    assert "holds a node already" in again.err


def test_the_running_node_sees_what_a_command_changed(here: House, town: Town) -> None:
    """A change of the community itself is read again within 5 seconds."""
    change = (
        "import asyncio, sys; from pathlib import Path\n"
        "from node import commands; from node.kernel.settings import load\n"
        "from node.modules.accounts import api\n"
        "async def main():\n"
        "    async with commands.founded(load(Path(sys.argv[1]))) as node:\n"
        "        by = node.origin + '/u/keeper'\n"
        "        await node.write(lambda u: api.change_community(u, by, name='New Name'))\n"
        "asyncio.run(main())\n"
    )
    with town.begin(["-c", change, str(here.data)]) as child:
        assert child.wait(timeout=30) == 0

    url = "https://alder.test/.well-known/webfinger?resource=acct:alder@alder.test"
    assert town.ask("GET", url).status == 200
    wait_until(
        lambda: "New Name" in town.ask("GET", "https://alder.test/sign-in").body,
        "the new name",
        seconds=5,
    )


def test_after_a_kill_the_folder_is_free_again(here: House) -> None:
    here.end(signal.SIGKILL)

    here.serve()

    assert here.answers()
    assert here.end() == 0
    assert here.run("migrate").out.strip() == "The tables are up to date."
    assert (here.data / "node.lock").exists()
