"""What a listing of other software is about, in the topics of our list; pure.

By what it names (a few well-known things of Wikidata), else by its hashtags, else by the words
of its title. A wrong guess costs a look at a notice; nothing is decided by it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from node.modules.listings.concepts import TOPICS, concept
from node.modules.listings.words import tokens

MOST = 2
"""Topics guessed for one listing."""

WIKIDATA: Final = MappingProxyType(
    {
        "Q11442": "transport", "Q1420": "transport", "Q39546": "tool-sharing", "Q571": "books",
        "Q2095": "food", "Q14745": "furniture", "Q11460": "clothing", "Q68": "computers",
        "Q34379": "music", "Q729": "animals", "Q756": "gardening", "Q8434": "teaching",
        "Q31207": "health", "Q12147": "health", "Q638": "music", "Q7590": "transport",
    }
)  # fmt: skip

_WORDS: Final = MappingProxyType(
    {
        "repair": "repair mend fix broken reparatur reparieren kaputt réparation réparer",
        "gardening": "garden gardening plant seed compost seedling garten pflanze samen kompost "
                     "jardin semence plante",
        "food": "food cooking meal bread soup fruit vegetable harvest essen kochen brot suppe obst "
                "gemüse ernte repas cuisine pain",
        "transport": "transport ride lift car van trailer bike bicycle cycle bus fahrt mitfahren "
                     "auto fahrrad anhänger transporter vélo voiture trajet",
        "tool-sharing": "tool drill ladder saw hammer screwdriver mower werkzeug bohrer leiter "
                        "bohrmaschine säge rasenmäher outil perceuse échelle",
        "childcare": "childcare babysitter babysitting kinderbetreuung kita",
        "care": "care companion visit pflege besuch begleitung",
        "health": "health doctor medicine gesundheit arzt medizin santé",
        "teaching": "teaching lesson tutoring course workshop unterricht nachhilfe kurs cours",
        "languages": "language translation translate sprache übersetzung übersetzen sprachkurs "
                     "langue traduction",
        "computers": "computer laptop printer phone software website radio drucker handy rechner "
                     "ordinateur",
        "writing": "letter formular antrag brief",
        "building": "building wood timber brick paint painting renovation holz ziegel farbe "
                    "streichen renovieren bois",
        "energy": "energy heating solar stove firewood energie heizung ofen brennholz chauffage",
        "clothing": "clothes clothing sewing shoe jacket knitting kleidung nähen schuh jacke "
                    "vêtement couture",
        "furniture": "furniture table chair sofa shelf bed wardrobe möbel tisch stuhl regal bett "
                     "schrank meuble",
        "books": "book library novel buch bücher bücherei livre",
        "music": "music guitar piano instrument choir musik gitarre klavier chor musique",
        "art": "art craft pottery drawing kunst basteln töpfern zeichnen",
        "sport": "sport yoga running football ball laufen fußball",
        "animals": "animal dog cat chicken pet tier hund katze huhn hühner chien",
        "space": "room space hall workshop flat accommodation raum zimmer saal werkstatt wohnung",
        "facilitation": "facilitation moderation mediation",
        "accounting": "accounting bookkeeping tax buchhaltung steuer",
        "events": "event feast party festival fest feier fête",
    }
)  # fmt: skip


@cache
def _topics_by_word() -> MappingProxyType[str, str]:
    found: dict[str, str] = {}
    for topic, words in _WORDS.items():
        for one in tokens([words, topic], "zxx"):
            found.setdefault(one, topic)
    return MappingProxyType(found)


def topics(named: Sequence[str], tags: Iterable[str], title: str) -> list[str]:
    """The topics of ours that a listing seems to be about, as IRIs; none if nothing is known.

    >>> topics([], ["#Werkzeug"], "Eine Leiter")
    ['https://w3id.org/commons-node/concepts#tool-sharing']
    """
    known = [WIKIDATA.get(_item(one), "") for one in named]
    tagged = [_by_tag(one.removeprefix("#")) for one in tags]
    by_word = _topics_by_word()
    titled = [by_word.get(one, "") for one in sorted(tokens([title]))]
    for guesses in (known, tagged, titled):
        found = list(dict.fromkeys(one for one in guesses if one))[:MOST]
        if found:
            return [concept(one) for one in found]
    return []


def _item(iri: str) -> str:
    """The last part of an address of Wikidata; "" for any other."""
    return iri.rpartition("/")[2] if "wikidata.org/" in iri else ""


def _by_tag(tag: str) -> str:
    word = tag.casefold().replace("_", "").replace("-", "")
    for topic in TOPICS:
        if topic.replace("-", "") == word:
            return topic
    return next((_topics_by_word().get(one, "") for one in tokens([tag])), "")
