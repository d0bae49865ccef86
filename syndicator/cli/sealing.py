"""For operators: the keys that seal what the database holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from syndicator.cli.databases import check_is_there
from syndicator.cli.options import as_json, read_settings
from syndicator.cli.terminal import say, show_json
from syndicator.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from config.settings import Settings
    from syndicator.bootstrap import Syndicator
    from syndicator.services.reseal import Resealed

_NAMED = 10


@click.command()
@as_json
def reseal(*, as_json: bool) -> None:
    """Seal the secrets of all endpoints with the newest sealing key, so that older ones can be dropped.

    Put the newer key in front of the others and start each process anew before: one that does not know it pushes
    nothing that it seals. Newsrooms notice nothing, and the service may run meanwhile. See docs/operating.md.

    Example: syndicator reseal
    """
    from syndicator.services.reseal import reseal

    with _there(read_settings()) as service:
        done = reseal(service.database, service.sealer, actor="operator", told=_tell)
        newest = service.sealer.newest
    if as_json:
        show_json({"key": newest, "endpoints": done.endpoints, "resealed": done.changed, "unopened": done.unopened})
    else:
        say(f"Sealed with key {newest!r}: {done.changed} of {done.endpoints} endpoints anew.")
    refuse_unopened(done)


def _tell(seen: int) -> None:
    say(f"{seen} endpoints …", err=True)


def refuse_unopened(done: "Resealed") -> None:
    """ConfigError that names what could not be sealed anew, and the keys that would be needed for it."""
    if not done.unopened:
        return
    named = [
        f"{each} ({'key ' + ', '.join(map(repr, keys)) if keys else 'damaged'})"
        for each, keys in list(done.unopened.items())[:_NAMED]
    ]
    more = f" and {len(done.unopened) - _NAMED} more" if len(done.unopened) > _NAMED else ""
    message = (
        f"secrets that do not open stay as they are: {', '.join(named)}{more}; put the keys they were sealed with into "
        "sealing_keys, behind the newest and each under its name, and run this again, or give these endpoints new "
        "secrets: syndicator endpoint rotate-secret ID --overlap 0"
    )
    raise ConfigError(message)


@contextmanager
def _there(settings: "Settings") -> Iterator["Syndicator"]:
    """The service over a database that is there and migrated. StoreError for another, and nothing is made then."""
    from syndicator.bootstrap import Syndicator
    from syndicator.services.views.health import readiness

    check_is_there(settings, "name that of the service by SYNDICATOR_DATA_DIR or SYNDICATOR_DATABASE_URL")
    service = Syndicator(settings)
    try:
        if problem := readiness(service.setup):
            raise StoreError(problem)
        yield service
    finally:
        service.close()
