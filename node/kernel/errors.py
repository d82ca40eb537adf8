"""What can go wrong, in our own words.

Every error has a `code` for machines and logs, a `safe` sentence for the world, and
the HTTP `status` a page answers with. The message itself may hold anything.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar


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
