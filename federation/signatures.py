"""Signatures over HTTP requests: draft-cavage-12 and RFC 9421, checked and made.

Pure: no key is fetched here and no clock is read. The algorithm follows from the key and
from nothing that the sender writes; the digest is made again from the raw bytes; what is
not covered by the signature is not believed. Every refusal is a `BadSignature`.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from federation.claims import (
    BARE_METHODS,
    KEY_ID,
    LONGEST,
    TOKEN,
    BadSignature,
    Claim,
    Form,
    Request,
    Unsigned,
    bases,
    header,
    malformed,
    parse,
    place,
)
from federation.keys import (
    Key,
    PrivateKey,
    is_rsa,
    load_private_pem,
    load_public_pem,
    matches,
    seal,
)
from federation.structured import Item, NotStructured, dictionary
from vocab.values import dataclass

__all__ = [
    "ACCEPT_SIGNATURE",
    "BadSignature",
    "Claim",
    "Digests",
    "Form",
    "PublicKey",
    "Request",
    "Unsigned",
    "VerifiedSender",
    "digests",
    "load_private_pem",
    "load_public_pem",
    "parse",
    "sign",
    "verify",
]

OLDEST = timedelta(hours=1)
AHEAD = timedelta(minutes=10)

ACCEPT_SIGNATURE = 'sig1=("@method" "@target-uri");created;keyid'
"""For our 401: what we would like to see; RFC 9421 §5.

The content-digest is demanded but not named: Fedify covers it anyway, and would cover it
twice if asked, which §2 forbids.
"""

_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATE = re.compile(rf"(?:{_DAYS}), (\d\d) ({_MONTHS}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "sha-256": hashlib.sha256,
    "sha-512": hashlib.sha512,
}


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A loaded key, under the name it is asked for, and the actor it speaks for."""

    id: str
    owner: str
    key: Key


@dataclass(frozen=True, kw_only=True)
class VerifiedSender:
    """Whose key signed the request. Only `verify` makes one."""

    key_id: str
    owner: str
    form: Form


@dataclass(frozen=True, kw_only=True)
class Digests:
    """The digest of one body, in both spellings."""

    digest: str
    content_digest: str


def verify(request: Request, claim: Claim, key: PublicKey, *, now: datetime) -> VerifiedSender:
    """Prove that the owner of `key` signed this request for us, just now.

    Raises:
        BadSignature: E_SIGNATURE_HOST, E_SIGNATURE_TIME, E_SIGNATURE_DIGEST, E_KEY,
            E_SIGNATURE.

    Source: draft-cavage-http-signatures-12 §2; RFC 9421 §3.2.
    """
    if key.id != claim.key_id:
        raise BadSignature("E_KEY", f"{claim.key_id} was claimed, {key.id} was given")
    _check_host(request, claim)
    _check_time(request, claim, now)
    _check_digest(request, claim)
    _check_label(claim, key.key)
    _check_signature(request, claim, key.key)
    return VerifiedSender(key_id=key.id, owner=key.owner, form=claim.form)


def digests(body: bytes) -> Digests:
    """The digest headers of a body, to be made once for all its recipients."""
    value = b64encode(hashlib.sha256(body).digest()).decode()
    return Digests(digest=f"SHA-256={value}", content_digest=f"sha-256=:{value}:")


def sign(
    method: str,
    url: str,
    body: bytes = b"",
    *,
    key_id: str,
    private_key: PrivateKey,
    now: datetime,
    form: Form = Form.CAVAGE,
    digested: Digests | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers that sign a request: Host, Date, digest, Signature, Content-Type with a body.

    Args:
        method: upper case; anything but GET and HEAD has a body, if an empty one.
        url: as `node.kernel.addresses.clean` spells it, so that what is sent is what is signed.
        body: the raw bytes.
        key_id: the address under which the other side finds the key.
        private_key: RSA or Ed25519.
        now: with a zone.
        form: which of the two spellings.
        digested: `digests(body)`, if it is at hand.
        more: other headers that go along and are covered; a Content-Type other than ActivityPub's.
    """
    if not KEY_ID.fullmatch(key_id):
        raise ValueError(f"not a key id: {key_id!r}")
    headers = {"Host": urlsplit(url).netloc, "Date": _http_date(now)}
    has_body = method not in BARE_METHODS
    if has_body:
        made = digested or digests(body)
        if form is Form.CAVAGE:
            headers["Digest"] = made.digest
        else:
            headers["Content-Digest"] = made.content_digest
        headers["Content-Type"] = "application/activity+json"
    headers |= more or {}
    signed = _sign_cavage if form is Form.CAVAGE else _sign_rfc9421
    return headers | signed(method, url, headers, key_id, private_key, now)


# judging -----------------------------------------------------------------------------------


def _check_host(request: Request, claim: Claim) -> None:
    # RFC 9421 builds target and authority from our own origin, and needs no comparison.
    if claim.form is Form.CAVAGE and place(header(request, "host"), request.scheme) != place(
        request.authority, request.scheme
    ):
        raise BadSignature("E_SIGNATURE_HOST", header(request, "host"))


def _check_time(request: Request, claim: Claim, now: datetime) -> None:
    """Every time that is covered must be fresh; an expiry can only shorten that."""
    seconds = now.timestamp()
    times = []
    if claim.form is Form.CAVAGE and "date" in claim.covered:
        times.append(_read_date(header(request, "date")))
    if claim.created is not None:
        times.append(claim.created)
    for time in times:
        if not seconds - OLDEST.total_seconds() <= time <= seconds + AHEAD.total_seconds():
            raise BadSignature("E_SIGNATURE_TIME", f"made at {time}, now {seconds:.0f}")
        if claim.expires is not None and claim.expires < time:
            raise BadSignature("E_SIGNATURE_TIME", "ends before it begins")
    if not times or (claim.expires is not None and claim.expires < seconds):
        raise BadSignature("E_SIGNATURE_TIME", "without time, or expired")


def _read_date(text: str) -> int:
    match = _DATE.fullmatch(text)
    if match is None:
        raise BadSignature("E_SIGNATURE_TIME", f"date {text[:60]!r}")
    day, month, *rest = match.groups()
    year, hour, minute, second = map(int, rest)
    try:
        moment = datetime(
            year, _MONTHS.index(month) // 4 + 1, int(day), hour, minute, second, tzinfo=UTC
        )
    except ValueError:
        raise BadSignature("E_SIGNATURE_TIME", f"date {text[:60]!r}") from None
    return int(moment.timestamp())


def _check_digest(request: Request, claim: Claim) -> None:
    """Compare every digest of a kind we know; at least one must be there, none may be wrong."""
    name = "digest" if claim.form is Form.CAVAGE else "content-digest"
    if name not in claim.covered:
        return
    read = _digest_values if claim.form is Form.CAVAGE else _content_digest_values
    known = [(kind, value) for kind, value in read(header(request, name)) if kind in _HASHES]
    right = all(_HASHES[kind](request.body).digest() == value for kind, value in known)
    if not known or not right:
        raise BadSignature("E_SIGNATURE_DIGEST", header(request, name)[:200])


def _digest_values(text: str) -> list[tuple[str, bytes]]:
    """RFC 3230 as in use: `SHA-256=…`, the name in any case."""
    values = []
    for part in text[:LONGEST].split(","):
        name, mark, value = part.strip(" \t").partition("=")
        if not mark or not TOKEN.fullmatch(name.lower()):
            raise malformed("digest")
        values.append((name.lower(), _digest_bytes(name.lower(), value)))
    return values


def _digest_bytes(name: str, value: str) -> bytes:
    if name not in _HASHES:  # other kinds write other things than base64
        return b""
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise malformed("digest") from None


def _content_digest_values(text: str) -> list[tuple[str, bytes]]:
    """RFC 9530 §2."""
    try:
        members = dictionary(text[:LONGEST])
    except NotStructured as error:
        raise malformed(f"content-digest: {error}") from None
    return [
        (name, item.value)
        for name, item in members.items()
        if isinstance(item, Item) and isinstance(item.value, bytes)
    ]


def _check_label(claim: Claim, key: Key) -> None:
    """RFC 9421 §3.2, 6.4: a label may be absent, but must not contradict the key."""
    if claim.form is Form.RFC9421 and claim.algorithm not in (None, _rfc9421_label(key)):
        raise BadSignature("E_SIGNATURE_ALGORITHM", repr(claim.algorithm))


def _rfc9421_label(key: Key | PrivateKey) -> str:
    return "rsa-v1_5-sha256" if is_rsa(key) else "ed25519"


def _check_signature(request: Request, claim: Claim, key: Key) -> None:
    if not any(matches(key, claim.signature, base) for base in bases(request, claim)):
        raise BadSignature("E_SIGNATURE", f"does not verify with {claim.key_id}")


# writing -----------------------------------------------------------------------------------


def _http_date(now: datetime) -> str:
    # Not strftime: its names follow the locale.
    at = now.astimezone(UTC)
    day, month = _DAYS.split("|")[at.weekday()], _MONTHS.split("|")[at.month - 1]
    return f"{day}, {at:%d} {month} {at:%Y %H:%M:%S} GMT"


def _sign_cavage(
    method: str,
    url: str,
    headers: Mapping[str, str],
    key_id: str,
    private_key: PrivateKey,
    now: datetime,
) -> dict[str, str]:
    del now
    target = url.split("/", 3)[3]
    names = ["Host", "Date", *(name for name in headers if name not in ("Host", "Date"))]
    lines = [f"(request-target): {method.lower()} /{target}"]
    lines += [f"{name.lower()}: {headers[name]}" for name in names]
    covered = " ".join(["(request-target)", *map(str.lower, names)])
    label = "rsa-sha256" if is_rsa(private_key) else "hs2019"
    value = b64encode(seal(private_key, "\n".join(lines).encode())).decode()
    return {
        "Signature": f'keyId="{key_id}",algorithm="{label}",headers="{covered}",signature="{value}"'
    }


_UNCOVERED = frozenset({"Host", "Date", "Content-Type"})
"""Headers that RFC 9421 covers in other ways, or need not."""


def _sign_rfc9421(
    method: str,
    url: str,
    headers: Mapping[str, str],
    key_id: str,
    private_key: PrivateKey,
    now: datetime,
) -> dict[str, str]:
    lines = [f'"@method": {method}', f'"@target-uri": {url}']
    names = '"@method" "@target-uri"'
    for name in (name for name in headers if name not in _UNCOVERED):
        lines.append(f'"{name.lower()}": {headers[name]}')
        names += f' "{name.lower()}"'
    made = f'created={int(now.timestamp())};keyid="{key_id}";alg="{_rfc9421_label(private_key)}"'
    lines.append(f'"@signature-params": ({names});{made}')
    value = b64encode(seal(private_key, "\n".join(lines).encode())).decode()
    return {"Signature-Input": f"sig1=({names});{made}", "Signature": f"sig1=:{value}:"}
