"""For operators: is everything in place, and if not, what to do. Looks, and makes or changes nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from syndicator.cli.options import as_json, read_settings
from syndicator.cli.setting_faults import WrongSettings
from syndicator.cli.terminal import show_json
from syndicator.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections import Counter

    from config.settings import Settings
    from syndicator.store.database import Database

_LITTLE_BYTES: Final = 500_000_000
_NAMED: Final = 10
_NOT_SETTINGS: Final = {"CONFIG", "URL", "TOKEN"}
_KEYS: Final = {"sealing_keys": "sealing.keys", "signing_key": "signing.key", "operator_token": "operator.token"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``fix`` is empty when it is well."""

    part: str
    found: str
    fix: str = ""


@click.command()
@as_json
def doctor(*, as_json: bool) -> int:
    """Check data directory, settings, database, migrations, media, broker and keys; print the fix for each fault.

    Exit code 9 when there is a fault.

    Example: syndicator doctor
    """
    findings = list(examine())
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        from syndicator.cli.tables import show_table

        show_table(("state", "part", "found"), [row for each in findings for row in _rows(each)])
    return ConfigError.exit_code if any(each.fix for each in findings) else 0


def _rows(finding: Finding) -> Iterator[tuple[str, str, str]]:
    """The finding, and below it the fix: the longest of all, which nothing has to make room for."""
    yield "fault" if finding.fix else "ok", finding.part, finding.found
    if finding.fix:
        yield "", "", f"fix: {finding.fix}"


def examine() -> Iterator[Finding]:
    """Everything that was looked at. A fault ends only what depends on it."""
    yield from _environment()
    try:
        settings = read_settings()
    except WrongSettings as error:
        yield from (Finding("settings", f"{each.place}: {each.problem}", each.fix) for each in error.faults)
        return
    except ConfigError as error:
        yield Finding("settings", str(error), "correct these values; docs/settings.md has them all")
        return
    yield Finding("settings", "all values are valid")
    yield _data_dir(settings)
    yield _broker(settings)
    yield _looked_at("networks", "correct the files in SYNDICATOR_NETWORKS_DIR", lambda: _networks(settings))
    stored = list(_store(settings))
    yield from stored
    if not any(each.fix for each in stored):
        fix = f"give {settings.data_dir} to the user that runs this"
        yield _looked_at("media files", fix, lambda: _media(settings))
    keys = {
        name: _looked_at(f"key: {name}", fix, lambda name=name: _key(settings, name))  # type: ignore[misc]
        for name in _KEYS
        for fix in [f"correct SYNDICATOR_{name.upper()}, or {settings.data_dir / _KEYS[name]} where it is not set"]
    }
    yield from keys.values()
    if not any(each.fix for each in (*stored, keys["sealing_keys"])):
        yield _looked_at("endpoint secrets", "see the database", lambda: _secrets(settings))


def _environment() -> Iterator[Finding]:
    from config.settings import ENV_PREFIX, Settings

    known = {name.upper() for name in Settings.model_fields} | _NOT_SETTINGS
    for name in sorted(os.environ):
        own = name.upper().removeprefix(ENV_PREFIX)
        if name.startswith(ENV_PREFIX) and own not in known:
            near = get_close_matches(own, known, 1)
            yield Finding(
                "environment", f"{name} is no setting", f"write {ENV_PREFIX}{near[0]}" if near else "remove it"
            )


def _data_dir(settings: "Settings") -> Finding:
    folder = settings.data_dir
    # os.path: a Path raises where somebody else's folder stands before it.
    parent = next(each for each in (folder, *folder.absolute().parents) if os.path.exists(each))  # noqa: PTH110
    if not parent.is_dir():
        return Finding(
            "data directory", f"{parent} is a file", "set SYNDICATOR_DATA_DIR to a folder, or remove the file"
        )
    if not _may_write(parent):
        fix = f"give {parent} to the user that runs this, or set SYNDICATOR_DATA_DIR to another folder"
        return Finding("data directory", f"{folder} cannot be written", fix)
    if locked := next((each for each in _media_folders(folder) if not _may_write(each)), None):
        return Finding("data directory", f"{locked} cannot be written", f"give {locked} to the user that runs this")
    free = shutil.disk_usage(parent).free
    if free < _LITTLE_BYTES:
        return Finding("data directory", f"{free // 1_000_000} MB are free", "make room: a full disk accepts nothing")
    there = folder if folder.exists() else f"{folder} (will be made)"
    return Finding("data directory", f"{there}, {free // 1_000_000_000} GB are free")


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK if path.is_dir() else os.W_OK)


def _media_folders(data_dir: Path) -> Iterator[Path]:
    """Those that may be there: one for all, and one for each first byte of a file's digest."""
    media = data_dir / "media"
    if media.is_dir():
        yield media
        if os.access(media, os.R_OK):
            yield from (each for each in media.iterdir() if each.is_dir())


def _networks(settings: "Settings") -> Finding:
    from syndicator.bootstrap import read_networks

    names = sorted(network.name for network in read_networks(settings.networks_dir))
    if settings.network not in names:
        fix = f"set SYNDICATOR_NETWORK to one of {', '.join(names)}"
        return Finding("networks", f"there is no network {settings.network!r}", fix)
    return Finding("networks", ", ".join(names))


def _broker(settings: "Settings") -> Finding:
    if settings.embedded:
        return Finding("broker", "embedded: the worker runs inside `syndicator run`")
    from redis import Redis, RedisError

    try:
        Redis.from_url(settings.broker_url, socket_connect_timeout=2, socket_timeout=2).ping()
    except (RedisError, ValueError, OSError) as error:
        return Finding("broker", f"no answer: {error}", "start Redis, or correct SYNDICATOR_BROKER_URL")
    return Finding("broker", "Redis answers")


def _looked_at(part: str, fix: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except StoreError as error:
        return Finding(part, " ".join(error.problem.split()), error.fix or fix)
    except (ConfigError, OSError, ValueError) as error:
        return Finding(part, " ".join(str(error).split()), fix)


def _store(settings: "Settings") -> Iterator[Finding]:
    """The database and its schema. An SQLite file that is not there yet is not made."""
    from syndicator.store.database import CONNECTIONS, RESTORE, Database

    try:
        database = Database(settings.resolved_database_url)
    except StoreError as error:
        yield Finding("database", str(error), "correct SYNDICATOR_DATABASE_URL")
        return
    fix = "start PostgreSQL, or correct SYNDICATOR_DATABASE_URL"
    try:
        if database.dialect == "sqlite":
            file, fix = Path(database.url.database or ""), "see the data directory"
            if faults := list(_file_faults(file, has_folder_made=not settings.database_url)):
                yield from faults
                return
        found = _looked_at("database", fix, lambda: _database(database))
        yield found
        if found.fix not in {fix, CONNECTIONS, RESTORE}:
            yield _looked_at("migrations", "run syndicator migrate", lambda: _migrations(database))
    finally:
        database.dispose()


def _file_faults(file: Path, *, has_folder_made: bool) -> Iterator[Finding]:
    """Of an SQLite file: it is not there yet, or it, its folder or what SQLite lays beside it belongs to another.

    ``has_folder_made``: whether the service makes the folder, as it does the data directory.
    """
    from syndicator.store.database import PLACE

    if os.path.isdir(file):  # noqa: PTH112 (as above)
        yield Finding(
            "database", f"{file} is a folder", "correct SYNDICATOR_DATABASE_URL: sqlite:/// and a file's path"
        )
        return
    if not has_folder_made and not os.path.isdir(file.parent):  # noqa: PTH112 (as above)
        yield Finding("database", f"{file.parent} is no folder that can be entered", PLACE)
        return
    beside = (file.with_name(file.name + end) for end in ("-wal", "-shm"))
    for each in (file.parent, file, *beside):
        if os.path.exists(each) and not _may_write(each):  # noqa: PTH110 (as above)
            yield Finding("database", f"{each} cannot be written", f"give {each} to the user that runs this")
            return
    if not file.exists():
        yield Finding("database", f"{file} (will be made)")
        yield Finding("migrations", "there is no schema yet", "run syndicator migrate")


def _database(database: "Database") -> Finding:
    from syndicator.store.database import PRIMARY, UTF8
    from syndicator.store.durability import keeps_every_character, lapses, takes_writes

    with database.write() as connection:
        if not takes_writes(connection):
            return Finding("database", "it is read only: a standby, or set so", PRIMARY)
        if not keeps_every_character(connection):
            return Finding("database", "it is not in UTF-8, and refuses texts for their dashes and letters", UTF8)
        faults = lapses(connection)
    if faults:
        return Finding("database", "; ".join(faults), "turn them on: a commit must survive a power loss")
    return Finding("database", f"{database.dialect} answers and keeps its commits")


def _migrations(database: "Database") -> Finding:
    from syndicator.store.schema_version import current, lacking

    with database.read() as connection:
        found = current(connection)
    problem, _, fix = lacking(found).partition(": ")
    if problem:
        return Finding("migrations", problem, fix)
    return Finding("migrations", f"the schema is at {found}")


def _key(settings: "Settings", name: str) -> Finding:
    """Whether there is one that can be used, or one can be made."""
    stated = getattr(settings, name)
    path = settings.data_dir / _KEYS[name]
    if stated is not None:
        _use(name, stated.get_secret_value())
        return Finding(f"key: {name}", "set")
    if settings.database_url:
        fix = f"set SYNDICATOR_{name.upper()} to the same value in every process; .env.example says how to make one"
        return Finding(f"key: {name}", "not set, and a database_url is", fix)
    if not path.exists():
        return Finding(f"key: {name}", f"{path} (will be made)")
    if path.stat().st_mode & 0o077:
        return Finding(f"key: {name}", f"others may read {path}", f"chmod 600 {path}")
    _use(name, path.read_text(encoding="utf-8").strip())
    return Finding(f"key: {name}", str(path))


def _secrets(settings: "Settings") -> Finding:
    """Whether each endpoint's secrets open: with other keys everything works but pushes, which are all given up."""
    from syndicator.delivery.sealing import Sealer
    from syndicator.services.reseal import sealed_by_older
    from syndicator.services.views.health import sealed_otherwise, with_damaged_secrets
    from syndicator.store.database import Database

    text = _text(settings, "sealing_keys")
    sealer = Sealer.from_text(text) if text else None
    database = Database(settings.resolved_database_url)
    try:
        damaged = with_damaged_secrets(database)
        missing = sealed_otherwise(database, sealer)
        older = sealed_by_older(database, sealer) if sealer else None
    finally:
        database.dispose()
    if damaged:
        more = f" and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
        found = f"damaged in the database, so that nothing is pushed to them: {', '.join(damaged[:_NAMED])}{more}"
        return Finding("endpoint secrets", found, "for each of them: syndicator endpoint rotate-secret ID --overlap 0")
    if not missing:
        return Finding("endpoint secrets", f"all that are stored open with the sealing keys{_still(older)}")
    wanted = ", ".join(f"{count} with a key {key!r}" for key, count in sorted(missing.items()))
    place = "SYNDICATOR_SEALING_KEYS" if settings.sealing_keys else str(settings.data_dir / _KEYS["sealing_keys"])
    fix = (
        f"put the keys they were sealed with into {place}, behind the newest and each under its name (a backup has "
        "them); a key that is lost for good: syndicator endpoint rotate-secret ID --overlap 0"
    )
    return Finding("endpoint secrets", f"endpoints whose secrets do not open, so that nothing is pushed: {wanted}", fix)


def _media(settings: "Settings") -> Finding:
    """Whether the files that releases show lie in the folder: without them pages and feeds name pictures in vain."""
    from syndicator.services.views.health import files_astray
    from syndicator.store.database import Database

    folder = settings.data_dir / "media"
    database = Database(settings.resolved_database_url)
    try:
        looked_for, missing = files_astray(database, folder)
    finally:
        database.dispose()
    if not missing:
        found = f"all {looked_for} that were looked for are there" if looked_for else "none yet"
        return Finding("media files", found)
    fix = (
        f"put the folder of the same backup, or of a later one, at {folder}, or set SYNDICATOR_DATA_DIR as in the "
        "other processes; a file that no backup has: its publisher hands the same one in again"
    )
    found = (
        f"{len(missing)} of the {looked_for} that were looked for are missing or cut off in {folder}, "
        f"and readers do not get them: {missing[0]} first"
    )
    return Finding("media files", found, fix)


def _still(older: "Counter[str] | None") -> str:
    """What keeps older sealing keys from being dropped: no fault, since everything works meanwhile."""
    if not older:
        return ""
    counts = ", ".join(f"{count} by {key!r}" for key, count in sorted(older.items()))
    return f"; still sealed by older ones: {counts} (before you drop one: syndicator reseal)"


def _text(settings: "Settings", name: str) -> str:
    """The key as it is set or lies in its file; nothing where it is still to be made."""
    stated = getattr(settings, name)
    if stated is not None:
        return str(stated.get_secret_value())
    path = settings.data_dir / _KEYS[name]
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _use(name: str, text: str) -> None:
    """Nothing, if the key is one. ConfigError if not."""
    from syndicator.bootstrap import usable_token
    from syndicator.delivery.sealing import Sealer
    from syndicator.delivery.signing import Ed25519Signer

    if name == "sealing_keys":
        Sealer.from_text(text)
    elif name == "signing_key":
        Ed25519Signer.from_text(text)
    else:
        usable_token(text)
