"""A post shows another only with the consent of its author: asked, stamped, taken back (044f)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from federation import resolving
from node.kernel.errors import Missing, Problem
from node.modules.notes import queries, quotes, rules, stamps
from node.modules.notes.rules import Consent
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.federation.strangers import Actor
from tests.modules.strange import MODULES, MakeNode, Stage, follow, stage
from tests.modules.test_notes import follow as follow_
from tests.modules.test_notes import member, say
from vocab import policy
from vocab.model import PUBLIC, Object
from vocab.policy import Leave
from vocab.types import CORE
from vocab.wire import claims, load

JSON = {"accept": "application/activity+json"}
QUOTABLE = {"canQuote": {"automaticApproval": [PUBLIC]}}


@pytest.fixture
async def here(make_node: MakeNode, wire: Wire) -> Stage:
    return await stage(make_node, wire)


async def consent(here: Stage, id: str) -> str | None:
    kept = await here.node.read(queries.stored, id)
    assert kept
    return kept.consent


def asks(who: Actor, quoted: str, post: Any) -> dict[str, Any]:
    return who.says("QuoteRequest", quoted, instrument=post, to=["https://alder.test/u/ana"])


def stamp(who: Actor, post: str, quoted: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{who.server.origin}/stamps/1", "type": "QuoteAuthorization",
            "attributedTo": who.id, "interactingObject": post, "interactionTarget": quoted, **more,
            "@context": "https://www.w3.org/ns/activitystreams"}  # fmt: skip


# Others show ours ---------------------------------------------------------------------------


@pytest.mark.parametrize("choice", list(Leave))
async def test_who_asks_is_answered_as_the_author_has_chosen(here: Stage, choice: Leave) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!", quotes=choice)
    post = bob.note("q", quote=id, content="<p>See this.</p>")
    bob.server.received.clear()

    assert (await here.twice(bob, asks(bob, id, post)))[0] == "done"

    got = bob.server.received
    wanted = {Leave.YES: ["Accept"] * 2, Leave.ASK: [], Leave.NO: ["Reject"] * 2}[choice]
    assert [one["type"] for one in got] == wanted
    if choice is Leave.ASK:
        [asked] = await here.node.read(stamps.of_owner, [ana.id], Consent.ASKED)
        assert asked.words == "See this."
        await here.node.write(quotes.decide, [ana.id], asked.id, "yes")
        await settle(here.node)
    if choice is not Leave.NO:
        given = got[0]
        assert given["object"]["instrument"] == post["id"]
        assert given["actor"] == ana.id
        shown = await here.node.read(stamps.document, given["result"], member(ana))
        assert shown
        assert (shown.interacting_object, shown.interaction_target) == (post["id"], id)  # type: ignore[attr-defined]
        assert shown.attributed_to == ana.id


async def test_what_may_not_be_asked_is_refused(here: Stage) -> None:
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    mallory = here.actor(here.server("evil.test"), "mallory")
    ana = await person(here.node, "ana")
    id = await say(here.node, ana, "Look!", quotes=Leave.YES)
    hidden = await say(here.node, ana, "Here only.", "community")
    theirs = carol.note("q", quote=id)
    cases = [
        (mallory, asks(mallory, id, theirs), "E_OWNER"),
        (mallory, asks(mallory, id, theirs["id"]), "E_OWNER"),
        (bob, asks(bob, id, theirs), "E_OWNER"),
        (bob, asks(bob, id, bob.note("q", quote=hidden)), "E_QUOTE"),
        (bob, {k: v for k, v in asks(bob, id, "").items() if k != "instrument"}, "E_OWNER"),
        (bob, asks(bob, hidden, bob.note("q", quote=hidden)), "E_MISSING"),
        (bob, asks(bob, f"{here.node.origin}/o/none", bob.note("q")), "E_MISSING"),
    ]

    for who, letter, code in cases:
        assert await here.hear(who, letter) == ("refused", code)
    every = (Consent.ASKED, Consent.GIVEN, Consent.REFUSED)
    assert await here.node.read(stamps.of_owner, [ana.id], *every) == []
    shy = await say(here.node, ana, "Ask me.")
    codes = [(await here.hear(bob, asks(bob, shy, bob.note(f"q{n}", quote=shy))))[1]
             for n in range(quotes.WAITING + 1)]  # fmt: skip
    assert codes == [None] * quotes.WAITING + ["E_TOO_MANY"]


async def test_a_stamp_is_fetched_and_taken_back(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana, other = await person(here.node, "ana"), await person(here.node, "ben")
    id = await say(here.node, ana, "Look!")
    post = bob.note("q", quote=id, content="<p>See this.</p>")
    await here.hear(bob, asks(bob, id, post))
    author, ben, visitor = (await browse(here.node, "ana"), await browse(here.node, "ben"),
                            await browse(here.node))  # fmt: skip
    assert "Somebody asks to show a post of yours" in (await author.get("/")).text
    assert "See this." in (await author.get("/notes/quotes")).text
    [asked] = await here.node.read(stamps.of_owner, [ana.id], Consent.ASKED)
    at = asked.id.removeprefix(here.node.origin)
    assert (await visitor.get(at, headers=JSON)).status_code == 404
    assert "See this." not in (await ben.get("/notes/quotes")).text
    with pytest.raises(Missing):
        await here.node.write(quotes.decide, [other.id], asked.id, "yes")
    form = {"about": asked.id, "say": "yes"}

    await author.post("/notes/quotes", form)
    await settle(here.node)
    found = (await visitor.get(at, headers=JSON)).json()
    assert found["type"] == "QuoteAuthorization"
    assert isinstance(found["interactingObject"], str)
    await here.hear(
        bob,
        bob.says(
            "Create",
            {**post, "quoteAuthorization": asked.id, "tag": [{"type": "Mention", "href": ana.id}]},
        ),
    )
    assert await consent(here, post["id"]) == Consent.GIVEN
    bob.server.received.clear()
    await author.post("/notes/quotes", {**form, "say": "withdraw"})
    await settle(here.node)

    [told] = bob.server.received
    assert (told["type"], told["object"]) == ("Delete", asked.id)
    assert (await visitor.get(at, headers=JSON)).status_code == 410
    assert await consent(here, post["id"]) == Consent.REFUSED
    await here.hear(bob, asks(bob, id, post))
    assert bob.server.received[-1]["type"] == "Reject", "what was taken back is not asked again"


# We show theirs -----------------------------------------------------------------------------


async def quoted_by_ana(here: Stage, bob: Actor, ana: Any, **more: Any) -> tuple[Any, str, str]:
    """A post of Bob's, Ana's that quotes it, and the id of the request."""
    note = bob.note("1", interactionPolicy=QUOTABLE, **more)
    await here.hear(bob, bob.says("Create", note))
    bob.server.received.clear()
    id = await say(here.node, ana, "Well said.", quote=note["id"])
    await settle(here.node)
    sent = [one for one in bob.server.received if one["type"] == "QuoteRequest"]
    return note, id, sent[0]["id"]


async def test_the_author_elsewhere_is_asked_and_the_stamp_is_passed_on(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    await here.hear(bob, bob.says("Follow", ana.id))
    note, id, request = await quoted_by_ana(here, bob, ana)
    made, asked = sorted(bob.server.received, key=lambda one: str(one["type"]))
    assert made["object"]["quote"] == asked["object"] == note["id"]
    assert asked["instrument"]["id"] == id
    assert asked["to"] == [bob.id]
    assert "quoteAuthorization" not in made["object"]
    assert "RE: " in made["object"]["content"]
    assert await consent(here, id) == Consent.ASKED
    bob.server.received.clear()

    mine = stamp(bob, id, note["id"])
    yes = bob.says("Accept", request, result=mine["id"], to=[ana.id])
    assert await here.twice(bob, yes) == ("done", None)

    [told] = bob.server.received
    assert (told["type"], told["object"]["quoteAuthorization"]) == ("Update", mine["id"])
    assert await consent(here, id) == Consent.GIVEN
    bob.server.received.clear()
    await here.hear(bob, bob.says("Delete", mine["id"]))
    [told] = bob.server.received
    assert not {"quote", "quoteAuthorization"} & set(told["object"])
    assert await consent(here, id) == Consent.REFUSED


async def test_no_is_no_and_nobody_else_answers(here: Stage) -> None:
    elm = here.server("elm.test")
    bob, carol = here.actor(elm, "bob"), here.actor(elm, "carol")
    mallory = here.actor(here.server("evil.test"), "mallory")
    ana = await follow(here, "ana", bob)
    note, id, request = await quoted_by_ana(here, bob, ana)
    own = stamp(mallory, id, note["id"])["id"]
    forged = [
        (mallory, mallory.says("Accept", request, result=own), "E_NOT_ADDRESSED"),
        (carol, carol.says("Accept", request, result=stamp(carol, id, note["id"])["id"]),
         "E_NOT_ADDRESSED"),
        (bob, bob.says("Accept", request, result=own, to=[ana.id]), "E_RESULT_OWNER"),
        (bob, bob.says("Accept", request, to=[ana.id]), "E_RESULT_OWNER"),
        (bob, bob.says("Accept", request, to=[ana.id],
                       result=stamp(bob, id, note["id"], attributedTo=carol.id)), "E_RESULT_OWNER"),
        (mallory, mallory.says("Reject", request), "E_NOT_ADDRESSED"),
    ]  # fmt: skip

    for who, letter, code in forged:
        assert await here.hear(who, letter) == ("refused", code)
    assert await consent(here, id) == Consent.ASKED
    assert await here.hear(bob, bob.says("Reject", request, to=[ana.id])) == ("done", None)
    assert await consent(here, id) == Consent.REFUSED


async def test_who_does_not_want_it_is_not_asked(here: Stage) -> None:
    bob = here.actor(here.server("elm.test"), "bob")
    ana = await follow(here, "ana", bob)
    plain, shy, few, open_ = (
        bob.note("plain"),
        bob.note("shy", interactionPolicy={"canQuote": {"automaticApproval": [bob.id]}}),
        bob.note("few", interactionPolicy=QUOTABLE, to=[f"{bob.id}/followers"]),
        bob.note("open", interactionPolicy={"canQuote": {"manualApproval": f"{bob.id}/followers"}}),
    )
    for one in (plain, shy, few, open_):
        await here.hear(bob, bob.says("Create", one))
    bob.server.received.clear()
    cases = [
        (plain["id"], "public", "E_POLICY"),
        (shy["id"], "public", "E_POLICY"),
        (few["id"], "public", "E_MISSING"),
        (open_["id"], "community", "E_NOT_PUBLIC"),
        ("https://elm.test/none", "public", "E_MISSING"),
    ]

    for one, reach, code in cases:
        with pytest.raises(Problem) as refusal:
            await say(here.node, ana, "Look.", reach, quote=one)
        assert refusal.value.code == code, one
    assert await say(here.node, ana, "Look.", quote=open_["id"]), "she follows him"
    await settle(here.node)
    assert [one["type"] for one in bob.server.received] == ["QuoteRequest"]


# Others show others -------------------------------------------------------------------------


def spelled(name: str, quoted: str) -> dict[str, Any]:
    if name == "link":
        return {"tag": [{"type": "Link", "href": quoted, "mediaType": "application/activity+json",
                         "rel": "https://misskey-hub.net/ns#_misskey_quote"}]}  # fmt: skip
    return {name: quoted}


async def test_a_chain_of_quotes_is_not_followed(here: Stage) -> None:
    """One letter brings what its post quotes, and nothing that is quoted by that (V35)."""
    ana = await person(here.node, "ana")
    bob = here.actor(here.server("elm.test"), "bob")
    for number in range(30):
        quoted = f"{bob.server.origin}/notes/q{number + 1}"
        note = bob.note(f"q{number}", quoteUrl=quoted, published="2026-11-19T08:00:00Z")
        bob.server.pages[note["id"]] = note
    first = bob.note("first", quoteUrl=f"{bob.server.origin}/notes/q0", cc=[ana.id])
    bob.server.asked.clear()

    await here.hear(bob, bob.says("Create", first))

    kept = [await here.node.read(queries.stored, f"{bob.server.origin}/notes/q{n}") for n in (0, 1)]
    assert [one is not None for one in kept] == [True, False]
    assert len([one for one in bob.server.asked if "/notes/" in one]) == 1


@pytest.mark.parametrize("name", ["quote", "_misskey_quote", "quoteUrl", "quoteUri", "link"])
def test_every_spelling_of_a_quote_is_read(name: str) -> None:
    post = load({"type": "Note", **spelled(name, "https://a.test/1")}, claims(CORE))

    assert rules.quoted_by(post) == "https://a.test/1"
    assert rules.quoted_by(Object()) is None
    other = {"type": "Link", "href": "https://a.test/1", "rel": "alternate"}
    assert rules.quoted_by(load({"type": "Note", "tag": other}, claims(CORE))) is None


async def test_a_quote_is_shown_only_by_a_stamp_of_the_right_origin(here: Stage) -> None:
    """GHSA-q4g8: the stamp has to lie at the server of the quoted author, and be theirs."""
    elm, oak, evil = (here.server(f"{name}.test") for name in ("elm", "oak", "evil"))
    bob, olga, mallory = here.actor(elm, "bob"), here.actor(oak, "olga"), here.actor(evil, "m")
    oliver = here.actor(oak, "oliver")
    await follow(here, "ana", bob)
    note = olga.note("1", content="<p>Shown.</p>")
    oak.pages[note["id"]] = note
    post = f"{elm.origin}/notes/"
    good = {"id": f"{oak.origin}/stamps/1"}
    cases: dict[str, tuple[Any, str | None]] = {
        "good": (stamp(olga, post + "good", note["id"]), Consent.GIVEN),
        "none": (None, None),
        "evil": (stamp(mallory, post + "evil", note["id"]), None),
        "posing": (stamp(mallory, post + "posing", note["id"], attributedTo=olga.id), None),
        "neighbour": (stamp(oliver, post + "neighbour", note["id"]), None),
        "other-post": (stamp(olga, post + "else", note["id"]), None),
        "other-target": (stamp(olga, post + "other-target", f"{oak.origin}/notes/2"), None),
        "other-type": (stamp(olga, post + "other-type", note["id"], type="Note"), None),
        "gone": (410, None),
    }

    for name, (page, wanted) in cases.items():
        at = page["id"] if isinstance(page, dict) else good["id"]
        at = f"{at}-{name}"
        said = {"quote": note["id"]} | ({"quoteAuthorization": at} if page is not None else {})
        server = evil if at.startswith(evil.origin) else oak
        server.pages[at] = {**page, "id": at} if isinstance(page, dict) else page
        await here.twice(bob, bob.says("Create", bob.note(name, **said)))
        assert await consent(here, post + name) == wanted, name


async def test_ones_own_post_and_one_that_names_who_quotes_need_no_stamp(here: Stage) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, olga = here.actor(elm, "bob"), here.actor(oak, "olga")
    await follow(here, "ana", bob)
    own = bob.note("own")
    elm.pages[own["id"]] = own
    await here.hear(bob, bob.says("Create", bob.note("q1", quoteUrl=own["id"])))
    naming = olga.note("naming", tag=[{"type": "Mention", "href": bob.id}])
    oak.pages[naming["id"]] = naming
    await follow_stranger(here, olga)
    await here.hear(olga, olga.says("Create", naming))
    await here.hear(bob, bob.says("Create", bob.note("q2", quote=naming["id"])))

    assert await consent(here, bob.note("q1")["id"]) == Consent.GIVEN
    assert await consent(here, bob.note("q2")["id"]) == Consent.GIVEN


async def follow_stranger(here: Stage, whom: Actor) -> None:
    await follow(here, f"f{whom.id.rpartition('/')[2]}", whom)


async def test_a_stamp_that_comes_later_counts_and_one_taken_back_does_not(here: Stage) -> None:
    elm, oak = here.server("elm.test"), here.server("oak.test")
    bob, olga = here.actor(elm, "bob"), here.actor(oak, "olga")
    mallory = here.actor(here.server("evil.test"), "mallory")
    await follow(here, "ana", bob)
    note = olga.note("1")
    oak.pages[note["id"]] = note
    post = bob.note("q", quote=note["id"])
    mine = stamp(olga, post["id"], note["id"])
    oak.pages[mine["id"]] = mine
    await resolving.account(here.node, mallory.id)
    await here.hear(bob, bob.says("Create", post))
    assert await consent(here, post["id"]) is None

    await here.twice(bob, bob.says("Update", {**post, "quoteAuthorization": mine["id"]}))
    assert await consent(here, post["id"]) == Consent.GIVEN
    kept = await here.node.read(queries.stored, post["id"])
    assert kept
    assert kept.updated is None, "a stamp is no edit"
    assert (await here.hear(mallory, mallory.says("Delete", mine["id"])))[1] == "E_OWNER"
    assert (await here.hear(bob, bob.says("Delete", mine["id"])))[1] == "E_OWNER"
    assert await consent(here, post["id"]) == Consent.GIVEN
    await here.twice(olga, olga.says("Delete", mine["id"]))
    assert await consent(here, post["id"]) == Consent.REFUSED
    await here.hear(bob, bob.says("Update", {**post, "quoteAuthorization": mine["id"]}))
    assert await consent(here, post["id"]) is None, "the same stamp does not count again"


# Two of our own nodes, and one alone --------------------------------------------------------


async def test_two_nodes_of_ours_ask_and_agree(make_node: MakeNode, clock: Clock) -> None:
    alder = await make_node("alder", modules=MODULES)
    birch = await make_node("birch", modules=MODULES)
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    cleo = await person(birch, "cleo")
    await follow_(birch, ben, alder, ana)
    await follow_(alder, ana, birch, ben)
    id = await say(alder, ana, "Once said.")
    await settle(alder, birch)

    quote = await say(birch, ben, "I agree.", quote=id)
    own = await say(birch, ben, "Me again.", quote=quote)
    await settle(alder, birch)
    [asked] = await alder.read(stamps.of_owner, [ana.id], Consent.ASKED)
    await alder.write(quotes.decide, [ana.id], asked.id, "yes")
    await settle(alder, birch)
    neighbour = await say(birch, cleo, "Here too.", quote=own)
    await settle(alder, birch)

    for node, one, wanted in ((birch, quote, "given"), (alder, quote, "given"),
                              (birch, own, "given"), (birch, neighbour, "asked")):  # fmt: skip
        kept = await node.read(queries.stored, one)
        assert kept
        assert kept.consent == wanted, one


async def test_from_the_form_to_the_quote(
    here: Stage, browse: Callable[..., Awaitable[Browser]]
) -> None:
    ana, _ben = await person(here.node, "ana"), await person(here.node, "ben")
    open_ = await say(here.node, ana, "All of you may.", quotes=Leave.YES)
    shut = await say(here.node, ana, "None of you may.", quotes=Leave.NO)
    paths = {one: "/n/" + one.rpartition("/")[2] for one in (open_, shut)}
    ben, visitor = await browse(here.node, "ben"), await browse(here.node)
    words = {"text": "Hear, hear.", "lang": "en", "reach": "community", "quotes": "no"}

    empty = await ben.post(f"{paths[open_]}/quote", {**words, "text": ""})
    assert empty.status_code == 422
    assert "All of you may." in empty.text
    done = await ben.post(f"{paths[open_]}/quote", words)
    assert "All of you may." in done.text
    refused = await ben.post(f"{paths[shut]}/quote", words)
    assert refused.status_code == 403
    public = await ben.post(f"{paths[open_]}/quote", {**words, "reach": "public"})
    whole = (await visitor.get(public.url.path.replace("/n/", "/o/"), headers=JSON)).json()
    assert whole["quote"] == open_
    assert whole["quoteAuthorization"].startswith(here.node.origin)
    assert policy.leave(whole["interactionPolicy"], policy.Verb.QUOTE, ["x"]) is Leave.NO
    assert (await visitor.get(public.url.path)).text.count("All of you may.") == 1
    changed = await ben.post(f"{public.url.path}/edit", {"text": "Well.", "lang": "en"})
    assert "All of you may." in changed.text
    assert changed.text.count("RE:") == 0
