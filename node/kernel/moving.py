"""Giving a community its public address, once: look at it from outside, then change all our ids.

The look proves name, certificate and way in together: we ask the address, by WebFinger,
for a word that only this node knows.
"""

import json
import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import (
    JSON,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from node.kernel import log
from node.kernel.community import Community
from node.kernel.errors import Problem, Refused, Sentence, mark
from node.kernel.node import Node
from node.kernel.settings import is_public, safe_for
from node.kernel.tables import letter, log_words
from node.kernel.unit import Unit

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")

VALID = timedelta(minutes=10)
"""How long the word we ask ourselves for is answered."""


async def take(node: Node, address: str) -> None:
    """Check a public address from outside and move the community there.

    Args:
        node: a node at home.
        address: an https origin, such as `https://alder.example`.

    Raises:
        Refused: it is no usable address, it does not lead here, or a letter has left.
    """
    origin = plain(address)
    safe_for(node.settings, origin)
    if not node.community.at_home:
        raise _left(node.origin)
    if is_public(origin) or origin.startswith("https:"):
        await look(node, origin)
    await node.write(move, origin)


def _left(origin: str) -> Refused:
    safe = mark(
        "This community is known to others as %(origin)s; its letters carry that address, "
        "so it cannot be changed any more."
    )
    return Refused("E_LEFT", origin, safe=Sentence(safe, origin=origin))


def plain(address: str, *, allow_http: bool = False) -> str:
    """The origin of an address as typed; plain http only in a test network that allows it.

    Raises:
        Refused: not https, or with a path, a name and password, or no host that can be one.
    """
    typed = address.strip()
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError as error:
        raise _no_address(address) from error
    more = "@" in parts.netloc or parts.query or parts.fragment or parts.path.strip("/")
    usual = {"https": 443, "http": 80} if allow_http else {"https": 443}
    if parts.scheme not in usual or more or not HOST.fullmatch(host):
        raise _no_address(address)
    own = "" if port in (None, usual[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{own}"


def _no_address(address: str) -> Refused:
    safe = mark("Write the address like https://alder.example, with nothing behind the name.")
    return Refused("E_ORIGIN", address, safe=safe)


async def look(node: Node, origin: str) -> None:
    """Ask the address for a word that only this node knows.

    Raises:
        Refused: with what was seen and what to do about it.
    """
    # the answer does not stand in the question: one who repeats what is asked knows nothing
    question, word = f"{origin}/check/{secrets.token_urlsafe(24)}", secrets.token_urlsafe(24)
    await node.write(_expect, question, word)
    resource = quote(question, safe="")
    try:
        answer = await node.network.get(f"{origin}/.well-known/webfinger?resource={resource}")
    except Problem as problem:
        why = getattr(problem, "why", problem.code)
        place = problem.detail.rpartition(": ")[2]
        said = Sentence(_WHY.get(why, _UNREACHED), origin=origin, place=place, code=why)
        raise Refused("E_UNREACHABLE", problem.detail, safe=said) from problem
    if answer.status != 200 or word.encode() not in answer.body:
        safe = mark(
            "%(origin)s answers, but it is not this node (status %(status)d). "
            "Is the node running, and does the web server pass everything on to it?"
        )
        said = Sentence(safe, origin=origin, status=answer.status)
        raise Refused("E_ELSEWHERE", origin, safe=said)


_UNREACHED = mark(
    "%(origin)s could not be reached from here (%(code)s). "
    "Check the name's DNS entry, the certificate and the web server in front of this node."
)
_WHY = {
    "E_NAME": mark(
        "%(origin)s could not be reached from here: its name is not found. "
        "Make its DNS entry lead to this machine; a new one may take an hour to be known."
    ),
    "E_CONNECTION": mark(
        "%(origin)s could not be reached from here: nobody answers there. Does its DNS entry lead "
        "to this machine, does the web server in front of this node run, and is the port open?"
    ),
    "E_TLS": mark(
        "%(origin)s could not be reached from here: its certificate does not hold. It has to be "
        "for this very name, in its time, and from an authority that this machine knows."
    ),
    "E_SLOW": mark(
        "%(origin)s could not be reached from here: it takes too long to answer. Does its DNS "
        "entry lead to this machine, and does the web server in front pass everything on?"
    ),
    "E_ADDRESS": mark(
        "%(origin)s could not be reached from here: it leads to %(place)s, where nobody outside "
        "gets. Look at the name's DNS entry, and at /etc/hosts on this machine."
    ),
}
"""What hinders the look from outside, by the code that our way out gives it."""


def _expect(unit: Unit, question: str, word: str) -> None:
    until = (unit.now + VALID).isoformat()
    unit.set("origin_check", {"resource": question, "word": word, "until": until})


async def at_home(node: Node) -> None:
    """Have a community at home follow its node to another port or name of the house."""
    wanted = node.settings.origin or f"http://localhost:{node.settings.port}"
    if node.ready and node.community.at_home and node.origin != wanted:
        await node.write(move, wanted, at_home=True)


def move(unit: Unit, origin: str, *, at_home: bool = False) -> None:
    """Change every id of ours from the present origin to the new one.

    Raises:
        Refused: the node has an address already, or a letter has left.
    """
    here = unit.community
    left = unit.db.scalar(
        select(func.count()).where(letter.c.way == "out", letter.c.state == "done")
    )
    if not here.at_home or left:
        raise _left(here.origin)
    if unit.db.dialect.name == "sqlite":
        unit.db.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for metadata in unit.registry.metadatas:
        for table in metadata.sorted_tables:
            if table is not log_words:  # what was said when stays as it was said
                _rewrite(unit, table, here.origin, origin)
    log.seal_anew(unit)
    row = replace(here, origin=origin, at_home=at_home).row()
    unit.set("community", row)
    unit.set("origin_check", None)
    unit.community = Community(**row)
    for module in unit.registry.modules:
        if module.rehome:
            module.rehome(unit, here.origin, origin)
    unit.log("origin", here.id.replace(here.origin, origin), words=f"{here.origin} → {origin}")


def _rewrite(unit: Unit, table: Table, old: str, new: str) -> None:
    """Put the new origin in place of the old in every text of a table."""
    old_domain, new_domain = old.split("://", 1)[1], new.split("://", 1)[1]
    postgres = unit.db.dialect.name == "postgresql"
    swapped: dict[Any, Any] = {}
    found: list[ColumnElement[bool]] = []
    for column in table.c:
        if isinstance(column.type, JSON):
            as_text = cast(column, Text) if postgres else type_coerce(column, Text)
            value = func.replace(as_text, json.dumps(old)[1:-1], json.dumps(new)[1:-1])
            swapped[column] = cast(value, JSON) if postgres else value
            found.append(as_text.contains(old))
        elif isinstance(column.type, String | Text):
            swapped[column] = func.replace(column, old, new)
            found.append(column.contains(old))
    if found:
        unit.db.execute(update(table).where(or_(*found)).values(swapped))
    if table.name == "account":
        mine = update(table).where(table.c.domain == old_domain)
        unit.db.execute(mine.values(domain=new_domain))
        served = update(table).where(table.c.handle == old_domain)
        unit.db.execute(served.values(handle=new_domain))
    if table.name == "letter":
        _rewrite_letters(unit, table, old, new)


def _rewrite_letters(unit: Unit, table: Table, old: str, new: str) -> None:
    for row in unit.db.execute(select(table.c.id, table.c.body).where(table.c.body.is_not(None))):
        assert isinstance(table.c.body.type, LargeBinary), "a letter's body is bytes"
        body = row.body.replace(old.encode(), new.encode())
        unit.db.execute(update(table).where(table.c.id == row.id).values(body=body))
