"""What can go wrong, in our own words.

Every error has a `code` for machines and logs, a `safe` sentence for the world, and
the HTTP `status` a page answers with. The message itself may hold anything.
"""

import errno
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Self


def mark(message: str) -> str:
    """Return the sentence as it is; marks it for translation where it is written."""
    return message


class Sentence(str):
    """An English sentence with values in it, which is still translated as a whole."""

    __slots__ = ("msgid", "values")
    msgid: str
    values: Mapping[str, object]

    def __new__(cls, msgid: str, **values: object) -> Self:
        """Fill `%(name)s` in a marked sentence; as text it is the English one."""
        self = super().__new__(cls, msgid % values)
        self.msgid, self.values = msgid, values
        return self


class Problem(Exception):
    """Something that could not be done, and what may be said about it."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, detail: str = "", *, safe: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.safe = safe


class Refused(Problem):
    """Understood and not allowed."""

    status = 403


class Missing(Problem):
    """Not here, or not for this viewer: the two look the same from outside."""

    status = 404

    def __init__(self, code: str = "E_MISSING", detail: str = "", *, safe: str = "") -> None:
        super().__init__(code, detail, safe=safe)


class Conflict(Problem):
    """It was possible once; by now something else has happened."""

    status = 409


class Invalid(Problem):
    """What was sent cannot be used; `fields` says for each field what to do instead."""

    status = 422

    def __init__(
        self,
        fields: Mapping[str, str],
        code: str = "E_INVALID",
        detail: str = "",
        *,
        safe: str = "",
    ) -> None:
        super().__init__(code, detail or repr(dict(fields)), safe=safe)
        self.fields = dict(fields)


class Unsendable(Invalid):
    """Something of ours that may not leave; `where` is the path to it in the document."""

    def __init__(self, code: str, detail: str, where: str) -> None:
        super().__init__({}, code, detail, safe=UNSENDABLE)
        self.where = where


SHORT = mark(
    "This node has too much to do just now: it ran short of files or memory, so this could not be "
    "answered. Wait a minute and try again."
)

UNSENDABLE = mark(
    "This cannot be sent on as it stands, so nothing of it was kept. Change something in it and "
    "try again, or tell a %(word_keeper)s."
)


class TryLater(Problem):
    """It may work another time; `after` is the least time to wait, if somebody told us."""

    status = 503

    def __init__(
        self,
        detail: str = "",
        after: timedelta | None = None,
        *,
        code: str = "E_LATER",
        safe: str = "",
    ) -> None:
        super().__init__(code, detail, safe=safe)
        self.after = after


class Unwritten(TryLater):
    """The database could not be written: full, read-only, failing or away.

    Whether what was to be kept is kept is not known: a commit may fail after it is done.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail, code="E_DATABASE", safe=UNWRITTEN)


class Short(TryLater):
    """The process has no more files to open, or no memory."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, timedelta(seconds=10), code="E_SHORT", safe=SHORT)


def short(error: BaseException) -> Short | None:
    """What an error means that the system gave because something has run out; None for others."""
    out = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
    return Short(repr(error)) if out or isinstance(error, MemoryError) else None


class Unread(TryLater):
    """The database could not be read: failing or away."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, code="E_DATABASE_AWAY", safe=UNREAD)


_WHY = {
    "ClientConnectorDNSError": "E_NAME",
    "ClientSSLError": "E_TLS",
    "SSLError": "E_TLS",
    "ClientConnectorError": "E_CONNECTION",
    "ServerDisconnectedError": "E_CONNECTION",
    "OSError": "E_CONNECTION",
}


def why_not(error: Exception) -> str:
    """What failed on the way to another server, for whoever has to do something about it.

    By the names of the classes: the library that raises them is not loaded for this.
    """
    names = {cls.__name__ for cls in type(error).__mro__}
    return next((code for name, code in _WHY.items() if name in names), "E_UNREACHABLE")


UNWRITTEN = mark(
    "The database cannot be written just now: it is full, read-only, failing or away. It is not "
    "known whether this was kept; look before you try again."
)
UNREAD = mark("The database cannot be read just now. What was saved before is safe.")
