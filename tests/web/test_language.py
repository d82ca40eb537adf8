"""Translations: whole, sure of themselves, and compiled from what stands in the project."""

import io
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from web.language import LOCALE, catalogue, direction, languages

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = DEFAULT_KEYWORDS | {"mark": None, "say": None, "many": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)0?2?[sd]")
OTHERS = [language for language in languages() if language != "en"]


def sentences(start: str = "") -> set:
    """Every sentence in files whose path begins so."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found = set()
    for mapping in settings["tool"]["babel"]["mappings"]:
        options = {k: v for k, v in mapping.items() if k not in {"method", "pattern"}}
        for pattern in mapping["pattern"]:
            folder, _, ending = pattern.partition("**")
            if not folder.startswith(start):
                continue
            for path in (ROOT / folder).rglob(f"*{ending}"):
                taken = extract_from_file(mapping["method"], path, KEYWORDS, options=options)
                found |= {message for _, message, _, _ in taken if message}
    return found


def translated(language: str):
    with (LOCALE / language / "LC_MESSAGES" / "folkmoot.po").open("rb") as file:
        return read_po(file, locale=language)


def test_german_is_spoken():
    assert languages()[0] == "en"
    assert "de" in languages()


def test_sentences_are_found():
    found = sentences("web/")

    assert "Skip to the page" in found
    assert "This page is not here" in found
    assert ("One thing needs another look", "%(num)s things need another look") in found


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language):
    catalog = translated(language)

    for message in sentences():
        entry = catalog.get(message[0] if isinstance(message, tuple) else message)
        assert entry is not None, message
        whole = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        assert all(whole), message


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_a_guess(language):
    assert [entry.id for entry in translated(language) if entry.fuzzy and entry.id] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_stands_there_once(language):
    for entry in translated(language):
        for text in entry.string if isinstance(entry.string, tuple) else (entry.string,):
            assert len(text) < 20 or text not in (text + text)[1:-1], entry.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_names_nothing_that_the_sentence_does_not(language):
    for entry in translated(language):
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        known = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for text in strings:
            used = set(PLACEHOLDER.findall(text)) if entry.id else set()
            assert used <= known, entry.id
            assert "%" not in PLACEHOLDER.sub("", text).replace("%%", "") or not entry.id, entry.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language):
    path = LOCALE / language / "LC_MESSAGES" / "folkmoot.mo"
    compiled = read_mo(io.BytesIO(path.read_bytes()))

    assert pairs(compiled) == pairs(translated(language))


def pairs(catalog) -> set:
    """What is said, and how, of every sentence that is translated."""
    each = ((plain(e.id), plain(e.string)) for e in catalog if e.id)
    return {(said, how) for said, how in each if all(how)}


def plain(text) -> tuple:
    return (text,) if isinstance(text, str) else tuple(text)


def test_an_unknown_language_is_the_source():
    assert catalogue("xx").gettext("Sign in") == "Sign in"
    assert catalogue("../de").gettext("Sign in") == "Sign in"


def test_some_languages_run_from_right_to_left():
    assert direction("ar") == direction("he-IL") == "rtl"
    assert direction("de") == direction("") == "ltr"
