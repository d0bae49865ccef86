"""Connections and transactions: the only file that knows which database it is.

SQLite runs in WAL with synchronous=FULL; its writers begin with BEGIN IMMEDIATE, for a deferred one
that turns writer loses updates silently. Postgres runs READ COMMITTED and speaks UTF-8, whatever
the role, the database or the environment would have by default.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic_core import to_json
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy import Connection as Connection  # noqa: PLC0414 (services pass it on, and import it from here)
from sqlalchemy import RowMapping as RowMapping  # noqa: PLC0414
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from syndicator.clock import system_now_us
from syndicator.errors import StoreError

_BUSY_TIMEOUT_MS: Final = 30_000
_PURGE_TIMEOUT_MS: Final = 3_000
_TRUSTED_S: Final = 0.05  # between transactions in a row; no server is gone and there again in that time
_KINDS: Final = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}
_DAMAGED: Final = sqlite3.DatabaseError  # itself and no kind of it: the file is none that SQLite can make sense of
RESTORE: Final = "put a backup in its place (docs/operating.md)"
UTF8: Final = "move it to one that holds every character: createdb --encoding UTF8 --template template0"
PRIMARY: Final = "correct SYNDICATOR_DATABASE_URL to the primary server, or turn default_transaction_read_only off"
PLACE: Final = (
    "make its folder, which has to be this user's, or correct SYNDICATOR_DATABASE_URL: sqlite:/// and a file's path "
    "(so four / for one from the root)"
)
_RIGHTS: Final = "make the role of SYNDICATOR_DATABASE_URL the owner of the database and its tables"
_MIGRATE: Final = "run syndicator migrate"
_SCHEMA: Final = "make the schema that search_path names, or correct search_path"
_LIMITS: Final = "raise statement_timeout, lock_timeout and the like for the role of SYNDICATOR_DATABASE_URL"
_POOLER: Final = "end SYNDICATOR_DATABASE_URL with ?prepare_threshold=None: a pooler keeps no prepared statements"
# What PostgreSQL refuses for how it is set up, and not for what it was asked: by SQLSTATE, as its manual has them.
_FIXES: Final = {
    "22P05": UTF8,
    "25006": PRIMARY,
    "25P03": _LIMITS,
    "25P04": _LIMITS,
    "26000": _POOLER,
    "3F000": _SCHEMA,
    "42501": _RIGHTS,
    "42703": _MIGRATE,
    "42P05": _POOLER,
    "42P01": _MIGRATE,
    "55P03": _LIMITS,
    "57014": _LIMITS,
}
# A connection that is refused comes without its SQLSTATE (53300): only the words tell, those of the server or a pooler.
_NONE_LEFT: Final = ("too many clients", "too many connections", "connection slots are reserved", "no more connections")
_POOL_SIZE: Final = 10
_OVERFLOW: Final = 20
CONNECTIONS: Final = (
    "raise max_connections, or the limit of that role, database or pooler, or let fewer processes use it: each takes "
    f"up to {_POOL_SIZE + _OVERFLOW} connections"
)
_THRESHOLD: Final = "prepare_threshold"
_RESTS_SINCE: Final = "rests since"
_ALONE = text("SELECT pg_advisory_xact_lock(7392)")  # any number will do that nobody else locks in this database
_POSTGRES_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)")


class Database:
    """One database. ``clock`` replaces its clock in tests; without it Postgres answers for the time."""

    def __init__(self, url: str, *, clock: Callable[[], int] | None = None, pool_size: int = _POOL_SIZE) -> None:
        self.url = _parsed(url)
        self.dialect = self.url.get_backend_name()
        if self.url.drivername not in _KINDS:
            message = (
                f"a database of kind {self.url.drivername!r} cannot be used; give sqlite:///… or postgresql+psycopg://…"
            )
            raise StoreError(message)
        if self.dialect == "sqlite" and self.url.database in {None, "", ":memory:"}:
            message = "a database in memory keeps nothing; give sqlite:/// and the path of a file"
            raise StoreError(message)
        self._shown = self.url.set(query={}).render_as_string()  # a query may hold a password, too
        self._clock = clock
        if self.dialect == "sqlite":
            self._writer = _sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, pool_size=pool_size, begin="BEGIN")
        else:
            self._writer = _postgres_engine(self.url, pool_size=pool_size)
            # READ COMMITTED: each statement sees what is committed by then, in a transaction or out of one. Out of
            # one, BEGIN and ROLLBACK are two round trips less.
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write; committed at the end, rolled back by an exception.

        Errors: StoreError when the database cannot be reached or refuses the connection, or none becomes free.
        """
        with _readable_errors(self._shown), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """For what only reads. On Postgres each statement sees what is committed by then, on SQLite all one state."""
        with _readable_errors(self._shown), self._reader.connect() as connection:
            yield connection

    def now_us(self, connection: Connection) -> int:
        """Now in microseconds: the server's clock on Postgres, this machine's on SQLite (there is only one)."""
        if self._clock is not None:
            return self._clock()
        if self.dialect == "postgresql":
            return int(connection.execute(_POSTGRES_NOW).scalar_one())
        return system_now_us()

    def hold_alone(self, connection: Connection) -> None:
        """Other transactions that call this wait here until this one ends. SQLite's writers come one by one anyhow."""
        if self.dialect == "postgresql":
            connection.execute(_ALONE)

    def purge(self, tables: Iterable[str]) -> bool:
        """Whether what deleted and rewritten rows leave behind is gone from the files; false while others read.

        SQLite's file is written anew and its log emptied. On Postgres the old rows of these tables become free
        space; to have their bytes out of the files at once is VACUUM FULL, which locks them out.
        """
        try:
            return self._rewrite_file() if self.dialect == "sqlite" else self._vacuum(tables)
        except (OperationalError, NoneFree, sqlite3.OperationalError):
            return False

    def _rewrite_file(self) -> bool:
        """By a connection of its own: the writers' only one is for those who have their turn after it."""
        engine = _sqlite_engine(self.url, pool_size=1, begin="BEGIN")
        try:
            with closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                # It waits for whoever reads, and keeps writers waiting meanwhile.
                cursor.execute(f"PRAGMA busy_timeout={_PURGE_TIMEOUT_MS}")
                is_busy: int = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            engine.dispose()
        return not is_busy

    def _vacuum(self, tables: Iterable[str]) -> bool:
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.execute(text(f"VACUUM {table}"))
        return True

    def dispose(self) -> None:
        self._writer.dispose()
        self._reader.dispose()

    @property
    def engine(self) -> Engine:
        """For migrations."""
        return self._writer

    @property
    def for_update(self) -> str:
        """What a SELECT ends with that keeps other writers away. SQLite's writers come one by one anyhow."""
        return "FOR UPDATE" if self.dialect == "postgresql" else ""

    @property
    def for_share(self) -> str:
        """What a SELECT ends with whose rows must not change until the transaction ends."""
        return "FOR SHARE" if self.dialect == "postgresql" else ""

    @property
    def for_change(self) -> str:
        """As ``for_update``, but whoever only refers to the row need not wait."""
        return "FOR NO KEY UPDATE" if self.dialect == "postgresql" else ""

    @property
    def for_reference(self) -> str:
        """What a SELECT ends with whose rows nobody may hold ``for_update`` or claim; who writes them need not wait."""
        return "FOR KEY SHARE" if self.dialect == "postgresql" else ""

    @property
    def skip_locked(self) -> str:
        """What a claiming subquery ends with. SQLite needs nothing: its writers come one by one."""
        return "FOR UPDATE SKIP LOCKED" if self.dialect == "postgresql" else ""

    def rows(self, parameter: str, columns: Mapping[str, str]) -> str:
        """A subquery over the JSON rows (see ``as_rows``) bound to ``:parameter``: thousands in one statement."""
        if self.dialect == "postgresql":
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            return f"(SELECT * FROM json_to_recordset(CAST(:{parameter} AS json)) AS r({listed}))"
        listed = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        return f"(SELECT {listed} FROM json_each(:{parameter}))"

    def free_of_each(self, rows: str, table: str, which: str) -> str:
        """What a SELECT reads ``d`` from: for each of ``rows``, as ``r``, those of the table that nobody else is at.

        ``which`` compares ``d`` with ``r``. Looked for row by row, whatever the database believes to be stored.
        """
        return self.of_each(rows, table, which, self.skip_locked)

    def of_each(self, rows: str, table: str, which: str, end: str = "OFFSET 0") -> str:
        """The same, whoever is at them. PostgreSQL makes a join of what ends with nothing, and reads what it likes."""
        if self.dialect == "postgresql":
            return f"{rows} r CROSS JOIN LATERAL (SELECT * FROM {table} d WHERE {which} {end}) d"
        return f"{rows} r CROSS JOIN {table} d WHERE {which}"

    def by_each(self, query: str) -> str:
        """What a column is compared with to be one of those that ``query`` finds, which is run before and once.

        Each is then looked up by itself: of ``IN (SELECT …)`` PostgreSQL makes a join, for which it may read all of a
        table where it believes that much is found.
        """
        return f"= ANY (ARRAY({query}))" if self.dialect == "postgresql" else f"IN ({query})"


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """The value to bind for ``Database.rows``."""
    return to_json(list(rows)).decode()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        message = "the database_url is none; give sqlite:///… or postgresql+psycopg://user:password@host/name"
        raise StoreError(message) from error


@contextmanager
def _readable_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InternalError) as error:  # Postgres calls a file that cannot grow an internal one
        raise _unusable(url, error.orig) from error
    except sqlite3.DatabaseError as error:  # as a connection is made, the driver's own ones come through
        raise _unusable(url, error) from error
    except NoneFree as error:
        message = f"every connection to the database {url} was busy for too long; try again, or find what holds them"
        raise StoreError(message) from error
    except DBAPIError as error:
        if type(error.orig) is _DAMAGED or _fix(error.orig):
            raise _unusable(url, error.orig) from error
        if error.connection_invalidated:
            message = f"the connection to the database {url} broke: {error.orig}"
            raise StoreError(message) from error
        raise


def _unusable(url: str, error: BaseException | None) -> StoreError:
    if type(error) is _DAMAGED:
        return StoreError(f"the database {url} is damaged, or no database: {error}", fix=RESTORE)
    if fix := _fix(error):
        return StoreError(f"the database {url} cannot be used: {error}", fix=fix)
    question = "is it running, migrated, and full neither of data nor of connections?"
    return StoreError(f"the database {url} cannot be used: {error}; {question}")


def _fix(error: BaseException | None) -> str:
    """What to do about what the database refuses for how it is set up; nothing for anything else."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_CANTOPEN:
        return PLACE
    if state := getattr(error, "sqlstate", None):
        return _FIXES.get(state, "")
    return CONNECTIONS if any(words in str(error) for words in _NONE_LEFT) else ""


def _prepare_threshold(url: URL) -> int | None:
    """After how many times a statement is prepared on the server, psycopg's 5 if nothing is said; nothing: never.

    The one option of psycopg's own that a URL may need: behind a pooler a connection may lead to another server
    process with each transaction.
    """
    stated = url.query.get(_THRESHOLD, "5")
    if stated == "None":
        return None
    if not isinstance(stated, str) or not stated.isascii() or not stated.isdecimal():
        message = f"{_THRESHOLD} in the database_url is neither None nor a number"
        raise StoreError(message)
    return int(stated)


def _accept_options(url: URL) -> None:
    """Nothing, if libpq knows every option of the URL. StoreError if not."""
    from psycopg import ProgrammingError  # late: not where the database is SQLite
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**dict.fromkeys(url.query, ""))
    except ProgrammingError as error:
        message = f"the database_url has an option that PostgreSQL does not know: {error}"
        raise StoreError(message) from error


def _postgres_engine(url: URL, *, pool_size: int) -> Engine:
    threshold, url = _prepare_threshold(url), url.difference_update_query([_THRESHOLD])
    _accept_options(url)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=_OVERFLOW,
        pool_use_lifo=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",  # above it a writer that waited for another one is refused
        connect_args={"client_encoding": "utf8", _THRESHOLD: threshold},
    )

    @event.listens_for(engine, "checkin")
    def _rests(_dbapi_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _look(dbapi_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        """As ``pool_pre_ping``, which asks every time: a round trip more for each of five transactions in a row."""
        since = record.info.get(_RESTS_SINCE)
        if since is None or time.monotonic() - since < _TRUSTED_S:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # none of those that rest is any better

    return engine


def _make_private(path: str) -> None:
    """An empty file for its owner alone, where there is none: SQLite gives its log the same rights.

    Secrets and what is under embargo are in it, and its folder may be one that everybody may look into. It is never
    opened under this name: closing it would end the locks that another thread has on it.
    """
    fresh = f"{path}.{os.getpid()}.{time.monotonic_ns()}"
    with suppress(OSError):  # SQLite finds the same, and then it is told with its fix
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            os.link(fresh, path)
        finally:
            os.unlink(fresh)  # noqa: PTH108 (a database's name is text, and may be a URI)


def _sqlite_engine(url: URL | str, *, pool_size: int, begin: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        hide_parameters=True,  # errors are logged, and a release under embargo is not
    )

    @event.listens_for(engine, "do_connect")
    def _private(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> None:
        name = str(arguments[0])
        path = unquote(urlsplit(name).path) if options.get("uri") else name  # https://www.sqlite.org/uri.html
        if not os.path.exists(path):  # noqa: PTH110
            _make_private(path)

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 (sqlite3 or a stand-in)
        dbapi_connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
