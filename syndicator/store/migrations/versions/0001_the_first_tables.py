"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("endpoint_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("bytes_sent", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index("ix_attempts_delivery_id", ["delivery_id"], unique=False)
        batch_op.create_index("ix_attempts_endpoint_no", ["endpoint_no", "id"], unique=False)
        batch_op.create_index("ix_attempts_started_at", ["started_at"], unique=False)

    op.create_table(
        "audit",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_subject", ["subject", "no"], unique=False)

    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("endpoint_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=True),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("series_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("trigger", sa.String(length=16), server_default="event", nullable=False),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_seq", "endpoint_no", name=op.f("uq_deliveries_event_seq_endpoint_no")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_leases",
            ["lease_until"],
            unique=False,
            postgresql_where=sa.text("state = 'claimed'"),
            sqlite_where=sa.text("state = 'claimed'"),
        )
        batch_op.create_index(
            "ix_deliveries_open",
            ["endpoint_no"],
            unique=False,
            postgresql_where=sa.text("state IN ('waiting', 'claimed') AND lane < 3"),
            sqlite_where=sa.text("state IN ('waiting', 'claimed') AND lane < 3"),
        )
        batch_op.create_index(
            "ix_deliveries_parked",
            ["endpoint_no"],
            unique=False,
            postgresql_where=sa.text("state = 'parked'"),
            sqlite_where=sa.text("state = 'parked'"),
        )
        batch_op.create_index(
            "ix_deliveries_queued",
            ["endpoint_no", "lane", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index("ix_deliveries_release", ["release_id", "endpoint_no"], unique=False)
        batch_op.create_index(
            "ix_deliveries_waiting",
            ["lane", "due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "endpoints",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("backoff_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_endpoints")),
        sa.UniqueConstraint("id", name=op.f("uq_endpoints_id")),
    )
    with op.batch_alter_table("endpoints", schema=None) as batch_op:
        batch_op.create_index(
            "ix_endpoints_backoff",
            ["backoff_until"],
            unique=False,
            postgresql_where=sa.text("backoff_until > 0"),
            sqlite_where=sa.text("backoff_until > 0"),
        )

    op.create_table(
        "filters",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("tree", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_filters")),
    )
    op.create_table(
        "network_texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_network_texts")),
    )
    op.create_table(
        "publishers",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_publishers")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("guid", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("publisher_key", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("embargo_until", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("guid", name=op.f("uq_releases_guid")),
    )
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.create_index("ix_releases_content_hash", ["content_hash"], unique=False)
        batch_op.create_index("ix_releases_published_at", ["published_at"], unique=False)
        batch_op.create_index("ix_releases_publisher_key", ["publisher_key"], unique=False)
        batch_op.create_index(
            "ix_releases_scheduled",
            ["embargo_until"],
            unique=False,
            postgresql_where=sa.text("state = 'scheduled'"),
            sqlite_where=sa.text("state = 'scheduled'"),
        )

    op.create_table(
        "channels",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("filter_sha256", sa.String(length=64), nullable=True),
        sa.Column("generation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("rendered_generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["filter_sha256"], ["filters.sha256"], name=op.f("fk_channels_filter_sha256")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_channels")),
        sa.UniqueConstraint("name", name=op.f("uq_channels_name")),
    )
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.create_index(
            "ix_channels_dirty",
            ["no"],
            unique=False,
            postgresql_where=sa.text("generation > rendered_generation AND deleted_at IS NULL"),
            sqlite_where=sa.text("generation > rendered_generation AND deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_channels_filter",
            ["filter_sha256"],
            unique=False,
            postgresql_where=sa.text("filter_sha256 IS NOT NULL"),
            sqlite_where=sa.text("filter_sha256 IS NOT NULL"),
        )

    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("endpoint_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("fanned_out_at", sa.BigInteger(), nullable=True),
        sa.Column("fanned_out_by", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_events_release_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_open",
            ["seq"],
            unique=False,
            postgresql_where=sa.text("fanned_out_at IS NULL"),
            sqlite_where=sa.text("fanned_out_at IS NULL"),
        )
        batch_op.create_index("ix_events_release_id", ["release_id"], unique=False)

    op.create_table(
        "fragments",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("template", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_fragments_release_id")),
        sa.PrimaryKeyConstraint("release_id", "version", "format", "template", name=op.f("pk_fragments")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_idempotency_keys_release_id")),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("endpoint_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("event_mask", sa.Integer(), nullable=False),
        sa.Column("filter_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_no"], ["endpoints.no"], name=op.f("fk_subscriptions_endpoint_no")),
        sa.ForeignKeyConstraint(["filter_sha256"], ["filters.sha256"], name=op.f("fk_subscriptions_filter_sha256")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("id", name=op.f("uq_subscriptions_id")),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_endpoint_no", ["endpoint_no"], unique=False)
        batch_op.create_index("ix_subscriptions_filter", ["filter_sha256", "endpoint_no"], unique=False)

    op.create_table(
        "versions",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("texts_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_versions_release_id")),
        sa.ForeignKeyConstraint(["texts_sha256"], ["network_texts.sha256"], name=op.f("fk_versions_texts_sha256")),
        sa.PrimaryKeyConstraint("release_id", "version", name=op.f("pk_versions")),
    )
    op.create_table(
        "channel_entries",
        sa.Column("channel_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["channel_no"], ["channels.no"], name=op.f("fk_channel_entries_channel_no")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_channel_entries_release_id")),
        sa.PrimaryKeyConstraint("channel_no", "position", name=op.f("pk_channel_entries")),
        sa.UniqueConstraint("channel_no", "release_id", name=op.f("uq_channel_entries_channel_no_release_id")),
    )
    with op.batch_alter_table("channel_entries", schema=None) as batch_op:
        batch_op.create_index("ix_channel_entries_page", ["channel_no", "page", "position"], unique=False)
        batch_op.create_index("ix_channel_entries_release_id", ["release_id"], unique=False)

    op.create_table(
        "dirty_pages",
        sa.Column("channel_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_no"], ["channels.no"], name=op.f("fk_dirty_pages_channel_no")),
        sa.PrimaryKeyConstraint("channel_no", "page", name=op.f("pk_dirty_pages")),
    )
    op.create_table(
        "payloads",
        sa.Column("event_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_seq"], ["events.seq"], name=op.f("fk_payloads_event_seq")),
        sa.PrimaryKeyConstraint("event_seq", "format", name=op.f("pk_payloads")),
    )
    op.create_table(
        "renditions",
        sa.Column("channel_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("gzip", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.BigInteger(), nullable=False),
        sa.Column("rendered_by", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["channel_no"], ["channels.no"], name=op.f("fk_renditions_channel_no")),
        sa.PrimaryKeyConstraint("channel_no", "page", "format", name=op.f("pk_renditions")),
    )
    with op.batch_alter_table("renditions", schema=None) as batch_op:
        batch_op.create_index("ix_renditions_change", ["change"], unique=False)
    op.bulk_insert(
        sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger)),
        [{"name": name, "value": 0} for name in ("event", "change", "fanout")],
    )
    if op.get_bind().dialect.name == "postgresql":
        _tune_postgres()


def _tune_postgres() -> None:
    # Feed documents are compressed already, bodies are read more often than written: Postgres shall not try.
    for table, column in (("renditions", "gzip"), ("fragments", "body"), ("payloads", "body")):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # Every delivery is updated twice within a second: leave room on the page, and clean up early.
    op.execute(
        "ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,"
        " autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)"
    )


def downgrade() -> None:
    with op.batch_alter_table("renditions", schema=None) as batch_op:
        batch_op.drop_index("ix_renditions_change")

    op.drop_table("renditions")
    op.drop_table("payloads")
    op.drop_table("dirty_pages")
    with op.batch_alter_table("channel_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_channel_entries_release_id")
        batch_op.drop_index("ix_channel_entries_page")

    op.drop_table("channel_entries")
    op.drop_table("versions")
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_index("ix_subscriptions_filter")
        batch_op.drop_index("ix_subscriptions_endpoint_no")

    op.drop_table("subscriptions")
    op.drop_table("idempotency_keys")
    op.drop_table("fragments")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_release_id")
        batch_op.drop_index(
            "ix_events_open",
            postgresql_where=sa.text("fanned_out_at IS NULL"),
            sqlite_where=sa.text("fanned_out_at IS NULL"),
        )

    op.drop_table("events")
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_channels_filter",
            postgresql_where=sa.text("filter_sha256 IS NOT NULL"),
            sqlite_where=sa.text("filter_sha256 IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_channels_dirty",
            postgresql_where=sa.text("generation > rendered_generation AND deleted_at IS NULL"),
            sqlite_where=sa.text("generation > rendered_generation AND deleted_at IS NULL"),
        )

    op.drop_table("channels")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_releases_scheduled",
            postgresql_where=sa.text("state = 'scheduled'"),
            sqlite_where=sa.text("state = 'scheduled'"),
        )
        batch_op.drop_index("ix_releases_publisher_key")
        batch_op.drop_index("ix_releases_published_at")
        batch_op.drop_index("ix_releases_content_hash")

    op.drop_table("releases")
    op.drop_table("publishers")
    op.drop_table("network_texts")
    op.drop_table("filters")
    with op.batch_alter_table("endpoints", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_endpoints_backoff",
            postgresql_where=sa.text("backoff_until > 0"),
            sqlite_where=sa.text("backoff_until > 0"),
        )

    op.drop_table("endpoints")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deliveries_waiting",
            postgresql_where=sa.text("state = 'waiting'"),
            sqlite_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_deliveries_release")
        batch_op.drop_index(
            "ix_deliveries_queued",
            postgresql_where=sa.text("state = 'queued'"),
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index(
            "ix_deliveries_parked",
            postgresql_where=sa.text("state = 'parked'"),
            sqlite_where=sa.text("state = 'parked'"),
        )
        batch_op.drop_index(
            "ix_deliveries_open",
            postgresql_where=sa.text("state IN ('waiting', 'claimed') AND lane < 3"),
            sqlite_where=sa.text("state IN ('waiting', 'claimed') AND lane < 3"),
        )
        batch_op.drop_index(
            "ix_deliveries_leases",
            postgresql_where=sa.text("state = 'claimed'"),
            sqlite_where=sa.text("state = 'claimed'"),
        )

    op.drop_table("deliveries")
    op.drop_table("counters")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_subject")

    op.drop_table("audit")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_attempts_started_at")
        batch_op.drop_index("ix_attempts_endpoint_no")
        batch_op.drop_index("ix_attempts_delivery_id")

    op.drop_table("attempts")
