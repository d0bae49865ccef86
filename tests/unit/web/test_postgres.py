"""The same answers when PostgreSQL keeps the rows."""

from base64 import b64encode
from pathlib import Path

from psycopg.sql import SQL, Identifier, Literal

from tests.servers.postgres import PostgresServer
from tests.unit.web.served import Served, serving

# PostgreSQL takes no text with a NUL.
NO_NAMES = [
    f"/{place}/x%00{ending}"
    for place, ending in (
        ("feeds", ".atom"),
        ("channels", ""),
        ("releases", ""),
        ("media", ""),
        ("api/v1/channels", ""),
        ("api/v1/releases", ""),
    )
]
NO_WISHES = [
    f"/api/v1/{asked}=x%00" for asked in ("endpoints?owner", "deliveries?release", "deliveries?limit=5&endpoint")
]
KEY = b64encode(bytes(range(32))).decode()


def _walk(served: Served) -> None:
    accepted = served.submit(headline="Kept by PostgreSQL")
    endpoint = served.operator("POST", "/api/v1/endpoints", {"url": "https://newsroom.example/hook"})
    assert endpoint.status == 201
    new = {"name": "german", "title": "In German", "filter": {"language": "de"}}
    assert served.operator("POST", "/api/v1/channels", new).status == 201
    served.render()
    for path in ("/", "/channels/german", "/feeds/german.atom", f"/releases/{accepted['id']}"):
        served.public.until(path, lambda answer: answer.status == 200 and "Kept by PostgreSQL" in answer.text)
    assert served.operator("POST", "/api/v1/filters/try", {"filter": {"language": "de"}}).json["count"] == 1
    assert len(served.operator.get("/api/v1/deliveries").json["deliveries"]) == 1
    assert served.operator.get(f"/api/v1/endpoints/{endpoint.json['id']}").json["last_attempts"] == []
    inside = served.operator.get(f"/api/v1/releases/{accepted['id']}").json
    assert inside["inside"]["deliveries"] == {"waiting": 1}
    assert {channel["channel"] for channel in inside["channels"]} >= {"all", "german"}
    assert served.operator("DELETE", "/api/v1/channels/german").status == 204
    served.public.until("/feeds/german.atom", lambda answer: answer.status == 404)
    assert served.operator("POST", "/api/v1/channels", new).status == 201
    served.render()
    served.public.until("/feeds/german.atom", lambda answer: accepted["guid"] in answer.text)
    for path in NO_NAMES:
        assert served.public.get(path).status == 404, path
    for path in NO_WISHES:
        assert served.operator.get(path).status == 200, path
    assert served.public.get("/readyz").json == {"ready": True}


KEYS = {"operator_token": "token", "sealing_keys": f"k1:{KEY}", "signing_key": f"whsk_{KEY}"}


def test_a_service_whose_database_takes_no_writes_is_not_ready_and_still_serves_readers(
    tmp_path: Path, migrated_postgres_url: str, postgres_server: PostgresServer
) -> None:
    with serving(tmp_path, database_url=migrated_postgres_url, **KEYS) as served:
        name = migrated_postgres_url.rpartition("/")[2]
        postgres_server.execute(
            SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(Identifier(name))
        )
        # Who connects anew finds it as on a standby.
        ended = SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        postgres_server.execute(ended.format(Literal(name)))
        answer = served.public.until("/readyz", lambda answer: "read only" in answer.text)
        assert answer.status == 503
        assert "the primary server" in answer.json["lacking"]
        assert served.public.get("/feeds/all.atom").status == 200
        assert served.public.get("/healthz").status == 200


def test_the_edge_on_postgres(tmp_path: Path, migrated_postgres_url: str) -> None:
    with serving(tmp_path, database_url=migrated_postgres_url, **KEYS) as served:
        _walk(served)
