"""Reading is tolerant, writing is exact."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vocab.samples import TYPES
from vocab.model import PUBLIC, Activity, Actor, Key, Malformed, Multikey, Object, id_of
from vocab.types import (
    CORE,
    Accept,
    Create,
    Delete,
    Flag,
    Follow,
    Image,
    Mention,
    Note,
    OrderedCollection,
    OrderedCollectionPage,
    Person,
    Tombstone,
)
from vocab.wire import claims, dump, load, moment

NOTE = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "https://a.test/n/1",
    "type": "Note",
    "attributedTo": "https://a.test/u/1",
    "content": "<p>Hallo</p>",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
}


def read(**changes: object) -> Object:
    return load({**NOTE, **changes}, TYPES)


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public"])
def test_public_has_three_spellings_and_one_meaning(spelling: str) -> None:
    assert read(to=spelling).to == (PUBLIC,)
    assert read(to=[spelling, "https://a.test/f"]).to == (PUBLIC, "https://a.test/f")


def test_public_is_written_in_full() -> None:
    assert dump(Note(id="https://a.test/n", to=(PUBLIC,)))["to"] == [PUBLIC]


@pytest.mark.parametrize(
    ("said", "cls"),
    [
        ({"type": "Note"}, "Note"),
        ({"type": ["Note"]}, "Note"),
        ({"type": ["schema:Thing", "Note"]}, "Note"),
        ({"type": ["Note", "Proposal"]}, "Listing"),
        ({"type": "Note", "kind": "Proposal"}, "Listing"),
        ({"type": "Note", "kind": ["x", "Proposal"]}, "Listing"),
        ({"type": "Article", "kind": "Proposal"}, "Article"),
        ({"type": "Note", "kind": "Unheard"}, "Note"),
        ({"type": "Unheard"}, "Object"),
        ({"type": 7}, "Object"),
    ],
)
def test_the_class_that_claims_type_and_kind_reads(said: dict, cls: str) -> None:
    assert type(load({**NOTE, **said}, TYPES)).__name__ == cls


def test_a_kind_of_a_module_that_is_off_is_ignored() -> None:
    value = load({**NOTE, "kind": "Proposal"}, claims(CORE))

    assert type(value) is Note
    assert "kind" not in dump(value)


def test_an_unknown_type_keeps_its_word() -> None:
    thing = load({"id": "https://a.test/1", "type": "Teapot"}, TYPES)
    act = load({"id": "https://a.test/2", "type": "Pour", "actor": "https://a.test/u"}, TYPES)

    assert (type(thing), thing.type, dump(thing)["type"]) == (Object, "Teapot", "Teapot")
    assert (type(act), act.type) == (Activity, "Pour")


def test_two_classes_cannot_claim_one_pair() -> None:
    class Other(Note):
        pass

    with pytest.raises(ValueError, match="both claim"):
        claims([Note, Other])


@pytest.mark.parametrize("document", [None, 7, "x", [NOTE]])
def test_only_an_object_is_read(document: object) -> None:
    with pytest.raises(Malformed) as refused:
        load(document, TYPES)  # type: ignore[arg-type]

    assert refused.value.code == "E_NOT_OBJECT"


@pytest.mark.parametrize("id", [7, ["https://a.test/1"], {"id": "x"}, True])
def test_an_id_is_a_string(id: object) -> None:
    with pytest.raises(Malformed) as refused:
        read(id=id)

    assert refused.value.code == "E_ID"


def test_depth_has_an_end() -> None:
    deep: dict = {"type": "Note"}
    for _ in range(70):
        deep = {"type": "Create", "object": deep}

    with pytest.raises(Malformed) as refused:
        load(deep, TYPES)

    assert refused.value.code == "E_DEPTH"


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.5Z", datetime(2026, 1, 2, 3, 4, 5, 500000, tzinfo=UTC)),
        ("2026-01-02T05:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-01-02T03:04:05", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        (1767323045, None),
    ],
)
def test_a_time_has_a_zone_or_is_none(said: object, moment: datetime | None) -> None:
    assert read(published=said).published == moment


def test_times_are_written_in_utc() -> None:
    berlin = datetime(2026, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert moment(berlin) == "2026-07-01T12:00:00Z"
    assert moment(datetime(2026, 7, 1, 0, 0, 0, 1000, tzinfo=UTC)) == "2026-07-01T00:00:00.001000Z"
    with pytest.raises(ValueError, match="without a zone"):
        moment(datetime(2026, 7, 1))  # noqa: DTZ001


def test_a_value_of_the_wrong_shape_is_not_given() -> None:
    value = read(content=7, sensitive="yes", revision=True, proof="x", tag=None, icon=[[]])

    assert (value.content, value.sensitive, value.revision) == (None, None, None)
    assert (value.proof, value.tag, value.icon) == (None, (), None)


def test_languages_are_read_and_written() -> None:
    only = load({"type": "Note", "contentMap": {"de": "Hallo"}}, TYPES)
    both = read(contentMap={"en": "<p>Hello</p>", "de": "<p>Hallo</p>"})
    title = load({"type": "Article", "nameMap": {"fr": "Titre"}}, TYPES)

    assert (only.content, only.lang) == ("Hallo", "de")
    assert (both.content, both.lang) == ("<p>Hallo</p>", "de")
    assert (title.name, title.lang) == ("Titre", "fr")
    assert dump(only)["contentMap"] == {"de": "Hallo"}
    assert load(dump(both), TYPES) == both


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("https://a.test/1", "https://a.test/1"),
        ({"type": "Link", "href": "https://a.test/2"}, "https://a.test/2"),
        (
            [
                {"type": "Link", "mediaType": "video/mp4", "href": "https://a.test/3.mp4"},
                {"type": "Link", "mediaType": "text/html", "href": "https://a.test/3"},
            ],
            "https://a.test/3",
        ),
        ([[["x"]]], None),
        (7, None),
    ],
)
def test_the_web_page_is_the_address(said: object, url: str | None) -> None:
    assert read(url=said).url == url


def test_things_may_be_whole_or_ids() -> None:
    value = read(
        attributedTo=[{"type": "Person", "id": "https://a.test/u/1"}, "https://a.test/u/2"],
        inReplyTo={"id": "https://a.test/n/0", "type": "Note"},
        tag={"type": "Mention", "href": "https://b.test/u", "name": "@u"},
        generator={"id": "https://a.test/app"},
    )

    assert id_of(value.attributed_to) == "https://a.test/u/1"
    assert value.in_reply_to == "https://a.test/n/0"
    assert value.tag == (Mention(href="https://b.test/u", name="@u"),)
    assert value.generator == "https://a.test/app"


def test_lists_are_written_as_lists_and_single_things_as_such() -> None:
    document = dump(
        Note(
            id="https://a.test/n",
            attributed_to="https://a.test/u",
            to=("https://a.test/f",),
            tag=(Mention(href="https://b.test/u"),),
            audience="https://a.test/c",
        )
    )

    assert document["to"] == ["https://a.test/f"]
    assert document["tag"] == [{"type": "Mention", "href": "https://b.test/u"}]
    assert (document["attributedTo"], document["audience"]) == (
        "https://a.test/u",
        "https://a.test/c",
    )


def test_blind_copies_are_read_and_never_written() -> None:
    value = read(bto="https://a.test/u/2", bcc=["https://a.test/u/3"])

    assert (value.bto, value.bcc) == (("https://a.test/u/2",), ("https://a.test/u/3",))
    assert not {"bto", "bcc"} & dump(value).keys()


def test_an_empty_page_says_so_and_an_unread_one_does_not() -> None:
    page = OrderedCollectionPage(id="https://a.test/p", ordered_items=())
    frame = OrderedCollection(id="https://a.test/c", total_items=0, first="https://a.test/p")

    assert dump(page)["orderedItems"] == []
    assert dump(frame)["totalItems"] == 0
    assert "orderedItems" not in dump(frame)
    assert load(dump(page), TYPES) == page
    assert load(dump(frame), TYPES) == frame


def test_keys_come_single_or_in_a_list() -> None:
    key = {"id": "https://a.test/u#k", "owner": "https://a.test/u", "publicKeyPem": "PEM"}
    one = load({"type": "Person", "publicKey": key}, TYPES)
    two = load({"type": "Person", "publicKey": [key, {**key, "id": "https://a.test/u#l"}]}, TYPES)

    assert isinstance(one, Actor)
    assert isinstance(two, Actor)
    assert one.public_key == Key(
        id="https://a.test/u#k", owner="https://a.test/u", public_key_pem="PEM"
    )
    assert dump(one)["publicKey"] == key
    assert [id_of(k) for k in two.public_keys] == ["https://a.test/u#k", "https://a.test/u#l"]


def test_an_actors_context_names_what_its_keys_need() -> None:
    actor = Person(
        id="https://a.test/u",
        public_keys=(Key(id="https://a.test/u#k"),),
        assertion_method=(Multikey(id="https://a.test/u#m"),),
        featured="https://a.test/u/featured",
    )

    context = dump(actor)["@context"]

    assert context[:4] == [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
    ]
    assert context[4].keys() == {"featured"}


def test_a_document_about_to_be_signed_names_the_proof() -> None:
    note = Note(id="https://a.test/n")
    integrity = "https://w3id.org/security/data-integrity/v2"

    assert dump(note)["@context"] == ["https://www.w3.org/ns/activitystreams"]
    assert integrity in dump(note, for_proof=True)["@context"]


def test_a_signed_object_keeps_the_context_it_was_signed_with() -> None:
    context = ["https://www.w3.org/ns/activitystreams", {"x": "https://a.test/ns#x"}]
    note = Note(id="https://a.test/n", proof={"type": "DataIntegrityProof", "@context": context})

    assert dump(note)["@context"] == context
    act = dump(Create(id="https://a.test/a", object=note))
    assert act["@context"] == ["https://www.w3.org/ns/activitystreams"]
    assert act["object"]["@context"] == context


def test_a_report_names_several_things() -> None:
    report = load(
        {
            "type": "Flag",
            "actor": "https://a.test/u",
            "object": ["https://b.test/u", "https://b.test/n"],
        },
        TYPES,
    )

    assert isinstance(report, Flag)
    assert report.objects == ("https://b.test/u", "https://b.test/n")
    assert report.object is None
    assert dump(report)["object"] == ["https://b.test/u", "https://b.test/n"]


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        read().content = "x"  # type: ignore[misc]


def test_a_value_shows_what_is_set() -> None:
    assert repr(Image(url="https://a.test/i")) == "Image(url='https://a.test/i')"


texts = st.text(max_size=30)
addresses = st.sampled_from(["https://a.test/1", "https://b.test/2#x", "https://c.test/"])
times = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
notes = st.builds(
    Note,
    id=addresses,
    content=st.none() | texts,
    published=st.none() | times,
    attributed_to=st.none() | addresses,
    to=st.lists(addresses).map(tuple),
    sensitive=st.none() | st.booleans(),
    revision=st.none() | st.integers(0, 2**53),
    tag=st.lists(st.builds(Mention, href=addresses, name=texts), max_size=2).map(tuple),
)
values = notes | st.builds(Tombstone, id=addresses, former_type=texts, deleted=times)
acts = st.builds(
    lambda cls, **said: cls(**said),
    st.sampled_from([Create, Delete, Follow, Accept]),
    id=addresses,
    actor=addresses,
    object=addresses | values,
    cc=st.lists(addresses).map(tuple),
)


@given(values | acts)
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_is_read_back(value: Object) -> None:
    assert load(dump(value), TYPES) == value


KEYS = ["id", "type", "kind", "@type", "object", "actor", "to", "tag", "url", "proof", "icon"]
KEYS += ["contentMap", "published", "publicKey", "orderedItems", "publishes", "content", "x"]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | addresses
leaves |= st.sampled_from(["Note", "Create", "Proposal", "as:Public", "2026-01-01T00:00:00Z"])
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=6)
    ),
    max_leaves=20,
)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_nothing_but_malformed_comes_of_any_json(document: object) -> None:
    with suppress(Malformed):
        dump(load(document, TYPES))  # type: ignore[arg-type]


def test_a_key_is_a_key_whatever_type_it_says() -> None:
    for said in ({}, {"type": "Key"}, {"type": "CryptographicKey"}):
        key = {"id": "https://a.test/u#k", "owner": "https://a.test/u", "publicKeyPem": "x", **said}

        actor = load({"id": "https://a.test/u", "type": "Person", "publicKey": key}, claims(CORE))

        assert isinstance(actor, Actor)
        assert [type(k) for k in actor.public_keys] == [Key]
