"""What other modules may use of decisions.

A module that wants something decided opens a box, hands in ballots, and has it decided when
its time has come; the record and its ways are decisions' own matter. What becomes of it is
told by the events `Decided` and `Settled`.
"""

from node.modules.decisions.boxes import Terms, admit, cast, open_box
from node.modules.decisions.objects import Option
from node.modules.decisions.options import STAY, kept, key, options_of
from node.modules.decisions.publishing import Decided, Settled, decide, respond, settle
from node.modules.decisions.queries import (
    Box,
    Record,
    box_of,
    decided_by,
    due_boxes,
    language_of,
    open_for,
    record_by_id,
    record_by_slug,
    record_of_box,
    records,
    unsettled,
    voted,
)
from node.modules.decisions.records import Address, address, matter_of
from node.modules.decisions.rules import (
    AMONG_OPTIONS,
    GROUNDS,
    LARGE,
    REQUESTS,
    WITH_REASON,
    Answer,
    Method,
    Outcome,
    Position,
    required,
)

__all__ = [
    "AMONG_OPTIONS", "GROUNDS", "LARGE", "REQUESTS", "STAY", "WITH_REASON", "Address", "Answer",
    "Box", "Decided", "Method", "Option", "Outcome", "Position", "Record", "Settled", "Terms",
    "address", "admit", "box_of", "cast", "decide", "decided_by", "due_boxes", "kept", "key",
    "language_of", "matter_of", "open_box", "open_for", "options_of", "record_by_id",
    "record_by_slug", "record_of_box", "records", "required", "respond", "settle", "unsettled",
    "voted",
]  # fmt: skip
