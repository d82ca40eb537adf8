"""Forms: none is believed that a stranger's page could have sent, whatever it is for."""

import itertools

import pytest

from node.kernel.node import Node
from tests.boundaries import forms, pages, routes, world
from tests.boundaries.visitors import FORM, Visitors
from tests.boundaries.world import World
from tests.conftest import settle

FOREIGN = {
    "nothing at all": {},
    "a wrong token": {"csrf": "0" * 64},
    "another's token": {"csrf": "another"},
    "a foreign origin": {"csrf": "right", "origin": "https://evil.test"},
    "no origin to name": {"csrf": "right", "origin": "null"},
    "another site": {"csrf": "right", "sec-fetch-site": "cross-site"},
    "a site beside ours": {"csrf": "right", "sec-fetch-site": "same-site"},
    "typed by hand": {"csrf": "right", "sec-fetch-site": "none"},
}


def targets(visitors: Visitors) -> list[str]:
    """Where forms are sent, with what is really there."""
    return [
        routes.filled(path, routes.known(visitors.world, path))[0]
        for path in routes.writing(visitors.app)
    ]


@pytest.mark.sqlite
async def test_no_form_of_a_stranger_is_believed(full: World, visitors: Visitors) -> None:
    tokens = {who: await visitors.token(who) for who in ("ana", "keeper")}
    await settle(full.node, full.other)
    before = await world.rows(full.node)

    for path, who, way in itertools.product(targets(visitors), tokens, FOREIGN):
        said = dict(FOREIGN[way])
        known = {"right": tokens[who], "another": tokens["ana" if who != "ana" else "keeper"]}
        data = {"csrf": known.get(said["csrf"], said["csrf"])} if "csrf" in said else {}
        headers = {k: v for k, v in said.items() if k != "csrf"} | FORM
        answer = await visitors.client(who).post(path, data=data, headers=headers)
        assert answer.status_code == 403, (way, path, answer.status_code)
        assert pages.wrong(who, answer) == []

    assert await world.rows(full.node) == before


@pytest.mark.sqlite
async def test_what_is_no_form_comes_without_its_session(full: World, visitors: Visitors) -> None:
    await settle(full.node, full.other)
    before = await world.rows(full.node)
    kinds = ("application/json", "text/plain", "multipart/form-data; boundary=x", "", "a/b/c", "ÿ")

    for path, kind in itertools.product(targets(visitors), kinds):
        headers = {"content-type": kind.encode("latin-1"), "origin": full.node.origin}
        answer = await visitors.client("keeper").post(path, content=b'{"a": 1}', headers=headers)
        allowed = {303} if path in {"/setup", "/sign-out"} else {401, 403, 404, 415}
        allowed |= {400}  # such a form is read before it is known for which page it is
        assert answer.status_code in allowed, (path, kind, answer.status_code)
        assert pages.wrong("nobody", answer) == []

    assert await world.rows(full.node) == before


@pytest.mark.sqlite  # it is believed or not before any row; tests of modules fill in each
async def test_every_form_of_ours_is_believed(visitors: Visitors) -> None:
    """The refusals above are worth something only if the same forms work from our pages."""
    answers = []
    for who, form in await forms.harvest(visitors, "ana", "keeper"):
        if form.action.startswith(forms.ENDS):
            continue
        # what only all decide together is refused to one: words there are no value
        words = None if form.action.startswith("/values/") else []
        answer = await visitors.send(who, form.action, form.filled("Words that fit", words))
        answers.append((answer.status_code, form.action))

    assert [one for one in answers if one[0] not in {200, 303, 404, 409, 422}] == []
    assert len([one for one in answers if one[0] == 303]) > len(answers) / 2, sorted(answers)


@pytest.mark.sqlite
async def test_nobody_new_is_needed_for_the_sweep(alder: Node) -> None:
    """Every route that takes a form answers GET or POST; none hides behind another method."""
    methods = {m for r in alder.registry.modules for x in r.routes for m in x.methods}

    assert methods <= {"GET", "HEAD", "POST"}
