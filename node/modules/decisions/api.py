"""What other modules may use of decisions.

A module that wants something decided opens a box, hands in ballots, and has it decided when
its time has come; the record and its ways are decisions' own matter. What becomes of it is
told by the events `Decided` and `Settled`.
"""

from node.modules.decisions.aggregate import (
    Kind,
    Rule,
    Said,
    Silence,
    Voice,
    Weighting,
    weight,
)
from node.modules.decisions.aggregate import outcome as joint_outcome
from node.modules.decisions.aggregate import read as read_rule
from node.modules.decisions.aggregate import written as written_rule
from node.modules.decisions.boxes import Receipt, Terms, admit, cast, open_box, recuse
from node.modules.decisions.choices import DELEGATION, OPEN
from node.modules.decisions.counting import Again
from node.modules.decisions.delegating import (
    act,
    carries,
    of_giver,
    of_holder,
    offer,
    warned,
)
from node.modules.decisions.delegating import mine as voice_of
from node.modules.decisions.delegating import receipts as voices_told
from node.modules.decisions.exporting import keys_of
from node.modules.decisions.forcing import (
    EXPIRED,
    OVERTAKEN,
    REPLACED,
    VOID,
    Ended,
    Forced,
    cooling,
    cools_until,
    end,
    expires,
    grace_ends,
    in_place_of,
    set_aside,
    stop,
)
from node.modules.decisions.guarding import Revealed, Waiting, new_word, plain
from node.modules.decisions.handlers import Answered, Heard, judged, reach_of, slug_of, take
from node.modules.decisions.jobs import shown
from node.modules.decisions.lines import words as words_of
from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import ABSTAIN, Marks, Paper
from node.modules.decisions.methods.lots import commitment
from node.modules.decisions.methods.lots import jury as lot_jury
from node.modules.decisions.methods.lots import kept as kept_word
from node.modules.decisions.methods.lots import order as lot_order
from node.modules.decisions.methods.lots import seed as lot_seed
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
from node.modules.decisions.minority import WRITTEN, state, unstate
from node.modules.decisions.objects import (
    TYPES,
    AggregateRule,
    DecisionRecord,
    Electorate,
    NodeOutcome,
    Option,
    Quorum,
    Tally,
)
from node.modules.decisions.opened import ballot_of
from node.modules.decisions.options import STAY, kept, key, options_of
from node.modules.decisions.publishing import (
    Decided,
    Settled,
    decide,
    enter,
    publish,
    respond,
    settle,
    signed,
)
from node.modules.decisions.queries import (
    Box,
    Record,
    Response,
    any_record,
    any_response,
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
    responses_to,
    said_before,
    to_review,
    unsettled,
    voted,
)
from node.modules.decisions.queries import holding as in_force
from node.modules.decisions.records import Address, Joint, address, in_full, matter_of
from node.modules.decisions.recounting import taken_of
from node.modules.decisions.replies import GROUNDS, REQUESTS, Answer
from node.modules.decisions.rules import (
    LARGE,
    WITH_REASON,
    Outcome,
    required,
)
from node.modules.decisions.signed import HOLDS, Finding, keys_in, of_each, seal, wrong
from node.modules.decisions.verifying import MOST_BYTES
from node.modules.decisions.voices import (
    FATES,
    LIVE,
    WARNINGS,
    Act,
    Delegation,
    Fate,
    fits,
)
from node.modules.decisions.voices import State as DelegationState
from node.modules.decisions.watched import theirs
from node.modules.decisions.watching import Prolonged

__all__ = [
    "ABSTAIN",
    "AMONG_OPTIONS",
    "BASED",
    "BUDGETS",
    "DELEGATION",
    "EXPIRED",
    "FATES",
    "GROUNDS",
    "HOLDS",
    "LARGE",
    "LIVE",
    "METHODS",
    "MOST_BYTES",
    "ONE_TEXT",
    "OPEN",
    "OVERTAKEN",
    "REPLACED",
    "REQUESTS",
    "SEATS",
    "STAY",
    "TYPES",
    "VOID",
    "WARNINGS",
    "WITH_REASON",
    "WRITTEN",
    "Act",
    "Address",
    "Again",
    "AggregateRule",
    "Answer",
    "Answered",
    "Box",
    "Decided",
    "DecisionRecord",
    "Delegation",
    "DelegationState",
    "Electorate",
    "Ended",
    "Fate",
    "Finding",
    "Forced",
    "Heard",
    "Joint",
    "Kind",
    "Marks",
    "Method",
    "NodeOutcome",
    "Option",
    "Outcome",
    "Paper",
    "Position",
    "Prolonged",
    "Quorum",
    "Receipt",
    "Record",
    "Response",
    "Revealed",
    "Rule",
    "Said",
    "Settled",
    "Silence",
    "Tally",
    "Terms",
    "Voice",
    "Waiting",
    "Weighting",
    "act",
    "address",
    "admit",
    "any_record",
    "any_response",
    "ballot_of",
    "box_of",
    "carries",
    "cast",
    "commitment",
    "cooling",
    "cools_until",
    "decide",
    "decided_by",
    "due_boxes",
    "end",
    "enter",
    "expires",
    "fits",
    "grace_ends",
    "in_force",
    "in_full",
    "in_place_of",
    "joint_outcome",
    "judged",
    "kept",
    "kept_word",
    "key",
    "keys_in",
    "keys_of",
    "language_of",
    "lot_jury",
    "lot_order",
    "lot_seed",
    "matter_of",
    "new_word",
    "of_each",
    "of_giver",
    "of_holder",
    "offer",
    "open_box",
    "open_for",
    "options_of",
    "plain",
    "publish",
    "reach_of",
    "read_rule",
    "record_by_id",
    "record_by_slug",
    "record_of_box",
    "records",
    "recuse",
    "recused",
    "required",
    "respond",
    "responses_to",
    "said_before",
    "seal",
    "set_aside",
    "settle",
    "shown",
    "signed",
    "slug_of",
    "state",
    "stop",
    "take",
    "taken_of",
    "theirs",
    "to_review",
    "unsettled",
    "unstate",
    "voice_of",
    "voices_told",
    "voted",
    "warned",
    "way",
    "weight",
    "words_of",
    "written_rule",
    "wrong",
]  # fmt: skip
