"""Hashtags: found in words, sent, read, and the page of each, for whom it is."""

from collections.abc import Awaitable, Callable

import pytest

from node.kernel.node import Node
from node.modules.notes import hashtags, public, queries, writing
from tests.conftest import Browser, person, settle
from tests.modules.meeting import post
from tests.modules.test_notes import follow, kept, member, say
from vocab.types import Hashtag, Note

Browse = Callable[..., Awaitable[Browser]]
HERE = "https://alder.test"


@pytest.mark.parametrize(("typed", "found"), [
    ("<p>#Soup today</p>", ("Soup",)),
    ("<p>#Soup, #Brot_und_Butter #s2 (#Über)!</p>", ("Soup", "Brot_und_Butter", "s2", "Über")),
    ("<p>a#b #7 #_ ## # C# &#35;x /#y</p>", ()),
    ('<p><a href="https://a.test/#x">a.test/#x</a> #y</p>', ("y",)),
    ("<p>#" + "a" * 300 + " #\ufdfa #" + "ﬃ" * 60 + "</p>", ()),
])  # fmt: skip
def test_what_is_a_hashtag(typed: str, found: tuple[str, ...]) -> None:
    assert hashtags.marked(typed, HERE).names == found


def test_one_word_however_it_is_spelled() -> None:
    spellings = ("#TeaTime", "teatime", "#Téatime")
    assert {hashtags.word(one) for one in spellings} == {"teatime"}
    assert hashtags.words(["Tea", "tea", "7", "é"]) == ["tea", "e"]
    assert hashtags.word("../me") == hashtags.word("") == hashtags.word("a b") == ""


@pytest.mark.sqlite(but=1)
async def test_a_hashtag_travels_is_changed_and_goes(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    visitor, reader = await browse(alder), await browse(birch, "ben")

    id = await say(alder, ana, "Come for #Soup and #bread.")
    hidden = await say(alder, ana, "Only here: #soup", "community")
    await post(alder, ana, "request", reach="public", title="A pot")
    await settle(alder, birch)

    there = await kept(birch, id)
    assert there is not None
    assert list(there.hashtags) == ["Soup", "bread"]
    sent = await alder.read(lambda db: public.value(db, queries.stored(db, id)))
    tags = [one for one in sent.tag if isinstance(one, Hashtag)]
    assert [(one.name, one.href) for one in tags] == [
        ("#Soup", f"{HERE}/tags/soup"), ("#bread", f"{HERE}/tags/bread"),
    ]  # fmt: skip
    assert f'href="{HERE}/tags/soup"' in sent.content
    shown = (await visitor.get("/tags/SOUP")).text
    assert "Come for" in shown
    assert "Only here" not in shown
    assert "Only here" in (await (await browse(alder, "ana")).get("/tags/soup")).text
    assert "Come for" in (await reader.get("/tags/soup")).text
    # nobody's posts are shown to strangers but those that were written here
    assert (await (await browse(birch)).get("/tags/soup")).status_code == 404

    await alder.write(writing.edit, member(ana), id.rpartition("/")[2], "Come for #cake.", "en")
    await alder.write(writing.remove, member(ana), hidden.rpartition("/")[2])
    await settle(alder, birch)

    assert (await visitor.get("/tags/soup")).status_code == 404
    assert "Come for" in (await visitor.get("/tags/cake")).text
    assert "Come for" in (await reader.get("/tags/cake")).text
    assert (await reader.get("/tags/bread")).status_code == 404


@pytest.mark.sqlite
async def test_notices_about_a_topic_stand_there_too(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    for title, reach in (("A ladder", "public"), ("A saw", "community")):
        await post(alder, ana, "offer", reach=reach, title=title, topic="tool-sharing")

    shown = (await (await browse(alder)).get("/tags/ToolSharing")).text

    assert "A ladder" in shown
    assert "A saw" not in shown
    assert "A saw" in (await (await browse(alder, "ana")).get("/tags/toolsharing")).text


def test_of_what_others_send_only_hashtags_count() -> None:
    tag = (Hashtag(name="#Tea", href="https://a.test/x"), Hashtag(name="tea"), Hashtag(name="# b"),
           Hashtag(), Hashtag(name="#" + "x" * 400))  # fmt: skip
    assert hashtags.named(Note(tag=tag)) == ["Tea"]
