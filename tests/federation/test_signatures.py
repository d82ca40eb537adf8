"""Each refusal of a signature, beside the request that is accepted."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import http_message_signatures as oracle
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures.algorithms import ED25519, RSA_V1_5_SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.claims import bases
from federation.keys import load_private_pem, load_public_pem, seal
from federation.signatures import (
    ACCEPT_SIGNATURE,
    BadSignature,
    Form,
    PublicKey,
    Request,
    Unsigned,
    VerifiedSender,
    digests,
    parse,
    sign,
    verify,
)
from federation.structured import NotStructured, dictionary, written

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ID = "https://birch.test/members/ben#main-key"
OWNER = "https://birch.test/members/ben"
URL = "https://alder.test/inbox?a=1"
BODY = b'{"type":"Follow"}'

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EDWARDS = ed25519.Ed25519PrivateKey.generate()
FORMS = list(Form)
KEYS = [RSA, EDWARDS]


def request(headers, *, method="POST", url=URL, body=BODY, **changes) -> Request:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    made = Request(
        method=method,
        target=parts.path + query,
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
        authority=parts.netloc,
        scheme=parts.scheme,
    )
    return replace(made, **changes)


def signed(form=Form.CAVAGE, *, key=RSA, method="POST", url=URL, body=BODY, now=NOW) -> Request:
    body = body if method == "POST" else b""
    headers = sign(method, url, body, key_id=ID, private_key=key, now=now, form=form)
    return request(headers, method=method, url=url, body=body)


def judge(asked: Request, *, key=RSA, now=NOW) -> VerifiedSender:
    public = PublicKey(id=ID, owner=OWNER, key=key.public_key())
    return verify(asked, parse(asked), public, now=now)


def code(asked: Request, **more) -> str:
    with pytest.raises(BadSignature) as refusal:
        judge(asked, **more)
    assert refusal.value.status == 401
    return refusal.value.code


def with_headers(asked: Request, **headers: str | None) -> Request:
    changed = {**asked.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return replace(asked, headers={k: v for k, v in changed.items() if v is not None})


def cavage(
    names: str, *, label: str | None = "rsa-sha256", key=RSA, more: str = "", asked=None
) -> Request:
    """A request signed by hand over the named things."""
    asked = asked or signed()
    given = f'keyId="{ID}",headers="{names}"{more}'
    given += f',algorithm="{label}"' if label is not None else ""
    draft = with_headers(asked, signature=f'{given},signature="AAAA"')
    try:
        base = bases(draft, parse(draft))[0]
    except BadSignature:
        base = b""
    value = b64encode(seal(key, base)).decode()
    return with_headers(asked, signature=f'{given},signature="{value}"')


def rfc9421(names: str, *, parameters: str, key=RSA, asked=None) -> Request:
    asked = asked or signed(Form.RFC9421)
    draft = with_headers(asked, signature_input=f"s=({names}){parameters}", signature="s=:AAAA:")
    try:
        base = bases(draft, parse(draft))[0]
    except BadSignature:
        base = b""
    return with_headers(draft, signature=f"s=:{b64encode(seal(key, base)).decode()}:")


# what is accepted --------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_we_sign_is_accepted(form, key, method) -> None:
    asked = signed(form, key=key, method=method)

    assert judge(asked, key=key) == VerifiedSender(key_id=ID, owner=OWNER, form=form)


def test_we_sign_what_every_server_understands() -> None:
    get, post = signed(method="GET"), signed()

    assert 'headers="(request-target) host date",' in get.headers["signature"]
    assert 'headers="(request-target) host date digest content-type"' in post.headers["signature"]
    assert 'algorithm="rsa-sha256"' in post.headers["signature"]
    assert post.headers["date"] == "Fri, 20 Nov 2026 12:00:00 GMT"
    assert post.headers["host"] == "alder.test"
    assert post.headers["digest"] == digests(BODY).digest
    assert set(get.headers) == {"host", "date", "signature"}


def test_the_new_form_has_the_components_that_mastodon_sends() -> None:
    given = signed(Form.RFC9421).headers["signature-input"]

    assert given.startswith('sig1=("@method" "@target-uri" "content-digest");created=')
    assert f';keyid="{ID}";alg="rsa-v1_5-sha256"' in given
    assert written(dictionary(given)["sig1"]) == given.removeprefix("sig1=")


def test_the_challenge_is_a_structured_field() -> None:
    assert dictionary(ACCEPT_SIGNATURE)["sig1"].parameters == {"created": True, "keyid": True}


@pytest.mark.parametrize("label", ["rsa-sha256", "RSA-SHA256", "hs2019", None])
def test_the_label_may_be_old_new_or_absent(label) -> None:
    assert judge(cavage("(request-target) host date digest", label=label)).owner == OWNER


def test_the_digest_may_be_named_in_lower_case() -> None:
    asked = with_headers(signed(), digest=digests(BODY).digest.replace("SHA", "sha"))

    assert judge(cavage("(request-target) host date digest", asked=asked)).owner == OWNER


def test_a_second_digest_of_another_kind_must_be_right_too() -> None:
    right = b64encode(hashlib.sha512(BODY).digest()).decode()
    wrong = b64encode(bytes(64)).decode()
    names = "(request-target) host date digest"
    first = digests(BODY).digest

    assert judge(cavage(names, asked=with_headers(signed(), digest=f"{first},SHA-512={right}")))
    assert judge(cavage(names, asked=with_headers(signed(), digest=f"{first}, MD5=x?y")))
    for digest in (f"{first},", f"{first},SHA-256", f"{first},=AAAA", f"{first},a b=AAAA"):
        asked = cavage(names, asked=with_headers(signed(), digest=digest))
        assert code(asked) == "E_SIGNATURE_FORM"
    for digest in (f"{first},SHA-512={wrong}", f"SHA-256={wrong},{first}", "MD5=abcd"):
        asked = cavage(names, asked=with_headers(signed(), digest=digest))
        assert code(asked) == "E_SIGNATURE_DIGEST"


def test_the_default_port_may_be_written() -> None:
    asked = cavage(
        "(request-target) host date digest", asked=with_headers(signed(), host="ALDER.test:443")
    )

    assert judge(asked).owner == OWNER


def test_created_takes_the_place_of_a_date() -> None:
    names = "(request-target) host (created) digest"
    at = int(NOW.timestamp())

    fresh = cavage(names, label="hs2019", more=f",created={at}")
    old = cavage(names, label="hs2019", more=f",created={at - 3700}")
    labelled = cavage(names, label="rsa-sha256", more=f",created={at}")

    assert judge(fresh).owner == OWNER
    assert code(old) == "E_SIGNATURE_TIME"
    assert code(labelled) == "E_SIGNATURE_FORM"


def test_the_target_may_be_signed_without_its_query() -> None:
    asked = signed(url="https://alder.test/inbox")

    assert judge(replace(asked, target="/inbox?page=1")).owner == OWNER
    assert code(replace(asked, target="/inbox2")) == "E_SIGNATURE"


def test_the_new_form_does_not_forgive_a_query() -> None:
    asked = signed(Form.RFC9421, url="https://alder.test/inbox")

    assert code(replace(asked, target="/inbox?page=1")) == "E_SIGNATURE"


# what is refused ---------------------------------------------------------------------------


def test_without_a_signature_it_is_unsigned() -> None:
    with pytest.raises(Unsigned):
        parse(with_headers(signed(), signature=None))


def test_a_mac_made_with_the_public_key_is_refused() -> None:
    """The flaw of httpsig: whoever names the algorithm may choose one that all can compute."""
    pem = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    honest = cavage("(request-target) host date digest")
    base = bases(honest, parse(honest))[0]
    value = b64encode(hmac.new(pem, base, "sha256").digest()).decode()

    for label, expected in (
        ("hmac-sha256", "E_SIGNATURE_ALGORITHM"),
        ("rsa-sha1", "E_SIGNATURE_ALGORITHM"),
        ("hs2019", "E_SIGNATURE"),
    ):
        forged = (
            f'keyId="{ID}",algorithm="{label}",headers="(request-target) host date digest",'
            f'signature="{value}"'
        )
        assert code(with_headers(honest, signature=forged)) == expected
    assert judge(honest).owner == OWNER


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"body": BODY + b" "}, "E_SIGNATURE_DIGEST"),
        ({"body": b""}, "E_SIGNATURE_DIGEST"),
        ({"target": "/other?a=1"}, "E_SIGNATURE"),
        ({"target": "/inbox?a=2"}, "E_SIGNATURE"),
        ({"method": "PUT"}, "E_SIGNATURE"),
    ],
    ids=["body", "no body", "path", "query", "method"],
)
def test_a_signature_fits_one_request(form, change, expected) -> None:
    asked = signed(form)

    assert judge(asked).owner == OWNER
    assert code(replace(asked, **change)) == expected


def test_a_signature_for_another_server_is_refused() -> None:
    assert code(replace(signed(), authority="cedar.test")) == "E_SIGNATURE_HOST"
    assert code(replace(signed(Form.RFC9421), authority="cedar.test")) == "E_SIGNATURE"
    assert code(replace(signed(Form.RFC9421), scheme="http")) == "E_SIGNATURE"


def test_two_hosts_are_no_host() -> None:
    asked = with_headers(signed(), host="alder.test, alder.test")

    assert code(cavage("(request-target) host date digest", asked=asked)) == "E_SIGNATURE_HOST"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
def test_another_key_does_not_fit(form, key) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert code(signed(form, key=key), key=stranger).startswith("E_SIGNATURE")
    assert judge(signed(form, key=key), key=key).owner == OWNER


def test_a_key_of_another_name_is_not_even_tried() -> None:
    asked = signed()
    key = PublicKey(id=f"{ID}-2", owner=OWNER, key=RSA.public_key())

    with pytest.raises(BadSignature, match="E_KEY"):
        verify(asked, parse(asked), key, now=NOW)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(minutes=59), True),
        (timedelta(minutes=61), False),
        (timedelta(hours=13), False),
        (timedelta(minutes=-9), True),
        (timedelta(minutes=-11), False),
        (timedelta(hours=-2), False),
    ],
)
def test_a_signature_is_fresh_for_an_hour_and_ten_minutes_ahead(form, age, fresh) -> None:
    asked = signed(form, now=NOW - age)

    if fresh:
        assert judge(asked).owner == OWNER
    else:
        assert code(asked) == "E_SIGNATURE_TIME"


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 31 Feb 2026 12:00:00 GMT", "2026-11-20"])
def test_a_date_that_is_none_is_refused(date) -> None:
    asked = cavage("(request-target) host date digest", asked=with_headers(signed(), date=date))

    assert code(asked) == "E_SIGNATURE_TIME"


def test_an_expiry_shortens_and_never_prolongs() -> None:
    at = int(NOW.timestamp())
    names = "(request-target) host (created) (expires) digest"

    def lasting(created: int, expires: int) -> Request:
        return cavage(names, label="hs2019", more=f",created={created},expires={expires}")

    assert judge(lasting(at, at + 60)).owner == OWNER
    assert judge(lasting(at, at + 315_360_000)).owner == OWNER
    assert code(lasting(at - 60, at - 1)) == "E_SIGNATURE_TIME"
    assert code(lasting(at + 5, at + 1)) == "E_SIGNATURE_TIME"
    assert code(lasting(at - 3700, at + 315_360_000)) == "E_SIGNATURE_TIME"


def test_an_expiry_holds_in_the_new_form() -> None:
    at = int(NOW.timestamp())
    names = '"@method" "@target-uri" "content-digest"'

    def lasting(expires: int) -> Request:
        given = f';created={at - 60};expires={expires};keyid="{ID}"'
        return rfc9421(names, parameters=given)

    assert judge(lasting(at + 1)).owner == OWNER
    assert code(lasting(at - 1)) == "E_SIGNATURE_TIME"


@pytest.mark.parametrize(
    "names",
    [
        "date",
        "host date digest",
        "(request-target) date digest",
        "(request-target) host digest",
        "(request-target) host date",
    ],
)
def test_too_little_covered_is_refused(names) -> None:
    assert code(cavage(names)) == "E_SIGNATURE_COVER"


AT = f';created={int(NOW.timestamp())};keyid="{ID}"'


@pytest.mark.parametrize(
    ("names", "parameters", "expected"),
    [
        ('"@method" "@target-uri"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "@authority" "@path" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "@path" "@query" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "@request-target" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "@request-target" "host" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@target-uri" "content-digest"', AT, "E_SIGNATURE_COVER"),
        ('"@method" "@target-uri" "content-digest"', f';keyid="{ID}"', "E_SIGNATURE_COVER"),
        ('"@method" "@target-uri" "content-digest"', ";created=1", "E_SIGNATURE_FORM"),
        ('"@method" "@target-uri" "content-digest";sf', AT, "E_SIGNATURE_FORM"),
        ('"@method" "@target-uri" "content-digest";req', AT, "E_SIGNATURE_FORM"),
        ('"@method" "@target-uri" "content-digest" "@status"', AT, "E_SIGNATURE_FORM"),
        ('"@method" "@target-uri" "content-digest" "x-none"', AT, "E_SIGNATURE_FORM"),
        ('"@method" "@target-uri" "content-digest" "@method"', AT, "E_SIGNATURE_FORM"),
        (
            '"@method" "@target-uri" "content-digest"',
            AT + ';alg="hmac-sha256"',
            "E_SIGNATURE_ALGORITHM",
        ),
        (
            '"@method" "@target-uri" "content-digest"',
            AT + ';alg="ed25519"',
            "E_SIGNATURE_ALGORITHM",
        ),
    ],
)
def test_too_little_or_odd_things_covered_are_refused_in_the_new_form(
    names, parameters, expected
) -> None:
    assert code(rfc9421(names, parameters=parameters)) == expected


@pytest.mark.parametrize(
    "names",
    [
        '"@method" "@target-uri" "content-digest"',
        '"@method" "@authority" "@path" "@query" "content-digest"',
        '"@method" "@authority" "@request-target" "content-digest" "@scheme"',
        '"@method" "@target-uri" "@authority" "host" "date" "content-digest"',
    ],
)
def test_the_target_may_be_covered_in_several_ways(names) -> None:
    assert judge(rfc9421(names, parameters=AT)).owner == OWNER


def test_a_nonce_and_a_tag_are_part_of_what_is_signed() -> None:
    names = '"@method" "@target-uri" "content-digest"'

    asked = rfc9421(names, parameters=AT + ';nonce="n\\"1";tag="fep"')
    moved = with_headers(
        asked, signature_input=asked.headers["signature-input"].replace("fep", "f")
    )

    assert judge(asked).owner == OWNER
    assert code(moved) == "E_SIGNATURE"


def test_two_signatures_are_no_signature() -> None:
    asked = signed(Form.RFC9421)
    given, value = asked.headers["signature-input"], asked.headers["signature"]
    second = given.replace("sig1=", "sig2="), value.replace("sig1=", "sig2=")

    both = with_headers(
        asked, signature_input=f"{given}, {second[0]}", signature=f"{value}, {second[1]}"
    )
    crossed = with_headers(asked, signature=second[1])

    assert code(both) == code(crossed) == "E_SIGNATURE_FORM"


def test_a_digest_must_be_named_in_lower_case_in_the_new_form() -> None:
    wrong = digests(BODY).content_digest.replace("sha", "SHA")
    asked = rfc9421(
        '"@method" "@target-uri" "content-digest"',
        parameters=AT,
        asked=with_headers(signed(Form.RFC9421), content_digest=wrong),
    )

    assert code(asked) == "E_SIGNATURE_FORM"


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("s=1", "s=:AAAA:"),
        ('s=("@method")', "s=1"),
        ('s=("@method")', "s=(:AAAA:)"),
        ('s=("@method");keyid=token', "s=:AAAA:"),
        ('s=("@method");created="1"', "s=:AAAA:"),
        ('s=("@method");created=-1', "s=:AAAA:"),
        ('s=("@method");created', "s=:AAAA:"),
        ('s=("@method");expires=1.5', "s=:AAAA:"),
        ("s=(method)", "s=:AAAA:"),
        ("s=()", "s=:AAAA:"),
    ],
)
def test_a_value_of_another_kind_is_refused(given, value) -> None:
    asked = with_headers(signed(Form.RFC9421), signature_input=given, signature=value)

    assert code(asked) == "E_SIGNATURE_FORM"


def test_a_time_beyond_all_times_is_refused() -> None:
    names = "(request-target) host (created) digest"

    assert code(cavage(names, label=None, more=f",created={'9' * 13}")) == "E_SIGNATURE_FORM"
    assert code(cavage(names, label=None, more=",created=999999999999")) == "E_SIGNATURE_TIME"


def test_a_header_beyond_latin_1_is_refused() -> None:
    names = "(request-target) host date digest x-a"
    asked = cavage(names, asked=with_headers(signed(), x_a="a"))

    assert judge(asked).owner == OWNER
    assert code(with_headers(asked, x_a="\u2028")) == "E_SIGNATURE_FORM"
    assert code(with_headers(asked, x_a="a\nhost: b")) == "E_SIGNATURE_FORM"
    assert code(with_headers(asked, x_a=None)) == "E_SIGNATURE_FORM"


@pytest.mark.parametrize("key_id", ["", 'a"b', "a\\b", "a b", "ä", "a\r\nb"])
def test_we_do_not_sign_under_an_odd_name(key_id) -> None:
    with pytest.raises(ValueError):
        sign("GET", URL, key_id=key_id, private_key=RSA, now=NOW)


def test_a_name_with_percent_signs_is_signed() -> None:
    key_id = "https://alder.test/%E2%82%AC?a=1,b=2#main-key"
    headers = sign("GET", URL, key_id=key_id, private_key=RSA, now=NOW)

    assert parse(request(headers, method="GET", body=b"")).key_id == key_id


# keys --------------------------------------------------------------------------------------


def pem(key) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
def test_a_good_key_is_loaded(key) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()

    assert load_public_pem("\n" + pem(key.public_key())) == key.public_key()
    assert load_private_pem(private).public_key() == key.public_key()


def _weak() -> list[str]:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    odd = rsa.generate_private_key(public_exponent=3, key_size=2048)
    zero = ed25519.Ed25519PublicKey.from_public_bytes(bytes(31) + b"\x80")
    curve = ec.generate_private_key(ec.SECP256R1())
    good = pem(RSA.public_key())
    return [
        *(pem(key) for key in (short.public_key(), odd.public_key(), zero, curve.public_key())),
        *("", "hello", good[:-60], good.replace("M", "é", 1), "A" * 20_000),
    ]


@pytest.mark.parametrize("text", _weak())
def test_a_weak_or_foreign_key_is_refused(text) -> None:
    with pytest.raises(BadSignature, match="E_KEY"):
        load_public_pem(text)


def test_a_private_key_of_another_kind_is_not_loaded() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(ValueError):
        load_private_pem(curve.decode())


def test_a_short_key_is_refused_however_it_was_loaded() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)

    assert code(signed(key=short), key=short) == "E_KEY"


# another program's opinion -----------------------------------------------------------------


class Resolver(oracle.HTTPSignatureKeyResolver):
    def __init__(self, key) -> None:
        self.key = key

    def resolve_private_key(self, key_id):
        return self.key

    def resolve_public_key(self, key_id):
        return self.key.public_key()


class Message:
    def __init__(self, method, url, headers) -> None:
        self.method, self.url, self.headers = method, url, dict(headers)


@pytest.mark.parametrize(("key", "kind"), [(RSA, RSA_V1_5_SHA256), (EDWARDS, ED25519)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_program_accepts_what_we_sign(key, kind, method) -> None:
    asked = signed(Form.RFC9421, key=key, method=method, now=datetime.now(UTC))
    message = Message(method, URL, asked.headers)
    verifier = oracle.HTTPMessageVerifier(signature_algorithm=kind, key_resolver=Resolver(key))

    (result,) = verifier.verify(message, max_age=timedelta(days=1))

    assert result.parameters["keyid"] == ID


@pytest.mark.parametrize(("key", "kind"), [(RSA, RSA_V1_5_SHA256), (EDWARDS, ED25519)])
def test_we_accept_what_another_program_signs(key, kind) -> None:
    headers = {"Content-Digest": digests(BODY).content_digest}
    message = Message("POST", URL, headers)
    signer = oracle.HTTPMessageSigner(signature_algorithm=kind, key_resolver=Resolver(key))

    signer.sign(
        message,
        key_id=ID,
        created=NOW,
        covered_component_ids=("@method", "@target-uri", "@authority", "content-digest"),
        use_existing_digest=True,
    )

    assert judge(request(message.headers), key=key).owner == OWNER
    assert code(request(message.headers, body=b"{}"), key=key) == "E_SIGNATURE_DIGEST"


# bad input ---------------------------------------------------------------------------------


def _only_refused(asked: Request) -> None:
    """Nothing but a refusal may come of it, and never a sender."""
    for key in KEYS:
        with pytest.raises(BadSignature):
            judge(asked, key=key)


def _broken(text: str) -> list[str]:
    """A header, damaged in as many ways as we could think of."""
    cuts = [text[:at] for at in range(0, len(text), max(1, len(text) // 30))]
    signs = ['"', ",", "=", ";", ":", "(", ")", "\\", "\0", "\n", "\u2028", "é", "٣", " ", "\t"]
    stuck = [sign + text for sign in signs] + [text + sign for sign in signs if sign not in " \t"]
    doubled = [f"{text},{text}", f"{text}, {text}", text * 200, '"' * 5000, "(" * 5000, "=" * 5000]
    swapped = [text.replace(*pair) for pair in (("=", ":"), ('"', "'"), (",", ";"), ("i", "I"))]
    numbers = [text + f",created={value}" for value in ("-1", "1e9", "9" * 40, "٣", "0x1", "")]
    return [*cuts, *stuck, *doubled, *swapped, *numbers]


def _corpus() -> list[Request]:
    old, new = signed(), signed(Form.RFC9421)
    made = [with_headers(old, signature=text) for text in _broken(old.headers["signature"])]
    for name in ("signature", "signature-input"):
        made += [with_headers(new, **{name: text}) for text in _broken(new.headers[name])]
    made += [with_headers(old, digest=text) for text in _broken(old.headers["digest"])]
    made += [with_headers(new, content_digest=t) for t in _broken(new.headers["content-digest"])]
    return made


def _same(asked: Request) -> bool:
    """Damage that leaves the meaning as it was: spaces around a header."""
    trimmed = {name: value.strip(" \t") for name, value in asked.headers.items()}
    honest = (signed().headers, signed(Form.RFC9421).headers)
    return any(trimmed == {k: v.strip() for k, v in headers.items()} for headers in honest)


def test_four_hundred_malformed_requests_are_each_refused_in_the_same_way() -> None:
    corpus = [asked for asked in _corpus() if not _same(asked)]

    for asked in corpus:
        _only_refused(asked)

    assert len(corpus) >= 400


HEADER = st.text(max_size=300) | st.text(st.sampled_from('abs"=,;:()\\ @-1?*%é\n\t'), max_size=120)
NAMES = st.sampled_from(
    ["signature", "signature-input", "digest", "content-digest", "date", "host"]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    headers=st.dictionaries(NAMES, HEADER),
    base=st.sampled_from([{}, signed().headers, signed(Form.RFC9421).headers]),
    target=st.text(max_size=40),
)
def test_no_header_whatever_makes_anything_but_a_refusal(headers, base, target) -> None:
    asked = replace(signed(), headers={**base, **headers}, target="/inbox?" + target)

    try:
        sender = judge(asked)
    except BadSignature:
        return
    # Spared by chance: nothing that is covered was changed.
    assert sender.owner == OWNER
    assert asked.body == BODY


@settings(max_examples=300, deadline=None)
@given(HEADER)
def test_a_structured_field_is_read_as_written_or_not_at_all(text) -> None:
    try:
        read = dictionary(text)
    except NotStructured:
        return
    again = ", ".join(f"{name}={written(value)}" for name, value in read.items())
    assert dictionary(again) == read


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "a=",
            "a=1,",
            ",a=1",
            "a=1 b=2",
            "A=1",
            "a=1,a=2",
            "a=(",
            "a=(1",
            "a=(1 2",
            "a=(1)2",
        ),
        *(
            'a=("x""y")',
            'a="x',
            'a="\\x"',
            'a="é"',
            "a=:A:",
            "a=:AAAA",
            "a=1.5",
            "a=1234567890123456",
        ),
        *("a=?2", "a=1;", "a=1;b=", "a=1;b=1;b=2", "a=@1", "a=(1\t2)", "a=:AA=A:", "a=:AAA:"),
    ],
)
def test_what_the_grammar_does_not_allow_is_not_read(text) -> None:
    with pytest.raises(NotStructured):
        dictionary(text)
