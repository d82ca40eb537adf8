"""A community at home takes its public address: every id changes at once, and only once."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import LargeBinary, Text, cast, insert, select
from sqlalchemy.exc import IntegrityError

from node.kernel import log
from node.kernel import moving as origin
from node.kernel.addresses import Block, Guard
from node.kernel.errors import Refused
from node.kernel.network import Internet, Network
from node.kernel.node import Node
from node.kernel.settings import Unusable
from node.kernel.tables import actor_key, letter, log_words
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.accounts.tables import member
from node.modules.decisions import chaining, seals
from node.modules.follows import api as follows
from node.modules.identity import renewing
from tests.conftest import PASSWORD, Browser, MakeNode, Wire, person, settle
from tests.servers import hidden_fields
from vocab.model import PUBLIC
from vocab.types import Create, Note

HOME = "http://localhost:8080"
AWAY = "https://alder.test"


@pytest.fixture
async def home(make_node: MakeNode) -> Node:
    """A node at home with members who follow each other and have written."""
    node = await make_node("alder", founded=False)
    founding = accounts.Founding(
        origin=HOME, at_home=True, name="Alder", handle="alder", purpose="Neighbours.",
        language="en", timezone="Europe/Berlin", admin="keeper",
        password_hash=await accounts.hash_password(PASSWORD),
    )  # fmt: skip
    await node.write(accounts.found, founding, [node.make_keys() for _ in range(3)])
    ana, ben = await person(node, "ana"), await person(node, "ben")
    await node.write(follows.follow, ana, ben)

    def write(unit: Unit) -> None:
        to, cc = (PUBLIC,), (f"{ben.id}/followers",)
        made = Note(
            id=unit.id("o"), attributed_to=ben.id, content=f"<p>See {HOME}/@ana</p>", to=to, cc=cc,
            published=unit.now,
        )  # fmt: skip
        unit.perform(Create(id=unit.id("a"), actor=ben.id, object=made, to=to, cc=cc), ben)
        unit.log("note.hide", ben.id, subject=made.id, words=f"was at {HOME}/@ben")
        unit.set("pins.home", {"at": [HOME, f"{HOME}/u/ana"]})
        accounts.token_for(unit, ana.id, "a program")
        accounts.make_invite(unit, f"{HOME}/u/keeper")

    await node.write(write)
    await node.write(log.seal)
    return node


async def remains(node: Node, old: str) -> list[str]:
    """The columns in which a text with the old origin stands."""

    def look(unit: Unit) -> Iterator[str]:
        for metadata in unit.registry.metadatas:
            for table in metadata.sorted_tables:
                if table is log_words:
                    continue
                for column in table.c:
                    if isinstance(column.type, LargeBinary):
                        values = [v for v in unit.db.scalars(select(column)) if v]
                        found = any(old.encode() in v for v in values)
                    else:
                        values = unit.db.scalars(select(cast(column, Text)))
                        found = any(
                            v and (old in v or old.replace("/", "\\/") in v) for v in values
                        )
                    if found:
                        yield f"{table.name}.{column.name}"

    return await node.write(lambda unit: list(look(unit)))


async def test_no_row_keeps_the_old_origin(home: Node) -> None:
    assert "account.id" in await remains(home, HOME)
    assert "letter.body" in await remains(home, HOME)

    await home.write(origin.move, AWAY)

    assert await remains(home, HOME) == []
    assert await remains(home, "localhost:8080") == []
    assert home.origin == AWAY
    assert home.community.at_home is False


async def test_everything_still_hangs_together(home: Node) -> None:
    await home.write(origin.move, AWAY)

    ana = await home.account(f"{AWAY}/u/ana")
    assert ana is not None
    assert (ana.domain, ana.inbox) == ("alder.test", f"{AWAY}/u/ana/inbox")
    assert list(ana.assertion_keys) == [f"{AWAY}/u/ana#ed25519-key"]
    service = await home.account(f"{AWAY}/service")
    assert service is not None
    assert service.handle == "alder.test"
    state = await home.read(follows.state, ana.id, f"{AWAY}/u/ben")
    assert state == follows.State.ACCEPTED
    keys = await home.write(lambda u: set(u.db.scalars(select(actor_key.c.account))))
    assert f"{AWAY}/u/ana" in keys
    assert await home.write(lambda unit: unit.setting("pins.home")) == {
        "at": [AWAY, f"{AWAY}/u/ana"]
    }


async def test_the_key_for_second_signatures_moves_along(home: Node) -> None:
    await renewing.sign_twice(home, by=f"{HOME}/u/keeper")
    us = await home.account(home.community.id)
    assert us is not None

    await home.write(origin.move, AWAY)

    moved = await home.account(home.community.id)
    assert moved is not None
    assert dict(moved.assertion_keys) == {
        id.replace(HOME, AWAY): key for id, key in us.assertion_keys.items()
    }
    assert len(moved.assertion_keys) == 2
    assert await remains(home, HOME) == []

    def signed(unit: Unit) -> Mapping[str, Any]:
        return chaining.sealed_twice(unit, accounts.community_account(unit.db), {"name": "x"})

    found = await home.write(signed)
    keys = moved.assertion_keys
    assert seals.verdict(found, owner=moved.id, keys=keys, now=home.now()).state == "holds"
    assert len(found["proof"]) == 2


async def test_references_hold_and_are_still_watched(home: Node) -> None:
    await home.write(origin.move, AWAY)

    if home.database.sqlite:
        broken = await home.write(lambda u: u.db.exec_driver_sql("PRAGMA foreign_key_check").all())
        assert broken == []
    with pytest.raises(IntegrityError):
        await home.write(
            lambda u: (
                u.db.execute(
                    insert(actor_key).values(account=f"{HOME}/u/ana", rsa="a", ed25519="b")
                )
                and None
            )
        )


async def test_the_log_holds_under_the_new_ids_and_words_stay_as_they_were_said(
    home: Node,
) -> None:
    before = await home.read(log.verify)

    await home.write(origin.move, AWAY)

    assert await home.read(log.verify) == before + 0
    await home.write(log.seal)
    assert await home.read(log.verify) == before + 1
    words = await home.read(lambda db: list(db.scalars(select(log_words.c.words))))
    assert f"was at {HOME}/@ben" in words
    assert f"{HOME} → {AWAY}" in words


async def test_at_home_it_may_move_from_port_to_port(home: Node) -> None:
    await home.write(origin.move, "http://localhost:9000", at_home=True)
    assert (home.origin, home.community.at_home) == ("http://localhost:9000", True)

    await home.write(origin.move, AWAY)
    assert await remains(home, "localhost") == []


async def test_the_address_is_not_changed_again(home: Node) -> None:
    await home.write(origin.move, AWAY)

    with pytest.raises(Refused, match="E_LEFT") as refusal:
        await home.write(origin.move, "https://elsewhere.test")

    assert "cannot be changed any more" in refusal.value.safe
    assert home.origin == AWAY


async def test_once_a_letter_has_left_the_address_stays(home: Node) -> None:
    await settle(home)
    await home.write(lambda u: u.db.execute(letter.update().values(state="done")) and None)

    with pytest.raises(Refused, match="E_LEFT"):
        await home.write(origin.move, AWAY)

    assert home.origin == HOME
    assert await remains(home, AWAY) == []


# Looking from outside -----------------------------------------------------------------------


async def test_an_address_that_leads_here_is_taken(home: Node, wire: Wire) -> None:
    from node.main import Application

    wire.apps[AWAY] = Application(home)

    await origin.take(home, "alder.test")

    assert home.origin == AWAY
    asked = [url for _, url, _ in wire.seen]
    assert len(asked) == 1
    assert await home.write(lambda unit: unit.setting("origin_check")) is None
    assert asked[0].startswith(f"{AWAY}/.well-known/webfinger?resource=")


async def test_a_keeper_moves_the_community_in_the_browser(
    home: Node, wire: Wire, browse: Callable[..., Awaitable[Browser]]
) -> None:
    from node.main import Application

    wire.apps[HOME] = wire.apps[AWAY] = Application(home)
    keeper = await browse(home, "keeper")

    page = await keeper.post("/desk/address", {"address": "https://nowhere.test"})
    assert (page.status_code, home.origin) == (422, HOME)
    assert "could not be reached" in page.text
    assert "https://nowhere.test" in page.text

    await home.write(lambda u: u.db.execute(member.update().values(language="de")) and None)
    page = await keeper.post("/desk/address", {"address": "https://nowhere.test"})
    assert "https://nowhere.test ist von hier aus nicht zu erreichen" in page.text
    assert "could not be reached" not in page.text

    keeper.client.follow_redirects = False
    answer = await keeper.post("/desk/address", {"address": AWAY})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{AWAY}/sign-in")
    assert home.origin == AWAY


async def test_nobody_but_a_keeper_moves_it(
    home: Node, wire: Wire, browse: Callable[..., Awaitable[Browser]]
) -> None:
    from node.main import Application

    wire.apps[HOME] = wire.apps[AWAY] = Application(home)
    ana = await browse(home, "ana")

    hidden = hidden_fields((await ana.get("/me/account")).text, "/me/account")
    said = {**hidden, "address": AWAY}
    answer = await ana.client.post("/desk/address", data=said, headers={"origin": HOME})

    assert (answer.status_code, home.origin) == (403, HOME)


async def test_an_address_that_leads_nowhere_is_refused(home: Node) -> None:
    with pytest.raises(Refused, match="E_UNREACHABLE") as refusal:
        await origin.take(home, AWAY)

    assert "DNS" in refusal.value.safe
    assert home.origin == HOME


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("found", "allow", "said"),
    [
        ([], (), "its name is not found"),
        (["127.0.0.1"], (), "it leads to 127.0.0.1 port 9"),
        (["127.0.0.1"], (ip_network("127.0.0.0/8"),), "nobody answers there"),
    ],
)
async def test_what_hinders_the_look_is_told_in_words(
    home: Node, found: list[str], allow: tuple[Block, ...], said: str
) -> None:
    async def resolve(*_: object) -> list[str]:
        return found

    internet = Internet(Guard(allow=allow), resolve=resolve)
    home.network = Network(transport=internet)

    with pytest.raises(Refused, match="E_UNREACHABLE") as refusal:
        await origin.take(home, f"{AWAY}:9")
    await internet.close()

    assert said in refusal.value.safe
    assert "webfinger" not in refusal.value.safe
    assert home.origin == HOME


async def test_an_address_that_leads_to_another_node_is_refused(
    home: Node, birch: Node, wire: Wire
) -> None:
    with pytest.raises(Refused, match="E_ELSEWHERE") as refusal:
        await origin.take(home, birch.origin)

    assert "is not this node" in refusal.value.safe
    assert home.origin == HOME


async def test_an_address_that_only_repeats_the_question_is_refused(home: Node, wire: Wire) -> None:
    async def parrot(scope, receive, send) -> None:
        resource = parse_qs(scope["query_string"].decode())["resource"][0]
        await _reply(send, f"you asked for {resource}".encode())

    wire.apps[AWAY] = parrot

    with pytest.raises(Refused, match="E_ELSEWHERE"):
        await origin.take(home, AWAY)

    assert home.origin == HOME


async def _reply(send, body: bytes) -> None:
    headers = [(b"content-type", b"application/jrd+json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    "address",
    [
        "http://alder.test",
        "ftp://alder.test",
        "https://alder.test/path",
        "https://alder.test?x=1",
        "https://me:secret@alder.test",
        "https://me@alder.test",
        "https://",
        "",
        "https://alder.test:port",
        "https://[broken",
        "https://alder.test#top",
        "https://al der.test",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(Refused, match="E_ORIGIN") as refusal:
        origin.plain(address)

    assert "https://alder.example" in refusal.value.safe


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("alder.test", "https://alder.test"),
        (" https://älder.test ", "https://xn--lder-koa.test"),
        ("HTTPS://Alder.Test/", "https://alder.test"),
        ("https://alder.test:8443", "https://alder.test:8443"),
        ("https://alder.test:443/", "https://alder.test"),
    ],
)
def test_an_address_as_typed(typed: str, meant: str) -> None:
    assert origin.plain(typed) == meant


async def test_a_public_name_is_refused_while_the_guard_is_open(make_node: MakeNode) -> None:
    node = await make_node("alder", allow_http=True)

    with pytest.raises(Unusable, match="allow_http"):
        await origin.take(node, "https://alder.town")
