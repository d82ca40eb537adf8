"""The front door: what is taken, what is turned away, and that the two are told apart."""

import asyncio
import json
from datetime import timedelta

import pytest

from federation.claims import Form
from federation.tables import host
from node.kernel.node import Node
from tests.conftest import Clock, Wire, settle
from tests.federation.strangers import (
    ACTIVITY,
    Actor,
    Post,
    Server,
    heard,
    letters,
    raw_post,
    rows,
    setting,
    signed,
    times,
)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("path", ["/inbox", "/u/keeper/inbox", "/c/alder/inbox", "/service/inbox"])
async def test_a_signed_letter_is_taken_and_has_its_effect(
    here: Node, post: Post, bob: Actor, path: str, form: Form
) -> None:
    answer = await post(bob, bob.says("Create", bob.note()), path, form=form)
    await settle(here)

    assert answer.status_code == 202, answer.text
    assert [row.content for row in await rows(here, heard)] == ["<p>note 1</p>"]
    assert [(row.state, row.code) for row in await letters(here)] == [("done", None)]


async def test_an_unsigned_letter_is_turned_away(here: Node, post: Post, bob: Actor) -> None:
    body = json.dumps(bob.says("Create", bob.note())).encode()
    answer = await raw_post(here, post.app, {"content-type": ACTIVITY}, body)

    assert answer.status_code == 401
    assert "accept-signature" in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "E_UNSIGNED"
    assert not await letters(here)
