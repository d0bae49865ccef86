"""The doctor: finds each fault, says what mends it, and changes nothing by looking."""

import os
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import text

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.cli.sealing import refuse_unopened
from syndicator.errors import ConfigError, Conflict
from syndicator.model.endpoint import NewEndpoint
from syndicator.services.attach import path_of
from syndicator.services.reseal import Resealed
from syndicator.store.schema_version import newest
from tests.contract.house.conftest import record
from tests.unit.cli.conftest import Call, Done

SEALING = "k1:" + "A" * 43 + "="
SIGNING = "whsk_" + "B" * 43 + "="


def findings(done: Done) -> dict[str, tuple[str, str]]:
    """Found and fix of each part; the exit code says the same."""
    found = {each["part"]: (each["found"], each["fix"]) for each in done.json}
    assert done.code == (9 if any(fix for _, fix in found.values()) else 0)
    return found


def made(folder: Path) -> Settings:
    """A data directory as the service makes it."""
    settings = Settings(data_dir=folder)
    service = Syndicator(settings)
    service.migrate()
    assert service.sealer is not None
    assert service.signer is not None
    assert service.operator_token
    service.close()
    return settings


def test_looking_makes_nothing(call: Call, tmp_path: Path) -> None:
    found = findings(call("doctor", "--json"))
    assert list(tmp_path.iterdir()) == []
    assert {part for part, (_, fix) in found.items() if fix} == {"migrations"}
    assert found["migrations"][1] == "run syndicator migrate"


def test_what_the_service_made_is_well(call: Call, tmp_path: Path) -> None:
    made(tmp_path / "syndicator-data")
    found = findings(call("doctor", "--json"))
    assert {fix for _, fix in found.values()} == {""}
    for key, file in (
        ("sealing_keys", "sealing.keys"),
        ("signing_key", "signing.key"),
        ("operator_token", "operator.token"),
    ):
        assert found[f"key: {key}"][0] == f"syndicator-data/{file}", "the file the service made, and no other"
    table = call("doctor")
    assert table.code == 0
    assert "fault " not in table.out


def test_the_table_has_the_fix_for_each_fault(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATOR_BROKER_ULR", "redis://127.0.0.1:1")
    done = call("doctor")
    assert done.code == 9
    assert done.out.count("fault ") == done.out.count("fix: ") == 2
    assert "fix: write SYNDICATOR_BROKER_URL" in done.out


def test_unknown_settings_are_listed_with_the_nearest(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATOR_DATABSE_URL", "x")
    assert findings(call("doctor", "--json"))["environment"] == (
        "SYNDICATOR_DATABSE_URL is no setting",
        "write SYNDICATOR_DATABASE_URL",
    )
    monkeypatch.delenv("SYNDICATOR_DATABSE_URL")
    monkeypatch.setenv("SYNDICATOR_ZZZZZZZZ", "x")
    assert findings(call("doctor", "--json"))["environment"][1] == "remove it"
    monkeypatch.delenv("SYNDICATOR_ZZZZZZZZ")
    monkeypatch.setenv("SYNDICATOR_TOKEN", "x")
    monkeypatch.setenv("SYNDICATOR_URL", "x")
    monkeypatch.setenv("SYNDICATOR_CONFIG", os.devnull)
    assert "environment" not in findings(call("doctor", "--json"))


@pytest.mark.parametrize(
    ("name", "value", "part", "told"),
    [
        ("PORT", "many", "settings", "SYNDICATOR_PORT"),
        ("DATA_DIR", "file", "data directory", "file is a file"),
        ("DATA_DIR", "file/data", "data directory", "file is a file"),
        ("NETWORK", "nowhere", "networks", "nowhere"),
        ("NETWORKS_DIR", "networks", "networks", "broken"),
        ("BROKER_URL", "redis://127.0.0.1:1", "broker", "no answer"),
        ("DATABASE_URL", "nonsense", "database", "database_url"),
        ("DATABASE_URL", "mysql://x", "database", "mysql"),
        ("DATABASE_URL", "postgresql+asyncpg://a:secret@127.0.0.1:1/x", "database", "kind 'postgresql+asyncpg'"),
        ("DATABASE_URL", "sqlite+aiosqlite:///x.db", "database", "kind 'sqlite+aiosqlite'"),
        ("DATABASE_URL", "sqlite://", "database", "in memory"),
        ("DATABASE_URL", "sqlite:///:memory:", "database", "in memory"),
        ("DATABASE_URL", "postgresql+psycopg://a:secret@127.0.0.1:1/x", "database", "cannot be used"),
        ("DATABASE_URL", "postgresql+psycopg://a@127.0.0.1:1/x?password=secret", "database", "cannot be used"),
        ("SEALING_KEYS", "k1:QUJD", "key: sealing_keys", ""),
        ("SIGNING_KEY", "whsk_QUJD", "key: signing_key", "32"),
        ("OPERATOR_TOKEN", "", "key: operator_token", "empty"),
    ],
)
def test_each_fault_has_its_fix(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str, told: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "networks" / "broken").mkdir(parents=True)
    (tmp_path / "networks" / "broken" / "network.toml").write_text("name = 1\n")
    monkeypatch.setenv(f"SYNDICATOR_{name}", value)
    done = call("doctor", "--json")
    found, fix = findings(done)[part]
    assert told in found
    assert fix
    assert part != "database" or "migrations" not in findings(done), "nobody can tell"
    assert "secret" not in done.out


def test_a_key_that_others_may_read_or_that_is_none_is_a_fault(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "syndicator-data"
    made(folder)
    (folder / "signing.key").chmod(0o640)  # the group may
    (folder / "sealing.keys").write_text("k1:short")
    found = findings(call("doctor", "--json"))
    assert found["key: signing_key"][1] == "chmod 600 syndicator-data/signing.key"
    assert found["key: sealing_keys"][1]
    assert not found["key: operator_token"][1]
    assert "endpoint secrets" not in found, "nobody can tell with these keys"


def test_little_room_on_the_disk_is_a_fault(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=499_999_999))
    found, fix = findings(call("doctor", "--json"))["data directory"]
    assert found == "499 MB are free"
    assert fix.startswith("make room")


@pytest.mark.parametrize("healthy_bytes", [0, 4096, 20 * 4096])
def test_a_damaged_file_is_told_in_words(call: Call, tmp_path: Path, healthy_bytes: int) -> None:
    """From its first byte on, or behind the page that says what kind of file it is."""
    folder = tmp_path / "syndicator-data"
    made(folder)
    file = folder / "syndicator.db"
    content = file.read_bytes()
    file.write_bytes(content[:healthy_bytes] + b"\xff" * (len(content) - healthy_bytes))
    found = findings(call("doctor", "--json"))
    fixes = {fix for each, fix in found.values() if "damaged" in each}
    assert fixes == {"put a backup in its place (docs/operating.md)"}, found
    for command in ("run", "migrate"):
        refused = call(command)
        assert refused.code == 8
        assert "is damaged, or no database" in refused.err
        assert "put a backup in its place" in refused.err


OTHER = "k1:" + "B" * 43 + "="


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (None, "k1"),  # the file was lost: a new one would be made
        (SEALING.replace("k1", "k2"), "k1"),
        (OTHER, "k1"),  # another key under the same name
        (f"{SEALING},{OTHER.replace('k1', 'k0')}", None),
    ],
)
def test_keys_that_do_not_open_what_is_stored_are_a_fault(
    call: Call, tmp_path: Path, keys: str | None, key: str | None
) -> None:
    folder = tmp_path / "syndicator-data"
    settings = made(folder)
    (folder / "sealing.keys").write_text(SEALING)
    service = Syndicator(settings)
    for number in range(3):
        service.add_endpoint(NewEndpoint(url=f"https://newsroom{number}.example/"), owner="desk")
    removed = service.add_endpoint(NewEndpoint(url="https://gone.example/"), owner="desk").id
    service.change_endpoint(removed, "remove", actor="desk")
    service.close()
    if keys is None:
        (folder / "sealing.keys").unlink()
    else:
        (folder / "sealing.keys").write_text(keys)
    found, fix = findings(call("doctor", "--json"))["endpoint secrets"]
    if key is None:
        assert (found, fix) == ("all that are stored open with the sealing keys", "")
    else:
        assert f"3 with a key {key!r}" in found
        assert "put the keys they were sealed with into syndicator-data/sealing.keys" in fix
        assert "rotate-secret ID --overlap 0" in fix


def with_an_older_key(folder: Path) -> str:
    """A data directory whose one endpoint is sealed by the older of two keys; the endpoint."""
    settings = made(folder)
    (folder / "sealing.keys").write_text(SEALING)
    service = Syndicator(settings)
    endpoint = service.add_endpoint(NewEndpoint(url="https://newsroom.example/"), owner="desk").id
    service.close()
    (folder / "sealing.keys").write_text(f"{OTHER.replace('k1', 'k2')},{SEALING}")
    return endpoint


def test_what_an_older_key_still_seals_is_told_until_it_is_sealed_anew(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "syndicator-data"
    with_an_older_key(folder)
    found, fix = findings(call("doctor", "--json"))["endpoint secrets"]
    assert ("still sealed by older ones: 1 by 'k1'" in found, "syndicator reseal" in found, fix) == (True, True, "")
    done = call("reseal")
    assert (done.code, done.out) == (0, "Sealed with key 'k2': 1 of 1 endpoints anew.\n")
    (folder / "sealing.keys").write_text(OTHER.replace("k1", "k2"))
    expected = ("all that are stored open with the sealing keys", "")
    assert findings(call("doctor", "--json"))["endpoint secrets"] == expected
    assert call("reseal", "--json").json == {"key": "k2", "endpoints": 1, "resealed": 0, "unopened": {}}


def test_what_cannot_be_sealed_anew_is_named_with_its_key_and_the_fix(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "syndicator-data"
    endpoint = with_an_older_key(folder)
    (folder / "sealing.keys").write_text(OTHER.replace("k1", "k2"))
    done = call("reseal")
    assert done.code == 9
    assert f"{endpoint} (key 'k1')" in done.err
    assert "syndicator endpoint rotate-secret ID --overlap 0" in done.err


@pytest.mark.parametrize(("unopened", "named", "more"), [(10, 10, ""), (12, 10, " and 2 more;")])
def test_of_many_that_cannot_be_sealed_anew_some_are_named_and_the_rest_counted(
    unopened: int, named: int, more: str
) -> None:
    done = Resealed(endpoints=20, changed=8, unopened={f"end_{number}": ("k1",) for number in range(unopened)})
    with pytest.raises(ConfigError) as refused:
        refuse_unopened(done)
    told = str(refused.value)
    assert (told.count("(key 'k1')"), more in told, " more" in told) == (named, True, bool(more))


@pytest.mark.parametrize(
    "stored", ["none", "5", "[5]", "[]", '[["k1:", 9]]', "[[1, null]]", '[["k1:", "later"]]', "[" * 5000]
)
def test_what_somebody_damaged_is_told_in_words_and_mended_by_another_secret(
    call: Call, tmp_path: Path, stored: str
) -> None:
    service = Syndicator(made(tmp_path / "syndicator-data"))
    endpoint = service.add_endpoint(NewEndpoint(url="https://newsroom.example/"), owner="desk").id
    with service.database.write() as connection:
        connection.execute(text("UPDATE endpoints SET secrets = :stored"), {"stored": stored})
    found, fix = findings(call("doctor", "--json"))["endpoint secrets"]
    assert (f"nothing is pushed to them: {endpoint}" in found, "rotate-secret ID --overlap 0" in fix) == (True, True)
    sealed = call("reseal")
    assert (sealed.code, f"{endpoint} (damaged)" in sealed.err) == (9, True)
    with pytest.raises(Conflict, match=f"rotate-secret {endpoint} --overlap 0"):
        service.rotate_secret(endpoint, actor="desk")
    service.rotate_secret(endpoint, actor="desk", overlap_s=0)
    service.close()
    assert not findings(call("doctor", "--json"))["endpoint secrets"][1]


def test_there_is_nothing_to_seal_where_no_service_was(call: Call, tmp_path: Path) -> None:
    done = call("reseal")
    assert (done.code, list(tmp_path.iterdir())) == (8, [])
    assert "there is no database at syndicator-data/syndicator.db" in done.err


def test_two_sealing_keys_of_one_name_are_refused(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "syndicator-data"
    made(folder)
    (folder / "sealing.keys").write_text(f"{OTHER},{SEALING}")
    found, _ = findings(call("doctor", "--json"))["key: sealing_keys"]
    assert "two keys are named 'k1'" in found


def test_a_secret_that_signs_no_more_needs_no_key(call: Call, tmp_path: Path) -> None:
    settings = made(tmp_path / "syndicator-data")
    keys = tmp_path / "syndicator-data" / "sealing.keys"
    service = Syndicator(settings)
    endpoint = service.add_endpoint(NewEndpoint(url="https://newsroom.example/"), owner="desk").id
    service.close()
    keys.write_text(SEALING)
    service = Syndicator(settings)
    service.rotate_secret(endpoint, actor="desk", overlap_s=0)
    service.close()
    assert findings(call("doctor", "--json"))["endpoint secrets"][1] == ""


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere/x.db", "nowhere is no folder"), ("file/x.db", "file is no folder"), (".", "is a folder")],
)
def test_a_path_where_no_database_can_be_is_a_fault_and_told_alike_by_migrate(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", f"sqlite:///{path}")
    found, fix = findings(call("doctor", "--json"))["database"]
    assert said in found
    assert "correct SYNDICATOR_DATABASE_URL: sqlite:///" in fix
    refused = call("migrate")
    assert refused.code == 8
    assert "correct SYNDICATOR_DATABASE_URL: sqlite:///" in refused.err


def with_files(settings: Settings, count: int) -> list[Path]:
    """Where the files of so many public releases lie."""
    service = Syndicator(settings)
    kept = [service.attach(photo(number), owner="desk").file.sha256 for number in range(count)]
    for sha256 in kept:
        shown = record(media=[{"caption": "x", "credit": "y", "sha256": sha256}])
        service.submit(shown, owner="desk", key=sha256)
    service.attach(photo(count), owner="desk")  # nobody shows this one
    service.close()
    return [path_of(service.setup, sha256) for sha256 in kept]


def photo(number: int) -> bytes:
    target = BytesIO()
    Image.new("RGB", (20, 10), (number, 0, 0)).save(target, "PNG")
    return target.getvalue()


def empty(paths: list[Path]) -> None:
    shutil.rmtree(paths[0].parents[2])


def cut_off(paths: list[Path]) -> None:
    paths[0].write_bytes(paths[0].read_bytes()[:-1])


@pytest.mark.parametrize(
    ("harm", "missing"),
    [(empty, "3 of the 3"), (lambda paths: paths[0].unlink(), "1 of the 3"), (cut_off, "1 of the 3")],
)
def test_files_that_a_restore_forgot_are_a_fault(
    call: Call, tmp_path: Path, harm: Callable[[list[Path]], object], missing: str
) -> None:
    settings = made(tmp_path / "syndicator-data")
    assert findings(call("doctor", "--json"))["media files"] == ("none yet", "")
    paths = with_files(settings, 3)
    assert findings(call("doctor", "--json"))["media files"] == ("all 3 that were looked for are there", "")
    harm(paths)
    found, fix = findings(call("doctor", "--json"))["media files"]
    assert missing in found
    assert paths[0].name in found or missing == "3 of the 3"
    assert "of the same backup" in fix


def test_a_schema_of_another_time_is_a_fault(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "syndicator-data"
    folder.mkdir()
    (folder / "syndicator.db").touch()
    assert findings(call("doctor", "--json"))["migrations"] == (
        f"the database has schema none, this version needs {newest()}",
        "run syndicator migrate",
    )


def test_postgres_and_redis_are_asked(
    call: Call, postgres_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", postgres_url)
    monkeypatch.setenv("SYNDICATOR_BROKER_URL", redis_url)
    missing = findings(call("doctor", "--json"))
    assert "run syndicator migrate" in missing["migrations"][1]
    assert all(
        "same value in every process" in missing[f"key: {key}"][1]
        for key in ("sealing_keys", "signing_key", "operator_token")
    )
    for name, value in (("SEALING_KEYS", SEALING), ("SIGNING_KEY", SIGNING), ("OPERATOR_TOKEN", "token")):
        monkeypatch.setenv(f"SYNDICATOR_{name}", value)
    assert call("migrate", "--json").json == {"schema": newest()}
    found = findings(call("doctor", "--json"))
    assert {fix for _, fix in found.values()} == {""}
    assert found["broker"][0] == "Redis answers"
    assert "postgresql" in found["database"][0]
    sep = "&" if "?" in postgres_url else "?"
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", f"{postgres_url}{sep}options=-csynchronous_commit%3Doff")
    assert "synchronous_commit" in findings(call("doctor", "--json"))["database"][0]
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", f"{postgres_url}{sep}options=-cdefault_transaction_read_only%3Don")
    assert "read only" in findings(call("doctor", "--json"))["database"][0]
    monkeypatch.setenv("SYNDICATOR_DATABASE_URL", f"{postgres_url}{sep}options=-crole%3Dpg_monitor")
    assert "the owner" in findings(call("doctor", "--json"))["migrations"][1]


def test_every_variable_of_the_tests_is_gone() -> None:
    """What the findings above rely on."""
    assert [name for name in os.environ if name.startswith("SYNDICATOR_")] == []
