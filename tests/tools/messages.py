"""Collects the words of pages and code and renews the translations: `make messages`.

Writes web/locale/folkmoot.pot, merges it into every LANGUAGE/LC_MESSAGES/folkmoot.po there,
and compiles those. A new language: `make messages` with LANGUAGE=de in the environment.
"""

import os
from pathlib import Path

from babel.messages.frontend import CommandLineInterface

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "web" / "locale"
TEMPLATE = LOCALE / "folkmoot.pot"


def pybabel(*arguments: str) -> None:
    """Run one of Babel's commands."""
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])


def collect() -> None:
    """Write the template from what stands in code and pages."""
    pybabel(
        "extract", "--mapping-file=pyproject.toml", f"--output-file={TEMPLATE}",
        "--project=Folkmoot", "--version=", "--copyright-holder=the authors of Folkmoot",
        "--add-comments=For translators:", "--keyword=_", "--keyword=mark", "--keyword=say",
        "--keyword=many:1,2",
        "--no-wrap", "--sort-by-file", ".",
    )  # fmt: skip


if __name__ == "__main__":
    os.chdir(ROOT)
    LOCALE.mkdir(exist_ok=True)
    collect()
    place = f"--output-dir={LOCALE}", "--domain=folkmoot", f"--input-file={TEMPLATE}"
    if language := os.environ.get("LANGUAGE"):
        pybabel("init", *place, f"--locale={language}")
    if any(LOCALE.glob("*/LC_MESSAGES/folkmoot.po")):
        pybabel("update", *place, "--no-fuzzy-matching", "--ignore-pot-creation-date")
        pybabel("compile", f"--directory={LOCALE}", "--domain=folkmoot", "--use-fuzzy")
    print(f"{TEMPLATE.relative_to(ROOT)} and {len(list(LOCALE.glob('*/')))} translations")
