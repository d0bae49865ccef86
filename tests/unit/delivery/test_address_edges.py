"""Where public addresses begin and end, to the single address, in an account of its own: spans, not networks."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from syndicator.delivery.addresses import is_public
from syndicator.delivery.guard import Guard, Refusal, Vetted

PUBLIC_SPANS_4 = [
    ("1.0.0.0", "9.255.255.255"), ("11.0.0.0", "100.63.255.255"), ("100.128.0.0", "126.255.255.255"),
    ("128.0.0.0", "168.63.129.15"), ("168.63.129.17", "169.253.255.255"), ("169.255.0.0", "172.15.255.255"),
    ("172.32.0.0", "191.255.255.255"), ("192.0.1.0", "192.0.1.255"), ("192.0.3.0", "192.88.98.255"),
    ("192.88.100.0", "192.167.255.255"), ("192.169.0.0", "198.17.255.255"), ("198.20.0.0", "198.51.99.255"),
    ("198.51.101.0", "203.0.112.255"), ("203.0.114.0", "223.255.255.255"),
]  # fmt: skip
PUBLIC_SPANS_6 = [
    ("2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db9::", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
CARRIERS = ["::ffff:{}", "::{}", "64:ff9b::{}", "::ffff:0:{}", "2a00::5efe:{}", "2a00::200:5efe:{}"]


@pytest.mark.parametrize(("first", "last"), PUBLIC_SPANS_4)
def test_an_ipv4_span_is_public_from_its_first_to_its_last_address_and_no_further(first: str, last: str) -> None:
    begin, end = IPv4Address(first), IPv4Address(last)
    assert [is_public(address) for address in (begin - 1, begin, end, end + 1)] == [False, True, True, False]


@pytest.mark.parametrize(("first", "last"), PUBLIC_SPANS_6)
def test_an_ipv6_span_is_public_from_its_first_to_its_last_address_and_no_further(first: str, last: str) -> None:
    begin, end = IPv6Address(first), IPv6Address(last)
    assert [is_public(address) for address in (begin - 1, begin, end, end + 1)] == [False, True, True, False]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(("first", "last"), PUBLIC_SPANS_4)
def test_a_carried_ipv4_address_has_the_same_edges(carrier: str, first: str, last: str) -> None:
    begin, end = IPv4Address(first), IPv4Address(last)
    carried = [IPv6Address(carrier.format(address)) for address in (begin - 1, begin, end, end + 1)]
    assert [is_public(address) for address in carried] == [False, True, True, False]


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1::8.8.8.8", "64:ff9a:ffff::8.8.8.8", "2002:808:808::1", "2001:0:808:808::1", "fe80::5efe:8.8.8.8",
        "fd00::5efe:8.8.8.8", "::1:0:8.8.8.8", "2a00::5efe:127.0.0.1", "2a00::300:5efe:10.0.0.1", "100:0:0:1::1",
    ],
)  # fmt: skip
def test_a_public_ipv4_address_inside_does_not_make_a_special_prefix_public(address: str) -> None:
    assert not is_public(IPv6Address(address))


def test_an_address_with_a_zone_is_not_public() -> None:
    assert is_public(IPv6Address("2606:4700::1111"))
    assert not is_public(IPv6Address("2606:4700::1111%eth0"))


@pytest.mark.parametrize(
    "text", ["", " ", "8.8.8", "8.8.8.8 ", "08.8.8.8", "8.8.8.8\0", "\0", "\ud800", "\uff18.8.8.8", "8.8.8.8/32", "x"]
)
def test_what_a_resolver_gives_that_is_no_address_is_not_allowed(text: str) -> None:
    assert not Guard(["0.0.0.0/0", "::/0"]).reachable.allows(text)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://8.8.8.8#@10.0.0.1/", False),
        ("https://8.8.8.8?@10.0.0.1/", False),
        ("https://8.8.8.8/?at=@10.0.0.1", True),
        ("https://8.8.8.8/a#b", True),
        ("https://8.8.8.8?a=b", True),
        ("HTTPS://8.8.8.8/", True),
        ("https://8.8.8.8./", False),
        ("https://[::ffff:8.8.8.8]/", True),
        ("https://[::ffff:10.0.0.1]/", False),
        ("https://[64:ff9b::169.254.169.254]/", False),
        ("https://8.8.8.8:443/", True),
        ("https://8.8.8.8:0443/", False),
        ("https://8.8.8.8:/", False),
        ("https://8.8.8.8:\u0664\u0664\u0663/", False),
        ("https://8。8。8。8/", False),
        ("https://%38.8.8.8/", False),
        ("https://8.8.8.8/\u202e", False),
        ("https://8.8.8.8/\ud800", False),
        ("https://8.8.8.8/" + "a" * 2033, False),
    ],
)  # fmt: skip
def test_the_guard_judges_what_is_written(url: str, *, good: bool) -> None:
    assert isinstance(Guard().check(url), Vetted if good else Refusal)
