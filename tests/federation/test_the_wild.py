"""Documents that other programs wrote: each is taken or turned away, none breaks anything."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation import reading
from federation.inbox import Turned, _activity
from node.kernel.node import Node
from tests import servers
from tests.conftest import Wire, settle
from tests.federation.strangers import Actor, Post, Server, heard, letters, rows, times
from vocab import schemas, wire
from vocab.model import Activity, Malformed
from vocab.types import CORE

ENDS = {"done", "ignored", "refused", "waiting"}
ORIGIN = "https://elm.test"


def _files(folder: str) -> list[Path]:
    return sorted((servers.need("shared") / folder).rglob("*.json"))


def test_every_captured_request_is_read_or_refused() -> None:
    types = wire.claims(CORE)
    read = refused = 0
    for file in _files("captures"):
        body = json.loads(file.read_text("utf-8"))["request"].get("body_raw") or ""
        if not body:
            continue
        try:
            assert isinstance(
                reading.understand(body.encode(), types, allow_http=True).activity, Activity
            )
            read += 1
        except Malformed:
            refused += 1
    assert read > 20
    assert refused <= read / 10


def _activities() -> Iterator[dict[str, Any]]:
    for file in _files("corpus"):
        try:
            document = json.loads(file.read_text("utf-8"))
        except ValueError:
            continue
        if isinstance(document, dict) and "actor" in document and "type" in document:
            yield document


def _as_of(document: dict[str, Any], actor: Actor, number: int) -> dict[str, Any]:
    """The same letter, as if the actor had sent it: its server in place of theirs."""
    theirs = document["actor"]
    theirs = theirs.get("id") if isinstance(theirs, dict) else theirs
    text = json.dumps(document)
    if isinstance(theirs, str) and "://" in theirs:
        host = "/".join(theirs.split("/", 3)[:3])
        text = text.replace(theirs, actor.id).replace(host, actor.server.origin)
    moved: dict[str, Any] = json.loads(text)
    return {**moved, "id": f"{actor.server.origin}/wild/{number}", "actor": actor.id}


async def test_the_letters_of_other_programs_take_effect_once(
    here: Node, post: Post, bob: Actor, wire: Wire
) -> None:
    sent = [_as_of(one, bob, number) for number, one in enumerate(_activities())]
    assert len(sent) > 150
    for one in sent:
        assert (await post(bob, one)).status_code in (202, 400, 403)
    await settle(here)
    once = (await rows(here, times), await rows(here, heard), len(await letters(here)))
    for one in sent:
        await post(bob, one)
    here.now.advance(minutes=20)  # type: ignore[attr-defined]
    await settle(here)
    twice = (await rows(here, times), await rows(here, heard), len(await letters(here)))

    assert once == twice
    found = await letters(here)
    assert {one.state for one in found} <= ENDS
    assert not [one.code for one in found if one.code == "E_INTERNAL"]
    assert sum(one.state == "done" for one in found) > 20


# Type confusion


def _keys() -> list[str]:
    """Every property that any of our schemas knows."""
    found: set[str] = set()

    def walk(held: Any) -> None:
        if isinstance(held, dict):
            if isinstance(held.get("properties"), dict):
                found.update(held["properties"])
            for one in held.values():
                walk(one)
        elif isinstance(held, list):
            for one in held:
                walk(one)

    for one in schemas._documents(allow_http=False):
        walk(one)
    return sorted(found)


KEYS = _keys()
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53), 1 << 53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(max_size=12)
    | st.sampled_from(
        [f"{ORIGIN}/users/bob", f"{ORIGIN}/o/1", "https://alder.test/u/keeper", "https://[",
         "2026-11-20T09:00:00Z", "Note", "Create", "as:Public", "https://w3id.org/commons-node/ns#x"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
KINDS = ["Create", "Update", "Delete", "Undo", "Accept", "Reject", "Offer", "Follow", "Announce",
         "Add", "Like", "Flag", "Move", "MatchRequest", "Invite", "TentativeAccept"]  # fmt: skip


@given(
    kind=st.sampled_from(KINDS) | ODD,
    inner=st.sampled_from(
        ["Note", "Person", "Follow", "Offer", "Relationship", "Question", "Tombstone"]
    ),
    obj=ODD,
    changes=st.dictionaries(st.sampled_from(KEYS), ODD, max_size=6),
    deep=st.dictionaries(st.sampled_from(KEYS), ODD, max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_a_document_of_any_shape_is_read_or_refused(
    kind: Any, inner: str, obj: Any, changes: dict[str, Any], deep: dict[str, Any]
) -> None:
    """J05"""
    held = {"id": f"{ORIGIN}/o/1", "type": inner, **deep} if deep else obj
    base = {"id": f"{ORIGIN}/a/1", "actor": f"{ORIGIN}/users/bob", "type": kind, "object": held}
    document = {**base, **changes}
    try:
        _activity(document, f"{ORIGIN}/users/bob")
        read = reading.understand(
            json.dumps(document).encode(), wire.claims(CORE), allow_http=False
        )
    except (Malformed, Turned):
        return
    assert isinstance(read.activity, Activity)
    assert reading.stub(read.raw)


@given(
    letters_=st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.sampled_from(["Note", "Person", "Follow", "Offer", "Tombstone", "Like"]),
            ODD,
            st.dictionaries(st.sampled_from(KEYS), ODD, max_size=5),
            st.dictionaries(st.sampled_from(KEYS), ODD, max_size=5),
        ),
        min_size=5,
        max_size=5,
    )
)
@settings(
    max_examples=32,  # few letters at once: most that are larger than this are drawn in vain
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                           HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
async def test_letters_of_any_shape_end_and_break_nothing(
    here: Node, post: Post, bob: Actor, elm: Server, letters_: list[Any]
) -> None:
    """J05"""
    for kind, inner, obj, changes, deep in letters_:
        held = {"id": f"{ORIGIN}/o/1", "type": inner, **deep} if deep else obj
        letter = {**bob.says(kind, held), **changes}
        letter |= {"id": f"{ORIGIN}/fuzz/{next(elm.numbers)}", "actor": bob.id}
        # 401: he has deleted himself more often than his key is asked for again
        assert (await post(bob, letter)).status_code in (202, 400, 401, 403)
    await settle(here)

    found = await letters(here)
    assert {one.state for one in found} <= ENDS
    assert not [one for one in found if one.code == "E_INTERNAL"]
