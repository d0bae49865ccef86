"""What is read and judged in a quicker way is read and judged as by the slow and plain one."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.delivery import url
from syndicator.delivery.addresses import connected_to, is_public
from syndicator.delivery.reachable import Reachable
from syndicator.delivery.url import EndpointUrl, UrlRefused, parse_endpoint_url
from syndicator.errors import ConfigError
from tests.unit.delivery.test_url_forms import AUTHORITIES, TAKEN, WHOLE

PORTS = range(1, 65_536)

SIGNS = "".join(map(chr, range(0x20, 0x7F))) + "\u00fc\n"

_hosts = st.sampled_from(
    ["example.org", "8.8.8.8", "127.0.0.1", "xn--bcher-kva.de", "a-b.c", "1.2.3", "x.0x1", "a" * 63]
)
_hosts_or_not = _hosts | st.text(st.sampled_from("abz019-."), max_size=12)
_ports = st.sampled_from(["", ":", ":80", ":443", ":8443", ":0", ":080", ":65535", ":65536", ":7x"])
_targets = st.text(st.sampled_from(SIGNS), max_size=6)
_usual = st.builds(
    "{}{}{}/{}".format,
    st.sampled_from(["http://", "https://"]),
    _hosts_or_not,
    st.sampled_from(["", ":8443"]),
    _targets,
)
_unusual = st.builds(
    "{}{}{}{}".format, st.sampled_from(["HTTP://", "ftp://", "https:/", "https://"]), _hosts_or_not, _ports, _targets
)


@pytest.mark.parametrize("text", [*(f"https://{each}/" for each in AUTHORITIES), *WHOLE, *TAKEN])
def test_a_known_form_is_read_alike(text: str) -> None:
    assert quick(text) in (None, slow(text))


@given(_usual | _unusual)
def test_any_form_is_read_alike(text: str) -> None:
    assert quick(text) in (None, slow(text))


@pytest.mark.parametrize("sign", SIGNS)
def test_any_sign_in_any_place_is_read_alike(sign: str) -> None:
    for text in (f"https://a{sign}b.example/", f"https://a.example:8{sign}/", f"https://a.example/{sign}x"):
        assert quick(text) in (None, slow(text)), text


def test_a_port_that_is_not_allowed_is_not_taken_the_quick_way() -> None:
    assert url._read_usual("https://a.example:8443/", {8443}) is not None
    assert url._read_usual("https://a.example:8443/", {443}) is None
    assert url._read_usual("http://a.example/", {443}) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://newsroom.example/push", "http://10.20.30.40:8080", "https://a-b.example.org:8443/x?y=1&z=@",
        "https://hooks.example.org", "https://8.8.8.8/" + "a" * 2032,
    ],
)  # fmt: skip
def test_what_is_usual_is_read_the_quick_way(text: str) -> None:
    read = quick(text)
    assert read is not None
    assert read == slow(text)
    assert parse_endpoint_url(text, PORTS) == read


def quick(text: str) -> EndpointUrl | None:
    return url._read_usual(text, PORTS)


def slow(text: str) -> EndpointUrl | None:
    try:
        return url._read_any(text, PORTS)
    except UrlRefused:
        return None


_v4_networks = st.builds(
    lambda number, bits: f"{IPv4Address(number >> bits << bits)}/{32 - bits}",
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
_v6_networks = st.builds(
    lambda number, bits: f"{IPv6Address(number >> bits << bits)}/{128 - bits}",
    st.integers(0, 2**128 - 1),
    st.integers(0, 128),
)
_networks = st.lists(_v4_networks | _v6_networks, max_size=6)
_addresses = st.builds(IPv4Address, st.integers(0, 2**32 - 1)) | st.builds(IPv6Address, st.integers(0, 2**128 - 1))


@pytest.mark.parametrize("network", ["fe80::%eth0/64", "fe80::1%1/128"])
def test_an_allowed_network_has_no_zone(network: str) -> None:
    with pytest.raises(ConfigError, match="zone"):
        Reachable([network])


@given(_networks, st.data())
def test_an_address_is_allowed_if_a_network_holds_it(cidrs: list[str], data: st.DataObject) -> None:
    read = list(map(ip_network, cidrs))
    ends = [edge for network in read for edge in (network[0], network[-1])]
    beside = [end + step for end in ends for step in (-1, 1) if 0 <= int(end) + step < 2**end.max_prefixlen]
    mapped = [IPv6Address(f"::ffff:{end}") for end in ends if isinstance(end, IPv4Address)]
    address = data.draw(st.sampled_from([*ends, *beside, *mapped]) if ends else _addresses)
    expected = is_public(address) or any(connected_to(address) in network for network in read)
    assert Reachable(cidrs).has(address) == expected
