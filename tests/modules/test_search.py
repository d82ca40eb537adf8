"""Searching what one may see, and looking up what lies elsewhere, through a browser."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from node.kernel.module import Module
from node.kernel.node import Node
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.follows import api as following
from node.modules.moderation import api as moderation
from node.modules.profiles.rules import Kind
from tests import servers
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules import moot
from tests.modules.test_listings import post as put_up
from tests.modules.test_notes import follow, meet, say
from tests.modules.test_profiles import add
from tests.templates import shipped

Browse = Callable[..., Awaitable[Browser]]
NOTHING = "Nothing was found there."


async def found(browser: Browser, words: str) -> str:
    answer = await browser.get("/search", params={"q": words})
    assert answer.status_code == 200
    return answer.text


async def look(browser: Browser, typed: str) -> Any:
    return await browser.post("/search", {"q": typed})


# By words -----------------------------------------------------------------------------------


@pytest.fixture
async def full(alder: Node) -> Node:
    """A node on which everything of Ana's that can be found is about a ladder."""
    ana = await person(alder, "ana", display="Ana")
    await say(alder, ana, "Wer braucht die große Leiter? A <b>LADDER</b> of 3 m.", "community")
    await put_up(alder, ana, "community", title="A ladder for Saturday")
    await add(alder, ana, Kind.GIFT, name="I lend ladders", reach="community")
    await moot.bring(alder, ana.id, title="Buy one more ladder")
    await person(alder, "ben", display="Ben")
    return alder


async def test_words_are_found_wherever_they_stand(full: Node, browse: Browse) -> None:
    ben = await browse(full, "ben")

    text = await found(ben, "Ladder")

    for heading in ("People", "Posts", "Offers and needs", "Proposals"):
        assert f">{heading}</h2>" in text
    assert 'href="/@ana"' in text
    assert 'href="/@ana"' in await found(ben, "@ana")
    assert "A ladder for Saturday" in text
    assert "Buy one more ladder" in text
    assert "A &lt;b&gt;LADDER&lt;/b&gt; of 3 m." in text


async def test_each_word_stands_somewhere_in_what_is_found(full: Node, browse: Browse) -> None:
    ben = await browse(full, "ben")

    for words in ("grosse leit", "GROSSE", "große Leiter brauch", "3 m"):
        assert "Wer braucht die" in await found(ben, words), words
    for words in ("leiter rope", "<p>", "href", "100%", "l_iter", "' OR 1=1 --"):
        assert "Wer braucht die" not in await found(ben, words), words


async def test_what_one_may_not_see_is_not_found(full: Node, birch: Node, browse: Browse) -> None:
    cleo = await person(full, "cleo")
    await say(full, cleo, "@ana my ladder is broken", "direct")
    hidden = await say(full, cleo, "A ladder that keepers hid")
    reason = {"by": f"{full.origin}/u/keeper", "reason": "Rude."}
    await full.write(moderation.hide, hidden, **reason)
    ana, ben = await browse(full, "ana"), await browse(full, "ben")

    assert "is broken" in await found(ana, "ladder")
    assert "is broken" not in await found(ben, "ladder")
    assert "keepers hid" not in await found(ben, "ladder")

    me = await full.account(f"{full.origin}/u/ben")
    assert me is not None
    muted = {"is_host": False, "kind": "mute"}
    await full.write(moderation.block_for, me, f"{full.origin}/u/ana", **muted)
    assert "adder for Saturday" not in await found(ben, "ladder")


async def test_visitors_search_nothing(full: Node, browse: Browse) -> None:
    visitor = await browse(full)

    shown = await visitor.get("/search?q=ladder")
    hidden = servers.hidden_fields((await visitor.get("/sign-in")).text, "/sign-in")
    ours = {"origin": full.origin, "sec-fetch-site": "same-origin"}
    sent = await visitor.client.post("/search", data={**hidden, "q": "@b@c.test"}, headers=ours)

    assert (shown.status_code, sent.status_code) == (403, 403)
    assert "Saturday" not in shown.text + sent.text


async def consent(node: Node, who: str, **said: bool) -> None:
    def change(unit: Unit) -> None:
        unit.db.execute(update(account).where(account.c.id == who).values(**said))

    await node.write(change)


@pytest.mark.parametrize("indexable", [True, False])
async def test_posts_from_elsewhere_are_found_with_consent(
    alder: Node, birch: Node, browse: Browse, indexable: bool
) -> None:
    """FEP-5feb"""
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    await say(birch, ben, "A ladder for all")
    await say(birch, ben, "@ana@alder.test a ladder for you", "direct")
    await settle(birch, alder)
    await consent(alder, ben.id, indexable=indexable)

    text = await found(await browse(alder, "ana"), "ladder")

    assert ("A ladder for all" in text) is indexable
    assert "a ladder for you" not in text


@pytest.mark.parametrize(
    ("discoverable", "followed"), [(True, False), (False, True), (False, False)]
)
async def test_people_elsewhere_are_found_with_consent_or_followed(
    alder: Node, birch: Node, browse: Browse, discoverable: bool, followed: bool
) -> None:
    ana = await person(alder, "ana")
    ben = await person(birch, "ben", display="Benjamin")
    if followed:
        await follow(alder, ana, birch, ben)
    else:
        await meet(alder, ben)
        await settle(alder, birch)
    await consent(alder, ben.id, discoverable=discoverable)

    text = await found(await browse(alder, "ana"), "benja")

    assert ("/@ben@birch.test" in text) is (discoverable or followed)


async def test_a_module_that_fails_takes_nothing_down(
    make_node: Callable[..., Awaitable[Node]], browse: Browse
) -> None:
    def breaks(*_: object) -> Any:
        raise RuntimeError

    broken = Module(name="broken", finds={"Posts": breaks})
    node = await make_node("alder", modules=[*shipped().values(), broken])
    ana = await person(node, "ana")
    await say(node, ana, "A ladder", "community")

    text = await found(await browse(node, "ana"), "ladder")

    assert "One part of this page does not answer just now: broken" in text
    assert "A ladder" in text


async def test_without_the_module_nobody_searches(
    make_node: Callable[..., Awaitable[Node]], browse: Browse
) -> None:
    node = await make_node(
        "alder", modules=[one for one in shipped().values() if one.name != "search"]
    )
    keeper = await browse(node, "keeper")
    finger = await keeper.get("/.well-known/webfinger?resource=acct:keeper@alder.test")

    assert "/search" not in (await keeper.get("/")).text
    assert (await keeper.get("/search")).status_code == 404
    assert "authorize_interaction" not in finger.text


# By address ---------------------------------------------------------------------------------


async def test_somebody_elsewhere_is_looked_up_and_followed(
    alder: Node, birch: Node, browse: Browse, wire: Wire
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben", display="Ben")
    browser = await browse(alder, "ana")
    page = "/@ben@birch.test"

    shown = await browser.get("/search", params={"q": "@ben@birch.test"})
    assert not wire.seen
    assert "Look it up" in shown.text
    for typed in ("@ben@birch.test", "acct:Ben@birch.test", ben.id, "https://birch.test/@ben"):
        assert (await look(browser, typed)).url.path == page
    asked = await browser.post("/me/following", {"who": ben.id, "next": page}, form=page)
    assert asked.url.path == page
    assert "You asked to follow them" in asked.text
    await settle(alder, birch)
    assert "You follow them" in (await browser.get(page)).text
    stop = {"who": ben.id, "say": "stop", "next": page}
    stopped = await browser.post("/me/following/answer", stop, form=page)
    assert "You follow them" not in stopped.text
    assert await alder.read(following.state, ana.id, ben.id) is None


async def test_the_community_elsewhere_is_looked_up(
    alder: Node, birch: Node, browse: Browse
) -> None:
    browser = await browse(alder, "keeper")

    there = await look(browser, "@birch@birch.test")

    assert there.url.path == "/@birch@birch.test"
    assert "A community at another server" in there.text
    assert (await look(browser, "https://birch.test/")).url.path == "/@birch@birch.test"


async def test_public_things_are_looked_up_and_others_are_not(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ben = await person(birch, "ben")
    post, quiet = await say(birch, ben, "Hello all"), await say(birch, ben, "Hello us", "community")
    offer = await put_up(birch, ben, title="A ladder to lend")
    secret = await put_up(birch, ben, "community", title="Our ladder")
    proposal = await moot.bring(birch, ben.id, title="A public matter", reach="public")
    browser = await browse(alder, "keeper")

    for typed, words, begins in (
        (post, "Hello all", "/n/"),
        (post.replace("/o/", "/n/"), "Hello all", "/n/"),
        (offer.id, "A ladder to lend", "/l/"),
        (f"{birch.origin}{offer.path}", "A ladder to lend", "/l/"),
        (f"{birch.origin}/p/{proposal}", "A public matter", "/p/"),
    ):
        there = await look(browser, typed)
        assert there.url.path.startswith(begins), (typed, there.text)
        assert words in there.text
    for typed in (quiet, secret.id, f"{birch.origin}{secret.path}"):
        answer = await look(browser, typed)
        assert answer.status_code == 422
        assert NOTHING in answer.text


async def test_a_decision_elsewhere_is_looked_up(
    alder: Node, birch: Node, browse: Browse, clock: Clock
) -> None:
    await moot.people(birch, "ben", "cleo")
    public = await moot.decided(birch, clock, ["consent"] * 3, to="public", title="Open on Sundays")
    quiet = await moot.decided(birch, clock, ["consent"] * 3, title="Closed on Mondays")
    browser = await browse(alder, "keeper")

    there = await look(browser, f"{birch.origin}/d/{public.slug}")

    assert there.url.path.startswith("/decisions/elsewhere/")
    assert "Open on Sundays" in there.text
    assert "Open on Sundays" in await found(browser, "sundays")
    assert (await look(browser, quiet.id)).status_code == 422


async def test_what_is_here_is_shown_without_asking(
    alder: Node, browse: Browse, wire: Wire
) -> None:
    ana = await person(alder, "ana")
    id = await say(alder, ana, "Hello", "community")
    browser = await browse(alder, "ana")

    for typed, path in (
        ("@ana@alder.test", "/@ana"),
        ("@alder@alder.test", "/public"),
        (id, id.replace("/o/", "/n/").removeprefix(alder.origin)),
        (f"{alder.origin}/board?show=need", "/board"),
    ):
        assert (await look(browser, typed)).url.path == path
    assert (await look(browser, f"{alder.origin}//evil.test/")).url.path == "/"
    assert not wire.seen


async def test_whatever_fails_there_the_page_says_the_same(
    alder: Node, birch: Node, browse: Browse, wire: Wire
) -> None:
    """F12, V27"""
    await person(birch, "ben")
    reason = {"by": f"{alder.origin}/u/keeper", "reason": "Spam."}
    await alder.write(moderation.refuse, "cedar.test", is_host=True, **reason)
    wire.away.add("https://oak.test")
    browser = await browse(alder, "keeper")
    said = set()
    for typed in (
        "@nobody@birch.test",
        "@ben@oak.test",
        "@ben@elm.test",
        "@ben@cedar.test",
        "https://birch.test/u/nobody",
        "https://birch.test/theme.css",
        "https://birch.test/.well-known/nodeinfo",
        "http://birch.test/u/ben",
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://birch.test:22/",
        "@ben@127.0.0.1",
        "https://cedar.test/u/ben",
    ):
        answer = await look(browser, typed)
        assert answer.status_code == 422, typed
        said.add(answer.text.split("<h1>")[1].split("</form>")[0].replace(typed, ""))
        browser.node.memory.pop("federation.asking.members", None)

    assert len({one.replace(_once(one), "") for one in said}) == 1
    assert all(NOTHING in one for one in said)


def _once(text: str) -> str:
    """The keys of a form, which are other ones each time."""
    return text.split('name="once" value="')[1].split('"', maxsplit=1)[0]


async def test_too_much_is_not_asked_of_others(alder: Node, browse: Browse, wire: Wire) -> None:
    await person(alder, "ana")
    ana, keeper = await browse(alder, "ana"), await browse(alder, "keeper")

    answers = [(await look(ana, f"@ben{n}@elm.test")).status_code for n in range(22)]
    asked = len(wire.seen)

    assert answers[:20] == [422] * 20
    assert answers[-1] == 429
    assert (await look(ana, "@ana@alder.test")).status_code == 200
    assert (await look(keeper, "@ben@elm.test")).status_code == 422
    for path, more in (("/me/following", {}), ("/me/blocks", {"kind": "mute"})):
        answer = await ana.post(path, {"who": "@new@elm.test", **more})
        assert answer.status_code == 429
    assert asked <= 21


async def test_a_form_of_another_page_looks_nothing_up(
    alder: Node, browse: Browse, wire: Wire
) -> None:
    browser = await browse(alder, "keeper")
    headers = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}

    answer = await browser.client.post("/search", data={"q": "@b@elm.test"}, headers=headers)

    assert answer.status_code == 403
    assert not wire.seen


# Where other servers send people ------------------------------------------------------------


async def test_people_sent_here_come_to_what_they_want(
    alder: Node, birch: Node, browse: Browse, wire: Wire
) -> None:
    ben = await person(birch, "ben", display="Ben")
    await person(alder, "ana")
    ana = await browse(alder, "ana")
    to = "/authorize_interaction?uri="

    for uri in ("ben@birch.test", "acct:ben@birch.test", ben.id):
        page = await ana.get(to + quote(uri, safe=""))
        assert page.url.path == "/authorize_interaction"
        assert "birch.test" in page.text
        assert "Look it up" in page.text
    assert not wire.seen
    there = await ana.post("/search", {"q": ben.id}, form=to + quote(ben.id, safe=""))
    assert there.url.path == "/@ben@birch.test"
    again = await ana.get(to + quote(ben.id, safe=""))
    assert again.url.path == "/@ben@birch.test"


async def test_people_sent_with_nonsense_stay_here(alder: Node, browse: Browse, wire: Wire) -> None:
    keeper = await browse(alder, "keeper")

    for uri in ("", "ladder", "javascript:alert(1)", "//evil.test", "@ana"):
        answer = await keeper.get("/authorize_interaction", params={"uri": uri})
        assert answer.status_code == 422, uri
        assert "This is no address" in answer.text
    assert not wire.seen


async def test_visitors_sent_here_sign_in_first(alder: Node, browse: Browse, wire: Wire) -> None:
    visitor = await browse(alder)

    page = await visitor.get("/authorize_interaction", params={"uri": "ben@birch.test"})
    assert page.url.path == "/sign-in"
    signed = await visitor.post(
        "/sign-in",
        {"name": "keeper", "password": "a long enough password"},
        form=f"{page.url.path}?{page.url.query.decode()}",
    )

    assert signed.url.path == "/authorize_interaction"
    assert "Look it up" in signed.text
    assert not wire.seen


async def test_our_names_say_where_to_be_sent(alder: Node, browse: Browse) -> None:
    visitor = await browse(alder)

    answer = await visitor.get("/.well-known/webfinger?resource=acct:keeper@alder.test")

    links = {one["rel"]: one.get("template") for one in answer.json()["links"]}
    intent = "https://w3id.org/fep/3b86/"
    to = "https://alder.test/authorize_interaction?uri="
    assert links["http://ostatus.org/schema/1.0/subscribe"] == to + "{uri}"
    for kind in ("Follow", "Object", "Like", "Announce"):
        assert links[intent + kind] == to + "{object}"
    assert links[f"{intent}Create"] == "https://alder.test/share?text={content}"


async def test_people_sent_to_write_find_their_words(alder: Node, browse: Browse) -> None:
    await person(alder, "ana")
    ana, visitor = await browse(alder, "ana"), await browse(alder)
    words = {"reach": "community", "lang": "en", "text": "Look"}

    page = await ana.get("/share", params={"text": "Look at <this>"})
    sent = await ana.post("/notes", words, form="/share?text=Look")
    other = await visitor.get("/share", params={"text": "Look at this"})

    assert "Look at &lt;this&gt;</textarea>" in page.text
    assert sent.url.path.startswith("/n/")
    assert other.url.path == "/sign-in"
