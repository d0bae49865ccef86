"""Challenges of pings: what a receiver may answer, and what proves nothing."""

import json
from datetime import UTC, datetime

import pytest

from syndicator.delivery.payload import Occasion, answers, ping_payload
from syndicator.model.lifecycle import EventType

CHALLENGE = "0aF_-9zQ"
PING = ping_payload(Occasion(id="evt_1", type=EventType.PING, at=datetime(2027, 1, 23, tzinfo=UTC)), "end_1", CHALLENGE)


@pytest.mark.parametrize(
    "body",
    [
        CHALLENGE.encode(),
        f" {CHALLENGE}\r\n".encode(),
        json.dumps({"challenge": CHALLENGE}).encode(),
        json.dumps({"challenge": CHALLENGE, "more": [1]}, indent=2).encode(),
        json.dumps({"challenge": CHALLENGE}).encode("utf-16"),
    ],
)
def test_the_challenge_is_answered_by_itself_or_as_a_member(body: bytes) -> None:
    assert answers(body, CHALLENGE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
        PING,
        CHALLENGE[:-1].encode(),
        CHALLENGE.upper().encode(),
        f"{CHALLENGE}{CHALLENGE}".encode(),
        f"challenge={CHALLENGE}".encode(),
        json.dumps(CHALLENGE).encode(),
        json.dumps([CHALLENGE]).encode(),
        json.dumps({"data": {"challenge": CHALLENGE}}).encode(),
        json.dumps({"challenge": [CHALLENGE]}).encode(),
        json.dumps({"challenge": CHALLENGE})[:-1].encode(),
        b'{"challenge": "\\ud800"}',
        b"[" * 2048,
        b"1" * 5000,
    ],
)
def test_nothing_else_counts_an_echo_of_the_ping_neither(body: bytes) -> None:
    assert not answers(body, CHALLENGE)


def test_a_ping_without_a_challenge_asks_for_none() -> None:
    occasion = Occasion(id="evt_1", type=EventType.PING, at=datetime(2027, 1, 23, tzinfo=UTC))
    assert json.loads(ping_payload(occasion, "end_1"))["data"] == {"endpoint": "end_1"}
    assert json.loads(PING)["data"] == {"endpoint": "end_1", "challenge": CHALLENGE}
