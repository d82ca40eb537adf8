"""The words of a notice that can meet those of another; pure.

Small stop lists per language: what they leave out says nothing about a thing. What is not
in a list is kept; a missed match costs less than a wrong one.
"""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]{3,}")

_LISTS = {
    "en": """
        the and for with you your our his her its this that those these can could would
        will have has had are was were been who whom what when where which how from into
        onto over under about some any all one two not but out off get got give gives need
        needs needed want wants look looking offer offers offering help helps please
        thanks somebody anyone someone something anything hour hours day days week weeks
        time times bring take free just also only very much more most many few there here
        they them she him may might before after until during while again once mine yours
        does did kind kinds
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines und oder mit für von vom
        zum zur ich wir ihr sie uns euch mein meine meinen dein deine unser unsere kann
        können könnte habe haben hat bin ist sind war wer was wie wann wenn auf aus bei
        bis nach vor über unter ohne noch nur auch sehr mehr nicht kein keine brauche
        brauchen sucht suche suchen biete bieten gebe helfen hilfe bitte danke jemand
        jemanden etwas stunde stunden tag tage woche wochen zeit gerne gern hier dort dass
        sich also aber
    """,
    "fr": """
        les des une aux avec pour par sur dans qui que quoi dont nous vous ils elles mon
        mes ton tes son ses leur notre votre est sont suis avons peut peux besoin cherche
        offre aide heure heures jour jours merci quelqu pas plus tout
    """,
    "es": """
        los las una unos con para por sobre que quien como cuando donde nos mis sus muy
        pero necesito busco ofrezco ayuda hora horas gracias alguien algo todo puede puedo
    """,
}

STOP = {language: frozenset(words.split()) for language, words in _LISTS.items()}
"""What is no reason, by language."""

_EVERY = frozenset().union(*STOP.values())


def stop_words(language: str | None) -> frozenset[str]:
    """The words of a language that say nothing about a thing; those of all lists without one."""
    return STOP.get((language or "").split("-")[0].lower(), _EVERY)


def tokens(texts: Iterable[str | None], language: str | None = None) -> frozenset[str]:
    """The words that count in some texts: small letters, no accents, plural s dropped.

    Args:
        texts: plain words.
        language: a language tag; without one the words of all lists are left out.

    >>> sorted(tokens(["I need some pumps for the bikes"], "en"))
    ['bike', 'pump']
    """
    stop = stop_words(language)
    found: set[str] = set()
    for text in texts:
        for word in _WORD.findall((text or "").casefold()):
            if word not in stop:
                found.add(_plain(word))
    return frozenset(found)


def _plain(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return bare[:-1] if len(bare) > 4 and bare.endswith("s") and not bare.endswith("ss") else bare
