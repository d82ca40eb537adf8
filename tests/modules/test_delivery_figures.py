"""Numbers and links of a report: only what was ticked goes, nobody is named, words say it too."""

from datetime import timedelta
from typing import Any

import pytest

from federation import resolving
from node.kernel.errors import Invalid, Missing
from node.kernel.node import Node
from node.modules.deliveries import doing, figures, handlers, queries, reporting
from node.modules.deliveries.doing import Draft, Said
from node.modules.deliveries.figures import Told
from node.modules.deliveries.objects import DeliveryReport
from node.modules.deliveries.rules import Act
from node.modules.deliveries.tables import Report
from node.modules.proposals.api import Evidence
from tests.conftest import Clock, Wire, settle
from tests.modules import moot
from tests.modules.test_deliveries import MODULES, Browse, in_force, member
from vocab.html import clean
from vocab.model import id_of
from vocab.things import PropertyValue
from vocab.types import Create

LINK = "https://alder.test/files/book.csv"
PROOF, MISSING = "Ben wrote the book in red ink", "Cem could not read his hand"


@pytest.fixture
async def alder(make_node: Any) -> Node:
    return await make_node("alder", modules=MODULES)


async def finished(
    node: Node, clock: Clock, slug: str, link: str = LINK, *, confirmed: bool = True
) -> str:
    """A step that ben has carried out, with its link, and cem has sent back once; its id."""
    ben, cem = await member(node, "ben"), await member(node, "cem")
    due = (clock() + timedelta(days=5)).date()
    what = f"Count the days {'at' if confirmed else 'on'} {link[-9:]}"
    draft = Draft(what=what, done_when="It is full", due=due, owner="ben", checker="cem")
    await node.write(doing.add, slug, ben, draft, once=what)
    id = next(one.id for one in await node.read(queries.steps, slug) if one.what == what)
    shown = Said(words=PROOF, link=link)
    await node.write(doing.move, slug, id, ben, Act.SHOW, shown)
    await node.write(doing.move, slug, id, cem, Act.RETURN, Said(words=MISSING))
    await node.write(doing.move, slug, id, ben, Act.SHOW, shown)
    if confirmed:
        await node.write(doing.move, slug, id, cem, Act.CONFIRM)
    return id


async def told(node: Node, slug: str, once: str = "r1", **what: Any) -> str:
    """The slug of a report with what goes along."""
    with_it = Told(**{"metrics": {}, "evidence": {}, **what})
    keeper = await moot.keeper(node)
    said = "partlyDelivered", "Open on most Sundays."
    return await node.write(reporting.publish, slug, keeper, *said, once=once, told=with_it)


async def heard(node: Node) -> Report:
    (one,) = await node.read(queries.reports_of_others, moot.inside(node), 9)
    return one


async def test_numbers_and_links_reach_the_other_node_beside_the_words(
    alder: Node, make_node: Any, clock: Clock, wire: Wire
) -> None:
    birch = await make_node("birch", modules=MODULES)
    await moot.follow(birch, alder)
    slug = await in_force(alder, clock, reach="public")
    await settle(alder, birch)
    (measure,) = await alder.read(queries.measures, slug)
    step = await finished(alder, clock, slug)

    await told(alder, slug, metrics={measure.id: ("11", "of 13")},
               evidence={step: ("The book", "Eleven days")})  # fmt: skip
    await settle(alder, birch)

    one = await heard(birch)
    assert one.metrics == (
        PropertyValue(name="Open on eleven Sundays", value="11", unit_text="of 13"),
    )
    assert one.evidence == (
        Evidence(name="The book", url=LINK, statement="Eleven days", stance="supports"),
    )
    assert "<ul>" not in one.content, "they stand beside the words, not twice"
    # other software reads them in the words, also when it fetches the report
    sent = moot.crossed(wire).decode()
    assert "<li>Open on eleven Sundays: 11 of 13</li>" in sent
    fetched = await resolving.fetch(birch, one.id)
    assert ">The book</a>: Eleven days</li>" in str(fetched)
    for stays in (PROOF, MISSING, "We count the days", "It is full"):
        assert stays not in sent
    assert not any(name in sent for name in ("/u/ben", "/u/cem"))

    again = await make_node("birch", data=birch.settings.data, modules=MODULES)
    assert await heard(again) == one
    await again.write(handlers.gone, moot.accounts_api.Gone(account=one.owner))
    assert await again.read(queries.reports_of_others, moot.inside(again), 9) == []


async def test_what_was_not_ticked_or_is_nobodys_to_tell_does_not_go(
    alder: Node, clock: Clock
) -> None:
    slug = await in_force(alder, clock, reach="public")
    (measure,) = await alder.read(queries.measures, slug)
    done, open_ = await finished(alder, clock, slug), await finished(
        alder, clock, slug, confirmed=False
    )  # fmt: skip
    bare = await finished(alder, clock, slug, "http://alder.test/plain")

    for odd in ({"metrics": {"another": ("1", "")}}, {"evidence": {open_: ("Book", "")}},
                {"evidence": {bare: ("Book", "")}}):  # fmt: skip
        with pytest.raises(Missing):
            await told(alder, slug, **odd)
    for wrong, field in (
        ({"metrics": {measure.id: ("", "of 13")}}, f"value-{measure.id}"),
        ({"evidence": {done: ("", "Full")}}, f"name-{done}"),
        ({"evidence": {done: ("The book of Ben", "")}}, f"name-{done}"),
        ({"evidence": {done: ("The book", "as @cem says")}}, f"said-{done}"),
    ):
        with pytest.raises(Invalid) as refused:
            await told(alder, slug, **wrong)
        assert set(refused.value.fields) == {field}
    assert await moot.rows(alder, queries.report) == []

    await told(alder, slug, metrics={measure.id: ("11", "")})
    (row,) = await moot.rows(alder, queries.report)
    assert (row.metrics, row.evidence) == (
        [{"name": "Open on eleven Sundays", "value": "11", "unit": ""}], [],
    )  # fmt: skip


async def test_a_link_that_names_somebody_is_not_told(alder: Node, clock: Clock) -> None:
    slug = await in_force(alder, clock, reach="public")
    step = await finished(alder, clock, slug, "https://alder.test/u/ben/book")

    with pytest.raises(Invalid) as refused:
        await told(alder, slug, evidence={step: ("The book", "")})

    assert set(refused.value.fields) == {f"link-{step}"}


async def test_the_numbers_of_others_are_kept_where_their_words_do_not_say_them(
    alder: Node, make_node: Any, clock: Clock
) -> None:
    """As other software of our kind may write it; who is named a witness is not believed."""
    birch = await make_node("birch", modules=MODULES)
    await moot.follow(birch, alder)
    record = await moot.record_of(alder, await in_force(alder, clock, reach="public"))
    await settle(alder, birch)
    us = await alder.read(moot.accounts_api.community_account)
    value = DeliveryReport(
        id=f"{alder.origin}/o/x", attributed_to=us.id, audience=us.id,
        content="<p>Open.</p><ul><li>Loans: many</li></ul>", delivers_on=(record.id,),
        delivery_status="delivered", published=alder.now(), url=f"{alder.origin}/reports/x",
        metrics=(PropertyValue(name="Loans", value="148"),),
        evidence=(Evidence(name="Log", url="https://alder.test/log"),),
        witnessed_by=(birch.community.id,), handling="public",
        to=("https://www.w3.org/ns/activitystreams#Public",), cc=(us.followers or "",),
    )  # fmt: skip
    made = Create(id=f"{alder.origin}/a/x", actor=us.id, object=value, to=value.to, cc=value.cc)
    await alder.write(lambda unit: unit.perform(made, us))
    await settle(alder, birch)

    one = await heard(birch)

    assert one.content == "<p>Open.</p><ul><li>Loans: many</li></ul>"
    assert [each.value for each in one.metrics] == ["148"]
    assert [each.url for each in one.evidence] == ["https://alder.test/log"]
    assert not hasattr(one, "witnessed_by")
    ours = await alder.read(queries.report_by_id, value.id, moot.inside(alder))
    assert ours is not None
    assert reporting.as_object(ours, us, alder.origin).witnessed_by == ()
    assert id_of(value.attributed_to) == one.owner


@pytest.mark.parametrize("words", ["<p>Yes.</p>", "<p>A &amp; B</p><ul><li>x</li></ul>"])
@pytest.mark.parametrize("name", ["Loans", "a <b> & “c”", "alder.test", "100 % onx=1"])
def test_the_lists_are_found_again_whatever_stands_in_them(words: str, name: str) -> None:
    held = [figures.number(name, "1", "<i>")], [figures.link(name, LINK, name)]

    said = clean(words + figures.lists(*held))

    assert said != clean(words)
    assert figures.words_of(said, *held) == clean(words)


def test_what_is_none_is_not_kept() -> None:
    plain = [Evidence(name="x", url="http://a.test/x"), Evidence(url=LINK), Evidence(name="x")]
    assert figures.links_row(plain) == []
    assert figures.numbers_row([PropertyValue(name="x"), PropertyValue(value="1")]) == []
    many = [PropertyValue(name="x", value="1")] * 50
    assert len(figures.numbers_row(many)) == figures.MOST


@pytest.mark.sqlite
async def test_in_the_browser(alder: Node, browse: Browse, clock: Clock) -> None:
    slug = await in_force(alder, clock, reach="public")
    (measure,) = await alder.read(queries.measures, slug)
    step = await finished(alder, clock, slug)
    keeper, nobody = await browse(alder, "keeper"), await browse(alder)
    path = f"/deliveries/{slug}/report"
    form = (await keeper.get(path)).text
    assert "Open on eleven Sundays" in form
    assert PROOF not in form

    words = {"status": "delivered", "words": "It is open."}
    ticked = {f"tell-{measure.id}": "yes", f"link-{step}": "yes", f"name-{step}": "The book"}
    empty = await keeper.post(path, words | ticked)
    assert (empty.status_code, "take the tick away" in empty.text) == (422, True)
    typed = {f"value-{measure.id}": "11", f"unit-{measure.id}": "of 13", f"name-{step}": "A b"}
    bare = await keeper.post(path, words | typed)
    assert "11 of 13" not in (await nobody.get(bare.url.path)).text
    whole = await keeper.post(path, words | typed | ticked)

    page = (await nobody.get(whole.url.path)).text
    assert "11 of 13" in page
    assert f'href="{LINK}"' in page
    assert page.count("11 of 13") == 1
