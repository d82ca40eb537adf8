"""Two nodes over TLS, killed in the middle: what was acknowledged is there, and there once."""

import signal
from typing import Any

import pytest

from tests.processes.conftest import House, wait_until

pytestmark = pytest.mark.processes
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def note(words: str) -> dict[str, Any]:
    to, cc = [PUBLIC], ["https://alder.test/u/ana/followers"]
    made = {"type": "Note", "content": f"<p>{words}</p>", "to": to, "cc": cc}
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Create", "object": made, "to": to, "cc": cc,
    }  # fmt: skip


def notes(house: House) -> list[str]:
    return sorted(c for (c,) in house.rows("SELECT content FROM note"))


def test_nothing_is_lost_and_nothing_takes_effect_twice(alder: House, birch: House) -> None:
    ana, ben = alder.member("ana"), birch.member("ben")
    alder.serve()
    birch.serve()
    follow = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Follow", "object": "https://alder.test/u/ana", "to": ["https://alder.test/u/ana"],
    }  # fmt: skip
    answer = birch.send("ben", ben, follow)
    assert answer.status == 201, answer.body
    accepted = "SELECT 1 FROM follow WHERE state = 'accepted'"
    wait_until(lambda: birch.rows(accepted) and alder.rows(accepted), "the follow")

    acknowledged = []

    def write(first: int, last: int) -> None:
        for n in range(first, last):
            answer = alder.send("ana", ana, note(f"note {n}"))
            if answer.status == 201:
                acknowledged.append(f"<p>note {n}</p>")

    # the sender is killed while its letters are under way
    write(0, 12)
    alder.end(signal.SIGKILL)
    write(12, 13)
    alder.serve()

    # the receiver is killed while letters arrive
    write(13, 25)
    birch.end(signal.SIGKILL)
    write(25, 30)
    birch.serve()

    # both at once
    write(30, 36)
    birch.end(signal.SIGKILL)
    alder.end(signal.SIGKILL)
    birch.serve()
    alder.serve()

    wait_until(lambda: notes(birch) == notes(alder), "the arrival of all notes", seconds=45)
    assert set(acknowledged) <= set(notes(alder))
    assert len(acknowledged) == 35
    assert len(set(notes(birch))) == len(notes(birch))
    kinds = "('federation.fan_out', 'federation.deliver', 'federation.close')"
    wait_until(
        lambda: alder.rows(f"SELECT count(*) FROM job WHERE kind IN {kinds}") == [(0,)],
        "the end of all deliveries",
    )
    known = "SELECT count(*), count(DISTINCT activity) FROM letter WHERE way = 'in'"
    ((stored, different),) = birch.rows(known)
    assert stored == different
    states = dict(birch.rows("SELECT state, count(*) FROM letter WHERE way = 'in' GROUP BY state"))
    assert set(states) == {"done"}
    for house in (alder, birch):
        assert house.run("check").code == 0
        assert house.rows("PRAGMA integrity_check") == [("ok",)]
        assert house.rows("PRAGMA foreign_key_check") == []


def test_told_to_stop_it_ends_in_order(alder: House, birch: House) -> None:
    for house in (alder, birch):
        if house.process is None or house.process.poll() is not None:
            house.serve()

    assert alder.end(signal.SIGTERM) == 0
    assert birch.end(signal.SIGINT) == 0

    for house in (alder, birch):
        assert house.rows("SELECT id FROM job WHERE leased_until IS NOT NULL") == []
