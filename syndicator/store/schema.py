"""The tables. Times are whole microseconds since 1970 (UTC); ``owner`` names who may see and change a row.

``events.seq`` is gap-free in commit order: archives, cursors and fan-out read by it. It comes from the
row of ``counters`` that the writing transaction holds until it commits, so no later number can become
visible before an earlier one (a Postgres identity column would give no such promise).

``releases.edition`` moves when versions read differently without a new one: the release that a link names became
public, or a contact was erased. Whatever is composed of a version is kept under both numbers.

``deliveries`` and ``attempts`` have no foreign keys: they are written ten thousand at a time by
statements that read their parents in the same transaction, and parents are never deleted.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only when the key's type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

network_texts = Table(
    "network_texts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("id", String(200), nullable=False),
    Column("content", Text, nullable=False),
)

publishers = Table(
    "publishers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("profile", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("guid", String(300), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("publisher_key", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("embargo_until", BigInteger),
    Column("published_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    _partial("ix_releases_scheduled", "embargo_until", where="state = 'scheduled'"),
    _partial("ix_releases_withdrawn", "updated_at", where="state = 'withdrawn'"),
    Index("ix_releases_content_hash", "content_hash"),
    Index("ix_releases_published_at", "published_at"),
    Index("ix_releases_publisher_key", "publisher_key"),
)

versions = Table(
    "versions",
    metadata,
    Column("release_id", String(32), ForeignKey("releases.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("action", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("note", Text),
    Column("record", Text, nullable=False),
    Column("texts_sha256", String(64), ForeignKey("network_texts.sha256"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

relations = Table(
    "relations",
    metadata,
    Column("release_id", String(32), ForeignKey("releases.id"), primary_key=True),
    Column("target_id", String(32), primary_key=True),
    Index("ix_relations_target_id", "target_id"),
)

media_files = Table(
    "media_files",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("type", String(100), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("name", Text),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_media_files_created_at", "created_at"),
)

version_media = Table(
    "version_media",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("release_id", String(32), ForeignKey("releases.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("release_id", String(32), ForeignKey("releases.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("type", String(32), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("release_id", String(32), ForeignKey("releases.id")),
    Column("version", Integer),
    Column("endpoint_no", _Number),
    Column("created_at", BigInteger, nullable=False),
    Column("fanned_out_at", BigInteger),
    Column("fanned_out_by", String(160)),
    _partial("ix_events_open", "seq", where="fanned_out_at IS NULL"),
    Index("ix_events_release_id", "release_id"),
)

payloads = Table(
    "payloads",
    metadata,
    Column("event_seq", _Number, ForeignKey("events.seq"), primary_key=True),
    Column("format", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

filters = Table(
    "filters", metadata, Column("sha256", String(64), primary_key=True), Column("tree", Text, nullable=False)
)

channels = Table(
    "channels",
    metadata,
    Column("no", _Number, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("value", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("filter_sha256", String(64), ForeignKey("filters.sha256")),
    Column("generation", BigInteger, nullable=False, server_default="1"),
    Column("rendered_generation", BigInteger, nullable=False, server_default="0"),
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    _partial("ix_channels_dirty", "no", where="generation > rendered_generation AND deleted_at IS NULL"),
    _partial("ix_channels_filter", "filter_sha256", where="filter_sha256 IS NOT NULL"),
)

channel_entries = Table(
    "channel_entries",
    metadata,
    Column("channel_no", _Number, ForeignKey("channels.no"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("release_id", String(32), ForeignKey("releases.id"), nullable=False),
    Column("page", Integer, nullable=False, server_default="0"),
    UniqueConstraint("channel_no", "release_id"),
    Index("ix_channel_entries_page", "channel_no", "page", "position"),
    Index("ix_channel_entries_release_id", "release_id"),
)

dirty_pages = Table(
    "dirty_pages",
    metadata,
    Column("channel_no", _Number, ForeignKey("channels.no"), primary_key=True),
    Column("page", Integer, primary_key=True),
)

fragments = Table(
    "fragments",
    metadata,
    Column("release_id", String(32), ForeignKey("releases.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("format", String(8), primary_key=True),
    Column("template", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

renditions = Table(
    "renditions",
    metadata,
    Column("channel_no", _Number, ForeignKey("channels.no"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("format", String(8), primary_key=True),
    Column("change", BigInteger, nullable=False),
    Column("gzip", LargeBinary, nullable=False),
    Column("etag", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("spans", Text, nullable=False),
    Column("last_modified", BigInteger, nullable=False),
    Column("rendered_by", String(160), nullable=False),
    Index("ix_renditions_change", "change"),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("no", _Number, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("owner", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("secrets", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", BigInteger),
    Column("failed_at", BigInteger),
    Column("backoff_until", BigInteger, nullable=False, server_default="0"),
    Column("notice", Text),
    Column("created_at", BigInteger, nullable=False),
    _partial("ix_endpoints_backoff", "backoff_until", where="backoff_until > 0"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("no", _Number, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("endpoint_no", _Number, ForeignKey("endpoints.no"), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("event_mask", Integer, nullable=False),
    Column("filter_sha256", String(64), ForeignKey("filters.sha256"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_subscriptions_filter", "filter_sha256", "endpoint_no"),
    Index("ix_subscriptions_endpoint_no", "endpoint_no"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("event_seq", _Number, nullable=False),
    Column("endpoint_no", _Number, nullable=False),
    Column("release_id", String(32)),
    Column("lane", SmallInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("series_at", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("follows", Boolean, nullable=False),
    Column("trigger", String(16), nullable=False, server_default="event"),
    Column("claim_token", String(32)),
    Column("lease_until", BigInteger),
    Column("finished_at", BigInteger),
    UniqueConstraint("event_seq", "endpoint_no"),
    _partial("ix_deliveries_waiting", "lane", "due_at", where="state = 'waiting'"),
    _partial(
        "ix_deliveries_open",
        "endpoint_no",
        where="state IN ('waiting', 'claimed') AND (lane < 3 OR attempts = 0)",
    ),
    _partial(
        "ix_deliveries_retried",
        "endpoint_no",
        where="state IN ('waiting', 'claimed') AND lane = 3 AND attempts > 0",
    ),
    _partial("ix_deliveries_queued", "endpoint_no", "lane", "id", where="state = 'queued'"),
    _partial("ix_deliveries_parked", "endpoint_no", where="state = 'parked'"),
    _partial("ix_deliveries_leases", "lease_until", where="state = 'claimed'"),
    # Not what was delivered, which is nearly all; by OR, for SQLite does not see one state in a list of two.
    _partial("ix_deliveries_failed", "state", "id", where="state = 'dead' OR state = 'superseded'"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("delivery_id", _Number, nullable=False),
    Column("endpoint_no", _Number, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("duration_us", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("status", SmallInteger),
    Column("reason", Text),
    Column("answer", LargeBinary),
    Column("address", String(64)),
    Column("bytes_sent", Integer, nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("by", String(160), nullable=False),
    Index("ix_attempts_delivery_id", "delivery_id"),
    Index("ix_attempts_endpoint_no", "endpoint_no", "id"),
    Index("ix_attempts_started_at", "started_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("no", _Number, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_subject", "subject", "no"),
)
