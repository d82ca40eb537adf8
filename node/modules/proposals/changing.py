"""Changing what a proposal says, until voting opens. A unit."""

from dataclasses import replace
from typing import Any

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, following, moves, queries, rules, stepping, wording
from node.modules.proposals.events import Changed
from node.modules.proposals.forms import LONGEST_TEXT, MOST_OPTIONS
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import plan
from node.modules.proposals.wording import Words
from vocab.html import untagged
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
    found, made = moves.ours(unit, slug)
    author = made.author == member and accounts.is_member(unit.db, member)
    if not author:
        raise Refused("E_NOT_YOURS", safe=THEIRS)
    if not rules.may_change(stage=found.stage, author=author, joint=made.joint is not None):
        raise Conflict("E_STAGE", safe=FIXED)
    course = courses.course(made.course)
    later, answers = course.wants_options, made.answers is not None
    wrong = wording.faults(unit, words, answers=answers, later=later)
    if words.method not in course.methods:
        wrong["method"] = mark("This course is decided in another way. Choose one of these.")
    if weak := following.too_weak(unit.db, words.method, made.replaces, words.text):
        wrong["method"] = weak
    if wrong:
        raise Invalid(wrong)
    queries.keep_version(unit, found, made)
    kept: dict[str, Any] = {"text": words.text, "method": words.method.value, "changed": unit.now}
    kept |= {"problem": words.problem or None, "affected": words.affected or None}
    kept["answers"] = following.answers_now(unit.db, made, words.text)
    kept["settings"] = {**(made.settings or {}), **wording.settings(words)}
    change_rows(unit.db, plan.c.proposal, found.id, **kept)
    said = replace(
        found,
        name=untagged(words.title),
        summary=wording.summary(unit, words.title, found.url or found.id),
        content=wording.content(unit, words.text, problem=words.problem, affected=words.affected),
        options=wording.options(unit, found.id, words),
    )
    moves.move(unit, put_off(unit, said, made), found.stage, sent=True)
    unit.log("proposal.change", member, subject=found.id)
    stepping.look_again(unit, slug)
    unit.tell(Changed(slug=slug))


def put_off(unit: Unit, found: Proposal, made: Plan) -> Proposal:
    """Keep a text still for some days from now on: a vote that would open sooner opens then."""
    until = stepping.still_until(unit.db, unit.now)
    if stepping.waits(found, made):
        if made.due is None or not stepping.is_last(found, made):
            return found
        if made.due < until:
            stepping.keep(unit, found, due=until, look=until)
            unit.later("proposals.step", due=until, slug=found.slug)
    if made.opens is None or made.opens >= until:
        return found
    closes = made.closes + (until - made.opens)
    stepping.keep(unit, found, opens=until, closes=closes)
    if made.look is None:
        unit.later("proposals.open", due=until, slug=found.slug)
    return replace(found, voting_starts=until, voting_ends=closes)


def reword(unit: Unit, slug: str, member: str, text: str) -> None:
    """Put another text in place of that of a proposal; all else of it stays.

    Raises:
        Missing, Refused, Conflict: as `change`; E_LONG, it would be too long;
            E_OTHER_WORDS, it confirms a decision, and would not say the same any more.
    """
    found, made = moves.ours(unit, slug)
    if made.author != member or not accounts.is_member(unit.db, member):
        raise Refused("E_NOT_YOURS", safe=THEIRS)
    if not rules.may_change(stage=found.stage, author=True, joint=made.joint is not None):
        raise Conflict("E_STAGE", safe=FIXED)
    if len(text) > LONGEST_TEXT:
        raise Conflict("E_LONG", slug, safe=LONG)
    if weak := following.too_weak(unit.db, made.method, made.replaces, text):
        raise Conflict("E_OTHER_WORDS", slug, safe=weak)
    queries.keep_version(unit, found, made)
    kept: dict[str, Any] = {"text": text, "changed": unit.now}
    kept["answers"] = following.answers_now(unit.db, made, text)
    change_rows(unit.db, plan.c.proposal, found.id, **kept)
    content = wording.content(unit, text, problem=made.problem, affected=made.affected)
    said = put_off(unit, replace(found, content=content), made)
    moves.move(unit, said, found.stage, sent=True)
    unit.log("proposal.change", member, subject=found.id)
    unit.tell(Changed(slug=slug))


def add_option(unit: Unit, slug: str, member: str, row: tuple[str, str], cost: int | None) -> None:
    """Write down an option of a proposal for which all of us collect options.

    Args:
        unit: the unit.
        slug: which proposal.
        member: any.
        row: its name and words.
        cost: where money is shared out.

    Raises:
        Missing: there is no such proposal.
        Refused: not a member.
        Conflict: E_STAGE, options are not collected now.
        Invalid: `option`, `cost` or `words` cannot be.
    """
    found, made = moves.ours(unit, slug)
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    if not may_add(found, made):
        raise Conflict("E_STAGE", slug, safe=NOT_NOW)
    rows, costs = rows_of(unit, found, made)
    words = _with(found, made, [*rows, row], [*costs, cost or 0])
    if wrong := _odd(unit, words, len(rows) + 1):
        raise Invalid(wrong)
    queries.keep_version(unit, found, made)
    changed = replace(found, options=wording.options(unit, found.id, words))
    kept: dict[str, Any] = {"changed": unit.now}
    kept["settings"] = {**(made.settings or {}), **wording.settings(words)}
    change_rows(unit.db, plan.c.proposal, found.id, **kept)
    moves.move(unit, put_off(unit, changed, made), found.stage, sent=True)
    unit.log("proposal.option", member, subject=found.id)
    stepping.look_again(unit, slug)
    unit.tell(Changed(slug=slug))


THEIRS = mark("Only who brought it can change it.")
FIXED = mark(
    "Voting has begun, or others decide on it too, so the text and the options stay as they are."
)
LONG = mark("The text would be too long. Shorten it, or say less.")
NOT_NOW = mark("Options are not collected now. Say it in the talk on its page.")
FULL = mark("Eight options are enough. Say in the talk which of them could go.")


def may_add(found: Proposal, made: Plan) -> bool:
    """Whether members may write down options now."""
    collects = courses.course(made.course).wants_options and made.joint is None
    return collects and found.stage in ("researching", "formingPositions")


def rows_of(
    unit: Unit, found: Proposal, made: Plan
) -> tuple[list[tuple[str, str]], list[int | None]]:
    """Names and words of the options that were written down, and what each costs."""
    own = [one for one in found.options if decisions.key(one.id) != decisions.STAY]
    costs = (made.settings or {}).get("costs", {})
    prices = [costs.get(decisions.key(one.id)) for one in own]
    said = [wording.unpriced(unit, one.tradeoff or "", cost) for one, cost in zip(own, prices,
            strict=True)]  # fmt: skip
    return [(one.name or "", words) for one, words in zip(own, said, strict=True)], prices


def _with(
    found: Proposal, made: Plan, rows: list[tuple[str, str]], costs: list[int | None]
) -> Words:
    """What a proposal says, with these options."""
    method = decisions.Method(made.method)
    settings = dict(made.settings or {})
    if method in decisions.BUDGETS:
        settings["costs"] = [cost or 0 for cost in costs]
    return Words(title=found.name, text=made.text, method=method, options=rows, settings=settings)


def _odd(unit: Unit, words: Words, number: int) -> dict[str, str]:
    """What is wrong with the last of some options, by the fields of its form."""
    if number > MOST_OPTIONS:
        return {"option": FULL}
    names = {f"option_{number}": "option", f"words_{number}": "words", f"cost_{number}": "cost"}
    wrong = wording.faults(unit, words, answers=False, later=True)
    return {names.get(name, "option"): sentence for name, sentence in wrong.items()}
