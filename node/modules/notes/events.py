"""What posts tell others."""

from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A public post that is for the community's group was made, changed or deleted by its author.

    `activity` is the id of the act, which has come or was sent; `what` its type.
    """

    post: str
    activity: str
    what: str
