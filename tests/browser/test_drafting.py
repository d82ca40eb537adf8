"""A draft of a proposal is kept half done, opened again, and brought on a longer course."""

import pytest

from tests.browser.conftest import Open, Walk
from tests.conftest import person


@pytest.mark.thorough
async def test_a_draft_is_kept_and_the_problem_said(nodes: Open, walk: Walk) -> None:
    birch = (await nodes("birch")).nodes["birch"]
    await person(birch, "bo", display="Bo")
    bo = await walk(birch, "bo")

    await bo.go("/p/new?course=agreement", "draft-new")
    await bo.fill(title="Quiet in the yard from ten", problem="Three do not sleep.")
    await bo.press("Keep it as a draft", "draft-kept")
    await bo.sees("It is kept as a draft.", "Your drafts")
    await bo.page.get_by_role("link", name="Quiet in the yard from ten").click()
    await bo.fill(text="We speak softly then.", affected="The children most")
    await bo.choose(reach="public")
    await bo.press("Bring it before us", "draft-brought")
    await bo.sees("What is the problem?", "Three do not sleep.", "The children most")
    await bo.go(f"/deliberation/{bo.path.rpartition('/')[2]}", "draft-deliberation")
    await bo.sees("Who is affected?", "The children most")
    await bo.press("Ask people elsewhere", "asking-elsewhere")
    await bo.fill(text="How quiet is it at yours?", options="Quiet", ends="tomorrow")
    await bo.press("Ask them", "asking-elsewhere-wrong", status=422)
    await bo.sees("Write two to eight answers")
    await bo.fill(options="Quiet\nLoud", ends="tomorrow")
    await bo.press("Ask them", "asked-elsewhere")
    await bo.sees("It is asked.", "Quiet", "Loud", "Nobody has answered yet.")
