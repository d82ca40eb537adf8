"""A wire that keeps everything that crosses it, and the search for a word in what was kept."""

import base64
import gzip
import html
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from node.kernel.network import Answer
from tests.conftest import Wire

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")


class Tap(Wire):
    """A wire that notes headers and answers too."""

    def __init__(self) -> None:
        super().__init__()
        self.crossed: list[tuple[str, bytes]] = []
        """What it was, and every byte of it."""

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        limit: int,
        deadline: float,
    ) -> Answer:
        said = "\n".join(f"{k}: {v}" for k, v in headers.items()).encode()
        self.crossed.append((f"{method} {url}", b"\n".join([url.encode(), said, body])))
        answer = await super().exchange(method, url, headers, body, limit=limit, deadline=deadline)
        back = "\n".join(f"{k}: {v}" for k, v in answer.headers.items()).encode()
        self.crossed.append((f"answer to {method} {url}", b"\n".join([back, answer.body])))
        return answer


def layers(raw: bytes) -> Iterator[bytes]:
    """Some bytes, and what they are once unpacked: compressed, escaped, encoded, reversed."""
    plain = _unpacked(raw)
    yield plain
    if b"%" in plain:
        yield unquote_to_bytes(plain)
    if b"&#" in plain:
        yield html.unescape(plain.decode("utf-8", "replace")).encode("utf-8", "replace")
    if b"\\u" in plain:
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), plain)
    for found in _BASE64.finditer(plain):
        text = found[0].rstrip(b"=")
        for altchars in (b"+/", b"-_"):
            try:
                yield base64.b64decode(text + b"=" * (-len(text) % 4), altchars)
            except ValueError:
                continue


def _unpacked(raw: bytes) -> bytes:
    start = raw.find(b"\x1f\x8b")
    if start < 0:
        return raw
    try:
        return raw + zlib.decompressobj(31).decompress(raw[start:])
    except zlib.error:
        return raw


def spelled(word: str) -> list[bytes]:
    """A word as it is, backwards, and as hexadecimal; all in small letters."""
    plain = word.lower().encode()
    return [plain, plain[::-1], plain.hex().encode(), word.encode().hex().encode()]


def leaks(words: Mapping[str, str], seen: Iterable[tuple[str, bytes]]) -> list[str]:
    """Which words stand in what was seen, and where.

    Args:
        words: what each is → the word; told with the first place only.
        seen: what each is → its bytes.
    """
    names = {form: name for name, word in words.items() for form in spelled(word)}
    search = _Search(names)
    found, done = set(), set()
    for where, raw in seen:
        for layer in layers(raw):
            if layer in done:
                continue
            done.add(layer)
            found |= {f"{names[form]} in {where}" for form in search(layer)}
    return sorted(found)


class _Search:
    """Finds forms in bytes, whatever the case: as one pattern, a thousand forms take minutes.

    A form can stand only within a run of the signs that forms are made of; there are few that
    are long enough.
    """

    def __init__(self, forms: Iterable[bytes]) -> None:
        self._begin: defaultdict[bytes, list[bytes]] = defaultdict(list)
        kept = list(forms)
        self._least = min(map(len, kept), default=1)
        for form in kept:
            self._begin[form[: self._least]].append(form)
        signs = re.escape(bytes(set(b"".join(kept)) or {0}))
        self._runs = re.compile(b"[%b]{%d,}" % (signs, self._least), re.IGNORECASE)

    def __call__(self, layer: bytes) -> Iterator[bytes]:
        for run in self._runs.finditer(layer):
            text = run[0].lower()
            for start in range(len(text) - self._least + 1):
                for form in self._begin.get(text[start : start + self._least], ()):
                    if text.startswith(form, start):
                        yield form


def hidden_ways(word: str) -> dict[str, bytes]:
    """A word in every form in which the search must find it."""
    text = f"before {word} after"
    return {
        "plain": text.encode(),
        "upper case": text.upper().encode(),
        "url": quote("".join(f"%{ord(c):02x}" for c in word), safe="%").encode(),
        "json": json.dumps({"a": text}).encode(),
        "escaped": "".join(f"\\u{ord(c):04x}" for c in word).encode(),
        "entities": "".join(f"&#{ord(c)};" for c in word).encode(),
        "hex": word.encode().hex().encode(),
        "backwards": word[::-1].encode(),
        "base64": base64.b64encode(text.encode()),
        "base64 shifted": base64.b64encode(("x" + text).encode()),
        "base64url": base64.urlsafe_b64encode(text.encode()),
        "gzip": gzip.compress(text.encode()),
        "gzip after headers": b"content-encoding: gzip\n" + gzip.compress(text.encode()),
    }


def bytes_of(answer: Any) -> bytes:
    """Every byte of an answer, its headers too."""
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.multi_items())
    return head.encode("utf-8", "replace") + b"\n" + bytes(answer.content)
