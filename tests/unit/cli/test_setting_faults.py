"""Settings that nothing can run with: every command refuses them alike, names each one and says what to write."""

from pathlib import Path

import certifi
import pytest

from config.settings import Settings
from tests.unit.cli.conftest import EXAMPLE, Call


@pytest.fixture(autouse=True)
def _nowhere_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No machine has this address (RFC 5737): what is taken by mistake ends ``run`` with another code, soon."""
    monkeypatch.setenv("SYNDICATOR_HOST", "192.0.2.1")


WRONG = [
    ({"ALLOW_CIDRS": "foo"}, ["SYNDICATOR_ALLOW_CIDRS: 'foo' does not appear", "10.1.0.0/16"]),
    ({"ALLOW_CIDRS": "10.1.0.1/16"}, ["SYNDICATOR_ALLOW_CIDRS: 10.1.0.1/16 has host bits set"]),
    ({"ALLOW_CIDRS": "fe80::1%eth0/128"}, ["SYNDICATOR_ALLOW_CIDRS: 'fe80::1%eth0/128' has a zone"]),
    ({"PORT": "abc", "ALLOW_CIDRS": "foo"}, ["SYNDICATOR_PORT: 'abc' is no whole number", "SYNDICATOR_ALLOW_CIDRS"]),
    ({"PORT": "70000"}, ["SYNDICATOR_PORT: '70000' is too large — write 65535 or less"]),
    ({"ALLOWED_PORTS": "443,foo"}, ["SYNDICATOR_ALLOWED_PORTS: 'foo' is no port"]),
    ({"ALLOWED_PORTS": "65536"}, ["SYNDICATOR_ALLOWED_PORTS: '65536' is no port"]),
    ({"ALLOWED_PORTS": ""}, ["SYNDICATOR_ALLOWED_PORTS: it is empty", "write 443,80"]),
    ({"DATA_DIR": ""}, ["SYNDICATOR_DATA_DIR: it is empty", "name a folder, or leave it out"]),
    ({"NETWORKS_DIR": "/nope"}, ["SYNDICATOR_NETWORKS_DIR: /nope is no folder"]),
    ({"NETWORKS_DIR": "."}, ["SYNDICATOR_NETWORKS_DIR: no network is in .", "network.toml"]),
    ({"CA_FILE": "/nope"}, ["SYNDICATOR_CA_FILE: /nope is no file"]),
    ({"CA_FILE": __file__}, [f"SYNDICATOR_CA_FILE: {__file__} holds no certificates"]),
    ({"PUBLIC_BASE_URL": "wire.example"}, ["SYNDICATOR_PUBLIC_BASE_URL: 'wire.example'", "https://wire.example"]),
    ({"PUBLIC_BASE_URL": "https://wire.example/?a=b"}, ["SYNDICATOR_PUBLIC_BASE_URL"]),
    ({"PUBLIC_BASE_URL": "https://wire.example:port"}, ["SYNDICATOR_PUBLIC_BASE_URL"]),
    ({"PUBLIC_BASE_URL": "https://müller.example"}, ["SYNDICATOR_PUBLIC_BASE_URL: 'https://müller.example'", "xn--"]),
    ({"PUBLIC_BASE_URL": "https://wire.example/’"}, ["SYNDICATOR_PUBLIC_BASE_URL", "%XX"]),
    ({"HUB_URL": "https://müller.example/"}, ["SYNDICATOR_HUB_URL: 'https://müller.example/'", "xn--"]),
    ({"AUTHORITY": "a b"}, ["SYNDICATOR_AUTHORITY: 'a b' is no domain name"]),
    ({"AUTHORITY": "https://wire.example"}, ["SYNDICATOR_AUTHORITY"]),
    ({"HUB_URL": "foo"}, ["SYNDICATOR_HUB_URL: 'foo' is no web address"]),
    ({"TRANSPORT": "pigeon"}, ["SYNDICATOR_TRANSPORT: 'pigeon' is none of the choices — write 'curl' or 'requests'"]),
    ({"TRANSPORT": "p" * 200}, [f"SYNDICATOR_TRANSPORT: '{'p' * 79} is none of the choices"]),
    ({"SWEEP": "perhaps"}, ["SYNDICATOR_SWEEP: 'perhaps' is neither yes nor no — write true or false"]),
    ({"LEASE_S": "soon"}, ["SYNDICATOR_LEASE_S: 'soon' is no number — write it in digits, such as 60"]),
    ({"LEASE_S": "0"}, ["SYNDICATOR_LEASE_S: '0' is too small — write 5.0 or more"]),
    ({"CONNECT_TIMEOUT_S": "0"}, ["SYNDICATOR_CONNECT_TIMEOUT_S: '0' is too small — write more than 0"]),
    ({"LEASE_S": "inf"}, ["SYNDICATOR_LEASE_S: 'inf' is too large — write 86400.0 or less"]),
    ({"SWEEP_INTERVAL_S": "1e12"}, ["SYNDICATOR_SWEEP_INTERVAL_S: '1e12' is too large"]),
    ({"ATTEMPT_TIMEOUT_S": "inf"}, ["SYNDICATOR_ATTEMPT_TIMEOUT_S: 'inf' is too large"]),
    ({"CONNECT_TIMEOUT_S": "inf"}, ["SYNDICATOR_CONNECT_TIMEOUT_S: 'inf' is too large"]),
    ({"PAUSE_AFTER_DAYS": "inf"}, ["SYNDICATOR_PAUSE_AFTER_DAYS: 'inf' is too large — write 36500.0 or less"]),
    ({"MEDIA_GRACE_DAYS": "1e300"}, ["SYNDICATOR_MEDIA_GRACE_DAYS: '1e300' is too large"]),
    ({"ATTEMPT_RETENTION_DAYS": "999999999"}, ["SYNDICATOR_ATTEMPT_RETENTION_DAYS: '999999999' is too large"]),
    ({"BROKER_URL": "amqp://me:pw@host//"}, ["SYNDICATOR_BROKER_URL: the broker's address is not that of a Redis"]),
    ({"BROKER_URL": "host:6379"}, ["SYNDICATOR_BROKER_URL: the broker's address is not that of a Redis"]),
    ({"BROKER_URL": "redis:///0"}, ["SYNDICATOR_BROKER_URL: the broker's address is not that of a Redis"]),
    (
        {"BROKER_URL": "redis://host/tasks"},
        ["SYNDICATOR_BROKER_URL: the broker's address does not end with the number"],
    ),
    ({"BROKER_URL": "redis://:p/w@host:6379/0"}, ["SYNDICATOR_BROKER_URL: the broker's address cannot be read", "%2F"]),
    ({"PER_ENDPOINT": "99999999999999999999"}, ["SYNDICATOR_PER_ENDPOINT", "is too large — write 1000000 or less"]),
    ({"FEED_WINDOW": "99999999999999999999"}, ["SYNDICATOR_FEED_WINDOW", "is too large"]),
    ({"IN_FLIGHT": "1e9"}, ["SYNDICATOR_IN_FLIGHT: '1e9' is no whole number"]),
    ({"WORKER_THREADS": "100000"}, ["SYNDICATOR_WORKER_THREADS: '100000' is too large — write 1000 or less"]),
    ({"MAX_MEDIA_BYTES": "9" * 20}, ["SYNDICATOR_MAX_MEDIA_BYTES", "is too large"]),
    ({"WORKER_PORT": ""}, ["SYNDICATOR_WORKER_PORT: '' is no whole number — write digits only, such as 9100"]),
    ({"IN_FLIGHT": "0"}, ["SYNDICATOR_IN_FLIGHT: '0' is too small — write 1 or more"]),
]


def test_no_whole_number_is_too_large_for_the_database() -> None:
    whole = {name: field for name, field in Settings.model_fields.items() if "int" in str(field.annotation)}
    unbounded = [name for name, field in whole.items() if not any(hasattr(each, "le") for each in field.metadata)]
    assert [name for name in unbounded if "tuple" not in str(whole[name].annotation)] == []


@pytest.mark.parametrize(("stated", "told"), WRONG)
def test_what_run_refuses_the_doctor_names_with_its_fix(
    call: Call, monkeypatch: pytest.MonkeyPatch, stated: dict[str, str], told: list[str]
) -> None:
    for name, value in stated.items():
        monkeypatch.setenv(f"SYNDICATOR_{name}", value)
    refused = call("run")
    assert refused.code == 9
    assert all(each in refused.err for each in told), refused.err
    examined = call("doctor", "--json")
    assert examined.code == 9
    assert {each["part"] for each in examined.json} == {"settings"}
    assert all(f"{each['found']} — {each['fix']}" in refused.err for each in examined.json)


def test_a_variable_in_small_letters_is_named_as_documented(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("syndicator_port", "abc")
    assert "SYNDICATOR_PORT: 'abc' is no whole number" in call("run").err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("port = ", ["own.toml cannot be read as TOML"]),
        ("prot = 1", ["prot in {file}: is no setting — did you mean port?"]),
        ("zzz = 1", ["zzz in {file}: is no setting — remove it"]),
        ("prot = 1\nin_flight = 1.5", ["prot in", "in_flight in {file}: 1.5 is no whole number — write digits only"]),
        ("allowed_ports = [443, 'x']", ["allowed_ports in {file}: 'x' is no port"]),
        ("data_dir = 3", ["data_dir in {file}: 3 is no path — put it between quotes"]),
        ("operator_token = 246813579", ["operator_token in {file}: the value is no text — put it between quotes"]),
    ],
)
def test_faults_of_the_file_are_named_by_its_keys(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: list[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    monkeypatch.setenv("SYNDICATOR_CONFIG", str(file))
    done = call("run")
    assert done.code == 9
    assert all(each.format(file=file) in done.err for each in told), done.err
    assert "246813579" not in done.err


@pytest.mark.parametrize(
    "address", ["redis://:s3cr3t@/0", "redis://:s3cr3t/x@host:1/0", "rediss://u:s3cr3t@host/a", "s3cr3t"]
)
def test_a_password_in_an_address_that_is_none_is_not_shown(
    call: Call, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SYNDICATOR_BROKER_URL", address)
    done = call("run")
    assert done.code == 9
    assert "s3cr3t" not in done.err + done.out


def test_values_of_the_right_form_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {
        "ALLOW_CIDRS": "10.1.0.0/16, fd00::/8",
        "ALLOWED_PORTS": "0",
        "PUBLIC_BASE_URL": "https://wire.example/news/",
        "AUTHORITY": "xn--mnchen-3ya.example",
        "HUB_URL": "https://hub.example/?a=b",
        "CA_FILE": certifi.where(),
        "NETWORKS_DIR": "",
        "BROKER_URL": "rediss://me:p%2Fw@broker.example:6380/15?ssl_ca_certs=/etc/ca.pem",
    }
    for name, value in stated.items():
        monkeypatch.setenv(f"SYNDICATOR_{name}", value)
    settings = Settings()
    assert settings.allow_cidrs == ("10.1.0.0/16", "fd00::/8")
    assert settings.allowed_ports == (0,)
    assert settings.public_base_url == "https://wire.example/news"
    assert settings.authority == "xn--mnchen-3ya.example"
    assert settings.hub_url == "https://hub.example/?a=b"
    assert settings.ca_file == Path(certifi.where())
    assert settings.networks_dir is None
    assert settings.broker_url == stated["BROKER_URL"]


@pytest.mark.parametrize("words", [("run",), ("migrate",), ("render", EXAMPLE), ("preview", EXAMPLE)])
def test_a_network_that_is_none_is_no_fault_of_whoever_hands_a_release_in(
    call: Call, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...]
) -> None:
    """The service started, and refused each release that names no network for a field it does not have."""
    monkeypatch.setenv("SYNDICATOR_NETWORK", "nowhere")
    done = call(*words)
    assert done.code == 9
    assert "there is no network 'nowhere': set SYNDICATOR_NETWORK to one of default, unn" in done.err
