"""Pictures that people here bring: with posts and notices, seen by who may see those."""

import base64
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules.accounts import leaving as accounts_leaving
from node.modules.pictures import jobs, queries
from tests.conftest import Browser, Wire, person, settle
from tests.modules.images import CANARY, bomb, image, located, opened
from tests.modules.test_notes import follow
from tests.modules.test_peers import befriend

JSON = "application/activity+json"
Browse = Callable[..., Awaitable[Browser]]
WORDS = {"text": "The shed is open.", "reach": "public", "lang": "en"}
SHED = {"picture-words-1": "A green shed"}


def pictures_on(page: Any) -> list[tuple[str, str]]:
    """Where the pictures of a page lie, with what is said about each."""
    return re.findall(r'<img src="([^"]+)" alt="([^"]*)"', page.text)


async def document(browser: Browser, path: str) -> dict[str, Any]:
    found = await browser.get(path.replace("/n/", "/o/"), headers={"accept": JSON})
    return found.json()


async def test_from_a_post_with_pictures_to_its_deletion(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    ana, visitor = await browse(alder, "ana"), await browse(alder)

    files = {"picture-1": located(), "picture-3": image("PNG", (20, 20))}
    focus = {"picture-focus-1": "top", "picture-focus-3": "nowhere"}
    page = await ana.post("/notes", {**WORDS, **SHED, **focus}, files=files)

    path = page.url.path
    assert page.text.count('class="fx-2 fy-0"') == 1
    shown = pictures_on(page)
    assert [words for _, words in shown] == ["A green shed", "A picture without a description"]
    assert "has no description yet" in page.text
    assert "has no description yet" not in (await visitor.get(path)).text
    first = await visitor.get(shown[0][0])
    assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
    assert opened(first.content).size == (48, 64), "it stands upright"
    assert CANARY not in first.content
    assert first.headers["cache-control"] == "private, max-age=86400, immutable"
    told = (await document(visitor, path))["attachment"]
    assert [sorted(one) for one in told] == [
        ["blurhash", "focalPoint", "height", "mediaType", "name", "type", "url", "width"],
        ["blurhash", "height", "mediaType", "type", "url", "width"]]  # fmt: skip
    assert told[0]["focalPoint"] == [0.0, 1.0]
    assert told[0]["type"] == "Document"
    assert told[0]["name"] == "A green shed"
    assert told[0]["url"] == alder.origin + shown[0][0]

    form = await ana.get(f"{path}/edit")
    assert form.text.count('class="thumb"') == 2
    assert form.text.count('value="top" selected') == 1
    said = {"text": "It is shut.", "lang": "en", "picture-drop-1": "yes"}
    changed = await ana.post(f"{path}/edit", {**said, "picture-words-2": "Its door"})
    assert [words for _, words in pictures_on(changed)] == ["Its door"]
    assert (await visitor.get(shown[0][0])).status_code == 404
    assert "updated" in await document(visitor, path)

    await ana.post(f"{path}/delete", {}, form=path)
    assert (await visitor.get(shown[1][0])).status_code == 404
    assert await alder.read(queries.of_owner, f"{alder.origin}/u/ana") == []


async def test_a_picture_that_cannot_be_used_loses_neither_words_nor_the_others(
    alder: Node, browse: Browse
) -> None:
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    large = b"\xff\xd8\xff" + bytes(9 * 1024 * 1024)
    files = {"picture-1": image(), "picture-2": b"<svg/>", "picture-3": bomb(), "picture-4": large}

    page = await ana.post("/notes", {**WORDS, **SHED}, files=files)

    assert page.status_code == 422
    assert "The shed is open." in page.text
    assert 'value="A green shed"' in page.text
    for words in ("no picture that we can read", "too many pixels", "larger than 8 MB"):
        assert words in page.text
    held = re.search(r'name="picture-held-1" value="([^"]+)"', page.text)
    assert held
    thumb = f"/pictures/{held[1]}-small.webp"
    assert (await ana.get(thumb)).status_code == 200
    ben = await person(alder, "ben")
    other = await browse(alder, ben.handle)
    assert (await other.get(thumb)).status_code == 404
    stolen = await other.post("/notes", {**WORDS, "picture-held-1": held[1]})
    assert pictures_on(stolen) == []

    again = await ana.post("/notes", {**WORDS, **SHED, "picture-held-1": held[1]})
    assert [words for _, words in pictures_on(again)] == ["A green shed"]


async def test_only_who_is_signed_in_has_files_read(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    visitor, ana = await browse(alder), await browse(alder, "ana")
    token = re.search(r'name="csrf" value="([^"]+)"', (await ana.get("/notes")).text)
    assert token
    whole = {**WORDS, "csrf": token[1]}
    here = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    files = {"picture-1": ("x.jpg", image(), "image/jpeg")}

    async def post(browser: Browser, data: Any, headers: Any) -> int:
        return (
            await browser.client.post("/notes", data=data, files=files, headers=headers)
        ).status_code

    assert await post(visitor, whole, here) == 403
    assert await post(ana, WORDS, here) == 403
    assert await post(ana, whole, {**here, "sec-fetch-site": "cross-site"}) == 403
    assert await alder.read(queries.of_owner, f"{alder.origin}/u/ana") == []
    assert await post(ana, whole, here) == 200


async def test_who_may_not_see_the_post_sees_no_picture_of_it(
    alder: Node, birch: Node, cedar: Node, browse: Browse
) -> None:
    """Each reach: here, at a trusted node, at one that is not, without an account."""
    await person(alder, "ana")
    await person(birch, "bo")
    await befriend(alder, birch)
    ana, visitor = await browse(alder, "ana"), await browse(alder)
    bo = await browse(birch, "bo")

    for reach, seen in (("public", (1, 1, 1)), ("trusted", (0, 1, 0)), ("community", (0, 0, 0))):
        page = await ana.post("/notes", {**WORDS, **SHED, "reach": reach},
                              files={"picture-1": image()})  # fmt: skip
        ((path, _),) = pictures_on(page)
        found = [(await visitor.get(path)).status_code == 200]
        for there in (birch, cedar):
            copy = there.registry.picture(there, alder.origin + path, "alder.test", False)
            answer = await Browser(there, _app(there)).get(copy)
            found.append(answer.status_code == 200)
        assert tuple(map(int, found)) == seen, reach
        assert (await ana.get(path)).status_code == 200
    del bo


def _app(node: Node) -> Any:
    from node.main import Application

    return Application(node)


async def test_a_picture_crosses_to_another_node_and_is_looked_at_there(
    alder: Node, birch: Node, browse: Browse, wire: Wire
) -> None:
    ana = await person(alder, "ana")
    bo = await person(birch, "bo")
    await follow(birch, bo, alder, ana)
    at_alder, at_birch = await browse(alder, "ana"), await browse(birch, "bo")
    said = {**WORDS, **SHED, "picture-focus-1": "left"}
    written = await at_alder.post("/notes", said, files={"picture-1": located()})
    await settle(alder, birch)

    page = await at_birch.get("/notes")

    shown = [(path, words) for path, words in pictures_on(page) if words]
    assert [words for _, words in shown] == ["A green shed"]
    assert 'class="fx-0 fy-2"' in page.text
    assert shown[0][0].startswith("/pictures/elsewhere/")
    seen = await at_birch.get(shown[0][0])
    assert (seen.status_code, opened(seen.content).format) == (200, "WEBP")
    path = written.url.path
    await at_alder.post(f"{path}/delete", {}, form=path)
    await settle(alder, birch)
    assert shown[0][0] not in (await at_birch.get("/notes")).text


def _everywhere(folder: Path, what: bytes) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and what in p.read_bytes()]


@pytest.mark.sqlite
async def test_no_byte_of_a_deleted_picture_is_left_in_the_data_folder(
    alder: Node, browse: Browse, clock: Any
) -> None:
    """Deleted with its post, with its account, or never used: after a checkpoint it is gone."""
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    bodies = []
    for number in range(3):
        picture = image("PNG", (900, 700), (number * 70, 90, 200))
        text = WORDS["text"] if number < 2 else " "
        page = await ana.post("/notes", {**WORDS, "text": text}, files={"picture-1": picture})
        bodies.append((page.url.path, picture))
    kept = await alder.read(queries.of_owner, f"{alder.origin}/u/ana")
    raw = [await alder.read(queries.bytes_of, hash) for p in kept for hash in (p.large, p.small)]
    assert len(raw) == 6
    marks = [one[len(one) // 2 :][:200] for one in raw if one]
    folder = alder.settings.data
    assert all(_everywhere(folder, mark) for mark in marks)

    await ana.post(f"{bodies[0][0]}/delete", {}, form=bodies[0][0])
    clock.advance(hours=25)
    await jobs.sweep(alder)
    assert len(await alder.read(queries.of_owner, f"{alder.origin}/u/ana")) == 1
    await alder.write(accounts_leaving.leave, f"{alder.origin}/u/ana")
    await settle(alder)
    await alder.close()

    assert [found for mark in marks if (found := _everywhere(folder, mark))] == []


async def test_a_member_takes_their_pictures_along(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    at = await browse(alder, "ana")
    await at.post("/notes", {**WORDS, **SHED}, files={"picture-1": image()})

    taken = await alder.read(accounts_leaving.everything, alder.registry, ana.id)

    (one,) = json.loads(json.dumps(taken["pictures"]))["pictures"]
    assert (one["for"], one["description"], one["type"]) == ("shown", "A green shed", "image/jpeg")
    assert opened(base64.b64decode(one["data"])).format == "JPEG"


NOTICE = {"title": "A ladder", "text": "Seven metres.", "kind": "lend", "until": "1 December 2026",
          "terms": "gift"}  # fmt: skip


async def test_an_offer_has_one_photo_for_whom_it_is(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    await person(alder, "ben")
    ana, ben, visitor = [await browse(alder, who) for who in ("ana", "ben", None)]
    new = "/l/new?purpose=offer"
    bring = {"form": new, "files": {"picture-1": located()}}

    for reach, seen in (("community", 404), ("public", 200)):
        page = await ana.post("/l/new", {**NOTICE, **SHED, "reach": reach}, **bring)
        ((path, words),) = pictures_on(page)
        assert words == "A green shed"
        assert (await ben.get(path)).status_code == 200
        assert (await visitor.get(path)).status_code == seen, reach
    thumb = path.rpartition(".")[0] + "-small.webp"
    assert thumb in (await visitor.get("/board")).text
    there = page.url.path
    told = await visitor.get(there.replace("/l/", "/o/"), headers={"accept": JSON})
    (attached,) = told.json()["attachment"]
    assert (attached["type"], attached["name"], attached["mediaType"]) == (
        "Document", "A green shed", "image/jpeg")  # fmt: skip

    refused = await ana.post(f"{there}/edit", NOTICE, files={"picture-1": b"<svg/>"})
    assert (refused.status_code, "no picture that we can read" in refused.text) == (422, True)
    kept = await ana.post(f"{there}/edit", {**NOTICE, "picture-words-1": "A red shed"})
    assert pictures_on(kept) == [(path, "A red shed")]
    await ana.post(f"{there}/close", {"say": "delete"}, form=there)
    assert (await ben.get(path)).status_code == 404


async def test_a_photo_of_an_offer_is_seen_at_a_node_that_follows(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, bo = await person(alder, "ana"), await person(birch, "bo")
    await follow(birch, bo, alder, ana)
    at, there = await browse(alder, "ana"), await browse(birch, "bo")
    said = {**NOTICE, **SHED, "reach": "public"}
    bring = {"form": "/l/new?purpose=offer", "files": {"picture-1": located()}}
    await at.post("/l/new", said, **bring)
    await settle(alder, birch)

    board = await there.get("/board")

    ((path, words),) = re.findall(r'<img class="thumb" src="([^"]+)" alt="([^"]*)"', board.text)
    assert words == "A green shed"
    seen = await there.get(path)
    assert (seen.status_code, opened(seen.content).format) == (200, "WEBP")
