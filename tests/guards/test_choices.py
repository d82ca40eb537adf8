"""Every choice about people has its entry, and every setting its door."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from node.kernel.choices import Level
from node.kernel.module import Registry, installed
from node.kernel.settings import Settings, Unusable, load
from tests.guards.tree import CODE, ROOT, python_files

REGISTRY = Registry(installed())
SIZES = """
    agreements.rules.DIGITS agreements.rules.MOST_OPEN
    agreements.rules.TERM agreements.rules.WORDS groups.rules.LONGEST
    joint.rules.MOST joint.rules.UNANSWERED ledger.rules.WORDS listings.rules.MOST_SENT
    matching.rules.ROUNDS matching.rules.MESSAGE matching.rules.MOST_PEERS
    moderation.rules.FROM_ONE_HOST moderation.rules.LONGEST moderation.rules.SAID
    moderation.rules.WORDS notes.rules.EMOJI
    notes.rules.MENTIONS notes.rules.MOST_OPTIONS notes.rules.OPTIONS notes.rules.PICTURES
    pictures.rules.DESCRIPTION pictures.rules.MOST pictures.rules.PER_HOST profiles.rules.MOST
    proposals.rules.FEWEST_OPTIONS reactions.rules.LONGEST reactions.rules.MOST identity.rules.MOST
    shelf.rules.WORDS accounts.rules.LEAST accounts.rules.TRIES
    accounts.rules.NAME accounts.rules.PURPOSE
"""
"""How much of something fits, so that one sender or a slip of the finger cannot fill a disk, and
what keeps guessers out."""
CLOCKS = """
    accounts.rules.LINK accounts.rules.SESSION accounts.rules.WAIT groups.rules.AGAIN
    shelf.rules.NEWS peers.rules.LASTS peers.rules.OPEN pictures.rules.SPAN pictures.rules.WAITING
"""
"""When something is fetched or asked again, and how long a door stays ajar."""
DECIDING = """
    challenges charter decisions deliberation deliveries ideas joint jury proposals roles rounds
"""
"""Modules of which every file is read, not the rules alone: whatever they fix, they fix for all."""
BESIDE = """
    challenges.slots.FRESH decisions.checks.SMALLEST_SHOWN decisions.checks.SUPPRESSED_BELOW
    decisions.finding.MOST decisions.guarding.DIGEST decisions.looking.BACK
    decisions.looking.PAGES decisions.options.MOST decisions.pages.MOST_ANSWERS
    decisions.recounting.MOST_BALLOTS decisions.register.LONGEST decisions.register.WORDS
    decisions.replies.MOST_ANSWERS decisions.sightings.OTHERS decisions.slots.FEW
    decisions.slots.RECENT decisions.verifying.MOST decisions.voices.MONTH
    decisions.watch_pages.FRESH decisions.witnesses.LEAVES decisions.witnesses.LONGEST
    decisions.witnesses.STATEMENTS deliveries.figures.MOST deliveries.slots.REPORTS
    deliveries.slots.REVIEWS
    deliveries.slots.SOON joint.handlers.LONGEST joint.jobs.TRIES joint.pages.ANSWER_DAYS
    joint.pages.DECIDE_DAYS joint.telling.REVIEW jury.sitting.DIGEST proposals.courses.FEWEST
    proposals.delegations.KEPT proposals.delegations.NEWS proposals.drafts.MOST
    proposals.finding.MOST proposals.forms.LONGEST_TEXT proposals.forms.MOST_OPTIONS
    proposals.forms.USUAL proposals.shapes.LONGEST proposals.starting.BEFORE roles.handlers.MOST
"""
"""There, beside the rules: how much fits on a page or in a letter, what a form suggests, what the
vocabulary fixes for all who speak it."""
UNWRITTEN: set[str] = set()
"""Modules whose choices are still to be written down."""
TECHNICAL = set(SIZES.split()) | set(CLOCKS.split()) | set(BESIDE.split())


def _constants(file: Path) -> Iterator[str]:
    """The numbers and times at the top of a module's rules, by name."""
    name = ".".join(file.relative_to(ROOT / "node/modules").with_suffix("").parts)
    for node in ast.parse(file.read_text()).body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign):
            target = node.targets[0]
        if not isinstance(target, ast.Name) or not target.id.isupper() or target.id[0] == "_":
            continue
        value = node.value  # type: ignore[attr-defined]
        number = isinstance(value, ast.Constant) and type(value.value) is int
        span = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "timedelta"
        if span or number:
            yield f"{name}.{target.id}"


def test_every_number_about_people_has_an_entry() -> None:
    """Whoever writes one says whether it is a choice: an entry, or a line in the lists above."""
    spoken = {one for choice in REGISTRY.choices.values() for one in choice.stands}
    modules = ROOT / "node/modules"
    files = [
        *modules.rglob("rules.py"),
        *(f for m in DECIDING.split() for f in (modules / m).rglob("*.py")),
    ]
    found = {c for f in files if "migrations" not in f.parts for c in _constants(f)}

    left = {one for one in found - spoken - TECHNICAL if one.split(".")[0] not in UNWRITTEN}
    assert left == set()
    assert not TECHNICAL - found, "these are gone, or have another name"
    assert not TECHNICAL & spoken


def test_every_entry_speaks_of_something_that_is_there() -> None:
    for choice in REGISTRY.choices.values():
        for one in choice.stands:
            module, _, name = one.rpartition(".")
            assert hasattr(importlib.import_module(f"node.modules.{module}"), name), one
        assert choice.title, choice.name
        assert choice.why, choice.name
        assert choice.words or isinstance(choice.default, bool | str), choice.name
        assert choice.default is None or choice.fits(choice.default), choice.name
        assert choice.level in Level


def test_neither_the_file_nor_the_environment_sets_a_choice(tmp_path: Path) -> None:
    """What the operator may set is about the machine; a choice there is a name nobody knows."""
    names = {one.name for one in fields(Settings)}
    for choice in REGISTRY.choices.values():
        assert not {choice.name, choice.key, choice.part, choice.name.replace(".", "_")} & names
        for name in (choice.name, choice.key):
            (tmp_path / "folkmoot.toml").write_text(f'"{name}" = 1\n')
            with pytest.raises(Unusable):
                load(tmp_path, {})
    (tmp_path / "folkmoot.toml").unlink()
    with pytest.raises(Unusable):
        load(tmp_path, {"FOLKMOOT_IDEAS_POINTS": "1"})


def test_no_command_sets_a_choice() -> None:
    """The commands import neither the door for choices nor whoever opens it."""
    for name in ("cli", "commands", "keeping", "serving"):
        tree = ast.parse((ROOT / f"node/{name}.py").read_text())
        told = {part for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
                for part in f"{getattr(node, 'module', '')}.{alias.name}".split(".")}  # fmt: skip
        assert not told & {"choosing", "charter"}, name


def test_what_the_design_asks_for_are_settings_and_at_their_level() -> None:
    wanted = {
        "ideas.points": "charter", "ideas.most": "charter", "ideas.people": "decision",
        "ideas.share": "decision", "ideas.depth": "decision", "decisions.active_days": "charter",
        "decisions.fewest": "charter", "decisions.floor": "charter", "ledger.on": "decision",
        "ledger.hours": "decision", "members_invite": "decision", "house_rules": "steward",
    }  # fmt: skip
    for name, level in wanted.items():
        choice = REGISTRY.choices[name]
        assert (choice.settable, choice.level) == (True, level), name


def test_nothing_but_one_door_writes_settings() -> None:
    """`unit.keep` writes whatever it is told; `unit.set` refuses choices."""
    callers = set()
    for file in python_files(*CODE):
        for node in ast.walk(ast.parse(file.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr == "keep" and len(node.args) == 2:  # type: ignore[attr-defined]
                on = node.func.value  # type: ignore[attr-defined]
                if isinstance(on, ast.Name) and on.id in ("unit", "self"):
                    callers.add(str(file.relative_to(ROOT)))
    assert callers == {"node/kernel/unit.py", "node/kernel/choosing.py"}


def test_only_the_door_writes_a_choice_down() -> None:
    """`unit.keep` asks nothing, so `unit.set` and `choosing` alone may call it."""
    calls = [
        file.relative_to(ROOT).as_posix()
        for file in python_files(*CODE)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "keep"
        if getattr(node.value, "id", "") in ("unit", "self")
    ]

    assert set(calls) == {"node/kernel/choosing.py", "node/kernel/unit.py"}
