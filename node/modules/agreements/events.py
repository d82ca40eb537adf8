"""What agreements tell other modules."""

from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Something was done for somebody, and who received it says so.

    `offer` is the Offer that the agreement began with; `minutes` what the two promised as time
    in return, 0 where it was a gift or something else.
    """

    offer: str
    id: str
    giver: str
    receiver: str
    title: str
    minutes: int
