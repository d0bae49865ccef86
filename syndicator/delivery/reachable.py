"""Which addresses may be connected to: the public ones, and those in networks that the operator allowed (G9)."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from socket import AF_INET, inet_pton

from syndicator.delivery.addresses import Address, connected_to, is_public
from syndicator.errors import ConfigError

ADDRESSES_REMEMBERED = 20_000


class Reachable:
    """Judges addresses, in their text form too (``allows``). Safe to use from any thread.

    Args:
        allow_cidrs: networks that may be reached although they are not public ("10.1.0.0/16").

    Raises:
        ConfigError: if an entry of ``allow_cidrs`` is no network.
    """

    def __init__(self, allow_cidrs: Iterable[str]) -> None:
        self.allow_cidrs = tuple(allow_cidrs)
        self._allowed = tuple(map(_range, self.allow_cidrs))
        self.allows = lru_cache(ADDRESSES_REMEMBERED)(self._allows)

    def _allows(self, address_text: str) -> bool:
        """Whether a connection to this address may be made; not if it is none."""
        address = _read_address(address_text)
        return address is not None and self.has(address)

    def has(self, address: Address) -> bool:
        """Whether it is public, or in an allowed network."""
        return is_public(address) or self._in_allowed(connected_to(address))

    def _in_allowed(self, address: Address) -> bool:
        version, number = address.version, int(address)
        return any(version == of and first <= number <= last for of, first, last in self._allowed)


def _read_address(text: str) -> Address | None:
    try:
        return IPv4Address(inet_pton(AF_INET, text))  # as strict as ``ip_address``, and a fifth of its time
    except (OSError, ValueError):  # the second for what is no text to the system, such as NUL
        pass
    try:
        return ip_address(text)
    except ValueError:
        return None


def _range(network: str) -> tuple[int, int, int]:
    """IP version, first and last address: to ask a network of ``ipaddress`` takes ten times as long."""
    try:
        read = ip_network(network)
    except ValueError as error:
        raise ConfigError(f"allow_cidrs: {error}; write networks such as 10.1.0.0/16 or fd00::/8") from error
    return read.version, int(read.network_address), int(read.broadcast_address)
