"""What every request passes, and what every answer carries."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from node.kernel.errors import Refused, TryLater
from web import guards, sessions
from web.forms import fields_of
from web.guards import client


async def who(request: Request) -> JSONResponse:
    return JSONResponse({"member": request.state.viewer.is_member, "cookies": len(request.cookies)})


async def echo(request: Request) -> JSONResponse:
    return JSONResponse(dict(fields_of(request)))


async def swallow(request: Request) -> JSONResponse:
    return JSONResponse({"size": len(await request.body())})


async def raising(request: Request) -> PlainTextResponse:
    raise RuntimeError("not for the world")


async def refusing(request: Request) -> PlainTextResponse:
    raise Refused("E_NO")


async def busy(request: Request) -> PlainTextResponse:
    raise TryLater(after=timedelta(minutes=2))


async def away(request: Request) -> RedirectResponse:
    return RedirectResponse("/", 303)


ROUTES = [
    Route("/who", who, methods=["GET", "POST"]),
    Route("/echo", echo, methods=["POST"]),
    Route("/swallow", swallow, methods=["POST"]),
    Route("/raising", raising),
    Route("/refusing", refusing),
    Route("/busy", busy),
    Route("/away", away),
]

ANSWERS = [
    ("/", 200), ("/public", 200), ("/style", 200), ("/theme.css", 200), ("/static/0/mark.svg", 200),
    ("/static/0/none.svg", 404), ("/nothing", 404), ("/echo", 405), ("/raising", 500),
    ("/refusing", 403), ("/busy", 503), ("/away", 303), ("/who", 200),
]  # fmt: skip


@pytest.fixture
def site(make_site):
    return make_site(routes=ROUTES, settings={"development": True})


@pytest.mark.parametrize(("path", "status"), ANSWERS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_every_kind_of_answer_is_guarded(site, path, status, accept):
    answer = await site.get(path, headers={"accept": accept})

    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "geolocation=()" in answer.headers["permissions-policy"]


async def test_without_tls_nothing_is_promised_about_it(make_site):
    site = make_site(origin="http://localhost:8080")

    answer = await site.get("/")

    assert "strict-transport-security" not in answer.headers


async def test_what_a_member_sees_is_kept_by_no_cache(site):
    before = await site.get("/who")
    site.sign_in()
    after = await site.get("/who")

    assert before.headers["cache-control"] == "no-cache"
    assert after.headers["cache-control"] == "private, no-store"
    for name in ("Accept", "Cookie", "Authorization", "Signature", "Signature-Input"):
        assert name in before.headers["vary"].split(", ")


@pytest.mark.parametrize("name", ["Authorization", "Signature", "Signature-Input"])
async def test_what_somebody_proven_sees_is_kept_by_no_cache(site, name):
    answer = await site.get("/who", headers={name: "x"})

    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_page_with_a_form_is_kept_by_no_cache(site):
    answer = await site.get("/style")

    assert "set-cookie" in answer.headers
    assert answer.headers["cache-control"] == "private, no-store"


async def test_files_are_kept_for_a_year_under_their_hash_only(site):
    page = (await site.get("/")).text
    address = page.partition('href="/static/')[2].partition('"')[0]

    right = await site.get(f"/static/{address}")
    old = await site.get("/static/000000000000/mark.svg")

    assert "immutable" in right.headers["cache-control"]
    assert old.headers["cache-control"] == "no-cache"


async def test_no_file_outside_the_folder_is_served(site):
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd"):
        answer = await site.get(f"/static/0/{name}")
        assert answer.status_code == 404


# forms ---------------------------------------------------------------------------------------


async def test_a_form_of_ours_is_believed(site):
    answer = await site.post("/echo", {"a": "1"}, form="/style")

    assert answer.status_code == 200
    assert answer.json()["a"] == ["1"]


async def test_a_members_form_is_believed(site):
    site.sign_in()

    answer = await site.post("/echo", {"a": "1"}, form="/style")

    assert answer.status_code == 200


async def test_a_form_without_our_token_is_refused(site):
    site.sign_in()

    for data in ({"a": "1"}, {"a": "1", "csrf": ""}, {"a": "1", "csrf": "x" * 64}, {"csrf": "é"}):
        answer = await site.client.post("/echo", data=data)
        assert answer.status_code == 403
        assert "Go back, load the page again" in answer.text


async def test_the_token_of_another_browser_is_refused(site, make_site):
    other = make_site(routes=ROUTES, settings={"development": True})
    page = await other.get("/style")
    await site.get("/style")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]

    refused = await site.client.post("/echo", data={"csrf": token})
    accepted = await other.client.post("/echo", data={"csrf": token})

    assert (refused.status_code, accepted.status_code) == (403, 200)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "https://alder.test"}, 200),
        ({"origin": "https://elsewhere.test", "sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "https://alder.test"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://elsewhere.test"}, 403),
        ({"origin": "https://alder.test.elsewhere.test"}, 403),
        ({"origin": "http://alder.test"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_the_token(site, headers, status):
    page = await site.get("/style")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]

    answer = await site.client.post("/echo", data={"csrf": token}, headers=headers)

    assert answer.status_code == status


async def test_the_host_header_convinces_nobody(site):
    page = await site.get("/style")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    headers = {"host": "elsewhere.test", "origin": "https://elsewhere.test"}

    answer = await site.client.post("/echo", data={"csrf": token}, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/mixed; boundary=x", ""]
)
async def test_what_is_no_form_comes_without_its_cookies(site, kind):
    site.sign_in()

    answer = await site.client.post("/who", content=b"{}", headers={"content-type": kind})

    assert answer.json() == {"member": False, "cookies": 0}


async def test_what_is_no_form_may_bring_a_bearer_token(site):
    headers = {"content-type": "application/json", "authorization": "Bearer key"}

    answer = await site.client.post("/who", content=b"{}", headers=headers)

    assert answer.json()["member"] is True


async def test_a_page_that_wants_a_form_says_so(site):
    answer = await site.client.post("/echo", content=b"{}", headers={"content-type": "text/plain"})

    assert answer.status_code == 415


async def test_a_form_may_be_so_large_and_no_larger(site):
    room = guards.FORM_BYTES - 1000

    fits = await site.post("/echo", {"a": "x" * room}, form="/style")
    fills = await site.post("/echo", {"a": "x" * guards.FORM_BYTES}, form="/style")

    assert (fits.status_code, fills.status_code) == (200, 413)


async def test_a_large_form_that_does_not_say_so_is_refused(site):
    async def parts():
        for _ in range(60):
            yield b"a=" + b"x" * 5000 + b"&"

    headers = {"content-type": guards.FORM_TYPE}

    answer = await site.client.post("/echo", content=parts(), headers=headers)

    assert answer.status_code == 413


async def test_a_form_may_have_so_many_fields_and_no_more(site):
    fits = await site.post("/echo", {f"f{i}": "" for i in range(190)}, form="/style")
    many = await site.post("/echo", {f"f{i}": "" for i in range(200)}, form="/style")

    assert (fits.status_code, many.status_code) == (200, 413)


async def test_anything_else_is_limited_too(site):
    headers = {"content-type": "application/json"}

    fits = await site.client.post("/swallow", content=b"x" * guards.BODY_BYTES, headers=headers)
    large = await site.client.post(
        "/swallow", content=b"x" * (guards.BODY_BYTES + 1), headers=headers
    )

    assert (fits.status_code, large.status_code) == (200, 413)


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"a=%ed%a0%80"])
async def test_a_form_that_is_no_text_is_refused(site, body):
    headers = {"content-type": guards.FORM_TYPE}

    answer = await site.client.post("/echo", content=body, headers=headers)

    assert answer.status_code == 400


# the first run -------------------------------------------------------------------------------


async def setup(request: Request) -> PlainTextResponse:
    return PlainTextResponse("wizard")


async def test_a_node_that_is_not_ready_sends_everybody_to_its_wizard(make_site):
    site = make_site(
        routes=[Route("/setup", setup), Route("/setup/two", setup), Route("/who", who)], ready=False
    )

    for path in ("/", "/who", "/nothing", "/setups", "/public"):
        answer = await site.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
    for path in ("/setup", "/setup/two", "/theme.css", "/static/0/mark.svg"):
        assert (await site.get(path)).status_code == 200


# who asks ------------------------------------------------------------------------------------


def asking(site, address, *forwarded):
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    app = site.client._transport.app
    return Request({"type": "http", "client": (address, 1), "headers": headers, "app": app})


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("198.51.100.7", (), "198.51.100.7"),
        ("198.51.100.7", ("203.0.113.9",), "198.51.100.7"),
        ("10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("::ffff:10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.1.1.1, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.1.1.1", "203.0.113.9, 10.0.0.2"), "203.0.113.9"),
        ("10.0.0.1", ("nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9, nonsense",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_for_whom_it_asks(make_site, address, forwarded, expected):
    site = make_site(settings={"trusted_proxies": (ip_network("10.0.0.0/8"),)})

    assert client(asking(site, address, *forwarded)) == expected


def test_by_default_no_proxy_is_trusted(make_site):
    assert client(asking(make_site(), "127.0.0.1", "203.0.113.9")) == "127.0.0.1"


# cookies -------------------------------------------------------------------------------------


async def test_cookies_are_as_safe_as_the_origin_allows(make_site):
    tls = make_site(settings={"development": True})
    plain = make_site(settings={"development": True}, origin="http://localhost:8080")

    safe = (await tls.get("/style")).headers["set-cookie"]
    local = (await plain.get("/style")).headers["set-cookie"]

    assert safe.startswith("__Host-folkmoot-form-")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
        assert part in safe
    assert "Domain" not in safe
    assert local.startswith("folkmoot-form-")
    assert "Secure" not in local


def test_two_ports_of_one_host_have_two_cookies():
    assert sessions.name("http://localhost:8080") != sessions.name("http://localhost:8081")
    assert sessions.name("http://localhost:8080") == "folkmoot-a76d8c3e"
