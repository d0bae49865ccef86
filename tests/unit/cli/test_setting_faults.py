"""Settings that nothing can run with: every command refuses them alike, names each one and says what to write."""

from pathlib import Path

import certifi
import pytest

from config.settings import Settings
from tests.unit.cli.conftest import Call

WRONG = [
    ({"ALLOW_CIDRS": "foo"}, ["SYNDICATOR_ALLOW_CIDRS: 'foo' does not appear", "10.1.0.0/16"]),
    ({"ALLOW_CIDRS": "10.1.0.1/16"}, ["SYNDICATOR_ALLOW_CIDRS: 10.1.0.1/16 has host bits set"]),
    ({"ALLOW_CIDRS": "fe80::1%eth0/128"}, ["SYNDICATOR_ALLOW_CIDRS: 'fe80::1%eth0/128' has a zone"]),
    ({"PORT": "abc", "ALLOW_CIDRS": "foo"}, ["SYNDICATOR_PORT: 'abc' is no whole number", "SYNDICATOR_ALLOW_CIDRS"]),
    ({"PORT": "70000"}, ["SYNDICATOR_PORT: '70000' is too large — write 65535 or less"]),
    ({"ALLOWED_PORTS": "443,foo"}, ["SYNDICATOR_ALLOWED_PORTS: 'foo' is no port"]),
    ({"ALLOWED_PORTS": "65536"}, ["SYNDICATOR_ALLOWED_PORTS: '65536' is no port"]),
    ({"NETWORKS_DIR": "/nope"}, ["SYNDICATOR_NETWORKS_DIR: /nope is no folder"]),
    ({"NETWORKS_DIR": "."}, ["SYNDICATOR_NETWORKS_DIR: no network is in .", "network.toml"]),
    ({"CA_FILE": "/nope"}, ["SYNDICATOR_CA_FILE: /nope is no file"]),
    ({"CA_FILE": __file__}, [f"SYNDICATOR_CA_FILE: {__file__} holds no certificates"]),
    ({"PUBLIC_BASE_URL": "wire.example"}, ["SYNDICATOR_PUBLIC_BASE_URL: 'wire.example'", "https://wire.example"]),
    ({"PUBLIC_BASE_URL": "https://wire.example/?a=b"}, ["SYNDICATOR_PUBLIC_BASE_URL"]),
    ({"PUBLIC_BASE_URL": "https://wire.example:port"}, ["SYNDICATOR_PUBLIC_BASE_URL"]),
    ({"AUTHORITY": "a b"}, ["SYNDICATOR_AUTHORITY: 'a b' is no domain name"]),
    ({"AUTHORITY": "https://wire.example"}, ["SYNDICATOR_AUTHORITY"]),
    ({"HUB_URL": "foo"}, ["SYNDICATOR_HUB_URL: 'foo' is no web address"]),
    ({"TRANSPORT": "pigeon"}, ["SYNDICATOR_TRANSPORT: 'pigeon' is none of the choices — write 'curl' or 'requests'"]),
    ({"SWEEP": "perhaps"}, ["SYNDICATOR_SWEEP: 'perhaps' is neither yes nor no — write true or false"]),
    ({"LEASE_S": "soon"}, ["SYNDICATOR_LEASE_S: 'soon' is no number — write it in digits, such as 60"]),
    ({"LEASE_S": "0"}, ["SYNDICATOR_LEASE_S: '0' is too small — write 5.0 or more"]),
    ({"CONNECT_TIMEOUT_S": "0"}, ["SYNDICATOR_CONNECT_TIMEOUT_S: '0' is too small — write more than 0"]),
    ({"IN_FLIGHT": "0"}, ["SYNDICATOR_IN_FLIGHT: '0' is too small — write 1 or more"]),
]


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


def test_values_of_the_right_form_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {
        "ALLOW_CIDRS": "10.1.0.0/16, fd00::/8",
        "ALLOWED_PORTS": "0",
        "PUBLIC_BASE_URL": "https://wire.example/news/",
        "AUTHORITY": "xn--mnchen-3ya.example",
        "HUB_URL": "https://hub.example/?a=b",
        "CA_FILE": certifi.where(),
        "NETWORKS_DIR": "",
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
