"""Values of settings at the edges of their forms; that commands name them is for the tests of commands."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.forms import BaseUrl, BrokerUrl, Domain, ListeningHost, OptionalUrl, Port

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
