"""What the codes of letters and servers mean, in words for keepers; pure."""

import re
from typing import Final

from node.kernel.errors import Sentence, mark

_SAID: Final = {
    "E_NAME": mark("Its name was not found. The server may be gone, or its name server away."),
    "E_CONNECTION": mark("Nobody answers there: the connection was refused or broke off."),
    "E_TLS": mark("Its certificate does not hold, so nobody knows who answers there."),
    "E_SLOW": mark("It did not answer in time."),
    "E_UNREACHABLE": mark("It cannot be reached."),
    "E_ADDRESS": mark("Its name leads to an address that must not be asked."),
    "E_URL": mark("Its address cannot be asked."),
    "E_MISSING": mark("It does not show us what we missed."),
    "E_LATER": mark("It had no time when we asked."),
    "E_LETTERS": mark("What it showed us could not be understood."),
    "E_OVERDUE": mark("It was tried for 30 days."),
    "E_EXPIRED": mark("Its time was over before it arrived."),
    "E_DROPPED": mark("A %(word_keeper)s gave it up."),
    "E_NO_ACTOR": mark("Nobody was found at this address."),
    "E_NO_KEY": mark("Whoever wrote it has left, and nobody can sign for them."),
    "E_COPY": mark("Another copy of this node is at work, so this one sends nothing."),
    "E_HTTP_400": mark("It did not understand the letter."),
    "E_HTTP_401": mark("It did not believe our signature. Is the clock of this machine right?"),
    "E_HTTP_403": mark("It does not want this from us."),
    "E_HTTP_404": mark("There is no such mailbox there any more."),
    "E_HTTP_408": mark("It lost patience with the letter."),
    "E_HTTP_410": mark("It says that the account is gone for good."),
    "E_HTTP_413": mark("The letter was too large for it."),
    "E_HTTP_429": mark("It asked us to come again later: that was much at once."),
    "E_HTTP_451": mark("The law forbids it to take this, it says."),
    "E_HTTP_503": mark("It has no time just now, and asked us to come again later."),
}  # fmt: skip
_TROUBLE: Final = mark("It had trouble of its own (%(status)s).")
_REFUSED: Final = mark("It refused the letter (%(status)s).")
_MOVED: Final = mark("It sent us on to somewhere else (%(status)s), where a letter must not go.")
_ELSE: Final = mark("It did not work: %(code)s.")
_STATUS: Final = re.compile(r"E_HTTP_([1-9]\d\d)")

WHAT: Final = {
    "Accept": mark("A yes"), "Add": mark("An entry in a list"), "Announce": mark("A share"),
    "Block": mark("A block"), "Create": mark("Something new"), "Delete": mark("A deletion"),
    "Flag": mark("A report"), "Follow": mark("A wish to follow"), "Invite": mark("An invitation"),
    "Like": mark("A like"), "MatchRequest": mark("A question for matches"),
    "Move": mark("A move"), "Offer": mark("A proposal"), "Reject": mark("A no"),
    "Remove": mark("A change of a list"), "Undo": mark("A taking back"),
    "Update": mark("A change"), "QuoteRequest": mark("A wish to quote"),
}  # fmt: skip
"""What an activity is, for people."""
SOMETHING: Final = mark("A letter")


def said(code: str) -> str:
    """What a code means, as a marked sentence.

    >>> str(said("E_HTTP_502")), str(said("E_ODD"))
    ('It had trouble of its own (502).', 'It did not work: E_ODD.')
    """
    if code in _SAID:
        return _SAID[code]
    found = _STATUS.fullmatch(code)
    if found is None:
        return Sentence(_ELSE, code=code[:60])
    kind = {"3": _MOVED, "4": _REFUSED}.get(found[1][0], _TROUBLE)
    return Sentence(kind, status=found[1])


def what(kind: str) -> str:
    """What a type of activity is called, as a marked word."""
    return WHAT.get(kind, SOMETHING)
