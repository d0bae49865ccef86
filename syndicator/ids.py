"""Names for things: prefixed, ordered by time of making, unguessable (80 random bits)."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_DIGITS = 10
_RANDOM_DIGITS = 16


def new_id(prefix: str, now_us: int) -> str:
    """``prefix_`` and 26 Crockford base-32 digits: 50 bits of milliseconds, 80 of chance (as a ULID)."""
    return f"{prefix}_{_digits(now_us // 1000, _TIME_DIGITS)}{_digits(secrets.randbits(80), _RANDOM_DIGITS)}"


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (count - 1), -1, -5))
