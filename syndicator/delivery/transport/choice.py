"""Which of the vetted addresses an attempt goes to."""

import random


def chosen(addresses: tuple[str, ...]) -> str:
    """One of them, IPv4 first; another attempt may choose another."""
    if len(addresses) == 1:
        return addresses[0]
    return random.choice([address for address in addresses if ":" not in address] or addresses)  # noqa: S311 (no secret)
