"""Joint decisions in words, and the record that says what came of one. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final

from node.kernel.community import Community
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Kind, Rule, Silence, Voice, Weighting
from node.modules.joint import rules
from node.modules.joint.queries import Process
from node.modules.joint.rules import Case, Vote
from vocab.html import short
from vocab.values import dataclass
from web.language import catalogue, mark

Say = Callable[[str], str]

REVIEW: Final = timedelta(days=365)
TITLE: Final = mark("Deciding together: %(title)s")
INVITES: Final = mark(
    "%(community)s invites others to decide on this together, each by its own way, until %(day)s."
)
OWN: Final = mark("What each community decides is its vote. Its members' ballots stay with it.")
KINDS: Final = {
    Kind.ALL: mark("All communities have to say yes."),
    Kind.CONSENT: mark("Nobody says no, and at least one says yes."),
    Kind.MAJORITY: mark("More have to say yes than no."),
    Kind.SHARE: mark("Of those that say yes or no, %(share)s have to say yes."),
    Kind.WEIGHTED: mark("Of those that say yes or no, %(share)s have to say yes, by weight."),
    Kind.SOME: mark("At least %(count)d communities have to say yes."),
}
MORE: Final = mark("more than half")
LEAST: Final = mark("At least %(count)d have to take part.")
VETO: Final = mark("An objection of one community stops it.")
WEIGHTS: Final = {
    Weighting.EQUAL: "",
    Weighting.MEMBERS: mark("A community weighs as much as it has people who may vote."),
    Weighting.TABLE: mark("What each weighs was fixed before."),
}
SILENT: Final = {
    Silence.NOTHING: mark("Whoever says nothing is not counted."),
    Silence.ABSTAIN: mark("Whoever says nothing abstains."),
    Silence.REJECT: mark("Whoever says nothing counts as a no."),
}
NEVER: Final = mark("Silence is never a yes.")
ENDS: Final = {
    "approved": mark("Decided together: yes. %(title)s"),
    "rejected": mark("Decided together: no. %(title)s"),
    "blocked": mark("Stopped by an objection: %(title)s"),
    "noDecision": mark("Nothing decided together: %(title)s"),
}
VOICES: Final = {
    Voice.APPROVE: mark("Yes"),
    Voice.REJECT: mark("No"),
    Voice.ABSTAIN: mark("Abstains"),
    Voice.BLOCK: mark("Objects"),
}
HOW: Final = mark("How it was decided")
LINE: Final = mark("%(name)s: %(voice)s")
NOTHING: Final = mark("%(name)s said nothing.")


@dataclass(frozen=True, kw_only=True)
class Words:
    """Title, summary and content of a process; the last two are HTML."""

    title: str
    summary: str
    content: str


def rule_words(rule: Rule, say: Say) -> list[str]:
    """A rule in sentences."""
    top, bottom = rule.threshold
    share = say(MORE) if top * 2 == bottom else f"{top}/{bottom}"
    told = [
        say(KINDS[rule.kind]) % {"share": share, "count": top},
        say(WEIGHTS[rule.weighting]) if WEIGHTS[rule.weighting] else "",
        say(LEAST) % {"count": rule.least},
        say(VETO) if rule.veto else "",
        say(SILENT[rule.silence]),
        say(NEVER),
    ]
    return [words for words in told if words]


def invitation(community: Community, title: str, rule: Rule, ends: datetime) -> Words:
    """What a process says in words, in the language of its convener."""
    say = catalogue(community.language).gettext
    day = decisions.in_full(ends.date(), say)
    lead = say(INVITES) % {"community": short(community.name, 60), "day": day}
    told = [lead, say(OWN), *rule_words(rule, say)]
    return Words(
        title=(say(TITLE) % {"title": title})[:200],
        summary=f"<p>{_plain(lead)}</p>",
        content="".join(f"<p>{_plain(words)}</p>" for words in told),
    )


def concluding(
    community: Community,
    one: Process,
    case: Case,
    names: Mapping[str, str],
    id_: str,
    now: datetime,
) -> decisions.DecisionRecord:
    """The record that says what came of a process, without address, chain and proof.

    Args:
        community: whose record it is.
        one: the process.
        case: what counts, as the rules look at it.
        names: what the communities are called.
        id_: of the record.
        now: when it is made.
    """
    say = catalogue(community.language).gettext
    votes = rules.counted(case)
    silent = [c for c in case.participants if c not in {v.community for v in votes}]
    outcome = rules.outcome(case)
    title = short(str((one.subject or {}).get("name", one.name)), 120)
    told = [*_lines(votes, silent, names, say), *rule_words(case.rule, say)]
    return decisions.DecisionRecord(
        id=id_,
        name=(say(ENDS[outcome]) % {"title": title})[:200],
        summary=f"<p>{_plain(say(ENDS[outcome]) % {'title': title})}</p>",
        content=_content(one, title, say(HOW), told),
        lang=community.language,
        url=f"{community.origin}/d/{id_.rpartition('/')[2]}",
        published=now,
        attributed_to=community.id,
        audience=community.id,
        decides=str(one.document["subjectText"]),
        subject_digest=str(one.document["subjectDigest"]),
        decision_scope="joint",
        concludes=one.id,
        outcome=outcome,
        method="aggregateOfNodes",
        aggregate_rule=decisions.AggregateRule(**decisions.written_rule(case.rule)),
        node_outcomes=tuple(_outcome(case.rule, v) for v in votes),
        silent=tuple(silent),
        **_turnout(case, len(votes)),
        disclosure="full",
        tallies=_tallies(case.rule, votes),
        review_date=now + REVIEW,
        responses=f"{id_}/responses",
    )


def _content(one: Process, title: str, how: str, told: Sequence[str]) -> str:
    """The text that was decided on, and how; HTML, to be read by itself."""
    text = str((one.subject or {}).get("content", ""))
    lines = "".join(f"<p>{_plain(words)}</p>" for words in told)
    return f"<h2>{_plain(title)}</h2>{text}<h2>{_plain(how)}</h2>{lines}"


def _lines(
    votes: Sequence[Vote], silent: Sequence[str], names: Mapping[str, str], say: Say
) -> list[str]:
    """What each community says, one a line."""
    said = [say(LINE) % {"name": names[v.community], "voice": say(VOICES[v.voice])} for v in votes]
    return said + [say(NOTHING) % {"name": names[c]} for c in silent]


def _turnout(case: Case, came: int) -> dict[str, Any]:
    """How many communities could take part, did, and had to."""
    could, least = len(case.participants), case.rule.least
    electorate = decisions.Electorate(eligible=could, participated=came, as_of=case.ends)
    quorum = decisions.Quorum(
        quorum_basis="countOfCommunities", required=least, reached=came >= least
    )
    return {"electorate": electorate, "quorum": quorum}


def _outcome(rule: Rule, one: Vote) -> decisions.NodeOutcome:
    [said] = rules.said([one])
    heavy = rule.weighting is not Weighting.EQUAL
    return decisions.NodeOutcome(
        community=one.community,
        record=one.record,
        digest_multibase=one.digest,
        ballot=one.voice.value,
        weight=decisions.weight(rule, said) if heavy else None,
    )


def _tallies(rule: Rule, votes: list[Vote]) -> tuple[decisions.Tally, ...]:
    """What each position weighs together."""
    sums = {
        voice: sum(decisions.weight(rule, one) for one in rules.said(votes) if one.voice is voice)
        for voice in Voice
    }
    return tuple(decisions.Tally(position=v.value, count=n) for v, n in sums.items() if n)


def _plain(words: str) -> str:
    return escape(words, quote=False)
