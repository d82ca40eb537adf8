"""The pages of decisions: a record, the file with its signature, what others decided, answers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import keyring
from federation.documents import show_object
from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.modules.decisions import forcing, lines, opened, queries, register, replies, seals, where
from node.modules.decisions.figures import figures
from node.modules.decisions.handlers import slug_of
from node.modules.decisions.lines import POSITIONS
from node.modules.decisions.methods import METHODS
from node.modules.decisions.options import options_of
from node.modules.decisions.queries import Box, Record, language_of
from node.modules.decisions.queries import Response as Answered
from node.modules.decisions.recounting import taken_of
from node.modules.decisions.replies import Answer
from node.modules.decisions.seals import State, Verdict
from node.modules.decisions.slots import NEVER, answer_words, outcome_words
from vocab import proofs
from vocab.model import Malformed
from vocab.values import dataclass
from web.language import mark
from web.render import page
from web.slots import gather
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

TOGETHER: Final = {
    "approve": mark("Yes"),
    "reject": mark("No"),
    "abstain": mark("Abstains"),
    "block": mark("Objects"),
}
"""What communities say, where several decide together."""
TITLES: Final = {name: one.title for name, one in METHODS.items()} | {
    "aggregateOfNodes": mark("By what each community decided")
}
APPROVED: Final = frozenset({"approved", "approvedWithAmendments"})
MOST_ANSWERS: Final = 50


@dataclass(frozen=True, kw_only=True)
class View:
    """A record as one viewer sees it."""

    record: Record
    owner: Account
    keys: Mapping[str, str]
    box: Box | None
    responses: list[Answered]
    ours: frozenset[str]
    ends: datetime | None = None
    """When it ends by itself, if it does."""
    grace: datetime | None = None
    """When it comes into force although nobody chose who may see it; None: it was chosen."""
    lines: Sequence[opened.Line] = ()
    """Who voted how, where the ballots were open; for members alone."""
    instead: Record | None = None
    """The decision that came into force first in the place that this one was for."""
    never: str = ""
    """Why it never came into force (`forcing.never`)."""


def view_of(db: Connection, slug: str, viewer: Viewer, here: str) -> View:
    """A record, with what communities answered to it.

    Raises:
        Missing: there is none, or it is not for this viewer.
    """
    found = queries.record_by_slug(db, slug, viewer)
    if found is None:
        raise Missing
    owner = _account(db, found.owner)
    answers = queries.responses_to(db, found.id, viewer)
    told = viewer.is_member and found.ours and found.box is not None
    return View(
        record=found,
        owner=owner,
        keys=keyring.keys(db, owner, found.document),
        box=queries.box_of(db, found.box) if found.box else None,
        responses=_latest(answers),
        ours=replies.standing(a.response for a in _in_order(answers) if a.owner == here),
        ends=forcing.expires(db, found) if found.ours and found.holds else None,
        grace=forcing.grace_ends(db, found) if found.ours and not found.holds else None,
        lines=opened.lines(db, found.box or "") if told else (),
        instead=register.first(db, found, viewer),
        never=forcing.never(db, found),
    )


def _latest(answers: list[Answered]) -> list[Answered]:
    """The last answer of each community, as it dates them; in the order in which they came."""
    last = {answer.owner: answer for answer in _in_order(answers)}
    return sorted(last.values(), key=lambda answer: answer.at)[-MOST_ANSWERS:]


def _in_order(answers: list[Answered]) -> list[Answered]:
    def key(one: Answered) -> tuple[datetime, bool]:
        return _day(one.document.get("published")) or one.at, one.response == Answer.RETRACTED

    return sorted(answers, key=key)


def _account(db: Connection, id: str) -> Account:
    found = find_account(db, id)
    if found is None:
        raise Missing
    return found


async def show(request: Request) -> Response:
    """One of our decisions."""
    node: Node = request.app.state.node
    slug, viewer = request.path_params["slug"], request.state.viewer
    seen = await node.read(view_of, slug, viewer, node.community.id)
    if not seen.record.ours:
        raise Missing
    spoken = voice(request)
    inside = viewer.is_member and seen.record.box and not seen.never
    return page(
        request,
        "decisions/record.html",
        title=seen.record.name,
        document=seen.record.id,
        place="decide",
        seen=seen,
        never_words=NEVER,
        strip=where.strip(
            seen.record,
            viewer,
            spoken,
            ends=seen.ends,
            grace=seen.grace,
            review=_day(seen.record.document.get("reviewDate")),
        ),
        onward=(await gather(request, "decision")).cards if inside else (),
        lines=lines.rows(seen.box, seen.lines, viewer.id, spoken) if seen.box else (),
        together=_together(seen.record.document),
        **_parts(seen, spoken, _look(node, seen), node.now()),
    )


def _together(document: Mapping[str, Any]) -> str:
    """The slug of the joint process that a record of ours belongs to; "" if to none."""
    process = document.get("ballotIn") or document.get("concludes")
    return slug_of(process) if isinstance(process, str) else ""


def _look(node: "Node", seen: View) -> Verdict:
    """The seal of a record of ours, checked as anybody would check it; of others, as kept."""
    found = seen.record
    if not found.ours:
        return Verdict(state=State(found.seal), code=found.code)
    return seals.verdict(found.document, owner=found.owner, keys=seen.keys, now=node.now())


def _parts(seen: View, spoken: Voice, seal: Verdict, now: datetime) -> dict[str, Any]:
    """What the templates show of a record's document, read with care: it may be a stranger's."""
    document = seen.record.document
    electorate, quorum = _map(document, "electorate"), _map(document, "quorum")
    return {
        "content": str(document.get("content", "")),
        "language": language_of(seen.record),
        "outcome": _outcome(seen.record, spoken),
        "choices": options_of(document),
        "taken": [one.id for one in taken_of(document)],
        "method": TITLES.get(_way(document), mark("In another way")),
        "figures": figures(document, spoken),
        "turnout": _numbers(electorate, quorum),
        "tallies": (tallies := _tallies(document, spoken)),
        "roughly": _roughly(document, tallies, spoken, ours=seen.record.ours),
        "of": sum(n for _, n, _ in tallies) if "concludes" in document else None,
        "review": _day(document.get("reviewDate")),
        "decided": _day(document.get("published")),
        "cools": _day(document.get("coolingOffEnds")),
        "ends": seen.ends,
        "statements": [str(s.get("content", "")) for s in _list(document, "minorityStatements")],
        "positions": POSITIONS,
        "answer_words": answer_words,
        "seal": seal,
        "seal_words": _seal_words(seen, seal, spoken),
        "signatures": _signatures(seen, spoken, now),
    }


def _way(document: Mapping[str, Any]) -> str:
    """How it was counted, by the name of the method."""
    told = _map(document, "counting").get("way")
    if document.get("method") == "majority" and options_of(document):
        return "options"
    return str(told or document.get("method"))


def _outcome(record: Record, spoken: Voice) -> str:
    taken = [one.name or "" for one in taken_of(record.document)]
    if not taken or record.outcome not in APPROVED:
        return spoken.say(outcome_words(record))
    return spoken.say("Chosen: %(option)s", option=", ".join(taken))


def _tallies(document: Any, spoken: Voice) -> list[tuple[str, int, bool]]:
    """What is shown of the count: (words, ballots, whether it was chosen).

    Where all counts are shown, an option that stands in none of them was chosen by nobody.
    """
    told = [t for t in _list(document, "tallies") if isinstance(t.get("count"), int)]
    names = {one.id: one.name or "" for one in options_of(document)}
    taken = document.get("chosenOption")
    words = TOGETHER if "concludes" in document else POSITIONS
    rows = [
        (_counted(t, names, words, spoken), t["count"], bool(taken) and t.get("option") == taken)
        for t in told
    ]
    counted = {t.get("option") for t in told}
    return rows + [(name, 0, False) for id_, name in names.items() if told and id_ not in counted]


def _roughly(
    document: Any, tallies: list[tuple[str, int, bool]], spoken: Voice, *, ours: bool
) -> list[tuple[str, str]]:
    """What is shown of a count that is told in bands, in words; empty where it is exact.

    Ours tell each but the largest as the least of its band; how others do it is not known.
    """
    if document.get("disclosure") != "banded":
        return []
    most = max((number for _, number, _ in tallies), default=0)
    return [(name, _around(number, most, ours=ours, spoken=spoken)) for name, number, _ in tallies]


def _around(number: int, most: int, *, ours: bool, spoken: Voice) -> str:
    _ = spoken.say
    if not number or not ours:
        return _("About %(n)d", n=number) if number else _("None")
    return _("%(n)d or a few less", n=number) if number == most else _("%(n)d or a few more",
                                                                       n=number)  # fmt: skip


def _counted(
    tally: dict[str, Any], names: Mapping[Any, str], words: Mapping[str, str], spoken: Voice
) -> str:
    """What a count is of: an option, a position, or both; for an option alone its name says it."""
    position = spoken.tell(words.get(str(tally.get("position")), mark("Other")))
    name = names.get(tally.get("option"))
    if name is None:
        return position
    plain = tally.get("position") in (None, "inFavour", "approve")
    return name if plain else f"{name} · {position}"


def _numbers(electorate: dict[str, Any], quorum: dict[str, Any]) -> tuple[int, int, int]:
    figures = (electorate.get("participated"), electorate.get("eligible"), quorum.get("required"))
    came, eligible, needed = (n if isinstance(n, int) else 0 for n in figures)
    return came, eligible, needed


def _map(document: Any, key: str) -> dict[str, Any]:
    held = document.get(key)
    return held if isinstance(held, dict) else {}


def _list(document: Any, key: str) -> list[dict[str, Any]]:
    held = document.get(key)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _day(said: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None


def _seal_words(seen: View, seal: Verdict, spoken: Voice) -> tuple[str, str, str]:
    """State for the picture, heading and sentence of a seal."""
    _, name = spoken.say, seen.record.owner_name
    if seal.state is State.HOLDS:
        said = mark("Signed by %(name)s. Checked on this node: not one letter has changed.")
        return "holds", _("The signature holds"), _(said, name=name)
    if seal.state is State.UNCHECKED:
        words = _("We ask %(name)s for the key by ourselves. You need not do anything.", name=name)
        return "waiting", _("Not checked yet"), words
    words = _("The text does not match the signature of %(name)s.", name=name)
    return "fails", _("The signature does not hold"), words


def _signatures(seen: View, spoken: Voice, now: datetime) -> list[tuple[str, str]]:
    """What holds of each signature where there is more than one: (which, words)."""
    document, keys = seen.record.document, seen.keys
    if not isinstance(document.get("proof"), list):
        return []
    try:
        found = seals.of_each(document, owner=seen.record.owner, keys=keys, now=now)
    except Malformed:
        return []
    return [(spoken.tell(KINDS[suite]), spoken.tell(STATES[one.state])) for suite, one in found]


KINDS = {
    proofs.SUITE: mark("Today’s signature (Ed25519)"),
    proofs.QUANTUM: mark("The second signature (ML-DSA-44)"),
}
STATES = {
    State.HOLDS: mark("Holds"),
    State.UNCHECKED: mark("Not checked yet"),
    State.FAILS: mark("Does not hold"),
}


async def file(request: Request) -> Response:
    """The record as a signed file, as it was signed or received."""
    node: Node = request.app.state.node
    slug, viewer = request.path_params["slug"], request.state.viewer
    seen = await node.read(view_of, slug, viewer, node.community.id)
    body = json.dumps(seen.record.document, ensure_ascii=False, indent=1).encode()
    name = f"decision-{seen.record.number or seen.record.slug}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/json", headers=headers)


# What others decided ------------------------------------------------------------------------


def member(request: Request) -> "tuple[Node, Viewer]":
    """The node and the viewer.

    Raises:
        Refused: not a member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        raise Refused("E_MEMBERS_ONLY")
    return request.app.state.node, viewer


async def elsewhere(request: Request) -> Response:
    """What other communities decided, newest first."""
    node, viewer = member(request)
    found = await node.read(lambda db: queries.records(db, viewer, ours=False))
    _ = voice(request).say
    return page(
        request,
        "decisions/elsewhere.html",
        title=_("Decided elsewhere"),
        place="decide",
        width="mid",
        records=found,
        outcome_words=outcome_words,
        language_of=language_of,
    )


async def abroad(request: Request) -> Response:
    """One decision of another community, and what we may answer."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view_of, slug, viewer, node.community.id)
    if seen.record.ours:
        raise Missing
    spoken = voice(request)
    fails = seen.record.seal == State.FAILS
    heading = spoken.say("A record that does not hold") if fails else seen.record.name
    return page(
        request,
        "decisions/abroad.html",
        title=heading,
        place="decide",
        fails=fails,
        seen=seen,
        **_parts(seen, spoken, _look(node, seen), node.now()),
    )


routes = (
    Route("/d/{slug}", show, methods=["GET"]),
    Route("/d/{slug}/signed.json", file, methods=["GET"]),
    Route("/decisions/elsewhere", elsewhere, methods=["GET"]),
    Route("/decisions/elsewhere/{slug}", abroad, methods=["GET"]),
    Route("/o/{key}/responses", show_object, methods=["GET"]),
)
