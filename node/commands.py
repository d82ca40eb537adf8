"""What each command does; node/cli.py says how it is called."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from importlib.metadata import version as installed_version
from typing import Any

from sqlalchemy import Connection

from federation import counting
from node import keeping
from node.kernel import migrating
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.tables import Account

NO_NODE = "There is no node in {}. Is this the folder that `folkmoot serve --data` names?"
NOT_FOUNDED = "There is no community here yet. Run `folkmoot init`, or open the first page."


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, fresh: bool = False) -> AsyncIterator[Node]:
    """The node of a data folder for one command, beside the running one if there is one.

    Args:
        settings: of the node.
        fresh: make a database where there is none.

    Raises:
        Refused: the tables are not up to date and the running node must be restarted first, or
            there is no database.
    """
    if not fresh and not keeping.is_there(settings):
        raise Refused("E_NO_DATA", str(settings.data), safe=NO_NODE.format(settings.data))
    node = Node(settings, installed(settings.disabled))
    try:
        # by the writing door: in an empty PostgreSQL there is no reader yet
        if await node.database.claim(migrating.waiting, node.registry):
            from node.serving import alone

            with alone(settings.data):
                await keeping.keep_before(settings)
                await node.start()
        else:
            await node.refresh()
        yield node
    finally:
        await node.close()


@contextlib.asynccontextmanager
async def founded(settings: Settings) -> AsyncIterator[Node]:
    """Like opened(), for commands that need a community.

    Raises:
        Refused: there is none yet.
    """
    async with opened(settings) as node:
        if not node.ready:
            raise Refused("E_NOT_FOUNDED", str(settings.data), safe=NOT_FOUNDED)
        yield node


async def init(settings: Settings, args: argparse.Namespace) -> None:
    """Found a community from the command line."""
    from node.modules.accounts import api as accounts

    origin, timezone, language = _told(settings, args)
    names = (args.admin, args.community)
    password = _password(*names) if args.admin_password_stdin else None
    async with opened(settings, fresh=True) as node:
        founding = accounts.Founding(
            origin=origin,
            at_home=False,
            name=args.community,
            handle=args.handle,
            purpose=args.purpose,
            language=language,
            timezone=timezone,
            admin=args.admin,
            password_hash=await accounts.hash_password(password) if password else None,
        )
        keeper = await node.write(accounts.found, founding, [node.make_keys() for _ in range(3)])
        _say(f"{args.community} is founded at {node.origin}.")
        if password is None:
            _say(await _link(node, keeper))


def _told(settings: Settings, args: argparse.Namespace) -> tuple[str, str, str]:
    """Address, time zone and language of a new community, as the first page would take them.

    Raises:
        Refused: the address can be none, or is a public one and test networks are let through.
        Invalid: no such time zone or language (fields as the options).
    """
    from node.kernel import moving
    from node.kernel.settings import safe_for
    from node.modules.accounts import api as accounts
    from web.fields import Wrong
    from web.language import languages

    at = moving.plain(args.origin, allow_http=settings.allow_http)
    safe_for(settings, at)
    if args.language not in languages():
        known = ", ".join(sorted(languages()))
        raise Invalid({"language": f"We do not speak this one. We speak: {known}."})
    try:
        return at, accounts.zone(args.timezone), args.language
    except Wrong as problem:
        raise Invalid({"timezone": problem.sentence}) from None


async def serve(settings: Settings, args: argparse.Namespace) -> None:
    """Serve the node until told to stop."""
    from node import serving

    scheme = "https" if args.tls_cert else "http"
    if args.tls_cert and not settings.origin:
        # its own links, cookies and forms have to say what the browser says
        settings = replace(settings, origin=f"https://localhost:{settings.port}")

    async def announce(node: Node) -> None:
        at = settings.origin or f"{scheme}://{_host(settings.host)}:{settings.port}"
        _say(f"Folkmoot is at {node.origin if node.ready and not node.community.at_home else at}")
        if not node.ready:
            from node.modules.accounts import api as accounts

            code = await node.write(accounts.setup_code)
            _say(f"Open this once to set up your community:\n\n    {at}/setup?code={code}\n")
            if "SSH_CONNECTION" in os.environ:
                server = os.environ["SSH_CONNECTION"].split()[2]
                _say(
                    "From your own computer, first run:\n\n    "
                    f"ssh -L {settings.port}:localhost:{settings.port} {server}\n"
                )

    with serving.alone(settings.data):
        await keeping.keep_before(settings)
        await serving.serve(settings, announce=announce, cert=args.tls_cert, key=args.tls_key)


async def work(settings: Settings, _args: argparse.Namespace) -> None:
    """Run a separate worker beside one or more serving processes."""
    if settings.database_url.startswith("sqlite:"):
        safe = (
            "With SQLite the serving process does the background work itself. "
            "Set `database` to PostgreSQL to run separate workers."
        )
        raise Refused("E_SQLITE_WORKER", safe=safe)
    from workers import inline

    async with founded(settings) as node:
        _say("Working. Stop with Ctrl-C.")
        forever = inline.forever
        if settings.redis:
            from workers import redis

            forever = redis.forever
        await _until_told(forever(node))


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Work until SIGTERM or Ctrl-C; what has begun then ends or is given back."""
    task = asyncio.ensure_future(work)
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def demo(settings: Settings, args: argparse.Namespace) -> None:
    """Three communities with invented data, until Ctrl-C."""
    from node import demo as play

    await play.run(settings.data, first_port=args.port, say=_say)


async def member_add(settings: Settings, args: argparse.Namespace) -> None:
    """Add a member; without a password, print a one-time sign-in link."""
    from node.modules.accounts import api as accounts

    password = _password(args.name) if args.password_stdin else None
    async with founded(settings) as node:
        hashed = await accounts.hash_password(password) if password else None
        account = await node.write(
            accounts.add_member,
            args.name,
            node.make_keys(),
            display=args.display,
            password_hash=hashed,
        )
        _say(account.id)
        if hashed is None:
            _say(await _link(node, account))


async def member_list(settings: Settings, _args: argparse.Namespace) -> None:
    """Print the members: handle, role, name."""
    from node.modules.accounts import api as accounts

    async with founded(settings) as node:
        for member in await node.read(accounts.members):
            _say(f"{member.handle}\t{member.role}\t{member.label}")


async def member_link(settings: Settings, args: argparse.Namespace) -> None:
    """Print a one-time sign-in link."""
    async with founded(settings) as node:
        _say(await _link(node, await _member(node, args.name)))


async def token(settings: Settings, args: argparse.Namespace) -> None:
    """Print a new bearer token for a member's outbox."""
    from node.modules.accounts import api as accounts

    async with founded(settings) as node:
        account = await _member(node, args.name)
        _say(await node.write(accounts.token_for, account.id, "command line"))


async def keys_renew(settings: Settings, args: argparse.Namespace) -> None:
    """Give a member new keys, or the community and the node; the running node tells others."""
    from node.modules.accounts import api as accounts
    from node.modules.identity import api as identity

    async with founded(settings) as node:
        if args.name:
            ids = [(await _member(node, args.name)).id]
        else:
            ids = [node.community.id, (await node.read(accounts.service_account)).id]
        for actor in ids:
            await identity.renew(node, actor, lost=args.lost)
            _say(f"New keys for {actor}.")


async def peer_add(settings: Settings, args: argparse.Namespace) -> None:
    """Propose trust to another node; the running node sends the proposal."""
    from node.modules.peers import api as peers

    async with founded(settings) as node:
        found = await peers.propose(node, args.address)
        _say(f"Proposed to {found.domain}. Their admin accepts it; see `folkmoot peer list`.")


async def peer_remove(settings: Settings, args: argparse.Namespace) -> None:
    """End the trust in another node."""
    from node.modules.peers import api as peers

    async with founded(settings) as node:
        await peers.end(node, args.address)
        _say("Ended.")


async def peer_list(settings: Settings, _args: argparse.Namespace) -> None:
    """Print the other nodes and how it stands with each."""
    from node.modules.peers import api as peers

    async with founded(settings) as node:
        for peer in await node.read(peers.listed):
            _say(f"{peer.domain}\t{peer.state}")


async def origin(settings: Settings, args: argparse.Namespace) -> None:
    """Set the public address after looking at it from outside."""
    from node.kernel import moving

    async with founded(settings) as node:
        await moving.take(node, args.address)
        _say(f"The community is at {node.origin} now. Restart the node if you changed its proxy.")


async def backup(settings: Settings, args: argparse.Namespace) -> None:
    """Write everything into one file."""
    async with founded(settings) as node:
        await keeping.backup(node, args.file)
    _say(f"Written to {args.file}. It holds private keys: keep it where nobody else reads.")


async def restore(settings: Settings, args: argparse.Namespace) -> None:
    """Fill an empty data folder from a backup."""
    await keeping.restore(settings, args.file)
    _say(f"Restored into {settings.data}. Start it with `folkmoot serve --data {settings.data}`.")


async def migrate(settings: Settings, args: argparse.Namespace) -> None:
    """Bring the tables up to date, or write a module's next migration."""
    from node.serving import alone

    with alone(settings.data):
        await keeping.keep_before(settings)
        node = Node(settings, installed(settings.disabled))
        try:
            await node.start()
            if args.revise:
                path = await node.read(migrating.revise, node.registry, args.revise, args.message)
                _say(str(path))
            else:
                _say("The tables are up to date.")
        finally:
            await node.close()


async def check(settings: Settings, _args: argparse.Namespace) -> int:
    """Check the data and say what does not hold (1 if something does not), and what is stuck."""
    async with founded(settings) as node:
        problems = await node.read(keeping.problems, node.registry)
        if any(m.name == "decisions" for m in node.registry.modules):
            problems = [*problems, *await node.read(_records)]
        stuck = [] if problems else await node.read(counting.stuck)
    for sentence in (*problems, *stuck):
        _say(sentence)
    _say("Something does not hold." if problems else "Everything holds.")
    return 1 if problems else 0


def _records(db: Connection) -> list[str]:
    """What does not hold of the chain of our records; what the next sweep mends is no fault."""
    from node.modules.accounts import api as accounts
    from node.modules.decisions import exporting, verifying
    from vocab import proofs

    keeper = Viewer(role="admin")
    held = exporting.register(db, accounts.community_account(db), keeper)
    mended = {"E_NO_CHECKPOINT", "E_KEY_LOST", "E_FILE"}
    found = verifying.verify(proofs.jcs(held)) if held["entries"] else []
    return [f"{one.part}: {one.words}" for one in found if one.wrong and one.code not in mended]


def verify(_settings: Settings, args: argparse.Namespace) -> int:
    """Check a file of records by itself; 1 if something in it does not hold."""
    from node.modules.decisions import verifying
    from node.modules.joint import verifying as together

    known = args.known.read_bytes() if args.known else None
    body = args.file.read_bytes()
    found = together.verify(body, known) or verifying.verify(body, known)
    for one in found:
        _say(f"{one.part}\t{one.code}\t{one.words}")
    return 1 if any(one.wrong for one in found) else 0


def version(_settings: Settings, _args: argparse.Namespace) -> None:
    """Print the version."""
    _say(installed_version("folkmoot"))


async def _member(node: Node, name: str) -> Account:
    from node.modules.accounts import api as accounts

    found = await node.read(accounts.by_handle, name)
    account = await node.account(found.id) if found else None
    if account is not None:
        return account
    raise Missing(safe=f'Nobody here is called "{name}". See `folkmoot member list`.')


async def _link(node: Node, account: Account) -> str:
    from node.modules.accounts import api as accounts

    token = await node.write(accounts.link_for, account.id)
    return f"{node.origin}/sign-in/link?token={token}"


def _password(*names: str) -> str:
    """A password from standard input.

    Raises:
        Invalid: the pages would not take it either.
    """
    from node.modules.accounts import api as accounts

    typed = sys.stdin.readline().rstrip("\n")
    if sentence := accounts.wrong_password(typed, *names):
        raise Invalid({"password": sentence})
    return typed


def _host(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
