"""Every part of a fit is read as a sentence of its own, in the language of whoever reads it."""

import ast
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings.api import concept
from node.modules.matching import scoring
from node.modules.matching.tables import match as kept
from tests.conftest import Browser, settle
from tests.modules.meeting import matches, post

WORDS = {"topic": concept("repair"), "narrower": concept("repair"), "beside": concept("repair"),
         "guessed": "repair", "related": "repair", "words": "wheel", "kind": "service",
         "terms": "gift", "way": "3"}  # fmt: skip


def named() -> list[str]:
    """The names of all parts: what the score's own code gives as the reason of a part."""
    found = set()
    for call in ast.walk(ast.parse(Path(scoring.__file__).read_text("utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            at = {"Part": 2, "_part": 1}.get(call.func.id)
            said = call.args[at : at + 1] if at else []
            said += [k.value for k in call.keywords if k.arg in {"reason", "part"}]
            told = [each.value for one in said for each in ast.walk(one)
                    if isinstance(each, ast.Constant)]  # fmt: skip
            found |= {one for one in told if isinstance(one, str) and one.isalpha()}
    return sorted(found)


PARTS = named()


@pytest.mark.sqlite
async def test_each_part_is_a_sentence_in_both_languages(
    alder: Node, browse: Callable[..., Awaitable[Browser]]
) -> None:
    sides = {}
    for name, language in (("ana", "en"), ("ben", "de")):
        sides[name] = await alder.write(
            accounts.add_member, name, alder.make_keys(), password_hash=None, language=language
        )
    await post(alder, sides["ana"], "request", hidden=False)
    await post(alder, sides["ben"], "offer", hidden=False)
    await settle(alder)
    told = [one for one in PARTS if one != "far"]  # which only speaks against it
    await alder.write(_with, told)

    read = {}
    for name, who in sides.items():
        (match,) = await matches(alder, who)
        page = (await (await browse(alder, name)).get(f"/match/{match.slug}")).text
        listed = page.partition('class="reasons"')[2].partition("</ul>")[0]
        lines = re.findall(r"<span>(.*?)</span>", listed, re.DOTALL)
        read[name] = [re.sub(r"<[^>]+>", "", line).strip() for line in lines][: len(told)]

    assert len(told) >= 11
    for lines in read.values():
        assert len(set(lines)) == len(told)
        assert all(lines)
    assert not set(read["ana"]) & set(read["ben"])
    assert not [line for line in read["ana"] if "possible" in line]


def _with(unit: Unit, parts: list[str]) -> None:
    """Have both read all of these parts."""
    said = [{"part": one, "words": [WORDS[one]] if one in WORDS else []} for one in parts]
    unit.db.execute(update(kept).values(reasons=said, but=None))
