"""A need, an offer and time between two nodes over TLS, killed in the middle: each once."""

import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.processes.conftest import PASSWORD, House, Person, wait_until

pytestmark = pytest.mark.processes

CROWD = ("neighbour1", "neighbour2", "neighbour3", "neighbour4")
SLOW = {"FOLKMOOT_MATCH_DELAY_LEAST_SECONDS": "3", "FOLKMOOT_MATCH_DELAY_MOST_SECONDS": "3"}
QUICK = {"FOLKMOOT_MATCH_DELAY_LEAST_SECONDS": "0", "FOLKMOOT_MATCH_DELAY_MOST_SECONDS": "0"}
WHEEL = {
    "text": "Spokes and rim are here.", "kind": "service", "topic": "repair", "takes": "4 h",
    "until": f"{datetime.now(UTC) + timedelta(days=28):%Y-%m-%d}", "terms": ["gift"],
    "reach": "community", "hidden": "yes",
}  # fmt: skip
PEERING = "SELECT state FROM peering"
CARDS = "SELECT ours, describes, holder FROM match_card ORDER BY ours"
STORED = "SELECT count(*), count(DISTINCT activity) FROM letter WHERE way = 'in'"


@pytest.fixture(scope="module")
def ana(alder: House) -> Person:
    return settled(alder, "ana")


@pytest.fixture(scope="module")
def ben(birch: House) -> Person:
    return settled(birch, "ben")


def settled(house: House, name: str) -> Person:
    """Serve a community of six; one of them with a browser."""
    house.launch(**SLOW)
    house.run("member", "add", name, "--password-stdin", typed=PASSWORD)
    for other in CROWD:
        house.run("member", "add", other)
    wait_until(house.answers, f"the start of {house.name}")
    return Person(house, name)


@pytest.fixture(scope="module")
def trust(ana: Person, ben: Person) -> Person:
    """Alder proposes it by command, birch's keeper, who is returned, accepts it on the page."""
    alder, birch = ana.house, ben.house
    said = alder.run("peer", "add", "https://birch.test")
    assert said.code == 0, said.err
    assert said.out.startswith("Proposed to birch.test.")
    assert listed(alder) == "birch.test\tproposed\n"
    wait_until(lambda: birch.rows(PEERING), "the proposal at birch")
    keeper = Person(birch, "keeper")
    keeper.send("/desk/nodes/answer", {"say": "yes"}, form="/desk/nodes")
    wait_until(lambda: alder.rows(PEERING) == [("active",)], "the answer at alder")
    assert listed(birch) == "alder.test\tactive\n"
    return keeper


def listed(house: House) -> str:
    said = house.run("peer", "list")
    assert said.code == 0, said.err
    return said.out


def kill(house: House) -> None:
    assert house.end(signal.SIGKILL) == -signal.SIGKILL


def one(house: House, query: str, what: str) -> str:
    """Wait for the one row of a query; its one value."""
    ((found,),) = wait_until(lambda: house.rows(query), what)
    return str(found)


def counts(house: House) -> dict[str, int]:
    """How many rows there are of each kind."""
    names = ("request", "found", "handle", "introduction", "card")
    return {n: house.rows(f"SELECT count(*) FROM match_{n}")[0][0] for n in names}


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "https://birch.test"), "You trust each other already."),
        (("add", "https://alder.test"), "This is the address of your own node."),
        (("add", "https://nobody.test"), "Check the address"),
        (("add", "no address at all"), "Write the address as in a browser"),
        (("remove", "https://nobody.test"), "There is no trust with that node"),
    ],
)
def test_what_cannot_be_is_refused_in_words(alder: House, words: tuple[str, ...], why: str) -> None:
    said = alder.run("peer", *words)

    assert (said.code, said.out) == (1, "")
    assert why in said.err
    assert "Traceback" not in said.err
    assert alder.rows(PEERING) == [("active",)]


@pytest.mark.usefixtures("trust")
def test_both_have_one_card_whoever_is_killed(ana: Person, ben: Person) -> None:
    alder, birch = ana.house, ben.house
    ana.send("/me/contact", {"email": "ana@mail.test"})
    ben.send("/me/contact", {"telephone": "+49 30 555 0199"})
    offer = {**WHEEL, "title": "I build wheels"}
    ben.send("/l/new", offer, form="/l/new?purpose=offer")

    # birch is killed when it knows the question and has not answered it
    ana.send("/l/new", {**WHEEL, "title": "A wheel for my cart"}, form="/l/new?purpose=need")
    asked = "SELECT state FROM match_request WHERE way = 'in'"
    wait_until(lambda: birch.rows(asked), "the question at birch")
    kill(birch)
    assert birch.rows(asked) == [("waiting",)]
    assert alder.rows("SELECT state FROM match_request") == [("sent",)]
    birch.serve(**QUICK)
    match = one(alder, "SELECT slug FROM match_found", "the answer of birch")

    # alder is killed with Ana's yes in its rows, and birch neither reads nor answers meanwhile
    assert birch.process
    birch.process.send_signal(signal.SIGSTOP)
    said = {"means": ["email"], "message": "One evening would be enough."}
    ana.send(f"/match/{match}", said)
    kill(alder)
    assert alder.rows("SELECT state FROM match_introduction") == [("proposed",)]
    assert birch.rows("SELECT state FROM match_introduction") == []
    birch.process.send_signal(signal.SIGCONT)
    alder.serve(**QUICK)
    slug = one(birch, "SELECT slug FROM match_introduction", "the introduction at birch")
    assert "One evening would be enough." in ben.get(f"/introductions/{slug}")
    assert "ana@mail.test" not in ben.get(f"/introductions/{slug}")

    # birch is killed with Ben's yes in its rows
    ben.send(f"/introductions/{slug}", {"means": ["telephone"], "say": "yes"})
    kill(birch)
    assert birch.rows("SELECT count(*) FROM match_introduction WHERE state = 'proposed'") == [(0,)]
    birch.serve(**QUICK)

    for house in (alder, birch):
        wait_until(lambda house=house: len(house.rows(CARDS)) == 2, f"the cards at {house.name}")
        quiet(house)
    ana_is, ben_is = "https://alder.test/u/ana", "https://birch.test/u/ben"
    assert alder.rows(CARDS) == [(0, ben_is, ana_is), (1, ana_is, None)]
    assert birch.rows(CARDS) == [(0, ana_is, ben_is), (1, ben_is, None)]
    once = {"request": 1, "introduction": 1, "card": 2}
    assert counts(alder) == {**once, "found": 1, "handle": 0}
    assert counts(birch) == {**once, "found": 0, "handle": 1}
    assert ana.get("/introductions").count("+49 30 555 0199") == 1
    assert ben.get("/introductions").count("ana@mail.test") == 1
    for house in (alder, birch):
        assert house.rows("SELECT state FROM match_request") == [("answered",)]
        assert house.rows("SELECT state FROM match_introduction") == [("disclosed",)]
        ((stored, different),) = house.rows(STORED)
        assert stored == different
        assert house.rows("SELECT DISTINCT state FROM letter WHERE way = 'in'") == [("done",)]
        assert house.rows("SELECT kind FROM job WHERE dead") == []
        assert house.run("check").out == "Everything holds.\n"


def quiet(house: House) -> None:
    """Wait until nothing of a node is on its way."""
    kinds = "('federation.fan_out', 'federation.deliver', 'matching.card', 'matching.answer')"
    query = f"SELECT 1 FROM job WHERE kind IN {kinds}"
    wait_until(lambda: not house.rows(query), f"the end of all deliveries of {house.name}")


LEGS = "SELECT transfer, seq, settled, minutes, payer, payee, digest FROM ledger_leg ORDER BY seq"
LEG = "SELECT state FROM ledger_leg WHERE seq = {}"
GIVEN = "SELECT count(*), sum(minutes) FROM ledger_entry"
ONLY_STORES = {"FOLKMOOT_WORKER": "0"}
"""Takes letters in and does nothing with them: what was stored is all that has happened."""


@pytest.fixture(scope="module")
def keepers(trust: Person, alder: House) -> tuple[Person, Person]:
    """Those who keep both nodes, by decision of which ten hours may be owed."""
    both = Person(alder, "keeper"), trust
    for keeper, other in zip(both, ("birch", "alder"), strict=True):
        line = {"say": "line", "ours": "10", "theirs": "10", "decision": "Decision 4"}
        keeper.send(f"/desk/time/nodes/{other}.test", line)
    return both


def pay(keeper: Person, other: str, minutes: str) -> None:
    said = {"say": "settle", "minutes": minutes, "decision": "For the wheels"}
    keeper.send(f"/desk/time/nodes/{other}.test", said)


def test_time_passes_once_whoever_is_killed_after_whichever_letter(
    keepers: tuple[Person, Person], alder: House, birch: House
) -> None:
    came = "SELECT 1 FROM letter WHERE way = 'in' AND state = 'waiting'"

    # alder is killed when it has reserved and birch has heard nothing
    assert birch.process
    birch.process.send_signal(signal.SIGSTOP)
    pay(keepers[0], "birch", "1 h")
    kill(alder)
    assert alder.rows(LEG.format(1)) == [("reserved",)]
    assert birch.rows(LEG.format(1)) == []
    birch.process.send_signal(signal.SIGCONT)

    # birch is killed when the letter is stored and nothing has come of it
    kill(birch)
    birch.serve(**ONLY_STORES)
    alder.serve(**QUICK)
    wait_until(lambda: birch.rows(came), "the reservation at birch")
    kill(birch)
    assert birch.rows(LEG.format(1)) == []

    # birch is killed when it has settled, and alder has not read its answer
    assert alder.process
    alder.process.send_signal(signal.SIGSTOP)
    birch.serve(**QUICK)
    wait_until(lambda: birch.rows(LEG.format(1)) == [("settled",)], "the leg at birch")
    kill(birch)

    # alder is killed when the answer is stored and its own half is not written
    kill(alder)
    assert alder.rows(LEG.format(1)) == [("reserved",)]
    alder.serve(**ONLY_STORES)
    birch.serve(**QUICK)
    wait_until(lambda: alder.rows(came), "the answer at alder")
    kill(alder)
    assert alder.rows(LEG.format(1)) == [("reserved",)]
    alder.serve(**QUICK)

    wait_until(lambda: alder.rows(LEG.format(1)) == [("settled",)], "the leg at alder")
    assert alder.rows(LEGS) == birch.rows(LEGS)
    for house in (alder, birch):
        quiet(house)
        assert house.rows(GIVEN) == [(1, 60)]
        assert house.run("check").out == "Everything holds.\n"


def test_an_old_backup_freezes_the_pair_and_everybody_can_see_it(
    keepers: tuple[Person, Person], alder: House, birch: House, ana: Person, tmp_path: Path
) -> None:
    kept = tmp_path / "before.zip"
    assert birch.run("backup", str(kept)).code == 0
    pay(keepers[0], "birch", "30")
    wait_until(lambda: alder.rows(LEG.format(2)) == [("settled",)], "the second leg")
    kill(birch)
    shutil.rmtree(birch.data)
    said = birch.run("restore", str(kept))
    assert said.code == 0, said.err
    assert birch.rows(GIVEN) == [(1, 60)]
    birch.serve(**QUICK)

    pay(keepers[0], "birch", "45")

    frozen = "SELECT why FROM ledger_pair WHERE frozen IS NOT NULL"
    for house in (alder, birch):
        wait_until(lambda house=house: house.rows(frozen), f"the frozen pair at {house.name}")
    assert birch.rows(GIVEN) == [(1, 60)]
    assert alder.rows(GIVEN) == [(2, 90)]
    assert "put back from an old backup" in ana.get("/time/nodes")
    pay(keepers[0], "birch", "15")
    assert birch.rows(GIVEN) == [(1, 60)]


@pytest.mark.usefixtures("trust")
def test_the_end_of_trust_by_command_takes_everything_along(alder: House, birch: House) -> None:
    said = alder.run("peer", "remove", "https://birch.test/")

    assert (said.code, said.out) == (0, "Ended.\n"), said.err
    wait_until(lambda: birch.rows(PEERING) != [("active",)], "the end at birch")
    assert "active" not in listed(alder)
    for house in (alder, birch):
        wait_until(lambda house=house: not any(counts(house).values()), "the end of all of it")
    again = alder.run("peer", "remove", "https://birch.test")
    assert (again.code, again.out) == (1, "")
    assert "There is no trust with that node" in again.err
