"""The address guard, range by range of the IANA special-purpose registries (RFC 6890), with every embedding."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.delivery.addresses import is_public
from syndicator.delivery.guard import Guard, Refusal, Vetted
from syndicator.delivery.url import UrlRefused, parse_endpoint_url

NOT_PUBLIC_4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
NOT_PUBLIC_6 = [
    "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/2", "8000::/1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
    "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1",
    "3ffe:ffff::1", "2003::1",
]  # fmt: skip
EMBEDDINGS = ["::ffff:{}", "::{}", "64:ff9b::{}", "::ffff:0:{}"]


@pytest.mark.parametrize("network", [*NOT_PUBLIC_4, *NOT_PUBLIC_6])
def test_the_ends_and_the_middle_of_a_special_range_are_not_public(network: str) -> None:
    span = ip_network(network)
    for place in {0, span.num_addresses // 2, span.num_addresses - 1}:
        assert not is_public(span[place]), span[place]


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_beside_the_special_ranges_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("form", EMBEDDINGS)
@pytest.mark.parametrize("network", NOT_PUBLIC_4)
def test_an_embedded_address_is_judged_by_itself(form: str, network: str) -> None:
    assert not is_public(IPv6Address(form.format(ip_network(network)[1])))


@pytest.mark.parametrize("host", ["2a00::200:5efe:10.0.0.1", "2a00::5efe:192.168.0.1"])
def test_isatap_is_judged_by_its_embedded_address(host: str) -> None:
    assert not is_public(IPv6Address(host))


@given(st.integers(0, 2**32 - 1))
def test_ipv4_is_public_exactly_outside_of_the_ranges(number: int) -> None:
    address = IPv4Address(number)
    assert is_public(address) == (not any(address in ip_network(network) for network in NOT_PUBLIC_4))


@given(st.integers(0, 2**128 - 1))
def test_ipv6_outside_of_2000_3_is_public_only_by_an_embedded_address(number: int) -> None:
    address = IPv6Address(number)
    if address not in ip_network("2000::/3") and number >= 2**48 and address not in ip_network("64:ff9b::/96"):
        assert not is_public(address) or address in ip_network("::ffff:0:0:0/96")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.0.0.1./",
        "http://user@1.1.1.1/", "http://a:b@1.1.1.1/", "http://1.1.1.1\\@10.0.0.1/", "http://1.1.1.1 /",
        "http://1.1.1.1/\r\nx", "ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "//1.1.1.1/", "",
        "http://", "http:///x", "http://[fe80::1%25eth0]/", "http://[::1", "http://１２７.0.0.1/", "http://a..b/",
        "http://-a.example/", "http://1.1.1.1:22/", "http://1.1.1.1:0/", "http://1.1.1.1:99999/", "http://1.1.1.1:+80/",
        "javascript:alert(1)", "http://xn--a.example/", "http://exa mple.org/", "http://example.org/%zz",
        "http://256.1.1.1/", "http://1.1.1.1.1/",
    ],
)  # fmt: skip
def test_what_two_programs_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        parse_endpoint_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://newsroom.example/push?a=b", "newsroom.example", 443),
        ("http://Newsroom.Example", "newsroom.example", 80),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
        ("http://1.1.1.1/", "1.1.1.1", 80),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443),
        ("https://localhost.example:443/", "localhost.example", 443),
        ("https://under-score.example/a%20b", "under-score.example", 443),
    ],
)
def test_an_ordinary_url_is_taken(url: str, host: str, port: int) -> None:
    read = parse_endpoint_url(url)
    assert (read.host, read.port) == (host, port)


@pytest.mark.parametrize("address", ["10.1.2.3", "[::ffff:10.1.2.3]"])
def test_an_operator_may_allow_a_network(address: str) -> None:
    assert isinstance(Guard().check(f"http://{address}/"), Refusal)
    assert isinstance(Guard(["10.1.0.0/16"]).check(f"http://{address}/"), Vetted)
    assert isinstance(Guard(["10.2.0.0/16"]).check(f"http://{address}/"), Refusal)
