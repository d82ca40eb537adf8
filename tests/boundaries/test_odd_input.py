"""Forms that no browser sends: bytes that are no text, too much, too many, of other kinds."""

import itertools
from urllib.parse import urlencode

import pytest

from tests.boundaries import forms, pages
from tests.boundaries.corpus import NO_TEXT, SQL
from tests.boundaries.visitors import FORM, Visitors
from tests.boundaries.world import World, rows

CALM = {200, 303, 400, 403, 404, 409, 410, 413, 415, 422, 429}


def body(form: forms.Found, token: str, name: str, value: bytes) -> bytes:
    """A form as its bytes, with one field as nobody types it."""
    data = {**form.filled("Words", []), "csrf": [token]}
    data.pop(name, None)
    return urlencode(data, doseq=True).encode() + b"&" + name.encode() + b"=" + value


async def test_every_field_takes_any_bytes(visitors: Visitors) -> None:
    """Each field of each form gets values that are no text, in turn; SQL among them.

    The other database is asked the same whoever sends a form: one of them sends it.
    """
    sql = [urlencode({"": one})[1:].encode() for one in SQL]
    values = itertools.cycle(one for value in (*NO_TEXT, *sql) for one in (value, b"a%00b"))
    found = []
    sent: set[object] = set()
    whose = ("ana", "keeper", "nobody")
    there = await forms.harvest(visitors, *whose)
    tokens = {who: await visitors.token(who) for who in whose}
    for who, form in there:
        shape = (form.shape, who if visitors.node.database.sqlite else "anybody")
        if form.action.startswith(forms.ENDS) or shape in sent:
            continue
        sent.add(shape)
        for name in (one for one in form.kinds if one != "csrf"):
            value = next(values)
            data = body(form, tokens[who], name, value)
            answer = await raw(visitors, who, form.action, data)
            found += pages.wrong(who if who != "nobody" else "x", answer)
            if answer.status_code not in CALM:
                found.append(f"{who} {form.action} {name}={value[:20]!r}: {answer}")

    assert not found, pages.told(found)


async def raw(visitors: Visitors, who: str, path: str, content: bytes, **more: str):
    headers = {"origin": visitors.node.origin, **FORM, **more}
    return await visitors.client(who).post(path, content=content, headers=headers)


@pytest.mark.sqlite
async def test_too_much_is_refused_and_changes_nothing(full: World, visitors: Visitors) -> None:
    token = (await visitors.token("ana")).encode()
    before = await rows(full.node)
    start = b"csrf=" + token
    cases = {
        "many fields": (start + b"&a=1" * 100_000, 413),
        "many names": (start + b"".join(b"&a%d=1" % n for n in range(20_000)), 413),
        "one long value": (start + b"&text=" + b"x" * 2_000_000, 413),
        "one long name": (start + b"&" + b"x" * 2_000_000 + b"=1", 413),
        "only signs": (b"&" * 200_000, 413),
        "no text": (b"csrf=" + token + b"&\xff\xfe=\x80", 400),
        "nothing": (b"", 403),
    }
    for path, (name, (content, status)) in itertools.product(
        ("/l/new", "/notes", "/me/account"), cases.items()
    ):
        answer = await raw(visitors, "ana", path, content)
        assert answer.status_code == status, (path, name)
        assert pages.wrong("ana", answer) == []

    assert await rows(full.node) == before


@pytest.mark.sqlite
async def test_a_form_of_another_kind_says_so(full: World, visitors: Visitors) -> None:
    before = await rows(full.node)
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords\r\n--x--\r\n'
    kinds = {
        "multipart/form-data; boundary=x": part,
        "multipart/form-data": part,
        "multipart/mixed; boundary=" + "x" * 5000: part * 100,
        "application/x-www-form-urlencoded-not": b"text=Words",
        "application/json": b'{"text": "\\ud800"}',
        "text/plain;charset=utf-7": b"text=+ADw-",
        "application/xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    }

    for path, kind in itertools.product(("/l/new", "/notes", "/me/account", "/report"), kinds):
        answer = await raw(visitors, "ana", path, kinds[kind], **{"content-type": kind})
        assert answer.status_code in {400, 403, 415}, (path, kind)
        assert pages.wrong("x", answer) == []

    assert await rows(full.node) == before
