"""Which IP addresses are public: global unicast, minus everything that IANA keeps for special use.

Own tables, because the libraries' notions of "global" let addresses through that are not: forms of IPv6 that carry
an IPv4 address inside, and registry entries that are routed but not a host on the Internet. Sources: the IANA
special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates), RFC 4291, 5214, 6052, 8215.
"""

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import chain

Address = IPv4Address | IPv6Address

NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carriers' shared space
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # public space, but Azure's host agent inside of every machine there
            "169.254.0.0/16",  # link-local, and the clouds' metadata services
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # IETF protocol assignments; its two anycast addresses are no endpoints
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, deprecated
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and the broadcast address
        ),
    )
)

NOT_PUBLIC_V6 = tuple(
    map(
        IPv6Network,
        (
            "::/3",  # everything below global unicast; what carries an IPv4 address is judged before
            "2001::/23",  # IETF protocol assignments: Teredo, benchmarks, ORCHID, anycast services
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: the relay decides where it goes
            "3fff::/20",  # documentation
            "4000::/2",  # everything above global unicast
            "8000::/1",
        ),
    )
)

# What stands before an IPv4 address in the last 32 bits and leads to that address, whatever else it says.
_MAPPED = int(IPv6Address("::ffff:0:0")) >> 32  # RFC 4291
_COMPATIBLE = 0  # RFC 4291, deprecated
_TRANSLATED = int(IPv6Address("::ffff:0:0:0")) >> 32  # RFC 2765, SIIT
_NAT64 = int(IPv6Address("64:ff9b::")) >> 32  # RFC 6052; the local prefix 64:ff9b:1::/48 (RFC 8215) stays refused
_CARRIES_V4 = frozenset({_MAPPED, _COMPATIBLE, _TRANSLATED, _NAT64})
_ISATAP = 0x5EFE  # RFC 5214: above the IPv4 address in the interface identifier, besides the u and g bits
_ISATAP_MASK = 0xFCFF_FFFF
_LOW_32 = 0xFFFF_FFFF


def edges(networks: Iterable[IPv4Network] | Iterable[IPv6Network]) -> list[int]:
    """First address and first address behind, of every network, ascending: inside = an odd number of edges below."""
    return sorted(chain.from_iterable((int(net.network_address), int(net.broadcast_address) + 1) for net in networks))


_V4_EDGES = edges(NOT_PUBLIC_V4)
_V6_EDGES = edges(NOT_PUBLIC_V6)


def is_public(address: Address) -> bool:
    """Whether the address is one on the Internet that a request may go to.

    An IPv6 address that carries an IPv4 address is as public as that one; for ISATAP the prefix has to be public, too.
    """
    number = int(address)
    if isinstance(address, IPv4Address):
        return _v4_public(number)
    if address.scope_id is not None:
        return False
    if number >> 32 in _CARRIES_V4:
        return _v4_public(number & _LOW_32)
    if bisect_right(_V6_EDGES, number) % 2:
        return False
    return (number >> 32) & _ISATAP_MASK != _ISATAP or _v4_public(number & _LOW_32)


def _v4_public(number: int) -> bool:
    return bisect_right(_V4_EDGES, number) % 2 == 0


def connected_to(address: Address) -> Address:
    """The address that a socket really reaches: a mapped IPv4 address (``::ffff:a.b.c.d``) is that IPv4 address."""
    return getattr(address, "ipv4_mapped", None) or address
