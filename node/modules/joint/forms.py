"""The forms of joint decisions: with whom and by what rule; how we decide on it here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.kernel.tables import Account
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Kind, Rule, Silence, Weighting
from node.modules.proposals import api as proposals
from web.forms import Choice, Form, Moment, Number, Pick, Tick
from web.language import mark

RULES: Final = (
    Choice(Kind.MAJORITY.value, mark("More say yes than no")),
    Choice(Kind.SHARE.value, mark("A larger share of those that say yes or no")),
    Choice(Kind.CONSENT.value, mark("Nobody says no, and at least one says yes")),
    Choice(Kind.ALL.value, mark("All say yes")),
    Choice(Kind.SOME.value, mark("So many say yes as I write below")),
)
THRESHOLDS: Final = (
    Choice("3/5", mark("Three fifths")),
    Choice("2/3", mark("Two thirds")),
    Choice("3/4", mark("Three quarters")),
)
WEIGHTS: Final = (
    Choice(Weighting.EQUAL.value, mark("Each community alike")),
    Choice(Weighting.MEMBERS.value, mark("By how many may vote there"),
           mark("What each says of itself in its record; nobody else can count it.")),
    Choice(Weighting.TABLE.value, mark("As I write below")),
)  # fmt: skip
SILENCES: Final = (
    Choice(Silence.NOTHING.value, mark("It is not counted")),
    Choice(Silence.ABSTAIN.value, mark("It abstains")),
    Choice(Silence.REJECT.value, mark("It counts as a no")),
)
METHODS: Final = tuple(
    Choice(name, one.title, one.good_for)
    for name, one in decisions.METHODS.items()
    if name not in {*decisions.SEATS, *decisions.BUDGETS, "options"}
)
ANSWER: Final = Form(
    Pick("method", mark("How do we decide?"), choices=METHODS),
    Moment("closes", mark("When does voting close?"),
           mark("At least a day later. Write it as in “Sat 20:00” or “13 March 20:00”.")),
    Pick("share", mark("How many of us must take part?"),
         mark("At least three ballots are needed in any case."), choices=proposals.SHARES),
)  # fmt: skip


def begin(communities: Sequence[Account], ours: str) -> Form:
    """The form that invites; `weight_0` is our own community's, the others' in their order."""
    names = [ours, *(one.label for one in communities)]
    return Form(
        Pick("invited", mark("With whom?"), several=True,
             choices=tuple(Choice(one.id, one.label) for one in communities)),
        Pick("rule", mark("When is it a yes of all?"), choices=RULES),
        Moment("answer_by", mark("Until when do they say whether they take part?"),
               mark("At least a day from now.")),
        Moment("ends", mark("Until when has each community decided?"),
               mark("What is decided later does not count.")),
        Pick("share", mark("How large a share?"), choices=THRESHOLDS),
        Number("needed", mark("How many have to say yes?"), optional=True, least=1, most=21),
        Number("least", mark("How many have to take part?"),
               mark("Communities, ours too. With fewer, nothing is decided."), least=1, most=21),
        Tick("veto", mark("One objection stops it"),
             mark("A community objects when it decides by consent and somebody there does.")),
        Pick("silence", mark("And if a community says nothing?"),
             mark("It is never a yes."), choices=SILENCES),
        Pick("weighs", mark("What does each weigh?"), choices=WEIGHTS),
        *(Number(f"weight_{n}", name, optional=True, least=1, most=1000)
          for n, name in enumerate(names)),
    )  # fmt: skip


def rule(values: Mapping[str, Any], communities: Sequence[Account], us: str) -> Rule:
    """The rule that a form says."""
    kind, weighting = Kind(values["rule"]), Weighting(values["weighs"])
    ids = [us, *(one.id for one in communities)]
    wanted = {us, *values["invited"]}
    table = {id: values.get(f"weight_{n}") or 1 for n, id in enumerate(ids) if id in wanted}
    top, _, bottom = str(values["share"]).partition("/")
    threshold = (int(top), int(bottom)) if kind is Kind.SHARE else (1, 2)
    if kind is Kind.SOME:
        threshold = (values.get("needed") or len(wanted), len(wanted))
    weighed = weighting is not Weighting.EQUAL
    return Rule(
        kind=Kind.WEIGHTED if kind is Kind.SHARE and weighed else kind,
        threshold=threshold,
        least=values["least"],
        veto=values["veto"],
        weighting=weighting if kind in (Kind.SHARE, Kind.MAJORITY) else Weighting.EQUAL,
        silence=Silence(values["silence"]),
        table=table if weighting is Weighting.TABLE else {},
    )
