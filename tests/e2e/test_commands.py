"""Each service of docker-compose.yml starts as a process; the command line's exit codes and streams."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import EXAMPLE, ROOT, Machine, client, ready, until

ARCHIVED = ROOT / "tests" / "golden" / "biom-kawasaki.txt"


@pytest.fixture
def machine(make_machine: Callable[..., Machine]) -> Machine:
    return make_machine()


def test_the_archives_text_comes_out_byte_for_byte(machine: Machine) -> None:
    target = machine.folder / "text"
    done = machine.call("render", str(EXAMPLE), "--format", "text", "--output", str(target))
    assert done.returncode == 0
    assert target.read_bytes() == ARCHIVED.read_bytes()
    assert hashlib.sha256(target.read_bytes()).hexdigest().startswith("b3f8f1e4cb59")
    assert machine.call("render", str(EXAMPLE)).stdout == ARCHIVED.read_text(encoding="utf-8")


def test_several_faults_are_told_at_once_and_nothing_is_stored(machine: Machine) -> None:
    record = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    record |= {"headline": "two\nlines", "contacts": [{"name": "Nobody"}], "languge": "de"}
    del record["language"]
    faulty = machine.folder / "faulty.json"
    faulty.write_text(json.dumps(record), encoding="utf-8")
    machine.start("run")
    until(lambda: ready(machine), machine, "the service is ready")
    done = machine.call("submit", str(faulty))
    assert done.returncode == 3
    assert done.stdout == ""
    for place in ("headline", "contacts[0]", "language", "languge"):
        assert place in done.stderr
    assert client(machine).get("/api/v1/deliveries")["deliveries"] == []
    assert "urn:newsml" not in client(machine).text("/feeds/all.json")


def test_an_unreachable_service_is_exit_6_and_the_key_makes_one_release(machine: Machine) -> None:
    done = machine.call("submit", str(EXAMPLE), "--idempotency-key", "mine")
    assert done.returncode == 6
    assert "--idempotency-key mine" in done.stderr
    machine.start("run")
    until(lambda: ready(machine), machine, "the service is ready")
    first = json.loads(machine.call("submit", str(EXAMPLE), "--idempotency-key", "mine", "--json").stdout)
    again = json.loads(machine.call("submit", str(EXAMPLE), "--idempotency-key", "mine", "--json").stdout)
    assert first["id"] == again["id"]


def test_status_and_history_follow_a_release_through_its_life(machine: Machine) -> None:
    machine.start("run")
    until(lambda: ready(machine), machine, "the service is ready")
    release_id = json.loads(machine.call("submit", str(EXAMPLE), "--json", "--wait").stdout)["id"]
    assert machine.call("withdraw", release_id, "--note", "Falsch").returncode == 0
    assert "withdrawn" in machine.call("status", release_id).stdout
    assert machine.call("reinstate", release_id).returncode == 5
    steps = machine.call("history", release_id).stdout
    assert "submit" in steps
    assert "withdraw" in steps
    assert machine.call("status", "rel_unknown").returncode == 4


def test_doctor_prints_the_fix_for_each_fault(machine: Machine) -> None:
    machine.environment["SYNDICATOR_BROKER_ULR"] = "redis://127.0.0.1:1"
    done = machine.call("doctor", "--json")
    assert done.returncode == 9
    fixes = {each["part"]: each["fix"] for each in json.loads(done.stdout)}
    assert fixes["environment"] == "write SYNDICATOR_BROKER_URL"
    assert fixes["migrations"] == "run syndicator migrate"
    del machine.environment["SYNDICATOR_BROKER_ULR"]
    assert machine.call("migrate").returncode == 0
    assert machine.call("doctor").returncode == 0


def test_the_compose_files_commands_are_ours(
    postgres_url: str, redis_url: str, make_machine: Callable[..., Machine]
) -> None:
    services = yaml.safe_load(Path(ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    commands = {name: _words(services[name].get("command")) for name in ("migrate", "web", "worker")}
    machine = make_machine(
        SYNDICATOR_DATABASE_URL=postgres_url,
        SYNDICATOR_BROKER_URL=redis_url,
        SYNDICATOR_SEALING_KEYS="k1:" + "A" * 43 + "=",
        SYNDICATOR_SIGNING_KEY="whsk_" + "B" * 43 + "=",
    )
    assert machine.call(*commands["migrate"]).returncode == 0
    web, worker = machine.start(*commands["web"]), machine.start(*commands["worker"])
    until(lambda: ready(machine), machine, "the web service is ready")
    assert (web.stop(), worker.stop()) == (0, 0)


def _words(command: str | list[str]) -> list[str]:
    words = command.split() if isinstance(command, str) else list(command)
    return words[1:] if words[0] == "syndicator" else words
