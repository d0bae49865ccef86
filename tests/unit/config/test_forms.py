"""Values of settings at the edges of their forms; that commands name them is for the tests of commands."""

import shutil
from pathlib import Path
from typing import Any

import certifi
import pytest
from pydantic import TypeAdapter, ValidationError

from config.disclaimers import SHIPPED
from config.forms import BaseUrl, BrokerUrl, Domain, Folder, ListeningHost, OptionalUrl, Port
from config.settings import Settings

LABEL = "a" * 63
LONGEST = ".".join([LABEL, LABEL, LABEL, "a" * 61])


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        (BaseUrl, "https://wire.example/press/", "https://wire.example/press"),
        (OptionalUrl, "", ""),
        (OptionalUrl, "https://hub.example/?a=b#c", "https://hub.example/?a=b#c"),
        (BrokerUrl, "memory://localhost/", "memory://localhost/"),
        (
            BrokerUrl,
            "rediss://:p%2Fw@host:6379/15?ssl_cert_reqs=none",
            "rediss://:p%2Fw@host:6379/15?ssl_cert_reqs=none",
        ),
        (Domain, LABEL, LABEL),
        (Domain, LONGEST, LONGEST),
        (ListeningHost, "localhost", "localhost"),
        (ListeningHost, "0.0.0.0", "0.0.0.0"),  # noqa: S104
        (ListeningHost, "::1", "::1"),
        (ListeningHost, "web-1.internal", "web-1.internal"),
        (Port, "65535", 65_535),
        (Port, 0, 0),
    ],
)
def test_what_is_right_is_taken(form: Any, written: object, read: object) -> None:
    assert TypeAdapter(form).validate_python(written) == read


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (BaseUrl, "https://me:pw@wire.example"),
        (BaseUrl, "https://wire.example/#top"),
        (BaseUrl, "https://wire.example/a b"),
        (BaseUrl, "https://wire.example/<b>"),
        (BaseUrl, "https://wire.example\\press"),
        (BaseUrl, "ftp://wire.example"),
        (BaseUrl, ""),
        (OptionalUrl, "https://me:pw@hub.example/"),
        (OptionalUrl, "https://hub.example/\r\nx: y"),
        (OptionalUrl, "https://hub.example:port/"),
        (BrokerUrl, "redis://host/0#1"),
        (Domain, "a" * 64),
        (Domain, f"{LONGEST}a"),
        (Domain, "-a.example"),
        (Domain, "wire.example\n"),
        (Folder, "~nobody-of-this-name/data"),
        (ListeningHost, ""),
        (ListeningHost, "localhost:8080"),
        (ListeningHost, "http://localhost"),
        (ListeningHost, "[::1]"),
        (ListeningHost, "127.0.0"),
        (ListeningHost, "999.1.1.1"),
        (Port, "²"),
        (Port, "٤٤٣"),
        (Port, "-1"),
        (Port, True),
    ],
)
def test_what_is_none_is_refused(form: Any, written: object) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(form).validate_python(written)
    assert " — write" in refused.value.errors()[0]["msg"]


def test_home_is_put_in_full_where_no_shell_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    authorities = tmp_path / "ca.pem"
    authorities.write_text(Path(certifi.where()).read_text("ascii"), "ascii")
    shutil.copytree(SHIPPED, tmp_path / "networks")
    (tmp_path / "own.toml").write_text('data_dir = "~/data"\nca_file = "~/ca.pem"\nnetworks_dir = "~/networks"\n')
    monkeypatch.setenv("SYNDICATOR_CONFIG", "~/own.toml")
    settings = Settings()
    assert (settings.data_dir, settings.ca_file) == (tmp_path / "data", authorities)
    assert settings.networks_dir == tmp_path / "networks"
