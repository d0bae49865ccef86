"""Databases with the newest schema, used again: to make one and to drop it costs a test more than what it tests.

A database that comes back is emptied and then held against a new one. One that differs in anything but its name, an
index more or another owner, is dropped.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from tests.servers.migrated import migrated_database
from tests.servers.postgres import PostgresServer

_END_OTHERS: Final = SQL("""
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")
_WRITTEN: Final = SQL("""
    SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0 ORDER BY relname
""")
_ADVANCED: Final = SQL("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
_SIZES: Final = SQL("""
    SELECT jsonb_agg(jsonb_build_object('name', relname, 'pages', relpages, 'rows', reltuples))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
""")
_FORGET_STATISTICS: Final = SQL("""
    SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats WHERE schemaname = 'public'
    UNION ALL SELECT pg_stat_reset()
""")
# The planner reckons with them: TRUNCATE leaves others than CREATE INDEX does.
_RESTORE_SIZES: Final = SQL("""
    SELECT pg_restore_relation_stats(
        'schemaname', 'public', 'relname', name, 'relpages', pages, 'reltuples', rows, 'relallvisible', 0)
    FROM pg_class JOIN jsonb_to_recordset(%s) AS new (name text, pages integer, rows real) ON relname = name
    WHERE relnamespace = 'public'::regnamespace AND (relpages, reltuples, relallvisible) <> (pages, rows, 0)
""")
# Whatever a test can leave behind, as rows of the catalogues: what a copy has from its template has the same OID, too.
# Objects of ours begin at 16384 (FirstNormalObjectId).
_STATE: Final = SQL("""
    SELECT what, md5(string_agg(line, '' ORDER BY line)) FROM (
        SELECT 'database', (to_jsonb(d) - '{oid, datname, datfrozenxid, datminmxid}'::text[])::text
            FROM pg_database d WHERE datname = current_database()
        UNION ALL SELECT 'settings', setconfig::text
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database()
        UNION ALL SELECT 'relations', (to_jsonb(c) - '{relfilenode, relfrozenxid, relminmxid}'::text[] - CASE
                WHEN relnamespace = 'pg_toast'::regnamespace -- nothing is planned there
                THEN '{relpages, reltuples, relallvisible, relallfrozen}'::text[] ELSE '{}' END)::text
            FROM pg_class c WHERE oid >= 16384
        UNION ALL SELECT 'sizes', concat(relname, pg_relation_size(oid))
            FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 't')
        UNION ALL SELECT 'columns', a::text FROM pg_attribute a WHERE attrelid >= 16384
        UNION ALL SELECT 'defaults', d::text FROM pg_attrdef d
        UNION ALL SELECT 'constraints', c::text FROM pg_constraint c WHERE oid >= 16384
        UNION ALL SELECT 'indexes', i::text FROM pg_index i WHERE indexrelid >= 16384
        UNION ALL SELECT 'triggers', t::text FROM pg_trigger t WHERE NOT tgisinternal
        UNION ALL SELECT 'enabled', concat(tgname, tgenabled) FROM pg_trigger
        UNION ALL SELECT 'event triggers', t::text FROM pg_event_trigger t
        UNION ALL SELECT 'rules', r::text FROM pg_rewrite r WHERE oid >= 16384
        UNION ALL SELECT 'policies', p::text FROM pg_policy p
        UNION ALL SELECT 'functions', p::text FROM pg_proc p WHERE oid >= 16384
        UNION ALL SELECT 'types', t::text FROM pg_type t WHERE oid >= 16384
        UNION ALL SELECT 'schemas', n::text FROM pg_namespace n WHERE nspname !~ '^pg_'
        UNION ALL SELECT 'extensions', e::text FROM pg_extension e
        UNION ALL SELECT 'privileges', a::text FROM pg_default_acl a
        UNION ALL SELECT 'publications', p::text FROM pg_publication p
        UNION ALL SELECT 'large objects', l::text FROM pg_largeobject_metadata l
        UNION ALL SELECT 'sequences', s::text FROM pg_sequences s
        UNION ALL SELECT 'statistics', concat(starelid, ' ', staattnum) FROM pg_statistic WHERE starelid >= 16384
        UNION ALL SELECT 'statistics', s::text FROM pg_statistic_ext s
    ) AS found (what, line) GROUP BY what
""")


@dataclass(frozen=True, slots=True)
class AsNew:
    """What the migrations leave: every object's definition, the planner's sizes, the rows of each table."""

    state: dict[str, str]
    sizes: Jsonb
    rows: dict[str, bytes]


class Copies:
    """The migrated databases of one server. A test takes one for itself, and gives it back for the next."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._free: list[str] = []
        self._new: AsNew | None = None

    def take(self) -> str:
        """A database as the migrations leave it; its address for SQLAlchemy."""
        if self._free:
            return self._free.pop()
        url = migrated_database(self._server)
        if self._new is None:
            with closing(self._connect(url)) as connection:
                self._new = _as_new(connection)
        return url

    def give_back(self, url: str) -> None:
        """Whoever is connected to it is cut off. Nothing happens if the server does not run: it makes a new one then."""
        if not self._server.running:
            return
        if self._is_as_new(url):
            self._free.append(url)
        else:
            self._server.drop_database(url)

    def _is_as_new(self, url: str) -> bool:
        assert self._new is not None, "given back, and never taken"
        try:
            with closing(self._connect(url)) as connection:
                connection.execute(_END_OTHERS)
                _empty(connection, self._new)
                return state(connection) == self._new.state
        except psycopg.Error:
            return False

    def _connect(self, url: str) -> psycopg.Connection:
        return psycopg.connect(self._server.conninfo(url.rpartition("/")[2]), autocommit=True)


def _empty(connection: psycopg.Connection, new: AsNew) -> None:
    """All tables as they were, with the rows that the migrations wrote, in one transaction."""
    with connection.transaction():
        if written := _names(connection, _WRITTEN):
            connection.execute(SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(_list(written)))
        for name, some in new.rows.items():
            with connection.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(name))) as copy:
                copy.write(some)
        for name in _names(connection, _ADVANCED):
            connection.execute(SQL("ALTER SEQUENCE {} RESTART").format(Identifier(name)))
        connection.execute(_FORGET_STATISTICS)
        connection.execute(_RESTORE_SIZES, [new.sizes])


def _as_new(connection: psycopg.Connection) -> AsNew:
    (sizes,) = connection.execute(_SIZES).fetchall()[0]
    rows = {}
    for name in _names(connection, _WRITTEN):
        with connection.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(name))) as copy:
            rows[name] = b"".join(bytes(some) for some in copy)
    return AsNew(state(connection), Jsonb(sizes), rows)


def state(connection: psycopg.Connection) -> dict[str, str]:
    """A digest for each kind of thing that can differ between two copies."""
    return dict(connection.execute(_STATE).fetchall())


def _names(connection: psycopg.Connection, statement: SQL) -> list[str]:
    return [name for (name,) in connection.execute(statement)]


def _list(names: list[str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))
