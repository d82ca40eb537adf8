"""One strict reading of JSON, or none."""

import json
from contextlib import suppress
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import SHARED, absent
from vocab.model import Malformed
from vocab.reader import read, read_object

CORPUS = SHARED / "corpus"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, -2.5, 1e3, true, null, "x"], "b": {"a": {}}}',
        '{"a:": ":", "\\"": "\\":", "c": "{\\"a\\":1}", "": ""}',
        '{"a": "\\\\u0000", "b": "\\ud83d\\ude00", "é": "é"}',
        " [9007199254740992, -9007199254740992] \r\n",
        '"x"',
        "[]",
    ],
)
def test_json_is_read_as_it_is_written(text) -> None:
    assert read(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"{]", b"[1,]", b"{'a':1}", b"{a:1}", b"//x\n1", b"1 2", b"\0", b"nul"),
        *(b"NaN", b"[Infinity]", b"[-Infinity]", b"[1e400]", b"[01]", b"[1.]", b"[+1]", b"[0x1]"),
        *(b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"b":{"a":1,"c":2,"a":{"x":1}}}]'),
        *(b'{"a":"\\u003a","a":1}', b'{"a":1,"a":"\\u003a:"}'),
        *(b'["\\ud800"]', b'["\\udc00"]', b'["\\ud800\\ud800"]', b'["\xed\xa0\x80"]', b'["\xff"]'),
        *(b'["\\u0000"]', b'["a\\u0000b"]', b'{"a\\u0000":1}', b'[{"b":["\\u0000"]}]', b'["\0"]'),
        *(b"[9007199254740993]", b"[-9007199254740993]", b"[18446744073709551616]", b"[1e16]"),
        *(
            b"\xef\xbb\xbf{}",
            "{}".encode("utf-16"),
            "{}".encode("utf-16-le"),
            "{}".encode("utf-32"),
        ),
        *(b'["a\nb"]', b'["\\x"]', b'["\\u12"]', b'["a'),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(body) -> None:
    with pytest.raises(Malformed, match="E_JSON"):
        read(body)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_has_an_end(opening, closing) -> None:
    assert read(opening * 64 + b"1" + closing * 64)
    for depth in (65, 1000, 10_000):
        with pytest.raises(Malformed, match="E_JSON"):
            read(opening * depth + b"1" + closing * depth)


def test_an_empty_thing_counts_as_deep_as_a_full_one() -> None:
    assert read(b"[" * 64 + b"]" * 64)
    with pytest.raises(Malformed):
        read(b"[" * 65 + b"]" * 65)


def test_size_has_an_end() -> None:
    body = b'["' + b"a" * ((1 << 20) - 4) + b'"]'

    assert len(read(body)[0]) == (1 << 20) - 4
    with pytest.raises(Malformed, match="E_JSON"):
        read(b" " + body)
    with pytest.raises(Malformed, match="E_JSON"):
        read(b"[1]", size=2)


def test_only_an_object_is_an_object() -> None:
    assert read_object(b'{"a":1}') == {"a": 1}
    for body in (b"[]", b'"a"', b"1", b"null", b"true"):
        with pytest.raises(Malformed, match="E_JSON"):
            read_object(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000,
        b"{" + b",".join(b'"%d":1' % n for n in range(90_000)) + b"}",
        b"[" + b"1" * 5000 + b"]",
        b'["' + b'\\"' * 400_000,
        b"[" + b'"a",' * 200_000 + b'"a"]',
        b'{"a":' * 60 + b'"' + b"\\\\:" * 200_000 + b'"' + b"}" * 60,
    ],
    ids=["deep", "names", "digits", "quotes", "strings", "escapes"],
)
def test_hostile_text_costs_little(body) -> None:
    began = perf_counter()
    with suppress(Malformed):
        read(body)

    # 5 to 50 ms here; the bound leaves room for a busy machine.
    assert perf_counter() - began < 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53), 1 << 53)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text('ab":\\{},', max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_whatever_is_json_is_read(value, ascii_only) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert read(text.encode()) == value


@given(st.dictionaries(st.text('ab":\\{},', max_size=4), JSON, min_size=1, max_size=5), JSON)
def test_a_name_given_twice_is_always_found(value, other) -> None:
    name = json.dumps(next(iter(value)))
    text = f"{json.dumps(value)[:-1]}, {name}: {json.dumps(other)}}}"

    assert read(json.dumps(value).encode()) == value
    with pytest.raises(Malformed, match="twice"):
        read(text.encode())


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0d8a1e+-. ', max_size=60).map(str.encode))
def test_whatever_comes_is_read_or_refused(body) -> None:
    with suppress(Malformed):
        assert isinstance(json.dumps(read(body)), str)


@pytest.mark.skipif(absent(CORPUS), reason="../shared/corpus is not here")
def test_the_documents_of_other_programs_are_read() -> None:
    refused = []
    count = 0
    for path in sorted(CORPUS.rglob("*.json")):
        body = path.read_bytes()
        count += 1
        try:
            assert read(body, size=1 << 24) == json.loads(body)
        except Malformed as refusal:
            refused.append(f"{path.relative_to(CORPUS)}: {refusal}")

    assert count > 600
    assert refused == []
