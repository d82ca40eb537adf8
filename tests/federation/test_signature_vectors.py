"""Requests that other programs signed, and the ones they refuse."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from federation.claims import _rfc9421, bases
from federation.keys import load_public_pem, matches
from federation.signatures import (
    BadSignature,
    Claim,
    Form,
    PublicKey,
    Request,
    VerifiedSender,
    digests,
    parse,
    verify,
)
from tests.servers import SHARED, absent

VECTORS = SHARED / "vectors"
CAPTURES = SHARED / "captures"

pytestmark = pytest.mark.skipif(absent(SHARED), reason="../shared is not here")


def _json(path: Path):
    return json.loads(path.read_text()) if path.is_file() else []


def _joined(headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


MASTODON = _json(VECTORS / "http-signatures/http-signatures-mastodon.json")


def _mastodon(case) -> VerifiedSender:
    url = urlsplit(case["url"])
    request = Request(
        method=case["method"],
        target=url.path + (f"?{url.query}" if url.query else ""),
        headers=_joined(case["headers"].items()),
        body=case["body"].encode(),
        authority=url.netloc,
        scheme=url.scheme,
    )
    claim = parse(request)
    if not case["public_key_pem"]:
        raise BadSignature("E_KEY", "the key's server does not have it")
    key = PublicKey(id=claim.key_id, owner="bob", key=load_public_pem(case["public_key_pem"]))
    return verify(request, claim, key, now=datetime.fromisoformat(case["now"]))


def test_all_vectors_are_here() -> None:
    assert len(MASTODON) == 28
    assert sum(case["expect"] == "valid" for case in MASTODON) == 10


@pytest.mark.parametrize("case", MASTODON, ids=lambda case: case["id"])
def test_we_judge_as_mastodon_does(case) -> None:
    if case["expect"] == "valid":
        assert _mastodon(case).owner == "bob"
        return

    with pytest.raises(BadSignature) as refusal:
        _mastodon(case)

    assert refusal.value.status == 401
    if case["expect"] == "malformed-400":
        assert refusal.value.code == "E_SIGNATURE_FORM"


APPENDIX_B = _json(VECTORS / "rfc9421/rfc9421-appendix-b.json")
ASKED = [case for case in (APPENDIX_B or {"cases": []})["cases"] if case["message"] == "request"]


def _appendix(case) -> tuple[Request, Claim]:
    given = APPENDIX_B["request"]
    url = urlsplit(given["target-uri"])
    headers = _joined(given["headers"].items())
    headers["signature-input"] = f"{case['label']}={case['signature_input']}"
    headers["signature"] = f"{case['label']}={case['signature']}"
    request = Request(
        method=given["method"],
        target=f"{url.path}?{url.query}",
        headers=headers,
        body=given["body"].encode(),
        authority=url.netloc,
    )
    return request, _rfc9421(headers["signature"], headers["signature-input"])


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case["rfc"])
def test_the_signed_string_is_that_of_the_rfc(case) -> None:
    request, claim = _appendix(case)

    assert bases(request, claim) == (case["signature_base"].encode(),)


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case["rfc"])
def test_what_the_rfc_shows_covers_too_little_or_is_signed_otherwise(case) -> None:
    request, _ = _appendix(case)
    pem = APPENDIX_B["public_keys"].get(case["keyid"], APPENDIX_B["public_keys"]["test-key-rsa"])
    key = PublicKey(id=case["keyid"], owner="x", key=load_public_pem(pem))

    with pytest.raises(BadSignature) as refusal:
        verify(request, parse(request), key, now=datetime.fromtimestamp(1618884473, UTC))

    # B.2.3 covers all we ask for, but RSA-PSS is not what an RSA key of ours signs with.
    expected = {"9421 B.2.1": "E_SIGNATURE_FORM", "9421 B.2.3": "E_SIGNATURE"}
    assert refusal.value.code == expected.get(case["rfc"], "E_SIGNATURE_COVER")


def test_the_ed25519_signature_of_the_rfc_is_right() -> None:
    case = next(case for case in ASKED if case["alg"] == "ed25519")
    request, claim = _appendix(case)
    key = load_public_pem(APPENDIX_B["public_keys"][case["keyid"]])

    assert matches(key, claim.signature, bases(request, claim)[0])
    assert not matches(key, claim.signature, bases(request, claim)[0] + b" ")


def _captured() -> list[tuple[str, dict]]:
    paths = sorted(CAPTURES.glob("*/*.json"))
    return [(f"{path.parent.name}/{path.name}", _json(path)) for path in paths]


def _request(exchange) -> Request:
    method, target, _ = exchange["request"]["line"].split(" ")
    headers = _joined(exchange["request"]["headers"])
    return Request(
        method=method,
        target=target,
        headers=headers,
        body=exchange["request"]["body_raw"].encode(),
        authority=headers["host"],
        scheme="http",
    )


def _keys(value, found=None) -> dict[str, dict[str, str]]:
    """Public keys by id and PEM, from all documents that carry one, and their owners."""
    found = {} if found is None else found
    if isinstance(value, dict) and "publicKeyPem" in value:
        found.setdefault(value["id"], {})[value["publicKeyPem"]] = value["owner"]
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _keys(inner, found)
    return found


def _provable() -> list:
    exchanges = _captured()
    keys = _keys([exchange for _, exchange in exchanges])
    cases = []
    for name, exchange in exchanges:
        request = _request(exchange)
        if "signature" in request.headers and parse(request).key_id in keys:
            claim = parse(request)
            cases.append(pytest.param(request, claim, keys[claim.key_id], id=name))
    return cases


def _moment(request: Request, claim: Claim) -> datetime:
    if claim.created is not None:
        return datetime.fromtimestamp(claim.created, UTC)
    return parsedate_to_datetime(request.headers["date"])


def _senders(request: Request, claim: Claim, keys: dict[str, str]) -> list[VerifiedSender]:
    """Who it is; the captured servers were set up more than once, each time with new keys."""
    found = []
    for pem, owner in keys.items():
        key = PublicKey(id=claim.key_id, owner=owner, key=load_public_pem(pem))
        with suppress(BadSignature):
            found.append(verify(request, claim, key, now=_moment(request, claim)))
    return found


@pytest.mark.parametrize(("request_", "claim", "keys"), _provable())
def test_what_other_servers_really_sent_is_proven(request_, claim, keys) -> None:
    senders = _senders(request_, claim, keys)
    tampered = replace(request_, body=request_.body + b" ", method="POST", target="/other")

    assert [sender.key_id for sender in senders] == [claim.key_id]
    assert _senders(tampered, claim, keys) == []


def test_enough_was_captured() -> None:
    forms = [case.values[1].form for case in _provable()]

    assert len(forms) >= 90
    assert len(_captured()) == 168


def test_every_captured_signature_is_read() -> None:
    signed = [_request(exchange) for _, exchange in _captured()]
    signed = [request for request in signed if "signature" in request.headers]

    forms = [parse(request).form for request in signed]

    assert forms.count(Form.RFC9421) == 5
    assert forms.count(Form.CAVAGE) > 100


@pytest.mark.parametrize("number", [1, 2, 3])
def test_signatures_of_lemmy_and_kbin_are_read_and_their_digests_are_right(number: int) -> None:
    folder = VECTORS / "http-signatures"
    body = (folder / f"piefed__body_{number}.json").read_bytes()
    digest = (folder / f"piefed__digest_{number}.txt").read_text().strip()
    signature = (folder / f"piefed__signature_{number}.txt").read_text().strip()
    headers = {"signature": signature, "digest": digest}
    request = Request(
        method="POST", target="/inbox", headers=headers, body=body, authority="piefed.test"
    )

    claim = parse(request)

    assert claim.key_id.startswith("https://")
    assert {"(request-target)", "host", "date", "digest"} <= set(claim.covered)
    assert digests(body).digest == digest
