"""What actors of ours show of themselves: faces, the community's sign, its own emoji."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules.pictures import queries, showing
from tests.conftest import Browser, person, settle
from tests.modules.images import image, opened
from tests.modules.test_notes import follow, say

JSON = "application/activity+json"
Browse = Callable[..., Awaitable[Browser]]


async def actor(browser: Browser, path: str) -> dict[str, Any]:
    return (await browser.get(path, headers={"accept": JSON})).json()


def shown(page: Any, part: str = "") -> list[str]:
    return [one for one in re.findall(r'<img[^>]* src="([^"]+)"', page.text) if part in one]


async def test_a_face_stands_beside_its_name_here_and_elsewhere(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, bo = await person(alder, "ana"), await person(birch, "bo")
    await follow(birch, bo, alder, ana)
    at, there = await browse(alder, "ana"), await browse(birch, "bo")
    assert (await actor(at, "/u/ana"))["icon"]["url"].endswith("/face/ana.png")

    page = await at.post("/me/face", {}, files={"picture-1": image("PNG", (900, 500))})

    (thumb,) = shown(page)
    assert thumb in (await at.get("/people")).text
    icon = (await actor(await browse(alder), "/u/ana"))["icon"]
    assert (icon["type"], icon["mediaType"], icon["width"], icon["height"]) == (
        "Image", "image/jpeg", 400, 400)  # fmt: skip
    large = await (await browse(alder)).get(icon["url"])
    assert opened(large.content).size == (400, 400)
    assert large.headers["cache-control"] == "public, max-age=604800, immutable"
    await say(alder, ana, "Good morning.")
    await settle(alder, birch)
    (copy,) = shown(await there.get("/notes"), "/pictures/elsewhere/")
    assert (await there.get(copy)).status_code == 200

    again = await at.post("/me/face/remove", {}, form="/me/face")
    assert shown(again) == []
    assert (await at.get(thumb)).status_code == 404
    await settle(alder, birch)
    assert (await birch.account(ana.id)).face.endswith("/face/ana.png")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_is_no_face_is_refused_with_a_sentence(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    at = await browse(alder, "ana")

    for files, words in (
        (None, "Choose a picture first"),
        ({"picture-1": b"<svg/>"}, "no picture"),
    ):
        page = await at.post("/me/face", {}, files=files)
        assert page.status_code == 422
        assert words in page.text
    assert await alder.read(queries.of_owner, f"{alder.origin}/u/ana") == []


async def test_keepers_give_the_community_a_sign_and_a_wide_picture(
    alder: Node, browse: Browse
) -> None:
    await person(alder, "ana")
    keeper, ana, visitor = [await browse(alder, who) for who in ("keeper", "ana", None)]
    bring = {"files": {"picture-1": image("PNG", (600, 300))}, "form": "/desk/pictures"}

    await keeper.post("/desk/pictures", {"say": "face"}, **bring)
    await keeper.post("/desk/pictures", {"say": "header"}, **bring)

    public = await visitor.get("/public")
    assert len(shown(public, "/pictures/")) == 2
    told = await actor(visitor, f"/c/{alder.community.handle}")
    assert (told["icon"]["width"], told["image"]["width"]) == (300, 600)
    assert (await visitor.get(told["image"]["url"])).status_code == 200
    token = re.search(r'name="csrf" value="([^"]+)"', (await ana.get("/notes")).text)
    said = {"say": "face", "take": "away", "csrf": token[1]}
    refused = await ana.client.post("/desk/pictures", data=said)
    assert refused.status_code == 403
    await keeper.post("/desk/pictures", {"say": "face", "take": "away"})
    assert len(shown(await visitor.get("/public"), "/pictures/")) == 1
    assert "image" in await actor(visitor, f"/c/{alder.community.handle}")


async def test_a_sign_of_our_own_is_seen_where_its_word_is_written(
    alder: Node, birch: Node, browse: Browse
) -> None:
    """FEP-9098, both ways; gone, its word stands there."""
    ana, bo = await person(alder, "ana"), await person(birch, "bo")
    await follow(birch, bo, alder, ana)
    keeper, at, there = [await browse(n, who) for n, who in
                         ((alder, "keeper"), (alder, "ana"), (birch, "bo"))]  # fmt: skip
    bring = {"files": {"picture-1": image("PNG", (300, 200), (1, 2, 3, 0))}}

    bad = await keeper.post("/desk/pictures", {"say": "emoji", "name": "a b"}, **bring)
    assert (bad.status_code, "two to thirty letters" in bad.text) == (422, True)
    await keeper.post("/desk/pictures", {"say": "emoji", "name": ":oak:"}, **bring)
    twice = await keeper.post("/desk/pictures", {"say": "emoji", "name": "oak"}, **bring)
    assert twice.status_code == 422
    id = await say(alder, ana, "An :oak: and a :none:")
    await settle(alder, birch)

    page = await at.get(id.replace("/o/", "/n/"))
    (path,) = shown(page, "/pictures/")
    assert (await at.get(path)).headers["content-type"] == "image/webp"
    told = await actor(at, id.removeprefix(alder.origin))
    (tag,) = told["tag"]
    assert (tag["type"], tag["name"], tag["icon"]["type"]) == ("Emoji", ":oak:", "Image")
    assert (await at.get(tag["icon"]["url"])).headers["content-type"] == "image/png"
    assert len(shown(await there.get("/notes"), "/pictures/elsewhere/")) >= 1
    (kept,) = await alder.read(showing.emoji, alder.community.id)
    await keeper.post("/desk/pictures", {"say": "remove", "slug": kept.slug})
    assert await alder.read(showing.emoji, alder.community.id) == []
    assert (await at.get(path)).status_code == 404
