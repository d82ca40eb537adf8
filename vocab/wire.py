"""Plain JSON in, values out, and back.

Reading is tolerant: keys are taken as JSON keys, arrays as sets, a value of the wrong
shape as not given; what a class does not know is dropped. Writing is by hand, never a
compactor's output (W15), with a context of only the terms used.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any

from vocab.contexts import AS2, DID, INTEGRITY, MULTIKEY, OURS, SECURITY, Mode, inline, terms
from vocab.model import PUBLIC, Activity, Carried, Malformed, Object, Wire

__all__ = ["DEPTH", "Malformed", "Mode", "Types", "claims", "dump", "load"]

Types = Mapping[tuple[str, str | None], type[Object]]
"""(type, kind) as on the wire, to the class that claims the pair."""
DEPTH = 64
"""How deep objects may lie in one another."""

YEARS = range(1000, 9001)
"""Those of a time; one beyond is read as not given, since no zone can move it."""
Reader = Callable[[Any, Types, int], Any]
Used = set[str]
Row = tuple[str, Wire, bool, bool]
"""Of a field: its name, how it travels, whether its key is a term of ours, an enumeration."""


def claims(classes: Iterable[type[Object]]) -> dict[tuple[str, str | None], type[Object]]:
    """The table `load` needs.

    Raises:
        ValueError: two classes claim the same pair of type and kind.
    """
    table: dict[tuple[str, str | None], type[Object]] = {}
    for cls in classes:
        pair = (cls.type, cls.kind)
        if table.setdefault(pair, cls) is not cls:
            raise ValueError(f"{cls.__name__} and {table[pair].__name__} both claim {pair}")
    return table


# Reading


def load(document: Mapping[str, Any], types: Types) -> Object:
    """Read one object.

    Args:
        document: parsed JSON, with or without a context, which is not looked at.
        types: see `claims`; an object of no known type becomes a plain Object, or a plain
            Activity if it has an actor, with its word in `type`.

    Raises:
        Malformed: E_NOT_OBJECT, E_ID (an id that is no string) or E_DEPTH (over 64).
    """
    if not isinstance(document, Mapping):
        raise Malformed("E_NOT_OBJECT", f"expected an object, found {type(document).__name__}")
    return _object(document, types, None, 0)


def _object(
    document: Mapping[str, Any], types: Types, cls: type[Object] | None, depth: int
) -> Object:
    if depth > DEPTH:
        raise Malformed("E_DEPTH", f"objects deeper than {DEPTH}")
    values: dict[str, Any] = {}
    if cls is None:
        cls = class_of(document, types, values)
    table = _reading(cls)
    for key, raw in document.items():
        spec = table.get(key)
        if spec is not None:
            held = spec[1](raw, types, depth)
            if held is not None:
                values[spec[0]] = held
    if "contentMap" in document or "nameMap" in document or "summaryMap" in document:
        _languages(document, values)
    # Fields not said keep the class's default: a tenth of the time of calling cls(**values).
    made = object.__new__(cls)
    made.__dict__.update(values)
    return made


def class_of(document: Mapping[str, Any], types: Types, values: dict[str, Any]) -> type[Object]:
    """The class as which a document is read; `values` learns a type that nobody claims."""
    said = document.get("type")
    if said.__class__ is str:
        kind = document.get("kind")
        if kind.__class__ is str:
            found = types.get((said, kind))
            if found is not None:
                return found
        if (found := types.get((said, None))) is not None and kind.__class__ is not list:
            return found
    return _class_of_set(document, types, values)


def _class_of_set(
    document: Mapping[str, Any], types: Types, values: dict[str, Any]
) -> type[Object]:
    names = _strings(document.get("type", document.get("@type")))
    kinds = _strings(document.get("kind"))
    for name in names:
        for kind in (*kinds, *names):
            if (name, kind) in types:
                return types[name, kind]
    for name in names:
        if (name, None) in types:
            return types[name, None]
    if names:
        values["type"] = names[0]
    return Activity if "actor" in document else Object


def _strings(raw: Any) -> list[str]:
    return [one for one in (raw if isinstance(raw, list) else [raw]) if isinstance(one, str)]


def _languages(document: Mapping[str, Any], values: dict[str, Any]) -> None:
    for name in ("content", "name", "summary"):
        texts = document.get(name + "Map")
        if not isinstance(texts, Mapping):
            continue
        said = {lang: one for lang, one in texts.items() if isinstance(one, str)}
        if not said:
            continue
        shown = values.setdefault(name, next(iter(said.values())))
        if "lang" not in values:
            values["lang"] = next((k for k, v in said.items() if v == shown), next(iter(said)))


def _id(raw: Any, _types: Types, _depth: int) -> str | None:
    if raw is None or raw.__class__ is str:
        return raw
    raise Malformed("E_ID", f"an id is a string, not {type(raw).__name__}")


def _text(raw: Any, _types: Types, _depth: int) -> str | None:
    if raw.__class__ is str:
        return raw
    if raw.__class__ is list:
        return next((one for one in raw if isinstance(one, str)), None)
    return None


def _time(raw: Any, _types: Types, _depth: int) -> datetime | None:
    if raw.__class__ is not str:
        return None
    try:
        moment = datetime.fromisoformat(raw)
        found = moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return found if found and found.year in YEARS else None


def _number(raw: Any, _types: Types, _depth: int) -> float | None:
    return raw if raw.__class__ is int or raw.__class__ is float else None


def _flag(raw: Any, _types: Types, _depth: int) -> bool | None:
    return raw if raw.__class__ is bool else None


def _value(raw: Any, _types: Types, _depth: int) -> Any:
    return raw if isinstance(raw, dict | list) else None


def _iri(raw: Any, types: Types, depth: int) -> str | None:
    if raw.__class__ is str:
        return PUBLIC if raw == "as:Public" or raw == "Public" else raw  # noqa: PLR1714
    if raw.__class__ is dict:
        found = raw.get("id") or raw.get("href") or raw.get("@id")
        return found if isinstance(found, str) else None
    if raw.__class__ is list:
        inside = (_iri(one, types, depth) for one in raw if one.__class__ is not list)
        return next((found for found in inside if found), None)
    return None


def _link(raw: Any, types: Types, depth: int) -> str | None:
    if raw.__class__ is list:
        pages = [one for one in raw if _is_page(one)]
        return _iri(pages or raw, types, depth)
    return _iri(raw, types, depth)


def _is_page(one: Any) -> bool:
    return isinstance(one, str) or (isinstance(one, dict) and one.get("mediaType") == "text/html")


def _ref(raw: Any, types: Types, depth: int, of: type[Object] | None = None) -> Object | str | None:
    if raw.__class__ is str:
        return raw
    if raw.__class__ is dict:
        if "type" not in raw and "@type" not in raw:
            if raw.keys() <= {"id", "@id"}:
                return _iri(raw, types, depth)
            return _object(raw, types, of or Object, depth + 1)
        # A key comes as CryptographicKey, as Key or without a type: the property says what it is.
        unknown = of is not None and class_of(raw, types, {}) in (Object, Activity)
        return _object(raw, types, of if unknown else None, depth + 1)
    if raw.__class__ is list:
        if depth > DEPTH:
            raise Malformed("E_DEPTH", f"arrays deeper than {DEPTH}")
        return next((found for one in raw if (found := _ref(one, types, depth + 1, of))), None)
    return None


def _many(read: Reader) -> Reader:
    def read_all(raw: Any, types: Types, depth: int) -> tuple[Any, ...] | None:
        if raw is None:
            return None
        if raw.__class__ is list:
            found = (read(one, types, depth) for one in raw if one.__class__ is not list)
            return tuple([one for one in found if one is not None])
        one = read(raw, types, depth)
        return None if one is None else (one,)

    return read_all


def _reader(wire: Wire) -> Reader:
    of = wire.of
    if wire.kind == "ref":
        one: Reader = (lambda raw, types, depth: _ref(raw, types, depth, of)) if of else _ref
    elif wire.kind == "part":
        one = _part(of or Object)
    else:
        one = _READERS[wire.kind]
    return _many(one) if wire.many else one


def _part(of: type[Object]) -> Reader:
    def read(raw: Any, types: Types, depth: int) -> Object | None:
        return _object(raw, types, of, depth + 1) if raw.__class__ is dict else None

    return read


_READERS: dict[str, Reader] = {
    "text": _text,
    "time": _time,
    "number": _number,
    "flag": _flag,
    "value": _value,
    "iri": _iri,
    "link": _link,
}


def _read_table(cls: type[Object]) -> dict[str, tuple[str, Reader]]:
    table: dict[str, tuple[str, Reader]] = {"id": ("id", _id)}
    for f in fields(cls):
        wire: Wire | None = f.metadata.get("wire")
        if wire is not None:
            table[wire.key] = (f.name, _reader(wire))
    return table


# mypy takes a class whose instances compare by value for unhashable
_reading: Callable[[type[Object]], dict[str, tuple[str, Reader]]] = cache(_read_table)  # type: ignore[assignment]


# Writing


def dump(value: Object, *, mode: Mode = "inline", for_proof: bool = False) -> dict[str, Any]:
    """Write an object as JSON that `load` reads back to an equal value.

    Args:
        value: what leaves; bto and bcc stay (W14).
        mode: our context by its terms or by its address.
        for_proof: the document is about to be signed, so its context names data-integrity.

    Returns:
        A fresh dict. Contexts inside are shared: do not change them. An object that has a
        proof keeps the context it was signed with, at whatever depth.
    """
    used: Used = set()
    body = _body(value, used, mode)
    return {"@context": _context(value, body, used, mode, signed=for_proof), **body}


def _body(value: Object, used: Used, mode: Mode) -> dict[str, Any]:
    body: dict[str, Any] = {}
    said = value.__dict__
    if value.id is not None:
        body["id"] = value.id
    if value.type:
        body["type"] = value.type
        used.add(value.type)
    if value.kind:
        body["kind"] = value.kind
        used.update(("kind", value.kind))
    for name, wire, is_term, is_enum in _writing(value.__class__):
        held = said.get(name)
        if held is None or (held == () and not wire.empty):
            continue
        plain = held if held.__class__ is str else _plain(held, used, mode, wire)
        body[wire.key] = plain
        if is_term:
            used.add(wire.key)
            if is_enum:
                used.update((plain,) if plain.__class__ is str else plain)
    if value.lang:
        _write_language(body, value.lang)
    return body


def _write_language(body: dict[str, Any], lang: str) -> None:
    for name in ("content", "name", "summary"):
        if name in body:
            body[name + "Map"] = {lang: body[name]}
            return


def _plain(held: Any, used: Used, mode: Mode, wire: Wire) -> Any:
    if held.__class__ is tuple:
        if wire.bare and len(held) == 1:
            return _plain(held[0], used, mode, wire)
        return [h if h.__class__ is str else _plain(h, used, mode, wire) for h in held]
    if held.__class__ is datetime:
        return moment(held)
    if isinstance(held, Object):
        return _nested(held, used, mode)
    if isinstance(held, str):
        return str(held)  # a member of an enumeration becomes its word
    if wire.kind == "value" and wire.key != "proof":
        _terms_in(held, used)
    return held


def _nested(value: Object, used: Used, mode: Mode) -> dict[str, Any]:
    if isinstance(value, Carried):
        return dict(value.document)
    if (signed_with := _signed_context(value)) is None:
        return _body(value, used, mode)
    return {"@context": signed_with, **_body(value, set(), mode)}


def _signed_context(value: Object) -> Any:
    proof = value.proof[0] if isinstance(value.proof, list) and value.proof else value.proof
    return proof.get("@context") if isinstance(proof, Mapping) else None


def _terms_in(raw: Any, used: Used) -> None:
    if isinstance(raw, Mapping):
        used.update(raw.keys())
        for inner in raw.values():
            _terms_in(inner, used)
    elif isinstance(raw, list):
        for inner in raw:
            _terms_in(inner, used)


def moment(when: datetime) -> str:
    """An instant as we write it: UTC with Z, fractions only where there are any (W11).

    Raises:
        ValueError: the time has no zone.
    """
    if when.tzinfo is None:
        raise ValueError(f"a time without a zone: {when}")
    return when.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _context(value: Object, body: dict[str, Any], used: Used, mode: Mode, *, signed: bool) -> Any:
    kept = _signed_context(value)
    if kept is not None:
        return kept
    context: list[Any] = [AS2]
    if "publicKey" in body:
        context.append(SECURITY)
    if "assertionMethod" in body:
        context += (DID, MULTIKEY)
    if signed or "proof" in body:
        context.append(INTEGRITY)
    if mode == "url":
        context.append(OURS)
    ours = inline(frozenset(used & terms().keys()), mode)
    return [*context, ours] if ours else context


def _write_table(cls: type[Object]) -> tuple[Row, ...]:
    rows = []
    for f in fields(cls):
        wire: Wire | None = f.metadata.get("wire")
        if wire is not None and wire.written:
            meaning = terms().get(wire.key)
            is_enum = isinstance(meaning, dict) and meaning.get("@type") == "@vocab"
            rows.append((f.name, wire, meaning is not None, is_enum))
    return tuple(rows)


_writing: Callable[[type[Object]], tuple[Row, ...]] = cache(_write_table)  # type: ignore[assignment]
