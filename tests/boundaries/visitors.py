"""Everybody who comes to a node: nobody known, members, keepers, trusted nodes, strangers."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from federation import signatures
from node.kernel.keys import Keys
from node.kernel.node import Node
from node.kernel.tables import actor_key
from tests.boundaries import routes
from tests.boundaries.client import Answer, Client, url_of
from tests.boundaries.tap import Tap, bytes_of
from tests.boundaries.world import World, at_rest, rows
from tests.federation.outside import ACTIVITY, Far
from tests.servers import hidden_fields
from web import sessions

FORM = {"content-type": "application/x-www-form-urlencoded"}
BROWSER = {"accept": "text/html"}
SIGNING = {"peer", "bo", "stranger"}
SESSIONS = {"ana": "session token", "ben": "Ben's session", "keeper": "keeper's session"}


class Visitors:
    """One client for each visitor; nothing follows redirects, everything is kept."""

    def __init__(self, world: World, wire: Tap) -> None:
        self.world = world
        self.node: Node = world.node
        self.wire = wire
        self.app = wire.apps[world.node.origin]
        self.seen: list[tuple[str, bytes]] = []
        self.clients: dict[str, Client] = {}
        self.signers: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}

    def client(self, who: str) -> Client:
        """The browser of a visitor, with their session if they are a member."""
        if who not in self.clients:
            made = Client(self.app, self.node.origin)
            if who in SESSIONS:
                made.cookies.set(sessions.name(self.node.origin), self.world.secret[SESSIONS[who]])
            self.clients[who] = made
        return self.clients[who]

    async def signer(self, who: str) -> tuple[str, str]:
        """Actor id and private key of whoever signs: `peer` is trusted, `bo` is there too."""
        if who not in self.signers:
            if who == "stranger":
                far = Far(origin="https://far.test", keys=self.node.make_keys())
                self.wire.apps[far.origin] = far
                self.signers[who] = far.actor("eve"), far.keys.rsa
            else:
                other = self.world.other
                actor = other.community.service if who == "peer" else self.world.people[who].id
                keys = await other.write(_keys, actor)
                self.signers[who] = actor, keys.rsa
        return self.signers[who]

    async def ask(self, who: str, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for something as one of the visitors; `peer`, `bo` and `stranger` sign."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if who in SIGNING:
            actor, key = await self.signer(who)
            given = {"accept": ACTIVITY, **self._signed(method, path, actor, key), **given}
        answer = await self.client(who).request(method, path, headers=given)
        if who not in SESSIONS:
            self.seen.append((f"{who} {method} {path}", bytes_of(answer)))
        return answer

    def known(self) -> list[str]:
        """Every route with what is really there."""
        return [
            one
            for path in routes.reading(self.app)
            for one in routes.filled(path, routes.known(self.world, path))
        ]

    async def walk(self, *whose: str) -> Iterator[tuple[str, Answer]]:
        """What each of these is answered everywhere in the world as it was built.

        To be called before anything is changed: what was asked in the same world is not asked
        anew. That nothing changes by being asked is seen here.
        """
        kept = self.world.pages
        if new := [who for who in whose if who not in kept]:
            before = await at_rest(self.world)
            for who in new:
                given = {} if who in SIGNING else BROWSER
                kept[who] = {path: await self.ask(who, path, **given) for path in self.known()}
            assert await rows(self.node) == before
        return ((who, answer) for who in whose for answer in kept[who].values())

    def _signed(self, method: str, path: str, actor: str, key: str) -> Mapping[str, str]:
        url = str(url_of(self.node.origin + path))
        return signatures.sign(
            method if method in {"GET", "HEAD"} else "GET",
            url,
            key_id=f"{actor}#main-key",
            private_key=signatures.load_private_pem(key),
            now=self.node.now(),
        )

    async def token(self, who: str) -> str:
        """The token for the forms of a visitor; that of a session stays the same."""
        if who in self.tokens:
            return self.tokens[who]
        page = await self.client(who).get("/sign-in" if who not in SESSIONS else "/me/account")
        path = "/sign-in" if who not in SESSIONS else "/me/account"
        token = hidden_fields(page.text, path)["csrf"]
        if who in SESSIONS:
            self.tokens[who] = token
        return token

    async def send(
        self, who: str, path: str, data: Mapping[str, Any], *, token: str | None = None
    ) -> Answer:
        """Send a form as a browser would, from our own page."""
        token = token if token is not None else await self.token(who)
        headers = {"origin": self.node.origin, "sec-fetch-site": "same-origin"}
        return await self.client(who).post(path, data={"csrf": token, **data}, headers=headers)


def _keys(unit: Any, actor: str) -> Keys:
    row = unit.db.execute(select(actor_key).where(actor_key.c.account == actor)).one()
    return Keys(rsa=row.rsa, ed25519=row.ed25519, rsa_public="", ed25519_public="")
