"""Who is kept out: by every spelling of a name, anywhere in a letter, before anybody is asked."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from federation import finding, policy, resolving
from federation.origins import domain, parents
from node.kernel.errors import Missing, Refused
from node.kernel.network import Answer
from node.kernel.node import Node
from tests.conftest import Wire, settle
from tests.federation.names import KEPT_OUT, NO_NAMES, SPELLINGS
from tests.federation.strangers import Actor, Post, Server, heard, letters, rows, setting

# what is judged here does not depend on where rows lie
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


# In letters ---------------------------------------------------------------------------------


def shapes(actor: Actor, bad: str) -> dict[str, dict[str, Any]]:
    """Letters of a welcome actor that speak of somebody at a server, each in another place."""
    there = f"https://{bad}/notes/1"
    who = f"https://{bad}/u/x"
    note, by = actor.note, {"attributedTo": who}
    inner = {"type": "Create", "id": f"https://{bad}/a/1", "object": {"id": there, "type": "Note"}}
    return {
        "shared by its id": actor.says("Announce", there),
        "shared in a list": actor.says("Announce", [there]),
        "shared whole": actor.says("Announce", {"id": there, "type": "Note", **by}),
        "shared in another name": actor.says("Announce", {**note(), **by}),
        "shared with its act": actor.says("Announce", inner),
        "made in another name": actor.says("Create", {**note(), **by}),
        "written together": actor.says("Create", note(attributedTo=[actor.id, who])),
        "an answer": actor.says("Create", note(inReplyTo=there)),
        "an answer to a thing": actor.says("Create", note(inReplyTo={"id": there, "type": "Note"})),
        "a change into an answer": actor.says("Update", note(inReplyTo=there)),
        "liked": actor.says("Like", there),
        "put into a collection": actor.says("Add", note(), target=there),
        "moved": actor.says("Move", actor.id, target=f"https://{bad}/u/x"),
        "from an origin": actor.says("Add", note(), origin=there),
        "with a result": actor.says("Accept", note(), result={"id": there, "type": "Note"}),
        "asked of them": actor.says("Offer", {"type": "Relationship", "object": who}),
        "in two types": {**actor.says("Announce", there), "type": ["Announce", "Create"]},
        "as if taken back": {
            **actor.says("Create", note(inReplyTo=there)), "type": ["Create", "Delete"],
        },
        "as if undone": {**actor.says("Announce", there), "type": ["Announce", "Undo"]},
    }  # fmt: skip


async def outcomes(
    here: Node, post: Post, actor: Actor, said: dict[str, dict[str, Any]]
) -> dict[str, str | None]:
    """What became of each letter: its code."""
    for one in said.values():
        assert (await post(actor, one)).status_code == 202
    await settle(here)
    codes = {one.activity: one.code for one in await letters(here)}
    return {name: codes[one["id"]] for name, one in said.items()}


def asked(wire: Wire, host: str) -> list[str]:
    """What was asked of a server, or of one under it."""
    return [url for _, url, _ in wire.seen if host in parents(domain(url))]


async def test_nothing_of_a_server_kept_out_comes_in_through_others(
    here: Node, post: Post, bob: Actor, wire: Wire
) -> None:
    """S17, V09"""
    await setting(here, "blocked", [KEPT_OUT])
    wire.seen.clear()

    by_host = {host: shapes(bob, host) for host in SPELLINGS}
    every = await outcomes(here, post, bob, by_host[SPELLINGS[0]])
    some = [(host, by_host[host]["shared by its id"]) for host in SPELLINGS]
    some += [(host, by_host[host]["an answer"]) for host in SPELLINGS]
    others = await outcomes(here, post, bob, {f"{n} {h}": s for n, (h, s) in enumerate(some)})

    kept_out = set(every.values()) | set(others.values())
    assert kept_out == {"E_BLOCKED"}, {**every, **others}
    assert asked(wire, KEPT_OUT) == []
    assert await rows(here, heard) == []


async def test_the_same_letters_about_a_welcome_server_are_not_refused_for_it(
    here: Node, post: Post, bob: Actor, elm: Server, wire: Wire
) -> None:
    await setting(here, "blocked", [KEPT_OUT])
    said = shapes(bob, "welcome.test")

    codes = await outcomes(here, post, bob, said)

    assert "E_BLOCKED" not in codes.values()
    assert codes["an answer"] is None
    assert asked(wire, "welcome.test")


async def test_what_no_server_is_called_is_neither_asked_nor_believed(
    here: Node, post: Post, bob: Actor, wire: Wire
) -> None:
    wire.seen.clear()
    said = {h: shapes(bob, h)["shared by its id"] for h in NO_NAMES}

    codes = await outcomes(here, post, bob, said)

    assert all(code is not None for code in codes.values()), codes
    assert {domain(url) for _, url, _ in wire.seen} <= {"elm.test", "alder.test"}


async def test_who_is_kept_out_can_still_be_taken_back(here: Node, post: Post, bob: Actor) -> None:
    shared = {**bob.says("Announce", f"https://{KEPT_OUT}/notes/1")}
    await setting(here, "blocked", [KEPT_OUT])

    codes = await outcomes(here, post, bob, {"undo": bob.says("Undo", shared)})

    assert codes == {"undo": None}


async def test_one_letter_speaks_of_some_servers_not_of_hundreds(
    here: Node, post: Post, bob: Actor, wire: Wire
) -> None:
    many = [f"https://s{n}.test/notes/1" for n in range(100)]
    codes = await outcomes(here, post, bob, {"many": bob.says("Like", many)})

    assert codes == {"many": "E_TOO_MANY"}


def judge(db: Any, here: Node, said: Any) -> None:
    policy.admit(db, here.registry, here.origin, "https://elm.test/u/x", [said])


async def test_odd_letters_are_judged_without_a_fault(here: Node) -> None:
    for odd in (None, 1, {}, [], [[["x"]]], {"object": {"object": []}}, "x" * 3000):
        await here.read(judge, here, {"type": ["Announce", 3, None], "object": odd, "id": odd})
        await here.read(judge, here, {"type": odd, "actor": {"id": odd}, "attributedTo": odd})


# Asking -------------------------------------------------------------------------------------


class Redirects:
    """A wire on which some addresses lead elsewhere."""

    def __init__(self, wire: Wire, places: dict[str, str]) -> None:
        self.exchange_ = wire.exchange
        self.places = places

    async def __call__(self, method: str, url: str, *rest: Any, **more: Any) -> Answer:
        answer = await self.exchange_(method, url, *rest, **more)
        if url.split("?", maxsplit=1)[0] not in self.places:
            return answer
        headers = {"location": self.places[url.split("?", maxsplit=1)[0]]}
        return Answer(status=302, headers=headers, body=b"", url=url)


async def test_a_redirect_speaks_for_no_other_server(
    here: Node, bob: Actor, mallory: Actor, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V11: whoever has an open redirect is not whoever it leads to."""
    gate = f"{bob.server.origin}/go"
    mallory.server.pages[f"{mallory.server.origin}/x"] = {**bob.note(), "id": gate}
    bob.server.pages |= {bob.note()["id"]: bob.note(), gate: {}}
    places = {gate: f"{mallory.server.origin}/x"}
    monkeypatch.setattr(wire, "exchange", Redirects(wire, places))

    with pytest.raises(Refused, match="E_ORIGIN"):
        await resolving.fetch(here, gate)
    assert mallory.server.asked.total() == 0

    places[gate] = bob.note()["id"]
    here.memory.clear()
    assert (await resolving.fetch(here, gate))["id"] == bob.note()["id"]


async def test_a_page_of_a_neighbour_makes_nobody_them(here: Node, bob: Actor) -> None:
    """V11: an id is who its page says it is, also within one server."""
    carol = bob.server.actor("carol", bob.keys)
    bob.server.pages[carol.id] = bob.document()

    with pytest.raises(Refused, match="E_ID"):
        await resolving.account(here, carol.id)
    assert await here.account(carol.id) is None


async def test_a_key_at_another_server_is_nobodys(here: Node, bob: Actor, mallory: Actor) -> None:
    """S04, V01: what a page says of a key that lies elsewhere is not kept."""
    page = mallory.document()
    shown = {**page["publicKey"], "id": bob.key_id}
    mallory.server.pages[mallory.id] = {**page, "publicKey": shown}

    with pytest.raises(Refused, match="E_KEY"):
        await resolving.account(here, mallory.id)
    assert await here.account(mallory.id) is None


@pytest.mark.parametrize(
    "place", ["https://alder.test", "HTTPS://Alder.TEST", "https://alder.test:443"]
)
async def test_nobody_asks_themselves(here: Node, wire: Wire, place: str) -> None:
    """V12: what is of this node is looked up and never fetched, however it is spelled."""
    wire.seen.clear()
    with pytest.raises(Refused, match="E_OURS"):
        await resolving.fetch(here, f"{place}/u/keeper")
    assert wire.seen == []


async def test_a_name_that_leads_to_a_server_kept_out_is_not_followed(
    here: Node, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WebFinger may be answered elsewhere, but not there."""
    place = "https://name.test/.well-known/webfinger"

    async def names(scope: Any, receive: Any, send: Any) -> None:
        body = json.dumps({"links": []}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    for origin in ("https://name.test", "https://evil.test", "https://good.test"):
        wire.apps[origin] = names
    await setting(here, "blocked", ["evil.test"])
    for to, code in (("evil.test", "E_BLOCKED"), ("good.test", "E_MISSING")):
        places = {place: f"https://{to}/wf"}
        monkeypatch.setattr(wire, "exchange", Redirects(wire, places))
        wire.seen.clear()
        with pytest.raises(Exception, match=code):
            await finding.lookup(here, "@ana@name.test")
        assert (to in {urlsplit(u).netloc for _, u, _ in wire.seen}) is (code == "E_MISSING")
        monkeypatch.undo()


async def test_nobody_is_looked_up_at_a_server_kept_out(here: Node, wire: Wire) -> None:
    await setting(here, "blocked", [KEPT_OUT])
    wire.seen.clear()

    for typed in (*(f"@x@{h}" for h in SPELLINGS), "https://bücher.test/u/x"):
        with pytest.raises(Refused, match="E_BLOCKED"):
            await finding.lookup(here, typed)
    assert wire.seen == []


async def test_who_is_known_is_not_found_once_kept_out(here: Node, elm: Server, bob: Actor) -> None:
    elm.vouch("bob@elm.test", bob.id)
    found = await finding.lookup(here, bob.id)
    assert (await finding.lookup(here, "@bob@elm.test")).id == found.id
    await setting(here, "blocked", ["elm.test"])

    for typed in (bob.id, "@bob@elm.test"):
        with pytest.raises(Refused, match="E_BLOCKED"):
            await finding.lookup(here, typed)


async def test_what_no_server_is_called_is_nobody(here: Node, wire: Wire) -> None:
    wire.seen.clear()
    for name in filter(None, NO_NAMES):
        with pytest.raises(Missing):
            await finding.lookup(here, f"@x@{name}")
    assert wire.seen == []


# Only those on a list -----------------------------------------------------------------------


async def test_a_list_means_the_hosts_it_names_and_nothing_under_them(
    here: Node, wire: Wire
) -> None:
    await setting(here, policy.ALLOWED, ["elm.test", "oak.test:8443"])
    expected = {
        "elm.test": False, "ELM.test": False, "elm.test:443": False, "elm.test:8443": True,
        "www.elm.test": True, "oak.test": True, "oak.test:8443": False, "test": True,
        "elm.test.evil.test": True, "felm.test": True,
    }  # fmt: skip
    for host, out in expected.items():
        actor = f"https://{host}/u/x"
        assert await here.read(policy.refuses, here.registry, actor) is out, host
    wire.seen.clear()
    with pytest.raises(Refused, match="E_BLOCKED"):
        await resolving.fetch(here, "https://www.elm.test/notes/1")
    assert wire.seen == []
