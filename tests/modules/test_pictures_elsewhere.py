"""Pictures of others: seen through our own copies, and never from where they lie (V44, H04)."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from node.modules.moderation import api as moderation
from node.modules.pictures import jobs, queries, rules
from node.modules.pictures.elsewhere import AT_ONCE, OF_ONE, address
from node.modules.pictures.tables import body, copy
from tests.conftest import Browser, Wire
from tests.federation.strangers import Server
from tests.modules.images import CANARY, image, located
from tests.modules.strange import MODULES, MakeNode, Stage, follow
from vocab.model import PUBLIC

PNG = {"type": "Image", "mediaType": "image/png"}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return Stage(await make_node("alder", modules=MODULES), wire)


def put(server: Server, name: str, body: bytes, media: str = "image/jpeg") -> str:
    url = f"{server.origin}/{name}"
    server.pages[url], server.media[url] = body, media
    return url


def sources(page: Any) -> list[str]:
    """Where all that a page loads lies."""
    return re.findall(r'(?:src|srcset|poster|data)="([^"]+)"', page.text)


async def heard(here: Stage, **more: Any) -> Any:
    """A post of bob at elm with a picture, whom ana follows; bob and the post's picture."""
    elm = here.server("elm.test")
    bob = here.actor(elm, "bob")
    face = put(elm, "face.png", image("PNG"), "image/png")
    blob = put(elm, "blob.png", image("PNG"), "image/png")
    shed = put(elm, "shed.jpg", located())
    elm.pages[bob.id]["icon"] = {**PNG, "url": face}
    await follow(here, "ana", bob)
    attached = {"type": "Document", "mediaType": "image/jpeg", "url": shed, "name": "The shed",
                "width": 64, "height": 48, "focalPoint": [-1, 0.9]}  # fmt: skip
    tag = {"type": "Emoji", "name": ":blob:", "id": blob, "icon": {**PNG, "url": blob}}
    post = bob.note("1", content="<p>Look :blob:</p>", attachment=[attached], tag=[tag],
                    to=[PUBLIC], **more)  # fmt: skip
    assert await here.hear(bob, bob.says("Create", post)) == ("done", None)
    return bob, shed


async def test_a_post_is_shown_with_its_pictures_and_its_reader_asks_nobody_else(
    here: Stage, browse: Any
) -> None:
    _bob, shed = await heard(here)
    ana: Browser = await browse(here.node, "ana")
    here.wire.seen.clear()

    page = await ana.get("/notes")
    loaded = sources(page)

    assert len(loaded) == 3
    assert all(one.startswith("/pictures/elsewhere/") for one in loaded)
    assert 'alt="The shed"' in page.text
    assert 'class="fx-0 fy-0"' in page.text
    assert 'alt=":blob:"' in page.text
    assert here.wire.seen == [], "nothing is fetched before somebody looks"
    for one in loaded * 2:
        answer = await ana.get(one)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["content-disposition"].startswith("inline; filename=")
        assert answer.headers["cache-control"] == "private, max-age=604800, immutable"
        assert CANARY not in answer.content
    asked = [url for _, url, _ in here.wire.seen]
    assert sorted(asked) == sorted({shed, shed.replace("shed.jpg", "face.png"),
                                    shed.replace("shed.jpg", "blob.png")})  # fmt: skip


async def test_only_names_that_we_wrote_have_us_fetch_anything(here: Stage, browse: Any) -> None:
    elm = here.server("elm.test")
    url = put(elm, "x.png", image("PNG"), "image/png")
    visitor: Browser = await browse(here.node)
    path = address(here.node, url)
    mark, _, said = path.removeprefix("/pictures/elsewhere/").partition("/")
    forged = [rules.name_of(b"guessed", url, ""), f"{mark}/{said[:-2]}xx", mark, said,
              f"{mark}/%00", f"{'0' * 32}/{said}"]  # fmt: skip

    for name in forged:
        answer = await visitor.get(f"/pictures/elsewhere/{name}")
        assert answer.status_code == 404, name
    assert elm.asked == {}
    assert (await visitor.get(path)).status_code == 200


async def test_one_that_cannot_be_had_becomes_a_link_and_is_left_alone(
    here: Stage, browse: Any
) -> None:
    elm = here.server("elm.test")
    visitor: Browser = await browse(here.node)
    page = put(elm, "page", b"<html>", "text/html")
    cases = [f"{elm.origin}/nothing", page, put(elm, "svg", b"<svg/>", "image/svg+xml"),
             put(elm, "cut", image()[:300]), "https://away.test/x.png"]  # fmt: skip

    for url in cases:
        path = address(here.node, url)
        for _ in range(2):
            assert (await visitor.get(path)).status_code == 404
        assert address(here.node, url) is None, "pages show a link"
    assert set(elm.asked.values()) == {1}
    here.node.memory.clear()
    assert (await visitor.get(path)).status_code == 404
    assert [u for _, u, _ in here.wire.seen].count(cases[-1]) == 1, "a restart forgets nothing"


@pytest.mark.parametrize("how", ["silence", "suspend", "no_media"])
async def test_nothing_is_fetched_of_whom_the_community_keeps_away(
    here: Stage, browse: Any, how: str
) -> None:
    """Neither from their server, nor what they show of another, nor is a copy kept."""
    elm, oak = here.server("elm.test"), here.server("oak.test")
    visitor: Browser = await browse(here.node)
    own, lent = put(elm, "1.png", image("PNG")), put(oak, "2.png", image("PNG"))
    assert (await visitor.get(address(here.node, own, "elm.test"))).status_code == 200
    level = "silence" if how == "no_media" else how
    terms = moderation.Terms(level=moderation.Level(level), no_media=how == "no_media")
    await here.node.write(_refuse, "elm.test", terms)

    assert (await visitor.get(address(here.node, own, "elm.test"))).status_code == 404
    assert (await visitor.get(address(here.node, lent, "elm.test"))).status_code == 404
    assert (await visitor.get(address(here.node, lent, "oak.test"))).status_code == 200
    await jobs.sweep(here.node)
    assert await here.node.read(queries.hosts) == ["oak.test"]


def _refuse(unit: Any, host: str, terms: Any) -> None:
    keeper = f"{unit.origin}/u/keeper"
    moderation.refuse(unit, host, is_host=True, by=keeper, reason="Spam, spam", terms=terms)


async def test_a_server_is_not_asked_for_more_than_its_share(here: Stage, browse: Any) -> None:
    elm = here.server("elm.test")
    visitor: Browser = await browse(here.node)
    here.node.memory["pictures.spent"] = {"elm.test": (here.node.now(), rules.PER_HOST)}
    path = address(here.node, put(elm, "x.png", image("PNG")))

    answer = await visitor.get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "600")
    assert elm.asked == {}
    here.node.memory["pictures.spent"] = {"oak.test": (here.node.now(), rules.PER_HOST)}
    assert (await visitor.get(path)).status_code == 200


async def test_old_copies_go_and_then_those_nobody_looked_at_for_longest(
    here: Stage, browse: Any, clock: Any
) -> None:
    elm = here.server("elm.test")
    visitor: Browser = await browse(here.node)
    urls = [put(elm, f"{n}.png", image("PNG")) for n in range(3)]
    for url in urls:
        await visitor.get(address(here.node, url))
        clock.advance(hours=25)
    await visitor.get(address(here.node, urls[0]))

    await here.node.write(_room, 0)
    number, size = await here.node.read(queries.copies)
    assert number == 3
    assert size > 0
    clock.advance(days=rules.AGE.days - 2)
    await here.node.write(_room, 1)
    await jobs.sweep(here.node)
    kept = {key for key, _ in await here.node.read(queries.sizes)}
    assert kept == {rules.key_of(urls[0]), rules.key_of(urls[2])}
    await here.node.write(_room, 0)
    await jobs.sweep(here.node)
    assert await here.node.read(queries.copies) == (0, 0)


def _room(unit: Any, megabytes: int) -> None:
    unit.set("pictures.room", megabytes)


async def test_two_who_look_at_once_have_it_fetched_once(here: Stage, browse: Any) -> None:
    elm = here.server("elm.test")
    elm.hanging = asyncio.Event()
    visitor: Browser = await browse(here.node)
    url = put(elm, "x.png", image("PNG"))
    path = address(here.node, url)

    looking = [asyncio.ensure_future(visitor.get(path)) for _ in range(4)]
    await elm.reached.wait()
    elm.hanging.set()

    assert {answer.status_code for answer in await asyncio.gather(*looking)} == {200}
    assert elm.asked[url] == 1


@pytest.mark.sqlite
async def test_pictures_of_a_server_that_hangs_leave_room_for_those_of_others(
    here: Stage, browse: Any
) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    elm.hanging = asyncio.Event()
    visitor: Browser = await browse(here.node)
    paths = [address(here.node, put(elm, f"{n}.png", image("PNG"))) for n in range(AT_ONCE)]
    looking = [asyncio.ensure_future(visitor.get(path)) for path in paths]
    await elm.reached.wait()

    seen = await visitor.get(address(here.node, put(oak, "x.png", image("PNG"))))
    asked_meanwhile = elm.asked.total()
    elm.hanging.set()
    answers = await asyncio.gather(*looking)

    assert (seen.status_code, asked_meanwhile) == (200, OF_ONE)
    assert {answer.status_code for answer in answers} == {200}


def test_a_picture_that_could_not_be_had_is_left_alone_longer_each_time() -> None:
    rests = [rules.rest(tries, final=False) for tries in range(1, 40)]

    assert rests == sorted(rests)
    assert rests[0] == timedelta(minutes=10)
    assert rests[-1] == timedelta(days=30)


def test_the_name_of_a_copy_is_read_back_whatever_the_address() -> None:
    for url in ("https://a.test/ä?b=c&d#e", "https://a.test/" + "x" * 1900):
        assert rules.told_by(b"k", rules.name_of(b"k", url, "b.test")) == (url, "b.test")
        assert rules.told_by(b"k", rules.name_of(b"l", url, "b.test")) is None


async def test_a_keeper_lets_all_copies_go(here: Stage) -> None:
    await here.node.write(queries.keep, "https://elm.test/a.png", b"large", b"small")
    counts = [select(func.count()).select_from(table) for table in (copy, body)]
    assert [await here.node.read(lambda db, c=c: db.scalar(c)) for c in counts] == [1, 1]

    await here.node.write(queries.forget_all)

    assert [await here.node.read(lambda db, c=c: db.scalar(c)) for c in counts] == [0, 0]
