"""The receivers' check of a stored push, held against the standard's own library."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from syndicator.clock import SECOND_US, system_now_us
from syndicator.delivery.signing import Ed25519Signer, sign
from tests.unit.cli.conftest import ROOT, Call

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUJD" * 8
BODY = '{"type": "release.published", "headline": "Größe"}\n'


@pytest.fixture
def headers(tmp_path: Path) -> dict[str, str]:
    """Of a push signed now by code that is not ours; the body lies beside it."""
    (tmp_path / "body").write_text(BODY, encoding="utf-8")
    now_s = system_now_us() // SECOND_US
    signature = Webhook(SECRET).sign("evt_1", datetime.fromtimestamp(now_s, UTC).replace(tzinfo=None), BODY)
    return {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(now_s), "Webhook-Signature": signature}


def as_options(headers: dict[str, str]) -> list[str]:
    return [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]


def test_a_good_signature_is_told_with_its_id(call: Call, headers: dict[str, str]) -> None:
    options = as_options(headers)
    assert call("verify", "body", "--secret", SECRET, *options).out == "good: evt_1\n"
    assert call("verify", "body", "--key", SECRET, *options).code == 0
    during_rotation = call("verify", "body", "--secret", OTHER, "--secret", SECRET, *options, "--json")
    assert during_rotation.json == {"webhook_id": "evt_1", "timestamp": int(headers["Webhook-Timestamp"])}


def test_headers_may_lie_in_a_file_and_the_body_come_from_stdin(tmp_path: Path, headers: dict[str, str]) -> None:
    (tmp_path / "headers.json").write_text(json.dumps(headers))
    done = subprocess.run(
        [sys.executable, "-m", "syndicator", "verify", "-", "--secret", SECRET, "--headers", "headers.json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        input=BODY.encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"good: evt_1\n", b"")


@pytest.mark.parametrize(
    "stored",
    [
        lambda each: "".join(f"{name}: {value}\r\n" for name, value in each.items()),
        lambda each: "".join(f"{name}:{value}\n" for name, value in each.items()),
        lambda each: "".join(
            ["POST /push HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in each.items()), "\r\n{}"]
        ),
        lambda each: json.dumps({name: [value] for name, value in each.items()}),
    ],
    ids=["lines", "lines of Unix", "a whole request", "lists"],
)
def test_headers_are_read_as_servers_keep_them(
    call: Call, tmp_path: Path, headers: dict[str, str], stored: Callable[[dict[str, str]], str]
) -> None:
    (tmp_path / "headers").write_text(stored({"Host": "newsroom.example:8080", **headers}), newline="")
    assert call("verify", "body", "--secret", SECRET, "--headers", "headers").out == "good: evt_1\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("form", [json.dumps, lambda each: "\r\n".join(f"{name}: {each[name]}" for name in each)])
def test_headers_are_read_as_windows_stores_them(
    call: Call, tmp_path: Path, headers: dict[str, str], encoding: str, form: Callable[[dict[str, str]], str]
) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # the other two write it themselves
    (tmp_path / "headers").write_bytes((mark + form(headers)).encode(encoding))
    assert call("verify", "body", "--secret", SECRET, "--headers", "headers").out == "good: evt_1\n"


def test_a_header_that_is_given_wins_over_a_stored_one(call: Call, tmp_path: Path, headers: dict[str, str]) -> None:
    (tmp_path / "headers.json").write_text(json.dumps({**headers, "Webhook-Id": "evt_2"}))
    given = call("verify", "body", "--secret", SECRET, "--headers", "headers.json", "-H", "WEBHOOK-ID: evt_1")
    assert given.out == "good: evt_1\n"


def test_the_secrets_may_stand_in_the_environment(
    call: Call, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRETS", f"{OTHER} {SECRET}")
    assert call("verify", "body", *as_options(headers)).out == "good: evt_1\n"


def test_a_public_key_verifies_too(call: Call, tmp_path: Path) -> None:
    (tmp_path / "body").write_text(BODY, encoding="utf-8")
    signer = Ed25519Signer.from_text("whsk_" + "QUJD" * 10 + "QUI=")
    now_s = system_now_us() // SECOND_US
    signature = sign("evt_2", now_s, BODY.encode(), [], v1a=signer.sign("evt_2", now_s, BODY.encode()))
    options = as_options({"webhook-id": "evt_2", "webhook-timestamp": str(now_s), "webhook-signature": signature})
    assert call("verify", "body", "--key", *signer.public_keys, *options).out == "good: evt_2\n"


def test_whatever_is_changed_is_refused(call: Call, tmp_path: Path, headers: dict[str, str]) -> None:
    def refused(**changes: str) -> str:
        changed = {**headers, **{f"Webhook-{name}": value for name, value in changes.items()}}
        done = call("verify", "body", "--secret", SECRET, *as_options(changed))
        assert (done.code, done.out) == (3, "")
        return done.err

    assert "no signature matches" in refused(Id="evt_2")
    assert "no signature matches" in refused(Timestamp=str(int(headers["Webhook-Timestamp"]) - 1))
    assert "no signature matches" in refused(Signature="v1,AAAA")
    assert "missing: webhook-id;" in refused(Id="")
    assert "missing: webhook-id, webhook-signature;" in refused(Id="", Signature="")
    assert "no number of seconds" in refused(Timestamp="soon")
    assert call("verify", "body", "--secret", OTHER, *as_options(headers)).code == 3
    (tmp_path / "body").write_text(BODY.strip(), encoding="utf-8")
    assert "no signature matches" in refused()


def test_an_old_push_is_refused_unless_it_is_tolerated(call: Call, tmp_path: Path) -> None:
    (tmp_path / "body").write_text(BODY, encoding="utf-8")
    old = datetime(2017, 11, 10, tzinfo=UTC)
    signature = Webhook(SECRET).sign("evt_1", old.replace(tzinfo=None), BODY)
    stamped = {"webhook-id": "evt_1", "webhook-timestamp": f"{old.timestamp():.0f}", "webhook-signature": signature}
    refused = call("verify", "body", "--secret", SECRET, *as_options(stamped))
    assert (refused.code, refused.out) == (3, "")
    assert "s ago, more than 300 s off" in refused.err
    assert call("verify", "body", "--secret", SECRET, *as_options(stamped), "--tolerance", "1e12").code == 0


def test_a_push_of_the_future_is_told_as_such(call: Call, tmp_path: Path) -> None:
    (tmp_path / "body").write_text(BODY, encoding="utf-8")
    later = datetime.fromtimestamp(system_now_us() // SECOND_US + 4000, UTC)
    signature = Webhook(SECRET).sign("evt_1", later.replace(tzinfo=None), BODY)
    stamped = {"webhook-id": "evt_1", "webhook-timestamp": f"{later.timestamp():.0f}", "webhook-signature": signature}
    assert "s in the future" in call("verify", "body", "--secret", SECRET, *as_options(stamped)).err


@pytest.mark.parametrize("key", ["nonsense", "whsec_", "whsec_QUJD", "whsec_***", "whpk_QUJD"])
def test_a_key_that_is_none_is_bad_input(call: Call, headers: dict[str, str], key: str) -> None:
    done = call("verify", "body", "--secret", key, *as_options(headers))
    assert (done.code, done.out) == (3, "")
    assert "--secret: " in done.err


@pytest.mark.parametrize("stored", ["{", "[]", '{"webhook-id": 1}', '{"webhook-id": ["a", "b"]}', '"evt_1"'])
def test_headers_that_are_none_are_refused_with_what_would_be_right(call: Call, tmp_path: Path, stored: str) -> None:
    (tmp_path / "body").write_text(BODY)
    (tmp_path / "headers.json").write_text(stored)
    done = call("verify", "body", "--secret", SECRET, "--headers", "headers.json")
    assert done.code == 3
    assert '"webhook-timestamp": "1800000000"' in done.err
    assert call("verify", "body", "--secret", SECRET, "-H", "no colon").code == 3
