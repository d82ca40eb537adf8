"""Every choice about people has its entry, and every setting its door."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from node.kernel.choices import Level
from node.kernel.module import Registry, installed
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
"""
"""How much of something fits, so that one sender or a slip of the finger cannot fill a disk, and
what keeps guessers out."""
CLOCKS = """
    accounts.rules.LINK accounts.rules.SESSION accounts.rules.WAIT groups.rules.AGAIN
    shelf.rules.NEWS peers.rules.LASTS peers.rules.OPEN pictures.rules.SPAN pictures.rules.WAITING
"""
"""When something is fetched or asked again, and how long a door stays ajar."""
UNWRITTEN: set[str] = set()
"""Modules whose choices are still to be written down."""
TECHNICAL = set(SIZES.split()) | set(CLOCKS.split())


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
    found = {c for f in (ROOT / "node/modules").rglob("rules.py") for c in _constants(f)}

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
