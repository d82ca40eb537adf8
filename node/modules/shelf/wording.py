"""What is said of a loan: where it stands, what comes next, whose turn it is; for each of the two.

Nobody is blamed and nothing is counted: what is late is said as a wish of somebody.
"""

from collections.abc import Mapping
from typing import Final

from node.modules.shelf.rules import Party, State, Step
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Said:
    """Of one state, for one of the two: Now, Next and Your turn; marked sentences."""

    now: str
    next: str = mark("Nothing more")
    turn: str = ""


_O, _B = Party.OWNER, Party.BORROWER
STANDS: Final[Mapping[tuple[State, Party], Said]] = {
    (State.ASKED, _O): Said(
        now=mark("%(who)s asks for it"),
        next=mark("You hand it over on the first day"),
        turn=mark("Say yes or no"),
    ),
    (State.ASKED, _B): Said(
        now=mark("You asked %(who)s for it"), next=mark("%(who)s says yes or no")
    ),
    (State.AGREED, _O): Said(
        now=mark("Promised to %(who)s"),
        next=mark("You hand it over"),
        turn=mark("Say so when you have handed it over"),
    ),
    (State.AGREED, _B): Said(
        now=mark("%(who)s keeps it for you"),
        next=mark("You fetch it"),
        turn=mark("Say so when you have it"),
    ),
    (State.GIVEN, _O): Said(
        now=mark("You handed it over"), next=mark("%(who)s says that they have it")
    ),
    (State.GIVEN, _B): Said(
        now=mark("%(who)s says that you have it"),
        next=mark("You bring it back"),
        turn=mark("Say whether that is so"),
    ),
    (State.TAKEN, _O): Said(
        now=mark("%(who)s says that they have it"),
        next=mark("It comes back"),
        turn=mark("Say whether that is so"),
    ),
    (State.TAKEN, _B): Said(now=mark("You have it"), next=mark("%(who)s says that it is so")),
    (State.OUT, _O): Said(now=mark("%(who)s has it"), next=mark("It comes back")),
    (State.OUT, _B): Said(
        now=mark("You have it from %(who)s"),
        next=mark("You bring it back"),
        turn=mark("Bring it back, and say so"),
    ),
    (State.BROUGHT, _O): Said(
        now=mark("%(who)s says that it is back"),
        next=mark("It is free again"),
        turn=mark("Say whether that is so"),
    ),
    (State.BROUGHT, _B): Said(
        now=mark("You brought it back"), next=mark("%(who)s says that it is so")
    ),
    (State.BACK, _O): Said(now=mark("It is back")),
    (State.BACK, _B): Said(now=mark("It is back with %(who)s")),
    (State.DECLINED, _O): Said(now=mark("You said no")),
    (State.DECLINED, _B): Said(now=mark("Not this time, says %(who)s")),
    (State.WITHDRAWN, _O): Said(now=mark("%(who)s does not need it any more")),
    (State.WITHDRAWN, _B): Said(now=mark("You took your question back")),
    (State.CANCELLED, _O): Said(now=mark("Called off")),
    (State.CANCELLED, _B): Said(now=mark("Called off")),
    (State.LAPSED, _O): Said(now=mark("The days have passed")),
    (State.LAPSED, _B): Said(now=mark("The days have passed")),
    (State.KEPT, _O): Said(
        now=mark("You keep these days for yourself"), next=mark("It is free again")
    ),
}

STEPS: Final[Mapping[State, tuple[str, str, str]]] = {
    State.ASKED: (mark("You asked for it"), mark("%(who)s asked for it"), ""),
    State.AGREED: (mark("You said yes"), mark("%(who)s said yes"), ""),
    State.GIVEN: (mark("You handed it over"), mark("%(who)s handed it over"), ""),
    State.TAKEN: (mark("You fetched it"), mark("%(who)s fetched it"), ""),
    State.OUT: (mark("You said that it is so"), mark("%(who)s said that it is so"), ""),
    State.BROUGHT: (mark("You brought it back"), mark("%(who)s brought it back"), ""),
    State.BACK: (
        mark("You said that it is back"),
        mark("%(who)s said that it is back"),
        mark("It counts as back, after a week"),
    ),
    State.DECLINED: (mark("You said no"), mark("%(who)s said no"), ""),
    State.WITHDRAWN: (mark("You took it back"), mark("%(who)s took it back"), ""),
    State.CANCELLED: (
        mark("You called it off"),
        mark("%(who)s called it off"),
        mark("It is no longer lent, or one of you has left"),
    ),
    State.LAPSED: ("", "", mark("The days passed without it")),
    State.KEPT: (mark("You keep these days"), "", ""),
}
"""What happened: for whoever did it, for the other, and where nobody did it."""
AUTO: Final = mark("It was free, so it is yours on these days")
"""How a loan begins that its owner need not agree to."""
NOT_YET: Final = (mark("You said: not yet"), mark("%(who)s said: not yet"), "")

BUTTONS: Final[Mapping[tuple[State, Step, Party], str]] = {
    (State.ASKED, Step.YES, _O): mark("Yes, they can have it"),
    (State.AGREED, Step.HAND, _O): mark("I handed it over"),
    (State.AGREED, Step.HAND, _B): mark("I have it"),
    (State.GIVEN, Step.CONFIRM, _B): mark("Yes, I have it"),
    (State.GIVEN, Step.DENY, _B): mark("No, not yet"),
    (State.TAKEN, Step.CONFIRM, _O): mark("Yes, they have it"),
    (State.TAKEN, Step.DENY, _O): mark("No, not yet"),
    (State.OUT, Step.BRING, _B): mark("I brought it back"),
    (State.GIVEN, Step.BRING, _B): mark("I brought it back"),
    (State.TAKEN, Step.BRING, _B): mark("I brought it back"),
    (State.OUT, Step.BACK, _O): mark("It is back"),
    (State.GIVEN, Step.BACK, _O): mark("It is back"),
    (State.TAKEN, Step.BACK, _O): mark("It is back"),
    (State.BROUGHT, Step.CONFIRM, _O): mark("Yes, it is back"),
    (State.BROUGHT, Step.DENY, _O): mark("No, not yet"),
    (State.KEPT, Step.CANCEL, _O): mark("Free these days again"),
}
"""Steps that are one button. What may hurt is asked back, with a few words: see the page."""

DONE: Final[Mapping[Step, str]] = {
    Step.YES: mark("They read it on their first page."),
    Step.NO: mark("They read it on their first page."),
    Step.CANCEL: mark("The days are free again."),
    Step.HAND: mark("Noted. The other is asked whether that is so."),
    Step.CONFIRM: mark("Noted. Thank you."),
    Step.DENY: mark("Noted. The other reads it."),
    Step.BRING: mark("Noted. The other is asked whether that is so."),
    Step.BACK: mark("Noted. Thank you."),
}
"""What is said when a step is done."""
