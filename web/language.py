"""Which language a page speaks, and how it says things in it.

English is the source. Catalogues are gettext, in ``locale/<language>``.
"""

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from node.kernel.errors import mark

__all__ = ["catalogue", "direction", "languages", "mark", "negotiate"]

SOURCE: Final = "en"
DOMAIN: Final = "folkmoot"
LOCALE: Final = Path(__file__).parent / "locale"
NAMES: Final = {"en": "English", "de": "Deutsch"}
_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "ug", "ur", "yi"})
_MOST_ASKED: Final = 12


@cache
def languages() -> tuple[str, ...]:
    """Every language that a page can speak, English first."""
    found = sorted(path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE, *(name for name in found if name != SOURCE))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language; for an unknown one, the source."""
    if language == SOURCE or language not in languages():
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language])


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, for the ``dir`` attribute."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def negotiate(own: str | None, asked: str, community: str) -> str:
    """Choose the language of a page.

    Args:
        own: what the member chose; wins when we have it.
        asked: the value of an Accept-Language header (RFC 9110 §12.5.4), or "".
        community: the community's language.

    Returns:
        One of `languages()`.
    """
    for wish in (own or "", *_asked(asked), community):
        if (known := _known(wish)) is not None:
            return known
    return SOURCE


def _known(wish: str) -> str | None:
    base = wish.strip().replace("_", "-").lower().partition("-")[0]
    return base if base in languages() else None


def _asked(header: str) -> Iterable[str]:
    wishes: list[tuple[float, str]] = []
    for part in header[:500].split(",")[:_MOST_ASKED]:
        name, _, rest = part.strip().partition(";")
        weight = _weight(rest)
        if weight > 0 and name != "*":
            wishes.append((weight, name))
    return [name for _, name in sorted(wishes, key=lambda wish: -wish[0])]


def _weight(parameter: str) -> float:
    _, equals, value = parameter.strip().partition("=")
    if not equals:
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
