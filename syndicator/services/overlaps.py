"""Secrets rotated while the database's clock was ahead: the older ones would sign for as long as it was wrong."""

from contextlib import suppress
from typing import Final

from syndicator.clock import SECOND_US
from syndicator.delivery import secrets
from syndicator.errors import NotFound
from syndicator.services.setup import Setup
from syndicator.services.subscribe import LONGEST_OVERLAP_S, OVERLAP_S
from syndicator.store import audit, endpoints
from syndicator.store.far_ahead import FURTHEST_US

_LONGEST_US: Final = LONGEST_OVERLAP_S * SECOND_US + FURTHEST_US


def shorten(setup: Setup) -> None:
    """Has each that would sign longer than any overlap end after the usual one, from now on.

    It reads the secrets of all endpoints: for when the clock may have been set right. None ends at once, since the
    newsroom may not have changed to the newer one yet.
    """
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        rows = endpoints.sealed(connection)
    far = [row["id"] for row in rows if _shortened(row["secrets"], now) != row["secrets"]]
    for endpoint_id in far:
        with suppress(NotFound):  # it was removed meanwhile
            _shorten(setup, endpoint_id)


def _shorten(setup: Setup, endpoint_id: str) -> None:
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        stored = _shortened(row["secrets"], now)
        if stored != row["secrets"]:  # another sweep may have been at it
            endpoints.set_secrets(connection, row["no"], stored)
            audit.write(
                connection, actor="clock", action="shorten overlap", subject=endpoint_id, now=now, overlap_s=OVERLAP_S
            )


def _shortened(stored: str, now: int) -> str:
    return secrets.shortened(stored, furthest_us=now + _LONGEST_US, until_us=now + OVERLAP_S * SECOND_US)
