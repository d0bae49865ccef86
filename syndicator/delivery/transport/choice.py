"""Which of the vetted addresses an attempt goes to."""

import random


def chosen(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """One or two of them, to be tried one after the other; another attempt may choose others.

    IPv4 comes first, and the second one is of the other family where there is one: what has no way out over one family,
    this machine or the receiver's network, often has one over the other.
    """
    if len(addresses) == 1:
        return addresses
    shuffled = random.sample(addresses, len(addresses))
    first = min(shuffled, key=_is_v6)
    shuffled.remove(first)
    return first, max(shuffled, key=_is_v6)


def _is_v6(address: str) -> bool:
    return ":" in address
