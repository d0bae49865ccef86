"""An endpoint's secrets as they lie in its row: sealed, each with the time until which it still signs."""

import json
import secrets as chance
from collections.abc import Sequence

from syndicator.delivery.sealing import DoesNotOpen, Sealer, key_of
from syndicator.delivery.signing import secret_key, secret_text
from syndicator.errors import Conflict

_SECRET_BYTES = 32
_MOST_OLD = 8

_End = tuple[str, int | None]


class Damaged(Conflict):
    """What lies in the row is none of what this module writes. Only another secret mends it."""

    def __init__(self, endpoint_id: str) -> None:
        fix = f"syndicator endpoint rotate-secret {endpoint_id} --overlap 0"
        super().__init__(f"the secrets of {endpoint_id} are damaged in the database: give it a new one: {fix}")


def new_secret() -> str:
    """A fresh ``whsec_`` secret of 32 random bytes."""
    return secret_text(chance.token_bytes(_SECRET_BYTES))


def first(sealer: Sealer, endpoint_id: str, secret: str) -> str:
    """What to store for an endpoint with this one secret."""
    return json.dumps([[_sealed(sealer, endpoint_id, secret), None]])


def rotated(sealer: Sealer, endpoint_id: str, stored: str, secret: str, *, old_until_us: int, now_us: int) -> str:
    """What to store once ``secret`` is the newest: the others sign until ``old_until_us``, expired ones are gone.

    Raises:
        Conflict: if so many others would sign that the header with all signatures grows beyond what servers take.
        Damaged: if the others are to sign on, and the row is; where they are not it does not matter.
    """
    others = _whole(endpoint_id, stored) if old_until_us > now_us else []
    ends = [(sealed, old_until_us if until is None else min(until, old_until_us)) for sealed, until in others]
    kept = [end for end in ends if end[1] > now_us]
    if len(kept) > _MOST_OLD:
        message = f"{_MOST_OLD} older secrets sign already: wait until one of them ends, or rotate without an overlap"
        raise Conflict(message)
    return json.dumps([[_sealed(sealer, endpoint_id, secret), None], *kept])


def shortened(stored: str, *, furthest_us: int, until_us: int) -> str:
    """What to store once those that would sign beyond ``furthest_us`` do until ``until_us``; the same text if none is.

    A damaged row stays as it is.
    """
    ends = _ends(stored)
    if all(until is None or until <= furthest_us for _, until in ends):
        return stored
    return json.dumps(
        [(sealed, until_us if until is not None and until > furthest_us else until) for sealed, until in ends]
    )


def signing_keys(sealer: Sealer, endpoint_id: str, stored: str, now_us: int) -> tuple[bytes, ...]:
    """The keys that sign now, newest first: all of them, so that a receiver may change when it likes.

    Raises:
        DoesNotOpen: for one of them.
        Damaged: if the row is.
    """
    sealed_ones = _that_sign(_whole(endpoint_id, stored), now_us)
    return tuple(secret_key(sealer.open(sealed, endpoint_id).decode()) for sealed in sealed_ones)


def resealed(sealer: Sealer, endpoint_id: str, stored: str, now_us: int) -> tuple[str, set[str]]:
    """What to store once the newest key seals all that signs, and the ids of the keys that were missing for that.

    What does not open stays as it is. What signs no more is gone. The same text where nothing was to be done.

    Raises:
        Damaged: if the row is.
    """
    ends = [(sealed, until) for sealed, until in _whole(endpoint_id, stored) if until is None or until > now_us]
    missing = keys_missing(sealer, endpoint_id, stored, now_us)
    sealed_anew = [
        (sealer.seal(sealer.open(sealed, endpoint_id), endpoint_id), until)
        if key_of(sealed) != sealer.newest and _opens(sealer, endpoint_id, sealed)
        else (sealed, until)
        for sealed, until in ends
    ]
    return json.dumps(sealed_anew), missing


def older_keys(sealer: Sealer, stored: str) -> set[str]:
    """The ids of the keys, other than the newest, that something in the row is sealed with; none if it is damaged."""
    return {key_of(sealed) for sealed, _ in _ends(stored)} - {sealer.newest}


def keys_missing(sealer: Sealer | None, endpoint_id: str, stored: str, now_us: int) -> set[str]:
    """Ids of the sealing keys that are needed now and missing. With one missing no push can be signed.

    None if the row is damaged: no key would help.
    """
    sealed_ones = _that_sign(_ends(stored), now_us)
    return {key_of(each) for each in sealed_ones if sealer is None or not _opens(sealer, endpoint_id, each)}


def are_damaged(stored: str) -> bool:
    """Whether no push can be signed, whatever the keys, since the row holds something else than this module wrote."""
    return not _ends(stored)


def _that_sign(ends: Sequence[_End], now_us: int) -> list[str]:
    return [sealed for sealed, until in ends if until is None or until > now_us]


def _whole(endpoint_id: str, stored: str) -> list[_End]:
    ends = _ends(stored)
    if not ends:
        raise Damaged(endpoint_id)
    return ends


def _ends(stored: str) -> list[_End]:
    """What is sealed, and when it ends, newest first; nothing if the row is damaged, for the newest has no end."""
    try:
        ends = [(sealed, until) for sealed, until in json.loads(stored)]
    except (ValueError, TypeError, RecursionError):
        return []
    is_whole = all(isinstance(sealed, str) and isinstance(until, int | None) for sealed, until in ends)
    return ends if is_whole and any(until is None for _, until in ends) else []


def _opens(sealer: Sealer, endpoint_id: str, sealed: str) -> bool:
    try:
        sealer.open(sealed, endpoint_id)
    except DoesNotOpen:
        return False
    return True


def _sealed(sealer: Sealer, endpoint_id: str, secret: str) -> str:
    secret_key(secret)  # a text that is no secret must not be stored
    return sealer.seal(secret.encode(), endpoint_id)
