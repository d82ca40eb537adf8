"""What is another's, or hidden, is as if it were not there: same status, bytes and headers."""

import itertools
import re
import secrets
from collections.abc import Mapping
from typing import Any

import pytest

from node.kernel.access import ANONYMOUS
from node.modules.accounts import queries as doors
from tests.boundaries import world
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World
from tests.conftest import settle

NOTICE = {"title": "Mine now", "text": "", "kind": "service", "topic": "repair", "takes": "1",
          "until": "1 December", "terms": "gift"}  # fmt: skip
CARD = {"name": "Mine now", "text": "", "topic": "repair", "reach": "public"}

BY_PATH = (
    ("ben", "GET", "/l/{community notice}/edit", {}),
    ("ben", "POST", "/l/{community notice}/edit", NOTICE),
    ("ben", "POST", "/l/{community notice}/close", {"say": "met"}),
    ("keeper", "POST", "/l/{public notice}/edit", NOTICE),
    ("ben", "GET", "/n/{public post}/edit", {}),
    ("ben", "POST", "/n/{public post}/edit", {"text": "Mine now", "reach": "public"}),
    ("ben", "POST", "/n/{public post}/delete", {}),
    ("keeper", "GET", "/n/{direct post}", {}),
    ("keeper", "POST", "/n/{direct post}/reply", {"text": "I read this", "reach": "community"}),
    ("ben", "GET", "/me/profile/gift/{gift}", {}),
    ("ben", "POST", "/me/profile/gift/{gift}", CARD),
    ("keeper", "POST", "/me/profile/asset/{asset}", CARD),
    ("ben", "GET", "/match/{match}", {}),
    ("keeper", "GET", "/match/{match}", {}),
    ("ben", "POST", "/match/{match}", {"message": "Hello"}),
    ("ben", "POST", "/match/{match}/aside", {"say": "no", "why": "far"}),
    ("keeper", "GET", "/introductions/{introduction}", {}),
    ("keeper", "POST", "/introductions/{introduction}", {}),
    ("keeper", "POST", "/introductions/{introduction}", {"say": "no"}),
    ("keeper", "POST", "/introductions/{introduction}/back", {}),
    ("keeper", "POST", "/introductions/{introduction}/back", {"say": "card"}),
    ("ben", "POST", "/introductions/{introduction}/back", {}),
    ("keeper", "GET", "/agreements/{agreement}", {}),
    ("keeper", "POST", "/agreements/{agreement}", {}),
    ("keeper", "POST", "/agreements/{agreement}", {"say": "yes"}),
    ("keeper", "POST", "/agreements/{agreement}", {"say": "no", "words": "Mine"}),
    ("ben", "POST", "/agreements/{agreement}", {"say": "back"}),
    ("keeper", "GET", "/flow/{flow}", {}),
    ("keeper", "POST", "/flow/{flow}", {"say": "yes"}),
    ("keeper", "POST", "/time/entry/{entry}", {"say": "back"}),
    ("keeper", "POST", "/time/entry/{entry}", {"say": "ask"}),
    ("ana", "POST", "/time/entry/{entry}", {"say": "back"}),
    ("keeper", "POST", "/desk/time/entry/{entry}", {"words": "Mine"}),
)
BY_FIELD = (
    ("ben", "/me/sessions", "session", "session"),
    ("keeper", "/me/sessions", "session", "session"),
    ("ben", "/me/tokens", "token", "token"),
    ("ben", "/me/invites/withdraw", "invite", "invite"),
    ("ben", "/desk/invites/withdraw", "invite", "invite"),
    ("ben", "/me/profile/remove", "card", "gift"),
    ("ben", "/me/blocks/end", "subject", "blocked"),
)


async def test_what_is_anas_is_not_there_for_others(full: World, visitors: Visitors) -> None:
    ids = {**full.ids, **await full.node.read(keys, full)}
    await settle(full.node, full.other)
    before = await world.rows(full.node)

    for who, method, path, data in BY_PATH:
        name = path.partition("{")[2].partition("}")[0]
        found = [
            await ask(visitors, who, method, path.replace(f"{{{name}}}", slug), data, slug)
            for slug in (ids[name], nothing_like(ids[name]))
        ]
        assert found[0] == found[1], (who, method, path)
        assert found[0][0] == 404, (who, method, path)
    for who, path, name, what in BY_FIELD:
        found = [
            await ask(visitors, who, "POST", path, {name: key}, key)
            for key in (ids[what], nothing_like(ids[what]))
        ]
        assert found[0] == found[1], (who, path)
        assert found[0][0] == 404, (who, path)

    assert await world.rows(full.node) == before


def keys(db: Any, full: World) -> Mapping[str, str]:
    """The names under which Ana's doors stand on her own pages."""
    return {
        "session": doors.sessions_of(db, full.ana.id, full.node.now())[0].key,
        "token": doors.bearers_of(db, full.ana.id)[0].key,
        "invite": doors.invites(db, full.node.now(), full.ana.id)[0].key,
        "blocked": full.anas["a blocked host"] + ".test",
    }


def nothing_like(key: str) -> str:
    """A key of the same make that opens nothing."""
    if re.fullmatch("[0-9a-f]+", key):
        return secrets.token_hex(len(key) // 2)
    return secrets.token_urlsafe(len(key))[: len(key)]


async def ask(
    visitors: Visitors, who: str, method: str, path: str, data: Mapping[str, str], slug: str
) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what names the thing that was asked for."""
    if method == "POST":
        answer = await visitors.send(who, path, data)
    else:
        answer = await visitors.ask(who, path, accept="text/html")
    return plain(answer, slug)


def plain(answer: Any, slug: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, body and headers, without the id and what is new in every answer."""
    headers = [(k, v) for k, v in answer.headers.multi_items() if k != "set-cookie"]
    cookies = sorted(v.partition("=")[0] for v in answer.headers.get_list("set-cookie"))
    body = re.sub(r'(name="csrf" value=)"[^"]*"', r"\1", answer.text).replace(slug, "…")
    return answer.status_code, body, [*headers, ("cookies", repr(cookies))]


HIDDEN = {
    "nobody": ("community", "trusted", "direct"),
    "stranger": ("community", "trusted", "direct"),
    "bo": ("community", "trusted", "direct"),
    "peer": ("community", "direct"),
}
ACCEPTS = ("text/html", "application/activity+json", "*/*")


@pytest.mark.sqlite
async def test_what_is_not_for_somebody_is_as_if_it_were_not(
    full: World, visitors: Visitors
) -> None:
    for who in HIDDEN:
        await _hidden_from(full, visitors, who)


async def _hidden_from(full: World, visitors: Visitors, who: str) -> None:
    paths = []
    for reach in HIDDEN[who]:
        names = [n for n in full.ids if n.startswith(reach) and not n.endswith(" id")]
        paths += [f"{place}{full.ids[n]}" for n in names for place in ("/n/", "/l/", "/o/")]
    paths += [f"/o/{full.ids[n]}" for n in ("gift", "here", "need", "offer", "Ben's post")]
    paths += [f"/{p}/{full.ids['here']}" for p in "pd"]
    paths += [f"/n/{full.ids[chr(66) + 'en' + chr(39) + 's post']}", f"/l/{full.ids['need']}"]
    paths += [f"/o/{full.ids['here']}/responses", f"/d/{full.ids['here']}/signed.json"]
    if who != "peer":
        paths += [f"/o/{full.ids['skill']}"]

    for path, accept, method in itertools.product(paths, ACCEPTS, ("GET", "HEAD")):
        slug = max(path.split("/"), key=len)
        missing = path.replace(slug, nothing_like(slug))
        answers = [
            plain(await visitors.ask(who, one, method, accept=accept), key)
            for one, key in ((path, slug), (missing, missing.split("/")[2]))
        ]
        assert answers[0] == answers[1], (who, path, accept)
        assert answers[0][0] == 404, (path, accept)


async def test_what_is_for_them_is_there(full: World, visitors: Visitors) -> None:
    """The refusals above are worth something only if others are let in."""
    public = [f"/o/{full.ids[n]}" for n in ("public post", "public notice", "asset", "public")]
    trusted = [f"/o/{full.ids[n]}" for n in ("trusted post", "trusted notice", "skill")]

    assert {(await visitors.ask("nobody", path)).status_code for path in public} == {200}
    assert {(await visitors.ask("peer", path)).status_code for path in trusted} == {200}
    assert (await visitors.ask("ben", f"/n/{full.ids['direct post']}")).status_code == 200
    assert (await visitors.ask("ana", f"/l/{full.ids['need']}/edit")).status_code == 200


@pytest.mark.sqlite
async def test_a_report_does_not_tell_what_there_is(full: World, visitors: Visitors) -> None:
    for name in ("direct post id", "gift id"):
        slug = full.ids[name].rpartition("/")[2]
        there = await visitors.ask("keeper", f"/report?about={full.ids[name]}", accept="text/html")
        gone = full.ids[name].replace(slug, nothing_like(slug))
        missing = await visitors.ask("keeper", f"/report?about={gone}", accept="text/html")

        if name == "direct post id":
            assert plain(there, slug)[0] == plain(missing, slug)[0] == 404
        else:
            assert (there.status_code, missing.status_code) == (200, 404)


def test_nobody_is_the_least() -> None:
    assert (ANONYMOUS.is_member, ANONYMOUS.trusted, ANONYMOUS.id) == (False, False, None)
