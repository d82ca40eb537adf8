"""The command `folkmoot`: for scripts and operators, stable and documented in docs/admin.

Every command works while the node runs; the running node sees the change within 5 s.
Heavy parts are imported only by the command that needs them.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from node.kernel.errors import Invalid, Problem
from node.kernel.settings import Settings, Unusable, load

Command = Callable[[Settings, argparse.Namespace], Any]

LOADED = 50_000
"""New values after which the collector looks at them: what a command loads stays, and to look
through it again and again for what is left over was a sixth of the time of a start."""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 if it could not and said why, 2 for usage."""
    gc.set_threshold(LOADED)
    args = parser().parse_args(given)
    try:
        settings = load(
            Path(args.data),
            host=getattr(args, "host", None),
            port=getattr(args, "port", None),
            origin=getattr(args, "address_at_home", None),
        )
        result = args.run(settings, args)
        if asyncio.iscoroutine(result):
            import uvloop

            result = uvloop.run(result)
    except KeyboardInterrupt:
        return 0
    except Invalid as problem:
        return _fail("\n".join(f"{name}: {say}" for name, say in problem.fields.items()))
    except Problem as problem:
        return _fail(problem.safe or str(problem))
    except Unusable as problem:
        return _fail(str(problem))
    except TimeoutError:
        return _fail("It took too long. Try again when this machine has less to do.")
    except OSError as problem:
        return _fail(f"{problem.filename or 'This'} cannot be used: {problem.strerror or problem}")
    return int(result or 0)


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top = argparse.ArgumentParser(prog="folkmoot", description="One community's own node.")
    sub = top.add_subparsers(required=True, metavar="COMMAND")
    _running(sub)
    _people(sub)
    _keeping(sub)
    return top


def _add(sub: Any, name: str, run: Command, words: str) -> argparse.ArgumentParser:
    found: argparse.ArgumentParser = sub.add_parser(name, help=words, description=words)
    found.add_argument("--data", default="data", metavar="DIR", help="the node's data folder")
    found.set_defaults(run=run)
    return found


def _running(sub: Any) -> None:
    from node import commands

    init = _add(sub, "init", commands.init, "Found a community without the browser.")
    init.add_argument("--origin", required=True, help="https://alder.example")
    init.add_argument("--community", required=True, metavar="NAME")
    init.add_argument("--handle", required=True)
    init.add_argument("--admin", required=True, metavar="NAME")
    init.add_argument("--admin-password-stdin", action="store_true")
    init.add_argument("--purpose", default="")
    init.add_argument("--language", default="en")
    init.add_argument("--timezone", default="UTC")
    serve = _add(sub, "serve", commands.serve, "Serve the node.")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--origin", dest="address_at_home", help="the address while at home")
    serve.add_argument("--tls-cert", type=Path, metavar="FILE")
    serve.add_argument("--tls-key", type=Path, metavar="FILE")
    _add(sub, "work", commands.work, "Run a separate worker (PostgreSQL).")
    demo = _add(sub, "demo", commands.demo, "Three communities on loopback with invented data.")
    demo.set_defaults(data="build/demo")
    demo.add_argument("--port", type=int, default=8081, help="of the first; the others follow")


def _people(sub: Any) -> None:
    from node import commands

    member = sub.add_parser("member", help="Members: add, list, link.")
    inner = member.add_subparsers(required=True, metavar="WHAT")
    add = _add(inner, "add", commands.member_add, "Add a member.")
    add.add_argument("name")
    add.add_argument("--display", default="")
    add.add_argument("--password-stdin", action="store_true")
    _add(inner, "list", commands.member_list, "List the members.")
    link = _add(inner, "link", commands.member_link, "Print a one-time sign-in link.")
    link.add_argument("name")
    token = _add(sub, "token", commands.token, "Print a bearer token for a member's outbox.")
    token.add_argument("name")
    keys = sub.add_parser("keys", help="Signing keys: renew.")
    inner = keys.add_subparsers(required=True, metavar="WHAT")
    renew = _add(inner, "renew", commands.keys_renew, "Make new keys; old records stay provable.")
    renew.add_argument("name", nargs="?", help="a member; the community and the node if left out")
    renew.add_argument("--lost", action="store_true", help="others may have the old keys")
    peer = sub.add_parser("peer", help="Trusted nodes: add, list, remove.")
    inner = peer.add_subparsers(required=True, metavar="WHAT")
    for name, run, words in (
        ("add", commands.peer_add, "Propose trust; the other side's admin accepts."),
        ("remove", commands.peer_remove, "End the trust; open requests and cards are erased."),
    ):
        _add(inner, name, run, words).add_argument("address", metavar="https://birch.example/")
    _add(inner, "list", commands.peer_list, "List the trusted nodes.")


def _keeping(sub: Any) -> None:
    from node import commands

    origin = _add(sub, "origin", commands.origin, "Set the public address, once.")
    origin.add_argument("address", metavar="https://alder.example")
    for name, run, words in (
        ("backup", commands.backup, "Write everything into one file; the node may run."),
        ("restore", commands.restore, "Fill an empty data folder from a backup."),
    ):
        _add(sub, name, run, words).add_argument("file", type=Path, metavar="FILE")
    migrate = _add(sub, "migrate", commands.migrate, "Bring the tables up to date.")
    migrate.add_argument("--revise", metavar="MODULE", help="write a module's next migration")
    migrate.add_argument("--message", default="change tables")
    verify = _add(sub, "verify", commands.verify, "Check a file of records, without a network.")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--known", type=Path, metavar="FILE", help="an earlier file you trust")
    _add(sub, "check", commands.check, "Check the data: rows, foreign keys, the log's chain.")
    _add(sub, "version", commands.version, "Print the version.")


def _fail(words: str) -> int:
    sys.stderr.write(words.rstrip() + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
