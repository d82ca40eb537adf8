"""A decision of birch, from the proposal to its record, and adopted at cedar by its own vote."""

import pytest

from node.stage import Stage
from tests.browser.conftest import Open, Walk
from tests.browser.test_giving import shows, trusts
from tests.browser.walking import Walker
from tests.conftest import person

TEXT = """Whoever takes a tool from the shed writes name and day into the book.

Nobody lends to a third. What breaks is told, not hidden."""


async def test_a_decision_of_birch_is_adopted_at_cedar(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch", "cedar")
    birch, cedar = stage.nodes["birch"], stage.nodes["cedar"]
    await befriend(stage)
    for node, names in ((birch, ("bo", "lena")), (cedar, ("cara", "imre"))):
        for name in names:
            await person(node, name, display=name.title())
    bo, cara = await walk(birch, "bo"), await walk(cedar, "cara")

    proposal = await brought(bo)
    receipt = await voted_by_lena(await walk(birch, "lena"))
    keeper = await walk(birch, "keeper")
    await keeper.go(proposal)
    await votes(keeper, "Vote")
    await keeper.go(f"{proposal}/vote", "ballot-again")
    stage.clock.wait(days=8)
    record = await settled(stage, bo, proposal)
    await bo.sees("Somebody has to mind the book.")
    await bo.open("The list of counted ballots")
    await bo.sees(receipt)

    answer = await brought_to_cedar(stage, cara)
    for name in ("imre", "keeper"):
        voter = await walk(cedar, name)
        await voter.go(answer)
        await votes(voter, "Vote")
    stage.clock.wait(days=8)
    await shows(stage, cara, answer, "It is decided.")
    await shows(stage, bo, record, "Cedar adopted this decision")
    await bo.go(record, "record-adopted")


async def brought(bo: Walker) -> str:
    """A proposal of Bo's, talked about, with his own ballot in the box; its address."""
    await bo.go("/decide", "decide-empty")
    await bo.press("Bring a proposal", "proposal-choose")
    await bo.press("Our usual way", "proposal-new")
    await bo.press("Bring it before us", "proposal-errors", status=422)
    await bo.fill(title="Tools are lent with a name and a day", text=TEXT)
    await bo.choose(reach="trusted")
    await bo.press("Bring it before us", "proposal")
    proposal = bo.path
    await bo.fill(text="I brought the book along already.")
    await bo.press("Post", "proposal-talk")
    await votes(bo, "Vote", "ballot")
    return proposal


async def voted_by_lena(lena: Walker) -> str:
    """Lena objects without a reason, thinks again, and consents with a concern; her receipt."""
    await lena.go("/", "today-vote")
    await lena.press("Vote")
    await lena.choose(position="block")
    await lena.press("Look at it once more", "ballot-errors", status=422)
    await lena.choose(position="consentWithReservation")
    await lena.fill(reason="Somebody has to mind the book.")
    await lena.press("Look at it once more", "ballot-review")
    await lena.press("Cast my ballot", "ballot-receipt")
    return await lena.page.locator(".gift code").first.inner_text()


async def settled(stage: Stage, bo: Walker, proposal: str) -> str:
    """The clock has closed the vote and Bo says who may see the record; its address."""
    await shows(stage, bo, proposal, "It is decided.")
    await bo.go("/decide", "decide-settle")
    await bo.go(proposal, "proposal-decided")
    await bo.press("Who may see this decision?", "decision-reach")
    await bo.press("Keep it so", "record")
    await bo.sees("The signature holds", "Tools are lent with a name and a day")
    return bo.path


async def brought_to_cedar(stage: Stage, cara: Walker) -> str:
    """Cara finds the decision and brings it before Cedar; the address of her proposal."""
    await shows(stage, cara, "/decisions/elsewhere", "Tools are lent")
    await cara.go("/", "today-elsewhere")
    await cara.go("/decisions/elsewhere", "elsewhere")
    await cara.press("Tools are lent with a name and a day", "abroad")
    await cara.press("Bring it to us to adopt", "adopt")
    await cara.press("Bring it before us", "adopt-proposal")
    answer = cara.path
    await votes(cara, "Vote")
    return answer


async def votes(walker: Walker, words: str, shot: str = "", *, position: str = "consent") -> None:
    """Choose, look at it once more, cast it."""
    await walker.press(words, shot)
    await walker.choose(position=position)
    await walker.press("Look at it once more")
    await walker.press("Cast my ballot")
    await walker.sees("Your ballot is in the box")


async def befriend(stage: Stage) -> None:
    """Have the two nodes trust each other; the pages for it are walked elsewhere."""
    from node.modules.peers import api as peers

    birch, cedar = stage.nodes["birch"], stage.nodes["cedar"]
    await peers.propose(birch, cedar.origin)

    async def asked() -> bool:
        return bool(await cedar.read(peers.listed))

    await stage.until(asked)
    await cedar.write(peers.accept, birch.community.service)
    await stage.until(lambda: trusts(birch, cedar))


@pytest.mark.thorough
async def test_one_of_several_options_is_chosen(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    for name in ("bo", "lena"):
        await person(birch, name, display=name.title())
    bo = await walk(birch, "bo")

    proposal = await with_options(bo)
    await votes(bo, "Vote", "options-ballot", position="opt-2")
    lena, keeper = await walk(birch, "lena"), await walk(birch, "keeper")
    for voter, option in ((lena, "opt-2"), (keeper, "opt-0")):
        await voter.go(proposal)
        await votes(voter, "Vote", position=option)
    stage.clock.wait(days=8)

    await shows(stage, bo, proposal, "It is decided.")
    await bo.go(proposal, "options-decided")
    await bo.press("Read the record", "options-record")
    await bo.sees("Chosen: A rack for the long bicycles", "Keep it as it is")
    await around(bo)


async def around(bo: Walker) -> None:
    """Bo brings something on a course, has his turn in its rounds, and looks at what is said."""
    await bo.go("/p/new?course=options", "course-options")
    await bo.go("/p/new?course=consent", "course-new")
    await bo.fill(title="Quiet in the yard from ten", text="We speak softly then.")
    await bo.press("Bring it before us", "course-proposal")
    slug = bo.path.rpartition("/")[2]
    await bo.press("The rounds, and your turn", "rounds")
    await bo.fill(text="Who tells guests?")
    await bo.press("Say it", "rounds-said")
    await bo.go(f"/deliberation/{slug}", "deliberation")
    await bo.open("Add a fact")
    await bo.page.locator("#fact textarea").fill("Four asked for it.")
    await bo.page.locator("#fact form button.btn").first.click()
    await bo.sees("Four asked for it.")
    for path in (f"/p/{slug}/lead", f"/challenges/{slug}"):
        await bo.go(path)


async def with_options(bo: Walker) -> str:
    """A proposal of Bo's with options, after he has thought of a second one; its address."""
    await bo.go("/p/new?course=usual")
    await bo.fill(title="What becomes of the corner by the gate?", text="It stands empty.")
    await bo.choose(method="options")
    await bo.fill(option_1="A bench and two planters", words_1="Somebody has to water them.")
    await bo.press("Bring it before us", "options-errors", status=422)
    await bo.sees("Write at least two options")
    await bo.fill(option_2="A rack for the long bicycles")
    await bo.press("Bring it before us", "options-proposal")
    await bo.sees("Somebody has to water them.", "Keep it as it is")
    return bo.path


@pytest.mark.thorough
async def test_an_open_vote_in_which_somebody_votes_for_another(nodes: Open, walk: Walk) -> None:
    stage = await nodes("birch")
    birch = stage.nodes["birch"]
    for name in ("bo", "lena", "mara"):
        await person(birch, name, display=name.title())
    bo, lena, mara = [await walk(birch, name) for name in ("bo", "lena", "mara")]
    await mara.go("/delegations", "delegations-off")
    for name in ("decisions.open", "decisions.delegation"):
        await birch.write(lambda unit, name=name: unit.keep(name, True))

    await mara.go("/decide")
    await mara.press("Voting for each other", "delegations-empty")
    await mara.fill(holder="nobody")
    await mara.press("Ask them", "delegations-error", status=422)
    await mara.fill(holder="lena")
    await mara.press("Ask them", "delegations-asked")
    await lena.go("/", "today-asked-to-vote")
    await lena.go("/delegations", "delegations-you-are-asked")
    await lena.press("I vote for them", "delegations-held")

    await bo.go("/p/new?course=usual")
    await bo.fill(title="The shed stays open until ten", text=TEXT)
    await bo.choose(method="majority", reach="community")
    await bo.open("Talk first, how many of us, what the record shows")
    await bo.choose(open="yes")
    await bo.press("Bring it before us", "proposal-open")
    proposal = bo.path
    await bo.press("Vote", "ballot-open")
    await bo.choose(position="inFavour")
    await bo.press("Look at it once more", "ballot-open-review")
    await bo.press("Cast my ballot", "ballot-open-cast")
    await lena.go(f"{proposal}/vote", "ballot-open-with-voices")
    await lena.choose(position="oppose")
    await lena.press("Look at it once more")
    await lena.press("Cast my ballot")
    await mara.go(f"{proposal}/vote", "ballot-open-given")
    await mara.sees("Lena votes for you, and has chosen: Against.")
    keeper = await walk(birch, "keeper")
    await keeper.go(f"{proposal}/vote")
    await keeper.choose(position="inFavour")
    await keeper.press("Look at it once more")
    await keeper.press("Cast my ballot")

    stage.clock.wait(days=8)
    await shows(stage, bo, proposal, "It is decided.")
    await bo.press("Read the record", "record-open")
    await bo.sees("Who voted how")
    await mara.go("/", "today-voice-counted")
    await mara.go("/delegations", "delegations-told")
    await mara.sees("It was counted with the ballot of Lena.")
