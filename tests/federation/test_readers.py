"""What others make of what we say: real documents before small models of nine programs."""

import ast
import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from node.kernel.module import Registry, installed
from node.modules.decisions.api import Answer
from tests import servers
from tests.federation.readers import controls, matrix, ours
from tests.federation.readers.controls import CONTROLS, Control
from tests.federation.readers.kinds import about_kinds, does, kind_of, public_kinds
from tests.federation.readers.reading import (
    ACTORS,
    AS2,
    Case,
    Reader,
    Rule,
    first,
    word,
)
from tests.guards.test_papers import built
from tests.guards.tree import CODE, ROOT, python_files
from tests.tools.docs import put
from vocab import jsonld, schemas

READERS = {one.name: one for one in matrix.READERS}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> ours.Told:
    """Everything that two real nodes said to everybody."""
    return asyncio.run(ours.told(tmp_path_factory.mktemp("readers")))


@pytest.fixture(scope="module")
def cases(told: ours.Told) -> dict[str, Case]:
    return told.cases


def test_everything_that_is_said_has_its_row(cases: Mapping[str, Case]) -> None:
    forms = set(matrix.AS_ACTS.values())
    assert set(cases) == set(matrix.SHOWN) | set(matrix.DONE) | forms


def test_a_strict_reader_of_json_ld_takes_all_of_it(told: ours.Told) -> None:
    """Fedify refuses a whole letter whose contexts do not fit together; pyld finds the same."""
    by_kind = {(one["type"], str(one.get("kind")), shape(one)): one for one in told.crossed}

    assert all(jsonld.expand(one) for one in by_kind.values())
    assert len(by_kind) > 40


def shape(document: Mapping[str, Any]) -> str:
    """What kind of thing a letter holds."""
    held = document.get("object")
    return f"{held.get('type')} {held.get('kind')}" if isinstance(held, dict) else str(type(held))


def test_every_act_that_we_send_is_among_them(cases: Mapping[str, Case]) -> None:
    """Whoever has a node send something new has it said in readers/ours.py, too."""
    sent = {word for path in python_files(*CODE) for word in built(ast.parse(path.read_text()))}

    assert sent - ONLY_TO_OUR_KIND == {first(one.document) for one in cases.values() if one.is_act}


ONLY_TO_OUR_KIND = {"Invite", "Leave", "MatchRequest", "Offer", "TentativeAccept"}


def test_each_answer_to_a_decision_is_among_them(cases: Mapping[str, Case]) -> None:
    assert {f"community Create {one.value}" for one in Answer} <= cases.keys()


PARTS = {"gift", "skill-claim", "economic-resource", "mission"}
"""What stands in the collections of a profile."""
PULLED = {"capability-digest", "chain-log"}
"""What nodes of our kind ask for, and nobody is told."""
FOR_PEERS_ALONE = {"membership"}
"""What the vocabulary lets be for everybody, and we tell nodes that trust us alone."""
NOT_YET = {"delegation", "module-manifest"}
"""What is written down and said by nobody."""


def test_every_kind_that_can_be_public_has_its_row(cases: Mapping[str, Case]) -> None:
    """Whoever makes a new kind for everybody has it said in readers/ours.py."""
    said = {name for case in cases.values() if (name := kind_of(case))}

    assert public_kinds() - said == PARTS | PULLED | FOR_PEERS_ALONE | NOT_YET
    assert {"delivery-report", "joint-process", "decision-record", "proposal"} <= said
    assert not {"agreement", "contact-card", "credit-transfer"} & public_kinds()


TO_WHO_IS_ASKED = {(act, "joint-process") for act in (
    "Invite", "Leave", "Accept Invite", "Reject Invite", "TentativeAccept Invite")}  # fmt: skip
BY_TOMBSTONES = {("Delete", "proposal")}
"""What is left does not say what it was; its row is that of all deleted things."""
OF_OTHERS_ONLY = {
    ("Announce Update", "proposal"),  # a changed offer goes to whom it went, by no group of ours
    ("Delete", "delivery-report"),
    ("Delete", "governance-proposal"),
    ("Update", "decision-record"),
}
"""What other software, or a later one of ours, may say; we hear it and never say it."""


def test_every_act_about_them_has_its_row(cases: Mapping[str, Case]) -> None:
    said = {(does(case), kind_of(case)) for case in cases.values() if case.is_act}

    here = about_kinds(Registry(installed())) - said
    missing = {one for one in here if one[1] not in FOR_PEERS_ALONE}
    assert here > missing
    assert missing == TO_WHO_IS_ASKED | BY_TOMBSTONES | OF_OTHERS_ONLY


def test_the_published_table_is_what_the_readers_make_of_it(cases: Mapping[str, Case]) -> None:
    paper = (ROOT / "FEDERATION.md").read_text()

    assert put(paper, "readers", matrix.table(cases)) == paper, "run `make docs`"


# What must not be lost --------------------------------------------------------------------------

MICROBLOGS = ("Mastodon", "GoToSocial", "Misskey", "Pleroma, Akkoma", "Mitra", "snac2")
FOR_PEERS = {
    "community Add DecisionRecord",
    "community Remove DecisionRecord",
    "community Update JointProcess",
    "Concept",
}
"""What only nodes of our kind have a use for."""


HANDED_ON = {key for key in (*matrix.SHOWN, *matrix.DONE) if key.startswith("community Announce ")}
"""What a group says of what others have told those who follow them; by its id, if at all."""


@pytest.mark.parametrize("name", MICROBLOGS)
def test_nothing_that_is_to_be_seen_is_lost_where_people_follow_us(
    cases: Mapping[str, Case], name: str
) -> None:
    rows = (*matrix.SHOWN, *matrix.DONE)
    seen = {key: matrix.read(READERS[name], key, cases) for key in rows if key not in HANDED_ON}

    assert {key: str(one) for key, one in seen.items() if one.lost} == {
        key: str(seen[key]) for key in FOR_PEERS | ANSWERED.get(name, set())
    }


QUOTES = {"member QuoteRequest Note"}
"""It is asked only where a post says who may quote it, which these programs never do."""
PINS = {"member Add Note in", "member Remove Note in"}
ANSWERED = {
    "GoToSocial": PINS,
    "Misskey": QUOTES,
    "Pleroma, Akkoma": QUOTES,
    "Mitra": {"service Flag several", *QUOTES},
    "snac2": {
        "member Reject Follow",
        "member Undo Block",
        "community Update Group",
        "service Flag several",
        *QUOTES,
        *PINS,
    },
}
"""What a program does not listen to, whoever says it."""


@pytest.mark.parametrize("name", MICROBLOGS)
@pytest.mark.parametrize("key", ["member Create offer", "member Create request"])
def test_an_offer_is_shown_as_it_is_meant(cases: Mapping[str, Case], name: str, key: str) -> None:
    assert str(READERS[name].read(cases[key])) == "shown"


@pytest.mark.parametrize("name", [*MICROBLOGS, "Lemmy", "PieFed"])
def test_who_follows_the_community_alone_sees_what_its_people_offer(
    told: ours.Told, name: str
) -> None:
    """By the act itself or by the community's boost; both come to each server."""
    offers = [one for one in told.by_group if one.thing.get("purpose") == "offer"]
    seen = [READERS[name].read(one) for one in offers if first(one.document) != "Update"]

    assert {first(one.document) for one in offers} == {"Create", "Announce", "Update"}
    assert [str(one) for one in seen if not one.lost]


@pytest.mark.parametrize("name", ["Lemmy", "PieFed"])
@pytest.mark.parametrize(
    "key",
    ["community Announce offer", "community Announce request", "community Announce Note in",
     "community Announce Create Note answer in", "community Announce Update Note",
     "community Announce Delete Tombstone"],
)  # fmt: skip
def test_what_is_in_the_community_is_in_groups_elsewhere(
    cases: Mapping[str, Case], name: str, key: str
) -> None:
    assert not matrix.read(READERS[name], key, cases).lost


@pytest.mark.parametrize("key", [*matrix.SHOWN, *matrix.DONE])
def test_no_inbox_takes_it_for_nonsense(cases: Mapping[str, Case], key: str) -> None:
    refusing = {"Lemmy"}  # has no word for boosts of posts and for changed people

    for name in READERS.keys() - refusing:
        assert READERS[name].answers(cases[key]) == 202


# What crossed -----------------------------------------------------------------------------------


def test_whatever_crossed_keeps_the_wire_rules(told: ours.Told) -> None:
    for one in told.crossed:
        schemas.outgoing(one)

    assert len(told.crossed) > 100


GONE = {"https://alder.test/u/ben"}
"""Who has left, and is a Tombstone."""


def test_ids_tell_nothing(told: ours.Told) -> None:
    """W10: at least 96 random bits, and no date, in whatever is not an actor's."""
    named = {one["id"] for one in told.crossed if word(one) not in ACTORS | {"OrderedCollection"}}
    named |= {one["object"]["id"] for one in told.crossed if isinstance(one.get("object"), dict)}
    things = {id for id in named if "/o/" in id or "/a/" in id}
    ours = {id for id in named if id.startswith(("https://alder.test/", "https://birch.test/"))}
    actors = {id for id, one in told.cases["Group"].web.items() if one.get("publicKey")}

    assert [id for id in things & ours if len(id.split("/")[4]) < 96 / 6] == []
    assert ours - things <= actors | GONE


# The models themselves --------------------------------------------------------------------------


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: f"{one.row} on {one.of}")
def test_what_is_known_to_go_wrong_goes_wrong(cases: Mapping[str, Case], control: Control) -> None:
    case = controls.changed(control, cases)

    said = {name: str(READERS[name].read(case)) for name in control.come_to}
    assert said == control.come_to


def test_every_rule_decides_something(cases: Mapping[str, Case]) -> None:
    tried = [*cases.values(), *(controls.changed(one, cases) for one in CONTROLS)]

    for one in READERS.values():
        used = {id(rule) for case in tried for rule in deciding(one, case)}
        idle = [r for r in (*one.unreadable, *one.lost, *one.otherwise) if id(r) not in used]
        assert not idle, f"{one.name}: {idle[0].row}, {idle[0].says}"


def deciding(reader: Reader, case: Case) -> Iterator[Rule]:
    """The rules that make what a reader says."""
    for one in (*reader.unreadable, *reader.lost):
        if one.when(case):
            yield one
            return
    yield from (one for one in reader.otherwise if one.when(case))


# What those programs really did -----------------------------------------------------------------

HOSTS = {"gts.test": "GoToSocial", "gtss.test": "GoToSocial", "snac.test": "snac2",
         "piefed.test": "PieFed"}  # fmt: skip
WROTE = {"mastodon": "Mastodon", "gotosocial": "GoToSocial", "misskey": "Misskey",
         "pleroma": "Pleroma, Akkoma", "mitra": "Mitra", "lemmy": "Lemmy", "piefed": "PieFed",
         "mobilizon": "Mobilizon"}  # fmt: skip


def read(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def crossed() -> Iterator[tuple[str, dict[str, Any], int, dict[str, Any]]]:
    """What was sent between other programs: the receiver, request, status, answer."""
    for file in sorted((servers.need("shared") / "captures").glob("*/*.json")):
        document = json.loads(file.read_text("utf-8"))
        answer = document.get("response") or {}
        status = int((answer.get("line") or "HTTP/1.1 0").split()[1])
        to = file.name.partition("-to-")[2].partition("-")[0]
        yield to, read(document["request"].get("body_raw")), status, read(answer.get("body_raw"))


def test_the_models_answer_as_the_programs_did() -> None:
    found = list(crossed())
    web = {one["id"]: one for *_, one in found if "id" in one}
    tried = 0
    for to, sent, status, _ in found:
        if to not in HOSTS or "actor" not in sent or status not in (200, 202):
            continue
        case, reader = Case(document=sent, web=web), READERS[HOSTS[to]]
        assert reader.answers(case) == 202
        if sent["type"] != "Announce":  # PieFed's, of whole acts: taken, and nothing comes of it
            assert not reader.read(case).lost, sent["id"]
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("folder", WROTE)
def test_a_program_shows_what_it_writes_itself(folder: str) -> None:
    posts = list(posts_of(folder))
    web: dict[str, Any] = {PLACE: {"type": "Group"}}
    for one in posts:
        web |= {one["actor"]: {"type": "Person"}, **{id: {"type": "Group"} for id in groups(one)}}
        if parent := one["object"].get("inReplyTo"):
            web[parent] = {"type": "Page", "id": parent, "audience": PLACE}

    seen = [READERS[WROTE[folder]].read(Case(document=one, web=web)) for one in posts]

    assert posts
    assert not [str(one) for one in seen if one.lost]


PLACE = "https://group.test/c/all"
POSTS = ("Note", "Page", "Article", "Question", "Event", "Video")


def posts_of(folder: str) -> Iterator[dict[str, Any]]:
    """The public posts among a program's documents, each as a Create."""
    for file in sorted((servers.need("shared") / "corpus" / folder).rglob("*.json")):
        document = read(file.read_text("utf-8"))
        while isinstance(document.get("object"), dict):
            document = document["object"]
        by = document.get("attributedTo")
        public = "#Public" in str([document.get(key) for key in ("to", "cc")])
        if word(document) in POSTS and document.get("content") and isinstance(by, str) and public:
            head = {"@context": AS2, "id": f"{document.get('id')}/act", "type": "Create"}
            named = {key: document.get(key, []) for key in ("to", "cc")}
            yield {**head, "actor": by, "object": document, **named}


def groups(post: dict[str, Any]) -> list[str]:
    """The communities that a post names, as Lemmy and PieFed write their addresses."""
    held = post["object"]
    named = [held.get("audience"), *(one for key in ("to", "cc") for one in held.get(key) or ())]
    return [one for one in named if isinstance(one, str) and "/c/" in one]
