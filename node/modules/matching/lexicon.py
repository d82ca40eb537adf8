"""Which words mean the same, in a few languages; pure.

A thing has one line, whatever it is called: so a *Leiter* meets a ladder, and a sewing machine
is told from a bicycle although both are repaired. What is in no line is compared as it is
written. What stands in `PLAIN` says what is done, not with what, and weighs little.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from node.modules.listings import api as listings

_LINES: Final = """
bicycle bike cycle fahrrad rad drahtesel velo bicicleta
tyre tire puncture reifen schlauch platten pneu
car auto wagen pkw voiture coche
trailer anhänger remorque
van transporter lieferwagen camionnette
ladder leiter stehleiter échelle escalera
drill bohrer bohrmaschine perceuse taladro
saw säge scie sierra
hammer marteau
screwdriver schraubenzieher schraubendreher akkuschrauber tournevis
mower rasenmäher mäher tondeuse
hedge hecke haie
tree baum bäume arbre
tomato tomate
courgette zucchini
seedling jungpflanze setzling pflänzchen semis
plant pflanze plante
compost kompost
apple apfel äpfel pomme
wood holz brennholz firewood kaminholz bûche
stove ofen poêle
heating heizung chauffage
sewing nähen couture
nähmaschine
trouser trousers hose jeans pantalon
hem saum säume ourlet
zip zipper reißverschluss
jacket jacke mantel coat manteau
shoe schuh chaussure zapato
clothes kleidung kleider vêtement ropa
washing waschmaschine wäsche laundry lessive
fridge kühlschrank frigo
table tisch mesa
chair stuhl stühle chaise silla
sofa couch canapé
wardrobe schrank kleiderschrank cupboard armoire
shelf regal étagère
bed bett bettgestell lit cama
mattress matratze matelas
lamp lampe leuchte
radio rundfunk
television fernseher télé
computer rechner laptop notebook pc ordinateur
printer drucker imprimante
phone telefon handy smartphone téléphone
website webseite homepage
wifi wlan wi-fi
book buch bücher livre libro
guitar gitarre guitare
piano klavier
violin geige violine violon
drum schlagzeug trommel
choir chor
singing singen gesang
chess schach échecs
cat katze katzen kater chat gato
dog hund hunde chien perro
chicken huhn hühner henne poule
rabbit kaninchen hase
child children kid kind kinder baby enfant niño
babysitting babysitter kinderbetreuung
hospital krankenhaus klinik hôpital
doctor arzt ärztin médecin
wheelchair rollstuhl
massage
german deutsch allemand
english englisch anglais
french französisch français
spanish spanisch espagnol
turkish türkisch
arabic arabisch
math maths mathe mathematik
physics physik
tax steuer steuererklärung impôt
form formular antrag anträge application
housing wohngeld
letter brief lettre
painting malern streichen anstrich
wall wand wände mauer mur
tile fliese carrelage
roof dach toit
gutter dachrinne regenrinne
window fenster fenêtre
door tür türe porte
plumbing wasserhahn tap klempner sanitär
kitchen küche cuisine
room raum zimmer saal salle hall
workshop werkstatt atelier
garden garten jardin
flat wohnung apartment appartement
tent zelt
sleeping schlafsack
pump pumpe luftpumpe
wheel laufrad felge spoke speiche
chain kette
bread brot pain
cake kuchen torte gâteau
soup suppe eintopf stew soupe
meal mahlzeit essen repas
vegetable gemüse légume
fruit obst
egg ei eier œuf
honey honig miel
jam marmelade
visit besuch besuche visite
shopping einkauf einkaufen einkäufe courses
party fest feier geburtstag birthday geburtstagsfeier fête
bench werkbank
projector beamer
speaker lautsprecher
camera kamera fotoapparat
pram kinderwagen
cot kinderbett gitterbett
toy spielzeug jouet
puzzle puzzles
yoga
football fußball
swimming schwimmen
running laufen joggen
vietnamese vietnamesisch
moving umzug umziehen déménagement
box karton kisten umzugskarton
"""

_PLAIN: Final = """
repair mend fix reparatur reparieren repariere streikt kaputt broken maintenance
lesson course class unterricht kurs stunde nachhilfe tutoring teach teaching learn lernen beginner
anfänger üben practise practice
lend borrow leihen verleihen ausleihen abgeben abzugeben gesucht verschenken
lift fahrt mitfahrgelegenheit ride trip fahre
help hilfe support unterstützung care betreuung
someone jemand people leute person adult
old new alte neu neue small big large great klein groß große
bring take make look feed füttern füttert
"""

_NEVER: Final = """
monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag
freitag samstag sonntag montags dienstags mittwochs donnerstags freitags samstags sonntags
morning afternoon evening weekday weekend morgen vormittag nachmittag nachmittags abend abends
morgens january february march april may june july august september october november december
januar februar märz mai juni juli oktober dezember winter summer sommer herbst frühling ferien
place home hause ecke once twice einmal two three four five six seven eight nine ten twelve
zwei drei vier fünf sechs sieben acht neun zehn zwölf
"""

_ENDINGS: Final = (
    "ierungen", "ierung", "ieren", "ungen", "iert", "ung", "ing", "ern", "ers", "en", "er", "em",
    "es", "ed", "e", "n", "s",
)  # fmt: skip
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_STEM: Final = 4
_COMPOUND: Final = 8


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without accents and without its ending; rough, and the same for every language.

    >>> stem("Fahrräder") == stem("Fahrrades") == stem("fahrrad")
    True
    """
    parts = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    for ending in _ENDINGS:
        if bare.endswith(ending) and len(bare) - len(ending) >= _STEM:
            return bare[: -len(ending)]
    return bare


@cache
def _same() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in _LINES.strip().splitlines():
        names = [stem(word) for word in line.split()]
        for name in names:
            found.setdefault(name, names[0])
    return MappingProxyType(found)


@cache
def plain() -> frozenset[str]:
    """The stems that say what is done, not with what."""
    return frozenset(map(stem, _PLAIN.split()))


@cache
def _never() -> frozenset[str]:
    return frozenset(map(stem, _NEVER.split()))


@cache
def things() -> frozenset[str]:
    """The stems that have a line: what is surely a thing."""
    return frozenset(_same().values())


def same_as(lines: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """The stems of words that a community says mean the same, to one of them each.

    Args:
        lines: words that mean the same, one line for each thing. Where one of them is known
            already, all mean what it means.
    """
    known, found = _same(), dict[str, str]()
    for line in lines:
        stems = [stem(word) for word in line]
        head = next((known[one] for one in stems if one in known), stems[0] if stems else "")
        for one in stems:
            if one not in known:
                found.setdefault(one, head)
    return found


def words(
    texts: Iterable[str], language: str | None = None, same: Mapping[str, str] = _NONE
) -> dict[str, str]:
    """What some texts speak of: the stem of each word that counts, to the word as it stands.

    Args:
        texts: plain words.
        language: a language tag; without one the stop words of all languages are left out.
        same: what a community says means the same, of `same_as`.
    """
    stop = listings.stop_words(language)
    found: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(text):
            if word.casefold() not in stop:
                for one in _meanings(word, same):
                    found.setdefault(one, word.casefold())
    return found


def _meanings(word: str, same_here: Mapping[str, str]) -> Iterable[str]:
    """A word's stem, or that of its line; of a compound also what it is made of."""
    bare = stem(word)
    if bare in same_here:
        return (same_here[bare],)
    if bare in _never():
        return ()
    same = _same()
    if bare in same:
        return (same[bare],)
    return (bare, *_inside(bare)) if len(bare) >= _COMPOUND else (bare,)


@cache
def _inside(bare: str) -> tuple[str, ...]:
    """The things a compound begins or ends with: a “fahrradreparatur” is about a bicycle."""
    same = _same()
    cuts = range(_STEM, len(bare) - 2)
    begins = next((same[bare[:cut]] for cut in reversed(cuts) if bare[:cut] in same), None)
    ends = next((same[bare[-cut:]] for cut in reversed(cuts) if bare[-cut:] in same), None)
    return tuple(dict.fromkeys(one for one in (begins, ends) if one))
