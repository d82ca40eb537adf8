"""Which spelling of an address is believed, and which number is talked to."""

from ipaddress import ip_address, ip_network

import pytest

from node.kernel.addresses import Forbidden, Guard, clean, is_open, onward

# security.md F01
CLOSED = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254"),
    *("100.64.0.1", "0.0.0.0", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::ffff:7f00:1", "::7f00:1", "::ffff:0:7f00:1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::a00:1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fe80::1"),
    *("fec0::1", "ff0e::1", "3fff::1", "5f00::1", "fd00:ec2::254", "100::1", "4000::1"),
]
OPEN = ["93.184.216.34", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a01:4f8::1"]


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_the_public_internet_is_closed(address) -> None:
    with pytest.raises(Forbidden, match="E_ADDRESS"):
        Guard().check(address, 443)


@pytest.mark.parametrize("address", [*OPEN, "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_the_public_internet_is_open(address) -> None:
    Guard().check(address, 443)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "::1%lo"])
def test_a_zone_does_not_open_an_address(address) -> None:
    with pytest.raises(Forbidden):
        Guard().check(address, 443)


@pytest.mark.parametrize("address", ["", "alder.test", "127.1", "1.1.1.1.", "[::1]"])
def test_what_is_not_an_address_is_closed(address) -> None:
    with pytest.raises(Forbidden):
        Guard().check(address, 443)


def test_wrapped_addresses_are_judged_by_what_is_inside() -> None:
    assert is_open(ip_address("8.8.8.8"))
    with pytest.raises(Forbidden):
        Guard().check("::ffff:10.0.0.1", 443)
    Guard(allow=(ip_network("10.0.0.0/8"),)).check("::ffff:10.0.0.1", 443)


@pytest.mark.parametrize("port", [0, 21, 22, 25, 5432, 6379, 11211])
def test_other_services_are_closed_and_the_usual_ports_open(port) -> None:
    Guard().check("1.1.1.1", 8443)

    with pytest.raises(Forbidden):
        Guard().check("1.1.1.1", port)


def test_the_allow_list_opens_what_it_names_at_any_port_and_no_more() -> None:
    guard = Guard(allow=(ip_network("127.0.1.0/24"), ip_network("::1/128")))

    guard.check("127.0.1.7", 40123)
    guard.check("::1", 40123)
    for address in ("127.0.0.1", "127.0.2.1", "::2", "10.0.0.1"):
        with pytest.raises(Forbidden):
            guard.check(address, 443)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://alder.test", "https://alder.test/"),
        ("HTTPS://Alder.TEST:443/a?b=%20#c", "https://alder.test/a?b=%20"),
        ("https://alder.test:8443/%7Eana/../x", "https://alder.test:8443/%7Eana/../x"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700:0::1111]:443/", "https://[2606:4700::1111]/"),
        ("https://alder.test:/", "https://alder.test/"),
        ("https://a_b.alder.test/?", "https://a_b.alder.test/"),
    ],
)
def test_an_address_has_one_spelling(written, meant) -> None:
    assert clean(written) == meant
    assert clean(meant) == meant


@pytest.mark.parametrize(
    "url",
    [
        *("", "alder.test", "//alder.test/", "ftp://alder.test/", "file:///etc/passwd"),
        *("data:,x", "acct:ana@alder.test", "javascript:alert(1)", "http://alder.test/"),
        *("https://", "https:///a", "https://ana@alder.test/", "https://ana:pw@alder.test/"),
        *("https://alder.test\\@127.0.0.1/", "https://al\tder.test/", "https://alder.test/a b"),
        *("https://alder.test/\r\nHost: x", "https://alder.test/\0", "https://alder.test/\u2028"),
        *("https://alder.test:0/", "https://alder.test:99999/", "https://alder.test:x/"),
        *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/"),
        *("https://0x7f000001/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://a.1/"),
        *("https://[::1", "https://[fe80::1%25eth0]/", "https://[x]/", "https://::1/"),
        *(
            "https://ⓛocalhost/",
            "https://.alder.test/",
            "https://alder..test/",
            "https://alder.test./",
        ),
        *("https://-alder.test/", "https://alder%2etest/", "https://alder.test/\ud800"),
        *(
            "https://alder.test/" + "a" * 2048,
            "https://" + "a" * 64 + ".test/",
            " https://alder.test/",
        ),
        *("https://alder.test/<a>", "https://a\u200bb.test/", "https://alder。test/"),
    ],
)
def test_an_odd_address_is_refused(url) -> None:
    with pytest.raises(Forbidden, match="E_URL"):
        clean(url)


def test_http_only_where_it_is_allowed() -> None:
    assert clean("http://alder.test:80/", allow_http=True) == "http://alder.test/"
    with pytest.raises(Forbidden):
        clean("http://alder.test:80/")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://alder.test/b"),
        ("c?d", "https://alder.test/a/c?d"),
        ("//birch.test/x", "https://birch.test/x"),
        ("https://birch.test", "https://birch.test/"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location, target) -> None:
    assert onward("https://alder.test/a/b", location) == target


@pytest.mark.parametrize(
    "location",
    ["http://alder.test/", "ftp://a/", "\\\\birch.test", "//a@b/", "https://[", "/a b", "/\r\nx"],
)
def test_a_redirect_into_the_odd_is_refused(location) -> None:
    with pytest.raises(Forbidden, match="E_URL"):
        onward("https://alder.test/a/b", location, allow_http=True)
