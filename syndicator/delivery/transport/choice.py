"""Which of the vetted addresses an attempt goes to."""

import random


def chosen(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """One or two of them, to be tried one after the other; another attempt may choose others.

    IPv4 comes first. The second address is an IPv6 one where there is any: if this machine or the receiver's network
    cannot be used over one of the two, it often can over the other.
    """
    if len(addresses) == 1:
        return addresses
    shuffled = random.sample(addresses, len(addresses))
    first = min(shuffled, key=_is_v6)
    shuffled.remove(first)
    return first, max(shuffled, key=_is_v6)


def _is_v6(address: str) -> bool:
    return ":" in address
