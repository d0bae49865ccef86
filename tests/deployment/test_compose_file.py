"""docker-compose.yml, Dockerfile and .env.example fit together and with the settings."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pytest
import requests
import yaml

from config.settings import ENV_PREFIX, Settings
from syndicator.client import Client
from syndicator.delivery.transport.protocol import Limits
from syndicator.route import Route
from syndicator.web.serve import DRAIN_S
from tests.e2e.conftest import EXAMPLE as RELEASE
from tests.e2e.conftest import Machine, until
from tests.servers.places import free_port
from tests.unit.cli.answering import Answer, Answering

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = ["migrate", "web", "worker"]
TO = f"{ENV_PREFIX}URL"


def test_every_service_of_the_design_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "proxy", "receiver"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_what_exists_and_can_be_waited_for(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        if wanted["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        else:
            assert wanted["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "on-failure"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_a_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize(("name", "path", "port"), [("web", "/healthz", "PORT"), ("worker", "/readyz", "WORKER_PORT")])
def test_the_health_of_a_process_is_what_it_tells_itself(name: str, path: str, port: str) -> None:
    """Not what doctor finds: a file that no backup has would make every worker unhealthy for ever."""
    asked = asked_by(SERVICES[name]["healthcheck"]["test"])
    assert (asked.path, str(asked.port)) == (path, SERVICES[name]["environment"][f"{ENV_PREFIX}{port}"])


def asked_by(check: list[str]) -> SplitResult:
    found = re.search(r"'(http://[^']+)'", check[-1])
    assert found, check
    return urlsplit(found[1])


@pytest.mark.parametrize("status", [200, 503])
def test_a_health_check_asks_no_proxy(status: int) -> None:
    """Docker hands the proxies of its own configuration to every container, and their 127.0.0.1 is another one."""
    stated = re.search(r"CMD (\[.+healthz.+\])$", DOCKERFILE, re.MULTILINE)
    assert stated
    checks = [SERVICES[name]["healthcheck"]["test"][1:] for name in ("web", "worker", "receiver")]
    checks.append(yaml.safe_load(stated[1]))
    away = {name: f"http://127.0.0.1:{free_port()}" for name in ("http_proxy", "HTTP_PROXY")}
    with Answering(Answer(status)) as service:
        for python, option, code in checks:
            asked = re.sub(r"127\.0\.0\.1:\d+", service.host, code)
            done = subprocess.run([python, option, asked], env={**os.environ, **away}, capture_output=True, check=False)
            assert (done.returncode == 0) is (status == 200), done.stderr
    assert len(service.asked) == len(checks)


def test_the_proxys_health_check_asks_no_proxy() -> None:
    """As BusyBox's wget has it, which knows no NO_PROXY."""
    assert " -Y off " in " ".join(SERVICES["proxy"]["healthcheck"]["test"])


@pytest.mark.parametrize("name", OURS)
def test_a_command_in_a_container_reaches_the_web_service_whatever_proxies_docker_hands_on(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = SERVICES[name]["environment"]
    handed_on = {"HTTP_PROXY": "http://proxy.test:1", "NO_PROXY": ".acme.example"}
    for variable, value in handed_on.items():
        for spelt in (variable, variable.lower()):
            monkeypatch.setenv(spelt, stated.get(spelt, value))
    assert Route.to("http://elsewhere.example").proxy
    assert Route.to(stated[TO]).proxy is None


@pytest.mark.parametrize("name", SERVICES)
def test_every_named_volume_is_declared_and_every_mounted_file_is_there(name: str) -> None:
    declared = yaml.safe_load(COMPOSE)["volumes"]
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in declared


def test_only_the_proxy_is_open_to_the_world() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_containers_log_fills_the_disk(name: str) -> None:
    """Docker keeps everything that a container ever said, unless it is told otherwise."""
    logging = SERVICES[name]["logging"]
    assert logging == yaml.safe_load(COMPOSE)["x-logging"]
    assert logging["driver"] == "json-file"  # other drivers refuse these options
    kept = re.fullmatch(r"(\d+)m", logging["options"]["max-size"])
    assert kept
    assert int(kept[1]) * int(logging["options"]["max-file"]) <= 250


def test_workers_can_be_scaled() -> None:
    worker = SERVICES["worker"]
    assert worker["deploy"]["replicas"] == 2
    assert "container_name" not in worker


@pytest.mark.parametrize("name", OURS)
def test_settings_are_known_ones(name: str) -> None:
    set_here = {setting.removeprefix(ENV_PREFIX).lower() for setting in SERVICES[name]["environment"]}
    assert set_here - {"url", "no_proxy"} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", OURS)
def test_a_command_in_a_container_asks_the_web_service_whatever_the_public_address_is(name: str) -> None:
    asked = urlsplit(SERVICES[name]["environment"][TO])
    assert asked.hostname in SERVICES
    assert SERVICES[asked.hostname]["command"] == ["web"]
    assert SERVICES[asked.hostname]["expose"] == [str(asked.port)]


def test_the_image_sets_known_settings_only() -> None:
    set_here = re.findall(rf"{ENV_PREFIX}([A-Z_]+)=", DOCKERFILE)
    assert set_here
    assert {setting.lower() for setting in set_here} <= set(Settings.model_fields)


def test_no_secret_stands_in_the_file() -> None:
    secret = re.compile(r"PASSWORD|TOKEN|KEY|SECRET")
    for service in SERVICES.values():
        for setting, value in service.get("environment", {}).items():
            if secret.search(setting):
                assert re.fullmatch(r"\$\{[A-Z_]+(:\?[^}]+|:-)\}", value), setting


def test_the_example_names_every_variable_and_leaves_secrets_empty() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert asked <= set(named)
    assert {name for name in set(named) - asked if not is_setting(name)} == set()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    assert required == set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert {named[name] for name in required if re.search("PASSWORD|TOKEN|KEY", name)} == {""}


def test_a_name_with_the_prefix_is_a_setting_for_doctor_names_all_others() -> None:
    """All of .env reaches the containers."""
    named = re.findall(rf"^#?({ENV_PREFIX}[A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert named
    assert [name for name in named if not is_setting(name)] == []


def is_setting(name: str) -> bool:
    return name.removeprefix(ENV_PREFIX).lower() in Settings.model_fields


@pytest.mark.parametrize("name", OURS)
def test_every_setting_in_the_file_of_settings_reaches_the_service(name: str) -> None:
    stated = SERVICES[name]["environment"]
    own = {"DATA_DIR", "HOST", "PORT", "WORKER_PORT", "DATABASE_URL", "BROKER_URL", "URL", "NO_PROXY", "no_proxy"}
    asked = {setting for setting in stated if setting.removeprefix(ENV_PREFIX) not in own}
    filled = as_filled_in() | {f"{ENV_PREFIX}{each.upper()}": f"{each} of .env" for each in Settings.model_fields}
    reached = given(name, filled)
    assert {setting for setting, value in filled.items() if reached[setting] != value} <= {
        f"{ENV_PREFIX}{each}" for each in own
    }
    assert [setting for setting in asked if not stated[setting].startswith(f"${{{setting}:")] == []


@pytest.mark.parametrize("name", OURS)
def test_where_a_container_keeps_and_listens_is_the_images_affair(name: str) -> None:
    image = dict(re.findall(rf"({ENV_PREFIX}(?:DATA_DIR|HOST|PORT|WORKER_PORT))=(\S+)", DOCKERFILE))
    assert len(image) == 4
    assert image.items() <= SERVICES[name]["environment"].items()


def as_filled_in() -> dict[str, str]:
    """The variables of .env.example as somebody has them who ran every command that it gives."""
    filled = {}
    for block in EXAMPLE.split("\n\n"):
        command = re.search(r"python3 (-c) \"(.+)\"$", block, re.MULTILINE)
        for name, value in re.findall(r"^([A-Z_]+)=(.*)$", block, re.MULTILINE):
            filled[name] = value or printed(command)
    return filled


def printed(command: re.Match[str] | None) -> str:
    assert command, "what is left empty has a command that makes it"
    return subprocess.run(
        [sys.executable, *command.groups()], capture_output=True, text=True, check=True
    ).stdout.strip()


def given(name: str, filled: dict[str, str]) -> dict[str, str]:
    """The environment of a service as compose makes it of docker-compose.yml and .env."""

    def value(found: re.Match[str]) -> str:
        return filled.get(found[1]) or found[2] or ""

    stated = {
        setting: re.sub(r"\$\{([A-Z_]+)(?::-([^}]*)|:\?[^}]*)\}", value, stated)
        for setting, stated in SERVICES[name]["environment"].items()
    }
    files = [each["path"] for each in SERVICES[name]["env_file"]]
    return {**(filled if files == [".env"] else {}), **stated}


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[dict[str, Machine]]:
    """A machine per service: its environment is what compose gives, but for where the servers of this test are."""
    here = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SYNDICATOR_DATA_DIR": str(tmp_path / "data"),
        "SYNDICATOR_PORT": str(free_port()),
        "SYNDICATOR_WORKER_PORT": str(free_port()),
    }
    servers = {"SYNDICATOR_DATABASE_URL": postgres_url, "SYNDICATOR_BROKER_URL": redis_url}
    filled = as_filled_in()
    made = {name: Machine({**given(name, filled), **here, **servers}, tmp_path) for name in OURS}
    yield made
    for machine in made.values():
        for process in machine.started:
            if process.popen.poll() is None:
                process.kill()


def test_every_service_starts_with_what_the_example_says_and_compose_passes(machines: dict[str, Machine]) -> None:
    migrated = machines["migrate"].call("migrate")
    assert migrated.returncode == 0, migrated.stderr
    examined = machines["worker"].call("doctor")
    assert examined.returncode == 0, examined.stdout
    worker, web = machines["worker"].start("worker"), machines["web"].start("web")
    port, token = (machines["web"].environment[f"{ENV_PREFIX}{name}"] for name in ("PORT", "OPERATOR_TOKEN"))
    client = Client(f"http://127.0.0.1:{port}", token)
    released = until(lambda: client.submit(RELEASE.read_bytes(), "key"), machines["web"], "the service accepts")
    until(lambda: released["guid"] in client.text("/feeds/all.json"), machines["worker"], "the feed shows it")
    for name, port_of in (("web", "PORT"), ("worker", "WORKER_PORT")):
        here = int(machines[name].environment[f"{ENV_PREFIX}{port_of}"])
        path = asked_by(SERVICES[name]["healthcheck"]["test"]).path
        assert requests.get(f"http://127.0.0.1:{here}{path}", timeout=5).status_code == 200
    assert [worker.stop(), web.stop()] == [0, 0]


def test_the_database_is_asked_as_services_connect() -> None:
    """The image answers on its socket while it still makes the database, and then starts the server again."""
    asked = shlex.split(SERVICES["postgres"]["healthcheck"]["test"][1])
    address = asked[asked.index("--host") + 1]
    assert not address.startswith("/")


@pytest.mark.parametrize(
    ("name", "longest_s"), [("web", DRAIN_S), ("worker", Limits().longest_wait_s + Settings().attempt_timeout_s)]
)
def test_nobody_is_killed_before_what_is_under_way_has_had_its_time(name: str, longest_s: float) -> None:
    granted = re.fullmatch(
        r"(\d+)s", SERVICES[name].get("stop_grace_period", "10s")
    )  # what the engine grants by itself
    assert granted
    assert int(granted[1]) >= longest_s + 5  # to record, and to close what is open


def test_the_broker_keeps_what_it_is_told_and_refuses_rather_than_forgets() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_image_runs_as_nobody_special_from_the_locks() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    assert len(stages) == 3
    assert re.search(r"^USER (?!0)\d+:\d+$", stages[-1], re.MULTILINE)
    assert re.search(r"^HEALTHCHECK [^\n]*\n *CMD .*:8080/healthz'", stages[-1], re.MULTILINE)
    installs = re.findall(r"pip (?:install|wheel) [^\\\n]*", DOCKERFILE)
    assert installs
    assert all(re.search("--require-hashes|--no-index|--no-deps", install) for install in installs)


def test_the_proxy_never_serves_what_is_older_than_the_origin_allows() -> None:
    conf = (ROOT / "docker/nginx.conf").read_text()
    assert "proxy_cache_use_stale off;" in conf
    assert "proxy_cache_valid" not in conf  # only Cache-Control says how long
    assert len(re.findall(r"proxy_cache feeds;", conf)) == 1
    assert "proxy_cache feeds;" in conf.partition("location /feeds/ {")[2].partition("location @origin")[0]
