"""Media files: where the public finds those of a release."""

from sqlalchemy import Connection

from syndicator.model.addresses import Addresses


def addresses(connection: Connection, release_id: str, base: Addresses) -> dict[str, str]:
    return {}
