"""The newsroom to try with believes a push that an independent library signed, and no other."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
import requests
from standardwebhooks import Webhook

from syndicator.clock import from_us, system_now_us

RECEIVER = Path(__file__).parents[2] / "docker" / "receiver.py"
SECRET = "whsec_" + "c3luZGljYXRvci1zeW5kaWNhdG9yLXN5bmRpY2F0b3I="
BODY = '{"type": "release.published", "data": {"headline": "Grüße"}}'


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[tuple[str, IO[str]]]:
    secret = getattr(request, "param", SECRET)
    with subprocess.Popen(
        [sys.executable, "-u", RECEIVER],
        env={"RECEIVER_PORT": "0", "RECEIVER_SECRET": secret, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().split()[-1]}/", process.stdout
        finally:
            process.kill()


def signed(body: str, age: timedelta = timedelta()) -> dict[str, str]:
    """The headers of a push that was signed so long ago; the receiver allows five minutes."""
    at = from_us(system_now_us()) - age
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1,bm90IHRoaXMgb25l {Webhook(SECRET).sign('evt_1', at, body)}",
    }


def push(url: str, body: str, headers: dict[str, str]) -> int:
    return requests.post(url, data=body.encode(), headers=headers, timeout=10).status_code


def test_a_signed_push_is_believed_and_shown(receiver: tuple[str, IO[str]]) -> None:
    url, shown = receiver
    assert push(url, BODY, signed(BODY)) == 200
    assert shown.readline() == "{\n"
    assert shown.readline() == '  "type": "release.published",\n'


@pytest.mark.parametrize(
    ("body", "age", "why"),
    [
        (BODY.replace("Grüße", "Gruesse"), timedelta(), "its signature is wrong"),
        (BODY, timedelta(hours=1), "too far"),
    ],
)
def test_another_is_refused(receiver: tuple[str, IO[str]], body: str, age: timedelta, why: str) -> None:
    url, shown = receiver
    assert push(url, body, signed(BODY, age)) == 401
    assert why in shown.readline()


def test_a_push_without_a_signature_is_refused(receiver: tuple[str, IO[str]]) -> None:
    url, _ = receiver
    assert push(url, BODY, {}) == 401


@pytest.mark.parametrize("receiver", [""], indirect=True)
def test_nothing_is_believed_without_a_secret(receiver: tuple[str, IO[str]]) -> None:
    url, shown = receiver
    assert push(url, BODY, signed(BODY)) == 401
    assert "RECEIVER_SECRET" in shown.readline()
