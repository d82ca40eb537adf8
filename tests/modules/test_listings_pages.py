"""The board and its forms, through a browser without scripts."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import federation
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import letter
from node.modules import accounts, follows, listings, moderation, pictures
from node.modules.listings import api, drafts, posting, public
from node.modules.listings.places import Cell
from node.modules.listings.posting import Draft
from node.modules.listings.tables import Notice
from node.modules.listings.when import weekly
from node.modules.pictures import api as photos
from tests.conftest import START, Browser, Clock, person
from tests.modules.images import image
from tests.modules.meeting import everything as everywhere

MODULES = [
    federation.module,
    accounts.module,
    follows.module,
    moderation.module,
    listings.module,
    pictures.module,
]
MakeNode = Callable[..., Awaitable[Node]]
Browse = Callable[..., Awaitable[Browser]]

FORM = {
    "title": "A ladder for Saturday", "text": "Three metres is enough.", "kind": "lend",
    "topic": "tool-sharing", "takes": "1 h 30 min", "until": "2026-12-05", "terms": ["lend"],
    "reach": "community",
}  # fmt: skip
NEED = "/l/new?purpose=need"
MEDIA = "application/activity+json"


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    node = await make_node("alder", modules=MODULES)
    await person(node, "ana", display="Ana")
    await person(node, "eve", display="Eve")
    return node


async def post(node: Node, reach: str, title: str, purpose: str = "request") -> Notice:
    ends = START + timedelta(days=30)
    draft = Draft(
        title=title, text="", kind="service", topic=None, minutes=None, ends=ends,
        terms=["gift"], hidden=False,
    )  # fmt: skip
    return await node.write(posting.post, f"{node.origin}/u/ana", purpose, reach, draft)


async def the_board(node: Node) -> list[Notice]:
    return await node.read(api.open_listings, api.HERE, node.now())


async def test_a_need_in_one_line(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    opened = await ana.get(NEED)
    only = {"title": "A ladder", "kind": "service", "until": "2027-01-19", "terms": "gift",
            "reach": "community"}  # fmt: skip

    shown = await ana.post("/l/new", only, form=NEED)

    assert 'value="2027-01-19"' in opened.text
    assert opened.text.count(" checked") == 3  # kind, terms, reach
    assert shown.status_code == 200
    assert "Your notice is on the board." in shown.text
    assert "A ladder" in shown.text
    (made,) = await the_board(alder)
    assert (made.purpose, made.reach, made.match_scope) == ("request", "community", "localOnly")
    assert str(shown.url).endswith(made.path)


async def test_everything_of_the_form_is_kept(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")

    await ana.post("/l/new", {**FORM, "hidden": "yes"}, form="/l/new?purpose=offer")

    (made,) = await the_board(alder)
    assert (made.purpose, made.kind, made.minutes) == ("offer", "lend", 90)
    assert (made.text, made.terms) == (FORM["text"], ["lend"])
    assert made.concept == api.concept("tool-sharing")
    assert made.match_scope == "trustedPeers"
    # the end of 5 December in Berlin
    assert made.ends is not None
    assert made.ends.isoformat() == "2026-12-05T23:00:00+00:00"


async def test_from_so_long_to_so_long(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    said = {**FORM, "takes": "20", "up_to": "1 h"}

    await ana.post("/l/new", said, form="/l/new?purpose=offer")

    (made,) = await the_board(alder)
    assert (made.minutes, made.longest, made.unit_based) == (20, 60, True)
    assert (made.unit, made.amount, made.least, made.available) == (
        "minute-Time", "10", "20", "60",
    )  # fmt: skip
    assert "20 min to 1 h, as you two agree" in (await ana.get(made.path)).text
    form = f"{made.path}/edit"
    opened = (await ana.get(form)).text
    assert 'value="20 min"' in opened
    assert 'value="1 h"' in opened
    await ana.post(form, {**FORM, "takes": "90", "up_to": ""}, form=form)
    (made,) = await the_board(alder)
    assert (made.minutes, made.longest, made.unit_based) == (90, None, False)


@pytest.mark.parametrize(("takes", "up_to"), [("60", "60"), ("60", "30"), ("", "60"), ("60", "0")])
async def test_a_range_that_is_none(alder: Node, browse: Browse, takes: str, up_to: str) -> None:
    ana = await browse(alder, "ana")

    answer = await ana.post(
        "/l/new", {**FORM, "takes": takes, "up_to": up_to}, form="/l/new?purpose=offer"
    )

    assert answer.status_code == 422
    assert await the_board(alder) == []


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("title", "", "Fill this in."),
        ("title", "   ", "Fill this in."),
        ("title", "x" * 121, "1 characters too long"),
        ("title", "<b>ladder</b>", "Leave the signs &lt; and &gt; away."),
        ("text", "x" * 5001, "1 characters too long"),
        ("kind", "weapon", "Choose one of these."),
        ("kind", "", "Choose one."),
        ("topic", "nonsense", "Choose one of these."),
        ("takes", "-5", "Write it as in"),
        ("takes", "0", "Choose a time from"),
        ("takes", "99999999", "Write it as in"),
        ("takes", "43201", "Choose a time from"),
        ("until", "2026-11-20", "This day has passed."),
        ("until", "2020-01-01", "This day has passed."),
        ("until", "2028-01-01", "Choose a day within a year."),
        ("until", "some day", "Write the day as in"),
        ("terms", "", "Choose one."),
        ("reach", "direct", "Choose one of these."),
        ("reach", "", "Choose who can see it."),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    alder: Node, browse: Browse, field: str, bad: str, sentence: str
) -> None:
    ana = await browse(alder, "ana")

    shown = await ana.post("/l/new", {**FORM, field: bad}, form=NEED)

    assert shown.status_code == 422
    assert sentence in shown.text
    assert "Error:" in shown.text
    kept = "Three metres" if field != "text" else "A ladder for Saturday"
    assert kept in shown.text
    assert not await the_board(alder)


async def test_without_a_purpose_nothing_is_guessed(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")

    shown = await ana.post("/l/new", {**FORM, "purpose": "want"}, form=NEED)

    assert shown.status_code == 422
    assert not await the_board(alder)


async def test_a_visitor_cannot_post(alder: Node, browse: Browse) -> None:
    visitor = await browse(alder)

    assert (await visitor.get(NEED)).status_code == 403
    assert (await visitor.get("/l/mine")).status_code == 403


async def test_words_are_shown_and_never_run(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")

    shown = await ana.post("/l/new", {**FORM, "text": "<script>alert(1)</script>"}, form=NEED)

    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;" in shown.text


# The board ----------------------------------------------------------------------------------


async def test_the_board_shows_and_sorts_out(alder: Node, browse: Browse) -> None:
    await post(alder, "community", "Old ladder")
    await post(alder, "public", "Bread", "offer")
    eve = await browse(alder, "eve")

    everything = (await eve.get("/board")).text
    needs = (await eve.get("/board?show=need")).text
    others = (await eve.get("/board?from=elsewhere")).text

    assert "Old ladder" in everything
    assert "Bread" in everything
    assert "Old ladder" in needs
    assert "Bread" not in needs
    assert "Old ladder" not in others
    assert (await eve.get("/give")).text.count("Old ladder") == everything.count("Old ladder")
    assert (await eve.get("/board?show=x&kind=y&topic=z&from=w&after=q")).status_code == 200


async def test_an_empty_board_asks_for_something_small(alder: Node, browse: Browse) -> None:
    eve = await browse(alder, "eve")

    assert "Nothing here yet" in (await eve.get("/board")).text


async def test_a_visitor_sees_what_is_public(alder: Node, browse: Browse) -> None:
    hidden = [await post(alder, reach, f"Secret {reach}") for reach in ("community", "trusted")]
    shown = await post(alder, "public", "Bread")
    visitor = await browse(alder)

    board = (await visitor.get("/board")).text
    first = (await visitor.get("/")).text

    for page in (board, first):
        assert "Bread" in page
        assert "Secret" not in page
    assert (await visitor.get(shown.path)).status_code == 200
    away = await visitor.get("/l/nothing-is-here")
    for one in hidden:
        answer = await visitor.get(one.path)
        assert answer.status_code == 404
        assert answer.text.replace(one.slug, "") == away.text.replace("nothing-is-here", "")


async def test_what_is_local_has_no_document(alder: Node, browse: Browse) -> None:
    made = {reach: await post(alder, reach, "A ladder") for reach in ("community", "public")}
    visitor, eve = await browse(alder), await browse(alder, "eve")
    json = {"accept": "application/activity+json"}

    def path(one: Notice) -> str:
        return one.id.removeprefix(alder.origin)

    found = await visitor.get(path(made["public"]), headers=json)
    assert found.json()["publishes"]["name"] == "A ladder"
    for browser in (visitor, eve):
        assert (await browser.get(path(made["community"]), headers=json)).status_code == 404
    assert (await visitor.get(path(made["public"]), headers={"accept": "text/html"})).url.path == (
        made["public"].path
    )


async def test_today_shows_what_is_new(alder: Node, browse: Browse, clock: Clock) -> None:
    await post(alder, "community", "A ladder")
    eve = await browse(alder, "eve")

    assert "A ladder" in (await eve.get("/")).text

    clock.advance(days=8)
    assert "A ladder" not in (await eve.get("/")).text


async def test_the_owner_is_told_before_it_ends(alder: Node, browse: Browse, clock: Clock) -> None:
    await post(alder, "community", "A ladder")
    clock.advance(days=25)
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")

    assert "Leaves the board" in (await ana.get("/")).text
    assert "Leaves the board" not in (await eve.get("/")).text


# One of them --------------------------------------------------------------------------------


async def test_change_it(alder: Node, browse: Browse) -> None:
    made = await post(alder, "community", "A ladder")
    ana = await browse(alder, "ana")

    shown = await ana.post(f"{made.path}/edit", {**FORM, "title": "Two ladders"})

    assert "Two ladders" in shown.text
    assert "Changed." in shown.text


async def test_a_bad_change_keeps_what_was_typed(alder: Node, browse: Browse) -> None:
    made = await post(alder, "community", "A ladder")
    ana = await browse(alder, "ana")

    shown = await ana.post(f"{made.path}/edit", {**FORM, "title": "Two ladders", "until": "x"})

    assert shown.status_code == 422
    assert "Two ladders" in shown.text
    assert (await the_board(alder))[0].title == "A ladder"


@pytest.mark.parametrize(
    ("say", "words"),
    [("met", "This has been met."), ("withdraw", "This was taken from the board.")],
)
async def test_end_it(alder: Node, browse: Browse, say: str, words: str) -> None:
    made = await post(alder, "community", "A ladder")
    ana = await browse(alder, "ana")

    shown = await ana.post(f"{made.path}/close", {"say": say}, form=made.path)

    assert words in shown.text
    assert not await the_board(alder)
    assert "A ladder" in (await ana.get("/l/mine")).text
    again = await ana.get(f"/l/new?again={made.slug}")
    assert 'value="A ladder"' in again.text


async def test_delete_it(alder: Node, browse: Browse) -> None:
    made = await post(alder, "community", "A ladder")
    ana = await browse(alder, "ana")

    await ana.post(f"{made.path}/close", {"say": "delete"}, form=made.path)

    assert (await ana.get(made.path)).status_code == 404


async def test_a_notice_of_somebody_else_looks_as_if_it_were_not_there(
    alder: Node, browse: Browse
) -> None:
    made = await post(alder, "community", "A ladder")
    eve = await browse(alder, "eve")
    form = {"form": NEED}

    assert (await eve.get(f"{made.path}/edit")).status_code == 404
    answers = [
        await send(eve, f"{made.path}/edit", FORM, **form),
        await send(eve, f"{made.path}/close", {"say": "withdraw"}, **form),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(await the_board(alder)) == 1


async def send(browser: Browser, path: str, data: dict[str, Any], *, form: str) -> Any:
    """Send a form to a page that shows none, with the token of another."""
    from tests.servers import hidden_fields

    hidden = hidden_fields((await browser.get(form)).text, "/l/new")
    headers = {"origin": browser.node.origin, "sec-fetch-site": "same-origin"}
    return await browser.client.post(path, data={**hidden, **data}, headers=headers)


async def test_a_button_that_is_none(alder: Node, browse: Browse) -> None:
    made = await post(alder, "community", "A ladder")
    ana = await browse(alder, "ana")

    shown = await ana.post(f"{made.path}/close", {"say": "explode"}, form=made.path)

    assert shown.status_code == 422
    assert len(await the_board(alder)) == 1


EXACT = "52.516275, 13.377704"
WHERE = {**FORM, "place": "Northside", "spot": EXACT}


async def test_when_where_and_how_much_are_kept_and_shown(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    said = {**WHERE, "takes": "", "count": "12", "unit": "kilogram", "days": ["1", "3"],
            "opens": "17", "closes": "19:30", "standing": "yes", "terms": ["barter"]}  # fmt: skip

    shown = await ana.post("/l/new", said, form="/l/new?purpose=offer")

    (made,) = await the_board(alder)
    assert (made.unit, made.amount, made.minutes) == ("kilogram", "12", None)
    assert made.when == weekly([1, 3], 17 * 60, 19 * 60 + 30)
    assert (made.place, made.cell, made.standing) == (
        "Northside",
        Cell(north=5252, east=1338),
        True,
    )
    for words in ("Tue, Thu, 17:00–19:30", "Northside", "12 kilograms", "again and again",
                  "In exchange"):  # fmt: skip
        assert words in shown.text
    opened = await ana.get(f"{made.path}/edit")
    for value in ("12", "17:00", "19:30", "Northside", "52.52, 13.38"):
        assert f'value="{value}"' in opened.text


async def test_one_day_ends_with_that_day(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    said = {**FORM, "day": "2026-11-28", "opens": "10:00", "closes": "12:00"}

    shown = await ana.post("/l/new", said, form=NEED)

    assert "Saturday 28 November, 10:00–12:00" in shown.text
    (made,) = await the_board(alder)
    assert made.when.starts is not None
    assert made.when.starts.isoformat() == "2026-11-28T09:00:00+00:00"
    assert made.ends is not None
    assert made.ends.isoformat() == "2026-11-28T23:00:00+00:00"
    opened = await ana.get(f"{made.path}/edit")
    assert 'value="2026-11-28"' in opened.text
    assert 'value="10:00"' in opened.text


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("day", "2026-11-19", "This day has passed. Choose one from today on."),
        ("day", "2028-01-01", "Choose a day within a year."),
        ("days", "9", "Choose one of these."),
        ("opens", "25:00", "Write the time as in 17:00."),
        ("closes", "9:00", "It ends before it begins."),
        ("count", "-1", "Choose a number from 1"),
        ("count", "1.5", "Write a whole number"),
        ("count", "12", "Say how long, or how much, not both."),
        ("unit", "barrel", "Choose one of these."),
        ("place", "Lindenstraße 14a", "Leave the number away"),
        ("place", "<b>", "Leave the signs"),
        ("spot", "somewhere", "Write two numbers as a map shows them"),
        ("spot", "95, 13", "Write two numbers as a map shows them"),
    ],
)
async def test_times_places_and_amounts_that_cannot_be_are_refused(
    alder: Node, browse: Browse, field: str, bad: str, sentence: str
) -> None:
    ana = await browse(alder, "ana")
    said = {**FORM, "opens": "10:00"}

    shown = await ana.post("/l/new", {**said, field: bad}, form=NEED)

    assert shown.status_code == 422
    assert sentence in shown.text
    assert not await the_board(alder)


async def test_one_day_and_days_of_the_week_do_not_go_together(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")

    shown = await ana.post("/l/new", {**FORM, "day": "Sat", "days": ["1"]}, form=NEED)

    assert "Choose one day, or days of the week, not both." in shown.text


async def test_a_place_is_nowhere_finer_than_its_cell(
    alder: Node, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ana = await browse(alder, "ana")

    shown = await ana.post("/l/new", {**WHERE, "reach": "public"}, form=NEED)

    (made,) = await the_board(alder)
    told = json.dumps((await ana.get(made.id, headers={"accept": MEDIA})).json())
    everything = [told, shown.text, caplog.text, await alder.read(everywhere, alder)]
    assert "52.52" in told
    for fine in ("52.516", "52516", "13.377", "13377"):
        assert not [one for one in everything if fine in one]


async def test_a_place_that_was_named_before_needs_no_numbers(alder: Node, browse: Browse) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    await ana.post("/l/new", WHERE, form=NEED)

    opened = await eve.get(NEED)
    await eve.post("/l/new", {**FORM, "title": "A saw", "place": "northside"}, form=NEED)

    assert '<option value="Northside">' in opened.text
    assert [one.cell for one in await the_board(alder)] == [Cell(north=5252, east=1338)] * 2


async def test_what_is_urgent_stands_first_for_two_days(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    await ana.post("/l/new", {**FORM, "title": "A pump at once", "urgent": "yes"}, form=NEED)
    clock.advance(hours=1)
    await ana.post("/l/new", {**FORM, "title": "A saw one day"}, form=NEED)

    board, today = await eve.get("/board"), await eve.get("/")
    assert board.text.index("A pump at once") < board.text.index("A saw one day")
    assert "Needed · urgent" in board.text
    assert "Urgent: A pump at once" in today.text
    assert "Urgent:" not in (await ana.get("/")).text
    clock.advance(hours=48)
    board = await eve.get("/board")
    assert "Needed · urgent" not in board.text
    assert board.text.index("A pump at once") > board.text.index("A saw one day")
    assert "Urgent:" not in (await eve.get("/")).text


async def test_a_notice_that_ends_soon_is_kept_up_with_one_touch(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    await ana.post("/l/new", FORM, form=NEED)
    (made,) = await the_board(alder)
    assert "two months longer" not in (await ana.get(made.path)).text
    clock.advance(days=10)

    assert "Leaves the board after" in (await ana.get("/")).text
    assert "two months longer" not in (await eve.get(made.path)).text
    with pytest.raises(Missing):
        await alder.write(posting.renew, f"{alder.origin}/u/eve", made.id)
    shown = await ana.post(f"{made.path}/close", {"say": "longer"}, form=made.path)

    assert "It stays up longer." in shown.text
    (now_is,) = await the_board(alder)
    assert now_is.ends == made.ends + timedelta(days=60)
    assert now_is.revision == made.revision + 1


async def test_a_day_that_comes_is_not_kept_up(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    shown = await ana.post("/l/new", {**FORM, "day": "2026-11-21"}, form=NEED)
    path = str(shown.url.path)

    refused = await ana.post(f"{path}/close", {"say": "longer"}, form=path)

    assert "two months longer" not in shown.text
    assert refused.status_code == 409
    assert "Change the days first." in refused.text


async def test_a_draft_is_kept_as_typed_for_its_writer_alone(alder: Node, browse: Browse) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    begun = {**WHERE, "title": "", "until": "some day", "days": ["1"], "say": "draft"}

    shown = await ana.post("/l/new", begun, form=NEED)

    assert "It is kept as a draft." in shown.text
    assert "Without a title" in shown.text
    assert not await the_board(alder)
    (kept,) = await alder.read(drafts.all_of, f"{alder.origin}/u/ana")
    path = f"/l/new?draft={kept.slug}"
    opened = await ana.get(path)
    for value in ("some day", "Northside", "52.52, 13.38"):
        assert f'value="{value}"' in opened.text
    assert "Three metres is enough." in opened.text
    assert "516275" not in await alder.read(everywhere, alder)  # nor is it finer in a draft
    assert (await eve.get(path)).status_code == 404
    told = await alder.read(public.export, f"{alder.origin}/u/ana")
    assert told["drafts"][0]["said"]["until"] == ["some day"]


async def test_a_draft_goes_when_it_is_posted_or_thrown_away(alder: Node, browse: Browse) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    for title in ("A ladder", "A saw"):
        await ana.post("/l/new", {**FORM, "title": title, "say": "draft"}, form=NEED)
    saw, ladder = await alder.read(drafts.all_of, f"{alder.origin}/u/ana")
    if saw.title == "A ladder":
        saw, ladder = ladder, saw
    path = f"/l/new?draft={ladder.slug}"
    again = {**FORM, "title": "A long ladder", "say": "draft"}

    await ana.post("/l/new", again, form=path)
    assert len(await alder.read(drafts.all_of, f"{alder.origin}/u/ana")) == 2
    await ana.post("/l/new", {**FORM, "title": "A long ladder"}, form=path)
    await alder.write(drafts.drop, f"{alder.origin}/u/eve", saw.slug)  # not hers

    assert [one.title for one in await the_board(alder)] == ["A long ladder"]
    (left,) = await alder.read(drafts.all_of, f"{alder.origin}/u/ana")
    assert left.slug == saw.slug
    shown = await ana.post(f"/l/drafts/{saw.slug}/discard", {}, form="/l/mine")
    assert "It is thrown away." in shown.text
    assert await alder.read(drafts.all_of, f"{alder.origin}/u/ana") == []
    assert "Drafts" not in (await eve.get("/l/mine")).text


async def test_a_draft_keeps_its_photo_for_its_writer_alone(alder: Node, browse: Browse) -> None:
    ana, eve = await browse(alder, "ana"), await browse(alder, "eve")
    begun = {**FORM, "picture-words-1": "A ladder at a wall", "say": "draft"}
    wrong = await ana.post("/l/new", begun, form=NEED, files={"picture-1": b"<svg/>"})
    assert wrong.status_code == 422
    assert await alder.read(drafts.all_of, f"{alder.origin}/u/ana") == []

    await ana.post("/l/new", begun, form=NEED, files={"picture-1": image()})
    (kept,) = await alder.read(drafts.all_of, f"{alder.origin}/u/ana")
    path, place = f"/l/new?draft={kept.slug}", drafts.about(alder.origin, kept.slug)
    (photo,) = (await alder.read(photos.about, [place]))[place]
    assert "A ladder at a wall" in (await ana.get(path)).text
    seen = [(await who.get(photo.path)).status_code for who in (ana, eve)]
    assert seen == [200, 404]

    # somebody else who names it gets neither the photo nor the draft
    stolen = {**FORM, "draft": kept.slug, "picture-held-1": photo.slug}
    await eve.post("/l/new", stolen, form=NEED)
    (hers,) = await the_board(alder)
    assert hers.photo is None
    assert (await alder.read(photos.about, [place]))[place]

    said = {**FORM, "title": "A long ladder", "picture-words-1": "A ladder at a wall"}
    await ana.post("/l/new", said, form=path)
    made = next(one for one in await the_board(alder) if one.title == "A long ladder")
    assert made.photo is not None
    assert made.photo["name"] == "A ladder at a wall"
    assert await alder.read(photos.about, [place]) == {}
    assert await alder.read(photos.about, [made.id])


async def test_a_photo_goes_with_the_draft(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    places = []
    for title in ("A ladder", "A saw"):
        said = {**FORM, "title": title, "say": "draft"}
        await ana.post("/l/new", said, form=NEED, files={"picture-1": image()})
    for kept in await alder.read(drafts.all_of, f"{alder.origin}/u/ana"):
        places.append(drafts.about(alder.origin, kept.slug))
    assert len(await alder.read(photos.about, places)) == 2

    await ana.post(f"/l/drafts/{kept.slug}/discard", {}, form="/l/mine")
    assert len(await alder.read(photos.about, places)) == 1
    await alder.write(posting.erase, f"{alder.origin}/u/ana")
    assert await alder.read(photos.about, places) == {}


async def test_there_are_twenty_drafts_at_most_and_none_of_who_left(
    alder: Node, browse: Browse
) -> None:
    me = f"{alder.origin}/u/ana"
    for number in range(drafts.MOST):
        await alder.write(drafts.keep, me, f"d{number}", "offer", {"title": [f"No. {number}"]})

    shown = await (await browse(alder, "ana")).post("/l/new", {**FORM, "say": "draft"}, form=NEED)

    assert shown.status_code == 409
    assert "You keep twenty drafts already." in shown.text
    assert "A ladder for Saturday" in shown.text
    with pytest.raises(Missing):
        await alder.write(drafts.keep, f"{alder.origin}/u/eve", "d1", "offer", {})
    with pytest.raises(Refused):
        await alder.write(drafts.keep, "https://birch.test/u/ben", "d", "offer", {})
    await alder.write(posting.erase, me)
    assert await alder.read(drafts.all_of, me) == []


async def test_for_whom_somebody_posts_is_known_to_members_alone(
    alder: Node, browse: Browse
) -> None:
    ana, visitor = await browse(alder, "ana"), await browse(alder)
    said = {**FORM, "for_whom": "Aunt Erna", "reach": "public"}

    shown = await ana.post("/l/new", said, form=NEED)

    (made,) = await the_board(alder)
    assert made.for_whom == "Aunt Erna"
    assert "For Aunt Erna, who has no device." in shown.text
    assert "For Aunt Erna" in (await (await browse(alder, "eve")).get(made.path)).text
    assert "Erna" not in (await visitor.get(made.path)).text
    assert "Erna" not in (await visitor.get(made.id, headers={"accept": MEDIA})).text
    rows = await alder.read(lambda db: db.execute(select(letter)).all())
    assert rows
    assert not [one for one in rows if "Erna" in str(one)]
    changed = await ana.post(
        f"{made.path}/edit", {**FORM, "for_whom": ""}, form=f"{made.path}/edit"
    )
    assert "Erna" not in changed.text
