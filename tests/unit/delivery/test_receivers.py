"""The sample receivers of ``docs/receivers`` run as they stand, against pushes signed as ours are."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.article.compose import Audience, compose
from syndicator.bootstrap import read_networks
from syndicator.clock import SECOND_US, system_now_us
from syndicator.delivery.payload import Occasion, answers, ping_payload, release_payload
from syndicator.delivery.signing import Ed25519Signer, secret_key, sign
from syndicator.intake.records.strict import MAX_RECORD_BYTES
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import EventType
from syndicator.model.release import Record
from syndicator.services.trial import as_public
from syndicator.services.trial import occasion as made_up
from tests.servers.places import free_port

SAMPLES = Path(__file__).parents[3] / "docs" / "receivers"
OLD, NEW = (f"whsec_{letter * 43}=" for letter in "Aa")
STRANGER = "whsec_" + "zzzz" * 10
BODY = json.dumps(
    {"id": "evt_1", "type": "release.published", "data": {"headline": "Zürich – 東京"}}, ensure_ascii=False
).encode()
SIGNED_1A = Ed25519Signer.from_text("whsk_" + "A" * 43 + "=").sign("evt_1", 1, BODY)

# What docs/receivers/README.md says; each sample takes as much.
LARGEST_BYTES = 20_000_000
_SMALL = {
    "language": "en",
    "headline": "Largest",
    "body": [{"type": "paragraph", "text": "Text."}],
    "publisher": {"name": "Acme"},
    "contacts": [{"name": "Desk", "email": "desk@acme.example"}],
}
# Ampersands become five bytes in HTML, and captions stand in a push three times.
WORST = {
    "paragraphs": _SMALL | {"body": [{"type": "paragraph", "text": "&" * 900}] * 2000},
    "points": _SMALL | {"body": [{"type": "list", "points": ["&" * 16] * 500}] * 190},
    "cells": _SMALL | {"body": [{"type": "table", "rows": [["&" * 16] * 490] * 200}]},
    "links": _SMALL | {"body": [{"type": "paragraph", "text": f"https://a.example/?{'&' * 160} " * 1000}] * 10},
    "captions": _SMALL | {"media": [{"caption": "&" * 19_000, "href": "https://a.example/x"}] * 100},
}


COMMANDS: dict[str, Callable[[], list[str]]] = {
    "python": lambda: [sys.executable, "receiver.py", "0"],
    **({"node": lambda: ["node", "receiver.mjs", "0"]} if shutil.which("node") else {}),
    **(
        {"php": lambda: ["php", "-d", "post_max_size=32M", "-S", f"127.0.0.1:{free_port()}", "receiver.php"]}
        if shutil.which("php")
        else {}
    ),
}


@dataclass
class Sample:
    """A receiver that runs, and what it was sent."""

    process: subprocess.Popen[str]
    port: int

    def post(self, headers: dict[str, str], body: bytes = BODY) -> int:
        return self.answer(headers, body)[0]

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def stop(self) -> str:
        """What it printed."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[0]


@pytest.fixture(params=COMMANDS)
def start(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Sample]]:
    started: list[subprocess.Popen[str]] = []

    def sample(secrets: str) -> Sample:
        environment = os.environ | {"WEBHOOK_SECRETS": secrets, "PYTHONUTF8": "1"}
        process = subprocess.Popen(
            COMMANDS[request.param](),
            cwd=SAMPLES,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        started.append(process)
        assert process.stdout
        ready = re.search(r"(?:listening on |127\.0\.0\.1:)(\d+)", process.stdout.readline())
        assert ready, process.communicate()[0]
        return Sample(process, int(ready[1]))

    yield sample
    for process in started:
        process.kill()
        process.communicate()


def push(*secrets: str, late_s: int = 0, body: bytes = BODY) -> dict[str, str]:
    """The headers of a push signed so many seconds ago."""
    timestamp_s = system_now_us() // SECOND_US - late_s
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(timestamp_s),
        "Webhook-Signature": sign("evt_1", timestamp_s, body, list(map(secret_key, secrets)), v1a=SIGNED_1A),
    }


@pytest.mark.parametrize("stated", [{}, {"WEBHOOK_SECRETS": ""}, {"WEBHOOK_SECRETS": " "}])
@pytest.mark.parametrize("name", sorted({"python", "node"} & set(COMMANDS)))  # PHP's is started by each push
def test_a_receiver_without_a_secret_says_so_and_ends(name: str, stated: dict[str, str]) -> None:
    bare = {key: value for key, value in os.environ.items() if key != "WEBHOOK_SECRETS"}
    ended = subprocess.run(
        COMMANDS[name](), cwd=SAMPLES, env=bare | stated, capture_output=True, text=True, check=False, timeout=30
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("no secret: start it with WEBHOOK_SECRETS=")


@pytest.mark.parametrize("secret", ["whsec_…", "whsec_abc", OLD[:-1] + "!", f"{OLD} whpk_{'A' * 43}=", "secret"])
@pytest.mark.parametrize("name", sorted({"python", "node"} & set(COMMANDS)))
def test_what_is_no_secret_is_told_before_any_push_comes(name: str, secret: str) -> None:
    ended = subprocess.run(
        COMMANDS[name](),
        cwd=SAMPLES,
        env=os.environ | {"WEBHOOK_SECRETS": secret},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("WEBHOOK_SECRETS holds what is no secret")


@pytest.mark.parametrize("secret", ["", "whsec_abc", f"{OLD} whpk_{'A' * 43}="])
@pytest.mark.parametrize("start", sorted({"php"} & set(COMMANDS)), indirect=True)
def test_what_is_no_secret_is_told_when_a_push_comes(start: Callable[[str], Sample], secret: str) -> None:
    sample = start(secret)
    assert sample.post(push(OLD)) == 500
    assert "WEBHOOK_SECRETS holds no secret, or what is none" in sample.stop()


def test_a_genuine_push_is_received(start: Callable[[str], Sample]) -> None:
    sample = start(OLD)
    assert sample.post(push(OLD)) == 200
    assert "evt_1 release.published Zürich – 東京" in sample.stop()


def test_a_headline_that_the_console_cannot_show_costs_no_push(
    start: Callable[[str], Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")  # as where output of Python goes to a file on Windows
    sample = start(OLD)
    assert sample.post(push(OLD)) == 200
    assert "evt_1 release.published" in sample.stop()


@pytest.mark.parametrize(
    "length", ["\xb2", "9" * 5000, "-1", "+2", ""], ids=["a superscript", "endless", "-", "+", "no"]
)
def test_a_length_that_is_none_breaks_nothing(start: Callable[[str], Sample], length: str) -> None:
    sample = start(OLD)
    headers = "".join(f"{name}: {value}\r\n" for name, value in push(OLD).items())
    with socket.create_connection(("127.0.0.1", sample.port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{headers}\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer[:10] in {b"HTTP/1.1 4", b""}, "PHP's own server hangs up"
    assert sample.post(push(OLD)) == 200, "and it still stands"
    assert "Traceback" not in sample.stop()


def test_a_push_is_received_all_through_a_rotation(start: Callable[[str], Sample]) -> None:
    before = start(OLD)
    assert before.post(push(NEW, OLD)) == 200
    both = start(f"{OLD} {NEW}")
    assert [both.post(push(*keys)) for keys in ((OLD,), (NEW, OLD), (NEW,))] == [200, 200, 200]


def test_whatever_is_not_genuine_is_refused(start: Callable[[str], Sample]) -> None:
    good = push(OLD)
    refused = {
        "another secret": (push(STRANGER), BODY),
        "another body": (good, BODY.replace(b"evt_1", b"evt_2")),
        "another id": (good | {"Webhook-Id": "evt_2"}, BODY),
        "another time": (good | {"Webhook-Timestamp": str(int(good["Webhook-Timestamp"]) - 1)}, BODY),
        "too old": (push(OLD, late_s=400), BODY),
        "of the future": (push(OLD, late_s=-400), BODY),
        "no number": (good | {"Webhook-Timestamp": "soon"}, BODY),
        "endless number": (good | {"Webhook-Timestamp": "9" * 5000}, BODY),
        "cut": (good | {"Webhook-Signature": good["Webhook-Signature"][:20]}, BODY),
        "other version": (good | {"Webhook-Signature": good["Webhook-Signature"].replace("v1,", "v2,")}, BODY),
        "empty signature": (good | {"Webhook-Signature": ""}, BODY),
        **{f"no {name}": ({key: good[key] for key in good if key != name}, BODY) for name in good},
    }
    sample = start(OLD)
    assert {name: sample.post(*sent) for name, sent in refused.items()} == dict.fromkeys(refused, 400)
    assert sample.post(good) == 200, "and it still stands"
    assert sample.stop().count("release.published") == 1


def test_a_body_without_end_is_refused(start: Callable[[str], Sample]) -> None:
    body = BODY[:-1] + b', "more": "' + b"x" * LARGEST_BYTES + b'"}'
    sample = start(OLD)
    with suppress(BrokenPipeError, ConnectionResetError):  # hung up on while sending: refused as well
        assert sample.post(push(OLD, body=body), body) == 413
    assert sample.post(push(OLD)) == 200, "and it still stands"
    assert sample.stop().count("release.published") == 1


def test_the_largest_push_is_received(start: Callable[[str], Sample]) -> None:
    padding = LARGEST_BYTES - len(BODY)
    body = BODY.replace(b'"headline"', b'"html": "' + b"x" * (padding - len(b'"html": "", ')) + b'", "headline"')
    assert len(body) == LARGEST_BYTES
    sample = start(OLD)
    assert sample.post(push(OLD, body=body), body) == 200
    assert "evt_1 release.published" in sample.stop()


@pytest.mark.parametrize("name", sorted(WORST))
def test_no_release_makes_a_push_that_is_larger(name: str) -> None:
    record = Record.model_validate(WORST[name])
    assert len(record.model_dump_json(exclude_defaults=True)) > MAX_RECORD_BYTES * 0.9, "about as large as is read"
    network = next(each for each in read_networks(None) if each.name == "default")
    now, addresses = datetime(2027, 1, 23, tzinfo=UTC), Addresses("https://wire.example", "wire.example")
    attached = network.attach(record.language, now.date())
    release = as_public(record, attached, now, addresses)
    pushed = release_payload(
        made_up(now), release, compose(release, attached, Audience.NEWSROOMS, {}), attached, addresses
    )
    assert MAX_RECORD_BYTES * 4 < len(pushed) < LARGEST_BYTES * 0.8


def test_the_challenge_of_a_genuine_ping_is_answered_and_nothing_else_is(start: Callable[[str], Sample]) -> None:
    occasion = Occasion(id="evt_1", type=EventType.PING, at=datetime(2027, 1, 23, tzinfo=UTC))
    asking, plain = ping_payload(occasion, "end_1", "c-h_4"), ping_payload(occasion, "end_1")
    sample = start(OLD)
    status, body = sample.answer(push(OLD, body=asking), asking)
    assert status == 200
    assert answers(body, "c-h_4")
    assert sample.answer(push(OLD, body=plain), plain) == (200, b"")
    assert sample.answer(push(STRANGER, body=asking), asking) == (400, b"")
    release = BODY.replace(b'"headline"', b'"challenge": "c-h_4", "headline"')
    assert sample.answer(push(OLD, body=release), release) == (200, b"")
