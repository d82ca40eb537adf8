"""People write, answer from another node, and keepers hide, hear reports and suspend."""

from datetime import timedelta

import pytest

from tests.browser.conftest import Open, Walk
from tests.browser.test_giving import shows
from tests.conftest import person


@pytest.mark.thorough
async def test_a_post_is_answered_from_birch_then_hidden(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder", "birch")
    alder, birch = stage.nodes["alder"], stage.nodes["birch"]
    await person(alder, "ana", display="Ana Okafor")
    await person(alder, "tom", display="Tom Reyes")
    await person(birch, "bo", display="Bo Sander")
    bo = await walk(birch, "bo")
    await bo.go("/me/following")
    await bo.fill(who=f"@ana@{alder.community.domain}")
    await bo.press("Follow", "following-asked")
    await shows(stage, bo, "/me/following", "Stop following")
    await bo.go("/me/following", "following-some")

    ana = await walk(alder, "ana")
    await ana.go("/notes", "notes-empty")
    await ana.press("Post", "notes-errors", status=422)
    await ana.fill(text="The shed is open on Saturday, @tom. Bring the long #ladder back.")
    await ana.choose(reach="public")
    await ana.press("Post", "post")
    post = ana.path
    await ana.go("/tags/ladder", "hashtag")

    await shows(stage, bo, "/notes", "The shed is open")
    await bo.go("/notes", "notes")
    await bo.press("Answer", "post-abroad")
    await bo.fill(text="I have it here, and bring it at ten.")
    await bo.press("Answer")
    await shows(stage, ana, post, "bring it at ten")
    await ana.go(post, "post-answered")

    tom = await walk(alder, "tom")
    await tom.go("/", "today-post")
    await tom.go(post)
    await tom.press("Report", "report")
    await tom.fill(words="He means my ladder, and I was not asked.")
    await tom.press("Send it", "report-errors", status=422)
    await tom.choose(ground="other")
    await tom.press("Send it", "reported")

    keeper = await walk(alder, "keeper")
    for place, shot in (("/", "today-report"), ("/desk", "desk-report")):
        await keeper.go(place, shot)
    await keeper.go("/desk/reports", "reports-open")
    await keeper.press("Hide it", "hide")
    await keeper.fill(reason="It was not theirs to promise.")
    await keeper.press("Hide it", "reports-hidden")
    await keeper.open("Close this report")
    await keeper.fill(reason="Hidden; they talk.")
    await keeper.press("Close it", "reports-closed")
    await tom.go(post, "post-missing", status=404)
    await ana.go(post, "post-hidden")
    await ana.sees("It was not theirs to promise.")

    await keeper.go("/desk/suspend?who=tom", "suspend-tom")
    await keeper.fill(reason="Until we have talked.")
    await keeper.press("Suspend", "suspended")
    await tom.go("/me", status=403)


async def test_every_error_says_what_to_do_next(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder")
    alder = stage.nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    ana, stranger = await walk(alder, "ana"), await walk(alder)

    await ana.go("/l/nothing-here", "error-404", status=404)
    await ana.go("/nowhere/at/all", status=404)
    await ana.go("/desk", "error-403", status=403)
    await stranger.go("/p/nothing-here", "error-404-visitor", status=404)
    await stranger.go("/decide", "error-403-visitor", status=403)

    # a form that was open for too long: its token is not ours
    await ana.go("/l/new?purpose=need")
    await ana.fill(title="A ladder for Saturday morning")
    await ana.page.context.clear_cookies()
    await ana.press("Put it on the board", "error-signed-out", status=403)


@pytest.mark.thorough
async def test_a_question_is_asked_liked_shared_and_answered(nodes: Open, walk: Walk) -> None:
    stage = await nodes("alder")
    alder = stage.nodes["alder"]
    await person(alder, "ana", display="Ana Okafor")
    await person(alder, "tom", display="Tom Reyes")
    ana, tom = await walk(alder, "ana"), await walk(alder, "tom")

    await ana.go("/notes")
    await ana.fill(text="When shall we clear the yard? Cake for everybody who comes.")
    await ana.choose(reach="public")
    await ana.open("A warning, a question, who may quote")
    await ana.fill(warning="Hard work", options="Friday evening\nSaturday morning")
    await ana.press("Post", "question-errors", status=422)
    await ana.fill(ends=(alder.now() + timedelta(days=9)).strftime("%d.%m.%Y"))
    await ana.press("Post", "question-own")
    post = ana.path

    await tom.go("/notes", "question-list")
    await tom.go(post, "question")
    await tom.open("Hard work")
    await tom.page.get_by_label("Saturday morning").check()
    await tom.press("This is my view", "question-answered")
    await tom.press("Like")
    await tom.press("Share")
    await tom.open("Say it with a picture")
    await tom.press("🎉", "post-touched")
    await tom.sees("One person likes this")
    await ana.go(post, "post-touched-own")
    await ana.sees("Only you see who likes it")
    await ana.go("/notes", "notes-touched")

    await tom.go(post)
    await tom.press("Show it in a post of yours", "quote-form")
    await tom.fill(text="I bring the wheelbarrow. Who else?")
    await tom.press("Post", "quote-asked")
    await tom.sees("Its author has been asked")
    quote = tom.path
    await ana.go("/", "today-quote")
    await ana.go("/notes/quotes", "quotes")
    await ana.press("They may", "quotes-given")
    await tom.go(quote, "quote-shown")
    await tom.sees("Ana Okafor", "Hard work")
