"""For operators: is everything in place, and if not, what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import click

from syndicator.cli.options import as_json, read_settings, show_json
from syndicator.errors import ConfigError, SyndicatorError

if TYPE_CHECKING:
    from config.settings import Settings
    from syndicator.bootstrap import Syndicator

_LITTLE_BYTES: Final = 500_000_000
_NOT_SETTINGS: Final = {"SYNDICATOR_CONFIG", "SYNDICATOR_URL", "SYNDICATOR_TOKEN"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``fix`` is empty when it is well."""

    part: str
    found: str
    fix: str = ""


@click.command()
@as_json
def doctor(*, as_json: bool) -> int:
    """Check data directory, settings, database, migrations, broker and keys; print the fix for each fault.

    Exit code 9 when there is a fault.

    Example: syndicator doctor
    """
    findings = list(examine())
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        from syndicator.cli.tables import show_table

        rows = [("fault" if each.fix else "ok", each.part, each.found, each.fix) for each in findings]
        show_table(("", "part", "found", "fix"), rows)
    return ConfigError.exit_code if any(each.fix for each in findings) else 0


def examine() -> Iterator[Finding]:
    """Everything that was looked at. A fault ends only what depends on it."""
    yield from _environment()
    try:
        settings = read_settings()
    except ConfigError as error:
        yield Finding("settings", str(error), "correct these values")
        return
    yield Finding("settings", "all values are valid")
    yield _data_dir(settings)
    yield _broker(settings)
    try:
        service = _service(settings)
    except SyndicatorError as error:
        yield Finding("networks and database", str(error), "see the message")
        return
    yield _looked_at("database", lambda: _database(service))
    yield _looked_at("migrations", lambda: _migrations(service))
    for name in ("sealer", "signer", "operator_token"):
        yield _looked_at(f"key: {name}", lambda name=name: _key(service, name))  # type: ignore[misc]
    service.close()


def _environment() -> Iterator[Finding]:
    from config.settings import ENV_PREFIX, Settings

    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields} | _NOT_SETTINGS
    for name in sorted(os.environ):
        if name.startswith(ENV_PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, 1)
            yield Finding("environment", f"{name} is no setting", f"write {near[0]}" if near else "remove it")


def _data_dir(settings: "Settings") -> Finding:
    folder = settings.data_dir
    parent = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(parent, os.W_OK):
        return Finding("data directory", f"{folder} cannot be written", f"chown it, or set {'SYNDICATOR_DATA_DIR'}")
    free = shutil.disk_usage(parent).free
    if free < _LITTLE_BYTES:
        return Finding("data directory", f"{free // 1_000_000} MB are free", "make room: a full disk accepts nothing")
    return Finding("data directory", f"{folder}, {free // 1_000_000_000} GB are free")


def _broker(settings: "Settings") -> Finding:
    if settings.embedded:
        return Finding("broker", "embedded: the worker runs inside `syndicator run`")
    from redis import Redis, RedisError

    try:
        Redis.from_url(settings.broker_url, socket_connect_timeout=2, socket_timeout=2).ping()
    except (RedisError, ValueError, OSError) as error:
        return Finding("broker", f"no answer: {error}", "start Redis, or correct SYNDICATOR_BROKER_URL")
    return Finding("broker", "Redis answers")


def _service(settings: "Settings") -> "Syndicator":
    from syndicator.bootstrap import Syndicator

    return Syndicator(settings)


def _looked_at(part: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except SyndicatorError as error:
        return Finding(part, str(error), "see the message")


def _database(service: "Syndicator") -> Finding:
    from syndicator.store.durability import lapses

    with service.database.write() as connection:
        faults = lapses(connection)
    if faults:
        return Finding("database", "; ".join(faults), "turn them on: a commit must survive a power loss")
    return Finding("database", f"{service.database.dialect} answers and keeps its commits")


def _migrations(service: "Syndicator") -> Finding:
    from syndicator.store.migrate import current, newest

    with service.database.read() as connection:
        found = current(connection)
    if found != newest():
        return Finding("migrations", f"the schema is at {found}, not {newest()}", "run: syndicator migrate")
    return Finding("migrations", f"the schema is at {found}")


def _key(service: "Syndicator", name: str) -> Finding:
    getattr(service, name)
    return Finding(f"key: {name}", "there")
