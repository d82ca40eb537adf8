"""What is printed lies on the paper whole, however narrow the paper is."""

from tests.browser.conftest import Open, Walk
from tests.conftest import person, settle
from tests.modules import moot

OUTSIDE = """() => [...document.querySelectorAll("main *")].filter(e => {
  const r = e.getBoundingClientRect();
  return r.width && !e.closest(".hush") && (r.left < 0 || r.right > innerWidth + 1);
}).map(e => e.outerHTML.slice(0, 80))"""


async def test_a_record_lies_on_the_paper_whole(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    people = [(await person(birch, name)).id for name in ("bo", "lena", "mara")]
    slug = await moot.bring(birch, people[0])
    await moot.vote(birch, slug, [(who, "consent") for who in people])
    stage.clock.wait(days=8)
    await settle(birch)
    bo = await walk(birch, "bo")

    for path in (f"/d/{(await moot.record_of(birch, slug)).slug}", "/decisions/print"):
        await bo.go(path)
        await bo.page.emulate_media(media="print")

        assert await bo.page.evaluate(OUTSIDE) == []
        assert not await bo.page.locator("dl.stage:visible").count()
