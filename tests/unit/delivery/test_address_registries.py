"""Every row of IANA's special-purpose registries, as this service judges it, global ones included.

https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
"""

from ipaddress import IPv6Address, ip_network

import pytest

from syndicator.delivery.addresses import is_public

NOT_PUBLIC = {
    "0.0.0.0/8": "this network", "0.0.0.0/32": "this host", "10.0.0.0/8": "private", "100.64.0.0/10": "shared",
    "127.0.0.0/8": "loopback", "169.254.0.0/16": "link-local", "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments", "192.0.0.0/29": "continuity prefix", "192.0.0.8/32": "dummy address",
    "192.0.0.9/32": "port control anycast", "192.0.0.10/32": "TURN anycast", "192.0.0.170/31": "NAT64 discovery",
    "192.0.2.0/24": "documentation", "192.88.99.0/24": "6to4 relay", "192.88.99.2/32": "6a44 relay",
    "192.168.0.0/16": "private", "198.18.0.0/15": "benchmarks", "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation", "224.0.0.0/4": "multicast", "233.252.0.0/24": "multicast documentation",
    "240.0.0.0/4": "reserved", "255.255.255.255/32": "broadcast",
    "::1/128": "loopback", "::/128": "unspecified", "64:ff9b:1::/48": "local translation", "100::/64": "discard",
    "100:0:0:1::/64": "dummy prefix", "2001::/23": "protocol assignments", "2001::/32": "Teredo",
    "2001:1::1/128": "port control anycast", "2001:1::2/128": "TURN anycast", "2001:1::3/128": "DNS-SD anycast",
    "2001:2::/48": "benchmarks", "2001:3::/32": "AMT", "2001:4:112::/48": "AS112", "2001:10::/28": "ORCHID",
    "2001:20::/28": "ORCHIDv2", "2001:30::/28": "drone identities", "2001:db8::/32": "documentation", "2002::/16": "6to4",
    "3fff::/20": "documentation", "5f00::/16": "segment routing", "fc00::/7": "unique local", "fe80::/10": "link-local",
    "fec0::/10": "site-local", "ff00::/8": "multicast",
    # not in the registries: hosts inside of clouds, and address space that nobody holds
    "168.63.129.16/32": "Azure's host agent", "fd00:ec2::254/128": "metadata", "400::/6": "unassigned",
    "1000::/4": "unassigned", "4000::/3": "unassigned", "e000::/4": "unassigned",
}  # fmt: skip
PUBLIC = {
    "192.31.196.0/24": "AS112", "192.52.193.0/24": "AMT", "192.175.48.0/24": "AS112", "2620:4f:8000::/48": "AS112",
    "1.1.1.0/24": "a resolver", "169.253.0.0/16": "beside link-local", "2001:200::/23": "the first one given away",
    "2001:4860::/32": "a search engine", "2606:4700::/32": "a content network", "2a00::/12": "Europe",
    "2c00::/12": "Africa",
}  # fmt: skip


@pytest.mark.parametrize("network", NOT_PUBLIC)
def test_a_special_network_is_not_public_at_either_end_nor_inside(network: str) -> None:
    span = ip_network(network)
    for place in {0, span.num_addresses // 3, span.num_addresses - 1}:
        assert not is_public(span[place]), span[place]


@pytest.mark.parametrize("network", PUBLIC)
def test_a_network_that_is_globally_reachable_is_public(network: str) -> None:
    span = ip_network(network)
    for place in {0, span.num_addresses // 3, span.num_addresses - 1}:
        assert is_public(span[place]), span[place]


@pytest.mark.parametrize("network", ["::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96", "::/96"])
@pytest.mark.parametrize(("inside", "good"), [("8.8.8.8", True), ("127.0.0.1", False), ("169.254.169.254", False)])
def test_a_network_that_carries_ipv4_is_as_public_as_what_it_carries(network: str, inside: str, *, good: bool) -> None:
    prefix = ip_network(network).network_address
    assert is_public(IPv6Address(int(prefix) | int(ip_network(inside).network_address))) is good
