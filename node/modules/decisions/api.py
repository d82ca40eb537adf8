"""What other modules may use of decisions.

A module that wants something decided opens a box, hands in ballots, and has it decided when
its time has come; the record and its ways are decisions' own matter. What becomes of it is
told by the events `Decided` and `Settled`.
"""

from node.modules.decisions.boxes import Receipt, Terms, admit, cast, open_box, recuse
from node.modules.decisions.counting import Again
from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import ABSTAIN, Marks, Paper
from node.modules.decisions.methods.ways import (
    AMONG_OPTIONS,
    BASED,
    BUDGETS,
    ONE_TEXT,
    SEATS,
    Method,
    Position,
    way,
)
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
    recused,
    to_review,
    unsettled,
    voted,
)
from node.modules.decisions.records import Address, address, matter_of
from node.modules.decisions.recounting import taken_of
from node.modules.decisions.rules import (
    GROUNDS,
    LARGE,
    REQUESTS,
    WITH_REASON,
    Answer,
    Outcome,
    required,
)

__all__ = [
    "ABSTAIN", "AMONG_OPTIONS", "BASED", "BUDGETS", "GROUNDS", "LARGE", "METHODS", "ONE_TEXT",
    "REQUESTS", "SEATS", "STAY", "WITH_REASON", "Address", "Again", "Answer", "Box", "Decided",
    "Marks", "Method", "Option", "Outcome", "Paper", "Position", "Receipt", "Record", "Settled",
    "Terms", "address", "admit", "box_of", "cast", "decide", "decided_by", "due_boxes", "kept",
    "key", "language_of", "matter_of", "open_box", "open_for", "options_of", "record_by_id",
    "record_by_slug", "record_of_box", "records", "recuse", "recused", "required", "respond",
    "settle", "taken_of", "to_review", "unsettled", "voted", "way",
]  # fmt: skip
