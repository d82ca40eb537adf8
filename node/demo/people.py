"""The invented communities of the demo: who lives there, what they need, offer and decide."""

from vocab.values import dataclass

PASSWORD = "come in, neighbour"  # noqa: S105 - of invented people


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A member: handle, name, the sentence of the gift."""

    handle: str
    name: str
    gift: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """An offer or a need; `reach` as in access.Reach, `hidden`: matched without a name."""

    who: str
    purpose: str
    title: str
    text: str
    kind: str
    topic: str
    minutes: int
    terms: tuple[str, ...]
    reach: str
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Thought:
    """An idea, and who puts how many points on it."""

    who: str
    title: str
    text: str
    points: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A community."""

    name: str
    purpose: str
    people: tuple[Someone, ...]
    wishes: tuple[Wish, ...]
    posts: tuple[tuple[str, str], ...] = ()
    ideas: tuple[Thought, ...] = ()


ALDER = Place(
    name="Alder Street",
    purpose="Forty doors around one courtyard. We lend, mend and decide together.",
    people=(
        Someone(handle="ana", name="Ana Lindqvist", gift="I turn quarrels into plans."),
        Someone(handle="otto", name="Otto Brandt", gift="I know where every pipe runs."),
        Someone(handle="mira", name="Mira Halim", gift="I make newcomers feel at home."),
        Someone(handle="jon", name="Jon Okafor", gift="I find the book you did not know of."),
        Someone(handle="lene", name="Lene Vos", gift="I listen until it is said."),
        Someone(handle="pavel", name="Pavel Dusek", gift="I grow more beans than I can eat."),
        Someone(handle="edda", name="Edda Lorenz", gift="I know who lived here before us."),
    ),
    wishes=(
        Wish(
            who="mira",
            purpose="request",
            title="Somebody who can true a bicycle wheel",
            text="The back wheel of my cargo bicycle wobbles. I would like to learn it, too.",
            kind="service",
            topic="repair",
            minutes=120,
            terms=("gift", "timeCredit"),
            reach="community",
            hidden=True,
        ),
        Wish(
            who="pavel",
            purpose="offer",
            title="Bean plants, two trays",
            text="Runner beans, sown in March, ready for a pole and some sun.",
            kind="give",
            topic="gardening",
            minutes=15,
            terms=("gift",),
            reach="public",
        ),
        Wish(
            who="jon",
            purpose="request",
            title="A tall ladder for Saturday",
            text="The gutter over our door is full of leaves.",
            kind="lend",
            topic="tool-sharing",
            minutes=180,
            terms=("lend",),
            reach="community",
        ),
        Wish(
            who="otto",
            purpose="offer",
            title="My long ladder, when I am at home",
            text="Seven metres, two parts. Please carry it with a second person.",
            kind="lend",
            topic="tool-sharing",
            minutes=240,
            terms=("lend",),
            reach="community",
        ),
        Wish(
            who="lene",
            purpose="offer",
            title="Two long tables and their benches",
            text="From my mother's inn. They fold, and fit on one handcart.",
            kind="lend",
            topic="events",
            minutes=240,
            terms=("lend",),
            reach="community",
        ),
    ),
    posts=(
        ("ana", "The courtyard tap is on again. Thank you, Otto, for lying in the mud."),
        ("lene", "Tea at mine on Thursday at four, for whoever has not spoken all day."),
    ),
    ideas=(
        Thought(
            who="mira",
            title="A shelf for parcels under the stairs",
            text="Mine went back twice last month, and I was two floors up.",
            points={"mira": 10, "otto": 10, "jon": 10, "ana": 10},
        ),
        Thought(
            who="pavel",
            title="One quiet hour on Sundays",
            text="",
            points={"lene": 6},
        ),
    ),
)

BIRCH = Place(
    name="Birch Yard",
    purpose="Workshops and flats in the old tram depot, run by those who use them.",
    people=(
        Someone(handle="bo", name="Bo Nakamura", gift="I give broken things another year."),
        Someone(handle="ines", name="Ines Ferreira", gift="I can explain money without fear."),
        Someone(handle="tariq", name="Tariq Aziz", gift="I cook for forty as if for four."),
        Someone(handle="wanda", name="Wanda Kowal", gift="I sew what shops no longer sell."),
        Someone(handle="felix", name="Felix Amsel", gift="I bring the loud and the shy together."),
        Someone(handle="yuki", name="Yuki Mori", gift="I keep what we agreed in plain words."),
    ),
    wishes=(
        Wish(
            who="bo",
            purpose="offer",
            title="Bicycle wheels built and trued",
            text="I have a truing stand and spokes. You do it yourself and I sit beside you.",
            kind="service",
            topic="repair",
            minutes=120,
            terms=("gift", "timeCredit"),
            reach="trusted",
        ),
        Wish(
            who="tariq",
            purpose="offer",
            title="Soup for a house that moves",
            text="A pot for twelve on the day of the move. Bring the pot back.",
            kind="meal",
            topic="food",
            minutes=90,
            terms=("gift",),
            reach="public",
        ),
        Wish(
            who="wanda",
            purpose="request",
            title="Somebody to read me a letter from the tax office",
            text="It has four pages and I understand two sentences.",
            kind="service",
            topic="writing",
            minutes=45,
            terms=("gift",),
            reach="community",
        ),
    ),
    posts=(("felix", "The big door closes by itself again. It only needed a smaller spring."),),
)

CEDAR = Place(
    name="Cedar Hill",
    purpose="Five farms and a school above the river.",
    people=(
        Someone(handle="carla", name="Carla Rossi", gift="I see what a field needs."),
        Someone(handle="henk", name="Henk de Boer", gift="I repair engines that nobody repairs."),
        Someone(handle="noor", name="Noor Haddad", gift="I teach reading with patience."),
        Someone(handle="sami", name="Sami Laine", gift="I remember who promised what."),
        Someone(handle="greta", name="Greta Wolf", gift="I bake before anybody is awake."),
    ),
    wishes=(
        Wish(
            who="henk",
            purpose="offer",
            title="A trailer for a car, a day at a time",
            text="Up to 500 kilos. It has seen better days, and still more will come.",
            kind="lend",
            topic="transport",
            minutes=480,
            terms=("lend",),
            reach="public",
        ),
        *(
            Wish(
                who=who,
                purpose="request",
                title=title,
                text="A day in the field, with soup at noon.",
                kind="service",
                topic="gardening",
                minutes=240,
                terms=("gift", "timeCredit"),
                reach="trusted",
            )
            for who, title in (
                ("carla", "Two who pull carrots with us"),
                ("henk", "Somebody for the pumpkins"),
                ("noor", "Hands for the school's beans"),
                ("sami", "Somebody who ties up tomatoes"),
                ("greta", "Two who pick plums"),
            )
        ),
    ),
)

PLACES = {"alder": ALDER, "birch": BIRCH, "cedar": CEDAR}

TOOLS = (
    "Lend our tools to the neighbouring communities",
    (
        "Whoever is a member of a community that we trust may borrow from our tool wall, under "
        "the rules that hold for us: written into the book, back within a week, broken things "
        "are said and not hidden.\n\nWe look at it again after half a year."
    ),
)
"""What birch decides: title and text."""

GATE = (
    "Keep the gate to the street open in the daytime",
    (
        "From eight in the morning until dark the gate stands open, so that people find the "
        "board and the bench. Whoever comes last in the evening closes it."
    ),
)
"""What is open at alder, for whoever walks through the demo."""

CORNER = (
    "What becomes of the empty corner by the gate?",
    "The old shed is gone, and the corner gets sun until four. There is money for one of these.",
)
CORNER_OPTIONS = (
    ("A bench and two planters", "A place to sit. Somebody has to water them in summer."),
    ("A rack for the long bicycles", "The entrance is free again. It will not look like much."),
    ("A sandpit with a lid", "The small ones stay in sight. The sand is new every other year."),
)
"""What is open at alder besides, with options to choose from."""

BIKES = (
    "Share our three cargo bikes",
    (
        "Whoever lives in one of our three communities may borrow each of the bikes.\n\n"
        "Each community looks after its own, and says by noon when it needs it itself."
    ),
)
"""What the three decide together: title and text."""

ADOPTED = (
    "We adopt what Birch Yard decided: Lend our tools to the neighbouring communities",
    (
        "Birch Yard lends its tools to us. We do the same with what hangs in the school's shed, "
        "under the same rules."
    ),
)
"""What cedar decides about it."""
