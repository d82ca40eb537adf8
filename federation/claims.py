"""What a request says about its signature: draft-cavage-12 and RFC 9421, read strictly.

Pure. Nothing said here is proven; `federation.signatures` proves it. Whatever cannot be
read, or leaves out what must be covered, is a `BadSignature`.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum

from federation.structured import InnerList, Item, NotStructured, dictionary, written
from node.kernel.errors import Refused
from vocab.values import dataclass

LONGEST = 8192
MOST = 64

_PARAMETER = re.compile(r'[ \t]*([A-Za-z]+)=(?:"([^"\\\r\n]*)"|([0-9]{1,15}))[ \t]*(,|$)')
TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_SECONDS = re.compile(r"[0-9]{1,12}")
KEY_ID = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,2048}")
_CAVAGE_LABELS = frozenset({"rsa-sha256", "hs2019", "ed25519", None})
BARE_METHODS = frozenset({"GET", "HEAD"})


class Form(StrEnum):
    """The two spellings of a signature."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


class BadSignature(Refused):
    """The request does not prove who sent it."""

    status = 401


class Unsigned(BadSignature):
    """The request does not even try."""

    def __init__(self) -> None:
        super().__init__("E_UNSIGNED")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it arrived.

    `target` is the raw path and query; `headers` in lower case, several of one name joined
    with ", "; `authority` and `scheme` are those of our own origin, never the request's.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    authority: str
    scheme: str = "https"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a request says about its signature; nothing of it is proven yet."""

    key_id: str
    form: Form
    algorithm: str | None
    covered: tuple[str, ...]
    created: int | None
    expires: int | None
    signature: bytes
    parameters: str = ""


def parse(request: Request) -> Claim:
    """Read the claim of a request, of whichever form.

    The key id is a visible ASCII string and nothing more: whether it is an address that may
    be asked is for the one who fetches it.

    Raises:
        Unsigned: there is no signature.
        BadSignature: E_SIGNATURE_FORM, it cannot be read; E_SIGNATURE_ALGORITHM;
            E_SIGNATURE_COVER, it leaves out what must be covered.
    """
    signature = request.headers.get("signature")
    given = request.headers.get("signature-input")
    if signature is None and given is None:
        raise Unsigned
    if signature is None or len(signature) > LONGEST or len(given or "") > LONGEST:
        raise malformed("header missing or too long")
    claim = _cavage(signature) if given is None else _rfc9421(signature, given)
    if not 0 < len(claim.covered) <= MOST or len(set(claim.covered)) < len(claim.covered):
        raise malformed("covered components")
    if not KEY_ID.fullmatch(claim.key_id):
        raise malformed("key id")
    _require(request, claim)
    return claim


def has_body(request: Request) -> bool:
    """Whether a digest is needed: not for GET and HEAD, unless they carry something."""
    return bool(request.body) or request.method.upper() not in BARE_METHODS


def _require(request: Request, claim: Claim) -> None:
    """Refuse a signature that does not cover who is asked for what, when, with which body."""
    covered = set(claim.covered)
    if claim.form is Form.CAVAGE:
        timed = "date" in covered or "(created)" in covered
        enough = timed and {"(request-target)", "host"} <= covered
        digest = "digest"
    else:
        placed = "@target-uri" in covered or _spelled_out(request, covered)
        enough = "@method" in covered and placed and claim.created is not None
        digest = "content-digest"
    if not enough or (has_body(request) and digest not in covered):
        raise BadSignature("E_SIGNATURE_COVER", " ".join(sorted(covered)))


def _spelled_out(request: Request, covered: set[str]) -> bool:
    whole = "@request-target" in covered or (
        "@path" in covered and ("@query" in covered or "?" not in request.target)
    )
    return "@authority" in covered and whole


def bases(request: Request, claim: Claim) -> tuple[bytes, ...]:
    """The strings that the signature may be over, the likeliest first.

    Under draft-cavage senders disagree about what the target is, so there may be several.
    """
    if claim.form is Form.RFC9421:
        return (_encoded(_rfc9421_base(request, claim)),)
    path = request.target.partition("?")[0]
    # Misskey and old Mastodon leave out the query; GoToSocial signs an empty path for "/".
    targets = dict.fromkeys((request.target, path, "" if path == "/" else path))
    return tuple(_encoded(_cavage_base(request, claim, target)) for target in targets)


def malformed(detail: str) -> BadSignature:
    """The refusal of what cannot be read."""
    return BadSignature("E_SIGNATURE_FORM", detail)


def _cavage(text: str) -> Claim:
    found: dict[str, str] = {}
    at = 0
    while at < len(text) or not found:
        match = _PARAMETER.match(text, at)
        if match is None or match[1] in found or (match[4] == "," and match.end() == len(text)):
            raise malformed("parameters")
        found[match[1]] = match[2] if match[3] is None else match[3]
        at = match.end()
    label = found.get("algorithm")
    label = label.lower() if label is not None else None
    if label not in _CAVAGE_LABELS:
        raise BadSignature("E_SIGNATURE_ALGORITHM", repr(label))
    try:
        signature = b64decode(found["signature"], validate=True)
        covered = tuple(found["headers"].lower().split(" "))
        key_id = found["keyId"]
    except (KeyError, ValueError) as error:
        raise malformed(repr(error)) from None
    return Claim(
        key_id=key_id,
        form=Form.CAVAGE,
        algorithm=label,
        covered=covered,
        created=_seconds(found.get("created")),
        expires=_seconds(found.get("expires")),
        signature=signature,
    )


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise malformed("time")
    return int(text)


def _rfc9421(signature: str, given: str) -> Claim:
    try:
        inputs, signatures = dictionary(given), dictionary(signature)
    except NotStructured as error:
        raise malformed(str(error)) from None
    if len(inputs) != 1 or inputs.keys() != signatures.keys():
        raise malformed("not exactly one signature")
    (wanted,), (proof,) = inputs.values(), signatures.values()
    if not isinstance(wanted, InnerList) or not isinstance(proof, Item):
        raise malformed("kinds")
    if not isinstance(proof.value, bytes):
        raise malformed("signature is not bytes")
    label = _text(wanted, "alg")
    return Claim(
        key_id=_text(wanted, "keyid") or "",
        form=Form.RFC9421,
        algorithm=label,
        covered=tuple(map(_component, wanted.items)),
        created=_number(wanted, "created"),
        expires=_number(wanted, "expires"),
        signature=proof.value,
        parameters=written(wanted),
    )


def _component(item: Item) -> str:
    # Parameters (sf, bs, tr …) would change what is covered; none is in use among us.
    if type(item.value) is not str or item.parameters:
        raise malformed("component")
    return item.value


def _text(wanted: InnerList, name: str) -> str | None:
    value = wanted.parameters.get(name)
    if value is not None and type(value) is not str:
        raise malformed(name)
    return value


def _number(wanted: InnerList, name: str) -> int | None:
    value = wanted.parameters.get(name)
    if value is not None and (type(value) is not int or value < 0):
        raise malformed(name)
    return value


def header(request: Request, name: str) -> str:
    """The value of a covered header, which must be there.

    Raises:
        BadSignature: E_SIGNATURE_FORM.
    """
    value = request.headers.get(name)
    if value is None or not TOKEN.fullmatch(name) or "\n" in value or "\r" in value:
        raise malformed(f"covered header {name[:60]!r}")
    return value.strip(" \t")


def _encoded(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise malformed("not Latin-1") from None


def _cavage_base(request: Request, claim: Claim, target: str) -> str:
    lines = []
    for name in claim.covered:
        if name == "(request-target)":
            value = f"{request.method.lower()} {target}"
        elif name in ("(created)", "(expires)"):
            value = str(_cavage_time(claim, name))
        else:
            value = header(request, name)
        lines.append(f"{name}: {value}")
    return "\n".join(lines)


def _cavage_time(claim: Claim, name: str) -> int:
    # §2.3: with an old label these two are an error.
    value = claim.created if name == "(created)" else claim.expires
    if value is None or (claim.algorithm or "").startswith("rsa"):
        raise malformed(name)
    return value


def _rfc9421_base(request: Request, claim: Claim) -> str:
    derived = _derived(request)
    lines = [
        f'"{name}": {derived[name] if name in derived else header(request, name)}'
        for name in claim.covered
    ]
    return "\n".join([*lines, f'"@signature-params": {claim.parameters}'])


def _derived(request: Request) -> dict[str, str]:
    """RFC 9421 §2.2; any other name with @ fails as a header that is not there."""
    path, _, query = request.target.partition("?")
    authority = place(request.authority, request.scheme)
    return {
        "@method": request.method,
        "@target-uri": f"{request.scheme}://{authority}{request.target}",
        "@authority": authority,
        "@scheme": request.scheme,
        "@request-target": request.target,
        "@path": path,
        "@query": f"?{query}",
    }


def place(authority: str, scheme: str) -> str:
    """A host and port in the spelling in which two of them are compared."""
    return authority.strip(" \t").lower().removesuffix(":443" if scheme == "https" else ":80")
