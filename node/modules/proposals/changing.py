"""Changing what a proposal says, until voting opens. A unit."""

from dataclasses import replace
from typing import Any

from sqlalchemy import update

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.proposals import bringing, rules, wording
from node.modules.proposals.tables import plan
from node.modules.proposals.wording import Words
from vocab.html import from_text, untagged
from web.language import mark


def change(unit: Unit, slug: str, member: str, words: Words) -> None:
    """Put other words, or other options, in place of those of a proposal.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who brought it.
        words: all that it is to say from now on.

    Raises:
        Missing: there is no such proposal.
        Refused: somebody else brought it.
        Conflict: voting has begun, or it was taken back.
        Invalid: `method` or `option_…` cannot be.
    """
    found, made = bringing.ours(unit, slug)
    author = made.author == member and accounts.is_member(unit.db, member)
    if not author:
        raise Refused("E_NOT_YOURS", safe=THEIRS)
    if not rules.may_change(stage=found.stage, author=author, joint=made.joint is not None):
        raise Conflict("E_STAGE", safe=FIXED)
    if wrong := wording.faults(unit, words, answers=made.answers is not None):
        raise Invalid(wrong)
    kept: dict[str, Any] = {"text": words.text, "method": words.method.value, "changed": unit.now}
    kept["settings"] = {**(made.settings or {}), **wording.settings(words)}
    unit.db.execute(update(plan).where(plan.c.proposal == found.id).values(kept))
    said = replace(
        found,
        name=untagged(words.title),
        summary=wording.summary(unit, words.title, found.url or found.id),
        content=from_text(words.text),
        options=wording.options(unit, found.id, words),
    )
    bringing.move(unit, said, found.stage, sent=True)
    unit.log("proposal.change", member, subject=found.id)


THEIRS = mark("Only who brought it can change it.")
FIXED = mark(
    "Voting has begun, or others decide on it too, so the text and the options stay as they are."
)
